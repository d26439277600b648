/*
 * "May this plan be applied here?" is answered here and nowhere else: which steps there are, in which order, who takes
 * them and what each refuses stands in the table at the end. Nothing is written by any of them.
 */
#include "session/authorize.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/error.h"
#include "commit/commit.h"
#include "machine/machine.h"
#include "os/os.h"
#include "session/policy/approval_policy.h"
#include "session/approve.h"
#include "session/rerun.h"
#include "session/runs/known.h"
#include "signing/trust.h"

/* What is asked, as each step sees it. */
typedef struct authorization {
  tlsmend_session *session;
  const tlsmend_plan *plan;
  char *last;
} authorization;

static int check_open_run(const authorization *self, tlsmend_error *error) {
  char last[21];
  return session_refuse_open_run(self->session, self->last ? self->last : last, error);
}

/* Nothing is done with a plan that is not whole. */
static int check_whole(const authorization *self, tlsmend_error *error) {
  const char *name = tlsmend_plan_secret(self->plan, 0);
  return self->plan->withheld
             ? tlsmend_error_set(
                   error, TLSMEND_E_PLAN,
                   "the plan's secrets were left out when it was saved: give them again, -p %s=VALUE",
                   name ? name : "NAME")
             : TLSMEND_OK;
}

/* Why a runbook may not be applied. */
static int refuse(const tlsmend_session *self, const char *name, const trust_verdict *verdict,
                  tlsmend_error *error) {
  static const char way[] = "it may be planned; to apply it, read it and pass --allow-unsigned";
  char until[32] = "";
  if (self->library)
    return tlsmend_error_set(error, TLSMEND_E_REFUSED,
                             "%s would run with the library %s, which nobody has signed: %s", name,
                             self->library, way);
  switch (verdict->state) {
  case TRUST_UNSIGNED:
    return tlsmend_error_set(error, TLSMEND_E_REFUSED, "%s is not part of tlsmend and not signed: %s", name,
                             way);
  case TRUST_EXPIRED:
    calendar_print(verdict->expires, until);
    return tlsmend_error_set(error, TLSMEND_E_APPROVAL,
                             "%s is signed by %s, whose key %s expired on %.10s: %s", name, verdict->signer,
                             verdict->key, until, way);
  case TRUST_UNKNOWN:
  case TRUST_TRUSTED:
    break;
  }
  return tlsmend_error_set(
      error, TLSMEND_E_APPROVAL,
      "%s is signed by key %s, which is not in the trust store (%s): put the key there once "
      "you have compared it; until then %s",
      name, verdict->key, self->trust ? self->trust : "see `tlsmend help verify`", way);
}

/* Notes who has signed a runbook. On a snapshot no signature is needed. */
static int judge(tlsmend_session *self, const plan_runbook *row, const source *source, bool *doubted,
                 tlsmend_error *error) {
  const trust_verdict *verdict = &source->verdict;
  bool doubt = verdict->state != TRUST_TRUSTED || self->library;
  int code = TLSMEND_OK;
  if (doubt && self->backend->needs_signatures && !self->allow_unsigned)
    code = refuse(self, row->source, verdict, error);
  json_t *json = trust_verdict_to_json(verdict);
  json_object_set_new(json, "runbook", json_string(row->id));
  json_array_append_new(json_object_get(self->signers, "runbooks"), json);
  *doubted = *doubted || doubt;
  return code;
}

/* The runbooks of a plan are read here, once; what is judged is what runs and what the journal keeps. */
static int take_texts(tlsmend_session *self, const tlsmend_plan *plan, tlsmend_error *error) {
  source_terms terms = {.trust = self->trust};
  session_forget_texts(self);
  source_set *set = calloc(1, sizeof *set);
  int code = set ? sources_take(&self->script, &terms, plan, set, error) : error_no_memory(error);
  if (code == TLSMEND_OK)
    self->texts = set;
  else
    free(set);
  return code;
}

/* Reads the runbooks of a plan, compares them with it and judges those that are not part of tlsmend, before any of
 * it runs: on a live machine each must be signed by a trusted key, unless allow_unsigned. */
