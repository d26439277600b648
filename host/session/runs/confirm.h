/* What becomes of a run that waits for its confirmation. */
#ifndef TLSMEND_SESSION_RUNS_CONFIRM_H
#define TLSMEND_SESSION_RUNS_CONFIRM_H

#include "commit/commit.h"
#include "session/session.h"

/* Nothing yet, or it is undone, or kept because it verifies. */
int session_decide(tlsmend_session *self, journal *journal, commit_result *out, tlsmend_error *error);

#endif
