/* Approvals: signing a saved plan, and counting its signatures. The formats are signing's and plan/origin.c's. */
#include "session/approve.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/error.h"
#include "base/text.h"
#include "base/file_path.h"
#include "os/os.h"
#include "plan/plan.h"
#include "signing/approval.h"
#include "signing/trust_store.h"

enum { KEY_MOST = 64 * 1024, SIGNATURES_MOST = 16 };

const char *tlsmend_plan_sha256(const tlsmend_plan *plan) {
  return plan->origin ? plan->origin->sha256 : NULL;
}

/* FILE.minisig, FILE.2.minisig ...; malloc'd. */
static char *signature_path(const char *plan, unsigned number) {
  size_t room = strlen(plan) + 32;
  char *path = malloc(room);
  if (path && number == 1)
    snprintf(path, room, "%s.minisig", plan);
  if (path && number > 1)
    snprintf(path, room, "%s.%u.minisig", plan, number);
  return path;
}

static int read_signature(plan_origin *origin, const char *path, tlsmend_error *error) {
  char *text = NULL;
  size_t size = 0;
  tlsmend_error inner = {0, ""};
  int code = os_file_read(path, KEY_MOST, &text, &size, &inner);
  if (code == TLSMEND_E_ABSENT)
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "there is no signature %s", path);
  if (code != TLSMEND_OK)
    return tlsmend_error_set(error, TLSMEND_E_APPROVAL, "%s", inner.text);
  code = plan_origin_sign(origin, path, text, size, error);
  free(text);
  return code;
}

int session_read_signatures(plan_origin *origin, const char *const *paths, size_t count,
                            tlsmend_error *error) {
  int code = TLSMEND_OK;
  if (origin->signature_count)
    return code;
  for (size_t i = 0; code == TLSMEND_OK && i < count; i++)
    code = read_signature(origin, paths[i], error);
  for (unsigned number = 1; code == TLSMEND_OK && !count && number <= SIGNATURES_MOST; number++) {
    char *path = signature_path(origin->path, number);
    if (!path)
      code = error_no_memory(error);
    else if (os_file_exists(path))
      code = read_signature(origin, path, error);
    free(path);
  }
  return code;
}

/* Nobody should sign what cannot be applied, or what nobody can foresee. */
static int check_signable(const tlsmend_plan *plan, bool accept_unknown, tlsmend_error *error) {
  if (!plan->change_count)
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "%s holds no changes: there is nothing to approve",
                             plan->origin->path);
  if (plan->unknowns.list.count && !accept_unknown)
    return tlsmend_error_set(
        error, TLSMEND_E_UNKNOWN,
        "%s rests on something that the machine could not tell: find it out and plan again, or pass "
        "--accept-unknown",
        plan->origin->path);
  for (size_t i = 0; i < plan->change_count; i++)
    if (plan->changes[i].kind == TLSMEND_CHANGE_UPDATE_INSTALL && !plan->changes[i].update.sha256)
      return tlsmend_error_set(
          error, TLSMEND_E_REFUSED,
          "%s has no package for %s, and what is installed must be what was approved: plan again with "
          "-p package=FILE",
          plan->origin->path, plan->changes[i].update.kb);
  return TLSMEND_OK;
}

/* The file name of a path. */
static int make_comment(const tlsmend_plan *plan, const tlsmend_approval_terms *terms, char **out,
                        tlsmend_error *error) {
  approval approval = {
      .approver = (char *)terms->approver, .ticket = (char *)terms->ticket, .signed_at = os_time()};
  if (terms->expires && !calendar_parse(terms->expires, approval.signed_at, &approval.expires))
    return tlsmend_error_set(
        error, TLSMEND_E_USAGE,
        "%s is not an expiry: write 2026-12-31, 2026-12-31T12:00:00Z, or 14d for two weeks", terms->expires);
  if (terms->expires && approval.expires <= approval.signed_at)
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "an approval that expires %s would have expired already",
                             terms->expires);
  return approval_comment(&approval, file_path_leaf(plan->origin->path), out, error);
}

