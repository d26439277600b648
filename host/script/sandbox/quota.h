/* Counts what a script asks of a machine, and what it proposes to it. */
#ifndef TLSMEND_SCRIPT_SANDBOX_QUOTA_H
#define TLSMEND_SCRIPT_SANDBOX_QUOTA_H

#include "script/sandbox/limits.h"

/* Sets the machines that a script works on and reads facts from, or takes them away again (NULL). */
void sandbox_machines(script_context *context, tlsmend_machine *machine, tlsmend_machine *facts);

#endif
