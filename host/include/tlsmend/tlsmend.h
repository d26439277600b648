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
 * THE PARTS
 *   This file is all that a program includes. Four parts of it stand in files of their own: <tlsmend/error.h>, codes and errors;
 *   <tlsmend/worker.h>, the process that strangers' runbooks run in; <tlsmend/signing.h>, signed runbooks and approved plans;
 *   <tlsmend/authoring.h>, what authors of runbooks use.
 *   Programs that add a machine or a module of their own include <tlsmend/machine.h> or <tlsmend/module.h> too.
 *
 * RETURN VALUES
 *   Functions that can fail return TLSMEND_OK (0) or one of the negative codes and write one line into the caller's
 *   tlsmend_error; results come through `out` parameters, which are NULL after a failure. There is no global state and no
 *   last error. Passing NULL where a pointer is required is a programming error (assert); `error` may be NULL.
 *
 * OWNERSHIP
 *   What a function named _open, _make, _load or _render hands out is freed by the function named in its comment. All
 *   other pointers that are handed out are borrowed, and the comment says until when. Input strings are copied, unless a comment
 *   says that they are borrowed.
 *
 * THREADS AND ENCODING
 *   A session and everything made from it belongs to one thread at a time. Sessions are independent of each other.
 *   Every string is UTF-8, on Windows too. Paths may use the separators of the platform.
 *
 * STRUCTURES WITH A SIZE
 *   A structure whose first member is `size` is made with its _INIT macro, which fills that in. Members are only ever added at the
 *   end, so that a program that was built with an older header goes on working.
 *
 * STABILITY
 *   Functions and codes are only ever added; numbers are never reused. Back-end authors find a wider, less stable interface in
 *   <tlsmend/machine.h>.
 */
#ifndef TLSMEND_H
#define TLSMEND_H

#include <stddef.h>

#include <tlsmend/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header, as a text. */
#define TLSMEND_VERSION "0.1.0"

/* The version of the library that is running, such as "0.1.0". Static. */
TLSMEND_API const char *tlsmend_version(void);

/* A machine, a folder for journals, and where runbooks are found. Opened by tlsmend_session_open. */
typedef struct tlsmend_session tlsmend_session;

/* What is told while something runs. */
typedef enum tlsmend_event {
  /* A step begins: "2/9 set HKLM\...\Enabled". */
  TLSMEND_EVENT_STEP,
  /* That step is done. Of keys and values it counts once the batch that they are in is on the disk; if it cannot be brought there, a
   * warning says so, and they are undone. */
  TLSMEND_EVENT_DONE,
  /* A long step is still running; the text says for how long. */
  TLSMEND_EVENT_PROGRESS,
  /* Something worth knowing. */
  TLSMEND_EVENT_NOTE,
  /* Something that deserves attention. */
  TLSMEND_EVENT_WARNING,
  /* A line that a runbook has written with its module `log`. */
  TLSMEND_EVENT_LOG
} tlsmend_event;

/* Called on the thread that called the library. `text` is one line, borrowed for the call; secrets are masked in it. It must not
 * call functions with the same session. */
typedef void (*tlsmend_event_fn)(void *data, tlsmend_event event, const char *text);

/* What to do at a step that restarts the machine. */
typedef enum tlsmend_reboot {
  /* Stop there and say that a restart is needed. tlsmend_resume restarts a simulated machine itself. */
  TLSMEND_REBOOT_ASK,
  /* The same; a simulated machine is not restarted either. */
  TLSMEND_REBOOT_NEVER,
  /* Ask the machine to restart at once. */
  TLSMEND_REBOOT_AUTO
} tlsmend_reboot;

/*
 * What one runbook may use up: name, word of the option --limit-WORD, member of tlsmend_options, what is counted, value for 0.
 * A run that passes a limit ends with E_LIMIT, whatever the runbook catches, and nothing of it is written. MEMORY is what the Lua
 * state holds; the others begin anew when a file is loaded, with `run` (and `applies`), and with `verify`. OUTPUT is what is
 * logged, found and proposed. A question or a line costs more when it is long.
 */
