/* `tlsmend install` and `tlsmend uninstall`: the source of the event log, and nothing else. */
#include "cli/cli.h"

static int run(const cli_call *call) {
  tlsmend_error error;
  tlsmend_session *session = NULL;
  char line[256];
  tlsmend_options library = cli_options(call, TLSMEND_REBOOT_NEVER, NULL);
  bool install = call->command == &cmd_install;
  int code = tlsmend_session_open(&library, &session, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_install(session, install, line, &error);
  tlsmend_session_close(session);
  if (code != TLSMEND_OK)
    return say_failure(&error, call->format);
  if (call->format == TLSMEND_FORMAT_JSON)
    say_object("tlsmend-install/1", install ? "installed" : "uninstalled", NULL, NULL, NULL, NULL);
  else
    puts(line);
  return 0;
}

static const opt_spec takes[] = {
    {OPT_INCLUDE, .rows = cli_session},
    {OPT_INCLUDE, .rows = cli_common},
    {.kind = OPT_END},
};

static const char examples[] = "install\n"
                               "install -m sim:pc.reg";
const cli_command cmd_install = {
    "install", "register tlsmend as a source of the event log", takes, sizeof(cli_call), run, examples};

static const char uninstall_examples[] = "uninstall\n"
                                         "uninstall -m sim:pc.reg";
const cli_command cmd_uninstall = {"uninstall", "take that back",  takes, sizeof(cli_call),
                                   run,         uninstall_examples};
