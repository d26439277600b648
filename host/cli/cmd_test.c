/* `tlsmend test`: the author's bench. */
#include "cli/cli.h"

int cmd_test(const opt *options) {
  tlsmend_error error;
  char *text = NULL;
  size_t findings = 0;
  cli_live live = {0};
  tlsmend_options library = cli_options(options, TLSMEND_REBOOT_ASK, &live);
  tlsmend_test_request request = {.runbooks = options->operands + 1,
                                  .runbook_count = options->operand_count - 1,
                                  .params = options->params,
                                  .param_count = options->param_count,
                                  .machines = options->machines,
                                  .format = options->format};
  if (tlsmend_test(&library, &request, &text, &findings, &error) != TLSMEND_OK)
    return say_failure(&error, options->format);
  return say_result(text, findings > 0 ? 2 : 0);
}
