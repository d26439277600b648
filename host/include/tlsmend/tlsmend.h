/*
 * tlsmend/tlsmend.h: run TLS remediation runbooks on Windows machines. This header is the manual.
 *
 * THE IDEA
 *   A runbook is a declared Lua file that proposes changes. A session joins a machine and a folder for journals.
 *   Planning runs the runbooks on an overlay over the machine: they read their own pending writes, and the machine is
 *   never opened for writing. The outcome is a plan, a value that can be shown, saved and applied. Applying hands
 *   the plan to the one door through which every effect goes; each step is journalled before it is done, so it can
 *   be undone or continued after a restart.
 *
 *     tlsmend_error error;
 *     tlsmend_options options = TLSMEND_OPTIONS_INIT;
 *     options.machine = "sim:win7-sp1-x64";
 *     tlsmend_session *session = NULL;
 *     tlsmend_plan *plan = NULL;
 *     const char *runbooks[] = {"winhttp-tls12"};
 *     if (tlsmend_session_open(&options, &session, &error) == TLSMEND_OK &&
 *         tlsmend_plan_make(session, runbooks, 1, NULL, 0, &plan, &error) == TLSMEND_OK)
 *       printf("%zu steps\n", tlsmend_plan_change_count(plan));
 *     tlsmend_plan_free(plan);
 *     tlsmend_session_close(session);
 *
 * RETURN VALUES
 *   Functions that can fail return TLSMEND_OK (0) or one of the negative codes below and write one line into the
 *   caller's tlsmend_error; results come through `out` parameters, which are NULL after a failure. There is no
 *   global state and no last error. Passing NULL where a pointer is required is a programming error (assert).
 *
 * OWNERSHIP
 *   What a function named _open, _make, _load or _render hands out is freed by the function named in its comment. All
 *   other pointers that are handed out are borrowed, and the comment says until when. Input strings are copied.
 *
 * THREADS AND ENCODING
 *   A session and everything made from it belongs to one thread at a time. Sessions are independent of each other.
 *   Every string is UTF-8, on Windows too. Paths may use the separators of the platform.
 *
 * STABILITY
 *   Functions and codes are only ever added; numbers are never reused. tlsmend_options carries its size, so that a
 *   program built against an older header goes on working. Back-end authors find a wider, less stable interface in
 *   <tlsmend/machine.h>.
 */
#ifndef TLSMEND_H
#define TLSMEND_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

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

/* The version of this header. tlsmend_version() tells that of the library that is running, such as "0.1.0". Static. */
#define TLSMEND_VERSION "0.1.0"
TLSMEND_API const char *tlsmend_version(void);

/* Errors. */

/*
 * number, name, exit code of the command, meaning. Numbers are never reused.
 * The exit codes are those of the command line: 1 failed and nothing is half-done, 3 refused before anything was
 * written, 4 failed and something is left, 5 cannot tell, 64 usage.
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

#define TLSMEND_ERROR_(number, name, exit_code, text) TLSMEND_##name = number,
enum tlsmend_code { TLSMEND_ERRORS(TLSMEND_ERROR_) };
#undef TLSMEND_ERROR_

/* What went wrong: the code and one line that names the thing and the way out. The caller's; nothing to free. */
typedef struct tlsmend_error {
  int code;
  char text[1024];
} tlsmend_error;

/* Returns the name of a code without its prefix ("E_DRIFT"), or "?" for an unknown number. Static. */
TLSMEND_API const char *tlsmend_error_name(int code);

/* Returns the exit code of the command for a code; 1 for an unknown number. */
TLSMEND_API int tlsmend_error_exit(int code);

/* Writes one line into error (printf style) and returns code, so that a failure is one statement. What is not UTF-8,
 * and control characters, are replaced. error may be NULL. */
#if defined(__MINGW32__)
__attribute__((format(gnu_printf, 3, 4)))
#elif defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
TLSMEND_API int
tlsmend_error_set(tlsmend_error *error, int code, const char *format, ...);

/* Sessions. */

/* A machine, a folder for journals, and where runbooks are found. */
typedef struct tlsmend_session tlsmend_session;

