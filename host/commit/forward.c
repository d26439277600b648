/* Forwards through a journalled plan, batch by batch. */
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "commit/step.h"
#include "machine/machine.h"
#include "plan/change.h"

/* Asks the machine how each step that was begun has ended; *asked: there is one. STEP_INTENDED: nothing was to be found
 * out. */
static int look_up(const commit *self, step_state *found, bool *asked, tlsmend_error *error) {
  const tlsmend_plan *plan = self->journal->plan;
  int code = TLSMEND_OK;
  for (size_t i = 0; code == TLSMEND_OK && i < plan->change_count; i++) {
    position position;
    found[i] = STEP_INTENDED;
    if (self->journal->steps[i].state != STEP_INTENDED || plan->changes[i].kind == TLSMEND_CHANGE_REBOOT)
      continue;
    *asked = true;
    code = step_standing(self, i, &position, error);
    found[i] = position == AT_AFTER ? STEP_DONE : STEP_OPEN;
    if (code != TLSMEND_OK || position != AT_NEITHER)
      continue;
    if (self->skip_changed) { /* the undoing names it and lets it be */
      found[i] = STEP_INTENDED;
      continue;
    }
    char *line = change_print(&plan->changes[i], plan_has_views(plan));
    code = tlsmend_error_set(
        error, TLSMEND_E_DRIFT,
        "the program was stopped in step %zu (%s), and the machine is neither as before it nor as "
        "after it: somebody else has written there",
        i + 1, line ? line : "?");
    free(line);
  }
  return code;
}

/* What is there counts as done once it would survive a power cut: who was stopped may not have come to that. */
int commit_settle(commit *self, tlsmend_error *error) {
  journal *journal = self->journal;
  size_t count = journal->plan->change_count;
  bool asked = false;
  step_state *found = calloc(count + 1, sizeof *found);
  if (!found)
    return error_no_memory(error);
  int code = look_up(self, found, &asked, error);
  if (code == TLSMEND_OK && asked)
    code = machine_flush(self->machine, journal->plan->changes, count, error);
  for (size_t i = 0, end; code == TLSMEND_OK && asked && i < count; i = end) {
    for (end = i + 1; end < count && found[end] == found[i];)
      end++;
    if (found[i] != STEP_INTENDED)
      code = journal_steps_state(journal, i, end - 1, found[i], "found out after the program was stopped",
                                 error);
  }
  free(found);
  return code;
}

/* A step of a batch has failed: the ones behind it were never begun, those before it are taken back. */
static int fail_step(commit *self, size_t step, size_t last, const tlsmend_error *why, commit_result *out,
                     tlsmend_error *error) {
  journal *journal = self->journal;
  position now = AT_BEFORE;
  char text[1200];
  step_tell(self, TLSMEND_EVENT_WARNING, why->text);
  if (why->code != TLSMEND_E_DRIFT && /* which is said before anything is written */
      step_position(self, step, &now, NULL) != TLSMEND_OK)
    now = AT_AFTER;
  journal->forgiving = true;
  if (last > step)
    journal_steps_state(journal, step + 1, last, STEP_OPEN, NULL, NULL);
  journal_step_state(journal, step, now == AT_BEFORE ? STEP_OPEN : STEP_INTENDED, why->text, NULL);
  snprintf(text, sizeof text, "step %zu failed: %s", step + 1, why->text);
  return commit_backward(self, text, out, error);
}

/* All of a batch was written, and may not be on the disk. */
static int fail_flush(commit *self, size_t first, size_t last, const tlsmend_error *why, commit_result *out,
                      tlsmend_error *error) {
  char text[1200];
  step_tell(self, TLSMEND_EVENT_WARNING, why->text);
  snprintf(text, sizeof text, "steps %zu to %zu could not be brought to the disk: %s", first + 1, last + 1,
           why->text);
  return commit_backward(self, text, out, error);
}

/* Without a journal nothing could be undone later, so it is undone now. */
static int lose_journal(commit *self, const tlsmend_error *why, commit_result *out, tlsmend_error *error) {
  char text[1200];
  snprintf(text, sizeof text, "the journal cannot be written: %s", why->text);
  step_tell(self, TLSMEND_EVENT_WARNING, text);
  return commit_backward(self, text, out, error);
}

/* What cannot be arranged is done by a person: no reason to take everything back. */
static void warn(const commit *self, const tlsmend_error *why, const char *advice) {
  char text[1200];
  snprintf(text, sizeof text, "%s: %s", why->text, advice);
  step_tell(self, TLSMEND_EVENT_WARNING, text);
}

void commit_arrange(commit *self) {
  char how[256];
  tlsmend_error inner = {0, ""};
  if (machine_resume_arrange(self->machine, self->journal->run, self->state, how, &inner) != TLSMEND_OK)
    warn(self, &inner, "after the restart, run tlsmend resume");
  else if (*how)
    step_tell(self, TLSMEND_EVENT_NOTE, how);
}