#define TLSMEND_LIMITS(X)                                                                                    \
  X(MEMORY, "memory", memory_limit, "bytes of memory", 64 << 20)                                             \
  X(INSTRUCTIONS, "instructions", instruction_limit, "instructions", 100000000)                              \
  X(TIME, "time", time_limit, "seconds", 120)                                                                \
  X(READS, "reads", read_limit, "questions to the machine", 1000000)                                         \
  X(CHANGES, "changes", change_limit, "changes", 10000)                                                      \
  X(VALUE, "value", value_limit, "bytes in one value", 1 << 20)                                              \
  X(OUTPUT, "output", output_limit, "bytes of output", 16 << 20)

/* The limits as constants: TLSMEND_LIMIT_MEMORY ...; TLSMEND_LIMIT_COUNT is how many there are. */
#define TLSMEND_LIMIT_(name, word, member, unit, most) TLSMEND_LIMIT_##name,
typedef enum tlsmend_limit { TLSMEND_LIMITS(TLSMEND_LIMIT_) TLSMEND_LIMIT_COUNT } tlsmend_limit;
#undef TLSMEND_LIMIT_

/* The languages of texts for people. */
#define TLSMEND_LANGUAGES(X) X("da") X("de") X("en") X("nl") X("sv")

/* Everything that a session is opened with. Safe as TLSMEND_OPTIONS_INIT leaves it. Strings are copied when it is opened. */
typedef struct tlsmend_options {
  size_t size;
  /* "live" (this Windows), "sim:FILE.reg", "sim:NAME" (a built-in machine), or one of `backends`. NULL: see tlsmend_machine_here. */
  const char *machine;
  /* The folder of new journals. NULL: ProgramData\tlsmend, or FILE.tlsmend beside a snapshot. Machines of `backends` need one. */
  const char *state;
  /* A folder that overrides the embedded runbooks and standard library, or NULL. */
  const char *library;
  tlsmend_reboot reboot;
  /* Non-zero: runbooks that are neither part of this library nor signed by a trusted key may be applied to a machine that is no
   * snapshot. */
  int allow_unsigned;
  /* Limits, see TLSMEND_LIMITS; 0 is the value that stands there. The others follow below. */
  size_t memory_limit;
  unsigned long long instruction_limit;
  /* Called while something runs, or NULL. */
  tlsmend_event_fn event;
  /* The first argument of `event`. */
  void *event_data;
  /* tlsmend_apply: what is done is undone again unless tlsmend_confirm comes within so many minutes. 0: it stays. */
  unsigned confirm_minutes;
  unsigned long long time_limit, read_limit, change_limit, value_limit, output_limit;
  /* The folder of keys that may sign runbooks. NULL: ProgramData\tlsmend\trust, /etc/tlsmend/trust. */
  const char *trust;
  /* The program's own modules for `require` (<tlsmend/module.h>), ending with NULL; or NULL. Borrowed while the session is open. */
  const struct tlsmend_module *const *modules;
  /* The program's own kinds of machines (<tlsmend/machine.h>), ending with NULL; or NULL. Borrowed while the session is open. */
  const struct tlsmend_backend *const *backends;
  /* Of texts for people: one of TLSMEND_LANGUAGES. NULL: English. Never of JSON or errors. */
  const char *language;
  /* The program that strangers' runbooks run in (<tlsmend/worker.h>), an absolute path. NULL: the library finds one. */
  const char *worker;
  /* Non-zero: they run in the calling process instead, see <tlsmend/worker.h> for what that gives up. */
  int in_process;
} tlsmend_options;

/* What tlsmend_options begins with. */
#define TLSMEND_OPTIONS_INIT                                                                                 \
  {                                                                                                          \
    sizeof(tlsmend_options), NULL, NULL, NULL, TLSMEND_REBOOT_ASK, 0, 0, 0, NULL, NULL, 0, 0, 0, 0, 0, 0,    \
        NULL, NULL, NULL, NULL, NULL, 0                                                                      \
  }

/* The name of this computer as a machine ("live"), which is meant where options.machine is NULL. NULL where this build cannot open
 * it (it is not Windows): there a machine must be named. Static. */
