/* Approvals: every flipped bit of plan and signature is refused, the terms are read as written, the count is of distinct keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/origin.h"
#include "os/os.h"
#include "unit/random.h"

#define KEYS TLSMEND_SOURCE "/tests/cli/keys/"

static const char plan[] =
    "{\n  \"schema\": \"tlsmend-plan/1\",\n  \"why\": \"as short as bytes may be, signed as they are\"\n}\n";
enum { NOW = 1700000000 };

static char *read_text(const char *path, size_t *size) {
  char *text = NULL;
  tlsmend_error error;
  if (os_file_read(path, 1 << 20, &text, size, &error) != TLSMEND_OK)
    fail_msg("%s", error.text);
  return text;
}

static minisign_public public_key(const char *path) {
  size_t size = 0;
  minisign_public key;
  tlsmend_error error;
  char *text = read_text(path, &size);
  assert_int_equal(minisign_public_parse(text, size, &key, &error), TLSMEND_OK);
  free(text);
  return key;
}

static minisign_secret secret_key(void) {
  size_t size = 0;
  minisign_secret key;
  tlsmend_error error;
  char *text = read_text(KEYS "ann.key", &size);
  assert_int_equal(minisign_secret_open(text, size, NULL, &key, &error), TLSMEND_OK);
  free(text);
  return key;
}

static char *sign(const char *comment) {
  minisign_secret key = secret_key();
  tlsmend_error error;
  char *out = NULL;
  assert_int_equal(minisign_sign(&key, plan, strlen(plan), comment, &out, &error), TLSMEND_OK);
  return out;
}

/* How many of the keys have signed; -1 if it is refused. */
static int count_of(const char *text, size_t size, const char *signature, size_t signature_size,
                    const minisign_public *keys, size_t key_count) {
  tlsmend_error error;
  size_t count = 0;
  char *copy = malloc(size + 1);
  memcpy(copy, text, size);
  plan_origin *origin = plan_origin_new("p.plan", copy, size);
  int code = plan_origin_sign(origin, "p.plan.minisig", signature, signature_size, &error);
  if (code == TLSMEND_OK)
    code = plan_origin_check(origin, keys, key_count, NOW, &count, &error);
  if (code != TLSMEND_OK)
    assert_null(strchr(error.text, '\n'));
  plan_origin_free(origin);
  return code == TLSMEND_OK ? (int)count : -1;
}

static int count_signature(const char *signature) {
  minisign_public key = public_key(KEYS "ann.pub");
  return count_of(plan, strlen(plan), signature, strlen(signature), &key, 1);
}

static void test_every_bit(void **state) {
  (void)state;
  minisign_public key = public_key(KEYS "ann.pub");
  char *signature = sign("timestamp:1699990000\tapprover:Ann\texpires:2030-01-01");
  size_t size = strlen(signature);
  assert_int_equal(count_of(plan, strlen(plan), signature, size, &key, 1), 1);
  for (size_t bit = 0; bit < 8 * size; bit++) {
    signature[bit / 8] ^= (char)(1 << bit % 8);
    if (count_of(plan, strlen(plan), signature, size, &key, 1) > 0)
      fail_msg("bit %zu of the signature (byte %zu) does not count", bit, bit / 8);
    signature[bit / 8] ^= (char)(1 << bit % 8);
  }
  char text[sizeof plan];
  memcpy(text, plan, sizeof plan);
  for (size_t bit = 0; bit < 8 * strlen(plan); bit++) {
    text[bit / 8] ^= (char)(1 << bit % 8);
    if (count_of(text, strlen(plan), signature, size, &key, 1) > 0)
      fail_msg("bit %zu of the plan does not count", bit);
    text[bit / 8] ^= (char)(1 << bit % 8);
  }
  for (size_t cut = 0; cut < size; cut++)
    assert_true(count_of(plan, strlen(plan), signature, cut, &key, 1) <= 0);
  assert_true(count_of(plan, strlen(plan) - 1, signature, size, &key, 1) <= 0);
  free(signature);
}

static void test_terms(void **state) {
  (void)state;
  static const struct {
    const char *comment;
    int count;
  } rows[] = {
      {"anything", 1},
      {"timestamp:1699990000\tfile:p.plan\thashed", 1},
      {"expires:2023-11-14", 1},            /* the day of NOW, to its end */
      {"expires:2023-11-13", -1},           /* the day before */
      {"expires:2023-11-14T22:13:20Z", 1},  /* NOW itself */
      {"expires:2023-11-14T22:13:19Z", -1}, /* a second before */
      {"expires:2023-02-29", -1},           /* no such day */
      {"expires:2024-02-29", 1},
      {"expires:soon", -1},
      {"expires:", -1},
      {"expires:14d", -1}, /* from when? */
      {"expires:2030-01-01\texpires:2020-01-01", -1},
      {"approver:Ann expires:2020-01-01", -1}, /* blanks instead of tabs: not overlooked */
      {"Expires:2020-01-01", -1},
      {"expiry:2030-01-01", -1},
      {"approver:Ann\tapprover:Bob", -1},
      {"timestamp:1700080000", 1}, /* clocks differ */
      {"timestamp:176376996376999999999", -1},
      {"timestamp:0", -1},
      {"timestamp:", -1},
      {"timestamp:-1", -1},
      {"timestamp:+1", -1},
      {"timestamp: 1699990000", -1},
      {"timestamp:1699990000 ", -1},
      {"timestamp:0x10", -1},
      {"timestamp:253402300800", -1}, /* the year 10000 */
      {"timestamp:1699990000\ttimestamp:1699990000", -1},
      {"timestamp:1700090000", -1},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char *signature = sign(rows[i].comment);
    if (count_signature(signature) != rows[i].count)
      fail_msg("'%s' counts %d, not %d", rows[i].comment, count_signature(signature), rows[i].count);
    free(signature);
  }
}

