/*
 * Packages, read piece by piece: they may be larger than memory. One in a bundle is read with all of it, so that the bundle is
 * known to be whole.
 */
#include "machine/update/package.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file_path.h"
#include "base/unicode.h"
#include "signing/signature_file.h"
#include "os/os.h"

/* Reads the package BUNDLE|NAME; look.fn gets its bytes. The reader has compared them with the SHA-256 in the signed head. */
static int read_bundled(const char *path, bundle_look look, package_judgement *out, tlsmend_error *error) {
  const trust_store none = {0};
  bundle bundle = {0};
  char *file = strdup(path);
  if (!file)
    return error_no_memory(error);
  look.name = bundle_inner(path);
  look.keys = look.keys ? look.keys : &none;
  file[look.name - path - 1] = 0;
  int code = signature_file_bundle(file, &look, &bundle, error);
  const manifest_file *found = manifest_find(&bundle.files, MANIFEST_PACKAGE, look.name);
  if (code == TLSMEND_OK && !found)
    code = tlsmend_error_set(error, TLSMEND_E_ABSENT, "%s: there is no package %s", file, look.name);
  if (code == TLSMEND_OK && !trust_judge(bundle.signature.id, bundle.key, os_time(), &out->verdict))
    code = error_no_memory(error);
  if (code == TLSMEND_OK) {
    memcpy(out->sha256, found->sha256, sizeof out->sha256);
    out->size = found->size;
  }
  bundle_clear(&bundle);
  free(file);
  return code;
}

typedef struct hashing {
  digest_state state;
  uint64_t deadline;
} hashing;

static int watch_clock(void *data, const void *bytes, size_t size) {
  const hashing *self = data;
  (void)bytes;
  (void)size;
  return os_clock() > self->deadline ? TLSMEND_E_LIMIT : TLSMEND_OK;
}

static int update(void *data, const void *bytes, size_t size) {
  hashing *self = data;
  digest_add(&self->state, bytes, size);
  return watch_clock(data, bytes, size);
}

int package_sha256(const char *path, char out[65], tlsmend_error *error) {
  return package_sha256_until(path, SIZE_MAX, UINT64_MAX, out, error);
}

static int hash_file(const char *path, size_t followed, hashing *hashing, char out[65],
                     tlsmend_error *error) {
  os_nofollow *reached;
  digest_begin(&hashing->state);
  int code = os_nofollow_open(path, followed, &reached, error);
  if (code == TLSMEND_OK)
    code = os_nofollow_stream(reached, update, hashing, error);
  os_nofollow_close(reached);
  if (code == TLSMEND_OK)
    digest_end(&hashing->state, out);
  return code;
}

static int hash_bundled(const char *path, hashing *hashing, char out[65], tlsmend_error *error) {
  package_judgement judgement = {.size = 0};
  int code = read_bundled(path, (bundle_look){.fn = watch_clock, .data = hashing}, &judgement, error);
  if (code == TLSMEND_OK)
    memcpy(out, judgement.sha256, sizeof judgement.sha256);
  trust_verdict_clear(&judgement.verdict);
  return code;
}

int package_sha256_until(const char *path, size_t followed, uint64_t deadline, char out[65],
                         tlsmend_error *error) {
  hashing hashing = {.deadline = deadline};
  *out = 0;
  int code = bundle_inner(path) ? hash_bundled(path, &hashing, out, error)
                                : hash_file(path, followed, &hashing, out, error);
  return code == TLSMEND_E_LIMIT ? tlsmend_error_set(error, code, "%s: reading it takes too long", path)
                                 : code;
}

static int update_minisign(void *data, const void *bytes, size_t size) {
  crypto_generichash_update(data, bytes, size);
  return TLSMEND_OK;
}

int package_minisign_hash(const char *path, unsigned char out[MINISIGN_HASH], tlsmend_error *error) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, NULL, 0, MINISIGN_HASH);
  int code = os_file_stream(path, update_minisign, &state, error);
  if (code == TLSMEND_OK)
    crypto_generichash_final(&state, out, MINISIGN_HASH);
  return code;
}

/* The file is read once, for both of its hashes. */
typedef struct judging {
  digest_state sha256;
  crypto_generichash_state minisign;
  uint64_t size;
} judging;

static int update_both(void *data, const void *bytes, size_t size) {
  judging *self = data;
  digest_add(&self->sha256, bytes, size);
  crypto_generichash_update(&self->minisign, bytes, size);
  self->size += size;
  return TLSMEND_OK;
}

