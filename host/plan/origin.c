/* Counting approvals. No files, no clock: what is read and when is now is the caller's. */
#include "plan/origin.h"
#include "base/digest.h"
#include "base/error.h"

#include <stdlib.h>
#include <string.h>

enum { DAY = 24 * 60 * 60 };

plan_origin *plan_origin_new(const char *path, char *text, size_t size) {
  plan_origin *self = calloc(1, sizeof *self);
  if (!self || !(self->path = strdup(path))) {
    free(self);
    return NULL;
  }
  digest_sha256(text, size, self->sha256);
  self->text = text;
  self->size = size;
  return self;
}

static void approvals_clear(plan_origin *self) {
  for (size_t i = 0; i < self->approval_count; i++)
    approval_clear(&self->approvals[i]);
  free(self->approvals);
  self->approvals = NULL;
  self->approval_count = 0;
}

void plan_origin_free(plan_origin *self) {
  if (!self)
    return;
  approvals_clear(self);
  for (size_t i = 0; i < self->signature_count; i++) {
    free(self->signatures[i].path);
    minisign_signature_clear(&self->signatures[i].signature);
  }
  free(self->signatures);
  free(self->path);
  free(self->text);
  free(self);
}

int plan_origin_sign(plan_origin *self, const char *path, const char *text, size_t size,
                     tlsmend_error *error) {
  tlsmend_error inner = {0, ""};
  plan_signature *grown = realloc(self->signatures, (self->signature_count + 1) * sizeof *grown);
  if (!grown)
    return error_no_memory(error);
  self->signatures = grown;
  plan_signature *row = &grown[self->signature_count];
  *row = (plan_signature){.path = strdup(path)};
  int code =
      row->path ? minisign_signature_parse(text, size, &row->signature, &inner) : error_no_memory(&inner);
  if (code == TLSMEND_OK) {
    self->signature_count++;
    return code;
  }
  free(row->path);
  return tlsmend_error_set(error, code, "%s: %s", path, inner.text);
}

static bool key_equal(const minisign_public *a, const minisign_public *b) {
  return memcmp(a->key, b->key, sizeof a->key) == 0;
}

/* Whether the approval of a signature that holds is one that counts now. */
static int check_terms(const plan_signature *row, const approval *approval, int64_t now,
                       tlsmend_error *error) {
  if (approval->expires && approval->expires < now)
    return tlsmend_error_set(error, TLSMEND_E_APPROVAL,
                             "%s: the approval has expired (%.200s): have the plan approved again", row->path,
                             row->signature.trusted);
  if (approval->signed_at > now + DAY)
    return tlsmend_error_set(
        error, TLSMEND_E_APPROVAL,
        "%s: the approval was signed in the future: the clock of this machine or of the signer is wrong",
        row->path);
  return TLSMEND_OK;
}

static int keep(plan_origin *self, approval *approval, tlsmend_error *error) {
  struct approval *grown = realloc(self->approvals, (self->approval_count + 1) * sizeof *grown);
  if (!grown) {
    approval_clear(approval);
    return error_no_memory(error);
  }
  self->approvals = grown;
  grown[self->approval_count++] = *approval;
  return TLSMEND_OK;
}

/* Looks for the signature of one key. More than one is fine; each must hold. */
static int check_key(plan_origin *self, const minisign_public *key, int64_t now, bool *signed_by,
                     tlsmend_error *error) {
  *signed_by = false;
  for (size_t i = 0; i < self->signature_count; i++) {
    const plan_signature *row = &self->signatures[i];
    approval approval;
    tlsmend_error inner = {0, ""};
    if (memcmp(row->signature.id, key->id, sizeof key->id) != 0)
      continue;
    if (!minisign_verify(key, &row->signature, self->text, self->size))
      return tlsmend_error_set(
          error, TLSMEND_E_APPROVAL,
          "%s is not a signature of %s: the plan, the signature or its comment was changed", row->path,
          self->path);
    int code = approval_read(row->signature.trusted, &approval, &inner);
    if (code != TLSMEND_OK)
      return tlsmend_error_set(error, code, "%s: %s", row->path, inner.text);
    minisign_id_print(key->id, approval.key);
    code = check_terms(row, &approval, now, error);
    if (code != TLSMEND_OK) {
      approval_clear(&approval);
      return code;
    }
    code = keep(self, &approval, error);
    if (code != TLSMEND_OK)
      return code;
    *signed_by = true;
  }
  return TLSMEND_OK;
}

int plan_origin_check(plan_origin *self, const minisign_public *keys, size_t key_count, int64_t now,
                      size_t *count, tlsmend_error *error) {
  *count = 0;
  approvals_clear(self);
  for (size_t i = 0; i < key_count; i++) {
    bool again = false, signed_by = false;
    for (size_t j = 0; j < i; j++)
      again = again || key_equal(&keys[j], &keys[i]);
    if (again)
      continue;
    int code = check_key(self, &keys[i], now, &signed_by, error);
    if (code != TLSMEND_OK)
      return code;
    *count += signed_by;
  }
  return TLSMEND_OK;
}

json_t *plan_origin_to_json(const plan_origin *self) {
  json_t *approvals = json_array();
  for (size_t i = 0; i < self->approval_count; i++)
    json_array_append_new(approvals, approval_to_json(&self->approvals[i]));
  return json_pack("{s:s, s:o}", "plan_sha256", self->sha256, "approvals", approvals);
}
