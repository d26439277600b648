/* What the parts of the bench share: bench.c goes through machines, bench/machine.c tests one, bench/faults.c breaks it. */
#ifndef TLSMEND_BENCH_BENCH_H
#define TLSMEND_BENCH_BENCH_H

#include "commit/commit.h"
#include "machine/fault.h"
#include "machine/sim/sim.h"
#include "script/host_lua.h"
#include "session/session.h"

/* A machine that can be had as often as wanted. */
typedef struct bench_machine {
  const char *name;
  const char *text; /* UTF-8 .reg text, or NULL: read `path` */
  const char *path;
} bench_machine;

typedef struct bench {
  const tlsmend_options *options;
  const tlsmend_test_request *request;
  script_options script;
  script_tool *tool;
  const char *runbook; /* what is tested: an id or a path */
  const char *
      *params; /* those of the request that it has, and the package folder for paths that were not given */
  size_t param_count;
  bool *taken;       /* for each of the request's parameters: a runbook has it */
  json_t *declared;  /* protocols older than TLS 1.2 that it may switch on */
  json_t *expect;    /* what the author expects, by machine; NULL */
  json_t *broken;    /* plans that were broken already: their changes as text, and on which machine */
  char *packages;    /* folder of stand-ins for update packages; NULL: none needed */
  char stand_in[65]; /* their SHA-256 */
} bench;

/* The folder of the author's machines beside a runbook's file (X.machines beside X.lua), malloc'd; NULL if there is none. */
int bench_folder(const char *runbook, char **out, tlsmend_error *error);

/* Whether a file or folder that lies beside a stranger's runbook is there and no link. E_REFUSED: it is one. */
int bench_reach(const char *path, tlsmend_error *error);

/* A copy of a machine in a session without files. */
typedef struct bench_copy {
  tlsmend_session session;
  fault *fault;
} bench_copy;
int bench_copy_open(const bench *self, const char *name, const sim *like, bench_copy *out,
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

/* Tests the runbook on one machine. *out is the record for the report. Codes are only for the bench's own failures. */
int bench_test(const bench *self, const bench_machine *machine, json_t **out, tlsmend_error *error);

/* Everything that can be broken while `plan` is applied to the machine; `before` and `after` are its two good states. */
typedef struct bench_states {
  const char *name; /* of the machine */
  tlsmend_plan *plan;
  tlsmend_machine *before, *after;
} bench_states;
int bench_break(const bench *self, const bench_states *states, json_t *record, tlsmend_error *error);

#endif
