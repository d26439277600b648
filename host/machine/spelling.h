/*
 * How the machine below an overlay spells the names of keys and values: what a plan deletes is named as the machine names it, since undoing
 * must bring back that name, not the runbook's spelling of it. Not recorded as read: no decision rests on it.
 */
#ifndef TLSMEND_MACHINE_SPELLING_H
#define TLSMEND_MACHINE_SPELLING_H

#include <tlsmend/machine.h>

#include "registry/tree.h"

/* The names of those keys that were looked into, each listed once. Empty is {0}. */
typedef struct spelling {
  tree *names;
} spelling;

/* Gives a deletion the machine's spelling, whose length is the same nearly always; otherwise, and if it cannot be told, its own stays. */
void spelling_take(spelling *self, tlsmend_machine *machine, tlsmend_change *change);

void spelling_clear(spelling *self);

#endif
