/*
 * Apply: everything that can be checked is checked before the first write; then the plan is carried out under the lock
 * of the state folder, with a journal that says where it stands.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "machine/machine.h"
#include "machine/sim/sim.h"
#include "plan/plan.h"
#include "session/authorize.h"
#include "session/plan.h"
#include "session/rerun.h"
#include "session/event_log.h"
#include "session/runs/forward.h"
#include "session/runs/kept.h"
#include "session/runs/register.h"
#include "session/runs/run.h"

/* What is given must be a secret that was left out. */
static int check_given(const tlsmend_plan *plan, const char *param, tlsmend_error *error) {
  int length = (int)strcspn(param, "=");
  const char *name;
  for (size_t i = 0; (name = tlsmend_plan_secret(plan, i)); i++)
    if ((int)strlen(name) == length && strncmp(name, param, (size_t)length) == 0)
      return TLSMEND_OK;
  return tlsmend_error_set(
      error, TLSMEND_E_USAGE,
      "a saved plan holds its parameters, all but the secrets that it was made with, and '%.*s' is none of "
      "those: plan again to change it",
      length, param);
}

int tlsmend_plan_complete(tlsmend_session *self, tlsmend_plan *plan, const char *const *params, size_t count,
                          tlsmend_error *error) {
  assert(self && plan);
  tlsmend_plan *whole = NULL;
  int code = session_check_params(params, count, error);
  for (size_t i = 0; code == TLSMEND_OK && i < count; i++)
    code = check_given(plan, params[i], error);
  if (code != TLSMEND_OK || !plan->withheld)
    return code;
  code = sim_reread(self->machine, error);
  if (code == TLSMEND_OK)
    code = session_authorize(self, AUTHORIZE_COMPLETE, plan, NULL, error);
  self->given = params;
  self->given_count = count;
  if (code == TLSMEND_OK)
    code = session_plan_again(self, plan, &whole, error);
  self->given = NULL;
  self->given_count = 0;
  if (code == TLSMEND_OK && !plan_same(plan, whole))
    code = tlsmend_error_set(
        error, TLSMEND_E_PLAN,
        "%s is not what its runbooks propose for this machine with these secrets: one of them is another, or "
        "the plan was edited. Plan again",
        plan->origin ? plan->origin->path : "the plan");
  if (code == TLSMEND_OK)
    plan_complete(plan, whole);
  tlsmend_plan_free(whole);
  secrets_mask_error(&self->hidden, error);
  return code;
}

static int report_nothing(const tlsmend_session *self, const tlsmend_plan *plan, tlsmend_report **out,
                          tlsmend_error *error) {
  int code = session_hand_out(self, NULL, TLSMEND_RESULT_NOTHING, out, error);
  char *spec = strdup(self->spec); /* not the one that the plan was made for */
  if (code == TLSMEND_OK && spec && plan_clone(plan, &(*out)->plan, NULL) == TLSMEND_OK) {
    free((*out)->plan->machine);
    (*out)->plan->machine = spec;
    (*out)->plan->removes_updates = machine_removes_updates(self->machine);
    spec = NULL;
  }
  free(spec);
  return code;
}

/* Whether a run ended before anything was done to the machine. */
static bool untouched(const journal *journal) {
  for (size_t i = 0; i < journal->plan->change_count; i++)
    if (journal->steps[i].state != STEP_OPEN)
      return false;
  return true;
}

/* The first record: the plan, and everything that whoever goes on with the run will need. */
static int begin(tlsmend_session *self, const tlsmend_plan *plan, const char *boot, const char *last,
                 journal **out, tlsmend_error *error) {
  session_claiming claiming = {self, plan, ""};
  journal_start start = {.state = self->state,
                         .strict = self->backend->private_state,
                         .after = last,
                         .claim = session_claim,
                         .claim_data = &claiming,
                         .plan = plan,
                         .boot = boot,
                         .confirm_minutes = self->confirm_minutes,
                         .trust = self->signers,
                         .kept = session_keep_texts(self),
                         .terms = session_keep_terms(self),
                         .machine = self->spec};
  int code = start.kept && start.terms ? journal_create(&start, out, error) : error_no_memory(error);
  if (code != TLSMEND_OK)
    session_unclaim(&claiming);
  json_decref(start.kept);
  json_decref(start.terms);
  return code;
}

/* Under the lock: the checks once more, now that nobody else may write, then the run. */
static int run(tlsmend_session *self, const tlsmend_plan *plan, journal **out, commit_result *result,
               tlsmend_error *error) {
  char boot[64] = "";
  char last[21] = "";
  int code = session_authorize(self, AUTHORIZE_LOCKED, plan, last, error);
  if (code == TLSMEND_OK)
    code = machine_boot_id(self->machine, boot, error);
  if (code == TLSMEND_OK)
    code = commit_keep_packages(self->machine, plan, 0, false, error);
  if (code == TLSMEND_OK)
    code = begin(self, plan, boot, last, out, error);
  if (code == TLSMEND_OK) {
    if (strcmp(plan->machine, self->spec) != 0)
      session_tell(self, TLSMEND_EVENT_NOTE, "the plan was made for %s and is applied to %s", plan->machine,
                   self->spec);
    session_log_start(self, "apply", *out);
    code = session_note(self, *out, error);
  }
  if (code == TLSMEND_OK)
    code = session_forward(self, *out, result, error);
  if (code != TLSMEND_OK || *result != COMMIT_UNDONE || !(*out)->lost || !untouched(*out))
    return code;
  tlsmend_error_set(error, TLSMEND_E_IO, "%s. Nothing was written", (*out)->failure);
  session_forget(self, *out);
  journal_discard(*out); /* nothing stands in it that anybody needs */
  *out = NULL;
  return TLSMEND_E_IO;
}

static void give_up(journal *journal, const tlsmend_error *why) {
  if (journal)
    session_stall(journal, why);
  journal_close(journal);
}

int tlsmend_apply(tlsmend_session *self, const tlsmend_plan *plan, tlsmend_report **out,
                  tlsmend_error *error) {
  assert(self && plan && out);
  *out = NULL;
  os_lock *lock = NULL;
  journal *journal = NULL;
  commit_result result = COMMIT_DONE;
  int code = session_hide(self, plan, error);
  if (code == TLSMEND_OK)
    code = sim_reread(self->machine, error);
  if (code == TLSMEND_OK)
    code =
        session_authorize(self, plan->change_count ? AUTHORIZE_APPLY : AUTHORIZE_NOTHING, plan, NULL, error);
  if (!plan->change_count) {
    session_forget_texts(self);
    return code == TLSMEND_OK ? report_nothing(self, plan, out, error) : code;
  }
  if (code == TLSMEND_OK)
    code = session_lock(self, "apply", &lock, error);
  if (code == TLSMEND_OK)
    code = run(self, plan, &journal, &result, error);
  secrets_mask_error(&self->hidden, error); /* before it is written down */
  session_note_end(self, journal);
  if (lock)
    session_unarrange(self, journal);
  if (code == TLSMEND_OK)
    code = session_hand_out(self, journal, session_result(result), out, error);
  else
    give_up(journal, error);
  session_forget_texts(self);
  session_log_end(self, "apply", code, *out, error);
  os_lock_release(lock);
  return code;
}
