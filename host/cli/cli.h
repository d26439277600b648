/*
 * A command: what it declares, and what its function is given. Commands are clients of <tlsmend/tlsmend.h>; of the
 * host they know only os/os.h (arguments, terminal, replacing a file).
 */
#ifndef TLSMEND_CLI_CLI_H
#define TLSMEND_CLI_CLI_H

#include <stddef.h>

#include "cli/opt.h"
#include "cli/say.h"

typedef struct cli_command cli_command;

/*
 * One call of a command: the values of the options that several commands share. A command with options of its own
 * declares a struct that begins with a cli_call, and casts. Zeroed before the command line is read.
 */
typedef struct cli_call {
  const cli_command *command;
  const cli_command *const *commands; /* all there are, up to NULL */
  opt_list operands, params;
  const char *machine, *state, *library, *trust, *output, *key;
  const char *language; /* after cli_parse: that of --lang, else the environment's */
  const char *format_word, *reboot_word;
  tlsmend_format format;                          /* as format_word says it */
  unsigned long long limits[TLSMEND_LIMIT_COUNT]; /* 0: not said */
  bool yes, accept_unknown, help, version;
} cli_call;

#define CLI_TARGET(member) .target = offsetof(cli_call, member)

struct cli_command {
  const char *name, *help;
  const opt_spec *takes;
  size_t size;                      /* of the struct that `takes` describes */
  int (*run)(const cli_call *call); /* returns the exit code */
  const char *examples;             /* for `help COMMAND`, a command a line, without "tlsmend" in front */
};

/* The commands, in the order of help. Each is cmd_NAME of command/NAME.c. */
#define CLI_COMMANDS(X)                                                                                      \
  X(list)                                                                                                    \
  X(show)                                                                                                    \
  X(plan)                                                                                                    \
  X(apply)                                                                                                   \
  X(confirm)                                                                                                 \
  X(approve)                                                                                                 \
  X(sign)                                                                                                    \
  X(verify)                                                                                                  \
  X(report)                                                                                                  \
  X(resume)                                                                                                  \
  X(status)                                                                                                  \
  X(rollback)                                                                                                \
  X(snapshot)                                                                                                \
  X(state)                                                                                                   \
  X(repl)                                                                                                    \
  X(new)                                                                                                     \
  X(lint)                                                                                                    \
  X(test)                                                                                                    \
  X(probe)                                                                                                   \
  X(install)                                                                                                 \
  X(uninstall)                                                                                               \
  X(version)                                                                                                 \
  X(help)
#define CLI_EXTERN(name) extern const cli_command cmd_##name;
CLI_COMMANDS(CLI_EXTERN)
#undef CLI_EXTERN

/* call.c: from arguments to a call. */

/* E_USAGE with one line that names the way out. Free *out with cli_call_free in any case. */
int cli_parse(int argc, char **argv, cli_call **out, tlsmend_error *error);
void cli_call_free(cli_call *call);

/* How errors are shown when the command line could not be understood: as JSON if --format json stands anywhere. */
tlsmend_format cli_error_format(int argc, char **argv);

/* command/help.c: what a command declares, shown. */

int cli_help(const cli_call *call, const cli_command *command);
void cli_print_overview(FILE *to, const cli_command *const *commands);

/* shared.c: what several commands need: options, each a table to include, and the way to another command. */

extern const opt_spec cli_runbook[], cli_runbooks[]; /* operands */
extern const opt_spec cli_machine[], cli_session[];  /* the second with the folder of journals */
extern const opt_spec cli_params[], cli_output[], cli_key[], cli_trust[], cli_limits[];
extern const opt_spec cli_yes[], cli_accept_unknown[], cli_reboot[];

/* What every command takes, with the formats that it writes: text and JSON, and more. */
extern const opt_spec cli_common[], cli_common_page[], cli_common_junit[], cli_common_any[],
    cli_common_repl[], cli_common_report[];

/* Stands for the command where the line names none; it cannot be run. */
extern const cli_command cli_no_command;

