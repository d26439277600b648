/* `tlsmend version`: the version of the library, and the wall that it has here. */
#include "cli/cli.h"

typedef struct arguments {
  cli_call call;
  bool verbose;
} arguments;

/* Also of --version, on whatever line. */
static int print_version(const cli_call *call) {
  if (call->format == TLSMEND_FORMAT_JSON)
    say_object("tlsmend-version/1", "done", "version", tlsmend_version(), NULL, NULL);
  else
    printf("tlsmend %s\n", tlsmend_version());
  return 0;
}

static int run(const cli_call *call) {
  tlsmend_error error;
  if (call->command != &cmd_version || !((const arguments *)call)->verbose)
    return print_version(call);
  tlsmend_options library = cli_options(call, TLSMEND_REBOOT_NEVER, NULL);
  char *text = NULL;
  int code = tlsmend_wall(&library, call->format, &text, &error);
  if (call->format == TLSMEND_FORMAT_TEXT)
    print_version(call);
  return cli_end(call, code, text, 0, &error);
}

static const opt_spec takes[] = {
    {OPT_SWITCH, .name = "verbose", .brief = true, .target = offsetof(arguments, verbose),
     .help = "and the wall around runbooks of others"},
    {OPT_INCLUDE, .rows = cli_common},
    {.kind = OPT_END},
};

static const char examples[] = "version\nversion --verbose";
const cli_command cmd_version = {"version", "the version of the library", takes, sizeof(arguments), run,
                                 examples};
