/*
 * Running runbooks for a plan: each on a guard on an overlay on the machine, from the first time to the check after an
 * apply and to verify.
 */
#ifndef TLSMEND_SESSION_RERUN_H
#define TLSMEND_SESSION_RERUN_H

#include "session/session.h"

/* A plan and the texts that it was made with. */
typedef struct planned {
  tlsmend_plan *plan;
  const source_set *sources;
} planned;

/* An empty plan for the session's machine. */
int session_plan_new(tlsmend_session *self, tlsmend_plan **out, tlsmend_error *error);

/* Runs a runbook on the overlay and enters it, and what it proposes, into the plan. */
int session_run_one(tlsmend_session *self, tlsmend_machine *overlay, tlsmend_plan *plan,
                    script_runbook *runbook, tlsmend_error *error);

/* Closes the plan if `code` is TLSMEND_OK and hands it out; else frees it. Returns the code. */
int session_plan_finish(tlsmend_session *self, int code, tlsmend_plan *plan, tlsmend_plan **out,
                        tlsmend_error *error);

/* Opens a runbook of a plan with the text that the plan was made with, and its parameters. Close *out in any case. */
int session_open_again(const tlsmend_session *self, const plan_runbook *row, const source *source,
                       script_runbook **out, tlsmend_error *error);

/* Runs the runbooks of a plan again, with its parameters, and makes a new plan. E_REFUSED if a runbook's text is no
 * longer the one of the plan: nothing of it was run then. */
int session_plan_again(tlsmend_session *self, const tlsmend_plan *plan, tlsmend_plan **out,
                       tlsmend_error *error);

/* Calls `verify` of each runbook of a plan that applies. *sure (may be NULL): each looks at an effect, a server has
 * answered each, and none could not tell. */
int session_verify(tlsmend_session *self, const tlsmend_plan *plan, bool *sure, tlsmend_error *error);

#endif
