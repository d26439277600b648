/* `tlsmend new`: a runbook to begin with, and its test. */
#include <string.h>

#include "cli/cli.h"

int cmd_new(const opt *options) {
  tlsmend_error error;
  char *text = NULL;
  tlsmend_options library = cli_options(options, TLSMEND_REBOOT_NEVER, NULL);
  const char *path = options->operands[1];
  if (tlsmend_runbook_new(&library, path, options->format, &text, &error) != TLSMEND_OK)
    return say_failure(&error, options->format);
  int exit_code = say_result(text, 0);
  if (options->format != TLSMEND_FORMAT_TEXT || exit_code != 0)
    return exit_code;
  size_t length = strlen(path);
  bool suffix = length > 4 && strcmp(path + length - 4, ".lua") == 0;
  const char *here = strpbrk(path, "/\\") == NULL ? "./" : "";
  for (int i = 0; i < 2; i++)
    printf("%s  tlsmend %s %s%s%s\n", i == 0 ? "\nIt passes as it is:\n" : "", i == 0 ? "test" : "lint", here,
           path, suffix ? "" : ".lua");
  return 0;
}
