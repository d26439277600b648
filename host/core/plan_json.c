/* The JSON of a plan: what `plan -o` writes, `apply --plan` reads and the journal holds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/change.h"
#include "core/plan.h"

static const char *read_kind_name(plan_read_kind kind) {
  switch (kind) {
#define CASE(name, text)                                                                                     \
  case PLAN_READ_##name: return text;
    PLAN_READ_KINDS(CASE)
#undef CASE
  }
  return "?";
}

static const char *product_type_name(int type) {
  static const char *const names[] = {"unknown", "workstation", "domain-controller", "server"};
  return type >= 0 && type <= 3 ? names[type] : names[0];
}

static json_t *machine_to_json(const tlsmend_plan *plan) {
  const tlsmend_system *system = &plan->system;
  char nt[32];
  snprintf(nt, sizeof nt, "%u.%u", system->major, system->minor);
  return json_pack("{s:s, s:s, s:s, s:s, s:i, s:o, s:i, s:s, s:s, s:s, s:s}", "spec", plan->machine, "computer",
                   system->computer, "product", system->product, "nt", nt, "build", (int)system->build, "revision",
                   system->revision < 0 ? json_null() : json_integer(system->revision), "service_pack",
                   (int)system->service_pack, "product_type", product_type_name(system->product_type), "edition",
                   system->edition, "release", system->release, "architecture", system->architecture);
}

static json_t *runbook_to_json(const plan_runbook *runbook) {
  return json_pack("{s:s, s:s, s:s, s:s, s:b, s:s, s:b, s:o, s:O, s:O}", "id", runbook->id, "version",
                   runbook->version, "title", runbook->title, "source", runbook->source, "builtin", runbook->builtin,
                   "sha256", runbook->sha256, "applies", runbook->applies, "reason",
                   runbook->reason ? json_string(runbook->reason) : json_null(), "params", runbook->params,
                   "references", runbook->references);
}

static json_t *read_to_json(const plan_read *read) {
  json_t *json = json_pack("{s:s, s:s, s:i}", "kind", read_kind_name(read->kind), "key", read->key, "view", read->view);
  if (read->name) json_object_set_new(json, "name", json_string(read->name));
  json_object_set(json, "answer", read->answer);
  return json;
}

static json_t *lines_to_json(char *const *lines, size_t count) {
  json_t *array = json_array();
  for (size_t i = 0; i < count; i++) json_array_append_new(array, json_string(lines[i]));
  return array;
}

json_t *plan_to_json(const tlsmend_plan *plan) {
  json_t *runbooks = json_array(), *changes = json_array(), *reads = json_array();
  for (size_t i = 0; i < plan->runbook_count; i++)
    json_array_append_new(runbooks, runbook_to_json(&plan->runbooks[i]));
  for (size_t i = 0; i < plan->change_count; i++)
    json_array_append_new(changes, change_to_json(&plan->changes[i]));
  for (size_t i = 0; i < plan->read_count; i++) json_array_append_new(reads, read_to_json(&plan->reads[i]));
  return json_pack("{s:s, s:s, s:o, s:o, s:o, s:I, s:b, s:o, s:o, s:o, s:s}", "schema", PLAN_SCHEMA, "created",
                   plan->created, "machine", machine_to_json(plan), "runbooks", runbooks, "changes", changes,
                   "reboots", (json_int_t)plan_reboot_count(plan), "reboot_pending", plan->reboot_pending, "unknowns",
                   lines_to_json(plan->unknowns, plan->unknown_count), "findings",
                   lines_to_json(plan->findings, plan->finding_count), "reads", reads, "result",
                   plan->change_count ? "changes" : "compliant");
}

/* ---- reading ------------------------------------------------------------------------------------------------ */

/* A copy of a string member; NULL if it is missing, no string, or has NULs. */
static char *text_of(const json_t *json, const char *name) {
  const json_t *member = json_object_get(json, name);
  if (!json_is_string(member) || strlen(json_string_value(member)) != json_string_length(member)) return NULL;
  return strdup(json_string_value(member));
}

static bool fill(char *out, size_t room, const json_t *json, const char *name) {
  const char *text = json_string_value(json_object_get(json, name));
  if (!text || strlen(text) >= room) return false;
  memcpy(out, text, strlen(text) + 1);
  return true;
}

static bool machine_from_json(const json_t *json, tlsmend_plan *plan) {
  tlsmend_system *system = &plan->system;
  const char *nt = json_string_value(json_object_get(json, "nt"));
  const char *type = json_string_value(json_object_get(json, "product_type"));
  const json_t *revision = json_object_get(json, "revision");
  if (!nt || sscanf(nt, "%u.%u", &system->major, &system->minor) != 2 || !type) return false;
  for (int i = 0; i <= 3; i++)
    if (strcmp(type, product_type_name(i)) == 0) system->product_type = i;
  system->build = (uint32_t)json_integer_value(json_object_get(json, "build"));
  system->service_pack = (uint32_t)json_integer_value(json_object_get(json, "service_pack"));
  system->revision = json_is_integer(revision) ? json_integer_value(revision) : -1;
  plan->machine = text_of(json, "spec");
  return plan->machine && fill(system->computer, sizeof system->computer, json, "computer") &&
         fill(system->product, sizeof system->product, json, "product") &&
         fill(system->edition, sizeof system->edition, json, "edition") &&
         fill(system->release, sizeof system->release, json, "release") &&
         fill(system->architecture, sizeof system->architecture, json, "architecture");
}

