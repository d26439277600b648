/* Who applies may lose the connection, so a process of its own waits for the end of the time to confirm: `resume --boot`. */
#include "cli/cli.h"
#include "os/os.h"

/* Whether that process has begun to wait, within half a minute: one that cannot read its run ends at once. */
static bool waits(tlsmend_session *session) {
  enum { TRIES = 300, PAUSE = 100 };
  int watched = 0;
  for (int tries = 0; tries < TRIES && (watched = tlsmend_status_watched(session)) == 0; tries++)
    os_sleep(PAUSE);
  return watched != 0;
}

void cli_watch(const cli_call *call, tlsmend_session *session) {
  tlsmend_error error = {0, "no process waits for the end of the time to confirm"};
  const char *arguments[12] = {"resume", "--boot"};
  size_t count = 2;
  if (call->machine) {
    arguments[count++] = "-m";
    arguments[count++] = call->machine;
  }
  if (call->state) {
    arguments[count++] = "--state";
    arguments[count++] = call->state;
  }
  if (call->library) {
    arguments[count++] = "--library";
    arguments[count++] = call->library;
  }
  if (tlsmend_status_watched(session) == 1)
    return;
  if (os_start_detached(arguments, &error) != TLSMEND_OK || !waits(session))
    fprintf(stderr, "tlsmend: warning: %s; when the time is over, run 'tlsmend resume'\n", error.text);
}