/* What happens while something runs; text is one line, borrowed for the call. */
typedef enum tlsmend_event {
  TLSMEND_EVENT_STEP,     /* a step begins: "2/9 set HKLM\...\Enabled" */
  TLSMEND_EVENT_DONE,     /* that step is done */
  TLSMEND_EVENT_PROGRESS, /* a long step is still running; text tells for how long */
  TLSMEND_EVENT_NOTE,     /* something worth knowing */
  TLSMEND_EVENT_WARNING,  /* something that deserves attention */
  TLSMEND_EVENT_LOG       /* log.* of a runbook */
} tlsmend_event;

typedef void (*tlsmend_event_fn)(void *data, tlsmend_event event, const char *text);

/* What to do at a restart barrier. */
typedef enum tlsmend_reboot {
  TLSMEND_REBOOT_ASK, /* stop and say that a restart is needed; tlsmend_resume restarts a simulated machine itself */
  TLSMEND_REBOOT_NEVER, /* stop and say so; a simulated machine is not restarted either */
  TLSMEND_REBOOT_AUTO   /* ask the machine to restart */
} tlsmend_reboot;

/*
 * What one runbook may use up. name, word of --limit-WORD, member of tlsmend_options, what is counted, value for 0. A run that passes
 * a limit ends with E_LIMIT, whatever the runbook catches, and nothing of it is written. MEMORY is what the Lua state holds; the
 * others begin anew when a file is loaded, with `run` (and `applies`), and with `verify`. OUTPUT is what is logged, found and
 * proposed; a question or a line costs more when it is long.
 */
#define TLSMEND_LIMITS(X)                                                                                    \
  X(MEMORY, "memory", memory_limit, "bytes of memory", 64 << 20)                                             \
  X(INSTRUCTIONS, "instructions", instruction_limit, "instructions", 100000000)                              \
  X(TIME, "time", time_limit, "seconds", 120)                                                                \
  X(READS, "reads", read_limit, "questions to the machine", 1000000)                                         \
  X(CHANGES, "changes", change_limit, "changes", 10000)                                                      \
  X(VALUE, "value", value_limit, "bytes in one value", 1 << 20)                                              \
  X(OUTPUT, "output", output_limit, "bytes of output", 16 << 20)

#define TLSMEND_LIMIT_(name, word, member, unit, most) TLSMEND_LIMIT_##name,
typedef enum tlsmend_limit { TLSMEND_LIMITS(TLSMEND_LIMIT_) TLSMEND_LIMIT_COUNT } tlsmend_limit;
#undef TLSMEND_LIMIT_

typedef struct tlsmend_options {
  size_t size;         /* sizeof(tlsmend_options); set by TLSMEND_OPTIONS_INIT */
  const char *machine; /* "live", "sim:FILE", "sim:NAME", one of `backends`; NULL: live, on Windows only */
  const char *state;   /* of new journals; NULL: ProgramData\tlsmend, or FILE.tlsmend; `backends` need one */
  const char *library; /* folder that overrides the embedded runbooks and stdlib, or NULL */
  tlsmend_reboot reboot;
  int allow_unsigned; /* non-zero: runbooks that are neither part of this library nor signed by a trusted key may be applied to a machine that is no snapshot */
  size_t memory_limit; /* see TLSMEND_LIMITS; so are the other limits, below */
  unsigned long long instruction_limit;
  tlsmend_event_fn event; /* called on the calling thread, or NULL */
  void *event_data;
  /* tlsmend_apply: what is done is undone again unless tlsmend_confirm comes within these; 0: it stays */
  unsigned confirm_minutes;
  unsigned long long time_limit, read_limit, change_limit, value_limit, output_limit;
  const char *trust; /* keys that may sign runbooks; NULL: ProgramData\tlsmend\trust, /etc/tlsmend/trust */
  const struct tlsmend_module *const
      *modules; /* the program's own, for `require` (<tlsmend/module.h>); ends with NULL; or NULL. Borrowed */
  const struct tlsmend_backend *const
      *backends; /* the program's own machines (<tlsmend/machine.h>); ends with NULL; or NULL. Borrowed */
  /* Of texts for people: "da", "de", "en", "nl", "sv"; NULL: English. Never of JSON or errors */
  const char *language;
} tlsmend_options;

#define TLSMEND_OPTIONS_INIT                                                                                 \
  {                                                                                                          \
    sizeof(tlsmend_options), NULL, NULL, NULL, TLSMEND_REBOOT_ASK, 0, 0, 0, NULL, NULL, 0, 0, 0, 0, 0, 0,    \
        NULL, NULL, NULL, NULL                                                                               \
  }

