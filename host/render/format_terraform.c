/*
 * The shape of `terraform show -json`: format 1.2, as far as a registry has it. One resource for each key, value, update and
 * restart, with an address that is the same in every plan for the same thing.
 */
#include <stdlib.h>
#include <string.h>

#include "render/format_common.h"
#include "render/formats.h"

static const char *type_of(const char *kind) {
  if (strcmp(kind, "update-install") == 0)
    return "tlsmend_update";
  if (strcmp(kind, "reboot") == 0)
    return "tlsmend_restart";
  return strncmp(kind, "key-", 4) == 0 ? "tlsmend_registry_key" : "tlsmend_registry_value";
}

/* The resource as it is on one side of the change; null if it does not exist there. */
static json_t *side(const json_t *change, bool after) {
  const char *kind = json_text(change, "kind");
  const json_t *value = json_object_get(change, after ? "after" : "before");
  if (strcmp(kind, "update-install") == 0)
    return after ? json_pack("{s:O, s:O, s:O}", "kb", json_object_get(change, "kb"), "file",
                             json_object_get(change, "file"), "sha256", json_object_get(change, "sha256"))
                 : json_null();
  if (strcmp(kind, "reboot") == 0)
    return after ? json_pack("{s:O}", "why", json_object_get(change, "why")) : json_null();
  if (strncmp(kind, "key-", 4) == 0 && after != (strcmp(kind, "key-create") == 0))
    return json_null();
  if (strncmp(kind, "value-", 6) == 0 && json_is_null(value))
    return json_null();
  json_t *out =
      json_pack("{s:O, s:O}", "key", json_object_get(change, "key"), "view", json_object_get(change, "view"));
  if (strncmp(kind, "key-", 4) == 0)
    return out;
  json_object_set(out, "name", json_object_get(change, "name"));
  json_object_update_missing(out, (json_t *)value);
  return out;
}

static json_t *actions(const json_t *before, const json_t *after) {
  return json_pack("[s]", json_is_null(before) ? "create" : json_is_null(after) ? "delete" : "update");
}

static json_t *sensitive(const json_t *change, const json_t *there) {
  if (json_is_null(there))
    return json_false();
  return json_is_true(json_object_get(change, "secret")) ? json_pack("{s:b}", "secret", 1) : json_object();
}

static json_t *resource(const json_t *change, size_t number, const bool *again) {
  const char *type = type_of(json_text(change, "kind"));
  char *index = change_address(change, number, again);
  json_t *quoted = json_string(index ? index : "");
  char *key = json_dumps(quoted, JSON_ENCODE_ANY);
  json_t *before = side(change, false), *after = side(change, true);
  json_t *sensitive_before = sensitive(change, before), *sensitive_after = sensitive(change, after),
         *action = actions(before, after);
  json_t *out = json_pack("{s:o, s:s, s:s, s:s, s:o, s:s, s:{s:o, s:o, s:o, s:{}, s:o, s:o}}", "address",
                          json_sprintf("%s.this[%s]", type, key ? key : ""), "mode", "managed", "type", type,
                          "name", "this", "index", quoted, "provider_name", "tlsmend", "change", "actions",
                          action, "before", before, "after", after, "after_unknown", "before_sensitive",
                          sensitive_before, "after_sensitive", sensitive_after);
  if (out && *json_text(change, "why"))
    json_object_set_new(out, "action_reason", json_string(json_text(change, "why")));
  free(key);
  free(index);
  return out;
}

json_t *terraform_from_plan(const json_t *plan) {
  json_t *changes = json_array(), *change;
  size_t index;
  bool failed = *json_text(plan, "failure") != 0;
  bool *again = changes_again(json_object_get(plan, "changes"));
  json_array_foreach(json_object_get(plan, "changes"), index, change) {
    if (change_is_open(change))
      json_array_append_new(changes, resource(change, index, again));
  }
  free(again);
  bool applyable = json_array_size(changes) > 0 && !failed;
  return json_pack("{s:s, s:s, s:s, s:o, s:[], s:b, s:b, s:b}", "format_version", "1.2", "terraform_version",
                   "0.0.0+tlsmend." TLSMEND_VERSION, "timestamp",
                   *json_text(plan, "created") ? json_text(plan, "created") : "1970-01-01T00:00:00Z",
                   "resource_changes", changes, "resource_drift", "applyable", applyable, "complete",
                   json_array_size(json_object_get(plan, "unknowns")) == 0, "errored", failed);
}
