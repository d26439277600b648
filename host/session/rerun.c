/*
 * Runs the runbooks of a plan: when it is made, again to compare it or to see that nothing is left to do, and their
 * `verify`. What they say is masked: no secret gets into a plan.
 */
#include "session/rerun.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/calendar.h"
#include "base/error.h"
#include "machine/guard.h"
#include "machine/machine.h"
#include "machine/overlay.h"
#include "machine/unread.h"
#include "os/os.h"
#include "session/policy/group_policy.h"
#include "signing/trust_store.h"
#include "tls/probe.h"

/* Where the lines of a runbook go, without secrets. */
typedef struct lines {
  const tlsmend_session *session;
  tlsmend_plan *plan;
} lines;

static int add_masked(const lines *self, const char *text, plan_lines *out, tlsmend_error *error) {
  char *masked = secrets_mask(&self->session->hidden, text);
  int code = masked ? plan_lines_add(out, masked, error) : error_no_memory(error);
  free(masked);
  return code;
}

static int on_unknown(void *data, const char *text, tlsmend_error *error) {
  const lines *self = data;
  return add_masked(self, text, &self->plan->unknowns, error);
}
static int on_finding(void *data, const char *text, tlsmend_error *error) {
  const lines *self = data;
  return add_masked(self, text, &self->plan->findings, error);
}

/* Who plans, where, and a number by which this plan is known again. */
static bool sign_in(tlsmend_plan *plan) {
  unsigned char chance[16];
  char user[128], host[128];
  os_random(chance, sizeof chance);
  os_person(user, host);
  plan->id = malloc(2 * sizeof chance + 1);
  plan->user = strdup(user);
  plan->host = strdup(host);
  if (plan->id)
    sodium_bin2hex(plan->id, 2 * sizeof chance + 1, chance, sizeof chance);
  return plan->id && plan->user && plan->host;
}

static int enter_unread(const tlsmend_session *self, tlsmend_plan *plan, tlsmend_error *error) {
  name_list lines = {0};
  int code = unread_keys(self->machine, &lines, error);
  for (size_t i = 0; code == TLSMEND_OK && i < lines.count; i++)
    code = plan_lines_add(&plan->findings, lines.items[i], error);
  name_list_clear(&lines);
  return code;
}

int session_plan_new(tlsmend_session *self, tlsmend_plan **out, tlsmend_error *error) {
  const tlsmend_system *system = NULL;
  int code = machine_system(self->machine, &system, error);
  tlsmend_plan *plan = code == TLSMEND_OK ? plan_new() : NULL;
  *out = plan;
  if (code != TLSMEND_OK)
    return code;
  if (!plan)
    return error_no_memory(error);
  char now[32];
  calendar_print(os_time(), now);
  plan->system = *system;
  plan->machine = strdup(self->spec);
  plan->removes_updates = machine_removes_updates(self->machine);
  plan->created = strdup(now);
  plan->tool = strdup("tlsmend " TLSMEND_VERSION);
  session_guid(self->machine, plan->guid);
  if (!plan->machine || !plan->created || !plan->tool || !sign_in(plan))
    return error_no_memory(error);
  return enter_unread(self, plan, error);
}

/* A default stands in the runbook for everybody to read: it is no secret. */
static bool enter_params(plan_runbook *row, const script_runbook *runbook) {
  const runbook_header *header = script_header(runbook);
  row->params = calloc(header->param_count + 1, sizeof *row->params);
  for (size_t i = 0; row->params && i < header->param_count; i++) {
    const declared_param *declared = &header->params[i];
    const param_value *value = script_param_at(runbook, i);
    plan_param *param = &row->params[row->param_count++];
    param->secret = declared->secret && !param_value_equal(value, &declared->fallback);
    param->name = strdup(declared->name);
    if (!param->name || !param_value_copy(&param->value, value))
      return false;
  }
  return row->params;
}

/* The servers by whose answers its verify judges an effect: those that it declares, or those that the parameters name,
 * as needs.probes = true lets verify ask; a secret one is named to nobody. False: out of memory. */
static bool enter_effect(plan_runbook *row, const script_runbook *runbook) {
  const runbook_header *header = script_header(runbook);
  char host[PROBE_HOST_MOST];
  unsigned port;
  bool good = true;
  if (!header->verifies_effect)
    return true;
  if (header->needs.has_probes)
    return name_list_copy(&row->effect, &header->needs.probes);
  for (size_t i = 0; good && i < header->param_count; i++) {
    const param_value *value = script_param_at(runbook, i);
    if (!header->params[i].secret && value->kind == PARAM_TEXT &&
        probe_endpoint_parse(value->text, host, &port, NULL) == TLSMEND_OK)
      good = name_list_add(&row->effect, value->text) == TLSMEND_OK;
  }
  return good;
}

