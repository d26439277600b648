/* `tlsmend confirm`: keep the run that waits for it. */
#include "cli/cli.h"

static int run(const cli_call *call) {
  tlsmend_error error;
  tlsmend_session *session = NULL;
  tlsmend_report *report = NULL;
  tlsmend_options library = cli_options(call, TLSMEND_REBOOT_NEVER, NULL);
  int code = tlsmend_session_open(&library, &session, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_confirm(session, &report, &error);
  int exit_code = code == TLSMEND_OK ? cli_report(call, report) : say_failure(&error, call->format);
  tlsmend_session_close(session);
  return exit_code;
}

static const opt_spec takes[] = {
    {OPT_INCLUDE, .rows = cli_session},
    {OPT_INCLUDE, .rows = cli_common},
    {.kind = OPT_END},
};

static const char examples[] = "confirm\n"
                               "confirm -m sim:pc.reg";
const cli_command cmd_confirm = {
    "confirm", "keep what apply --confirm-within would undo", takes, sizeof(cli_call), run, examples};