/* Opens a machine for reading. Nothing is created or written. Free with tlsmend_session_close.
 * Errors: E_USAGE (no such machine), E_CORRUPT (a snapshot that does not parse), E_IO, E_DENIED. */
TLSMEND_API int tlsmend_session_open(const tlsmend_options *options, tlsmend_session **out,
                                     tlsmend_error *error);

/* Closes the machine and frees the session; plans, reports and texts that were made from it stay valid. NULL is fine. */
TLSMEND_API void tlsmend_session_close(tlsmend_session *session);

/* Texts. */

/* name, word on the command line. Lists, runbooks, previews and states have TEXT and JSON; plans and reports all. */
#define TLSMEND_FORMATS(X)                                                                                   \
  X(TEXT, "text")           /* for people, in a terminal */                                                  \
  X(JSON, "json")           /* one object; of a plan, the saved plan */                                      \
  X(HTML, "html")           /* one page without any other file, for a change board */                        \
  X(TERRAFORM, "terraform") /* resource_changes with actions, for tools that read Terraform's plans */       \
  X(JUNIT, "junit")         /* one test case a change: a failure is what is not as it should be */           \
  X(SARIF, "sarif")         /* SARIF 2.1.0: one result a change */

#define TLSMEND_FORMAT_(name, word) TLSMEND_FORMAT_##name,
typedef enum tlsmend_format { TLSMEND_FORMATS(TLSMEND_FORMAT_) } tlsmend_format;
#undef TLSMEND_FORMAT_

/*
 * Texts for people are English unless a language is named: in options.language for what a session, list and show render, as
 * an argument of the functions that end in _in. JSON, saved plans, journals, messages of errors and events are English
 * always, so that programs and people compare the same; names of keys, values and updates are what Windows calls them.
 */

/* The translation of a text that this library handed out (a line of an event, a reason), or a copy of it where there is
 * none. Free *out with tlsmend_text_free. Errors: E_USAGE (no such language), E_MEMORY. */
TLSMEND_API int tlsmend_text_in(const char *language, const char *english, char **out, tlsmend_error *error);

/* Frees a text that a _render function, tlsmend_runbook_list, _show, _status, tlsmend_approve or tlsmend_page handed out.
 * NULL is fine. */
TLSMEND_API void tlsmend_text_free(char *text);

/* Runbooks. */

/* Renders the built-in runbooks (and those of options.library), sorted by id. Needs no machine: options.machine is
 * not opened. Free *out with tlsmend_text_free. */
TLSMEND_API int tlsmend_runbook_list(const tlsmend_options *options, tlsmend_format format, char **out,
                                     tlsmend_error *error);

/* Renders one runbook's header: title, needs, parameters, references, SHA-256. `runbook` is an id or a path to a .lua
 * file. Errors: E_USAGE (unknown), E_SCRIPT (does not load; the text names file, field and expected type). */
TLSMEND_API int tlsmend_runbook_show(const tlsmend_options *options, const char *runbook,
                                     tlsmend_format format, char **out, tlsmend_error *error);

/* Signed runbooks. */

/*
 * A runbook that is not part of this library is a .lua file, with the modules beside it that it requires, or a bundle, one file
 * that also holds packages. Either may be signed in the format of minisign. Wherever `runbook` is a path, such a file is
 * meant; of what it holds, the bytes that were verified are those that run. Whose keys count stands in the trust store
 * (tlsmend_options.trust), which is only used if nobody but administrators can write it: files NAME.pub of minisign,
 * whose first line may end in "expires:2027-12-31". A signature that does not fit is refused everywhere (E_APPROVAL).
 * One by a key that is not in the store cannot be checked, and every output says so; what it lists (modules, the files of a
 * bundle) must still be there as listed. Without one, or by a key that is not trusted (any more), a runbook may be planned; see allow_unsigned. Packages of
 * which a runbook names the signer must be signed by that key of the same store, for a plan too (E_REFUSED).
 */
typedef struct tlsmend_sign_terms {
  size_t size;          /* sizeof(tlsmend_sign_terms); set by TLSMEND_SIGN_TERMS_INIT */
  const char *password; /* of the secret key; NULL if it has none */
  const char *comment;  /* one line that is signed too, or NULL */
  const char *output;   /* the bundle to write, NAME.tlsmend; NULL: FILE.minisig beside the one file */
  const struct tlsmend_module *const *modules; /* as in tlsmend_options, for the runbooks; or NULL */
} tlsmend_sign_terms;