/* Stops for a restart. The restart itself is the machine's business; the journal knows which boot it was. */
static int stop(commit *self, size_t step, commit_result *out, tlsmend_error *error) {
  char boot[64] = "";
  tlsmend_outcome outcome;
  tlsmend_error inner = {0, ""};
  step_tell_begin(self, step, &self->journal->plan->changes[step], "");
  if (machine_boot_id(self->machine, boot, &inner) != TLSMEND_OK)
    return fail_step(self, step, step, &inner, out, error);
  if (journal_barrier(self->journal, step, boot, &inner) != TLSMEND_OK)
    return lose_journal(self, &inner, out, error);
  commit_arrange(self);
  *out = COMMIT_BARRIER;
  if (self->may_restart &&
      machine_apply(self->machine, &self->journal->plan->changes[step], &outcome, &inner) != TLSMEND_OK)
    warn(self, &inner, "restart the machine by hand");
  return TLSMEND_OK;
}

/* The last step of the batch that begins with `first`: keys and values up to the next update, restart or step that is
 * done. No key is taken away and made again in one, so that each can be asked for by itself: docs/JOURNAL.md. */
static size_t batch_last(const commit *self, size_t first) {
  const journal *journal = self->journal;
  bool deletes = false;
  size_t last = first;
  for (size_t i = first; journal->batches && i < journal->plan->change_count && step_is_registry(self, i) &&
                         journal->steps[i].state != STEP_DONE;
       i++) {
    tlsmend_change_kind kind = journal->plan->changes[i].kind;
    if (kind == TLSMEND_CHANGE_KEY_CREATE && deletes)
      break;
    deletes = deletes || kind == TLSMEND_CHANGE_KEY_DELETE;
    last = i;
  }
  return last;
}

/* A note belongs to the last step only, which then has a record of its own. */
static int batch_done(commit *self, size_t first, size_t last, const char *note, tlsmend_error *error) {
  journal *journal = self->journal;
  int code = TLSMEND_OK;
  if (*note && last > first) {
    code = journal_steps_state(journal, first, last - 1, STEP_DONE, NULL, error);
    first = last;
  }
  return code == TLSMEND_OK ? journal_steps_state(journal, first, last, STEP_DONE, note, error) : code;
}

/* Carries out the steps from `first` to *last, which is where it ended: a step that has something to tell ends its
 * batch. */
static int do_batch(commit *self, size_t first, size_t *last, commit_result *out, bool *over,
                    tlsmend_error *error) {
  const tlsmend_change *changes = self->journal->plan->changes;
  tlsmend_outcome outcome = {0};
  tlsmend_error inner = {0, ""};
  *over = true;
  if (journal_steps_state(self->journal, first, *last, STEP_INTENDED, NULL, &inner) != TLSMEND_OK)
    return lose_journal(self, &inner, out, error);
  for (size_t i = first; i <= *last; i++) {
    step_tell_begin(self, i, &changes[i], "");
    if (machine_apply(self->machine, &changes[i], &outcome, &inner) != TLSMEND_OK)
      return fail_step(self, i, *last, &inner, out, error);
    step_tell(self, TLSMEND_EVENT_DONE, outcome.note);
    if (*outcome.note)
      *last = i;
  }
  if (step_is_registry(self, first) &&
      machine_flush(self->machine, &changes[first], *last - first + 1, &inner) != TLSMEND_OK)
    return fail_flush(self, first, *last, &inner, out, error);
  if (batch_done(self, first, *last, outcome.note, &inner) != TLSMEND_OK)
    return lose_journal(self, &inner, out, error);
  *over = false;
  return TLSMEND_OK;
}

int commit_forward(commit *self, commit_result *out, tlsmend_error *error) {
  const journal *journal = self->journal;
  bool over = false;
  int code = TLSMEND_OK;
  *out = COMMIT_DONE;
  for (size_t i = 0; code == TLSMEND_OK && !over && i < journal->plan->change_count; i++) {
    size_t last = batch_last(self, i);
    if (journal->steps[i].state == STEP_DONE)
      continue;
    over = journal->plan->changes[i].kind == TLSMEND_CHANGE_REBOOT;
    code = over ? stop(self, i, out, error) : do_batch(self, i, &last, out, &over, error);
    i = last;
  }
  return code;
}

int commit_end(commit *self, commit_result *out, tlsmend_error *error) {
  tlsmend_error inner = {0, ""};
  if (journal_end(self->journal, RUN_DONE, &inner) == TLSMEND_OK)
    return TLSMEND_OK;
  return lose_journal(self, &inner, out, error);
}

int commit_await(commit *self, const journal_deadline *end, commit_result *out, tlsmend_error *error) {
  tlsmend_error inner = {0, ""};
  if (journal_await(self->journal, end, &inner) != TLSMEND_OK)
    return lose_journal(self, &inner, out, error);
  *out = COMMIT_AWAITS;
  commit_arrange(self); /* a machine that restarts meanwhile looks at the deadline when it starts */
  return TLSMEND_OK;
}