TLSMEND_API const char *tlsmend_machine_here(void);

/* Opens a machine for reading. Nothing is created or written. Free with tlsmend_session_close.
 * Errors: E_USAGE (no such machine), E_CORRUPT (a snapshot that does not parse), E_IO, E_DENIED. */
TLSMEND_API int tlsmend_session_open(const tlsmend_options *options, tlsmend_session **out,
                                     tlsmend_error *error);

/* Closes the machine and frees the session; plans, reports and texts that were made from it stay valid. NULL is fine. */
TLSMEND_API void tlsmend_session_close(tlsmend_session *session);

/*
 * How something is rendered: name, word on the command line. Lists, runbooks, previews and states have TEXT and JSON; plans and
 * reports have all. E_USAGE for another one.
 *   TEXT       for people, in a terminal
 *   JSON       one object; of a plan, the saved plan
 *   HTML       one page without any other file, for a change board
 *   TERRAFORM  resource_changes with actions, for tools that read Terraform's plans
 *   JUNIT      one test case a change: a failure is what is not as it should be
 *   SARIF      SARIF 2.1.0: one result a change
 */
#define TLSMEND_FORMATS(X)                                                                                   \
  X(TEXT, "text")                                                                                            \
  X(JSON, "json")                                                                                            \
  X(HTML, "html")                                                                                            \
  X(TERRAFORM, "terraform")                                                                                  \
  X(JUNIT, "junit")                                                                                          \
  X(SARIF, "sarif")

/* The formats as constants: TLSMEND_FORMAT_TEXT ... */
#define TLSMEND_FORMAT_(name, word) TLSMEND_FORMAT_##name,
typedef enum tlsmend_format { TLSMEND_FORMATS(TLSMEND_FORMAT_) } tlsmend_format;
#undef TLSMEND_FORMAT_

/*
 * Texts for people are English unless a language is named: in options.language for what a session, list and show render, as
 * an argument of the functions that end in _in. JSON, saved plans, journals, messages of errors and events are English
 * always, so that programs and people compare the same; names of keys, values and updates are what Windows calls them.
 */

/* The translation of a text that this library handed out (a line of an event, a reason), or a copy of it where there is
 * none. Free *out with tlsmend_text_free. Errors: E_USAGE (no such language). */
TLSMEND_API int tlsmend_text_in(const char *language, const char *english, char **out, tlsmend_error *error);

/* Frees a text that a function of this library handed out through a `char **`. NULL is fine. */
TLSMEND_API void tlsmend_text_free(char *text);

/* Renders the built-in runbooks (and those of options.library), sorted by id. Needs no machine: options.machine is
 * not opened. Free *out with tlsmend_text_free. Errors: E_USAGE, E_SCRIPT (a runbook of the library does not load), E_IO. */
TLSMEND_API int tlsmend_runbook_list(const tlsmend_options *options, tlsmend_format format, char **out,
                                     tlsmend_error *error);

/* Renders one runbook's header: title, needs, parameters, references, SHA-256. `runbook` is an id, or a path to a .lua file or a
 * bundle. Needs no machine. Free *out with tlsmend_text_free. Errors: E_USAGE (unknown), E_SCRIPT (does not load; the text names
 * file, field and expected type). */
TLSMEND_API int tlsmend_runbook_show(const tlsmend_options *options, const char *runbook,
                                     tlsmend_format format, char **out, tlsmend_error *error);

/* Ordered changes, what was read to decide them, and why. Free with tlsmend_plan_free. */
typedef struct tlsmend_plan tlsmend_plan;

/*
 * Runs the runbooks, in order, on an overlay over the session's machine, and collects what they propose. `runbooks` are ids or
 * paths. `params` are texts "name=value"; each must belong to one of the runbooks, and once. An empty value only where the default
 * is. The plan stays valid when the session is closed.
 * Errors: E_USAGE (no runbook; unknown runbook or parameter), E_SCRIPT, E_LIMIT, E_REFUSED (outside needs; two of them
 * contradict each other), E_DENIED, E_UNKNOWN.
 */
