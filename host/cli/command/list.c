/* `tlsmend list`: the runbooks that can be called by name. */
#include "cli/cli.h"

static int run(const cli_call *call) {
  tlsmend_error error;
  tlsmend_options library = cli_options(call, TLSMEND_REBOOT_NEVER, NULL);
  char *text = NULL;
  int code = tlsmend_runbook_list(&library, call->format, &text, &error);
  return cli_end(call, code, text, 0, &error);
}

static const opt_spec takes[] = {
    {OPT_INCLUDE, .rows = cli_common},
    {.kind = OPT_END},
};

static const char examples[] = "list\n"
                               "list --library my-runbooks";
const cli_command cmd_list = {
    "list", "the runbooks that can be called by name", takes, sizeof(cli_call), run, examples};
