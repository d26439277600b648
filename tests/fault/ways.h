/* Both ways out of a world in which a program was killed or lost its power. */
#ifndef TLSMEND_FAULT_WAYS_H
#define TLSMEND_FAULT_WAYS_H

#include <stdbool.h>
#include <stddef.h>

#include "fault/world.h"

/* Notes of worlds (world_seen): from this one on they are the test's own. */
enum { WAYS_TRIED, WAYS_NOTES };

/* What must hold, else the program ends: `status` understands it, `resume` ends in the planned state, or what was begun to be undone
 * in the original bytes, `rollback` in those. `between`: and the machine is in a state between two steps. The world stays as it is. */
void ways_check(const char *what, bool between);

/* How many worlds were tried, and how many of their resumes ended in a completed undo. */
extern size_t ways_worlds, ways_undone;

#endif
