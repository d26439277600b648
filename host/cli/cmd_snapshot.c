/* `tlsmend snapshot -o FILE`: a machine as a .reg file. */
#include "cli/cli.h"

static void print_next(const opt *options) {
  char machine[1024];
  const char *operands[] = {"plan", "RUNBOOK"};
  opt next = {.operands = operands, .operand_count = 2, .machine = machine};
  snprintf(machine, sizeof machine, "sim:%s", options->output);
  printf("%s is written to %s.\nNext, on any machine:\n", say_machine(options), options->output);
  say_command(stdout, &next, "plan", true, NULL);
}

int cmd_snapshot(const opt *options) {
  tlsmend_error error;
  tlsmend_session *session = NULL;
  cli_live live = {0};
  tlsmend_options library = cli_options(options, TLSMEND_REBOOT_NEVER, &live);
  if (options->output == NULL) {
    say_error(&error, TLSMEND_E_USAGE, "snapshot needs a file to write: -o FILE.reg");
    return say_failure(&error, options->format);
  }
  int code = tlsmend_session_open(&library, &session, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_snapshot(session, options->output, &error);
  tlsmend_session_close(session);
  if (code != TLSMEND_OK)
    return say_failure(&error, options->format);
  if (options->format == TLSMEND_FORMAT_JSON) {
    fputs("{\"schema\": \"tlsmend-snapshot/1\", \"machine\": ", stdout);
    say_json_string(options->machine != NULL ? options->machine : "live");
    fputs(", \"file\": ", stdout);
    say_json_string(options->output);
    fputs(", \"result\": \"done\"}\n", stdout);
  } else {
    print_next(options);
  }
  return 0;
}
