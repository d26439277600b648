/* One step within this folder: where the machine stands in it, and what is told of it. */
#ifndef TLSMEND_COMMIT_STEP_H
#define TLSMEND_COMMIT_STEP_H

#include "commit/commit.h"

/* Where the machine stands in a step. */
typedef enum position { AT_BEFORE, AT_AFTER, AT_NEITHER } position;

/* Asks the machine. Of a restart only the journal knows: here it is always to come. */
int step_position(const commit *self, size_t step, position *out, tlsmend_error *error);

/* The same; a value that an undoing which could not be written down has brought further back is before it too. */
int step_standing(const commit *self, size_t step, position *out, tlsmend_error *error);

/* Whether a step is one that waits for machine_flush: keys and values, no updates and restarts. */
bool step_is_registry(const commit *self, size_t step);

/* Calls the listener, if there is one. */
void step_tell(const commit *self, tlsmend_event event, const char *text);
/* "3/9 VERB set HKLM\...", of a change that carries the step out or takes it back. */
void step_tell_begin(const commit *self, size_t step, const tlsmend_change *change, const char *verb);

#endif
