/* The time within which a run must be confirmed, on two clocks: the one that people set and the one that nobody
 * sets. */
#ifndef TLSMEND_SESSION_RUNS_DEADLINE_H
#define TLSMEND_SESSION_RUNS_DEADLINE_H

#include "commit/journal.h"
#include "session/session.h"

/* Its end if a run waits from now on; an older end stays the end if it is nearer. */
journal_deadline session_deadline(const tlsmend_session *self, const journal *journal);

/* Seconds that are left by the clock that nobody sets; false where the journal speaks of another start than this
 * one. */
bool session_left_of_boot(const tlsmend_session *self, const journal *journal, int64_t *left);

/* Whether the time of a run that waits is over, by either clock. */
bool session_is_over(const tlsmend_session *self, const journal *journal);

#endif
