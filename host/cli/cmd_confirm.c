/* `tlsmend confirm`: keep the run that waits for it. */
#include "cli/cli.h"

int cmd_confirm(const opt *options) {
  tlsmend_error error;
  tlsmend_session *session = NULL;
  tlsmend_report *report = NULL;
  tlsmend_options library = cli_options(options, TLSMEND_REBOOT_NEVER, NULL);
  int code = tlsmend_session_open(&library, &session, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_confirm(session, &report, &error);
  int exit_code = code == TLSMEND_OK ? cli_report(options, report) : say_failure(&error, options->format);
  tlsmend_session_close(session);
  return exit_code;
}
