/*
 * Bench: what it costs that a stranger's runbook runs in a worker. Does the same thing with one and in this process, in turn, so that both
 * meet the same load; the text, the library and the session are the same. usage: apart plan|test|lint ROUNDS MACHINE RUNBOOK [NAME=VALUE]...
 * MACHINE "-": every built-in one. Prints, for a worker and then for this process, median, least and median of processor time in milliseconds;
 * then the median of the ratios.
 */
#define _DEFAULT_SOURCE

#include <tlsmend/tlsmend.h>
#include <tlsmend/worker.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

typedef struct task {
  const char *what, *machine, *runbook;
  const char *const *params;
  size_t param_count;
} task;

static int plan(const task *self, const tlsmend_options *options, tlsmend_error *error) {
  tlsmend_session *session = NULL;
  tlsmend_plan *made = NULL;
  int code = tlsmend_session_open(options, &session, error);
  if (code == TLSMEND_OK)
    code = tlsmend_plan_make(session, &self->runbook, 1, self->params, self->param_count, &made, error);
  tlsmend_plan_free(made);
  tlsmend_session_close(session);
  return code;
}

static int look(const task *self, const tlsmend_options *options, tlsmend_error *error) {
  tlsmend_test_request test = {&self->runbook, 1, self->params, self->param_count, NULL, TLSMEND_FORMAT_JSON};
  tlsmend_lint_request lint = {&self->runbook, 1, TLSMEND_FORMAT_JSON};
  char *out = NULL;
  size_t findings;
  int code = strcmp(self->what, "test") == 0 ? tlsmend_test(options, &test, &out, &findings, error)
                                             : tlsmend_lint(options, &lint, &out, &findings, error);
  tlsmend_text_free(out);
  return code;
}

/* Milliseconds: on the clock, and of processor, the worker's included, which the load of a machine changes least. */
typedef struct cost {
  double clock, processor;
} cost;

static double milliseconds(struct timeval time) {
  return (double)time.tv_sec * 1e3 + (double)time.tv_usec / 1e3;
}

static cost now(void) {
  struct timespec time;
  struct rusage own, workers;
  clock_gettime(CLOCK_MONOTONIC, &time);
  getrusage(RUSAGE_SELF, &own);
  getrusage(RUSAGE_CHILDREN, &workers); /* those that have ended */
  return (cost){(double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6,
                milliseconds(own.ru_utime) + milliseconds(own.ru_stime) + milliseconds(workers.ru_utime) +
                    milliseconds(workers.ru_stime)};
}

static cost measure(const task *self, int in_process) {
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  tlsmend_error error;
  options.machine = self->machine;
  options.in_process = in_process;
  cost begin = now();
  int code = strcmp(self->what, "plan") == 0 ? plan(self, &options, &error) : look(self, &options, &error);
  cost end = now();
  if (code != TLSMEND_OK) {
    fprintf(stderr, "apart: %s\n", error.text);
    exit(1);
  }
  return (cost){end.clock - begin.clock, end.processor - begin.processor};
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

enum { MOST = 10000 };

/* What was measured of one way. */
typedef struct series {
  double clock[MOST], processor[MOST];
} series;

static void print(series *self, int rounds) {
  qsort(self->clock, (size_t)rounds, sizeof *self->clock, compare);
  qsort(self->processor, (size_t)rounds, sizeof *self->processor, compare);
  printf("%.3f %.3f %.3f ", self->clock[rounds / 2], self->clock[0], self->processor[rounds / 2]);
}

int main(int argc, char **argv) {
  static series ways[2]; /* in a worker, in process */
  static double ratio[MOST];
  tlsmend_worker(argc, argv);
  int rounds = argc > 4 ? atoi(argv[2]) : 0;
  if (rounds < 1 || rounds > MOST) {
    fprintf(stderr, "usage: apart plan|test|lint ROUNDS MACHINE RUNBOOK [NAME=VALUE]...\n");
    return 64;
  }
  task task = {argv[1], strcmp(argv[3], "-") ? argv[3] : NULL, argv[4], (const char *const *)argv + 5,
               (size_t)argc - 5};
  measure(&task, 0);
  measure(&task, 1);
  for (int i = 0; i < rounds; i++) {
    for (int j = 0; j < 2; j++) {
      int way = i % 2 ? !j : j; /* whoever is second finds what the first has warmed */
      cost one = measure(&task, way);
      ways[way].clock[i] = one.clock;
      ways[way].processor[i] = one.processor;
    }
    ratio[i] = ways[0].clock[i] / ways[1].clock[i];
  }
  qsort(ratio, (size_t)rounds, sizeof *ratio, compare);
  print(&ways[0], rounds);
  print(&ways[1], rounds);
  printf("%.3f\n", ratio[rounds / 2]);
  return 0;
}
