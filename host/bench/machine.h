/* The bench on one machine. */
#ifndef TLSMEND_BENCH_MACHINE_H
#define TLSMEND_BENCH_MACHINE_H

#include "bench/bench.h"

/* A machine that can be had as often as wanted. */
typedef struct bench_machine {
  const char *name;
  const char *text; /* UTF-8 .reg text, or NULL: read `path` */
  const char *path;
} bench_machine;

/* Tests the runbook on one machine. *out is the record for the report. Codes are only for the bench's own failures. */
int bench_test(const bench *self, const bench_machine *machine, json_t **out, tlsmend_error *error);

#endif