#define TLSMEND_SIGN_TERMS_INIT                                                                              \
  { sizeof(tlsmend_sign_terms), NULL, NULL, NULL, NULL }

/*
 * Signs `count` files with the minisign secret key file `key`: one runbook, one package (.msu, .cab), or those of a bundle.
 * The modules beside them that their texts require by literal names are covered too. *out receives the path that was written;
 * free it with tlsmend_text_free. Errors: E_USAGE, E_SCRIPT (a runbook does not load), E_APPROVAL (not a key, wrong password),
 * E_ABSENT (the key has a password and terms hold none), E_IO.
 */
TLSMEND_API int tlsmend_sign(const char *const *files, size_t count, const char *key,
                             const tlsmend_sign_terms *terms, char **out, tlsmend_error *error);

/* What to verify. All borrowed. */
typedef struct tlsmend_verify_request {
  const char *file;        /* a runbook, a package or a bundle */
  const char *const *keys; /* public keys (files, or the base64 text) that count instead of the store */
  size_t key_count;
  tlsmend_format format; /* TEXT or JSON */
} tlsmend_verify_request;

/* Renders signer, key, its end, and the files that are covered. *trusted receives 1 if the signature fits and the key is
 * trusted. Free *out with tlsmend_text_free. Errors: E_USAGE, E_APPROVAL (it does not fit, or the store is not safe). */
TLSMEND_API int tlsmend_verify(const tlsmend_options *options, const tlsmend_verify_request *request,
                               char **out, int *trusted, tlsmend_error *error);

/* Plans. */

/* Ordered changes, what was read to decide them, and why. Free with tlsmend_plan_free. */
typedef struct tlsmend_plan tlsmend_plan;

/*
 * Runs the runbooks, in order, on an overlay over the session's machine, and collects what they propose. `params` are
 * `count` texts "name=value"; each must belong to one of the runbooks, and once. An empty value only where the default is.
 * Errors: E_USAGE (no runbook; unknown runbook or parameter), E_SCRIPT, E_LIMIT, E_REFUSED (outside needs; two of them
 * contradict each other), E_DENIED, E_UNKNOWN. */
TLSMEND_API int tlsmend_plan_make(tlsmend_session *session, const char *const *runbooks, size_t runbook_count,
                                  const char *const *params, size_t param_count, tlsmend_plan **out,
                                  tlsmend_error *error);

/* Reads a plan that tlsmend_plan_render wrote as JSON, byte for byte. Errors: E_USAGE (no such file), E_PLAN (truncated,
 * edited, foreign, made by a newer version). */
TLSMEND_API int tlsmend_plan_load(const char *path, tlsmend_plan **out, tlsmend_error *error);

/* Completes a loaded plan without its secrets: `params` are the secret "name=value" it was made with (_secret names each, NULL
 * behind the last one; _is_secret says which are: show them to nobody). The runbooks run once more and must propose the same. A whole plan takes none. Errors: those of tlsmend_plan_make;
 * E_PLAN (not the same), E_DRIFT. */
TLSMEND_API int tlsmend_plan_complete(tlsmend_session *session, tlsmend_plan *plan, const char *const *params,
                                      size_t count, tlsmend_error *error);
TLSMEND_API int tlsmend_plan_is_secret(const tlsmend_plan *plan, const char *param);
TLSMEND_API const char *tlsmend_plan_secret(const tlsmend_plan *plan, size_t index);

/* The number of changes (restarts included; 0: compliant), of things that the plan rests on and nobody could tell, and of restarts. */
TLSMEND_API size_t tlsmend_plan_change_count(const tlsmend_plan *plan);
TLSMEND_API size_t tlsmend_plan_unknown_count(const tlsmend_plan *plan);
TLSMEND_API size_t tlsmend_plan_reboot_count(const tlsmend_plan *plan);
/* What keeps a run that waits to be confirmed, beside that: "ID: SERVER; ..." or NULL. Free with tlsmend_text_free. */
TLSMEND_API int tlsmend_plan_keepers(const tlsmend_plan *plan, char **out, tlsmend_error *error);
/* The machine that the plan was made for, as it was named ("sim:pc.reg"). Borrowed until the plan is freed. */
TLSMEND_API const char *tlsmend_plan_machine(const tlsmend_plan *plan);

