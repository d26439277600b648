/* `tlsmend version`: the version of the library. */
#include "cli/cli.h"

static int run(const cli_call *call) {
  if (call->format == TLSMEND_FORMAT_JSON)
    say_object("tlsmend-version/1", "done", "version", tlsmend_version(), NULL, NULL);
  else
    printf("tlsmend %s\n", tlsmend_version());
  return 0;
}

static const opt_spec takes[] = {
    {OPT_INCLUDE, .rows = cli_common},
    {.kind = OPT_END},
};

static const char examples[] = "version";
const cli_command cmd_version = {"version", "the version of the library", takes, sizeof(cli_call), run,
                                 examples};