/* A package says in its name alone which update it is: signed as one, it must not pass for another. */
static int check_name(const char *path, const minisign_signature *signature, tlsmend_error *error) {
  size_t length = 0;
  const char *name = manifest_comment_file(signature->trusted, &length);
  const char *leaf = file_path_leaf(path);
  if (!name || unicode_name_equal_n(name, length, leaf))
    return TLSMEND_OK;
  return tlsmend_error_set(
      error, TLSMEND_E_APPROVAL,
      "%s.minisig is the signature of a file named %.*s: give the package that name back", path,
      length < 200 ? (int)length : 200, name);
}

static int judge_signature(const char *path, const minisign_signature *signature, const trust_store *keys,
                           const unsigned char hash[MINISIGN_HASH], trust_verdict *out,
                           tlsmend_error *error) {
  const trust_key *key = trust_find(keys, signature->id);
  manifest none = {0};
  if (key && !minisign_verify_hash(&key->key, signature, hash))
    return signature_file_misfit(path, error);
  int code = check_name(path, signature, error);
  if (code == TLSMEND_OK && !trust_judge(signature->id, key, os_time(), out))
    code = error_no_memory(error);
  if (code == TLSMEND_OK)
    code = manifest_comment_read(signature->trusted, &none, &out->comment, error);
  manifest_clear(&none);
  return code;
}

static int judge_file(const char *path, const trust_store *keys, package_judgement *out,
                      tlsmend_error *error) {
  unsigned char hash[MINISIGN_HASH];
  minisign_signature signature = {0};
  judging judging = {.size = 0};
  bool found = false;
  digest_begin(&judging.sha256);
  crypto_generichash_init(&judging.minisign, NULL, 0, sizeof hash);
  int code = os_file_stream(path, update_both, &judging, error);
  if (code == TLSMEND_OK)
    code = signature_file_read(path, &signature, &found, error);
  digest_end(&judging.sha256, out->sha256);
  crypto_generichash_final(&judging.minisign, hash, sizeof hash);
  out->size = judging.size;
  if (code == TLSMEND_OK && found)
    code = judge_signature(path, &signature, keys, hash, &out->verdict, error);
  minisign_signature_clear(&signature);
  return code;
}

int package_judge(const char *path, const trust_store *keys, package_judgement *out, tlsmend_error *error) {
  *out = (package_judgement){.size = 0};
  int code = bundle_inner(path) ? read_bundled(path, (bundle_look){.keys = keys}, out, error)
                                : judge_file(path, keys, out, error);
  if (code != TLSMEND_OK)
    trust_verdict_clear(&out->verdict);
  return code;
}

bool package_is_name(const char *name) {
  size_t length = strlen(name);
  return length > 4 &&
         (unicode_name_equal(name + length - 4, ".msu") || unicode_name_equal(name + length - 4, ".cab"));
}

typedef struct writing {
  os_log *log;
  digest_state state;
  tlsmend_error *error;
} writing;

static int write_some(void *data, const void *bytes, size_t size) {
  const writing *self = data;
  return os_log_write(self->log, bytes, size, self->error);
}

static int hash_and_write(void *data, const void *bytes, size_t size) {
  writing *self = data;
  digest_add(&self->state, bytes, size);
  return write_some(data, bytes, size);
}

static int copy_bundled(const char *path, writing *self, char out[65]) {
  package_judgement judgement = {.size = 0};
  int code = read_bundled(path, (bundle_look){.fn = write_some, .data = self}, &judgement, self->error);
  memcpy(out, judgement.sha256, sizeof judgement.sha256);
  trust_verdict_clear(&judgement.verdict);
  return code;
}

static int copy_file(const char *path, writing *self, char out[65]) {
  digest_begin(&self->state);
  int code = os_file_stream(path, hash_and_write, self, self->error);
  digest_end(&self->state, out);
  return code;
}

int package_copy(const char *path, const char *to, const char *sha256, tlsmend_error *error) {
  writing self = {.error = error};
  char found[65];
  int code = os_log_open(to, true, &self.log, error);
  if (code != TLSMEND_OK)
    return code;
  code = bundle_inner(path) ? copy_bundled(path, &self, found) : copy_file(path, &self, found);
  if (code == TLSMEND_OK && strcmp(found, sha256) != 0)
    code = tlsmend_error_set(error, TLSMEND_E_REFUSED,
                             "%s is not the approved package: SHA-256 is %s, not %s", path, found, sha256);
  if (code == TLSMEND_OK)
    code = os_log_flush(self.log, error);
  os_log_close(self.log);
  if (code != TLSMEND_OK)
    os_file_remove(to, NULL);
  return code;
}
