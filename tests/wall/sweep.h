/* Which numbers of system calls a worker may use at all, with some arguments. The list is this test's own: a longer one of the product's is
 * noticed. */
#ifndef WALL_SWEEP_H
#define WALL_SWEEP_H

#include <stdbool.h>

/* Numbers beyond this mean nothing to any kernel yet. */
#define WALL_CALLS 600L

bool wall_call_allowed(long number);

/* Whether newer kernels ask no filter about it. */
bool wall_call_exempt(long number);

#endif
