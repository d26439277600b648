/* `tlsmend status`: the journalled runs of a machine and what to do about an open one. */
#include "cli/cli.h"
#include "os/os.h"

/* A torn record is what a kill leaves; damage is what somebody has done. */
static int verify(const opt *options, tlsmend_session *session, tlsmend_error *error) {
  char *text = NULL;
  size_t damaged = 0;
  int code = tlsmend_status_verify(session, options->format, &text, &damaged, error);
  if (code != TLSMEND_OK)
    return say_failure(error, options->format);
  return say_result(text, damaged == 0 ? 0 : 1);
}

/* A folder that nobody has written to yet has no runs; one that is misspelled has none either, so it is named. */
static int check_folder(const opt *options, tlsmend_error *error) {
  if (options->state == NULL || os_dir_exists(options->state))
    return TLSMEND_OK;
  if (os_file_exists(options->state))
    return say_error(error, TLSMEND_E_USAGE, "--state takes a folder, and %s is a file", options->state);
  fprintf(stderr, "tlsmend: note: there is no folder %s, hence no journals\n", options->state);
  return TLSMEND_OK;
}

/* What to type about a run that is open. One that waits to be confirmed is kept by that alone. */
static void print_next(const opt *options, bool waits) {
  if (waits)
    say_line(options->language,
             "Next: make sure that the machine can still be reached, then keep it or undo it now:");
  else
    say_line(options->language, "Next, to go on or to undo what was done so far:");
  say_command(stdout, options, waits ? "confirm" : "resume", false, NULL);
  say_command(stdout, options, "rollback", false, NULL);
}

int cmd_status(const opt *options) {
  tlsmend_error error;
  tlsmend_session *session = NULL;
  char *text = NULL;
  size_t open = 0;
  long long deadline = 0;
  cli_live live = {0};
  tlsmend_options library = cli_options(options, TLSMEND_REBOOT_NEVER, &live);
  int code = check_folder(options, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_session_open(&library, &session, &error);
  if (code == TLSMEND_OK && (options->given & OPT_VERIFY) != 0) {
    int exit_code = verify(options, session, &error);
    tlsmend_session_close(session);
    return exit_code;
  }
  if (code == TLSMEND_OK)
    code = tlsmend_status(session, options->format, &text, &open, &error);
  bool readable = code == TLSMEND_OK && open > 0 && /* else resume and rollback would only say so */
                  tlsmend_status_deadline(session, &deadline, NULL) == TLSMEND_OK;
  tlsmend_session_close(session);
  if (code != TLSMEND_OK)
    return say_failure(&error, options->format);
  int exit_code = say_result(text, 0);
  if (readable && options->format == TLSMEND_FORMAT_TEXT && exit_code == 0)
    print_next(options, deadline > 0);
  return exit_code;
}
