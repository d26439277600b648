/*
 * Backwards: what a run has written is taken back, last step first, batch by batch as it was written: what is begun
 * stands in the journal, then the inverse of each step is carried out, then the machine is flushed once.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/unicode.h"
#include "commit/step.h"
#include "machine/machine.h"
#include "plan/change.h"
#include "registry/path.h"

/* A way back, and the steps that could not be taken back so far. */
typedef struct undoing {
  commit *commit;
  size_t *stuck, stuck_count;
} undoing;

static int leave(const undoing *self, size_t step, const char *note, tlsmend_error *error) {
  step_tell(self->commit, TLSMEND_EVENT_WARNING, note);
  return journal_step_state(self->commit->journal, step, STEP_LEFT, note, error);
}

/* A step that should not stay does. */
static int fail(undoing *self, size_t step, const char *note, tlsmend_error *error) {
  self->stuck[self->stuck_count++] = step;
  return leave(self, step, note, error);
}

/* An update that a machine cannot remove stays, and reports say so; one that it could not remove this time is left. */
static int undo_update(undoing *self, size_t step, tlsmend_error *error) {
  journal *journal = self->commit->journal;
  tlsmend_error inner = {0, ""};
  int code = journal_step_state(journal, step, STEP_UNDOING, NULL, error);
  if (code != TLSMEND_OK)
    return code;
  code = machine_update_remove(self->commit->machine, &journal->plan->changes[step], &inner);
  if (code == TLSMEND_OK)
    return journal_step_state(journal, step, STEP_UNDONE, NULL, error);
  return code == TLSMEND_E_UNSUPPORTED ? leave(self, step, inner.text, error)
                                       : fail(self, step, inner.text, error);
}

/* A key of ours that holds what is not ours stays. */
static int key_is_empty(tlsmend_machine *machine, const tlsmend_change *change, bool *out,
                        tlsmend_error *error) {
  name_list keys = {0}, values = {0};
  int code = machine_keys(machine, change->key, change->view, &keys, error);
  if (code == TLSMEND_OK)
    code = machine_values(machine, change->key, change->view, &values, error);
  *out = code == TLSMEND_OK && !keys.count && !values.count;
  name_list_clear(&keys);
  name_list_clear(&values);
  return code;
}

/* Whether undoing one change needs that the other is undone: they speak of one value, or of a key and what lies in
 * it. */
static bool tied(const tlsmend_change *a, const tlsmend_change *b) {
  if (!a->key || !b->key || a->view != b->view)
    return false;
  if (a->name && b->name && !unicode_name_equal(a->name, b->name))
    return false;
  return path_within(a->key, b->key) || path_within(b->key, a->key);
}

/* A step before one that could not be undone stands as it is if it is tied to it: out of order, its undoing would be
 * taken for done where the later step only looks like it. */
static bool is_stuck(const undoing *self, size_t step) {
  const tlsmend_change *changes = self->commit->journal->plan->changes;
  for (size_t i = 0; i < self->stuck_count; i++)
    if (tied(&changes[self->stuck[i]], &changes[step]))
      return true;
  return false;
}

/* One key or value, back where it was. What stays is written down at once; the rest when the batch is flushed. */
static int undo_change(undoing *self, size_t step, const tlsmend_change *inverse, tlsmend_error *error) {
  commit *commit = self->commit;
  const tlsmend_change *change = &commit->journal->plan->changes[step];
  tlsmend_outcome outcome;
  tlsmend_error inner = {0, ""};
  position now = AT_AFTER;
  bool empty = true;
  int code = step_standing(commit, step, &now, &inner);
  if (code == TLSMEND_OK && now == AT_AFTER && inverse->kind == TLSMEND_CHANGE_KEY_DELETE)
    code = key_is_empty(commit->machine, change, &empty, &inner);
  if (code == TLSMEND_OK && !empty) {
    char note[512];
    snprintf(note, sizeof note, "%.400s is kept: it holds what this run did not write", change->key);
    return leave(self, step, note, error);
  }
  if (code == TLSMEND_OK && now == AT_NEITHER && commit->skip_changed)
    return leave(self, step, "kept: somebody else has changed it since", error);
  if (code == TLSMEND_OK && now != AT_BEFORE)
    code = machine_apply(commit->machine, inverse, &outcome, &inner);
  if (code != TLSMEND_OK)
    return fail(self, step, inner.text, error);
  step_tell(commit, TLSMEND_EVENT_DONE, "");
  return TLSMEND_OK;
}