/* Renders a plan for people or as one JSON object, the same bytes for the same plan. Free with tlsmend_text_free. */
TLSMEND_API int tlsmend_plan_render(const tlsmend_plan *plan, tlsmend_format format, char **out,
                                    tlsmend_error *error);

/* The same in a language; JSON, TERRAFORM, JUNIT and SARIF do not depend on it. Errors: E_USAGE (no such language). */
TLSMEND_API int tlsmend_plan_render_in(const tlsmend_plan *plan, tlsmend_format format, const char *language,
                                       char **out, tlsmend_error *error);

TLSMEND_API void tlsmend_plan_free(tlsmend_plan *plan);

/* The SHA-256 of the file that the plan was read from, 64 hex digits; NULL for a plan that was not read from one. Borrowed. */
TLSMEND_API const char *tlsmend_plan_sha256(const tlsmend_plan *plan);

/* Approvals. */

/*
 * An approval is a detached signature over the bytes of a saved plan, in the format of minisign, whose trusted (signed)
 * comment holds who approves, the ticket and until when. `minisign -V` verifies it, and signatures that minisign makes with
 * such a comment are approvals: fields "approver:NAME", "ticket:ID", "expires:2026-12-31", separated by tabs.
 */
typedef struct tlsmend_approval_terms {
  size_t size;           /* sizeof(tlsmend_approval_terms); set by TLSMEND_APPROVAL_TERMS_INIT */
  const char *password;  /* of the secret key; NULL if it has none */
  const char *approver;  /* who, one line, or NULL */
  const char *ticket;    /* of the change, one line, or NULL */
  const char *expires;   /* "2026-12-31" (to its end, UTC), "2026-12-31T12:00:00Z", "14d"; NULL: never */
  const char *signature; /* the file to write; NULL: beside the plan, FILE.minisig, then FILE.2.minisig ... */
  int accept_unknown; /* non-zero: sign although the plan rests on something that the machine could not tell */
} tlsmend_approval_terms;

#define TLSMEND_APPROVAL_TERMS_INIT                                                                          \
  { sizeof(tlsmend_approval_terms), NULL, NULL, NULL, NULL, NULL, 0 }

/*
 * Signs the saved plan `plan` with the minisign secret key file `key`. *out receives the path of the signature; free it with
 * tlsmend_text_free. A plan that could not be applied is not signed.
 * Errors: E_PLAN, E_APPROVAL (not a key, wrong password), E_ABSENT (the key has a password and terms hold none), E_UNKNOWN
 * (see accept_unknown), E_REFUSED (a package is missing), E_USAGE.
 */
TLSMEND_API int tlsmend_approve(const char *plan, const char *key, const tlsmend_approval_terms *terms,
                                char **out, tlsmend_error *error);

/* Whose approvals a plan must have. */
typedef struct tlsmend_approval_check {
  size_t size;             /* sizeof(tlsmend_approval_check); set by TLSMEND_APPROVAL_CHECK_INIT */
  const char *const *keys; /* public keys: files of minisign, or the base64 text */
  size_t key_count;
  const char *const
      *signatures; /* signature files; none: those beside the plan, FILE.minisig, FILE.2.minisig ... */
  size_t signature_count;
  size_t needed; /* how many of the keys must have signed; 0: all */
  long long now; /* seconds since 1970; 0: the clock */
} tlsmend_approval_check;

#define TLSMEND_APPROVAL_CHECK_INIT                                                                          \
  { sizeof(tlsmend_approval_check), NULL, 0, NULL, 0, 0, 0 }

/*
 * Checks the approvals of a plan that tlsmend_plan_load read, against the very bytes that were read. What holds is kept with
 * the plan and goes into the journal of a run. Machine and repetition are checked by tlsmend_apply, and so is the policy of
 * the site (policy.json in the state folder, for a live machine also in ProgramData\tlsmend): where that demands
 * approvals, tlsmend_apply refuses a plan without them whatever was checked here.
 * Errors: E_APPROVAL, E_USAGE.
 */
TLSMEND_API int tlsmend_plan_check_approvals(tlsmend_plan *plan, const tlsmend_approval_check *check,
                                             tlsmend_error *error);

/* Apply, resume, roll back. */

/* What was done. Free with tlsmend_report_free. */
typedef struct tlsmend_report tlsmend_report;

