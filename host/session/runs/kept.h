/* What the journal of a run keeps for whoever goes on with it. */
#ifndef TLSMEND_SESSION_RUNS_KEPT_H
#define TLSMEND_SESSION_RUNS_KEPT_H

#include "commit/journal.h"
#include "session/session.h"
#include "signing/manifest.h"

/* The texts that it runs, and what it was begun with. New references; NULL when out of memory. */
json_t *session_keep_texts(const tlsmend_session *self);
json_t *session_keep_terms(const tlsmend_session *self);

/* A session with the terms of the one that began a run. It borrows from the journal and the session, and keeps the
 * session's secrets until begun_run_clear. */
typedef struct begun_run {
  tlsmend_session session;
  source_set texts;
  manifest library;
} begun_run;

/* E_CORRUPT, E_REFUSED: the texts that the journal keeps are not those of its plan, or it keeps none: *out runs none
 * then. */
int session_as_begun(tlsmend_session *self, const journal *journal, begun_run *out, tlsmend_error *error);

/* Gives the secrets back to the session, with those that have come to them. */
void begun_run_clear(begun_run *run, tlsmend_session *self);

#endif
