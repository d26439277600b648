/*
 * The bench breaks things: each change fails in turn, before and after it was made, and each moment around an effect is
 * the last one before a power cut. After that the machine must be what it was, or, resumed, what it should become.
 */
#include "bench/faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "bench/copy.h"
#include "commit/journal.h"
#include "machine/machine.h"
#include "session/runs/forward.h"
#include "session/runs/rollback.h"

/* What a power cut would leave: the machine, and the journal as it is on the disk. */
typedef struct moment {
  tlsmend_machine *machine;
  step_state *steps;
  char boot[64];
  unsigned boots;
  bool at_barrier, undoing;
} moment;

typedef struct recording {
  const bench_copy *copy;
  const journal *journal;
  moment *moments;
  size_t count;
  bool failed;
} recording;

typedef struct breaking {
  const bench *bench;
  const bench_states *states;
  json_t *record;
  size_t interruptions;
} breaking;

static bool keep_moment(recording *self, moment *out) {
  const journal *journal = self->journal;
  size_t count = journal->plan->change_count;
  *out = (moment){.boots = journal->boots, .at_barrier = journal->at_barrier, .undoing = journal->undoing};
  memcpy(out->boot, journal->boot, sizeof out->boot);
  out->steps = calloc(count + 1, sizeof *out->steps);
  if (!out->steps || sim_clone(bench_sim(self->copy), &out->machine, NULL) != TLSMEND_OK)
    return false;
  for (size_t i = 0; i < count; i++)
    out->steps[i] = journal->steps[i].state;
  return true;
}

static void watch(void *data) {
  recording *self = data;
  moment *grown = self->failed ? NULL : realloc(self->moments, (self->count + 1) * sizeof *grown);
  self->failed = !grown;
  if (!grown)
    return;
  self->moments = grown;
  self->failed = !keep_moment(self, &grown[self->count++]);
}

static void forget(recording *self) {
  for (size_t i = 0; i < self->count; i++) {
    machine_close(self->moments[i].machine);
    free(self->moments[i].steps);
  }
  free(self->moments);
}

typedef struct run {
  bench_copy copy;
  journal *journal;
  commit_result result;
  int code;
  tlsmend_error error;
} run;

static void run_close(run *self) {
  journal_close(self->journal);
  bench_copy_close(&self->copy);
}

static int run_open(const breaking *self, const tlsmend_machine *like, run *out) {
  char boot[64];
  *out = (run){.result = COMMIT_LEFT};
  out->code = bench_copy_open(self->bench, self->states->name, (const sim *)like, &out->copy, &out->error);
  if (out->code != TLSMEND_OK)
    return out->code;
  out->copy.session.unchecked = true;
  out->code = machine_boot_id(out->copy.session.machine, boot, &out->error);
  if (out->code == TLSMEND_OK)
    out->code = journal_create_in_memory(self->states->plan, boot, &out->journal, &out->error);
  return out->code;
}

static void run_forward(run *self) {
  tlsmend_session *session = &self->copy.session;
  self->code = session_forward(session, self->journal, &self->result, &self->error);
  if (self->code == TLSMEND_OK)
    self->code = bench_finish(&self->copy, self->journal, &self->result, &self->error);
  /* A restart that fails ends the command, not the run: one resumes. */
  if (self->code == TLSMEND_E_FAILED && self->journal->at_barrier) {
    self->result = COMMIT_BARRIER;
    self->code = bench_finish(&self->copy, self->journal, &self->result, &self->error);
  }
}

/* Whether a broken run has ended where it should. */
static void judge(breaking *self, run *run, const char *what, commit_result wanted) {
  const sim *now = bench_sim(&run->copy);
  bool before = sim_equal(now, (const sim *)self->states->before);
  bool after = sim_equal(now, (const sim *)self->states->after);
  bool good = wanted == COMMIT_DONE ? after : before;
  self->interruptions++;
  if (run->code != TLSMEND_OK || run->result != wanted || !good)
    bench_find(self->record, "between", "%s: the machine is left %s%s%s", what,
               before  ? "before"
               : after ? "after"
                       : "between",
               run->code != TLSMEND_OK ? ": " : "", run->code != TLSMEND_OK ? run->error.text : "");
}

