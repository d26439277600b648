/* `tlsmend list`: the runbooks that can be called by name. */
#include "cli/cli.h"

int cmd_list(const opt *options) {
  tlsmend_error error;
  tlsmend_options library = cli_options(options, TLSMEND_REBOOT_NEVER, NULL);
  char *text = NULL;
  if (tlsmend_runbook_list(&library, options->format, &text, &error) != TLSMEND_OK)
    return say_failure(&error, options->format);
  return say_result(text, 0);
}
