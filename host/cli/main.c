/* The command `tlsmend`: from arguments to a command and its exit code. */
#include <signal.h>

#include "cli/cli.h"
#include "os/os.h"

/* A --library that is not there is refused by every command, also by those that read none. */
static int check_library(const cli_call *call, tlsmend_error *error) {
  if (!call->library || os_dir_exists(call->library))
    return TLSMEND_OK;
  return say_error(error, TLSMEND_E_USAGE,
                   "there is no folder %s to take runbooks/ and stdlib/ from (--library)", call->library);
}

static int run(const cli_call *call) {
  tlsmend_error error;
  if (call->version)
    return cmd_version.run(call);
  if (call->help)
    return cli_help(call, call->command);
  if (call->command == &cli_no_command) {
    cli_print_overview(stderr, call->commands);
    return tlsmend_error_exit(TLSMEND_E_USAGE);
  }
  if (check_library(call, &error) != TLSMEND_OK || cli_check_output(call, call->output, &error) != TLSMEND_OK)
    return say_failure(&error, call->format);
  return call->command->run(call);
}

int main(int argc, char **argv) {
  tlsmend_error error;
  cli_call *call = NULL;
  /* Before all else: a worker opens no file, and what it was started with are its pipes. */
  tlsmend_worker(argc, argv);
  os_main_streams();
#ifdef SIGPIPE
  /* A reader that goes away (`| head`) must not kill a run between two of its steps. */
  signal(SIGPIPE, SIG_IGN);
#endif
  if (os_main_arguments(&argc, &argv, &error) != TLSMEND_OK)
    return say_failure(&error, TLSMEND_FORMAT_TEXT);
  int exit_code = cli_parse(argc, argv, &call, &error) == TLSMEND_OK
                      ? run(call)
                      : say_failure(&error, cli_error_format(argc, argv));
  cli_call_free(call);
  return exit_code;
}
