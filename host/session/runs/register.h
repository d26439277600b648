/* The register of a machine: what is known of runs whose journals are not in the machine's own folder. */
#ifndef TLSMEND_SESSION_RUNS_REGISTER_H
#define TLSMEND_SESSION_RUNS_REGISTER_H

#include "commit/journal.h"
#include "session/session.h"

#define REGISTER_ENDING ".run"

typedef struct registered_run {
  json_t *json;
  char *path, *journal; /* of the record, and of its journal */
  const char *run, *machine, *plan, *begun;
  const char *state; /* "begins": nothing was written yet; "open", "ended" */
} registered_run;
int register_read(const tlsmend_session *self, const char *name, registered_run *out, tlsmend_error *error);
void registered_run_clear(registered_run *record);

/* Registers the run that is about to begin (journal_start.claim). All of this is nothing for a run of the machine's
 * own folder. */
typedef struct session_claiming {
  const tlsmend_session *session;
  const tlsmend_plan *plan;
  char run[64];
} session_claiming;
/* Takes that back: the journal could not be made. */
void session_unclaim(session_claiming *self);
int session_claim(void *claiming, const char *run, const char *path, tlsmend_error *error);

/* Notes what has become of a run (NULL: none). */
int session_note(const tlsmend_session *self, const journal *journal, tlsmend_error *error);

/* The same at its end: failing is a warning, because the journal tells it too. */
void session_note_end(const tlsmend_session *self, const journal *journal);

/* Notes that a run is going to be undone. */
int session_note_undo(const tlsmend_session *self, const journal *journal, tlsmend_error *error);

/* Takes the record of a run away that has done nothing and leaves no journal; that needs no room on the disk. */
void session_forget(const tlsmend_session *self, const journal *journal);

#endif
