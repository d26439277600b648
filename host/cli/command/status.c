/* `tlsmend status`: the journalled runs of a machine and what to do about an open one. */
#include "cli/cli.h"
#include "os/os.h"

typedef struct arguments {
  cli_call call;
  bool verify;
} arguments;

/* A torn record is what a kill leaves; damage is what somebody has done. */
static int verify(const cli_call *call, tlsmend_session *session, tlsmend_error *error) {
  char *text = NULL;
  size_t damaged = 0;
  int code = tlsmend_status_verify(session, call->format, &text, &damaged, error);
  return cli_end(call, code, text, damaged == 0 ? 0 : 1, error);
}

/* A folder that nobody has written to yet has no runs; one that is misspelled has none either, so it is named. */
static int check_folder(const cli_call *call, tlsmend_error *error) {
  if (!call->state || os_dir_exists(call->state))
    return TLSMEND_OK;
  if (os_file_exists(call->state))
    return say_error(error, TLSMEND_E_USAGE, "--state takes a folder, and %s is a file", call->state);
  fprintf(stderr, "tlsmend: note: there is no folder %s, hence no journals\n", call->state);
  return TLSMEND_OK;
}

/* What to type about a run that is open. One that waits to be confirmed is kept by that alone. */
static void print_next(const cli_call *call, bool waits) {
  if (waits)
    say_line(call->language,
             "Next: make sure that the machine can still be reached, then keep it or undo it now:", NULL);
  else
    say_line(call->language, "Next, to go on or to undo what was done so far:", NULL);
  cli_next(stdout, call, waits ? "confirm" : "resume", NULL, NULL);
  cli_next(stdout, call, "rollback", NULL, NULL);
}

static int run(const cli_call *call) {
  tlsmend_error error;
  tlsmend_session *session = NULL;
  char *text = NULL;
  size_t open = 0;
  long long deadline = 0;
  cli_live live = {0};
  tlsmend_options library = cli_options(call, TLSMEND_REBOOT_NEVER, &live);
  int code = check_folder(call, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_session_open(&library, &session, &error);
  if (code == TLSMEND_OK && ((const arguments *)call)->verify) {
    int exit_code = verify(call, session, &error);
    tlsmend_session_close(session);
    return exit_code;
  }
  if (code == TLSMEND_OK)
    code = tlsmend_status(session, call->format, &text, &open, &error);
  bool readable = code == TLSMEND_OK && open > 0 && /* else resume and rollback would only say so */
                  tlsmend_status_deadline(session, &deadline, NULL) == TLSMEND_OK;
  tlsmend_session_close(session);
  int exit_code = cli_end(call, code, text, 0, &error);
  if (readable && call->format == TLSMEND_FORMAT_TEXT && exit_code == 0)
    print_next(call, deadline > 0);
  return exit_code;
}

static const opt_spec takes[] = {
    {OPT_SWITCH, .name = "verify", .brief = true, .target = offsetof(arguments, verify),
     .help = "check the chain of every journal"},
    {OPT_INCLUDE, .rows = cli_session},
    {OPT_INCLUDE, .rows = cli_common},
    {.kind = OPT_END},
};

static const char examples[] = "status\n"
                               "status -m sim:pc.reg --verify";
const cli_command cmd_status = {
    "status", "which runs there were, and what is open", takes, sizeof(arguments), run, examples};
