/* Waiting for the end of the time to confirm. */
#ifndef TLSMEND_SESSION_RUNS_WATCH_H
#define TLSMEND_SESSION_RUNS_WATCH_H

#include "commit/journal.h"
#include "session/session.h"

/* How a wait has ended. */
typedef enum session_waited {
  SESSION_NO_WAIT, /* no run waits to be confirmed */
  SESSION_WATCHED, /* another process waits already */
  SESSION_WAITED   /* none waits any more, or the time is over */
} session_waited;
session_waited session_wait(tlsmend_session *self);

/* Whether a process waits for the end: 1, 0, -1 cannot tell. */
int session_watched(const tlsmend_session *self, const journal *journal);

#endif
