/*
 * tlsmend/authoring.h: what authors of runbooks use: a new runbook, a prompt on a machine, tests and lint.
 *
 * A part of the public interface: <tlsmend/tlsmend.h> includes it, and programs include that. docs/RUNBOOKS.md shows the
 * same by the command.
 *
 * Nothing here changes a machine: what is tried is tried in memory, on an overlay or on a copy. Runbooks run in the sandbox, within
 * the limits of the options.
 */
#ifndef TLSMEND_AUTHORING_H
#define TLSMEND_AUTHORING_H

#ifndef TLSMEND_H
#error "include <tlsmend/tlsmend.h>, which this is a part of"
#endif

#ifdef __cplusplus
extern "C" {
#endif

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
 * what deserves attention as TLSMEND_EVENT_WARNING.
 */
typedef struct tlsmend_repl tlsmend_repl;

/* Opens a prompt. The session is borrowed until it is closed. Free *out with tlsmend_repl_close. */
TLSMEND_API int tlsmend_repl_open(tlsmend_session *session, tlsmend_repl **out, tlsmend_error *error);

/* Closes a prompt; what is pending is forgotten. NULL is fine. */
TLSMEND_API void tlsmend_repl_close(tlsmend_repl *repl);

/* Runs what was typed: Lua, or a command such as ":plan". *more is 1 if it is not finished and another line belongs to it; then
 * nothing was run. Errors: E_SCRIPT, E_LIMIT and what natives report; error->text may have a second line with the line of the
 * text. The prompt goes on after an error. */
TLSMEND_API int tlsmend_repl_run(tlsmend_repl *repl, const char *text, int *more, tlsmend_error *error);

/* Renders what the word at the end of a line can become, one a line. Free *out with tlsmend_text_free. */
TLSMEND_API int tlsmend_repl_complete(tlsmend_repl *repl, const char *line, char **out, tlsmend_error *error);

/* Ends the statement that is running. May be called by a signal handler. */
TLSMEND_API void tlsmend_repl_interrupt(tlsmend_repl *repl);

/* What to test. All borrowed. */
typedef struct tlsmend_test_request {
  /* Ids or paths; each is tested by itself. */
  const char *const *runbooks;
  size_t runbook_count;
  /* Texts "name=value", for every runbook that has such a parameter. */
  const char *const *params;
  size_t param_count;
  /* A folder of .reg files and expect.lua. NULL: X.machines beside X.lua, if it is there. */
  const char *machines;
  /* TEXT, JSON or JUNIT. */
  tlsmend_format format;
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
  /* Paths, or ids of built-in runbooks. */
  const char *const *files;
  size_t file_count;
  /* TEXT or JSON. */
  tlsmend_format format;
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
