/* `tlsmend report`: plans, reports and states of many machines on one page. */
#include "cli/cli.h"

static int run(const cli_call *call) {
  tlsmend_error error;
  char *page = NULL;
  int code = tlsmend_page_in(call->operands.items, call->operands.count, call->language, &page, &error);
  if (code != TLSMEND_OK || !call->output)
    return cli_end(call, code, page, 0, &error);
  int exit_code = cli_write(call, page, 0);
  if (exit_code == 0)
    printf("Written: %s\n", call->output);
  return exit_code;
}

static const opt_spec takes[] = {
    {OPT_OPERAND, .name = "FILE", .required = true, .repeated = true, CLI_TARGET(operands),
     .help = "what --format json of plan, apply or status wrote"},
    {OPT_INCLUDE, .rows = cli_output, .brief = true, .value = "PAGE.html"},
    {OPT_INCLUDE, .rows = cli_common_report},
    {.kind = OPT_END},
};

static const char examples[] = "report tuesday.plan -o tuesday.html";
const cli_command cmd_report = {"report", "plans, reports and states of many machines on one page",
                                takes,    sizeof(cli_call),
                                run,      examples};