TLSMEND_API int tlsmend_plan_make(tlsmend_session *session, const char *const *runbooks, size_t runbook_count,
                                  const char *const *params, size_t param_count, tlsmend_plan **out,
                                  tlsmend_error *error);

/*
 * Asks the model of the handshake what programs get of TLS before the plan and after it, and keeps the answers in the plan: `picture` of
 * its JSON, the picture of its page. Not needed to apply it. Errors: those of tlsmend_state; E_MEMORY.
 */
TLSMEND_API int tlsmend_plan_picture(tlsmend_session *session, tlsmend_plan *plan, tlsmend_error *error);

/* Reads a plan that tlsmend_plan_render wrote as JSON, byte for byte. Needs no machine. Free *out with tlsmend_plan_free.
 * Errors: E_USAGE (no such file), E_PLAN (truncated, edited, foreign, made by a newer version). */
TLSMEND_API int tlsmend_plan_load(const char *path, tlsmend_plan **out, tlsmend_error *error);

/* Completes a loaded plan without its secrets: `params` are the secret texts "name=value" that it was made with. The runbooks run
 * once more and must propose the same. A whole plan takes none. Errors: those of tlsmend_plan_make; E_PLAN (not the same),
 * E_DRIFT. */
TLSMEND_API int tlsmend_plan_complete(tlsmend_session *session, tlsmend_plan *plan, const char *const *params,
                                      size_t count, tlsmend_error *error);

/* Whether "name" or "name=value" sets a secret parameter of the plan: 1 or 0. Show the value to nobody. */
TLSMEND_API int tlsmend_plan_is_secret(const tlsmend_plan *plan, const char *param);

/* The name of the plan's secret parameter number `index`, from 0; NULL behind the last. Borrowed until the plan is freed. */
TLSMEND_API const char *tlsmend_plan_secret(const tlsmend_plan *plan, size_t index);

/* The number of changes, restarts included. 0: the machine is as the runbooks want it. */
TLSMEND_API size_t tlsmend_plan_change_count(const tlsmend_plan *plan);

/* The number of things that the machine could not tell and that the plan rests on. */
TLSMEND_API size_t tlsmend_plan_unknown_count(const tlsmend_plan *plan);

/* The number of restarts among the changes. */
TLSMEND_API size_t tlsmend_plan_reboot_count(const tlsmend_plan *plan);

/* What keeps a run of this plan that waits to be confirmed, beside tlsmend_confirm: "ID: SERVER; ..." or NULL. Free *out with
 * tlsmend_text_free. */
TLSMEND_API int tlsmend_plan_keepers(const tlsmend_plan *plan, char **out, tlsmend_error *error);

/* The machine that the plan was made for, as it was named ("sim:pc.reg"). Borrowed until the plan is freed. */
TLSMEND_API const char *tlsmend_plan_machine(const tlsmend_plan *plan);

/* The SHA-256 of the file that the plan was read from, 64 hex digits; NULL for a plan that was not read from one. Borrowed until the
 * plan is freed. */
TLSMEND_API const char *tlsmend_plan_sha256(const tlsmend_plan *plan);

/* Renders a plan for people or as one JSON object, the same bytes for the same plan. Free *out with tlsmend_text_free. */
TLSMEND_API int tlsmend_plan_render(const tlsmend_plan *plan, tlsmend_format format, char **out,
                                    tlsmend_error *error);

/* The same in a language; JSON, TERRAFORM, JUNIT and SARIF do not depend on it. Errors: E_USAGE (no such language). */
TLSMEND_API int tlsmend_plan_render_in(const tlsmend_plan *plan, tlsmend_format format, const char *language,
                                       char **out, tlsmend_error *error);

/* Frees a plan. NULL is fine. */
TLSMEND_API void tlsmend_plan_free(tlsmend_plan *plan);

/* What was done. Free with tlsmend_report_free. */
typedef struct tlsmend_report tlsmend_report;

