/* A second plan that is the same. */
#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "plan/change.h"

/* A text that may be NULL. False: out of memory. */
static bool copy_text(char **out, const char *from) {
  *out = from ? strdup(from) : NULL;
  return *out || !from;
}

static bool copy_params(plan_runbook *out, const plan_runbook *from) {
  out->params = calloc(from->param_count + 1, sizeof *out->params);
  for (size_t i = 0; out->params && i < from->param_count; i++) {
    const plan_param *param = &from->params[i];
    plan_param *copy = &out->params[out->param_count++];
    copy->secret = param->secret;
    if (!copy_text(&copy->name, param->name) || !param_value_copy(&copy->value, &param->value))
      return false;
  }
  return out->params;
}

/* What is known of files and signature does not change: both plans have it. */
static bool copy_runbook(plan_runbook *out, const plan_runbook *from) {
  *out = (plan_runbook){.builtin = from->builtin, .applies = from->applies};
  out->files = json_incref(from->files);
  out->signature = json_incref(from->signature);
  return copy_params(out, from) && name_list_copy(&out->references, &from->references) &&
         name_list_copy(&out->effect, &from->effect) && copy_text(&out->id, from->id) &&
         copy_text(&out->version, from->version) && copy_text(&out->title, from->title) &&
         copy_text(&out->source, from->source) && copy_text(&out->sha256, from->sha256) &&
         copy_text(&out->reason, from->reason);
}

static bool copy_runbooks(tlsmend_plan *out, const tlsmend_plan *from) {
  out->runbooks = calloc(from->runbook_count + 1, sizeof *out->runbooks);
  for (size_t i = 0; out->runbooks && i < from->runbook_count; i++, out->runbook_count++)
    if (!copy_runbook(&out->runbooks[i], &from->runbooks[i]))
      return false;
  return out->runbooks;
}

static bool copy_changes(tlsmend_plan *out, const tlsmend_plan *from) {
  out->change_room = from->change_count + 1;
  out->changes = calloc(out->change_room, sizeof *out->changes);
  for (size_t i = 0; out->changes && i < from->change_count; i++, out->change_count++)
    if (change_copy(&out->changes[i], &from->changes[i], NULL) != TLSMEND_OK)
      return false;
  return out->changes;
}

int plan_clone(const tlsmend_plan *from, tlsmend_plan **out, tlsmend_error *error) {
  tlsmend_plan *plan = *out = plan_new();
  if (plan) {
    plan->picture = json_incref(from->picture);
    plan->system = from->system;
    plan->withheld = from->withheld;
    plan->removes_updates = from->removes_updates;
    plan->reboot_pending = from->reboot_pending;
    memcpy(plan->guid, from->guid, sizeof plan->guid);
  }
  if (plan && copy_text(&plan->machine, from->machine) && copy_text(&plan->id, from->id) &&
      copy_text(&plan->created, from->created) && copy_text(&plan->tool, from->tool) &&
      copy_text(&plan->user, from->user) && copy_text(&plan->host, from->host) && copy_runbooks(plan, from) &&
      copy_changes(plan, from) && plan_reads_copy(&plan->reads, &from->reads) &&
      plan_lines_copy(&plan->unknowns, &from->unknowns) && plan_lines_copy(&plan->findings, &from->findings))
    return TLSMEND_OK;
  tlsmend_plan_free(plan);
  *out = NULL;
  return error_no_memory(error);
}