/* Enters a runbook into the plan. */
static plan_runbook *enter(tlsmend_plan *plan, const script_runbook *runbook, tlsmend_error *error) {
  const runbook_header *header = script_header(runbook);
  plan_runbook *grown = realloc(plan->runbooks, (plan->runbook_count + 1) * sizeof *grown);
  if (!grown) {
    error_no_memory(error);
    return NULL;
  }
  plan->runbooks = grown;
  plan_runbook *row = &grown[plan->runbook_count++];
  *row = (plan_runbook){.id = strdup(header->id),
                        .version = strdup(header->version),
                        .title = strdup(header->title),
                        .source = strdup(header->source),
                        .sha256 = strdup(header->sha256),
                        .builtin = header->builtin,
                        .files = json_array_size(header->files) ? json_incref(header->files) : NULL};
  if (row->id && row->version && row->title && row->source && row->sha256 && enter_params(row, runbook) &&
      name_list_copy(&row->references, &header->references) && enter_effect(row, runbook))
    return row;
  error_no_memory(error);
  return NULL;
}

static int open_keys(void *data, trust_store *out, tlsmend_error *error) {
  const tlsmend_session *self = data;
  return trust_open(self->trust, out, error);
}

/* Masks a text in its place. */
static int mask(const tlsmend_session *self, char **text, tlsmend_error *error) {
  char *masked = *text ? secrets_mask(&self->hidden, *text) : NULL;
  if (*text && !masked)
    return error_no_memory(error);
  free(*text);
  *text = masked;
  return TLSMEND_OK;
}

/* What a runbook has made of its secrets: a value that holds one is one, in a reason it is masked. Names stay what
 * they are. */
static int keep_secrets(const tlsmend_session *self, tlsmend_plan *plan, plan_runbook *row,
                        tlsmend_error *error) {
  int code = mask(self, &row->reason, error);
  for (size_t i = 0; code == TLSMEND_OK && self->hidden.count && i < plan->change_count; i++) {
    tlsmend_change *change = &plan->changes[i];
    code = mask(self, &change->why, error);
    change->secret = change->secret || secrets_within(&self->hidden, &change->before) ||
                     secrets_within(&self->hidden, &change->after);
  }
  return code;
}

int session_run_one(tlsmend_session *self, tlsmend_machine *overlay, tlsmend_plan *plan,
                    script_runbook *runbook, tlsmend_error *error) {
  guard_trust trust = {open_keys, self};
  lines lines = {self, plan};
  script_sink sink = {on_unknown, on_finding, &lines};
  plan_runbook *row = enter(plan, runbook, error);
  if (!row)
    return TLSMEND_E_MEMORY;
  overlay_set_runbook(overlay, script_header(runbook)->id);
  int code = session_hide(self, plan, error);
  if (code == TLSMEND_OK)
    code = script_run(runbook, &(script_ground){overlay, &trust, &sink}, &row->applies, &row->reason, error);
  plan_settle(plan);
  if (code == TLSMEND_OK)
    code = keep_secrets(self, plan, row, error);
  else
    secrets_mask_error(&self->hidden, error);
  overlay_set_runbook(overlay, NULL);
  return code;
}

int session_plan_finish(tlsmend_session *self, int code, tlsmend_plan *plan, tlsmend_plan **out,
                        tlsmend_error *error) {
  if (code == TLSMEND_OK) {
    plan_close(plan);
    code = session_mark_owners(self, plan, error);
  }
  *out = code == TLSMEND_OK ? plan : NULL;
  if (code != TLSMEND_OK)
    tlsmend_plan_free(plan);
  return code;
}

/* What was given again for a secret that a saved plan does not hold; NULL if nothing. */
static const char *given_again(const tlsmend_session *self, const char *param) {
  size_t length = strlen(param);
  for (size_t i = 0; i < self->given_count; i++)
    if (strncmp(self->given[i], param, length) == 0 && self->given[i][length] == '=')
      return self->given[i] + length + 1;
  return NULL;
}

/* A parameter as the plan has it, by its type. */
static int set_again(const tlsmend_session *self, script_runbook *runbook, const plan_param *row,
                     tlsmend_error *error) {
  const char *param = row->name, *text = given_again(self, param);
  if (row->value.kind == PARAM_NONE)
    return TLSMEND_OK;
  if (row->value.kind != PARAM_HIDDEN)
    return script_param_value(runbook, param, &row->value, error);
  return text ? script_param(runbook, param, text, error)
              : tlsmend_error_set(error, TLSMEND_E_PLAN,
                                  "a saved plan does not hold the secret '%s': give it again, -p %s=VALUE",
                                  param, param);
}

