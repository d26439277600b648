/* `tlsmend test`: a runbook on every Windows release, with faults put in. */
#include "cli/cli.h"

typedef struct arguments {
  cli_call call;
  const char *machines;
} arguments;

static int run(const cli_call *call) {
  tlsmend_error error;
  char *text = NULL;
  size_t findings = 0;
  cli_live live = {0};
  tlsmend_options library = cli_options(call, TLSMEND_REBOOT_ASK, &live);
  tlsmend_test_request request = {.runbooks = call->operands.items,
                                  .runbook_count = call->operands.count,
                                  .params = call->params.items,
                                  .param_count = call->params.count,
                                  .machines = ((const arguments *)call)->machines,
                                  .format = call->format};
  int code = tlsmend_test(&library, &request, &text, &findings, &error);
  return cli_end(call, code, text, findings > 0 ? 2 : 0, &error);
}

static const opt_spec takes[] = {
    {OPT_INCLUDE, .rows = cli_runbooks, .required = true},
    {OPT_INCLUDE, .rows = cli_machine},
    {OPT_INCLUDE, .rows = cli_params, .brief = true},
    {OPT_TEXT, .name = "machines", .value = "DIR", .brief = true, .target = offsetof(arguments, machines),
     .help = "more machines: .reg files and expect.lua"},
    {OPT_INCLUDE, .rows = cli_limits},
    {OPT_INCLUDE, .rows = cli_common_junit},
    {.kind = OPT_END},
};

static const char examples[] = "test ./my-runbook.lua\n"
                               "test ./my-runbook.lua -m sim:win7-sp1-x64 --format junit";
const cli_command cmd_test = {
    "test", "try a runbook on every Windows, and break it there", takes, sizeof(arguments), run, examples};
