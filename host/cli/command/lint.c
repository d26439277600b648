/* `tlsmend lint`: what is wrong with runbooks, before anybody runs them. */
#include "cli/cli.h"

static int run(const cli_call *call) {
  tlsmend_error error;
  char *text = NULL;
  size_t findings = 0;
  cli_live live = {0};
  tlsmend_options library = cli_options(call, TLSMEND_REBOOT_NEVER, &live);
  tlsmend_lint_request request = {call->operands.items, call->operands.count, call->format};
  int code = tlsmend_lint(&library, &request, &text, &findings, &error);
  return cli_end(call, code, text, findings > 0 ? 2 : 0, &error);
}

static const opt_spec takes[] = {
    {OPT_OPERAND, .name = "FILE", .required = true, .repeated = true, CLI_TARGET(operands),
     .help = "a runbook's file"},
    {OPT_INCLUDE, .rows = cli_limits},
    {OPT_INCLUDE, .rows = cli_common},
    {.kind = OPT_END},
};

static const char examples[] = "lint my-runbook.lua";
const cli_command cmd_lint = {"lint",  "look for mistakes in runbooks", takes, sizeof(cli_call), run,
                              examples};
