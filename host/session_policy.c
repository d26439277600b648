/*
 * The policy of a site: policy.json in the folder of journals. It says how many of whose approvals a plan needs before it is
 * applied. A policy that cannot be read refuses everything: who can break it must not be able to get around it.
 */
#include <stdlib.h>
#include <string.h>

#include "os/os.h"
#include "session.h"

#define POLICY_SCHEMA "tlsmend-policy/1"
enum { POLICY_MOST = 1024 * 1024, KEYS_MOST = 64 };

void policy_clear(policy *self) {
  free(self->keys);
  free(self->path);
  *self = (policy){0};
}

static int broken(const policy *self, const char *what, tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_APPROVAL,
                           "the policy %s is not one (%s): nothing is applied until it is mended", self->path,
                           what);
}

/* Whether the policy speaks of this machine: "machines" holds the words before the colon, by default all but snapshots. */
static bool concerns(const tlsmend_session *self, const json_t *machines) {
  size_t length = strcspn(self->spec, ":"), index;
  json_t *item;
  if (!machines)
    return strncmp(self->spec, "sim:", 4) != 0;
  json_array_foreach(machines, index, item) {
    const char *word = json_string_value(item);
    if (word && strlen(word) == length && strncmp(word, self->spec, length) == 0)
      return true;
  }
  return false;
}

static int take_keys(policy *self, const json_t *keys, tlsmend_error *error) {
  size_t index, count = json_array_size(keys);
  json_t *item;
  if (!count || count > KEYS_MOST)
    return broken(self, "\"keys\" is a list of 1 to 64 public keys", error);
  self->keys = calloc(count, sizeof *self->keys);
  if (!self->keys)
    return tlsmend_error_set(error, TLSMEND_E_MEMORY, "out of memory for a policy");
  json_array_foreach(keys, index, item) {
    const char *text = json_string_value(item);
    if (!text || minisign_public_parse(text, strlen(text), &self->keys[index], NULL) != TLSMEND_OK)
      return broken(self, "\"keys\" holds something that is not a public key", error);
  }
  self->key_count = count;
  return TLSMEND_OK;
}

static int take(const tlsmend_session *session, policy *self, const json_t *json, tlsmend_error *error) {
  static const char *const known[] = {"schema", "machines", "approvals", "keys", "expiry"};
  const char *name, *schema = json_string_value(json_object_get(json, "schema"));
  json_t *value, *approvals = json_object_get(json, "approvals"),
                 *machines = json_object_get(json, "machines");
  json_t *expiry = json_object_get(json, "expiry");
  json_object_foreach((json_t *)json, name, value) {
    bool found = false;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
      found = found || strcmp(name, known[i]) == 0;
    if (!found)
      return broken(self, "it has a member other than schema, machines, approvals, keys and expiry", error);
  }
  if (!schema || strcmp(schema, POLICY_SCHEMA) != 0)
    return broken(self, "no schema \"" POLICY_SCHEMA "\"", error);
  if ((machines && !json_is_array(machines)) || (expiry && !json_is_boolean(expiry)) ||
      !json_is_integer(approvals) || json_integer_value(approvals) < 0 ||
      json_integer_value(approvals) > KEYS_MOST)
    return broken(self, "\"approvals\" is a number, \"machines\" a list, \"expiry\" true or false", error);
  if (!concerns(session, machines) || json_integer_value(approvals) == 0)
    return TLSMEND_OK;
  self->needed = (size_t)json_integer_value(approvals);
  self->expiry = json_is_true(expiry);
  int code = take_keys(self, json_object_get(json, "keys"), error);
  return code == TLSMEND_OK && self->needed > self->key_count
             ? broken(self, "it demands more approvals than it has keys", error)
             : code;
}

int policy_read(const tlsmend_session *session, const char *folder, policy *out, tlsmend_error *error) {
  char *text = NULL;
  size_t size = 0;
  *out = (policy){.path = os_path_join(folder, "policy.json")};
  if (!out->path)
    return tlsmend_error_set(error, TLSMEND_E_MEMORY, "out of memory for a policy");
  tlsmend_error inner = {0, ""};
  int code = os_file_read(out->path, POLICY_MOST, &text, &size, &inner);
  if (code == TLSMEND_E_ABSENT)
    return TLSMEND_OK;
  if (code != TLSMEND_OK)
    return broken(out, inner.text, error);
  json_error_t where;
  json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);
  code = json_is_object(json) ? take(session, out, json, error)
                              : broken(out, json ? "no object" : where.text, error);
  json_decref(json);
  free(text);
  return code;
}
