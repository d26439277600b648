/* `tlsmend resume`: continue the open run. The arranged start of the machine calls it with --boot. */
#include "cli/cli.h"

int cmd_resume(const opt *options) {
  tlsmend_error error;
  tlsmend_session *session = NULL;
  tlsmend_report *report = NULL;
  cli_live live = {0};
  tlsmend_options library = cli_options(options, options->reboot, &live);
  int flags = (options->given & OPT_BOOT) != 0 ? TLSMEND_RESUME_STARTED | TLSMEND_RESUME_WAIT : 0;
  if ((options->given & OPT_REBOOT) != 0)
    flags |= TLSMEND_RESUME_REBOOT;
  int code = tlsmend_session_open(&library, &session, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_resume(session, flags, &report, &error);
  cli_live_end(&live, code == TLSMEND_OK && cli_waits(report));
  if (code == TLSMEND_OK && tlsmend_report_result(report) == TLSMEND_RESULT_AWAITS &&
      (options->given & OPT_BOOT) == 0)
    cli_watch(options, session);
  int exit_code = code == TLSMEND_OK ? cli_report(options, report) : say_failure(&error, options->format);
  tlsmend_session_close(session);
  return exit_code;
}
