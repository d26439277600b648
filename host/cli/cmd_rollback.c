/* `tlsmend rollback`: show what would be undone, have it confirmed, undo it. */
#include "cli/cli.h"

static int flags_of(const opt *options) {
  return (options->given & OPT_SKIP_CHANGED) != 0 ? TLSMEND_ROLLBACK_SKIP_CHANGED : 0;
}

/* `--plan`: exit 2 says that there is something to undo. */
static int preview(const opt *options, tlsmend_session *session, const char *run) {
  tlsmend_error error;
  char *text = NULL;
  size_t steps = 0;
  if (options->format != TLSMEND_FORMAT_TEXT && options->format != TLSMEND_FORMAT_JSON) {
    say_error(&error, TLSMEND_E_USAGE, "'rollback --plan' writes --format text and json only");
    return say_failure(&error, TLSMEND_FORMAT_TEXT);
  }
  if (tlsmend_rollback_preview(session, run, flags_of(options), options->format, &text, &steps, &error) !=
      TLSMEND_OK)
    return say_failure(&error, options->format);
  return say_result(text, steps > 0 ? 2 : 0);
}

static int confirm(const opt *options, tlsmend_session *session, const char *run, tlsmend_error *error) {
  char *text = NULL;
  size_t steps = 0;
  char question[256];
  if ((options->given & OPT_YES) != 0 && options->format != TLSMEND_FORMAT_TEXT)
    return TLSMEND_OK;
  int code =
      tlsmend_rollback_preview(session, run, flags_of(options), TLSMEND_FORMAT_TEXT, &text, &steps, error);
  if (code != TLSMEND_OK)
    return code;
  fprintf(options->format != TLSMEND_FORMAT_TEXT ? stderr : stdout, "%s\n", text);
  tlsmend_text_free(text);
  if (steps == 0 || (options->given & OPT_YES) != 0)
    return TLSMEND_OK;
  snprintf(question, sizeof question, "Undo this on %s?", say_machine(options));
  if (say_question(options->language, question))
    return TLSMEND_OK;
  return say_error(error, TLSMEND_E_REFUSED,
                   "not confirmed, nothing was undone; pass --yes where nobody can answer");
}

int cmd_rollback(const opt *options) {
  tlsmend_error error;
  tlsmend_session *session = NULL;
  tlsmend_report *report = NULL;
  cli_live live = {0};
  const char *run = options->operand_count > 1 ? options->operands[1] : NULL;
  tlsmend_options library = cli_options(options, TLSMEND_REBOOT_NEVER, &live);
  int code = tlsmend_session_open(&library, &session, &error);
  if (code == TLSMEND_OK && (options->given & OPT_PREVIEW) != 0) {
    int exit_code = preview(options, session, run);
    tlsmend_session_close(session);
    return exit_code;
  }
  if (code == TLSMEND_OK)
    code = confirm(options, session, run, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_rollback(session, run, flags_of(options), &report, &error);
  cli_live_end(&live, code == TLSMEND_OK && cli_waits(report));
  int exit_code = code == TLSMEND_OK ? cli_report(options, report) : say_failure(&error, options->format);
  tlsmend_session_close(session);
  return exit_code;
}
