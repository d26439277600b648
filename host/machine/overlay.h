/*
 * The dry run: a machine over another one. Reads see pending writes, writes become changes of a plan, a restart is
 * simulated. The machine below is only read, and what is read of it is recorded in the plan.
 */
#ifndef TLSMEND_MACHINE_OVERLAY_H
#define TLSMEND_MACHINE_OVERLAY_H

#include <tlsmend/machine.h>

#include "plan/plan.h"

/* Neither `below` nor `plan` is owned; both outlive the overlay. No plan (NULL): nothing is recorded. */
int overlay_open(tlsmend_machine *below, tlsmend_plan *plan, tlsmend_machine **out, tlsmend_error *error);

/* Which runbook the following changes belong to (borrowed text). */
void overlay_set_runbook(tlsmend_machine *overlay, const char *id);

/* How many changes it has taken, those included that merging has taken out of the plan. */
size_t overlay_taken(const tlsmend_machine *overlay);

/* In which plan reads and changes are recorded from now on, instead of the one it was opened with (borrowed). */
void overlay_set_plan(tlsmend_machine *overlay, tlsmend_plan *plan);

#endif
