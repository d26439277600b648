/*
 * Absent in a file is not absent on the machine. An export may hold only some branches of a registry: what stands in the others cannot
 * be told. Anchors are keys that every Windows of a release has: a file that does not hold one has not got its branch.
 */
#ifndef TLSMEND_MACHINE_ANCHORS_H
#define TLSMEND_MACHINE_ANCHORS_H

#include <tlsmend/machine.h>

/* What a plan says of a branch that is missing. */
#define ANCHORS_UNKNOWN "%s is not in this file: export that branch as well"

/*
 * Whether a machine can tell of a key. *branch is NULL if it can, or else the branch of the registry that is to be exported as well:
 * malloc'd, spelled as a file spells it. A computer can always tell; so can a file of what lies outside of all anchors. `view` as for
 * machine_resolve.
 */
int anchors_unknown(tlsmend_machine *self, const char *path, int view, char **branch, tlsmend_error *error);

#endif