/* What became of a run. */
typedef enum tlsmend_result {
  /* Nothing was to be done. */
  TLSMEND_RESULT_NOTHING,
  /* Done, and a second plan is empty. */
  TLSMEND_RESULT_DONE,
  /* Done so far; a restart is needed to go on, then tlsmend_resume. */
  TLSMEND_RESULT_RESTART,
  /* Failed, or rolled back; everything that was written has been undone. */
  TLSMEND_RESULT_UNDONE,
  /* Failed, or rolled back in part; the report names what is left. */
  TLSMEND_RESULT_LEFT,
  /* Done, and will be undone unless it is confirmed in time. tlsmend_report_exit is that of E_UNKNOWN if its runbooks could not be
   * asked whether it is right. */
  TLSMEND_RESULT_AWAITS
} tlsmend_result;

/*
 * Applies a plan to the session's machine. First every before-value and everything that was read is checked, packages
 * are found and hashed, rights and the state folder are tried; nothing is written unless all hold. Then each step is
 * journalled and done. A step that fails, and a journal that cannot be written any more, lead to the undoing of what was
 * done: the report says so and the function returns TLSMEND_OK. Negative codes mean that nothing was written; but E_UNKNOWN may
 * mean that all is done, the runbooks could not be asked whether it is right, and the run stays open: tlsmend_resume asks again.
 * Free *out with tlsmend_report_free.
 * Errors: E_DRIFT, E_REFUSED, E_BUSY, E_DENIED, E_IO, E_UNKNOWN, E_PLAN (applied before, or not what its runbooks
 * propose), E_APPROVAL (the site demands approvals).
 */
TLSMEND_API int tlsmend_apply(tlsmend_session *session, const tlsmend_plan *plan, tlsmend_report **out,
                              tlsmend_error *error);

/* A flag of tlsmend_resume: the machine's own start calls (the arranged boot task), the proof of a restart where there is no other. */
#define TLSMEND_RESUME_STARTED 1
/* A flag of tlsmend_resume: a run that waits to be confirmed is waited for, and decided. */
#define TLSMEND_RESUME_WAIT 2
/* A flag of tlsmend_resume: restarts are as the options say, ASK too. */
#define TLSMEND_RESUME_REBOOT 4

/*
 * Continues the open run of the session's machine: after a restart, or after the program was killed. What was done is detected
 * again before anything is written. Runbooks, library, limits, trust and the consent to restarts (AUTO) are those of its beginning,
 * out of its journal, whatever the options say. A run that cannot go on stays open; tlsmend_status says why. *out has
 * TLSMEND_RESULT_NOTHING when none is open; free it with tlsmend_report_free. `flags`: TLSMEND_RESUME_ above, or 0.
 * Errors: E_BUSY, E_CORRUPT (its journal cannot be read), E_DRIFT, E_REFUSED, E_APPROVAL, E_DENIED, E_IO, E_UNKNOWN.
 */
TLSMEND_API int tlsmend_resume(tlsmend_session *session, int flags, tlsmend_report **out,
                               tlsmend_error *error);

/* A flag of tlsmend_rollback: values that somebody has changed since are left as they are, and named. */
#define TLSMEND_ROLLBACK_SKIP_CHANGED 1

/* Undoes a run, value by value, last step first. `run` is an id, or NULL for the last run: if that is undone already the result
 * is NOTHING. The whole of it is checked first: refused with E_DRIFT, before the first write, if somebody changed one of the
 * values since. Free *out with tlsmend_report_free. Errors: E_USAGE (no such run), E_DRIFT, E_BUSY, E_DENIED, E_IO, E_CORRUPT. */
TLSMEND_API int tlsmend_rollback(tlsmend_session *session, const char *run, int flags, tlsmend_report **out,
                                 tlsmend_error *error);

/* Renders what a rollback would do, without doing it; TEXT or JSON. *steps receives how many steps that is. Free *out with
 * tlsmend_text_free. Errors: those of tlsmend_rollback. */
TLSMEND_API int tlsmend_rollback_preview(tlsmend_session *session, const char *run, int flags,
                                         tlsmend_format format, char **out, size_t *steps,
                                         tlsmend_error *error);

