/* `tlsmend show RUNBOOK`: its declaration. */
#include "cli/cli.h"

static int run(const cli_call *call) {
  tlsmend_error error;
  tlsmend_options library = cli_options(call, TLSMEND_REBOOT_NEVER, NULL);
  char *text = NULL;
  int code = tlsmend_runbook_show(&library, call->operands.items[0], call->format, &text, &error);
  return cli_end(call, code, text, 0, &error);
}

static const opt_spec takes[] = {
    {OPT_INCLUDE, .rows = cli_runbook},
    {OPT_INCLUDE, .rows = cli_limits},
    {OPT_INCLUDE, .rows = cli_trust},
    {OPT_INCLUDE, .rows = cli_common},
    {.kind = OPT_END},
};

static const char examples[] = "show winhttp-tls12\n"
                               "show ./my-runbook.lua --format json";
const cli_command cmd_show = {"show",  "what a runbook is, needs and takes", takes, sizeof(cli_call), run,
                              examples};
