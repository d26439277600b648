/* `tlsmend state`: what the machine's TLS really does. */
#include "cli/cli.h"

static int run(const cli_call *call) {
  static const int exits[] = {
      [TLSMEND_VERDICT_COMPLIANT] = 0, [TLSMEND_VERDICT_NOT_COMPLIANT] = 2, [TLSMEND_VERDICT_UNKNOWN] = 5};
  tlsmend_error error;
  tlsmend_session *session = NULL;
  tlsmend_verdict verdict = TLSMEND_VERDICT_UNKNOWN;
  char *text = NULL;
  cli_live live = {0};
  tlsmend_options library = cli_options(call, TLSMEND_REBOOT_NEVER, &live);
  int code = tlsmend_session_open(&library, &session, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_state(session, call->format, &text, &verdict, &error);
  tlsmend_session_close(session);
  if (code == TLSMEND_OK && call->output)
    return cli_write(call, text, exits[verdict]);
  return cli_end(call, code, text, exits[verdict], &error);
}

static const opt_spec takes[] = {
    {OPT_INCLUDE, .rows = cli_session},
    {OPT_INCLUDE, .rows = cli_output, .brief = true},
    {OPT_INCLUDE, .rows = cli_common_page},
    {.kind = OPT_END},
};

static const char examples[] = "state\n"
                               "state -m sim:win7-sp1-x64 --format html -o state.html";
const cli_command cmd_state = {
    "state", "what TLS of a machine really does, and why", takes, sizeof(cli_call), run, examples};
