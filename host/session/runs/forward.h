/* A run forwards, to its end. apply begins with it, resume goes on with it, and so does the bench, which has no
 * folder of state. */
#ifndef TLSMEND_SESSION_RUNS_FORWARD_H
#define TLSMEND_SESSION_RUNS_FORWARD_H

#include "commit/commit.h"
#include "session/session.h"

/* Carries out what is open of a run, then runs the runbooks once more and verifies. What fails is taken back. */
int session_forward(tlsmend_session *self, journal *journal, commit_result *out, tlsmend_error *error);

/* Every step is done: asks the runbooks whether it is right, and ends, undoes or awaits the run as they say. */
int session_judge(tlsmend_session *self, journal *journal, commit_result *out, tlsmend_error *error);

/* Writes down why a run cannot go on. It stays open. */
void session_stall(journal *journal, const tlsmend_error *why);

#endif
