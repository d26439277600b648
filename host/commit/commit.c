/* Forwards and backwards through a journalled plan. */
#include "commit/commit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "plan/change.h"
#include "registry/path.h"
#include "base/unicode.h"
#include "registry/value.h"
#include "machine/machine.h"
#include "machine/update/servicing.h"

static void tell(const commit *self, tlsmend_event event, const char *text) {
  if (self->event)
    self->event(self->event_data, event, text);
}

static void tell_step(const commit *self, size_t step, const tlsmend_change *change, const char *verb) {
  if (!self->event)
    return;
  char *line = change_print(change, plan_has_views(self->journal->plan));
  char text[1024];
  snprintf(text, sizeof text, "%zu/%zu %s%s", step + 1, self->journal->plan->change_count, verb,
           line ? line : "?");
  free(line);
  unicode_plain(text, strlen(text), "");
  tell(self, TLSMEND_EVENT_STEP, text);
}

typedef enum position { AT_BEFORE, AT_AFTER, AT_NEITHER } position;

static int position_of(tlsmend_machine *machine, const tlsmend_change *change, position *out,
                       tlsmend_error *error) {
  *out = AT_NEITHER;
  if (change->kind == TLSMEND_CHANGE_UPDATE_INSTALL) {
    servicing_presence presence;
    int code = servicing_detect(machine, &change->update, &presence, error);
    *out = presence.installed || presence.pending ? AT_AFTER : AT_BEFORE;
    return code;
  }
  if (change->kind == TLSMEND_CHANGE_REBOOT)
    return TLSMEND_OK;
  if (!change->name) {
    bool exists = false;
    int code = machine_key_exists(machine, change->key, change->view, &exists, error);
    *out = exists == (change->kind == TLSMEND_CHANGE_KEY_CREATE) ? AT_AFTER : AT_BEFORE;
    return code;
  }
  tlsmend_value now = {0};
  int code = machine_value_get(machine, change->key, change->view, change->name, &now, error);
  if (value_equal(&now, &change->after))
    *out = AT_AFTER;
  else if (value_equal(&now, &change->before))
    *out = AT_BEFORE;
  tlsmend_value_clear(&now);
  return code;
}

/* As position_of for a step of the journal: a value that an undoing which could not be written down has brought
 * further back is back too. */
static int standing(commit *self, size_t step, position *out, tlsmend_error *error) {
  const tlsmend_change *change = &self->journal->plan->changes[step];
  int code = position_of(self->machine, change, out, error);
  if (code != TLSMEND_OK || *out != AT_NEITHER)
    return code;
  tlsmend_value now = {0};
  code = machine_value_get(self->machine, change->key, change->view, change->name, &now, error);
  if (code == TLSMEND_OK && journal_is_back(self->journal, step, &now))
    *out = AT_BEFORE;
  tlsmend_value_clear(&now);
  return code;
}

int commit_settle(commit *self, tlsmend_error *error) {
  const tlsmend_plan *plan = self->journal->plan;
  int code = TLSMEND_OK;
  for (size_t i = 0; code == TLSMEND_OK && i < plan->change_count; i++) {
    if (self->journal->steps[i].state != STEP_INTENDED || plan->changes[i].kind == TLSMEND_CHANGE_REBOOT)
      continue;
    position position;
    code = standing(self, i, &position, error);
    if (code != TLSMEND_OK)
      break;
    if (position == AT_NEITHER) {
      char *line = change_print(&plan->changes[i], plan_has_views(plan));
      code = tlsmend_error_set(
          error, TLSMEND_E_DRIFT,
          "the program was stopped in step %zu (%s), and the machine is neither as before it nor as "
          "after it: somebody else has written there",
          i + 1, line ? line : "?");
      free(line);
      break;
    }
    code = journal_step_state(self->journal, i, position == AT_AFTER ? STEP_DONE : STEP_OPEN,
                              "found out after the program was stopped", error);
  }
  return code;
}

static int leave(commit *self, size_t step, const char *note, tlsmend_error *error) {
  tell(self, TLSMEND_EVENT_WARNING, note);
  return journal_step_state(self->journal, step, STEP_LEFT, note, error);
}

