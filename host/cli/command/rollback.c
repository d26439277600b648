/* `tlsmend rollback`: show what would be undone, have it confirmed, undo it. */
#include "cli/cli.h"

typedef struct arguments {
  cli_call call;
  bool skip_changed, preview;
} arguments;

static int flags_of(const cli_call *call) {
  return ((const arguments *)call)->skip_changed ? TLSMEND_ROLLBACK_SKIP_CHANGED : 0;
}

/* `--plan`: exit 2 says that there is something to undo. */
static int preview(const cli_call *call, tlsmend_session *session, const char *run) {
  tlsmend_error error;
  char *text = NULL;
  size_t steps = 0;
  if (call->format != TLSMEND_FORMAT_TEXT && call->format != TLSMEND_FORMAT_JSON) {
    say_error(&error, TLSMEND_E_USAGE, "'rollback --plan' writes --format text and json only");
    return say_failure(&error, TLSMEND_FORMAT_TEXT);
  }
  int code = tlsmend_rollback_preview(session, run, flags_of(call), call->format, &text, &steps, &error);
  return cli_end(call, code, text, steps > 0 ? 2 : 0, &error);
}

static int confirm(const cli_call *call, tlsmend_session *session, const char *run, tlsmend_error *error) {
  char *text = NULL;
  size_t steps = 0;
  if (call->yes && call->format != TLSMEND_FORMAT_TEXT)
    return TLSMEND_OK;
  int code =
      tlsmend_rollback_preview(session, run, flags_of(call), TLSMEND_FORMAT_TEXT, &text, &steps, error);
  if (code != TLSMEND_OK)
    return code;
  fprintf(call->format != TLSMEND_FORMAT_TEXT ? stderr : stdout, "%s\n", text);
  tlsmend_text_free(text);
  if (steps == 0 || call->yes)
    return TLSMEND_OK;
  char *machine = cli_machine_said(call);
  bool agreed = say_question(call->language, "Undo this on %1?", machine, NULL);
  tlsmend_text_free(machine);
  if (agreed)
    return TLSMEND_OK;
  return say_error(error, TLSMEND_E_REFUSED,
                   "not confirmed, nothing was undone; pass --yes where nobody can answer");
}

static int run(const cli_call *call) {
  tlsmend_error error;
  tlsmend_session *session = NULL;
  tlsmend_report *report = NULL;
  cli_live live = {0};
  const char *name = call->operands.count > 0 ? call->operands.items[0] : NULL;
  tlsmend_options library = cli_options(call, TLSMEND_REBOOT_NEVER, &live);
  int code = tlsmend_session_open(&library, &session, &error);
  if (code == TLSMEND_OK && ((const arguments *)call)->preview) {
    int exit_code = preview(call, session, name);
    tlsmend_session_close(session);
    return exit_code;
  }
  if (code == TLSMEND_OK)
    code = confirm(call, session, name, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_rollback(session, name, flags_of(call), &report, &error);
  cli_live_end(&live, code == TLSMEND_OK && cli_waits(report));
  int exit_code = code == TLSMEND_OK ? cli_report(call, report) : say_failure(&error, call->format);
  tlsmend_session_close(session);
  return exit_code;
}

static const opt_spec takes[] = {
    {OPT_OPERAND, .name = "RUN", CLI_TARGET(operands), .help = "as 'tlsmend status' names it"},
    {OPT_SWITCH, .name = "plan", .brief = true, .target = offsetof(arguments, preview),
     .help = "only show what would be undone"},
    {OPT_SWITCH, .name = "skip-changed", .brief = true, .target = offsetof(arguments, skip_changed),
     .help = "leave what somebody else has changed since"},
    {OPT_INCLUDE, .rows = cli_session},
    {OPT_INCLUDE, .rows = cli_yes, .brief = true},
    {OPT_INCLUDE, .rows = cli_common_any},
    {.kind = OPT_END},
};

static const char examples[] = "rollback --plan\n"
                               "rollback -m sim:pc.reg --yes";
const cli_command cmd_rollback = {"rollback", "undo a run, value by value (default: the last one)",
                                  takes,      sizeof(arguments),
                                  run,        examples};
