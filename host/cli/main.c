/* The command `tlsmend`: one table of commands, help, and the way from arguments to a command and its exit
 * code. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "os/os.h"

#define everywhere (OPT_FORMAT | OPT_HELP | OPT_LIBRARY | OPT_LANG)
#define session    (OPT_MACHINE | OPT_STATE)
#define running    (session | OPT_LIMITS | OPT_TRUST)
enum { any_number = 4096 };

static int cmd_help(const opt *options);

static const cli_command commands[] = {
    {"list", "list", "the runbooks that can be called by name", 0, 0, 0, cmd_list},
    {"show", "show RUNBOOK", "what a runbook is, needs and takes", OPT_LIMITS | OPT_TRUST, 1, 1, cmd_show},
    {"plan", "plan RUNBOOK... [-m SPEC] [-p NAME=VALUE]... [-o FILE]",
     "what would be changed; writes nothing", running | OPT_PARAM | OPT_OUTPUT | OPT_ANY_FORMAT, 1,
     any_number, cmd_plan},
    {"apply", "apply RUNBOOK... | --plan FILE [--approved-by KEY]... [-m SPEC] [--yes]",
     "plan, ask, then change the machine",
     running | OPT_REBOOT | OPT_ALLOW_UNSIGNED | OPT_PARAM | OPT_PLAN | OPT_YES | OPT_ACCEPT_UNKNOWN |
         OPT_APPROVED_BY | OPT_APPROVALS | OPT_SIGNATURE | OPT_CONFIRM_WITHIN | OPT_ANY_FORMAT,
     0, any_number, cmd_apply},
    {"confirm", "confirm [-m SPEC]", "keep what apply --confirm-within would undo", session, 0, 0,
     cmd_confirm},
    {"approve", "approve FILE.plan -s KEY [--approver NAME] [--ticket ID] [--expires DATE]",
     "sign a saved plan, so that it may be applied",
     OPT_KEY | OPT_APPROVER | OPT_TICKET | OPT_EXPIRES | OPT_SIGNATURE | OPT_ACCEPT_UNKNOWN, 1, 1,
     cmd_approve},
    {"sign", "sign FILE... -s KEY [-t COMMENT] [-o NAME.tlsmend]",
     "sign a runbook or package, or make a signed bundle", OPT_KEY | OPT_COMMENT | OPT_OUTPUT, 1, any_number,
     cmd_sign},
    {"verify", "verify FILE [-k KEY]... [--trust DIR]",
     "whose runbook, package or bundle it is, and if it is whole", OPT_PUBLIC_KEY | OPT_TRUST, 1, 1,
     cmd_verify},
    {"report", "report FILE... [-o PAGE.html]", "plans, reports and states of many machines on one page",
     OPT_OUTPUT | OPT_HTML_FORMAT, 1, any_number, cmd_report},
    {"resume", "resume [-m SPEC] [--reboot ask|auto|never]", "continue a run after a restart or a power cut",
     session | OPT_REBOOT | OPT_BOOT | OPT_ANY_FORMAT, 0, 0, cmd_resume},
    {"status", "status [--verify] [-m SPEC]", "which runs there were, and what is open", session | OPT_VERIFY,
     0, 0, cmd_status},
    {"rollback", "rollback [RUN] [--plan] [--skip-changed] [-m SPEC] [--yes]",
     "undo a run, value by value (default: the last one)",
     session | OPT_YES | OPT_SKIP_CHANGED | OPT_PREVIEW | OPT_ANY_FORMAT, 0, 1, cmd_rollback},
    {"snapshot", "snapshot [-m SPEC] -o FILE.reg", "write a sim: machine to a file (a live one: not yet)",
     session | OPT_OUTPUT, 0, 0, cmd_snapshot},
    {"state", "state [-m SPEC] [-o FILE]", "what TLS of a machine really does, and why",
     session | OPT_OUTPUT | OPT_HTML_FORMAT, 0, 0, cmd_state},
    {"repl", "repl [-m SPEC]", "a prompt on a machine; nothing is written", running, 0, 0, cmd_repl},
    {"new", "new ID", "write a runbook to begin with, and its test", 0, 1, 1, cmd_new},
    {"lint", "lint FILE...", "look for mistakes in runbooks", OPT_LIMITS, 1, any_number, cmd_lint},
    {"test", "test RUNBOOK... [-m SPEC] [-p NAME=VALUE]... [--machines DIR]",
     "try a runbook on every Windows, and break it there",
     OPT_MACHINE | OPT_PARAM | OPT_MACHINES | OPT_JUNIT_FORMAT | OPT_LIMITS, 1, any_number, cmd_test},
    {"probe", "probe HOST:PORT [--sni NAME] [--timeout S] [-m SPEC]",
     "which versions of SSL and TLS a server speaks", OPT_MACHINE | OPT_SNI | OPT_TIMEOUT, 1, 1, cmd_probe},
    {"install", "install [-m SPEC]", "register tlsmend as a source of the event log", session, 0, 0,
     cmd_install},
    {"uninstall", "uninstall [-m SPEC]", "take that back", session, 0, 0, cmd_install},
    {"version", "version", "the version of the library", 0, 0, 0, cmd_version},
    {"help", "help [COMMAND]", "this text, or all about one command", 0, 0, 1, cmd_help},
};
enum { command_count = sizeof commands / sizeof commands[0] };

static const cli_command *command_find(const char *name) {
  for (size_t i = 0; i < command_count; i++)
    if (strcmp(commands[i].name, name) == 0)
      return &commands[i];
  return NULL;
}

static int unknown_command(const char *name, tlsmend_format format) {
  tlsmend_error error;
  say_error(&error, TLSMEND_E_USAGE, "unknown command '%s'; 'tlsmend help' lists the commands", name);
  return say_failure(&error, format);
}

static void print_overview(FILE *to) {
  fputs("tlsmend runs TLS remediation runbooks on Windows machines and snapshots of them.\n\n", to);
  for (size_t i = 0; i < command_count; i++)
    fprintf(to, "  tlsmend %-9s %s\n", commands[i].name, commands[i].help);
  fputs("\n"
        "'tlsmend help COMMAND' shows its options. To try:\n"
        "  tlsmend plan winhttp-tls12 -m sim:win7-sp1-x64\n\n"
        "Exit codes: 0 nothing to do, or done    1 failed, nothing is half-done\n"
        "            2 changes are needed        3 refused before the first write\n"
        "            4 failed and not undone     5 cannot tell     64 usage\n"
        "            3010 a restart is needed (194 where exit codes have 8 bits)\n",
        to);
}

static void print_command_help(const cli_command *command) {
  printf("tlsmend %s\n  %s\n\n", command->synopsis, command->help);
  opt_print_help(stdout, command->options | everywhere);
}

static int cmd_help(const opt *options) {
  if (options->operand_count < 2) {
    print_overview(stdout);
    return 0;
  }
  const cli_command *command = command_find(options->operands[1]);
  if (command == NULL)
    return unknown_command(options->operands[1], options->format);
  print_command_help(command);
  return 0;
}

static int check_operands(const cli_command *command, size_t count, tlsmend_error *error) {
  if (count < command->least)
    return say_error(error, TLSMEND_E_USAGE, "too little said: tlsmend %s", command->synopsis);
  if (count > command->most)
    return say_error(error, TLSMEND_E_USAGE, "too many operands: tlsmend %s", command->synopsis);
  return TLSMEND_OK;
}

static int run(const opt *options) {
  tlsmend_error error;
  if ((options->given & OPT_VERSION) != 0)
    return cmd_version(options);
  if (options->operand_count == 0) {
    bool asked = (options->given & OPT_HELP) != 0;
    print_overview(asked ? stdout : stderr);
    return asked ? 0 : tlsmend_error_exit(TLSMEND_E_USAGE);
  }
  const cli_command *command = command_find(options->operands[0]);
  if (command == NULL)
    return unknown_command(options->operands[0], options->format);
  if ((options->given & OPT_HELP) != 0) {
    print_command_help(command);
    return 0;
  }
  if (opt_check(options, command->options | everywhere, command->name, &error) != TLSMEND_OK ||
      check_operands(command, options->operand_count - 1, &error) != TLSMEND_OK ||
      cli_check_output(options, command, &error) != TLSMEND_OK)
    return say_failure(&error, options->format);
  return command->run(options);
}

int main(int argc, char **argv) {
  tlsmend_error error;
  opt options = {0};
  os_main_streams();
#ifdef SIGPIPE
  /* A reader that goes away (`| head`) must not kill a run between two of its steps. */
  signal(SIGPIPE, SIG_IGN);
#endif
  if (os_main_arguments(&argc, &argv, &error) != TLSMEND_OK)
    return say_failure(&error, TLSMEND_FORMAT_TEXT);
  int exit_code = 0;
  if (opt_parse(&options, argc, argv, &error) == TLSMEND_OK)
    exit_code = run(&options);
  else
    exit_code = say_failure(&error, opt_wants_json(argc, argv) ? TLSMEND_FORMAT_JSON : TLSMEND_FORMAT_TEXT);
  opt_clear(&options);
  return exit_code;
}