static bool runbook_from_json(const json_t *json, plan_runbook *out) {
  out->id = text_of(json, "id");
  out->version = text_of(json, "version");
  out->title = text_of(json, "title");
  out->source = text_of(json, "source");
  out->sha256 = text_of(json, "sha256");
  out->reason = text_of(json, "reason");
  out->builtin = json_is_true(json_object_get(json, "builtin"));
  out->applies = json_is_true(json_object_get(json, "applies"));
  out->params = json_incref(json_object_get(json, "params"));
  out->references = json_incref(json_object_get(json, "references"));
  return out->id && out->version && out->title && out->source && out->sha256 && json_is_object(out->params) &&
         json_is_array(out->references);
}

static bool read_from_json(const json_t *json, tlsmend_plan *plan, tlsmend_error *error) {
  const char *kind = json_string_value(json_object_get(json, "kind"));
  const char *key = json_string_value(json_object_get(json, "key"));
  json_t *answer = json_object_get(json, "answer");
  if (!kind || !key || !answer) return false;
  for (plan_read_kind k = PLAN_READ_KEY; k <= PLAN_READ_HOTFIXES; k++) {
    if (strcmp(kind, read_kind_name(k)) != 0) continue;
    const char *name = json_string_value(json_object_get(json, "name"));
    if ((k == PLAN_READ_VALUE) != (name != NULL)) return false;
    return plan_read_add(plan, k, key, (int)json_integer_value(json_object_get(json, "view")), name,
                         json_incref(answer), error) == TLSMEND_OK;
  }
  return false;
}

static bool lines_from_json(const json_t *json, tlsmend_plan *plan,
                            int (*add)(tlsmend_plan *, const char *, tlsmend_error *), tlsmend_error *error) {
  if (!json_is_array(json)) return false;
  for (size_t i = 0; i < json_array_size(json); i++) {
    const char *line = json_string_value(json_array_get(json, i));
    if (!line || add(plan, line, error) != TLSMEND_OK) return false;
  }
  return true;
}

static bool changes_from_json(const json_t *json, tlsmend_plan *plan, tlsmend_error *error) {
  size_t count = json_array_size(json);
  plan->changes = calloc(count + 1, sizeof *plan->changes);
  if (!json_is_array(json) || !plan->changes) return false;
  plan->change_room = count + 1;
  unsigned phase = 0;
  for (size_t i = 0; i < count; i++) {
    tlsmend_change *change = &plan->changes[i];
    if (change_from_json(json_array_get(json, i), change, error) != TLSMEND_OK) return false;
    plan->change_count++;
    if (change->phase != phase) return false; /* a phase begins behind its restart */
    if (change->kind == TLSMEND_CHANGE_REBOOT) phase++;
  }
  return true;
}

static bool body_from_json(const json_t *json, tlsmend_plan *plan, tlsmend_error *error) {
  const json_t *runbooks = json_object_get(json, "runbooks"), *reads = json_object_get(json, "reads");
  plan->created = text_of(json, "created");
  plan->reboot_pending = json_is_true(json_object_get(json, "reboot_pending"));
  size_t count = json_array_size(runbooks);
  plan->runbooks = calloc(count + 1, sizeof *plan->runbooks);
  if (!plan->created || !plan->runbooks || !json_is_array(reads) ||
      !machine_from_json(json_object_get(json, "machine"), plan))
    return false;
  for (size_t i = 0; i < count; i++) {
    plan->runbook_count++;
    if (!runbook_from_json(json_array_get(runbooks, i), &plan->runbooks[i])) return false;
  }
  for (size_t i = 0; i < json_array_size(reads); i++)
    if (!read_from_json(json_array_get(reads, i), plan, error)) return false;
  return changes_from_json(json_object_get(json, "changes"), plan, error) &&
         lines_from_json(json_object_get(json, "unknowns"), plan, plan_unknown_add, error) &&
         lines_from_json(json_object_get(json, "findings"), plan, plan_finding_add, error);
}

int plan_from_json(const json_t *json, tlsmend_plan **out, tlsmend_error *error) {
  *out = NULL;
  const char *schema = json_string_value(json_object_get(json, "schema"));
  if (!schema || strncmp(schema, "tlsmend-plan/", 13) != 0)
    return tlsmend_error_set(error, TLSMEND_E_CORRUPT, "this is not a plan (no schema \"" PLAN_SCHEMA "\")");
  if (strcmp(schema, PLAN_SCHEMA) != 0)
    return tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED,
                             "the plan has schema %s, this tlsmend reads " PLAN_SCHEMA ": use the tlsmend that made it",
                             schema);
  tlsmend_plan *plan = plan_new();
  if (!plan) return tlsmend_error_set(error, TLSMEND_E_MEMORY, "out of memory for a plan");
  tlsmend_error inner = {0, "a member is missing or has the wrong type"};
  if (!body_from_json(json, plan, &inner)) {
    tlsmend_plan_free(plan);
    return tlsmend_error_set(error, TLSMEND_E_CORRUPT, "the plan is damaged: %s", inner.text);
  }
  *out = plan;
  return TLSMEND_OK;
}
