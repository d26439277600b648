/*
 * Apply: everything that can be checked is checked before the first write; then the plan is carried out under the lock of the
 * state folder, with a journal that says where it stands.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "machine/machine.h"
#include "machine/sim/sim.h"
#include "os/os.h"
#include "session/session.h"

/* Compliant means that the plan is empty: the runbooks run once more, then they verify by effect. */
static int check_outcome(tlsmend_session *self, const journal *journal, tlsmend_error *error) {
  tlsmend_plan *again = NULL;
  int code = session_plan_again(self, journal->plan, &again, error);
  if (code == TLSMEND_OK && again->change_count)
    code = tlsmend_error_set(
        error, TLSMEND_E_FAILED,
        "after the last step the runbook still proposes %zu changes: something else sets these values, "
        "or the runbook does not converge",
        again->change_count);
  tlsmend_plan_free(again);
  return code == TLSMEND_OK ? session_verify(self, journal->plan, NULL, error) : code;
}

/* Whether the runbooks said "no", or could not be asked: docs/JOURNAL.md has the list. Only a "no" takes a run back. */
static bool is_no(const tlsmend_session *self, int code) {
  return self->asked && (code == TLSMEND_E_FAILED || code == TLSMEND_E_SCRIPT || code == TLSMEND_E_LIMIT ||
                         code == TLSMEND_E_REFUSED);
}

void session_stall(journal *journal, const tlsmend_error *why) {
  if (why && journal->result == RUN_OPEN && !journal->lost &&
      (journal->log || journal_continue(journal, NULL) == TLSMEND_OK) &&
      !(journal->stalled && strcmp(journal->stalled, why->text) == 0))
    journal_stalled(journal, why->text, NULL);
}

/* Done, and nobody knows whether it is right. */
static int cannot_tell(tlsmend_session *self, const journal *journal, const char *why, tlsmend_error *error) {
  tlsmend_error text;
  tlsmend_error_set(
      &text, TLSMEND_E_UNKNOWN,
      "every step of run %s is done, but its runbooks could not be asked whether it is right: %s",
      journal->run, why);
  if (!journal->confirm_minutes)
    return tlsmend_error_set(error, TLSMEND_E_UNKNOWN,
                             "%s. Remove the cause and let it be asked again: tlsmend resume; or undo it: "
                             "tlsmend rollback",
                             text.text);
  session_tell(self, TLSMEND_EVENT_WARNING, "%s", text.text);
  return TLSMEND_OK;
}

/* Only a "no" takes a run back. Who gave a time to confirm is asked, also where the runbooks could not be; else the run stays open. */
int session_judge(tlsmend_session *self, journal *journal, commit_result *out, tlsmend_error *error) {
  commit commit = session_commit(self, journal);
  tlsmend_error why = {0, ""};
  int code = self->unchecked ? TLSMEND_OK : check_outcome(self, journal, &why);
  bool told = code == TLSMEND_OK;
  if (is_no(self, code)) {
    session_tell(self, TLSMEND_EVENT_WARNING, "%s", why.text);
    return commit_backward(&commit, why.text, out, error);
  }
  secrets_mask_error(&self->hidden, &why); /* before it is written down */
  if (!told)
    code = cannot_tell(self, journal, why.text, error);
  if (code != TLSMEND_OK)
    return code;
  if (!journal->confirm_minutes)
    return commit_end(&commit, out, error);
  journal_deadline end = session_deadline(self, journal);
  end.unchecked = told ? NULL : why.text;
  return commit_await(&commit, &end, out, error);
}

int session_forward(tlsmend_session *self, journal *journal, commit_result *out, tlsmend_error *error) {
  commit commit = session_commit(self, journal);
  int code = commit_forward(&commit, out, error);
  return code == TLSMEND_OK && *out == COMMIT_DONE ? session_judge(self, journal, out, error) : code;
}

static int check_target(tlsmend_session *self, const tlsmend_plan *plan, tlsmend_error *error) {
  const tlsmend_system *system = NULL;
  int code = machine_system(self->machine, &system, error);
  if (code != TLSMEND_OK)
    return code;
  const tlsmend_system *planned = &plan->system;
  if (strcmp(system->computer, planned->computer) != 0 || system->major != planned->major ||
      system->minor != planned->minor || system->build != planned->build ||
      system->product_type != planned->product_type ||
      strcmp(system->architecture, planned->architecture) != 0)
    return tlsmend_error_set(
        error, TLSMEND_E_REFUSED, "the plan was made for %s (%u.%u.%u %s), this machine is %s (%u.%u.%u %s)",
        *planned->computer ? planned->computer : "a machine without a name", planned->major, planned->minor,
        planned->build, planned->architecture, *system->computer ? system->computer : "one without a name",
        system->major, system->minor, system->build, system->architecture);
  char guid[48] = "";
  session_guid(self->machine, guid);
  if (strcmp(guid, plan->guid) != 0)
    return tlsmend_error_set(
        error, TLSMEND_E_REFUSED,
        "the plan was made for another machine of the same name: its MachineGuid is %s, here it is %s",
        *plan->guid ? plan->guid : "absent", *guid ? guid : "absent");
  return TLSMEND_OK;
}

