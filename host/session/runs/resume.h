/* Going on with a run whose journal is at hand. */
#ifndef TLSMEND_SESSION_RUNS_RESUME_H
#define TLSMEND_SESSION_RUNS_RESUME_H

#include "commit/commit.h"
#include "session/session.h"

/* `flags` as those of tlsmend_resume. */
int session_continue(tlsmend_session *self, journal *journal, int flags, commit_result *out,
                     tlsmend_error *error);

#endif
