/* May this be done here? One question, whichever way somebody comes in. */
#ifndef TLSMEND_SESSION_AUTHORIZE_H
#define TLSMEND_SESSION_AUTHORIZE_H

#include "session/session.h"

/* The ways in. A program that calls the library comes in by the same ones. confirm is none of them: it carries out
 * no step of a plan. */
typedef enum authorize_way {
  AUTHORIZE_NOTHING,  /* apply, of a plan without changes */
  AUTHORIZE_APPLY,    /* apply, of a plan made here or a saved one */
  AUTHORIZE_LOCKED,   /* apply once more, now that nobody else may write */
  AUTHORIZE_COMPLETE, /* the secrets of a saved plan are given again */
  AUTHORIZE_RESUME,   /* what the run keeps is checked by session_as_begun, and the machine by commit */
  AUTHORIZE_ROLLBACK,
  AUTHORIZE_BENCH /* a copy of a machine: no runbook is read again, no signature counts */
} authorize_way;

/*
 * Takes the steps of that way; the first that refuses is told, and nothing has been written. `plan` is NULL for resume
 * and rollback. `last` (may be NULL) receives the greatest id of a run of the machine. Where runbooks are judged, the
 * session keeps their texts (until session_forget_texts) and who has signed them.
 */
int session_authorize(tlsmend_session *self, authorize_way way, const tlsmend_plan *plan, char last[21],
                      tlsmend_error *error);

#endif
