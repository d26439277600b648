/* Copies of a machine, on which runs are tried, and what is found on the way. */
#ifndef TLSMEND_BENCH_COPY_H
#define TLSMEND_BENCH_COPY_H

#include "bench/bench.h"
#include "commit/commit.h"
#include "machine/fault.h"
#include "machine/sim/sim.h"
#include "machine/sim/snapshot.h"
#include "session/session.h"

/* A copy of a machine in a session without files. */
typedef struct bench_copy {
  tlsmend_session session;
  fault *fault;
} bench_copy;
int bench_copy_open(const bench *self, const char *name, const sim *like, bench_copy *out,
                    tlsmend_error *error);
/* The machine itself, a snapshot, which is closed with it and in any case. */
int bench_copy_take(const bench *self, const char *name, tlsmend_machine *machine, bench_copy *out,
                    tlsmend_error *error);
void bench_copy_close(bench_copy *copy);

/* The snapshot behind a copy. Borrowed. */
const sim *bench_sim(const bench_copy *copy);

/* Adds what is wrong to the findings of a machine's record. */
void bench_find(json_t *record, const char *rule, const char *format, ...)
#if defined(__MINGW32__)
    __attribute__((format(gnu_printf, 3, 4)))
#elif defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;

/* Drives a journal to its end, restarts included. */
int bench_finish(bench_copy *copy, journal *journal, commit_result *out, tlsmend_error *error);

#endif
