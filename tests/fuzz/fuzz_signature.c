/*
 * libFuzzer target: any bytes are a public key, a secret key, a signature or the comment of an approval; and a good signature with any
 * edits never holds again. First byte: which of them.
 */
#include "fuzz/fuzz.h"

#include <sodium.h>

#include "base/calendar.h"
#include "signing/approval.h"
#include "signing/manifest.h"
#include "signing/minisign.h"

static const char signed_text[] = "what was looked at";
static minisign_secret secret;
static minisign_public public;
static char *good;

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc;
  (void)argv;
  unsigned char seed[32] = "thirty-two bytes that are no key";
  tlsmend_error error;
  memcpy(secret.id, "fuzzkey", 8);
  memcpy(public.id, "fuzzkey", 8);
  MUST(sodium_init() >= 0 && crypto_sign_seed_keypair(public.key, secret.key, seed) == 0);
  MUST(minisign_sign(&secret, signed_text, sizeof signed_text,
                     "approver:Ann\tticket:CHG1\texpires:2030-01-01", &good, &error) == TLSMEND_OK);
  return 0;
}

static void try_keys(const char *text, size_t size) {
  minisign_public key;
  minisign_secret hidden;
  tlsmend_error error = {0};
  char id[17];
  int code = minisign_public_parse(text, size, &key, &error);
  fuzz_judge(code, &error);
  if (code == TLSMEND_OK) {
    minisign_id_print(key.id, id);
    MUST(strlen(id) == 16);
  }
  error = (tlsmend_error){0};
  code = minisign_secret_open(text, size, NULL, &hidden, &error);
  fuzz_judge(code, &error);
  sodium_memzero(&hidden, sizeof hidden);
}

static void try_comment(const char *text) {
  approval approval = {0};
  tlsmend_error error = {0};
  char *comment = NULL;
  int code = approval_read(text, &approval, &error);
  fuzz_judge(code, &error);
  if (code == TLSMEND_OK) {
    json_decref(approval_to_json(&approval));
    code = approval_comment(&approval, "x.plan", &comment, &error);
    fuzz_judge(code, &error);
  }
  free(comment);
  approval_clear(&approval);
  size_t length = 0;
  const char *file = manifest_comment_file(text, &length);
  MUST(!file || (file >= text + 5 && file + length <= text + strlen(text) && !memchr(file, '\t', length)));
  int64_t time;
  if (calendar_parse(text, 1800000000, &time))
    MUST(time > 0);
}

/* Whether the signature holds. */
static bool try_signature(const char *text, size_t size) {
  minisign_signature signature = {0};
  tlsmend_error error = {0};
  int code = minisign_signature_parse(text, size, &signature, &error);
  fuzz_judge(code, &error);
  bool holds = code == TLSMEND_OK && minisign_verify(&public, &signature, signed_text, sizeof signed_text);
  if (code == TLSMEND_OK)
    try_comment(signature.trusted);
  minisign_signature_clear(&signature);
  return holds;
}

/* Edits of three bytes: place, kind, byte. */
static void try_edits(const uint8_t *edits, size_t count) {
  char text[1024];
  size_t size = strlen(good);
  memcpy(text, good, size);
  for (; count >= 3 && size > 1 && size < sizeof text; edits += 3, count -= 3) {
    size_t place = (size_t)(edits[0] | (edits[1] & 0x80) << 1) % size;
    if (edits[1] % 4 == 0) {
      memmove(text + place, text + place + 1, --size - place);
    } else if (edits[1] % 4 == 1) {
      memmove(text + place + 1, text + place, size++ - place);
      text[place] = (char)edits[2];
    } else {
      text[place] = (char)edits[2];
    }
  }
  bool holds = size < sizeof text && try_signature(text, size);
  MUST(!holds || (size == strlen(good) && memcmp(text, good, size) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  char *text = fuzz_text(data + 1, size - 1);
  switch (data[0] % 4) {
  case 0:
    try_keys(text, size - 1);
    break;
  case 1:
    try_signature(text, size - 1);
    break;
  case 2:
    try_comment(text);
    break;
  default:
    try_edits(data + 1, size - 1);
    break;
  }
  free(text);
  return 0;
}
