/*
 * Carrying out: apply, resume, rollback. Each checks everything that can be checked before its first write, holds the lock of
 * the state folder while it works, and leaves a journal that says where it stands.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/change.h"
#include "machine/commit.h"
#include "machine/machine.h"
#include "os/os.h"
#include "session.h"

static int no_memory(tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_MEMORY, "out of memory for a run");
}

/* ---- one run at a time --------------------------------------------------------------------------------------------------- */

static int take_lock(const tlsmend_session *self, const char *verb, os_lock **out, tlsmend_error *error) {
  char holder[64], other[64] = "";
  snprintf(holder, sizeof holder, "process %u, %s", os_process_id(), verb);
  char *path = os_path_join(self->state, "lock");
  int code = path ? os_dir_make(self->state, error) : no_memory(error);
  if (code == TLSMEND_OK) code = os_lock_take(path, holder, out, other, sizeof other, error);
  if (code == TLSMEND_E_BUSY)
    code = tlsmend_error_set(error, code, "another tlsmend works on this machine (%s): wait until it has finished",
                             *other ? other : "unknown");
  free(path);
  return code;
}

/* Finds a run of the session's machine. */
typedef struct run_search {
  const tlsmend_session *session;
  const char *run; /* an id, NULL for any */
  bool open_only;
  journal *found; /* the newest that fits */
} run_search;

static bool fits(const run_search *search, const journal *journal) {
  if (strcmp(journal->plan->machine, search->session->spec) != 0) return false;
  if (search->run) return strcmp(journal->run, search->run) == 0;
  return search->open_only ? journal->result == RUN_OPEN : journal->result != RUN_UNDONE;
}

typedef struct search_call {
  run_search *search;
  tlsmend_error *error;
} search_call;

static int look_at(void *data, const char *path) {
  search_call *call = data;
  journal *journal = NULL;
  int code = journal_read(path, &journal, call->error);
  if (code == TLSMEND_E_ABSENT) return TLSMEND_OK; /* never begun: nothing was written */
  if (code != TLSMEND_OK) return code;
  if (!fits(call->search, journal)) {
    journal_close(journal);
    return TLSMEND_OK;
  }
  journal_close(call->search->found);
  call->search->found = journal;
  return TLSMEND_OK;
}

static int find_run(const tlsmend_session *self, const char *run, bool open_only, journal **out,
                    tlsmend_error *error) {
  run_search search = {self, run, open_only, NULL};
  search_call call = {&search, error};
  int code = journal_each(self->state, look_at, &call, error);
  *out = search.found;
  if (code == TLSMEND_OK) return code;
  journal_close(search.found);
  *out = NULL;
  return code;
}

static int refuse_open_run(const tlsmend_session *self, tlsmend_error *error) {
  journal *open = NULL;
  int code = find_run(self, NULL, true, &open, error);
  if (code == TLSMEND_OK && open)
    code = tlsmend_error_set(error, TLSMEND_E_BUSY,
                             "run %s of %s is not finished: `tlsmend resume` continues it, `tlsmend rollback %s` undoes it",
                             open->run, open->begun, open->run);
  journal_close(open);
  return code;
}

/* ---- reports --------------------------------------------------------------------------------------------------------------- */

static commit commit_of(tlsmend_session *self, journal *journal) {
  return (commit){self->machine,  journal,          self->state, self->reboot == TLSMEND_REBOOT_AUTO,
                  self->event, self->event_data};
}

static tlsmend_result result_of(commit_result result) {
  switch (result) {
    case COMMIT_DONE: return TLSMEND_RESULT_DONE;
    case COMMIT_BARRIER: return TLSMEND_RESULT_RESTART;
    case COMMIT_UNDONE: return TLSMEND_RESULT_UNDONE;
    case COMMIT_LEFT: return TLSMEND_RESULT_LEFT;
  }
  return TLSMEND_RESULT_LEFT;
}

static int hand_out(const tlsmend_session *self, journal *journal, tlsmend_result result, tlsmend_report **out,
                    tlsmend_error *error) {
  *out = report_new(self, journal, result);
  if (*out) return TLSMEND_OK;
  journal_close(journal);
  return no_memory(error);
}

/* ---- forwards, to the end ------------------------------------------------------------------------------------------------- */