/* Dates to seconds and back, over four centuries and a bit. */
static void test_dates(void **state) {
  (void)state;
  for (int64_t day = 0; day < 160000; day += 7) {
    char *comment = NULL;
    tlsmend_error error;
    approval wanted = {.signed_at = NOW, .expires = day * 86400 + (int64_t)random_below(86400) + 1}, got;
    assert_int_equal(approval_comment(&wanted, "p.plan", &comment, &error), TLSMEND_OK);
    assert_int_equal(approval_read(comment, &got, &error), TLSMEND_OK);
    if (got.expires != wanted.expires)
      fail_msg("%lld becomes %lld (%s)", (long long)wanted.expires, (long long)got.expires, comment);
    approval_clear(&got);
    free(comment);
  }
}

static void test_distinct_keys(void **state) {
  (void)state;
  minisign_public keys[] = {public_key(KEYS "ann.pub"), public_key(KEYS "bob.pub"),
                            public_key(KEYS "ann.pub")};
  char *signature = sign("approver:Ann");
  assert_int_equal(count_of(plan, strlen(plan), signature, strlen(signature), keys, 3), 1);
  assert_int_equal(count_of(plan, strlen(plan), signature, strlen(signature), keys + 1, 1), 0);
  free(signature);
}

/* Bytes that are no key and no signature, whole ones cut and mixed: an answer, never a crash. */
static void test_garbage(void **state) {
  (void)state;
  size_t size = 0;
  char *key = read_text(KEYS "ann.key", &size), *signature = sign("approver:Ann"), bytes[512];
  for (int round = 0; round < 20000; round++) {
    minisign_secret secret;
    minisign_public public;
    minisign_signature parsed;
    const char *from = round % 2 ? key : signature;
    size_t length = random_below(sizeof bytes < strlen(from) ? sizeof bytes : strlen(from) + 1);
    memcpy(bytes, from, length);
    for (size_t i = 0; length && i < random_below(4); i++)
      bytes[random_below(length)] = (char)random_next();
    if (minisign_secret_open(bytes, length, NULL, &secret, NULL) == TLSMEND_OK)
      assert_true(length + 2 > size);
    minisign_public_parse(bytes, length, &public, NULL);
    if (minisign_signature_parse(bytes, length, &parsed, NULL) == TLSMEND_OK)
      minisign_signature_clear(&parsed);
  }
  free(signature);
  free(key);
}

/* What stands for a signature but is not, byte for byte, what minisign writes. */
static char *respelled(const char *signature, unsigned way) {
  static const char *const ends[] = {"\r\n", "\n\n", "\r", " \n", "\t\n"};
  static const char *const first[] = {"untrusted comment: signature from tlsmend",
                                      "untrusted comment: signature from rsign secret key",
                                      "untrusted comment: signature from minisign secret key ",
                                      "untrusted comment: approved by the board",
                                      "untrusted comment: ",
                                      "Untrusted comment: signature from minisign secret key",
                                      "\xEF\xBB\xBFuntrusted comment: signature from minisign secret key",
                                      " untrusted comment: signature from minisign secret key",
                                      ""};
  char *out = calloc(1, 2 * strlen(signature) + 200), *to = out;
  unsigned line = 0;
  for (const char *at = signature; *at; at++) {
    if (way >= 20 && at == signature && way - 20 < sizeof first / sizeof *first) {
      to += sprintf(to, "%s", first[way - 20]);
      at = strchr(at, '\n');
    }
    if (*at == '\n' && way < 20 && line++ == way % 4)
      to += sprintf(to, "%s", ends[way / 4]);
    else
      *to++ = *at;
  }
  return out;
}

static void test_one_spelling(void **state) {
  (void)state;
  char *signature = sign("approver:Ann");
  for (unsigned way = 0; way < 29; way++) {
    char *other = respelled(signature, way);
    if (count_signature(other) != -1)
      fail_msg("way %u counts: %s", way, other);
    free(other);
  }
  free(signature);
}

/* Over the file itself, as minisign signed before 0.10: with the right key it still does not count. */
static void test_old_kind(void **state) {
  (void)state;
  minisign_secret key = secret_key();
  unsigned char bytes[74] = "Ed", global[64], message[64 + 12];
  char line[120], second[120], text[600];
  memcpy(bytes + 2, key.id, 8);
  crypto_sign_detached(bytes + 10, NULL, (const unsigned char *)plan, strlen(plan), key.key);
  memcpy(message, bytes + 10, 64);
  memcpy(message + 64, "approver:Ann", 12);
  crypto_sign_detached(global, NULL, message, sizeof message, key.key);
  sodium_bin2base64(line, sizeof line, bytes, sizeof bytes, sodium_base64_VARIANT_ORIGINAL);
  sodium_bin2base64(second, sizeof second, global, sizeof global, sodium_base64_VARIANT_ORIGINAL);
  snprintf(text, sizeof text,
           "untrusted comment: signature from minisign secret key\n%s\ntrusted comment: approver:Ann\n%s\n",
           line, second);
  assert_int_equal(count_signature(text), -1);
  minisign_signature parsed;
  tlsmend_error error;
  assert_int_equal(minisign_signature_parse(text, strlen(text), &parsed, &error), TLSMEND_E_APPROVAL);
  assert_non_null(strstr(error.text, "without -l"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_bit), cmocka_unit_test(test_terms),
      cmocka_unit_test(test_dates),     cmocka_unit_test(test_distinct_keys),
      cmocka_unit_test(test_garbage),   cmocka_unit_test(test_one_spelling),
      cmocka_unit_test(test_old_kind),
  };
  return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
