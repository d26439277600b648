/* `tlsmend report`: plans, reports and states of many machines on one page. */
#include <string.h>

#include "cli/cli.h"
#include "os/os.h"

int cmd_report(const opt *options) {
  tlsmend_error error;
  char *page = NULL;
  if (options->format == TLSMEND_FORMAT_JSON) {
    say_error(&error, TLSMEND_E_USAGE,
              "report writes a page; --format json of plan, apply and status is what it reads");
    return say_failure(&error, options->format);
  }
  int code =
      tlsmend_page_in(options->operands + 1, options->operand_count - 1, options->language, &page, &error);
  if (code == TLSMEND_OK && options->output == NULL)
    return say_result(page, 0);
  if (code == TLSMEND_OK)
    code = os_file_replace(options->output, page, strlen(page), &error);
  tlsmend_text_free(page);
  if (code != TLSMEND_OK)
    return say_failure(&error, options->format);
  printf("Written: %s\n", options->output);
  return 0;
}
