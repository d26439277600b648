/* Plans: appending with merging, what was read, what could not be told. */
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

static void remove_at(tlsmend_plan *plan, size_t index) {
  change_clear(&plan->changes[index]);
  plan->change_count--;
  memmove(&plan->changes[index], &plan->changes[index + 1],
          (plan->change_count - index) * sizeof *plan->changes);
}

static bool is_value_change(const tlsmend_change *change) {
  return change->kind == TLSMEND_CHANGE_VALUE_SET || change->kind == TLSMEND_CHANGE_VALUE_DELETE;
}

static bool is_key_change(const tlsmend_change *change) {
  return change->kind == TLSMEND_CHANGE_KEY_CREATE || change->kind == TLSMEND_CHANGE_KEY_DELETE;
}

static bool same_key(const tlsmend_change *a, const tlsmend_change *b) {
  return a->view == b->view && unicode_name_equal(a->key, b->key);
}

/* Whether `change` and `earlier` speak of one thing, so that together they may be one change or none. */
static bool merges(const tlsmend_change *earlier, const tlsmend_change *change) {
  if (is_value_change(change))
    return is_value_change(earlier) && unicode_name_equal(earlier->name, change->name) &&
           same_key(earlier, change);
  return change->kind == TLSMEND_CHANGE_KEY_DELETE && earlier->kind == TLSMEND_CHANGE_KEY_CREATE &&
         same_key(earlier, change);
}

/* The change of the same phase that `change` would be merged into; plan->change_count if there is none. A value is not
 * followed past a change of its own key, because there the value begins a new life. */
static size_t find_earlier(const tlsmend_plan *plan, const tlsmend_change *change) {
  if (!is_value_change(change) && change->kind != TLSMEND_CHANGE_KEY_DELETE)
    return plan->change_count;
  for (size_t i = plan->change_count; i-- > 0;) {
    const tlsmend_change *earlier = &plan->changes[i];
    if (earlier->phase != change->phase || earlier->kind == TLSMEND_CHANGE_REBOOT)
      break;
    if (merges(earlier, change))
      return i;
    if (is_key_change(earlier) && same_key(earlier, change))
      break;
  }
  return plan->change_count;
}

/* Gives an earlier write to the same value the new outcome; takes away what is left without effect. */
static void merge(tlsmend_plan *plan, size_t index, tlsmend_change *change) {
  tlsmend_change *earlier = &plan->changes[index];
  if (earlier->kind == TLSMEND_CHANGE_KEY_CREATE) {
    remove_at(plan, index);
    change_clear(change);
    return;
  }
  tlsmend_value_clear(&earlier->after);
  earlier->after = change->after;
  change->after = (tlsmend_value){0};
  earlier->kind = earlier->after.present ? TLSMEND_CHANGE_VALUE_SET : TLSMEND_CHANGE_VALUE_DELETE;
  char *why = earlier->why, *name = earlier->name;
  earlier->why = change->why;
  change->why = why;
  earlier->secret = earlier->secret || change->secret;
  if (!earlier->after.present) { /* a deletion spells the name as the machine does, see overlay.c */
    earlier->name = change->name;
    change->name = name;
  }
  if (value_equal(&earlier->before, &earlier->after))
    remove_at(plan, index);
  change_clear(change);
}

int plan_append(tlsmend_plan *plan, tlsmend_change *change, tlsmend_error *error) {
  size_t earlier = find_earlier(plan, change);
  if (earlier < plan->change_count) {
    merge(plan, earlier, change);
    return TLSMEND_OK;
  }
  if (plan->change_count == plan->change_room) {
    size_t room = plan->change_room ? plan->change_room * 2 : 16;
    tlsmend_change *grown = realloc(plan->changes, room * sizeof *grown);
    if (!grown)
      return error_no_memory(error);
    plan->changes = grown;
    plan->change_room = room;
  }
  plan->changes[plan->change_count++] = *change;
  *change = (tlsmend_change){0};
  return TLSMEND_OK;
}

/* A restart is kept if something before it may need it, or if the machine waited for one from the beginning. */
static bool has_cause(const tlsmend_plan *plan, size_t reboot) {
  if (reboot == 0)
    return plan->reboot_pending;
  return plan->changes[reboot - 1].kind != TLSMEND_CHANGE_REBOOT;
}

void plan_close(tlsmend_plan *plan) {
  for (size_t i = 0; i < plan->change_count;) {
    if (plan->changes[i].kind == TLSMEND_CHANGE_REBOOT && !has_cause(plan, i)) {
      remove_at(plan, i);
      for (size_t j = i; j < plan->change_count; j++)
        plan->changes[j].phase--;
    } else {
      i++;
    }
  }
}

bool plan_read_secret(const tlsmend_plan *plan, const plan_read *read) {
  for (size_t i = 0; read->kind == PLAN_READ_VALUE && i < plan->change_count; i++) {
    const tlsmend_change *change = &plan->changes[i];
    if (change->secret && change->name && change->view == read->view &&
        unicode_name_equal(change->key, read->key) && unicode_name_equal(change->name, read->name))
      return true;
  }
  return false;
}
