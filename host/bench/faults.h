/* The bench breaks what works. */
#ifndef TLSMEND_BENCH_FAULTS_H
#define TLSMEND_BENCH_FAULTS_H

#include "bench/bench.h"
#include "plan/plan.h"

/* Everything that can be broken while `plan` is applied to the machine; `before` and `after` are its two good
 * states. */
typedef struct bench_states {
  const char *name; /* of the machine */
  tlsmend_plan *plan;
  tlsmend_machine *before, *after;
} bench_states;
int bench_break(const bench *self, const bench_states *states, json_t *record, tlsmend_error *error);

#endif
