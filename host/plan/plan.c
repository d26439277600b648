/* Plans: what is in them, and what of it is secret. */
#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "plan/change.h"
#include "base/unicode.h"
#include "registry/value.h"

tlsmend_plan *plan_new(void) { return calloc(1, sizeof(tlsmend_plan)); }

static void runbook_clear(plan_runbook *runbook) {
  free(runbook->id);
  free(runbook->version);
  free(runbook->title);
  free(runbook->source);
  free(runbook->sha256);
  free(runbook->reason);
  for (size_t i = 0; i < runbook->param_count; i++) {
    free(runbook->params[i].name);
    param_value_clear(&runbook->params[i].value);
  }
  free(runbook->params);
  name_list_clear(&runbook->references);
  name_list_clear(&runbook->effect);
  json_decref(runbook->files);
  json_decref(runbook->signature);
}

void tlsmend_plan_free(tlsmend_plan *plan) {
  if (!plan)
    return;
  for (size_t i = 0; i < plan->runbook_count; i++)
    runbook_clear(&plan->runbooks[i]);
  for (size_t i = 0; i < plan->change_count; i++)
    change_clear(&plan->changes[i]);
  plan_places_clear(&plan->places);
  plan_reads_clear(&plan->reads);
  plan_lines_clear(&plan->unknowns);
  plan_lines_clear(&plan->findings);
  json_decref(plan->picture);
  free(plan->runbooks);
  free(plan->changes);
  free(plan->machine);
  free(plan->id);
  free(plan->created);
  free(plan->tool);
  free(plan->user);
  free(plan->host);
  plan_origin_free(plan->origin);
  free(plan);
}

/* All that is written and read, not only what was left out: it is the same. */
void plan_complete(tlsmend_plan *plan, tlsmend_plan *whole) {
  tlsmend_plan was = *plan;
#define SWAP(member) (plan->member = whole->member, whole->member = was.member)
  for (size_t i = 0; i < plan->runbook_count; i++) {
    plan_param *params = plan->runbooks[i].params;
    plan->runbooks[i].params = whole->runbooks[i].params;
    whole->runbooks[i].params = params;
  }
  SWAP(changes), SWAP(change_count), SWAP(change_room);
  SWAP(reads);
#undef SWAP
  plan->withheld = false;
}

int tlsmend_plan_is_secret(const tlsmend_plan *plan, const char *param) {
  size_t length = strcspn(param, "=");
  for (size_t i = 0; i < plan->runbook_count; i++)
    for (size_t j = 0; j < plan->runbooks[i].param_count; j++) {
      const plan_param *row = &plan->runbooks[i].params[j];
      if (row->secret && strlen(row->name) == length && strncmp(row->name, param, length) == 0)
        return 1;
    }
  return 0;
}

const char *tlsmend_plan_secret(const tlsmend_plan *plan, size_t index) {
  for (size_t i = 0; i < plan->runbook_count; i++)
    for (size_t j = 0; j < plan->runbooks[i].param_count; j++)
      if (plan->runbooks[i].params[j].value.kind == PARAM_HIDDEN && index-- == 0)
        return plan->runbooks[i].params[j].name;
  return NULL;
}

bool plan_hide(const tlsmend_plan *plan, secrets *out) {
  bool good = true;
  for (size_t i = 0; i < plan->runbook_count; i++)
    for (size_t j = 0; good && j < plan->runbooks[i].param_count; j++)
      if (plan->runbooks[i].params[j].secret)
        good = secrets_add(out, &plan->runbooks[i].params[j].value);
  return good;
}

size_t tlsmend_plan_change_count(const tlsmend_plan *plan) { return plan->change_count; }
size_t tlsmend_plan_unknown_count(const tlsmend_plan *plan) { return plan->unknowns.list.count; }
size_t tlsmend_plan_reboot_count(const tlsmend_plan *plan) { return plan_reboot_count(plan); }

const char *tlsmend_plan_machine(const tlsmend_plan *plan) { return plan->machine; }

size_t plan_reboot_count(const tlsmend_plan *plan) {
  size_t count = 0;
  for (size_t i = 0; i < plan->change_count; i++)
    count += plan->changes[i].kind == TLSMEND_CHANGE_REBOOT;
  return count;
}

size_t plan_applying_count(const tlsmend_plan *plan) {
  size_t count = 0;
  for (size_t i = 0; i < plan->runbook_count; i++)
    count += plan->runbooks[i].applies;
  return count;
}

bool plan_has_views(const tlsmend_plan *plan) { return strcmp(plan->system.architecture, "x86") != 0; }

bool plan_read_secret(const tlsmend_plan *plan, const plan_read *read) {
  for (size_t i = 0; read->kind == PLAN_READ_VALUE && i < plan->change_count; i++) {
    const tlsmend_change *change = &plan->changes[i];
    if (change->secret && change->name && change->view == read->view &&
        unicode_name_equal(change->key, read->key) && unicode_name_equal(change->name, read->name))
      return true;
  }
  return false;
}
