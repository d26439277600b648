/* `tlsmend new`: a runbook to begin with, and its test. */
#include <string.h>

#include "cli/cli.h"

static int run(const cli_call *call) {
  tlsmend_error error;
  char *text = NULL;
  tlsmend_options library = cli_options(call, TLSMEND_REBOOT_NEVER, NULL);
  const char *path = call->operands.items[0];
  int code = tlsmend_runbook_new(&library, path, call->format, &text, &error);
  int exit_code = cli_end(call, code, text, 0, &error);
  if (call->format != TLSMEND_FORMAT_TEXT || exit_code != 0)
    return exit_code;
  size_t length = strlen(path);
  bool suffix = length > 4 && strcmp(path + length - 4, ".lua") == 0;
  const char *here = strpbrk(path, "/\\") ? "" : "./", *behind = suffix ? "" : ".lua";
  printf("\nIt passes as it is:\n  tlsmend test %s%s%s\n  tlsmend lint %s%s%s\n", here, path, behind, here,
         path, behind);
  return 0;
}

static const opt_spec takes[] = {
    {OPT_OPERAND, .name = "ID", .required = true, CLI_TARGET(operands),
     .help = "its name: ID.lua and ID_test.lua are written"},
    {OPT_INCLUDE, .rows = cli_common},
    {.kind = OPT_END},
};

static const char examples[] = "new my-runbook";
const cli_command cmd_new = {
    "new", "write a runbook to begin with, and its test", takes, sizeof(cli_call), run, examples};