/* An update that a machine cannot remove stays, and reports say so; one that it could not remove this time is left. */
static int undo_update(commit *self, size_t step, const tlsmend_change *change, bool *failed,
                       tlsmend_error *error) {
  tlsmend_error inner = {0, ""};
  int code = journal_step_state(self->journal, step, STEP_UNDOING, NULL, error);
  if (code != TLSMEND_OK)
    return code;
  code = machine_update_remove(self->machine, change, &inner);
  *failed = code != TLSMEND_OK && code != TLSMEND_E_UNSUPPORTED;
  if (code == TLSMEND_OK)
    return journal_step_state(self->journal, step, STEP_UNDONE, NULL, error);
  return leave(self, step, inner.text, error);
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

static int undo_registry(commit *self, size_t step, const tlsmend_change *change, bool *failed,
                         tlsmend_error *error) {
  tlsmend_change inverse;
  tlsmend_outcome outcome;
  tlsmend_error inner = {0, ""};
  position now = AT_AFTER;
  int code = change_invert(change, &inverse, error);
  if (code != TLSMEND_OK)
    return code;
  code = journal_step_state(self->journal, step, STEP_UNDOING, NULL, error);
  if (code != TLSMEND_OK)
    goto out;
  tell_step(self, step, &inverse, "undo: ");
  int undone = standing(self, step, &now, &inner);
  bool empty = true;
  if (undone == TLSMEND_OK && now == AT_AFTER && inverse.kind == TLSMEND_CHANGE_KEY_DELETE)
    undone = key_is_empty(self->machine, change, &empty, &inner);
  if (undone == TLSMEND_OK && !empty) {
    char note[512];
    snprintf(note, sizeof note, "%.400s is kept: it holds what this run did not write", change->key);
    code = leave(self, step, note, error);
    goto out;
  }
  if (undone == TLSMEND_OK && now == AT_NEITHER && self->skip_changed) {
    code = leave(self, step, "kept: somebody else has changed it since", error);
    goto out;
  }
  if (undone == TLSMEND_OK && now != AT_BEFORE)
    undone = machine_apply(self->machine, &inverse, &outcome, &inner);
  if (undone == TLSMEND_OK) {
    code = journal_step_state(self->journal, step, STEP_UNDONE, NULL, error);
    if (code == TLSMEND_OK)
      tell(self, TLSMEND_EVENT_DONE, "");
  } else {
    *failed = true;
    code = leave(self, step, inner.text, error);
  }
out:
  change_clear(&inverse);
  return code;
}

static int undo_step(commit *self, size_t step, bool *failed, tlsmend_error *error) {
  const tlsmend_change *change = &self->journal->plan->changes[step];
  switch (change->kind) {
  case TLSMEND_CHANGE_REBOOT:
    return journal_step_state(self->journal, step, STEP_UNDONE, NULL, error);
  case TLSMEND_CHANGE_UPDATE_INSTALL:
    return undo_update(self, step, change, failed, error);
  case TLSMEND_CHANGE_KEY_CREATE:
  case TLSMEND_CHANGE_KEY_DELETE:
  case TLSMEND_CHANGE_VALUE_SET:
  case TLSMEND_CHANGE_VALUE_DELETE:
    return undo_registry(self, step, change, failed, error);
  }
  return TLSMEND_OK;
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
static bool is_stuck(const commit *self, const bool *stuck, size_t step) {
  const tlsmend_change *changes = self->journal->plan->changes;
  for (size_t i = step + 1; i < self->journal->plan->change_count; i++)
    if (stuck[i] && tied(&changes[i], &changes[step]))
      return true;
  return false;
}

static int undo_all(commit *self, bool *stuck, bool *failed, tlsmend_error *error) {
  int code = TLSMEND_OK;
  for (size_t i = self->journal->plan->change_count; code == TLSMEND_OK && i-- > 0;) {
    step_state state = self->journal->steps[i].state;
    if (state != STEP_DONE && state != STEP_UNDOING && state != STEP_LEFT)
      continue;
    stuck[i] = *failed && is_stuck(self, stuck, i);
    if (!stuck[i])
      code = undo_step(self, i, &stuck[i], error);
    *failed = *failed || stuck[i];
  }
  return code;
}

int commit_backward(commit *self, const char *why, commit_result *out, tlsmend_error *error) {
  bool failed = false, *stuck = calloc(self->journal->plan->change_count + 1, sizeof *stuck);
  *out = COMMIT_LEFT;
  if (!stuck)
    return error_no_memory(error);
  self->journal->forgiving = true;
  int code = self->journal->undoing && self->journal->result == RUN_OPEN
                 ? TLSMEND_OK
                 : journal_undo(self->journal, why, error);
  if (code == TLSMEND_OK)
    code = undo_all(self, stuck, &failed, error);
  if (code == TLSMEND_OK)
    code = journal_end(self->journal, failed ? RUN_LEFT : RUN_UNDONE, error);
  if (code == TLSMEND_OK)
    *out = failed ? COMMIT_LEFT : COMMIT_UNDONE;
  free(stuck);
  return code;
}

static int fail_step(commit *self, size_t step, const tlsmend_error *why, commit_result *out,
                     tlsmend_error *error) {
  position now = AT_BEFORE;
  char text[1200];
  tell(self, TLSMEND_EVENT_WARNING, why->text);
  if (why->code != TLSMEND_E_DRIFT && /* which is said before anything is written */
      position_of(self->machine, &self->journal->plan->changes[step], &now, NULL) != TLSMEND_OK)
    now = AT_AFTER;
  self->journal->forgiving = true;
  journal_step_state(self->journal, step, now == AT_BEFORE ? STEP_OPEN : STEP_DONE, why->text, NULL);
  snprintf(text, sizeof text, "step %zu failed: %s", step + 1, why->text);
  return commit_backward(self, text, out, error);
}

/* Without a journal nothing could be undone later, so it is undone now. */
static int lose_journal(commit *self, const tlsmend_error *why, commit_result *out, tlsmend_error *error) {
  char text[1200];
  snprintf(text, sizeof text, "the journal cannot be written: %s", why->text);
  tell(self, TLSMEND_EVENT_WARNING, text);
  return commit_backward(self, text, out, error);
}

/* What cannot be arranged is done by a person: no reason to take everything back. */
static void warn(const commit *self, const tlsmend_error *why, const char *advice) {
  char text[1200];
  snprintf(text, sizeof text, "%s: %s", why->text, advice);
  tell(self, TLSMEND_EVENT_WARNING, text);
}

void commit_arrange(commit *self) {
  char how[256];
  tlsmend_error inner = {0, ""};
  if (machine_resume_arrange(self->machine, self->journal->run, self->state, how, &inner) != TLSMEND_OK)
    warn(self, &inner, "after the restart, run tlsmend resume");
  else if (*how)
    tell(self, TLSMEND_EVENT_NOTE, how);
}

/* Stops for a restart. The restart itself is the machine's business; the journal knows which boot it was. */
static int stop(commit *self, size_t step, commit_result *out, tlsmend_error *error) {
  char boot[64] = "";
  tlsmend_outcome outcome;
  tlsmend_error inner = {0, ""};
  if (machine_boot_id(self->machine, boot, &inner) != TLSMEND_OK)
    return fail_step(self, step, &inner, out, error);
  if (journal_barrier(self->journal, step, boot, &inner) != TLSMEND_OK)
    return lose_journal(self, &inner, out, error);
  commit_arrange(self);
  *out = COMMIT_BARRIER;
  if (self->may_restart &&
      machine_apply(self->machine, &self->journal->plan->changes[step], &outcome, &inner) != TLSMEND_OK)
    warn(self, &inner, "restart the machine by hand");
  return TLSMEND_OK;
}

/* Says that a step is done, and in the same record that the next one begins. A restart has a record of its own. */
static int step_done(commit *self, size_t step, const char *note, tlsmend_error *error) {
  const journal *journal = self->journal;
  size_t next = step + 1, count = journal->plan->change_count;
  while (next < count && journal->steps[next].state == STEP_DONE)
    next++;
  if (next == count || journal->plan->changes[next].kind == TLSMEND_CHANGE_REBOOT)
    return journal_step_state(self->journal, step, STEP_DONE, note, error);
  return journal_step_next(self->journal, step, next, note, error);
}

/* A step that is intended already was begun by the record of the one before it: commit_settle has left no other. */
static int do_step(commit *self, size_t step, commit_result *out, bool *over, tlsmend_error *error) {
  const tlsmend_change *change = &self->journal->plan->changes[step];
  tlsmend_outcome outcome;
  tlsmend_error inner = {0, ""};
  tell_step(self, step, change, "");
  *over = true;
  if (change->kind == TLSMEND_CHANGE_REBOOT)
    return stop(self, step, out, error);
  if (self->journal->steps[step].state != STEP_INTENDED &&
      journal_step_state(self->journal, step, STEP_INTENDED, NULL, &inner) != TLSMEND_OK)
    return lose_journal(self, &inner, out, error);
  if (machine_apply(self->machine, change, &outcome, &inner) != TLSMEND_OK)
    return fail_step(self, step, &inner, out, error);
  if (step_done(self, step, outcome.note, &inner) != TLSMEND_OK) {
    self->journal->steps[step].state = STEP_DONE;
    return lose_journal(self, &inner, out, error);
  }
  *over = false;
  tell(self, TLSMEND_EVENT_DONE, outcome.note);
  return TLSMEND_OK;
}

int commit_forward(commit *self, commit_result *out, tlsmend_error *error) {
  bool over = false;
  int code = TLSMEND_OK;
  *out = COMMIT_DONE;
  for (size_t i = 0; code == TLSMEND_OK && !over && i < self->journal->plan->change_count; i++)
    if (self->journal->steps[i].state != STEP_DONE)
      code = do_step(self, i, out, &over, error);
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
