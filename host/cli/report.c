/* The end of apply, resume and rollback: the report, and which command comes next. */
#include "cli/cli.h"

static void print_next(const cli_call *call, tlsmend_result result) {
  if (result == TLSMEND_RESULT_RESTART || result == TLSMEND_RESULT_AWAITS || result == TLSMEND_RESULT_LEFT)
    putchar('\n');
  char *machine = cli_machine_said(call);
  switch (result) {
  case TLSMEND_RESULT_RESTART:
    say_line(call->language, "Next: restart %1, then type:", machine);
    cli_next(stdout, call, "resume", NULL, NULL);
    break;
  case TLSMEND_RESULT_AWAITS:
    say_line(call->language,
             "Next: make sure that the machine can still be reached, then keep it or undo it now:", NULL);
    cli_next(stdout, call, "confirm", NULL, NULL);
    cli_next(stdout, call, "rollback", NULL, NULL);
    break;
  case TLSMEND_RESULT_LEFT:
    say_line(call->language, "Next: read what is left above, remove the cause, then try once more:", NULL);
    cli_next(stdout, call, "rollback", NULL, NULL);
    break;
  case TLSMEND_RESULT_DONE:
  case TLSMEND_RESULT_NOTHING:
  case TLSMEND_RESULT_UNDONE:
    break;
  }
  tlsmend_text_free(machine);
}

bool cli_waits(const tlsmend_report *report) {
  return report && tlsmend_report_result(report) == TLSMEND_RESULT_RESTART;
}

/* The run has ended as it has: what cannot be shown of it does not change the exit code. */
static void say_unwritten(const cli_call *call, const char *why) {
  say_coloured(SAY_YELLOW, "attention:");
  fprintf(stderr,
          " the report could not be written (%s). The run has ended as the exit code says; to read what was "
          "done:\n",
          why);
  cli_next(stderr, call, "status", NULL, NULL);
}

int cli_report(const cli_call *call, tlsmend_report *report) {
  tlsmend_error error;
  char *text = NULL;
  int exit_code = tlsmend_report_exit(report);
  if (tlsmend_report_render_in(report, call->format, call->language, &text, &error) != TLSMEND_OK)
    say_unwritten(call, error.text);
  else if (!say_text(text))
    say_unwritten(call, "stdout takes no more");
  else if (call->format == TLSMEND_FORMAT_TEXT)
    print_next(call, tlsmend_report_result(report));
  tlsmend_report_free(report);
  return exit_code;
}
