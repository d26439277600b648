/* What all that is done with a run of a machine shares: the lock, whose run it is, and where it stands. */
#ifndef TLSMEND_SESSION_RUNS_RUN_H
#define TLSMEND_SESSION_RUNS_RUN_H

#include "commit/commit.h"
#include "os/os.h"
#include "session/session.h"

/* Keeps other runs away from the machine, and reads a snapshot again that has changed up to now. E_BUSY names who
 * works on it; `verb` is what others are told that this run does. */
int session_lock(const tlsmend_session *self, const char *verb, os_lock **out, tlsmend_error *error);

/* Whether a run of the machine `spec` is one of the session's machine, however that was named then. `home`: it is one of
 * the machine's own folder or register. */
bool session_owns_spec(const tlsmend_session *self, const char *spec, bool home);

/* The same of a journal, which from then on names the machine as the session does. */
bool session_owns(const tlsmend_session *self, journal *journal, bool home);

/* The folder in which a run's own files lie. */
const char *session_folder(const tlsmend_session *self, const journal *journal);

commit session_commit(tlsmend_session *self, journal *journal);

/* Takes back that the machine starts `resume`, once the run (or any, NULL) has ended: never before, for it may be
 * needed again. */
void session_unarrange(tlsmend_session *self, const journal *journal);

#endif
