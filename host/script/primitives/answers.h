/* Arguments that the table has checked, and answers that several primitives give. */
#ifndef TLSMEND_SCRIPT_PRIMITIVES_ANSWERS_H
#define TLSMEND_SCRIPT_PRIMITIVES_ANSWERS_H

#include <tlsmend/values.h>

#include "base/names.h"
#include "script/primitives/call.h"
#include "script/primitives/host.h"

/* Its type as a number and its bytes; nil for an absent one. */
int primitive_answer_value(tlsmend_call *call, const tlsmend_value *value, tlsmend_error *error);

/* What an enumeration that ended with `code` has found: each name, or nil where there is nothing to list (E_ABSENT). Any other code is
 * handed back. */
int primitive_answer_found(tlsmend_call *call, int code, const name_list *names, tlsmend_error *error);

/* Says in the plan which branch the machine's file lacks, if the key lies in one: what was asked for there, or is to be changed, cannot
 * be told. `view` as for machine_resolve. */
int primitive_note_branch(script_host *host, const char *path, int view, tlsmend_error *error);

#endif