typedef enum tlsmend_result {
  TLSMEND_RESULT_NOTHING, /* nothing was to be done */
  TLSMEND_RESULT_DONE,    /* done, and a second plan is empty */
  TLSMEND_RESULT_RESTART, /* done so far; a restart is needed to go on, then tlsmend_resume */
  TLSMEND_RESULT_UNDONE,  /* failed; everything that was written has been undone */
  TLSMEND_RESULT_LEFT,    /* failed; the report names what is left */
  TLSMEND_RESULT_AWAITS /* done, and undone unless it is confirmed in time; the exit code is 5 if its runbooks could not be asked */
} tlsmend_result;

/*
 * Applies a plan to the session's machine. First every before-value and everything that was read is checked, packages
 * are found and hashed, rights and the state folder are tried; nothing is written unless all hold. Then each step is
 * journalled and done. A step that fails, and a journal that cannot be written any more, lead to the undoing of what was
 * done: the report says so and the function returns TLSMEND_OK. Negative codes mean that nothing was written; but E_UNKNOWN may
 * mean that all is done, the runbooks could not be asked whether it is right, and the run stays open: tlsmend_resume asks again.
 * Errors: E_DRIFT, E_REFUSED, E_BUSY, E_DENIED, E_IO, E_UNKNOWN, E_PLAN (applied before, or not what its runbooks
 * propose), E_APPROVAL (the site demands approvals).
 */
TLSMEND_API int tlsmend_apply(tlsmend_session *session, const tlsmend_plan *plan, tlsmend_report **out,
                              tlsmend_error *error);

/*
 * Continues the open run of the session's machine: after a restart, or after the program was killed. What was done is detected
 * again before anything is written. Runbooks, library, limits, trust and the consent to restarts (AUTO) are those of its beginning,
 * out of its journal, whatever the options say. A run that cannot go on stays open; tlsmend_status says why. *out has
 * TLSMEND_RESULT_NOTHING when none is open. `flags`: TLSMEND_RESUME_STARTED says that the machine's own start called (the arranged
 * boot task), the proof of a restart where there is no other; TLSMEND_RESUME_REBOOT: restarts are as the options say, ASK too.
 */
#define TLSMEND_RESUME_STARTED 1
#define TLSMEND_RESUME_REBOOT  4
#define TLSMEND_RESUME_WAIT    2 /* a run that waits to be confirmed is waited for, and decided */
TLSMEND_API int tlsmend_resume(tlsmend_session *session, int flags, tlsmend_report **out,
                               tlsmend_error *error);

/* Undoes a run, value by value, last step first. `run` is an id, or NULL for the last run: if that is undone already the result
 * is NOTHING. The whole of it is checked first: refused with E_DRIFT, before the first write, if somebody changed one of the
 * values since, unless `flags` has TLSMEND_ROLLBACK_SKIP_CHANGED: then those are left as they are and named. */
#define TLSMEND_ROLLBACK_SKIP_CHANGED 1
TLSMEND_API int tlsmend_rollback(tlsmend_session *session, const char *run, int flags, tlsmend_report **out,
                                 tlsmend_error *error);

/* Renders what a rollback would do, without doing it. *steps receives how much that is. Free with tlsmend_text_free. */
TLSMEND_API int tlsmend_rollback_preview(tlsmend_session *session, const char *run, int flags,
                                         tlsmend_format format, char **out, size_t *steps,
                                         tlsmend_error *error);

/* Renders the journalled runs of the session's machine. *open receives the number of runs that are not finished. */
TLSMEND_API int tlsmend_status(tlsmend_session *session, tlsmend_format format, char **out, size_t *open,
                               tlsmend_error *error);
/* Until when a run of the session's machine must be confirmed, in seconds since 1970; *deadline is 0 if none waits for that. */
TLSMEND_API int tlsmend_status_deadline(tlsmend_session *session, long long *deadline, tlsmend_error *error);
/* Whether a process waits for the end of that time (TLSMEND_RESUME_WAIT): 1, 0, or -1: no run waits, or it cannot be told. */
TLSMEND_API int tlsmend_status_watched(tlsmend_session *session);
/* Looks whether the journals of the session's machine, and those in the folder of its options, are whole: the chain of each, record by record. *damaged receives
 * the number of those that are not (a torn last record is no damage). Free *out with tlsmend_text_free. */
