/*
 * Packages by who has signed them: every changed byte is noticed, and so is another name; what the guard lets pass are the bytes
 * that it has judged.
 */
#include "unit/key.h"

#include "base/digest.h"
#include "os/os.h"
#include "signing/bundle.h"
#include "signing/manifest.h"
#include "machine/guard.h"
#include "machine/update/package.h"

static trust_store store_of(const minisign_secret *key) {
  trust_store store = {0};
  char base64[64];
  minisign_public_print(key, base64);
  MUST(trust_add(&store, "acme", base64, strlen(base64), &error));
  return store;
}

static const char msu[] = "windows6.1-kb3140245-x64.msu",
                  msu_signature[] = "windows6.1-kb3140245-x64.msu.minisig";

static void write_package(const minisign_secret *key, const char *bytes, size_t size) {
  char *signature = NULL;
  file_write(msu, bytes, size);
  MUST(minisign_sign(key, bytes, size, "timestamp:1\tfile:Windows6.1-KB3140245-x64.msu\thashed", &signature,
                     &error));
  file_text(msu_signature, signature);
  free(signature);
}

static int judge_package(const char *name, const trust_store *store, trust_state *state) {
  tlsmend_error error = {0, ""};
  package_judgement judgement;
  char *path = engine_path(name);
  int code = package_judge(path, store, &judgement, &error);
  *state = judgement.verdict.state;
  if (code == TLSMEND_OK)
    trust_verdict_clear(&judgement.verdict);
  free(path);
  return code;
}

/* A package of some pieces, as it is read. */
static void test_package(void **unused) {
  (void)unused;
  enum { SIZE = 200000 };
  minisign_secret key = new_key(), impostor = new_key();
  trust_store store = store_of(&key), none = {0};
  trust_state state;
  static char bytes[SIZE];
  memcpy(impostor.id, key.id, sizeof key.id);
  randombytes_buf(bytes, sizeof bytes);
  file_write(msu, bytes, SIZE);
  assert_int_equal(judge_package(msu, &store, &state), TLSMEND_OK);
  assert_int_equal(state, TRUST_UNSIGNED);
  write_package(&impostor, bytes, SIZE);
  assert_int_equal(judge_package(msu, &store, &state), TLSMEND_E_APPROVAL);
  write_package(&key, bytes, SIZE);
  assert_int_equal(judge_package(msu, &none, &state), TLSMEND_OK);
  assert_int_equal(state, TRUST_UNKNOWN);
  for (size_t i = 0; i < SIZE; i += 1 + i / 8) {
    bytes[i] = (char)(bytes[i] ^ (1 << (i % 8)));
    file_write(msu, bytes, SIZE);
    assert_int_equal(judge_package(msu, &store, &state), TLSMEND_E_APPROVAL);
    bytes[i] = (char)(bytes[i] ^ (1 << (i % 8)));
  }
  file_write(msu, bytes, SIZE - 1);
  assert_int_equal(judge_package(msu, &store, &state), TLSMEND_E_APPROVAL);
  file_write(msu, bytes, SIZE);
  size_t size = 0;
  char *signature = file_read(msu_signature, &size);
  for (size_t i = 0; i < size; i++) {
    signature[i] = (char)(signature[i] ^ (1 << (i % 8)));
    file_write(msu_signature, signature, size);
    int code = judge_package(msu, &store, &state);
    if (code == TLSMEND_OK ? state != TRUST_UNKNOWN : code != TLSMEND_E_APPROVAL)
      fail_msg("byte %zu of the signature: code %d, state %d", i, code, (int)state);
    signature[i] = (char)(signature[i] ^ (1 << (i % 8)));
  }
  file_write(msu_signature, signature, size);
  assert_int_equal(judge_package(msu, &store, &state), TLSMEND_OK);
  assert_int_equal(state, TRUST_TRUSTED);
  file_write("b.msu", bytes, SIZE);
  file_write("b.msu.minisig", signature, size);
  assert_int_equal(judge_package("b.msu", &store, &state), TLSMEND_E_APPROVAL);
  free(signature);
  trust_clear(&store);
}

static int lend_store(void *data, trust_store *out, tlsmend_error *error) {
  const minisign_secret *key = data;
  char base64[64];
  minisign_public_print(key, base64);
  return trust_add(out, "acme", base64, strlen(base64), error);
}

