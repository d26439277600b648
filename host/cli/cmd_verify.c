/* `tlsmend verify`: whose runbook or bundle it is, and what the signature covers. */
#include "cli/cli.h"

int cmd_verify(const opt *options) {
  tlsmend_error error;
  char *text = NULL;
  int trusted = 0;
  tlsmend_options library = cli_options(options, TLSMEND_REBOOT_NEVER, NULL);
  tlsmend_verify_request request = {options->operands[1], options->keys, options->key_count, options->format};
  if (tlsmend_verify(&library, &request, &text, &trusted, &error) != TLSMEND_OK)
    return say_failure(&error, options->format);
  return say_result(text, trusted ? 0 : tlsmend_error_exit(TLSMEND_E_APPROVAL));
}