static int check_runbooks(const authorization *of, tlsmend_error *error) {
  tlsmend_session *self = of->session;
  const tlsmend_plan *plan = of->plan;
  bool doubted = false, foreign = false;
  int code = take_texts(self, plan, error);
  json_decref(self->signers);
  self->signers = json_pack("{s:b, s:[]}", "allow_unsigned", 0, "runbooks");
  if (!self->signers)
    return error_no_memory(error);
  for (size_t i = 0; code == TLSMEND_OK && i < plan->runbook_count; i++) {
    if (plan->runbooks[i].builtin)
      continue;
    foreign = true;
    code = judge(self, &plan->runbooks[i], self->texts->items[i], &doubted, error);
  }
  if (code == TLSMEND_OK && doubted && self->allow_unsigned) {
    json_object_set_new(self->signers, "allow_unsigned", json_true());
    session_tell(
        self, TLSMEND_EVENT_WARNING,
        "a runbook is applied that no trusted key has signed: --allow-unsigned says so, and the journal "
        "records it");
  }
  if (!foreign || code != TLSMEND_OK) {
    json_decref(self->signers);
    self->signers = NULL;
  }
  return code;
}

/* By its name, its release and its MachineGuid. */
static int check_target(const authorization *self, tlsmend_error *error) {
  const tlsmend_system *system = NULL;
  int code = machine_system(self->session->machine, &system, error);
  if (code != TLSMEND_OK)
    return code;
  const tlsmend_system *planned = &self->plan->system;
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
  session_guid(self->session->machine, guid);
  if (strcmp(guid, self->plan->guid) != 0)
    return tlsmend_error_set(
        error, TLSMEND_E_REFUSED,
        "the plan was made for another machine of the same name: its MachineGuid is %s, here it is %s",
        *self->plan->guid ? self->plan->guid : "absent", *guid ? guid : "absent");
  return TLSMEND_OK;
}

/* What policy.json of a folder demands. */
static int obey(const tlsmend_session *self, const tlsmend_plan *plan, const char *folder,
                tlsmend_error *error) {
  policy policy;
  size_t count = 0;
  int code = policy_read(self, folder, &policy, error);
  if (code == TLSMEND_OK && policy.needed && !plan->origin)
    code = tlsmend_error_set(
        error, TLSMEND_E_APPROVAL,
        "%s demands an approved plan: `plan -o FILE.plan`, `approve FILE.plan`, then `apply --plan "
        "FILE.plan`",
        policy.path);
  if (code == TLSMEND_OK && policy.needed)
    code = session_read_signatures(plan->origin, NULL, 0, error);
  if (code == TLSMEND_OK && policy.needed)
    code = plan_origin_check(plan->origin, policy.keys, policy.key_count, os_time(), &count, error);
  for (size_t i = 0; code == TLSMEND_OK && policy.expiry && policy.needed && i < plan->origin->approval_count;
       i++)
    count -= !plan->origin->approvals[i].expires && count;
  if (code == TLSMEND_OK && count < policy.needed) {
    char by[600];
    snprintf(by, sizeof by, " that %.400s demands%s", policy.path, policy.expiry ? " (with an expiry)" : "");
    code = session_too_few(plan->origin, count, policy.needed, by, error);
  }
  policy_clear(&policy);
  return code;
}

static int check_approvals(const authorization *of, tlsmend_error *error) {
  const tlsmend_session *self = of->session;
  int code = sodium_init() < 0
                 ? tlsmend_error_set(error, TLSMEND_E_FAILED, "the library for signatures does not start")
                 : obey(self, of->plan, self->state, error);
  if (code == TLSMEND_OK && self->home && !os_path_same(self->home, self->state))
    code = obey(self, of->plan, self->home, error);
  return code;
}

static int check_repeat(const authorization *self, tlsmend_error *error) {
  return self->session->home ? session_refuse_repeat(self->session, self->plan, error) : TLSMEND_OK;
}

static int check_branches(const authorization *self, tlsmend_error *error) {
  return commit_check_branches(self->session->machine, self->plan, error);
}

static int check_reads(const authorization *self, tlsmend_error *error) {
  return commit_check_reads(self->session->machine, self->plan, error);
}

