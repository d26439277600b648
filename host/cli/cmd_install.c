/* `tlsmend install` and `tlsmend uninstall`: the source of the event log, and nothing else. */
#include <string.h>

#include "cli/cli.h"

int cmd_install(const opt *options) {
  tlsmend_error error;
  tlsmend_session *session = NULL;
  char line[256];
  tlsmend_options library = cli_options(options, TLSMEND_REBOOT_NEVER, NULL);
  bool install = strcmp(options->operands[0], "install") == 0;
  int code = tlsmend_session_open(&library, &session, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_install(session, install, line, &error);
  tlsmend_session_close(session);
  if (code != TLSMEND_OK)
    return say_failure(&error, options->format);
  if (options->format == TLSMEND_FORMAT_TEXT)
    puts(line);
  else
    printf("{\"schema\": \"tlsmend-install/1\", \"result\": \"%s\"}\n",
           install ? "installed" : "uninstalled");
  return 0;
}