int session_open_again(const tlsmend_session *self, const plan_runbook *row, const source *source,
                       script_runbook **out, tlsmend_error *error) {
  script_options quiet = source_options(&self->script, source);
  quiet.log = NULL; /* what a runbook logs was said when it was planned */
  if (row->builtin)
    quiet.library = NULL; /* it was none then, whatever has been put there since */
  int code = script_open(&quiet, source->name, out, error);
  for (size_t i = 0; code == TLSMEND_OK && i < row->param_count; i++)
    code = set_again(self, *out, &row->params[i], error);
  return code;
}

/* What is done with the runbooks of a plan, or only with those that apply. */
typedef struct again {
  int (*fn)(tlsmend_session *self, tlsmend_machine *overlay, tlsmend_plan *plan, script_runbook *runbook,
            tlsmend_error *error);
  bool applying;
} again;

/* Opens each runbook of `old` and hands it over, on a fresh overlay. */
static int each_of(tlsmend_session *self, const planned *old, again again, tlsmend_plan **out,
                   tlsmend_error *error) {
  tlsmend_plan *plan = NULL;
  tlsmend_machine *overlay = NULL;
  *out = NULL;
  int code = session_plan_new(self, &plan, error);
  if (code == TLSMEND_OK)
    code = overlay_open(self->machine, plan, &overlay, error);
  for (size_t i = 0; code == TLSMEND_OK && i < old->plan->runbook_count; i++) {
    script_runbook *runbook = NULL;
    if (again.applying && !old->plan->runbooks[i].applies)
      continue;
    code = session_open_again(self, &old->plan->runbooks[i], old->sources->items[i], &runbook, error);
    self->asked = code == TLSMEND_OK;
    if (code == TLSMEND_OK)
      code = again.fn(self, overlay, plan, runbook, error);
    if (runbook && script_unreached(runbook, code))
      self->asked = false;
    script_close(runbook);
  }
  machine_close(overlay);
  return session_plan_finish(self, code, plan, out, error);
}

/* The texts are those of the run; where there is no run, they are read and compared first. */
static int each_again(tlsmend_session *self, const tlsmend_plan *old, again again, tlsmend_plan **out,
                      tlsmend_error *error) {
  source_terms terms = {.unjudged = true}; /* the digests are those of what was judged */
  source_set read = {0};
  planned planned = {(tlsmend_plan *)(uintptr_t)old, self->texts ? self->texts : &read};
  self->asked = false;
  int code = self->texts ? TLSMEND_OK : sources_take(&self->script, &terms, old, &read, error);
  *out = NULL;
  if (code == TLSMEND_OK && planned.sources->count != old->runbook_count)
    code = tlsmend_error_set(error, TLSMEND_E_REFUSED, "the texts of its runbooks are not at hand");
  if (code == TLSMEND_OK)
    code = each_of(self, &planned, again, out, error);
  source_set_clear(&read);
  return code;
}

int session_plan_again(tlsmend_session *self, const tlsmend_plan *plan, tlsmend_plan **out,
                       tlsmend_error *error) {
  return each_again(self, plan, (again){session_run_one, false}, out, error);
}

static int verify_one(tlsmend_session *self, tlsmend_machine *overlay, tlsmend_plan *plan,
                      script_runbook *runbook, tlsmend_error *error) {
  guard_trust trust = {open_keys, self};
  lines lines = {self, plan};
  script_sink sink = {on_unknown, on_finding, &lines};
  int code = script_verify(runbook, &(script_ground){overlay, &trust, &sink}, error);
  if (script_header(runbook)->verifies_effect)
    self->by_effect = self->by_effect && code == TLSMEND_OK && script_answered(runbook);
  if (code != TLSMEND_OK)
    secrets_mask_error(&self->hidden, error);
  return code;
}

/* What verify could not tell, such as the answer of a server, is in no plan that anybody reads. */
static void tell_doubts(const tlsmend_session *self, const tlsmend_plan *verified) {
  for (size_t i = 0; i < verified->unknowns.list.count; i++)
    session_tell(self, TLSMEND_EVENT_WARNING, "cannot tell: %s", verified->unknowns.list.items[i]);
  for (size_t i = 0; i < verified->findings.list.count; i++)
    session_tell(self, TLSMEND_EVENT_WARNING, "%s", verified->findings.list.items[i]);
}

int session_verify(tlsmend_session *self, const tlsmend_plan *plan, bool *sure, tlsmend_error *error) {
  tlsmend_plan *verified = NULL;
  json_t *keepers = plan_keepers(plan);
  self->by_effect = keepers;
  int code = each_again(self, plan, (again){verify_one, true}, &verified, error);
  if (code == TLSMEND_OK)
    tell_doubts(self, verified);
  if (sure)
    *sure = code == TLSMEND_OK && self->by_effect && !verified->unknowns.list.count;
  json_decref(keepers);
  tlsmend_plan_free(verified);
  return code;
}