/* Compliant means that the plan is empty: the runbooks run once more, then they verify by effect. */
static int check_outcome(tlsmend_session *self, const journal *journal, tlsmend_error *error) {
  tlsmend_plan *again = NULL;
  int code = session_plan_again(self, journal->plan, &again, error);
  if (code == TLSMEND_OK && again->change_count)
    code = tlsmend_error_set(error, TLSMEND_E_FAILED,
                             "after the last step the runbook still proposes %zu changes: something else sets these values, "
                             "or the runbook does not converge",
                             again->change_count);
  tlsmend_plan_free(again);
  return code == TLSMEND_OK ? session_verify(self, journal->plan, error) : code;
}

static int run_forward(tlsmend_session *self, journal *journal, commit_result *out, tlsmend_error *error) {
  commit commit = commit_of(self, journal);
  tlsmend_error inner = {0, ""};
  int code = commit_forward(&commit, out, error);
  if (code != TLSMEND_OK || *out != COMMIT_DONE) return code;
  if (check_outcome(self, journal, &inner) == TLSMEND_OK) return journal_end(journal, RUN_DONE, error);
  session_tell(self, TLSMEND_EVENT_WARNING, "%s", inner.text);
  return commit_backward(&commit, inner.text, out, error);
}

/* ---- apply ------------------------------------------------------------------------------------------------------------------ */

static int check_target(tlsmend_session *self, const tlsmend_plan *plan, tlsmend_error *error) {
  const tlsmend_system *system = NULL;
  int code = machine_system(self->machine, &system, error);
  if (code != TLSMEND_OK) return code;
  const tlsmend_system *planned = &plan->system;
  if (strcmp(system->computer, planned->computer) != 0 || system->major != planned->major ||
      system->minor != planned->minor || system->build != planned->build ||
      system->product_type != planned->product_type || strcmp(system->architecture, planned->architecture) != 0)
    return tlsmend_error_set(error, TLSMEND_E_REFUSED,
                             "the plan was made for %s (%u.%u.%u %s), this machine is %s (%u.%u.%u %s)",
                             *planned->computer ? planned->computer : "a machine without a name", planned->major,
                             planned->minor, planned->build, planned->architecture,
                             *system->computer ? system->computer : "one without a name", system->major, system->minor,
                             system->build, system->architecture);
  if (strcmp(self->spec, "live") != 0 || self->allow_unsigned) return TLSMEND_OK;
  for (size_t i = 0; i < plan->runbook_count; i++)
    if (!plan->runbooks[i].builtin)
      return tlsmend_error_set(error, TLSMEND_E_REFUSED,
                               "%s is not part of tlsmend and not signed: it may be planned; to apply it, read it and pass "
                               "--allow-unsigned",
                               plan->runbooks[i].source);
  return TLSMEND_OK;
}

static int check_all(tlsmend_session *self, const tlsmend_plan *plan, tlsmend_error *error) {
  int code = check_target(self, plan, error);
  if (code == TLSMEND_OK) code = commit_check_reads(self->machine, plan, error);
  if (code == TLSMEND_OK) code = commit_check_steps(self->machine, plan, 0, error);
  if (code == TLSMEND_OK) code = commit_check_packages(plan, 0, error);
  if (code == TLSMEND_OK) code = machine_may_write(self->machine, error);
  return code;
}

static int report_nothing(const tlsmend_session *self, const tlsmend_plan *plan, tlsmend_report **out,
                          tlsmend_error *error) {
  int code = hand_out(self, NULL, TLSMEND_RESULT_NOTHING, out, error);
  json_t *json = code == TLSMEND_OK ? plan_to_json_clear(plan) : NULL;
  if (json) plan_from_json(json, &(*out)->plan, NULL);
  json_decref(json);
  return code;
}

int tlsmend_apply(tlsmend_session *self, const tlsmend_plan *plan, tlsmend_report **out, tlsmend_error *error) {
  assert(self && plan && out);
  *out = NULL;
  os_lock *lock = NULL;
  journal *journal = NULL;
  commit_result result = COMMIT_DONE;
  char boot[64] = "";
  if (!plan->change_count) {
    int code = check_target(self, plan, error);
    if (code == TLSMEND_OK) code = commit_check_reads(self->machine, plan, error);
    return code == TLSMEND_OK ? report_nothing(self, plan, out, error) : code;
  }
  int code = check_all(self, plan, error);
  if (code == TLSMEND_OK) code = take_lock(self, "apply", &lock, error);
  if (code == TLSMEND_OK) code = refuse_open_run(self, error);
  if (code == TLSMEND_OK) code = commit_check_reads(self->machine, plan, error); /* again, now that nobody else may write */
  if (code == TLSMEND_OK) code = machine_boot_id(self->machine, boot, error);
  if (code == TLSMEND_OK) code = journal_create(self->state, plan, boot, &journal, error);
  if (code == TLSMEND_OK) code = run_forward(self, journal, &result, error);
  if (code == TLSMEND_OK)
    code = hand_out(self, journal, result_of(result), out, error);
  else
    journal_close(journal);
  os_lock_release(lock);
  return code;
}