TLSMEND_API int tlsmend_status_verify(tlsmend_session *session, tlsmend_format format, char **out,
                                      size_t *damaged, tlsmend_error *error);

/*
 * Keeps a run that was applied with options.confirm_minutes and waits to be confirmed: TLSMEND_RESULT_DONE. When none waits, *out has
 * TLSMEND_RESULT_NOTHING, but E_FAILED if the last is undone, E_BUSY if it is not finished. Unless it is called in time, the next
 * tlsmend_resume undoes the run, or keeps it if its runbooks declare verifies = "effect", servers answer each `verify`, and all pass.
 */
TLSMEND_API int tlsmend_confirm(tlsmend_session *session, tlsmend_report **out, tlsmend_error *error);

TLSMEND_API tlsmend_result tlsmend_report_result(const tlsmend_report *report);

/* The exit code of the command for a report: 0, 1, 4 or 3010. */
TLSMEND_API int tlsmend_report_exit(const tlsmend_report *report);

TLSMEND_API int tlsmend_report_render(const tlsmend_report *report, tlsmend_format format, char **out,
                                      tlsmend_error *error);

/* The same in a language, as tlsmend_plan_render_in. */
TLSMEND_API int tlsmend_report_render_in(const tlsmend_report *report, tlsmend_format format,
                                         const char *language, char **out, tlsmend_error *error);

TLSMEND_API void tlsmend_report_free(tlsmend_report *report);

/* Renders an HTML page of `count` files that --format json wrote: one plan, report or status in full, several as a table of
 * machines. Free with tlsmend_text_free. Errors: E_USAGE (no such file), E_PLAN (not one of ours). */
TLSMEND_API int tlsmend_page(const char *const *files, size_t count, char **out, tlsmend_error *error);

/* The same in a language, as tlsmend_plan_render_in. */
TLSMEND_API int tlsmend_page_in(const char *const *files, size_t count, const char *language, char **out,
                                tlsmend_error *error);

/* Probes. */

typedef struct tlsmend_probe_terms {
  size_t size;      /* sizeof(tlsmend_probe_terms); set by TLSMEND_PROBE_TERMS_INIT */
  const char *name; /* the server name to ask for (SNI); NULL: the host */
  unsigned timeout; /* seconds for each step; 0: 5, at most 60 */
} tlsmend_probe_terms;

#define TLSMEND_PROBE_TERMS_INIT                                                                             \
  { sizeof(tlsmend_probe_terms), NULL, 0 }

/*
 * Asks a server ("HOST:PORT") which versions of SSL and TLS it speaks, and, on a live Windows, what a default client of that
 * machine agrees on with it; text or JSON. *modern receives 1 if TLS 1.2 or later answers, 0 if it does not, -1 if that
 * cannot be told: silence is no "no". options.machine: NULL is this computer, whatever it runs; on a machine that is not live the
 * answer is "cannot tell". Free *out with tlsmend_text_free. Errors: E_USAGE, E_UNKNOWN (the host has no address).
 */
TLSMEND_API int tlsmend_probe(const tlsmend_options *options, const char *endpoint,
                              const tlsmend_probe_terms *terms, tlsmend_format format, char **out,
                              int *modern, tlsmend_error *error);

/* The event log. */

/*
 * Registers tlsmend as a source of the machine's event log (`install` non-zero), or takes that back. Runs write their start, end,
 * refusal and failure there either way; registered, the viewer shows them without a remark. `out` receives one line for
 * people. Errors: E_DENIED, E_UNSUPPORTED (a snapshot).
 */
TLSMEND_API int tlsmend_install(tlsmend_session *session, int install, char out[256], tlsmend_error *error);

/* Snapshots. */

/* Writes what the session's machine holds as a regedit 5 .reg file: all of it for a snapshot. Replaces the file whole.
 * Errors: E_IO, E_UNSUPPORTED (a live machine: not yet). */
TLSMEND_API int tlsmend_snapshot(tlsmend_session *session, const char *path, tlsmend_error *error);

/* The effective state. */

typedef enum tlsmend_verdict {
  TLSMEND_VERDICT_COMPLIANT,     /* TLS 1.2 is effective for every client */
  TLSMEND_VERDICT_NOT_COMPLIANT, /* somewhere it is not */
  TLSMEND_VERDICT_UNKNOWN        /* somewhere it cannot be told, and nowhere it is not */
} tlsmend_verdict;