static int fail_each(breaking *self, tlsmend_error *error) {
  const tlsmend_plan *plan = self->states->plan;
  for (unsigned i = 0; i < 2 * plan->change_count; i++) {
    run run;
    char what[320];
    const tlsmend_change *change = &plan->changes[i / 2];
    bool restart = change->kind == TLSMEND_CHANGE_REBOOT;
    if (restart && i % 2)
      continue;
    if (run_open(self, self->states->before, &run) != TLSMEND_OK) {
      run_close(&run);
      return tlsmend_error_set(error, run.code, "%s", run.error.text);
    }
    run.copy.fault->at = i / 2 + 1;
    run.copy.fault->late = i % 2;
    run_forward(&run);
    snprintf(what, sizeof what, "change %u (%.200s) fails%s", i / 2 + 1,
             change->name  ? change->name
             : change->key ? change->key
                           : "",
             i % 2 ? " after it was made" : "");
    judge(self, &run, what, restart ? COMMIT_DONE : COMMIT_UNDONE);
    run_close(&run);
  }
  return TLSMEND_OK;
}

/* The machine and the journal as they are found when the power is back. */
static int wake(const breaking *self, const moment *moment, run *out) {
  if (run_open(self, moment->machine, out) != TLSMEND_OK)
    return out->code;
  for (size_t i = 0; i < self->states->plan->change_count; i++)
    out->journal->steps[i].state = moment->steps[i];
  memcpy(out->journal->boot, moment->boot, sizeof out->journal->boot);
  out->journal->boots = moment->boots;
  out->journal->at_barrier = moment->at_barrier;
  out->journal->undoing = moment->undoing;
  return TLSMEND_OK;
}

static int cut_one(breaking *self, const moment *moment, size_t number, bool forward, tlsmend_error *error) {
  run run;
  char what[96];
  if (wake(self, moment, &run) != TLSMEND_OK) {
    run_close(&run);
    return tlsmend_error_set(error, run.code, "%s", run.error.text);
  }
  if (forward) {
    run.result = COMMIT_BARRIER;
    run.code = bench_finish(&run.copy, run.journal, &run.result, &run.error);
  } else {
    run.code = session_undo(&run.copy.session, run.journal, 0, &run.result, &run.error);
  }
  snprintf(what, sizeof what, "power cut %zu%s, then %s", number + 1,
           moment->undoing ? " of the rollback" : "", forward ? "resume" : "rollback");
  judge(self, &run, what, forward ? COMMIT_DONE : COMMIT_UNDONE);
  run_close(&run);
  return TLSMEND_OK;
}

/* Records the moments of one good run, there and back, and replays each. */
static int cut_each(breaking *self, tlsmend_error *error) {
  run good;
  recording there = {0};
  int code = run_open(self, self->states->before, &good);
  if (code == TLSMEND_OK) {
    there.copy = &good.copy;
    there.journal = good.journal;
    good.copy.fault->watch = watch;
    good.copy.fault->watch_data = &there;
    run_forward(&good);
    good.code = session_undo(&good.copy.session, good.journal, 0, &good.result, &good.error);
  } else {
    tlsmend_error_set(error, code, "%s", good.error.text);
  }
  run_close(&good);
  if (code == TLSMEND_OK && there.failed)
    code = error_no_memory(error);
  for (size_t i = 0; code == TLSMEND_OK && i < there.count; i++) {
    const moment *moment = &there.moments[i];
    if (!moment->undoing)
      code = cut_one(self, moment, i, true, error);
    if (code == TLSMEND_OK)
      code = cut_one(self, moment, i, false, error);
  }
  forget(&there);
  return code;
}

int bench_break(const bench *self, const bench_states *states, json_t *record, tlsmend_error *error) {
  breaking breaking = {self, states, record, 0};
  int code = fail_each(&breaking, error);
  if (code == TLSMEND_OK)
    code = cut_each(&breaking, error);
  json_object_set_new(record, "interruptions", json_integer((json_int_t)breaking.interruptions));
  return code;
}
