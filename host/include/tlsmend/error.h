/*
 * tlsmend/error.h: what a function of this library answers when it fails, and what all of its headers share.
 *
 * A part of the public interface: <tlsmend/tlsmend.h> includes it, and programs include that. It stands by itself so that data and
 * modules (<tlsmend/values.h>) need no session.
 */
#ifndef TLSMEND_ERROR_H
#define TLSMEND_ERROR_H

/* A function that the library exports. A program that links the static library defines TLSMEND_STATIC; pkg-config and CMake do it
 * by themselves. */
#if defined(TLSMEND_STATIC)
#define TLSMEND_API
#elif defined(_WIN32)
#if defined(TLSMEND_BUILD)
#define TLSMEND_API __declspec(dllexport)
#else
#define TLSMEND_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define TLSMEND_API __attribute__((visibility("default")))
#else
#define TLSMEND_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The codes: number, name, exit code of the command, meaning. Numbers are never reused; docs/ERRORS.md says of each what to do.
 *
 * Exit codes of the command line:
 *   0    done
 *   1    failed; nothing is half-done
 *   3    refused before anything was written
 *   4    failed, and something is left
 *   5    cannot tell
 *   64   the call itself is wrong
 *
 * A program gets the code itself, TLSMEND_OK or negative, and the line in tlsmend_error. Comments of this library write
 * "E_DRIFT" for TLSMEND_E_DRIFT, and name the codes that mean something to the caller. E_MEMORY may come from every function.
 */
#define TLSMEND_ERRORS(X)                                                                                    \
  X(0, OK, 0, "done")                                                                                        \
  X(-1, E_MEMORY, 1, "out of memory")                                                                        \
  X(-2, E_USAGE, 64, "an argument, parameter, name or option is wrong")                                      \
  X(-3, E_ABSENT, 1, "the key, value or file does not exist")                                                \
  X(-4, E_UNKNOWN, 5, "the machine cannot tell")                                                             \
  X(-5, E_DENIED, 1, "access denied by the operating system")                                                \
  X(-6, E_REFUSED, 3,                                                                                        \
    "refused: not declared in needs, not allowed, or a package is missing or not the right one")             \
  X(-7, E_DRIFT, 3, "refused: the machine is no longer as the plan expects it")                              \
  X(-8, E_IO, 1, "reading or writing a file failed")                                                         \
  X(-9, E_CORRUPT, 1, "a file is not what it should be")                                                     \
  X(-10, E_BUSY, 3, "another run is open on this machine")                                                   \
  X(-11, E_SCRIPT, 1, "a runbook is broken or failed")                                                       \
  X(-12, E_LIMIT, 1, "a runbook went beyond a limit; the line names it and the option that raises it")       \
  X(-13, E_UNDO, 4, "something that was written could not be undone")                                        \
  X(-14, E_FAILED, 1, "a step failed")                                                                       \
  X(-15, E_UNSUPPORTED, 1, "not possible on this machine or in this build")                                  \
  X(-16, E_PLAN, 3, "refused: a saved plan is damaged, edited, foreign or newer, or was applied before")     \
  X(-17, E_APPROVAL, 3, "refused: a key, a signature, an approval or a site's policy is not as demanded")

/* The codes as constants: TLSMEND_OK, TLSMEND_E_MEMORY ... */
#define TLSMEND_ERROR_(number, name, exit_code, text) TLSMEND_##name = number,
enum tlsmend_code { TLSMEND_ERRORS(TLSMEND_ERROR_) };
#undef TLSMEND_ERROR_

/*
 * What went wrong. The caller's: it may stand on the stack, needs no initialisation, and there is nothing to free. A function that
 * succeeds leaves it alone. Where a function takes one, NULL is allowed: then only the code is told.
 */
typedef struct tlsmend_error {
  /* What the function returned. */
  int code;
  /* One line of UTF-8 without a line break: it names the thing, and the way out. English. */
  char text[1024];
} tlsmend_error;

/* Returns the name of a code without its prefix ("E_DRIFT"), or "?" for an unknown number. Static. */
TLSMEND_API const char *tlsmend_error_name(int code);

/* Returns the exit code that the command has for a code; 1 for an unknown number. */
TLSMEND_API int tlsmend_error_exit(int code);

/* Writes one line into error (printf style) and returns code, so that a failure is one statement. For back ends and modules of the
 * program. What is not UTF-8, and control characters, are replaced; what does not fit is cut off. */
#if defined(__MINGW32__)
__attribute__((format(gnu_printf, 3, 4)))
#elif defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
TLSMEND_API int
tlsmend_error_set(tlsmend_error *error, int code, const char *format, ...);

#ifdef __cplusplus
}
#endif
#endif
