/*
 * The policy of a site: policy.json in the folder of journals. It says how many of whose approvals a plan needs before
 * it is applied. A policy that is not understood, wholly, refuses everything: who can break it must not be able to get
 * around it.
 */
#include "session/policy/approval_policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "os/os.h"

#define POLICY_SCHEMA "tlsmend-policy/1"
enum { POLICY_MOST = 1024 * 1024, KEYS_MOST = 64, KEY_LENGTH = 56 };

void policy_clear(policy *self) {
  free(self->keys);
  free(self->path);
  *self = (policy){0};
}

static int broken(const policy *self, const char *what, tlsmend_error *error) {
  return tlsmend_error_set(
      error, TLSMEND_E_APPROVAL,
      "the policy %s is not one (%s): nothing is applied until an administrator mends it (docs/APPROVALS.md)",
      self->path, what);
}

/* Whether a word is what stands before the colon in the name of this session's machine. */
static bool is_own(const tlsmend_session *self, const char *word) {
  size_t length = strcspn(self->spec, ":");
  return strlen(word) == length && strncmp(word, self->spec, length) == 0;
}

/* A kind of machine: one of tlsmend's own, or that of this session. */
static bool is_kind(const tlsmend_session *self, const char *word) {
  const char *rest;
  return is_own(self, word) || (!strchr(word, ':') && backend_find(word, &rest));
}

/* Whether the policy speaks of this machine: "machines" holds kinds, by default all but snapshots. */
static int take_machines(const tlsmend_session *session, policy *self, const json_t *machines,
                         bool *concerned, tlsmend_error *error) {
  size_t index;
  json_t *item;
  *concerned = !machines && session->backend->site_policy;
  if (machines && !json_array_size(machines)) /* no list either */
    return broken(self, "\"machines\" is a list such as [\"live\"], or is left out", error);
  json_array_foreach(machines, index, item) {
    const char *word = json_string_value(item);
    if (!word || !is_kind(session, word))
      return broken(self, "\"machines\" holds something else than \"live\" and \"sim\"", error);
    *concerned = *concerned || is_own(session, word);
  }
  return TLSMEND_OK;
}

static int take_keys(policy *self, const json_t *keys, tlsmend_error *error) {
  size_t index, count = json_array_size(keys);
  json_t *item;
  if (!count || count > KEYS_MOST)
    return broken(self, "\"keys\" is a list of 1 to 64 public keys", error);
  self->keys = calloc(count, sizeof *self->keys);
  if (!self->keys)
    return error_no_memory(error);
  json_array_foreach(keys, index, item) {
    const char *text = json_string_value(item);
    minisign_public *key = &self->keys[index];
    if (!text || strlen(text) != KEY_LENGTH ||
        minisign_public_parse(text, strlen(text), key, NULL) != TLSMEND_OK)
      return broken(self, "\"keys\" holds something that is not a public key: 56 characters from RW on",
                    error);
    for (size_t i = 0; i < index; i++)
      if (memcmp(self->keys[i].key, key->key, sizeof key->key) == 0)
        return broken(self, "\"keys\" names a key twice", error);
  }
  self->key_count = count;
  return TLSMEND_OK;
}

/* The first member that no policy has; NULL if there is none. */
static const char *strange_member(const json_t *json) {
  static const char *const known[] = {"schema", "machines", "approvals", "keys", "expiry"};
  const char *name;
  json_t *value;
  json_object_foreach((json_t *)json, name, value) {
    bool found = false;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
      found = found || strcmp(name, known[i]) == 0;
    if (!found)
      return name;
  }
  return NULL;
}

/* All of it is read, whichever machine it speaks of: half a policy is none. */
static int take(const tlsmend_session *session, policy *self, const json_t *json, tlsmend_error *error) {
  const char *schema = json_string_value(json_object_get(json, "schema"));
  const json_t *approvals = json_object_get(json, "approvals"), *expiry = json_object_get(json, "expiry");
  json_int_t needed = json_integer_value(approvals);
  bool concerned = false;
  if (strange_member(json))
    return broken(self, "it has a member other than schema, machines, approvals, keys and expiry", error);
  if (!schema || strcmp(schema, POLICY_SCHEMA) != 0)
    return broken(self, "no schema \"" POLICY_SCHEMA "\"", error);
  if (!json_is_integer(approvals) || needed < 1 || needed > KEYS_MOST)
    return broken(self, "\"approvals\" is a number from 1 to 64; without a demand, remove the file", error);
  if (expiry && !json_is_boolean(expiry))
    return broken(self, "\"expiry\" is true or false", error);
  int code = take_machines(session, self, json_object_get(json, "machines"), &concerned, error);
  if (code == TLSMEND_OK)
    code = take_keys(self, json_object_get(json, "keys"), error);
  if (code == TLSMEND_OK && (size_t)needed > self->key_count)
    code = broken(self, "it demands more approvals than it has keys", error);
  if (code != TLSMEND_OK || !concerned)
    return code;
  self->needed = (size_t)needed;
  self->expiry = json_is_true(expiry);
  return TLSMEND_OK;
}

int policy_read(const tlsmend_session *session, const char *folder, policy *out, tlsmend_error *error) {
  char *text = NULL;
  size_t size = 0;
  *out = (policy){.path = os_path_join(folder, "policy.json")};
  if (!out->path)
    return error_no_memory(error);
  tlsmend_error inner = {0, ""};
  int code = os_file_read(out->path, POLICY_MOST, &text, &size, &inner);
  if (code == TLSMEND_E_ABSENT)
    return os_name_taken(out->path) ? broken(out, "a link that leads nowhere", error) : TLSMEND_OK;
  if (code != TLSMEND_OK)
    return broken(out, inner.text, error);
  json_error_t where;
  bool whole = !memchr(text, 0, size); /* behind a NUL nobody would look */
  json_t *json = whole ? json_loadb(text, size, JSON_REJECT_DUPLICATES, &where) : NULL;
  code = json_is_object(json) ? take(session, out, json, error)
                              : broken(out,
                                       !whole ? "a NUL"
                                       : json ? "no object"
                                              : where.text,
                                       error);
  json_decref(json);
  free(text);
  return code;
}
