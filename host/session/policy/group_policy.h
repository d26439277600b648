/* Values that Group Policy sets again, or has not set yet. */
#ifndef TLSMEND_SESSION_POLICY_GROUP_POLICY_H
#define TLSMEND_SESSION_POLICY_GROUP_POLICY_H

#include <jansson.h>

#include "plan/read.h"
#include "session/session.h"

/* Marks the changes of such values, and makes a finding of each value that the plan has read and that policy makes another one. What files
 * there are, and what a broken one is: policy_files_read. */
int session_mark_owners(const tlsmend_session *self, tlsmend_plan *plan, tlsmend_error *error);

/* The values among `reads` of which a policy file speaks, as rows of `state`: file, key, view (0: there is one), name, now, next (as
 * people read them; now is null where a file does not hold its branch) and whether they are the same. *out is a new array in any case but E_MEMORY. */
int session_policy_values(const tlsmend_session *self, const plan_reads *reads, json_t **out,
                          tlsmend_error *error);

#endif
