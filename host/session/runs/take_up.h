/* Taking up a run that was begun, as resume and rollback do. */
#ifndef TLSMEND_SESSION_RUNS_TAKE_UP_H
#define TLSMEND_SESSION_RUNS_TAKE_UP_H

#include "commit/journal.h"
#include "session/authorize.h"
#include "session/runs/report.h"

typedef struct take_up {
  const char *verb;
  authorize_way way;
  /* The run that is meant; *out is NULL if there is none. Called once more under the lock. */
  int (*find)(const tlsmend_session *self, const void *data, journal **out, tlsmend_error *error);
  /* What is done with it. */
  int (*go)(tlsmend_session *self, journal *journal, const void *data, commit_result *out,
            tlsmend_error *error);
  const void *data;
} take_up;

/* Without a run the report says that nothing was to be done. */
int session_take_up(tlsmend_session *self, const take_up *how, tlsmend_report **out, tlsmend_error *error);

#endif
