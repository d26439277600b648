/* Counts what a script asks of a machine, and what it proposes to it. */
#ifndef TLSMEND_SCRIPT_PRIMITIVES_QUOTA_H
#define TLSMEND_SCRIPT_PRIMITIVES_QUOTA_H

#include <tlsmend/machine.h>

#include "script/primitives/account.h"

/* A machine as a script gets it: what passes is counted. */
typedef struct script_quota {
  tlsmend_machine base; /* its `below` is the machine, NULL for none */
  script_account *account;
} script_quota;

/* Puts it over a machine, or over none. Both are borrowed. */
void quota_set(script_quota *quota, tlsmend_machine *below, script_account *account);

#endif
