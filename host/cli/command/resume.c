/* `tlsmend resume`: continue the open run. The arranged start of the machine calls it with --boot. */
#include "cli/cli.h"

typedef struct arguments {
  cli_call call;
  bool boot;
} arguments;

static int run(const cli_call *call) {
  tlsmend_error error;
  tlsmend_session *session = NULL;
  tlsmend_report *report = NULL;
  cli_live live = {0};
  bool boot = ((const arguments *)call)->boot;
  tlsmend_options library = cli_options(call, cli_reboot_of(call->reboot_word), &live);
  int flags = boot ? TLSMEND_RESUME_STARTED | TLSMEND_RESUME_WAIT : 0;
  if (call->reboot_word)
    flags |= TLSMEND_RESUME_REBOOT;
  int code = tlsmend_session_open(&library, &session, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_resume(session, flags, &report, &error);
  cli_live_end(&live, code == TLSMEND_OK && cli_waits(report));
  if (code == TLSMEND_OK && tlsmend_report_result(report) == TLSMEND_RESULT_AWAITS && !boot)
    cli_watch(call, session);
  int exit_code = code == TLSMEND_OK ? cli_report(call, report) : say_failure(&error, call->format);
  tlsmend_session_close(session);
  return exit_code;
}

static const opt_spec takes[] = {
    {OPT_INCLUDE, .rows = cli_session},
    {OPT_INCLUDE, .rows = cli_reboot, .brief = true},
    {OPT_SWITCH, .name = "boot", .target = offsetof(arguments, boot),
     .help = "only for the start that tlsmend has arranged"},
    {OPT_INCLUDE, .rows = cli_common_any},
    {.kind = OPT_END},
};

static const char examples[] = "resume\n"
                               "resume -m sim:pc.reg --reboot never";
const cli_command cmd_resume = {
    "resume", "continue a run after a restart or a power cut", takes, sizeof(arguments), run, examples};
