/* Whether several runbooks of one plan agree. */
#ifndef TLSMEND_SESSION_AGREEMENT_H
#define TLSMEND_SESSION_AGREEMENT_H

#include "session/rerun.h"

/*
 * Runs each once more above the overlay of the plan, unless it has seen all that the others do: `last` is the position of the last one
 * that proposes something. E_REFUSED names two runbooks, the key and the value.
 */
int session_check_agreement(tlsmend_session *self, tlsmend_machine *overlay, const planned *first,
                            size_t last, tlsmend_error *error);

#endif
