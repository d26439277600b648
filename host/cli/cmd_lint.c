/* `tlsmend lint`: what is wrong with runbooks, before anybody runs them. */
#include "cli/cli.h"

int cmd_lint(const opt *options) {
  tlsmend_error error;
  char *text = NULL;
  size_t findings = 0;
  cli_live live = {0};
  tlsmend_options library = cli_options(options, TLSMEND_REBOOT_NEVER, &live);
  tlsmend_lint_request request = {options->operands + 1, options->operand_count - 1, options->format};
  if (tlsmend_lint(&library, &request, &text, &findings, &error) != TLSMEND_OK)
    return say_failure(&error, options->format);
  return say_result(text, findings > 0 ? 2 : 0);
}