/* The digest that goes into the plan is that of the bytes whose signature was judged: the file is exchanged between the two. */
static void test_package_digest(void **unused) {
  (void)unused;
  static const char *const updates[] = {"KB3140245"}, *const signers[] = {"signer:acme"};
  guard_needs needs = {.runbook = "r", .updates = updates, .update_count = 1};
  minisign_secret key = new_key();
  guard_trust trust = {lend_store, &key};
  tlsmend_machine *machine = sim_of_text(windows7), *guard = NULL;
  tlsmend_error error = {0, ""};
  char digest[65], *path = engine_path(msu);
  tlsmend_update update = {.kb = "KB3140245", .file = path, .sha256 = digest};
  needs.packages = signers, needs.package_count = 1;
  MUST(guard_open(machine, &needs, &trust, &guard, &error));
  write_package(&key, "one", 3);
  digest_sha256("one", 3, digest);
  assert_int_equal(propose_update(guard, &update, NULL, &error), TLSMEND_OK);
  write_package(&key, "two", 3);
  assert_int_equal(propose_update(guard, &update, NULL, &error), TLSMEND_E_REFUSED);
  assert_non_null(strstr(error.text, "has changed while it was read"));
  machine_close(guard);
  MUST(guard_open(machine, &needs, NULL, &guard, &error));
  digest_sha256("two", 3, digest);
  assert_int_equal(propose_update(guard, &update, NULL, &error), TLSMEND_E_REFUSED);
  machine_close(guard);
  machine_close(machine);
  free(path);
}

static void check_copy(const char *from, const char *bytes, size_t size) {
  tlsmend_error error = {0, ""};
  char digest[65], other[65], *path = engine_path(from), *to = engine_path("copy.msu");
  digest_sha256(bytes, size, digest);
  memset(other, '0', 64), other[64] = 0;
  assert_int_equal(package_copy(path, to, other, &error), TLSMEND_E_REFUSED);
  assert_false(os_name_taken(to));
  MUST(package_copy(path, to, digest, &error));
  size_t found = 0;
  char *copy = file_read("copy.msu", &found);
  assert_int_equal(found, size);
  assert_memory_equal(copy, bytes, size);
  assert_int_equal(package_copy(path, to, digest, &error), TLSMEND_E_BUSY); /* what is there is not written */
  MUST(os_file_remove(to, &error));
  free(copy);
  free(path);
  free(to);
}

/* A copy is what was hashed, or there is none: of a file, and out of a bundle, of which no byte may be another. */
static void test_copy(void **unused) {
  (void)unused;
  enum { SIZE = 2500000 };
  static char bytes[SIZE];
  minisign_secret key = new_key();
  tlsmend_error error = {0, ""};
  manifest files = {0};
  manifest_file text = {.kind = MANIFEST_RUNBOOK, .name = (char *)(uintptr_t) "r.lua"},
                package = {.kind = MANIFEST_PACKAGE, .name = (char *)(uintptr_t)msu, .size = SIZE};
  char *head = NULL, digest[65], *to = engine_path("copy.msu");
  randombytes_buf(bytes, sizeof bytes);
  digest_sha256("", 0, text.sha256);
  digest_sha256(bytes, SIZE, package.sha256);
  strcpy(digest, package.sha256);
  MUST(manifest_add(&files, &text, &error));
  MUST(manifest_add(&files, &package, &error));
  MUST(bundle_print(&files, &key, "timestamp:1", &head, &error));
  size_t length = strlen(head);
  char *bundle = malloc(length + SIZE), *path = engine_path("b.tlsmend|windows6.1-kb3140245-x64.msu");
  assert_non_null(bundle);
  memcpy(bundle, head, length);
  memcpy(bundle + length, bytes, SIZE);
  file_write("b.tlsmend", bundle, length + SIZE);
  file_write("a.msu", bytes, SIZE);
  check_copy("a.msu", bytes, SIZE);
  check_copy("b.tlsmend|windows6.1-kb3140245-x64.msu", bytes, SIZE);
  for (size_t i = 0; i < SIZE; i += 1 + i / 4) {
    bundle[length + i] = (char)(bundle[length + i] ^ (1 << (i % 8)));
    file_write("b.tlsmend", bundle, length + SIZE);
    assert_int_equal(package_copy(path, to, digest, &error), TLSMEND_E_APPROVAL);
    assert_false(os_name_taken(to));
    bundle[length + i] = (char)(bundle[length + i] ^ (1 << (i % 8)));
  }
  manifest_clear(&files);
  free(bundle);
  free(path);
  free(head);
  free(to);
}

int main(void) {
  const struct CMUnitTest tests[] = {ENGINE_TEST(test_package), ENGINE_TEST(test_package_digest),
                                     ENGINE_TEST(test_copy)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
