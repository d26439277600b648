/*
 * The bench breaks things: each change and each flush fails in turn, before and after it was made; each moment around an effect is the
 * last one before a power cut; and before each flush a power cut takes one change of the batch along. After that the machine must be
 * what it was, or, resumed, what it should become.
 */
#include "bench/faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "bench/copy.h"
#include "commit/journal.h"
#include "machine/machine.h"
#include "plan/change.h"
#include "session/runs/forward.h"
#include "session/runs/rollback.h"

/* What a power cut would leave: the machine, and the journal as it is on the disk. */
typedef struct moment {
  tlsmend_machine *machine;
  step_state *steps;
  char boot[64];
  unsigned boots;
  bool at_barrier, undoing;
  const tlsmend_change *lost; /* was not on the disk yet, and is not on the machine; NULL: nothing */
} moment;

typedef struct recording {
  const bench_copy *copy;
  const journal *journal;
  moment *moments;
  size_t count;
  unsigned flushes; /* on the way forward */
  bool failed;
} recording;

typedef struct breaking {
  const bench *bench;
  const bench_states *states;
  json_t *record;
  size_t interruptions;
} breaking;

static bool keep_moment(const recording *self, moment *out) {
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

/* The next moment, or NULL. */
static moment *add_moment(recording *self) {
  moment *grown = self->failed ? NULL : realloc(self->moments, (self->count + 1) * sizeof *grown);
  self->failed = !grown;
  if (!grown)
    return NULL;
  self->moments = grown;
  self->failed = !keep_moment(self, &grown[self->count++]);
  return self->failed ? NULL : &grown[self->count - 1];
}

static void drop_moment(recording *self) {
  moment *last = &self->moments[--self->count];
  machine_close(last->machine);
  free(last->steps);
}

/* Nothing was written into the journal since the last moment. */
static bool same_journal(const recording *self) {
  const journal *journal = self->journal;
  const moment *last = self->count ? &self->moments[self->count - 1] : NULL;
  bool same = last && last->boots == journal->boots && last->at_barrier == journal->at_barrier &&
              last->undoing == journal->undoing && strcmp(last->boot, journal->boot) == 0;
  for (size_t i = 0; same && i < journal->plan->change_count; i++)
    same = last->steps[i] == journal->steps[i].state;
  return same;
}

/* Before an effect within a batch all is as it was after the one before. */
static void watch(void *data, bool done) {
  recording *self = data;
  if (done || !same_journal(self))
    add_moment(self);
}

/* Takes a change off the machine of a moment. False: it cannot be gone by itself, as a key cannot without what is in it. */
static bool lose(moment *moment, const tlsmend_change *change) {
  tlsmend_change inverse = {0};
  tlsmend_outcome outcome;
  bool off = moment->undoing || change_invert(change, &inverse, NULL) == TLSMEND_OK;
  const tlsmend_change *back = moment->undoing ? change : &inverse;
  off = off && back->kind != TLSMEND_CHANGE_KEY_DELETE &&
        machine_apply(moment->machine, back, &outcome, NULL) == TLSMEND_OK;
  if (!moment->undoing)
    change_clear(&inverse);
  moment->lost = change;
  return off;
}

/* What was made before the one that is lost is there, and so is what was made after it: nobody says in which order a disk writes. Without the
 * last one the machine is as it was at the moment before. */
static void watch_flush(void *data, const tlsmend_change *changes, size_t count) {
  recording *self = data;
  for (size_t i = 0; i + 1 < count; i++) {
    moment *added = add_moment(self);
    if (added && !lose(added, &changes[added->undoing ? i + 1 : i]))
      drop_moment(self);
  }
}

static void forget(recording *self) {
  while (self->count)
    drop_moment(self);
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

/* Takes the machine over. */
static int run_take(const breaking *self, tlsmend_machine *machine, run *out) {
  char boot[64];
  *out = (run){.result = COMMIT_LEFT};
  out->code = bench_copy_take(self->bench, self->states->name, machine, &out->copy, &out->error);
  if (out->code != TLSMEND_OK)
    return out->code;
  out->copy.session.unchecked = true;
  out->code = machine_boot_id(out->copy.session.machine, boot, &out->error);
  if (out->code == TLSMEND_OK)
    out->code = journal_create_in_memory(self->states->plan, boot, &out->journal, &out->error);
  return out->code;
}

static int run_open(const breaking *self, const tlsmend_machine *like, run *out) {
  tlsmend_machine *machine = NULL;
  *out = (run){.result = COMMIT_LEFT};
  out->code = sim_clone((const sim *)like, &machine, &out->error);
  return out->code == TLSMEND_OK ? run_take(self, machine, out) : out->code;
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
  bool good =
      run->code == TLSMEND_OK && run->result == wanted &&
      sim_equal(now, (const sim *)(wanted == COMMIT_DONE ? self->states->after : self->states->before));
  self->interruptions++;
  if (good)
    return;
  bool before = sim_equal(now, (const sim *)self->states->before);
  bool after = sim_equal(now, (const sim *)self->states->after);
  bench_find(self->record, "between", "%s: the machine is left %s%s%s", what,
             before  ? "before"
             : after ? "after"
                     : "between",
             run->code != TLSMEND_OK ? ": " : "", run->code != TLSMEND_OK ? run->error.text : "");
}

/* What fails in a run, counted from 1; 0: nothing. */
typedef struct failure {
  unsigned change, flush;
  bool late;
} failure;

static int fail_one(breaking *self, failure failure, const char *what, commit_result wanted,
                    tlsmend_error *error) {
  run run;
  if (run_open(self, self->states->before, &run) != TLSMEND_OK) {
    run_close(&run);
    return tlsmend_error_set(error, run.code, "%s", run.error.text);
  }
  run.copy.fault->at = failure.change;
  run.copy.fault->flush_at = failure.flush;
  run.copy.fault->late = failure.late;
  run_forward(&run);
  judge(self, &run, what, wanted);
  run_close(&run);
  return TLSMEND_OK;
}

static int fail_change(breaking *self, unsigned number, tlsmend_error *error) {
  const tlsmend_change *change = &self->states->plan->changes[number - 1];
  bool restart = change->kind == TLSMEND_CHANGE_REBOOT;
  const char *name = change->name ? change->name : change->key ? change->key : "";
  char what[320];
  int code = TLSMEND_OK;
  for (int late = 0; code == TLSMEND_OK && late < (restart ? 1 : 2); late++) {
    snprintf(what, sizeof what, "change %u (%.200s) fails%s", number, name, late ? " after it was made" : "");
    code = fail_one(self, (failure){.change = number, .late = late}, what,
                    restart ? COMMIT_DONE : COMMIT_UNDONE, error);
  }
  return code;
}

static int fail_flush(breaking *self, unsigned number, tlsmend_error *error) {
  char what[64];
  int code = TLSMEND_OK;
  for (int late = 0; code == TLSMEND_OK && late < 2; late++) {
    snprintf(what, sizeof what, "flush %u fails%s", number, late ? " after it was made" : "");
    code = fail_one(self, (failure){.flush = number, .late = late}, what, COMMIT_UNDONE, error);
  }
  return code;
}

/* The machine and the journal as they are found when the power is back. */
static void wake(const moment *moment, run *run) {
  for (size_t i = 0; i < run->journal->plan->change_count; i++)
    run->journal->steps[i].state = moment->steps[i];
  memcpy(run->journal->boot, moment->boot, sizeof run->journal->boot);
  run->journal->boots = moment->boots;
  run->journal->at_barrier = moment->at_barrier;
  run->journal->undoing = moment->undoing;
}

/* Forward, or else back, which is the last that is done with a moment: it gives its machine away. */
static int cut_one(breaking *self, moment *moment, size_t number, bool forward, tlsmend_error *error) {
  run run;
  char what[400], lost[320] = "";
  tlsmend_machine *machine = moment->machine;
  if (!forward)
    moment->machine = NULL;
  if ((forward ? run_open(self, machine, &run) : run_take(self, machine, &run)) != TLSMEND_OK) {
    run_close(&run);
    return tlsmend_error_set(error, run.code, "%s", run.error.text);
  }
  wake(moment, &run);
  if (forward) {
    run.result = COMMIT_BARRIER;
    run.code = bench_finish(&run.copy, run.journal, &run.result, &run.error);
  } else {
    run.code = session_undo(&run.copy.session, run.journal, 0, &run.result, &run.error);
  }
  if (moment->lost)
    snprintf(lost, sizeof lost, " that takes %.200s along",
             moment->lost->name ? moment->lost->name : moment->lost->key);
  snprintf(what, sizeof what, "power cut %zu%s%s, then %s", number + 1,
           moment->undoing ? " of the rollback" : "", lost, forward ? "resume" : "rollback");
  judge(self, &run, what, forward ? COMMIT_DONE : COMMIT_UNDONE);
  run_close(&run);
  return TLSMEND_OK;
}

static int cut_each(breaking *self, recording *there, tlsmend_error *error) {
  int code = TLSMEND_OK;
  for (size_t i = 0; code == TLSMEND_OK && i < there->count; i++) {
    moment *moment = &there->moments[i];
    if (!moment->undoing)
      code = cut_one(self, moment, i, true, error);
    if (code == TLSMEND_OK)
      code = cut_one(self, moment, i, false, error);
  }
  return code;
}

/* The moments of one good run, there and back. */
static int record_run(const breaking *self, recording *there, tlsmend_error *error) {
  run good;
  int code = run_open(self, self->states->before, &good);
  if (code == TLSMEND_OK) {
    there->copy = &good.copy;
    there->journal = good.journal;
    good.copy.fault->watch = watch;
    good.copy.fault->watch_flush = watch_flush;
    good.copy.fault->watch_data = there;
    run_forward(&good);
    there->flushes = good.copy.fault->flushed;
    good.code = session_undo(&good.copy.session, good.journal, 0, &good.result, &good.error);
  } else {
    tlsmend_error_set(error, code, "%s", good.error.text);
  }
  run_close(&good);
  return code == TLSMEND_OK && there->failed ? error_no_memory(error) : code;
}

int bench_break(const bench *self, const bench_states *states, json_t *record, tlsmend_error *error) {
  breaking breaking = {self, states, record, 0};
  recording there = {0};
  int code = record_run(&breaking, &there, error);
  for (unsigned i = 1; code == TLSMEND_OK && i <= states->plan->change_count; i++)
    code = fail_change(&breaking, i, error);
  for (unsigned i = 1; code == TLSMEND_OK && i <= there.flushes; i++)
    code = fail_flush(&breaking, i, error);
  if (code == TLSMEND_OK)
    code = cut_each(&breaking, &there, error);
  forget(&there);
  json_object_set_new(record, "interruptions", json_integer((json_int_t)breaking.interruptions));
  return code;
}
