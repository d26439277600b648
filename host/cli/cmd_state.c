/* `tlsmend state`: what the machine's TLS really does. */
#include <string.h>

#include "cli/cli.h"
#include "os/os.h"

/* To a file, or to stdout; frees the text. Returns the exit code. */
static int put(const opt *options, char *text, int exit_code) {
  tlsmend_error error;
  if (options->output == NULL)
    return say_result(text, exit_code);
  int code = os_file_replace(options->output, text, strlen(text), &error);
  tlsmend_text_free(text);
  return code == TLSMEND_OK ? exit_code : say_failure(&error, options->format);
}

int cmd_state(const opt *options) {
  static const int exits[] = {
      [TLSMEND_VERDICT_COMPLIANT] = 0, [TLSMEND_VERDICT_NOT_COMPLIANT] = 2, [TLSMEND_VERDICT_UNKNOWN] = 5};
  tlsmend_error error;
  tlsmend_session *session = NULL;
  tlsmend_verdict verdict = TLSMEND_VERDICT_UNKNOWN;
  char *text = NULL;
  cli_live live = {0};
  tlsmend_options library = cli_options(options, TLSMEND_REBOOT_NEVER, &live);
  int code = tlsmend_session_open(&library, &session, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_state(session, options->format, &text, &verdict, &error);
  tlsmend_session_close(session);
  return code == TLSMEND_OK ? put(options, text, exits[verdict]) : say_failure(&error, options->format);
}
