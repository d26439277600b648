/* Whom a machine is to meet: the text of --with, and what is known of the one that it names. */
#ifndef TLSMEND_SESSION_STATE_PEER_H
#define TLSMEND_SESSION_STATE_PEER_H

#include <jansson.h>

#include "session/state/look.h"

/*
 * Finds it: another machine's sides, a saved state, what a server answers to the hellos of this machine, or just the name of a
 * service, for Lua to look up. *out is a new reference, the argument of state.with.meet without `own`. Errors: E_USAGE, E_CORRUPT,
 * E_UNKNOWN (the host has no address).
 */
typedef struct peer_question {
  tlsmend_session *session;
  const tlsmend_state_terms *terms;
  look *look;        /* at this machine */
  const json_t *own; /* its sides, as state.with.own tells them */
} peer_question;

int peer_find(const peer_question *question, json_t **out, tlsmend_error *error);

#endif