/* ---- resume ------------------------------------------------------------------------------------------------------------------ */

/* The step at which a run stands: the first that is not done. */
static size_t first_open(const journal *journal) {
  size_t step = 0;
  while (step < journal->plan->change_count && journal->steps[step].state == STEP_DONE) step++;
  return step;
}

/* A simulated machine has nobody to press its button; where time does not pass, it is one. */
static bool simulated(tlsmend_session *self) { return machine_pause(self->machine, 0, NULL) != TLSMEND_OK; }

/* Whether the machine has restarted since the barrier. Restarts a simulated one, and any machine if that was asked for. */
static int pass_barrier(tlsmend_session *self, journal *journal, size_t step, int flags, bool *passed,
                        tlsmend_error *error) {
  char boot[64] = "";
  tlsmend_outcome outcome = {0};
  int code = machine_boot_id(self->machine, boot, error);
  if (code != TLSMEND_OK) return code;
  bool told = (flags & TLSMEND_RESUME_STARTED) && !simulated(self); /* a simulated machine knows its restarts better */
  *passed = strcmp(boot, journal->boot) != 0 || told;
  bool restart = self->reboot == TLSMEND_REBOOT_AUTO || (self->reboot == TLSMEND_REBOOT_ASK && simulated(self));
  if (!*passed && restart) {
    code = machine_apply(self->machine, &journal->plan->changes[step], &outcome, error);
    *passed = outcome.restarted;
    if (code == TLSMEND_OK && *passed) session_tell(self, TLSMEND_EVENT_NOTE, "the simulated machine was restarted");
    if (code == TLSMEND_OK && *passed) code = machine_boot_id(self->machine, boot, error);
  }
  if (code != TLSMEND_OK || !*passed) return code;
  code = journal_restarted(journal, boot, error);
  return code == TLSMEND_OK ? journal_step_state(journal, step, STEP_DONE, NULL, error) : code;
}

/* Goes on behind a barrier: what was installed must be there, and the rest must still be as planned. */
static int go_on(tlsmend_session *self, journal *journal, commit_result *out, tlsmend_error *error) {
  commit commit = commit_of(self, journal);
  tlsmend_error inner = {0, ""};
  size_t step = first_open(journal);
  int code = commit_redetect(&commit, step, &inner);
  if (code == TLSMEND_E_FAILED) {
    session_tell(self, TLSMEND_EVENT_WARNING, "%s", inner.text);
    return commit_backward(&commit, inner.text, out, error);
  }
  if (code != TLSMEND_OK) return tlsmend_error_set(error, code, "%s", inner.text);
  code = commit_check_steps(self->machine, journal->plan, step, error);
  if (code == TLSMEND_OK) code = commit_check_packages(journal->plan, step, error);
  return code == TLSMEND_OK ? run_forward(self, journal, out, error) : code;
}

static int continue_run(tlsmend_session *self, journal *journal, int flags, commit_result *out, tlsmend_error *error) {
  char how[256];
  commit commit = commit_of(self, journal);
  bool passed = true;
  int code = journal_continue(journal, error);
  if (code == TLSMEND_OK && journal->undoing) return commit_backward(&commit, "continued", out, error);
  if (code == TLSMEND_OK) code = commit_settle(&commit, error);
  size_t step = first_open(journal);
  if (code == TLSMEND_OK && journal->at_barrier) code = pass_barrier(self, journal, step, flags, &passed, error);
  *out = COMMIT_BARRIER;
  if (code != TLSMEND_OK || !passed) return code;
  code = machine_resume_arrange(self->machine, NULL, self->state, how, error);
  return code == TLSMEND_OK ? go_on(self, journal, out, error) : code;
}