static int check_steps(const authorization *self, tlsmend_error *error) {
  return commit_check_steps(self->session->machine, self->plan, NULL, error);
}

static int check_packages(const authorization *self, tlsmend_error *error) {
  return commit_check_packages(self->plan, 0, error);
}

/* A plan from a file must be what its runbooks propose on this machine, else somebody has made it up. */
static int check_proposal(const authorization *self, tlsmend_error *error) {
  const tlsmend_plan *plan = self->plan;
  tlsmend_plan *again = NULL;
  if (!plan->origin)
    return TLSMEND_OK;
  int code = session_plan_again(self->session, plan, &again, error);
  if (code == TLSMEND_OK && !plan_same(plan, again))
    code = tlsmend_error_set(
        error, TLSMEND_E_PLAN,
        "%s is not what its runbooks propose for this machine: it was edited, or made by another "
        "tlsmend. Plan again",
        plan->origin->path);
  tlsmend_plan_free(again);
  return code;
}

static int check_rights(const authorization *self, tlsmend_error *error) {
  return machine_may_write(self->session->machine, error);
}

/* Which ways take a step. */
enum {
  NOTHING = 1 << AUTHORIZE_NOTHING,
  APPLY = 1 << AUTHORIZE_APPLY,
  LOCKED = 1 << AUTHORIZE_LOCKED,
  COMPLETE = 1 << AUTHORIZE_COMPLETE,
  RESUME = 1 << AUTHORIZE_RESUME,
  ROLLBACK = 1 << AUTHORIZE_ROLLBACK,
  BENCH = 1 << AUTHORIZE_BENCH
};

typedef struct step {
  int (*check)(const authorization *self, tlsmend_error *error);
  unsigned ways;
} step;

/* The steps in their order. Behind each: what it refuses, and with which code of error and exit. */
static const step steps[] = {
    /* Another run is open: E_BUSY, 3. One that cannot be read may be: E_CORRUPT, 1, and what reading it said. */
    {check_open_run, LOCKED},
    /* Its secrets are left out: E_PLAN, 3. */
    {check_whole, NOTHING | APPLY},
    /* A runbook is not the one of the plan, or nobody has signed it: E_REFUSED, 3. By a key that does not count:
     * E_APPROVAL, 3. */
    {check_runbooks, NOTHING | APPLY},
    /* It was made for another machine: E_REFUSED, 3. */
    {check_target, NOTHING | APPLY | LOCKED | COMPLETE | BENCH},
    /* The site demands approvals that it does not have, or its policy is broken: E_APPROVAL, 3. */
    {check_approvals, APPLY},
    /* A saved plan was applied before, or may have been: E_PLAN, 3. */
    {check_repeat, APPLY | LOCKED | BENCH},
    /* A change lies in a branch that the file lacks, whatever was accepted: E_REFUSED, 3. */
    {check_branches, APPLY | LOCKED | BENCH},
    /* Something that the plan rests on has another value now: E_DRIFT, 3. */
    {check_reads, NOTHING | APPLY | LOCKED | COMPLETE | BENCH},
    /* A value is not what it would be changed from: E_DRIFT, 3. */
    {check_steps, APPLY | LOCKED | BENCH},
    /* A package of an update is missing or another: E_REFUSED, 3. */
    {check_packages, APPLY | BENCH},
    /* A saved plan is not what its runbooks propose: E_PLAN, 3. If they cannot be run: as when planning. */
    {check_proposal, APPLY | BENCH},
    /* The machine may not be written by who asks: E_DENIED, 1. */
    {check_rights, APPLY | RESUME | ROLLBACK | BENCH},
};

int session_authorize(tlsmend_session *self, authorize_way way, const tlsmend_plan *plan, char last[21],
                      tlsmend_error *error) {
  const authorization asked = {self, plan, last};
  int code = TLSMEND_OK;
  for (size_t i = 0; code == TLSMEND_OK && i < sizeof steps / sizeof steps[0]; i++)
    if (steps[i].ways & (1u << way))
      code = steps[i].check(&asked, error);
  return code;
}
