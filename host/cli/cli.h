/*
 * A command: its row in the table of main.c and what its function is given. Commands are clients of
 * <tlsmend/tlsmend.h>; of the host they know only os/os.h (arguments, terminal, replacing a file).
 */
#ifndef TLSMEND_CLI_CLI_H
#define TLSMEND_CLI_CLI_H

#include "cli/opt.h"
#include "cli/say.h"

/* Returns the exit code. options->operands[0] is the command's own name. */
typedef int (*cli_run_fn)(const opt *options);

typedef struct cli_command {
  const char *name, *synopsis, *help;
  opt_bits options;   /* what it accepts, beside those that all do */
  size_t least, most; /* operands behind the name */
  cli_run_fn run;
} cli_command;

int cmd_list(const opt *options);
int cmd_show(const opt *options);
int cmd_plan(const opt *options);
int cmd_apply(const opt *options);
int cmd_approve(const opt *options);
int cmd_sign(const opt *options);
int cmd_verify(const opt *options);
int cmd_report(const opt *options);
int cmd_confirm(const opt *options);
int cmd_install(const opt *options);
int cmd_resume(const opt *options);
int cmd_status(const opt *options);
int cmd_rollback(const opt *options);
int cmd_snapshot(const opt *options);
int cmd_state(const opt *options);
int cmd_lint(const opt *options);
int cmd_new(const opt *options);
int cmd_repl(const opt *options);
int cmd_test(const opt *options);
int cmd_probe(const opt *options);
int cmd_version(const opt *options);

/* output.c: what a command writes. */

/* E_USAGE, naming both, if the command would write over a file that it reads. To be asked before anything is written. */
int cli_check_output(const opt *options, const cli_command *command, tlsmend_error *error);

/* line.c: lines from a person or a file. */

/* What the word at the end of a line can become, one a line; malloc'd, or NULL. */
typedef char *(*cli_complete_fn)(void *data, const char *line);

/* Sets up editing, history and completion where a person types and the build has them. */
void cli_line_open(cli_complete_fn complete, void *data);

/* Reads a line without its end; malloc'd, NULL at the end of the input and when a signal has come. The prompt is shown to a person only. */
char *cli_line_read(const char *prompt);

void cli_line_close(void);

/* key.c: signing with options->key. */

/* E_ABSENT: the key has a password and `password` is NULL. */
typedef int (*cli_key_fn)(void *data, const char *password, tlsmend_error *error);

/* Calls fn, and once more with a typed password if it asks for one. E_USAGE: no key is named; E_APPROVAL: nobody can be asked. */
int cli_key_use(const opt *options, cli_key_fn fn, void *data, tlsmend_error *error);

/* live.c: what a person sees while a session works. */

/* Where the events of a session go; zeroed at first, and until the session is closed. */
typedef struct cli_live {
  const char *language;
  bool step_open;     /* a step has no outcome yet */
  bool warned;        /* a warning has said why the open step may not be done */
  bool line_open;     /* the cursor stands behind a step's text */
  bool progress_open; /* the cursor stands behind a line of progress */
} cli_live;

/* The library's options for this call; restarts as `reboot` says. *live is borrowed until the session is
 * closed. */
tlsmend_options cli_options(const opt *options, tlsmend_reboot reboot, cli_live *live);

/* Ends an open line. A step that is still open is the restart that is waited for, or else it has failed. */
void cli_live_end(cli_live *live, bool waiting);

/* Whether a report ends at a restart. NULL is no. */
bool cli_waits(const tlsmend_report *report);

/* Starts a process that waits for the end of the time to confirm, unless one waits. Says it where none can. */
void cli_watch(const opt *options, tlsmend_session *session);

/* Renders and prints a report, says what to do next, and returns the exit code. Frees the report. */
int cli_report(const opt *options, tlsmend_report *report);

#endif