static int undo_registry(undoing *self, size_t step, tlsmend_error *error) {
  if (self->stuck_count && is_stuck(self, step))
    return fail(self, step, "left: what was done to it later could not be undone", error);
  tlsmend_change inverse;
  int code = change_invert(&self->commit->journal->plan->changes[step], &inverse, error);
  if (code != TLSMEND_OK)
    return code;
  step_tell_begin(self->commit, step, &inverse, "undo: ");
  code = undo_change(self, step, &inverse, error);
  change_clear(&inverse);
  return code;
}

/* What is back is brought to the disk, and then said to be undone; a record for each row of such steps. */
static int end_batch(undoing *self, size_t first, size_t last, tlsmend_error *error) {
  journal *journal = self->commit->journal;
  tlsmend_error why = {0, ""};
  int code = TLSMEND_OK;
  bool lost = machine_flush(self->commit->machine, &journal->plan->changes[first], last - first + 1, &why) !=
              TLSMEND_OK;
  if (lost)
    step_tell(self->commit, TLSMEND_EVENT_WARNING, why.text);
  for (size_t i = first, end; code == TLSMEND_OK && i <= last; i = end) {
    for (end = i; end <= last && journal->steps[end].state == STEP_UNDOING; end++)
      if (lost)
        self->stuck[self->stuck_count++] = end;
    if (end > i)
      code = journal_steps_state(journal, i, end - 1, lost ? STEP_LEFT : STEP_UNDONE, why.text, error);
    else
      end++;
  }
  return code;
}

/* Whether a step may have an effect that is to be taken back. */
static bool stands(const journal *journal, size_t step) {
  switch (journal->steps[step].state) {
  case STEP_DONE:
  case STEP_UNDOING:
  case STEP_LEFT:
    return true;
  case STEP_INTENDED:
    return journal->plan->changes[step].kind != TLSMEND_CHANGE_REBOOT;
  case STEP_OPEN:
  case STEP_UNDONE:
    break;
  }
  return false;
}

/* The first step of the batch that ends with `last`. No key is taken away and made again in one: docs/JOURNAL.md. */
static size_t batch_first(const commit *self, size_t last) {
  const journal *journal = self->journal;
  bool deletes = false;
  size_t first = last;
  for (size_t i = last + 1; journal->batches && i-- > 0 && step_is_registry(self, i) && stands(journal, i);) {
    tlsmend_change_kind kind = journal->plan->changes[i].kind;
    if (kind == TLSMEND_CHANGE_KEY_DELETE && deletes)
      break;
    deletes = deletes || kind == TLSMEND_CHANGE_KEY_CREATE;
    first = i;
  }
  return first;
}

static int undo_batch(undoing *self, size_t first, size_t last, tlsmend_error *error) {
  int code = journal_steps_state(self->commit->journal, first, last, STEP_UNDOING, NULL, error);
  for (size_t i = last + 1; code == TLSMEND_OK && i-- > first;)
    code = undo_registry(self, i, error);
  return code == TLSMEND_OK ? end_batch(self, first, last, error) : code;
}

static int undo_all(undoing *self, tlsmend_error *error) {
  journal *journal = self->commit->journal;
  int code = TLSMEND_OK;
  for (size_t i = journal->plan->change_count; code == TLSMEND_OK && i-- > 0;) {
    if (!stands(journal, i))
      continue;
    size_t last = i;
    if (journal->plan->changes[i].kind == TLSMEND_CHANGE_REBOOT)
      code = journal_step_state(journal, i, STEP_UNDONE, NULL, error);
    else if (journal->plan->changes[i].kind == TLSMEND_CHANGE_UPDATE_INSTALL)
      code = undo_update(self, i, error);
    else
      code = undo_batch(self, i = batch_first(self->commit, i), last, error);
  }
  return code;
}

int commit_backward(commit *self, const char *why, commit_result *out, tlsmend_error *error) {
  journal *journal = self->journal;
  undoing undoing = {.commit = self, .stuck = calloc(journal->plan->change_count + 1, sizeof *undoing.stuck)};
  *out = COMMIT_LEFT;
  if (!undoing.stuck)
    return error_no_memory(error);
  journal->forgiving = true;
  int code = journal->undoing && journal->result == RUN_OPEN ? TLSMEND_OK : journal_undo(journal, why, error);
  if (code == TLSMEND_OK)
    code = undo_all(&undoing, error);
  if (code == TLSMEND_OK)
    code = journal_end(journal, undoing.stuck_count ? RUN_LEFT : RUN_UNDONE, error);
  if (code == TLSMEND_OK)
    *out = undoing.stuck_count ? COMMIT_LEFT : COMMIT_UNDONE;
  free(undoing.stuck);
  return code;
}
