/* `tlsmend help`: the commands, or all about one. Everything that it says of a command stands in the command's own file. */
#include <string.h>

#include "cli/cli.h"

void cli_print_overview(FILE *to, const cli_command *const *commands) {
  fputs("tlsmend runs TLS remediation runbooks on Windows machines and snapshots of them.\n\n", to);
  for (; *commands; commands++)
    fprintf(to, "  tlsmend %-9s %s\n", (*commands)->name, (*commands)->help);
  fputs("\n"
        "'tlsmend help COMMAND' shows its options. To try:\n"
        "  tlsmend plan winhttp-tls12 -m sim:win7-sp1-x64\n\n"
        "Exit codes: 0 nothing to do, or done    1 failed, nothing is half-done\n"
        "            2 changes are needed        3 refused before the first write\n"
        "            4 failed and not undone     5 cannot tell     64 usage\n"
        "            3010 a restart is needed (194 where exit codes have 8 bits)\n",
        to);
}

int cli_help(const cli_call *call, const cli_command *command) {
  char synopsis[OPT_SYNOPSIS_SIZE];
  if (command == &cli_no_command) {
    cli_print_overview(stdout, call->commands);
    return 0;
  }
  printf("tlsmend %s\n  %s\n\n", opt_synopsis(command->takes, command->name, synopsis), command->help);
  opt_print_help(stdout, command->takes);
  puts("\nFor example:");
  for (const char *line = command->examples; *line; line += strcspn(line, "\n"), line += *line == '\n')
    printf("  tlsmend %.*s\n", (int)strcspn(line, "\n"), line);
  return 0;
}

static int run(const cli_call *call) {
  tlsmend_error error;
  const cli_command *command = &cli_no_command;
  if (call->operands.count > 0)
    command = cli_command_find(call->commands, call->operands.items[0], &error);
  return command ? cli_help(call, command) : say_failure(&error, call->format);
}

static const opt_spec takes[] = {
    {OPT_OPERAND, .name = "COMMAND", CLI_TARGET(operands), .help = "one that 'tlsmend help' lists"},
    {OPT_INCLUDE, .rows = cli_common},
    {.kind = OPT_END},
};

static const char examples[] = "help\n"
                               "help plan";
const cli_command cmd_help = {"help",  "this text, or all about one command", takes, sizeof(cli_call), run,
                              examples};
