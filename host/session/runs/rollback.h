/* Taking a run back whose journal is at hand. */
#ifndef TLSMEND_SESSION_RUNS_ROLLBACK_H
#define TLSMEND_SESSION_RUNS_ROLLBACK_H

#include "commit/commit.h"
#include "session/session.h"

/* `flags` as those of tlsmend_rollback. */
int session_undo(tlsmend_session *self, journal *journal, int flags, commit_result *out,
                 tlsmend_error *error);

/* The run that is named, or the last one. That being undone already is no reason to take back the one before it:
 * *out is NULL. */
int session_find_undoable(const tlsmend_session *self, const char *run, journal **out, tlsmend_error *error);

/* Looks whether a run can be taken back, and hands each step to `fn` (or NULL). E_DRIFT with the way out. */
int session_check_undo(const tlsmend_session *self, const journal *journal, int flags, undo_fn fn, void *data,
                       tlsmend_error *error);

#endif