/*
 * Keeps a run that was applied with options.confirm_minutes and waits to be confirmed: TLSMEND_RESULT_DONE. When none waits, *out has
 * TLSMEND_RESULT_NOTHING, but E_FAILED if the last is undone, E_BUSY if it is not finished. Unless it is called in time, the next
 * tlsmend_resume undoes the run, or keeps it if its runbooks declare verifies = "effect", servers answer each `verify`, and all pass.
 * Free *out with tlsmend_report_free.
 */
TLSMEND_API int tlsmend_confirm(tlsmend_session *session, tlsmend_report **out, tlsmend_error *error);

/* Renders the journalled runs of the session's machine; TEXT, JSON or HTML. *open receives the number of runs that are not finished.
 * Reads only. Free *out with tlsmend_text_free. */
TLSMEND_API int tlsmend_status(tlsmend_session *session, tlsmend_format format, char **out, size_t *open,
                               tlsmend_error *error);

/* Until when a run of the session's machine must be confirmed, in seconds since 1970; *deadline is 0 if none waits for that. */
TLSMEND_API int tlsmend_status_deadline(tlsmend_session *session, long long *deadline, tlsmend_error *error);

/* Whether a process waits for the end of that time (TLSMEND_RESUME_WAIT): 1, 0, or -1: no run waits, or it cannot be told. */
TLSMEND_API int tlsmend_status_watched(tlsmend_session *session);

/* Looks whether the journals of the session's machine, and those in the folder of its options, are whole: the chain of each, record
 * by record. *damaged receives the number of those that are not (a torn last record is no damage). Free *out with
 * tlsmend_text_free. */
TLSMEND_API int tlsmend_status_verify(tlsmend_session *session, tlsmend_format format, char **out,
                                      size_t *damaged, tlsmend_error *error);

/* What became of the run that a report speaks of. */
TLSMEND_API tlsmend_result tlsmend_report_result(const tlsmend_report *report);

/* The exit code of the command for a report: 0, 1, 4, 5 or 3010. */
TLSMEND_API int tlsmend_report_exit(const tlsmend_report *report);

/* Renders a report. Free *out with tlsmend_text_free. */
TLSMEND_API int tlsmend_report_render(const tlsmend_report *report, tlsmend_format format, char **out,
                                      tlsmend_error *error);

/* The same in a language, as tlsmend_plan_render_in. */
TLSMEND_API int tlsmend_report_render_in(const tlsmend_report *report, tlsmend_format format,
                                         const char *language, char **out, tlsmend_error *error);

/* Frees a report. NULL is fine. */
TLSMEND_API void tlsmend_report_free(tlsmend_report *report);

/* Renders an HTML page of `count` files that --format json wrote: one plan, report or status in full, several as a table of
 * machines. Free *out with tlsmend_text_free. Errors: E_USAGE (no such file), E_PLAN (not one of ours). */
TLSMEND_API int tlsmend_page(const char *const *files, size_t count, char **out, tlsmend_error *error);

/* The same in a language, as tlsmend_plan_render_in. */
TLSMEND_API int tlsmend_page_in(const char *const *files, size_t count, const char *language, char **out,
                                tlsmend_error *error);

/* What the session's machine does with TLS. */
typedef enum tlsmend_verdict {
  /* TLS 1.2 is effective for every client. */
  TLSMEND_VERDICT_COMPLIANT,
  /* Somewhere it is not. */
  TLSMEND_VERDICT_NOT_COMPLIANT,
  /* Somewhere it cannot be told, and nowhere it is not. */
  TLSMEND_VERDICT_UNKNOWN
} tlsmend_verdict;

/* Renders what Schannel, WinHTTP, WinINET and .NET of the session's machine do: defaults, what is set and where, what
 * overrides it, now and after a restart. TEXT, JSON and HTML. Reads only. Free *out with tlsmend_text_free. */
TLSMEND_API int tlsmend_state(tlsmend_session *session, tlsmend_format format, char **out,
                              tlsmend_verdict *verdict, tlsmend_error *error);