int tlsmend_resume(tlsmend_session *self, int flags, tlsmend_report **out, tlsmend_error *error) {
  assert(self && out);
  *out = NULL;
  os_lock *lock = NULL;
  journal *journal = NULL;
  commit_result result = COMMIT_DONE;
  int code = find_run(self, NULL, true, &journal, error);
  if (code == TLSMEND_OK && !journal) return hand_out(self, NULL, TLSMEND_RESULT_NOTHING, out, error);
  journal_close(journal);
  journal = NULL;
  if (code == TLSMEND_OK) code = machine_may_write(self->machine, error);
  if (code == TLSMEND_OK) code = take_lock(self, "resume", &lock, error);
  if (code == TLSMEND_OK) code = find_run(self, NULL, true, &journal, error); /* as it is, now that nobody else may write */
  if (code == TLSMEND_OK && journal) code = continue_run(self, journal, flags, &result, error);
  if (code == TLSMEND_OK)
    code = hand_out(self, journal, journal ? result_of(result) : TLSMEND_RESULT_NOTHING, out, error);
  else
    journal_close(journal);
  os_lock_release(lock);
  return code;
}

/* ---- rollback ------------------------------------------------------------------------------------------------------------------ */

static int find_undoable(const tlsmend_session *self, const char *run, journal **out, tlsmend_error *error) {
  int code = find_run(self, run, false, out, error);
  if (code != TLSMEND_OK) return code;
  if (run && !*out)
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "there is no run %s of this machine: `tlsmend status` lists them", run);
  if (*out && (*out)->result == RUN_UNDONE) {
    code = tlsmend_error_set(error, TLSMEND_E_USAGE, "run %s is undone already", (*out)->run);
    journal_close(*out);
    *out = NULL;
  }
  return code;
}

static int undo_run(tlsmend_session *self, journal *journal, commit_result *out, tlsmend_error *error) {
  char how[256];
  commit commit = commit_of(self, journal);
  int code = journal_continue(journal, error);
  if (code == TLSMEND_OK && !journal->undoing) code = commit_settle(&commit, error);
  if (code == TLSMEND_OK) code = commit_check_undo(self->machine, journal, NULL, NULL, error);
  if (code == TLSMEND_OK) code = machine_resume_arrange(self->machine, NULL, self->state, how, error);
  return code == TLSMEND_OK ? commit_backward(&commit, "rolled back", out, error) : code;
}

int tlsmend_rollback(tlsmend_session *self, const char *run, tlsmend_report **out, tlsmend_error *error) {
  assert(self && out);
  *out = NULL;
  os_lock *lock = NULL;
  journal *journal = NULL;
  commit_result result = COMMIT_DONE;
  int code = find_undoable(self, run, &journal, error);
  if (code == TLSMEND_OK && !journal) return hand_out(self, NULL, TLSMEND_RESULT_NOTHING, out, error);
  journal_close(journal);
  journal = NULL;
  if (code == TLSMEND_OK) code = machine_may_write(self->machine, error);
  if (code == TLSMEND_OK) code = take_lock(self, "rollback", &lock, error);
  if (code == TLSMEND_OK) code = find_undoable(self, run, &journal, error);
  if (code == TLSMEND_OK && journal) code = undo_run(self, journal, &result, error);
  if (code == TLSMEND_OK)
    code = hand_out(self, journal, journal ? result_of(result) : TLSMEND_RESULT_NOTHING, out, error);
  else
    journal_close(journal);
  if (*out) (*out)->rolled_back = true;
  os_lock_release(lock);
  return code;
}

/* What `commit_check_undo` hands over, as a plan that can be rendered. */
static int collect(void *data, const tlsmend_change *inverse) {
  tlsmend_plan *plan = data;
  tlsmend_change copy;
  if (change_copy(&copy, inverse, NULL) != TLSMEND_OK) return TLSMEND_E_MEMORY;
  free(copy.why);
  copy.why = NULL;
  copy.phase = 0;
  int code = plan_append(plan, &copy, NULL);
  change_clear(&copy);
  return code;
}

int tlsmend_rollback_preview(tlsmend_session *self, const char *run, tlsmend_format format, char **out,
                             size_t *steps, tlsmend_error *error) {
  assert(self && out && steps);
  *out = NULL;
  *steps = 0;
  journal *journal = NULL;
  tlsmend_plan *plan = plan_new();
  int code = plan ? find_undoable(self, run, &journal, error) : no_memory(error);
  if (code == TLSMEND_OK && journal) code = commit_check_undo(self->machine, journal, collect, plan, error);
  if (code == TLSMEND_OK) code = report_preview(self, journal, plan, format, out, error);
  if (code == TLSMEND_OK) *steps = plan->change_count;
  journal_close(journal);
  tlsmend_plan_free(plan);
  return code;
}
