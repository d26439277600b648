/* `tlsmend show RUNBOOK`: its declaration. */
#include "cli/cli.h"

int cmd_show(const opt *options) {
  tlsmend_error error;
  tlsmend_options library = cli_options(options, TLSMEND_REBOOT_NEVER, NULL);
  char *text = NULL;
  if (tlsmend_runbook_show(&library, options->operands[1], options->format, &text, &error) != TLSMEND_OK)
    return say_failure(&error, options->format);
  return say_result(text, 0);
}