/* Renders what Schannel, WinHTTP, WinINET and .NET of the session's machine do: defaults, what is set and where, what
 * overrides it, now and after a restart. TEXT, JSON and HTML. Reads only. Free *out with tlsmend_text_free. */
TLSMEND_API int tlsmend_state(tlsmend_session *session, tlsmend_format format, char **out,
                              tlsmend_verdict *verdict, tlsmend_error *error);

/* The author's bench. */

/*
 * Writes the files of a new runbook: ID.lua, and ID.machines with a snapshot and what is expected of machines. They pass
 * tlsmend_test and tlsmend_lint as they are. `path` is the id, or a path that ends in it. Renders the paths of what was
 * written; TEXT or JSON; free *out with tlsmend_text_free. Errors: E_USAGE (not an id, no such folder), E_REFUSED (a file of
 * that name is there; nothing is written), E_IO, E_DENIED.
 */
TLSMEND_API int tlsmend_runbook_new(const tlsmend_options *options, const char *path, tlsmend_format format,
                                    char **out, tlsmend_error *error);

/*
 * A prompt on a machine: Lua, a line at a time, in the sandbox of runbooks, on an overlay. Everything may be read; what is
 * written stays pending and is shown by ":plan". What is printed goes to the session's event function as TLSMEND_EVENT_LOG,
 * what deserves attention as TLSMEND_EVENT_WARNING. The session is borrowed until _close.
 */
typedef struct tlsmend_repl tlsmend_repl;
TLSMEND_API int tlsmend_repl_open(tlsmend_session *session, tlsmend_repl **out, tlsmend_error *error);
TLSMEND_API void tlsmend_repl_close(tlsmend_repl *repl);

/* Runs what was typed: Lua, or a command such as ":plan". *more is 1 if it is not finished and another line belongs to it; then
 * nothing was run. Errors: E_SCRIPT and what natives report; error->text may have a second line with the line of the text. */
TLSMEND_API int tlsmend_repl_run(tlsmend_repl *repl, const char *text, int *more, tlsmend_error *error);

/* Renders what the word at the end of a line can become, one a line. Free *out with tlsmend_text_free. */
TLSMEND_API int tlsmend_repl_complete(tlsmend_repl *repl, const char *line, char **out, tlsmend_error *error);

/* Ends the statement that is running. May be called by a signal handler. */
TLSMEND_API void tlsmend_repl_interrupt(tlsmend_repl *repl);

/* What to test. All borrowed. */
typedef struct tlsmend_test_request {
  const char *const *runbooks; /* ids or paths; each is tested by itself */
  size_t runbook_count;
  const char *const *params; /* "name=value", for every runbook that has such a parameter */
  size_t param_count;
  /* Folder of .reg files and expect.lua, or NULL: X.machines beside X.lua, if it is there */
  const char *machines;
  tlsmend_format format; /* TEXT, JSON or JUNIT */
} tlsmend_test_request;

/*
 * Tests runbooks on every built-in machine, and on those beside them, in memory: applies or says why not; plan, apply,
 * restart, resume; a second plan is empty; rollback restores every byte; a change that fails and a power cut at every
 * moment leave before or after; nothing that was secure is lowered unless that is declared. options->machine, if not NULL,
 * restricts it to one machine. *findings receives how many things are wrong; *out is freed with tlsmend_text_free.
 * Errors: E_USAGE, E_SCRIPT (a runbook does not load), E_IO.
 */
TLSMEND_API int tlsmend_test(const tlsmend_options *options, const tlsmend_test_request *request, char **out,
                             size_t *findings, tlsmend_error *error);

/* What to look through. All borrowed. */
typedef struct tlsmend_lint_request {
  const char *const *files; /* paths, or ids of built-in runbooks */
  size_t file_count;
  tlsmend_format format; /* TEXT or JSON */
} tlsmend_lint_request;

/*
 * Looks for mistakes in runbooks: syntax, undeclared names, unknown fields and functions, and those that TLS settings of
 * Windows invite. Each finding names line, rule and the reason. *findings receives how many there are; *out is freed with
 * tlsmend_text_free. Errors: E_USAGE (no such file), E_IO.
 */
TLSMEND_API int tlsmend_lint(const tlsmend_options *options, const tlsmend_lint_request *request, char **out,
                             size_t *findings, tlsmend_error *error);

#ifdef __cplusplus
}
#endif
#endif