/* Nothing is done with a plan that is not whole. */
static int check_whole(const tlsmend_plan *plan, tlsmend_error *error) {
  return plan->withheld
             ? tlsmend_error_set(
                   error, TLSMEND_E_PLAN,
                   "the plan's secrets were left out when it was saved: give them again, -p NAME=VALUE")
             : TLSMEND_OK;
}

/* What is given must be a secret that was left out. */
static int check_given(const tlsmend_plan *plan, const char *param, tlsmend_error *error) {
  int length = (int)strcspn(param, "=");
  for (size_t i = 0; i < plan->runbook_count; i++)
    for (size_t j = 0; j < json_array_size(plan->runbooks[i].secrets); j++) {
      const char *name = json_string_value(json_array_get(plan->runbooks[i].secrets, j));
      if ((int)strlen(name) == length && strncmp(name, param, (size_t)length) == 0 &&
          json_is_object(json_object_get(plan->runbooks[i].params, name)))
        return TLSMEND_OK;
    }
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
    code = check_target(self, plan, error);
  if (code == TLSMEND_OK)
    code = commit_check_reads(self->machine, plan, error);
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

int session_check(tlsmend_session *self, const tlsmend_plan *plan, tlsmend_error *error) {
  int code = check_target(self, plan, error);
  if (code == TLSMEND_OK)
    code = session_check_leave(self, plan, error);
  if (code == TLSMEND_OK)
    code = commit_check_reads(self->machine, plan, error);
  if (code == TLSMEND_OK)
    code = commit_check_steps(self->machine, plan, 0, error);
  if (code == TLSMEND_OK)
    code = commit_check_packages(plan, 0, error);
  if (code == TLSMEND_OK)
    code = session_check_honest(self, plan, error);
  if (code == TLSMEND_OK)
    code = machine_may_write(self->machine, error);
  return code;
}

static int report_nothing(const tlsmend_session *self, const tlsmend_plan *plan, tlsmend_report **out,
                          tlsmend_error *error) {
  int code = session_hand_out(self, NULL, TLSMEND_RESULT_NOTHING, out, error);
  json_t *json = code == TLSMEND_OK ? plan_to_json_clear(plan) : NULL;
  if (json)
    plan_from_json(json, &(*out)->plan, NULL);
  char *spec = json && (*out)->plan ? strdup(self->spec) : NULL; /* not the one that the plan was made for */
  if (spec) {
    free((*out)->plan->machine);
    (*out)->plan->machine = spec;
  }
  json_decref(json);
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
                         .strict = session_is_strict(self),
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
  json_decref(start.kept);
  json_decref(start.terms);
  return code;
}

/* Under the lock: the checks once more, now that nobody else may write, then the run. */
static int run(tlsmend_session *self, const tlsmend_plan *plan, journal **out, commit_result *result,
               tlsmend_error *error) {
  char boot[64] = "";
  char last[21] = "";
  int code = session_refuse_open_run(self, last, error);
  if (code == TLSMEND_OK)
    code = session_refuse_repeat(self, plan, error);
  if (code == TLSMEND_OK)
    code = check_target(self, plan, error);
  if (code == TLSMEND_OK)
    code = commit_check_reads(self->machine, plan, error);
  if (code == TLSMEND_OK)
    code = commit_check_steps(self->machine, plan, 0, error);
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
  int code = check_whole(plan, error);
  if (code == TLSMEND_OK)
    code = session_hide(self, plan, error);
  if (code == TLSMEND_OK)
    code = sim_reread(self->machine, error);
  if (!plan->change_count) {
    if (code == TLSMEND_OK)
      code = check_target(self, plan, error);
    if (code == TLSMEND_OK)
      code = session_check_trust(self, plan, error);
    if (code == TLSMEND_OK)
      code = commit_check_reads(self->machine, plan, error);
    session_forget_texts(self);
    return code == TLSMEND_OK ? report_nothing(self, plan, out, error) : code;
  }
  if (code == TLSMEND_OK)
    code = session_check_trust(self, plan, error);
  if (code == TLSMEND_OK)
    code = session_check(self, plan, error);
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
