/* The end of apply, resume and rollback: the report, and which command comes next. */
#include "cli/cli.h"

static void print_next(const opt *options, tlsmend_result result) {
  if (result == TLSMEND_RESULT_RESTART || result == TLSMEND_RESULT_AWAITS || result == TLSMEND_RESULT_LEFT)
    putchar('\n');
  switch (result) {
  case TLSMEND_RESULT_RESTART:
    say_line(options->language, "Next: restart %s, then type:", say_machine(options));
    say_command(stdout, options, "resume", false, NULL);
    break;
  case TLSMEND_RESULT_AWAITS:
    say_line(options->language,
             "Next: make sure that the machine can still be reached, then keep it or undo it now:");
    say_command(stdout, options, "confirm", false, NULL);
    say_command(stdout, options, "rollback", false, NULL);
    break;
  case TLSMEND_RESULT_LEFT:
    say_line(options->language, "Next: read what is left above, remove the cause, then try once more:");
    say_command(stdout, options, "rollback", false, NULL);
    break;
  case TLSMEND_RESULT_DONE:
  case TLSMEND_RESULT_NOTHING:
  case TLSMEND_RESULT_UNDONE:
    break;
  }
}

bool cli_waits(const tlsmend_report *report) {
  return report != NULL && tlsmend_report_result(report) == TLSMEND_RESULT_RESTART;
}

/* The run has ended as it has: what cannot be shown of it does not change the exit code. */
static void say_unwritten(const opt *options, const char *why) {
  say_coloured(SAY_YELLOW, "attention:");
  fprintf(stderr,
          " the report could not be written (%s). The run has ended as the exit code says; to read what was "
          "done:\n",
          why);
  say_command(stderr, options, "status", false, NULL);
}

int cli_report(const opt *options, tlsmend_report *report) {
  tlsmend_error error;
  char *text = NULL;
  int exit_code = tlsmend_report_exit(report);
  if (tlsmend_report_render_in(report, options->format, options->language, &text, &error) != TLSMEND_OK)
    say_unwritten(options, error.text);
  else if (!say_text(text))
    say_unwritten(options, "stdout takes no more");
  else if (options->format == TLSMEND_FORMAT_TEXT)
    print_next(options, tlsmend_report_result(report));
  tlsmend_report_free(report);
  return exit_code;
}