/* What a state is asked besides. Strings are borrowed for the call. */
typedef struct tlsmend_state_terms {
  size_t size;
  /* With whom the machine gets on: a service ("microsoft-365", "azure-front-door" ...), a server ("HOST:PORT"), another machine
   * ("FILE.reg", "sim:NAME") or a state of one that was written as JSON ("FILE.json"). NULL: nobody. */
  const char *with;
  /* Instead of the state the ClientHello of a layer: "schannel", "winhttp", "wininet" or "net". NULL: none. Not beside `with`. */
  const char *hello;
  /* What a program leaves out of that hello, by names; an unknown one is refused with those that there are. */
  const char *const *filters;
  /* How many those are. */
  size_t filter_count;
  /* Of a server: the name to ask for (SNI). NULL: the host. */
  const char *name;
  /* Of a server: seconds for each step, at most 60. 0: 5. */
  unsigned timeout;
} tlsmend_state_terms;

/* What tlsmend_state_terms begins with: it asks nothing besides. */
#define TLSMEND_STATE_TERMS_INIT                                                                             \
  { sizeof(tlsmend_state_terms), NULL, NULL, NULL, 0, NULL, 0 }

/*
 * tlsmend_state with terms. With `with`, each layer's handshake with that peer: version, suite and group, or why there is none; the
 * verdict is that of the handshakes (NOT_COMPLIANT: a layer's fails). A server is sent the hello that the machine would send, whatever
 * machine this is, and its first answer is what is told; no handshake is finished. With `hello` the verdict is COMPLIANT
 * where the hello is sure, NOT_COMPLIANT where the layer has nothing to offer, else UNKNOWN. Both have TEXT and JSON. Errors: E_USAGE, E_CORRUPT (a file), E_UNKNOWN (the host has no
 * address).
 */
TLSMEND_API int tlsmend_state_with(tlsmend_session *session, const tlsmend_state_terms *terms,
                                   tlsmend_format format, char **out, tlsmend_verdict *verdict,
                                   tlsmend_error *error);

/* How a server is asked. */
typedef struct tlsmend_probe_terms {
  size_t size;
  /* The server name to ask for (SNI). NULL: the host. */
  const char *name;
  /* Seconds for each step, at most 60. 0: 5. */
  unsigned timeout;
} tlsmend_probe_terms;

/* What tlsmend_probe_terms begins with. */
#define TLSMEND_PROBE_TERMS_INIT                                                                             \
  { sizeof(tlsmend_probe_terms), NULL, 0 }

/*
 * Asks a server ("HOST:PORT") which versions of SSL and TLS it speaks, and, on a live Windows, what a default client of that
 * machine agrees on with it; TEXT or JSON. *modern receives 1 if TLS 1.2 or later answers, 0 if it does not, -1 if that
 * cannot be told: silence is no "no". options.machine: NULL is this computer, whatever it runs; on a machine that is not live the
 * answer is "cannot tell". Free *out with tlsmend_text_free. Errors: E_USAGE, E_UNKNOWN (the host has no address).
 */
TLSMEND_API int tlsmend_probe(const tlsmend_options *options, const char *endpoint,
                              const tlsmend_probe_terms *terms, tlsmend_format format, char **out,
                              int *modern, tlsmend_error *error);

/*
 * Registers tlsmend as a source of the machine's event log (`install` non-zero), or takes that back. Runs write their start, end,
 * refusal and failure there either way; registered, the viewer shows them without a remark. `out` receives one line for
 * people. Errors: E_DENIED, E_UNSUPPORTED (a snapshot).
 */
TLSMEND_API int tlsmend_install(tlsmend_session *session, int install, char out[256], tlsmend_error *error);

/* Writes what the session's machine holds as a regedit 5 .reg file: all of it for a snapshot. Replaces the file whole.
 * Errors: E_IO, E_UNSUPPORTED (a live machine: not yet). */
TLSMEND_API int tlsmend_snapshot(tlsmend_session *session, const char *path, tlsmend_error *error);

#ifdef __cplusplus
}
#endif

/* The parts that need what stands above. */
#include <tlsmend/authoring.h>
#include <tlsmend/signing.h>
#include <tlsmend/worker.h>

#endif
