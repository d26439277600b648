/*
 * libFuzzer target: any bytes are a bundle, the comment of a runbook's signature, a key of the trust store, or a runbook whose modules
 * are looked for. First byte: 'a' a bundle as it is; 'b' head and files, signed so that what lies behind the signature is tried too;
 * 'c' a comment; 'd' a key; 'e' a runbook. A bundle that comes in pieces is the same as one that comes whole.
 */
#include "fuzz/fuzz.h"

#include <sodium.h>

#include "signing/bundle.h"
#include "base/module_name.h"
#include "script/requires.h"
#include "base/digest.h"
#include "base/text.h"

static minisign_secret secret;
static trust_store store;
static char key_text[64]; /* the public key as a bundle's head names it */

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc;
  (void)argv;
  unsigned char seed[32] = "thirty-two bytes that are no key", public[32];
  tlsmend_error error;
  memcpy(secret.id, "fuzzkey", 8);
  MUST(sodium_init() >= 0 && crypto_sign_seed_keypair(public, secret.key, seed) == 0);
  minisign_public_print(&secret, key_text);
  MUST(trust_add(&store, "fuzz", key_text, strlen(key_text), &error) == TLSMEND_OK);
  return 0;
}

static void judge(const bundle *bundle) {
  for (size_t i = 0; i < bundle->files.count; i++) {
    const manifest_file *file = &bundle->files.files[i];
    char digest[65];
    MUST(manifest_name_good(file->kind, file->name) &&
         manifest_find(&bundle->files, file->kind, file->name) == file);
    if (file->kind == MANIFEST_PACKAGE)
      continue;
    MUST(file->bytes && file->size <= MANIFEST_TEXT_MOST);
    digest_sha256(file->bytes, (size_t)file->size, digest);
    MUST(strcmp(digest, file->sha256) == 0);
  }
}

/* Reads it in pieces that grow; the code. */
static int feed(const char *bytes, size_t size, bundle *out) {
  tlsmend_error error = {0};
  bundle_reader *reader = bundle_reader_new(&store);
  int code = TLSMEND_OK;
  MUST(reader);
  for (size_t at = 0, step = 1; code == TLSMEND_OK && at < size; at += step, step++) {
    if (step > size - at)
      step = size - at;
    char *piece = fuzz_text((const uint8_t *)bytes + at, step);
    code = bundle_feed(reader, piece, step, &error);
    free(piece);
  }
  if (code == TLSMEND_OK)
    code = bundle_end(reader, out, &error);
  fuzz_judge(code, &error);
  bundle_reader_free(reader);
  return code;
}

static void try_bundle(const char *bytes, size_t size) {
  bundle whole = {0}, pieces = {0};
  tlsmend_error error = {0};
  int code = bundle_read(&store, bytes, size, &whole, &error), again = feed(bytes, size, &pieces);
  fuzz_judge(code, &error);
  MUST(code == again);
  if (code == TLSMEND_OK) {
    judge(&whole);
    judge(&pieces);
    MUST(whole.files.count == pieces.files.count);
    bundle_clear(&whole);
    bundle_clear(&pieces);
  }
}

/* Signs what stands up to the line "end"; the line of the key becomes that of the fuzzer. */
static void try_signed(const char *bytes, size_t size) {
  const char *end = strstr(bytes, "\nend\n"), *key = strstr(bytes, "\nkey "),
             *line = key ? strchr(key + 1, '\n') : NULL;
  char *head = NULL, *signature = NULL;
  tlsmend_error error;
  text_builder text = {0};
  if (!end || !line || line > end)
    return;
  text_add(&text, "%.*s\nkey %s%.*s", (int)(key - bytes), bytes, key_text, (int)(end + 5 - line), line);
  MUST(text_finish(&text, &head, &error) == TLSMEND_OK);
  MUST(minisign_sign(&secret, head, strlen(head), "timestamp:1\tcomment:fuzz", &signature, &error) ==
       TLSMEND_OK);
  size_t before = strlen(signature) + strlen(head), rest = size - (size_t)(end + 5 - bytes);
  char *made = malloc(before + rest + 1);
  MUST(made);
  memcpy(made, signature, strlen(signature));
  memcpy(made + strlen(signature), head, strlen(head));
  memcpy(made + before, end + 5, rest);
  try_bundle(made, before + rest);
  free(made);
  free(head);
  free(signature);
}

static void try_comment(const char *text) {
  manifest modules = {0};
  char *comment = NULL;
  tlsmend_error error = {0};
  fuzz_judge(manifest_comment_read(text, &modules, &comment, &error), &error);
  for (size_t i = 0; i < modules.count; i++)
    MUST(modules.files[i].kind == MANIFEST_MODULE && strlen(modules.files[i].sha256) == 64);
  manifest_clear(&modules);
  free(comment);
}

static void try_key(const char *text, size_t size) {
  trust_store keys = {0};
  tlsmend_error error = {0};
  trust_verdict verdict = {0};
  char words[256];
  int code = trust_add(&keys, "key", text, size, &error);
  fuzz_judge(code, &error);
  if (code == TLSMEND_OK) {
    MUST(keys.count == 1 && trust_find(&keys, keys.keys[0].key.id) == &keys.keys[0]);
    MUST(trust_judge(keys.keys[0].key.id, &keys.keys[0], 1800000000, &verdict));
    json_t *json = trust_verdict_to_json(&verdict);
    trust_print(json, words, sizeof words);
    json_decref(json);
    trust_verdict_clear(&verdict);
  }
  trust_clear(&keys);
}

static int on_module(void *data, const char *name) {
  char path[128];
  (void)data;
  MUST(strlen(name) < 1000);
  if (module_name_good(name))
    MUST(module_name_path("x/", name, path, sizeof path) && !strstr(path, "..") && !strchr(path, '\\'));
  return TLSMEND_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  char *text = fuzz_text(data + 1, size - 1);
  switch (data[0] % 5) {
  case 'a' % 5:
    try_bundle(text, size - 1);
    break;
  case 'b' % 5:
    try_signed(text, size - 1);
    break;
  case 'c' % 5:
    try_comment(text);
    break;
  case 'd' % 5:
    try_key(text, size - 1);
    break;
  default:
    requires_each(text, size - 1, on_module, NULL);
    break;
  }
  free(text);
  return 0;
}