/* Whether a file is a signature by this key. */
static bool is_by(const char *path, const minisign_secret *secret) {
  char *text = NULL;
  size_t size = 0;
  minisign_signature signature;
  if (os_file_read(path, KEY_MOST, &text, &size, NULL) != TLSMEND_OK)
    return false;
  bool by = minisign_signature_parse(text, size, &signature, NULL) == TLSMEND_OK &&
            memcmp(signature.id, secret->id, sizeof secret->id) == 0;
  minisign_signature_clear(&signature);
  free(text);
  return by;
}

/* The place of this key's signature: its old one, else the first that is free. */
static int choose_path(const char *plan, const minisign_secret *secret, char **out, tlsmend_error *error) {
  char *free_path = NULL;
  for (unsigned number = 1; number <= SIGNATURES_MOST; number++) {
    char *path = signature_path(plan, number);
    if (!path)
      break;
    bool exists = os_file_exists(path);
    if (exists && is_by(path, secret)) {
      free(free_path);
      *out = path;
      return TLSMEND_OK;
    }
    if (!exists && !free_path)
      free_path = path;
    else
      free(path);
  }
  *out = free_path;
  return free_path ? TLSMEND_OK
                   : tlsmend_error_set(error, TLSMEND_E_USAGE, "%s has %d signatures already", plan,
                                       SIGNATURES_MOST);
}

int tlsmend_approve(const char *plan_path, const char *key, const tlsmend_approval_terms *terms, char **out,
                    tlsmend_error *error) {
  assert(plan_path && key && terms && out);
  tlsmend_plan *plan = NULL;
  minisign_secret secret = {{0}, {0}};
  char *comment = NULL, *signature = NULL, *path = NULL;
  *out = NULL;
  if (sodium_init() < 0)
    return tlsmend_error_set(error, TLSMEND_E_FAILED, "the library for signatures does not start");
  int code = tlsmend_plan_load(plan_path, &plan, error);
  if (code == TLSMEND_OK)
    code = check_signable(plan, terms->accept_unknown != 0, error);
  if (code == TLSMEND_OK)
    code = make_comment(plan, terms, &comment, error);
  if (code == TLSMEND_OK)
    code = key_open(key, terms->password, &secret, error);
  if (code == TLSMEND_OK)
    code = minisign_sign(&secret, plan->origin->text, plan->origin->size, comment, &signature, error);
  if (code == TLSMEND_OK && terms->signature)
    path = strdup(terms->signature);
  if (code == TLSMEND_OK && !terms->signature)
    code = choose_path(plan_path, &secret, &path, error);
  sodium_memzero(&secret, sizeof secret);
  if (code == TLSMEND_OK && !path)
    code = error_no_memory(error);
  if (code == TLSMEND_OK)
    code = os_file_replace(path, signature, strlen(signature), error);
  if (code == TLSMEND_OK) {
    *out = path;
    path = NULL;
  }
  free(path);
  free(signature);
  free(comment);
  tlsmend_plan_free(plan);
  return code;
}

int session_too_few(const plan_origin *origin, size_t count, size_t needed, const char *by,
                    tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_APPROVAL,
                           "%s has %zu of %zu approval%s%s: `tlsmend approve` makes one", origin->path, count,
                           needed, text_plural(needed), by);
}

int tlsmend_plan_check_approvals(tlsmend_plan *plan, const tlsmend_approval_check *check,
                                 tlsmend_error *error) {
  assert(plan && check);
  size_t count = 0, needed = check->needed ? check->needed : check->key_count;
  if (!plan->origin)
    return tlsmend_error_set(error, TLSMEND_E_USAGE,
                             "only a saved plan can be approved: `plan -o FILE`, then approve FILE");
  if (!check->key_count || needed > check->key_count)
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "%zu approval%s cannot come from %zu key%s", needed,
                             text_plural(needed), check->key_count, text_plural(check->key_count));
  minisign_public *keys = calloc(check->key_count, sizeof *keys);
  int code = keys ? session_read_signatures(plan->origin, check->signatures, check->signature_count, error)
                  : error_no_memory(error);
  for (size_t i = 0; code == TLSMEND_OK && i < check->key_count; i++)
    code = key_read(check->keys[i], &keys[i], error);
  if (code == TLSMEND_OK)
    code = plan_origin_check(plan->origin, keys, check->key_count,
                             check->now ? (int64_t)check->now : os_time(), &count, error);
  free(keys);
  if (code == TLSMEND_OK && count < needed)
    code = session_too_few(plan->origin, count, needed, " by these keys", error);
  return code;
}
