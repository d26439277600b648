/* `tlsmend snapshot -o FILE`: a machine as a .reg file. */
#include "cli/cli.h"

static void print_next(const cli_call *call) {
  char machine[1024];
  const char *runbook[] = {"RUNBOOK"};
  const opt_list operands = {runbook, 1};
  const cli_call next = {.machine = machine};
  snprintf(machine, sizeof machine, "sim:%s", call->output);
  printf("%s is written to %s.\nNext, on any machine:\n", cli_machine_name(call), call->output);
  cli_next(stdout, &next, "plan", &operands, NULL);
}

static int run(const cli_call *call) {
  tlsmend_error error;
  tlsmend_session *session = NULL;
  cli_live live = {0};
  tlsmend_options library = cli_options(call, TLSMEND_REBOOT_NEVER, &live);
  int code = tlsmend_session_open(&library, &session, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_snapshot(session, call->output, &error);
  tlsmend_session_close(session);
  if (code != TLSMEND_OK)
    return say_failure(&error, call->format);
  if (call->format == TLSMEND_FORMAT_JSON)
    say_object("tlsmend-snapshot/1", "done", "machine",
               call->machine ? call->machine : tlsmend_machine_here(), "file", call->output);
  else
    print_next(call);
  return 0;
}

static const opt_spec takes[] = {
    {OPT_INCLUDE, .rows = cli_session},
    {OPT_INCLUDE, .rows = cli_output, .required = true, .value = "FILE.reg"},
    {OPT_INCLUDE, .rows = cli_common},
    {.kind = OPT_END},
};

static const char examples[] = "snapshot -m sim:win7-sp1-x64 -o pc.reg";
const cli_command cmd_snapshot = {"snapshot", "write a sim: machine to a file (a live one: not yet)",
                                  takes,      sizeof(cli_call),
                                  run,        examples};