/* NULL with E_USAGE in *error: there is none of that name. */
const cli_command *cli_command_find(const cli_command *const *commands, const char *name,
                                    tlsmend_error *error);

/* What a word of --reboot stands for; NULL is "ask". */
tlsmend_reboot cli_reboot_of(const char *word);

/* output.c: what a command writes. */

/* E_USAGE, naming both, if `output` is a file that the call reads. To be asked before anything is written; NULL is fine. */
int cli_check_output(const cli_call *call, const char *output, tlsmend_error *error);

/* The same for a file that only this command reads, beside -o. NULL is fine. */
int cli_check_read(const cli_call *call, const char *file, tlsmend_error *error);

/* The end of a command whose result is a text: prints and frees it, or says what has failed. Returns the exit code. */
int cli_end(const cli_call *call, int code, char *text, int exit_code, const tlsmend_error *error);

/* Writes a text to the file of -o and frees it. Returns exit_code, or says what has failed. */
int cli_write(const cli_call *call, char *text, int exit_code);

/* line.c: lines from a person or a file. */

/* What the word at the end of a line can become, one a line; malloc'd, or NULL. */
typedef char *(*cli_complete_fn)(void *data, const char *line);

/* Sets up editing, history and completion where a person types and the build has them. */
void cli_line_open(cli_complete_fn complete, void *data);

/* Reads a line without its end; malloc'd, NULL at the end of the input and when a signal has come. The prompt is shown to a person only. */
char *cli_line_read(const char *prompt);

void cli_line_close(void);

/* password.c: of a secret key. */

typedef struct cli_password {
  const char *text; /* NULL: none */
  char *given;      /* from TLSMEND_PASSWORD */
  char typed[512];
  int tries;
} cli_password;

/*
 * For a loop that signs with call->key: `cli_password password = {0}; while (cli_password_next(...)) code = ...;`. The
 * body runs once unless *code is an error already. If it leaves E_ABSENT (the key has another password) a person is
 * asked for it and the body runs once more; *code is E_APPROVAL if nobody can be asked. The password is wiped at the
 * end.
 */
bool cli_password_next(cli_password *password, const cli_call *call, int *code, tlsmend_error *error);

/* live.c: what a person sees while a session works. */

/* Where the events of a session go; zeroed at first, and until the session is closed. */
typedef struct cli_live {
  const char *language;
  bool step_open;     /* a step has no outcome yet */
  bool warned;        /* a warning has said why the open step may not be done */
  bool line_open;     /* the cursor stands behind a step's text */
  bool progress_open; /* the cursor stands behind a line of progress */
} cli_live;

/* The library's options for this call; restarts as `reboot` says. *live is borrowed until the session is closed. */
tlsmend_options cli_options(const cli_call *call, tlsmend_reboot reboot, cli_live *live);

/* Ends an open line. A step that is still open is the restart that is waited for, or else it has failed. */
void cli_live_end(cli_live *live, bool waiting);

/* next.c: what to type next. */

/* The machine of this call as a person would name it. */
const char *cli_machine_name(const cli_call *call);

/* The same for a sentence in the person's language. Free with tlsmend_text_free; NULL when out of memory. */
char *cli_machine_said(const cli_call *call);

/*
 * Prints "  tlsmend VERB OPERAND..." with what the command needs to find the same machine and journals, and with the plan that was
 * made, its parameters without secrets. `operands` and `plan` may be NULL.
 */
void cli_next(FILE *to, const cli_call *call, const char *verb, const opt_list *operands,
              const tlsmend_plan *plan);

/* report.c: the end of apply, resume and rollback. */

/* Whether a report ends at a restart. NULL is no. */
bool cli_waits(const tlsmend_report *report);

/* Renders and prints a report, says what to do next, and returns the exit code. Frees the report. */
int cli_report(const cli_call *call, tlsmend_report *report);

/* watch.c: who waits for the end of the time to confirm. */

/* Starts a process that waits for the end of the time to confirm, unless one waits. Says it where none can. */
void cli_watch(const cli_call *call, tlsmend_session *session);

#endif
