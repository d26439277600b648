/* Hellos and answers as bytes: fixtures of what servers send, round trips of what is built, and every prefix of an answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tls/hello.h"

static const unsigned char chance[TLS_HELLO_CHANCE] = {1, 2, 3};

static size_t build(tls_version version, size_t batch, const char *name, unsigned char *out) {
  return tls_hello_build(&(tls_hello){.version = version, .batch = batch, .name = name, .chance = chance},
                         out);
}

static unsigned number(const unsigned char *at, size_t width) {
  unsigned value = 0;
  while (width-- > 0)
    value = value << 8 | *at++;
  return value;
}

/* Finds an extension of a hello; NULL: not there. Asserts that all lengths close. */
static const unsigned char *extension(const unsigned char *hello, size_t size, unsigned wanted) {
  const unsigned char *found = NULL;
  size_t at = 43 + 1 + (size_t)hello[43];
  at += 2 + number(hello + at, 2);
  at += 1 + (size_t)hello[at];
  if (at == size)
    return NULL;
  assert_int_equal(number(hello + at, 2), size - at - 2);
  for (at += 2; at < size; at += 4 + number(hello + at + 2, 2)) {
    assert_true(at + 4 <= size);
    if (number(hello + at, 2) == wanted)
      found = hello + at + 4;
  }
  assert_int_equal(at, size);
  return found;
}

static void hellos_are_well_formed(void **state) {
  (void)state;
  static const unsigned wire[] = {0, 0x0300, 0x0301, 0x0302, 0x0303, 0x0303};
  for (int version = TLS_SSL3; version < TLS_VERSION_COUNT; version++) {
    for (size_t batch = 0; batch < tls_batch_count((tls_version)version); batch++) {
      unsigned char hello[TLS_HELLO_MOST];
      uint32_t suites[TLS_BATCH_MOST];
      size_t size = build((tls_version)version, batch, "server.example", hello);
      assert_int_equal(hello[0], 22);
      assert_int_equal(number(hello + 1, 2), version == TLS_SSL3 ? 0x0300 : 0x0301);
      assert_int_equal(number(hello + 3, 2), size - 5);
      assert_int_equal(hello[5], 1);
      assert_int_equal(number(hello + 6, 3), size - 9);
      assert_int_equal(number(hello + 9, 2), wire[version]);
      assert_true(size < 256); /* devices drop more than that */
      size_t count = tls_batch_suites((tls_version)version, batch, suites), at = 44 + (size_t)hello[43];
      assert_int_equal(number(hello + at, 2), 2 * (count + (version != TLS_1_3)));
      for (size_t i = 0; i < count; i++)
        assert_int_equal(number(hello + at + 2 + 2 * i, 2), suites[i]);
      assert_true((extension(hello, size, 0) != NULL) == (version != TLS_SSL3));
      const unsigned char *versions = extension(hello, size, 43);
      assert_true((versions != NULL) == (version == TLS_1_3));
      if (versions)
        assert_int_equal(number(versions, 3), 0x020304);
      assert_true((extension(hello, size, 51) != NULL) == (version == TLS_1_3));
      assert_true((extension(hello, size, 13) != NULL) == (version >= TLS_1_2));
    }
  }
}

static void the_oldest_hello_is_well_formed(void **state) {
  (void)state;
  unsigned char hello[TLS_HELLO_MOST];
  size_t size = build(TLS_SSL2, 0, "server.example", hello);
  assert_int_equal(number(hello, 2), 0x8000 | (size - 2));
  assert_int_equal(number(hello + 2, 3), 0x010002);
  assert_int_equal(number(hello + 5, 2) % 3, 0);
  assert_int_equal(11 + number(hello + 5, 2) + 16, size);
}

/* A name as long as it may be fits; a longer one is cut, not overrun. */
static void long_names_fit(void **state) {
  (void)state;
  char name[600];
  unsigned char hello[TLS_HELLO_MOST];
  memset(name, 'n', sizeof name);
  name[sizeof name - 1] = '\0';
  for (int version = 0; version < TLS_VERSION_COUNT; version++)
    for (size_t batch = 0; batch < tls_batch_count((tls_version)version); batch++)
      assert_true(build((tls_version)version, batch, name, hello) < 600);
}

static size_t offer(tls_offer *made, const char *versions, unsigned char out[TLS_OFFER_MOST]) {
  for (int version = 0; version < TLS_VERSION_COUNT; version++)
    made->versions[version] = versions[version] == 'x';
  made->chance = chance;
  return tls_offer_build(made, out);
}

/* What a certain client offers: its suites in its order, and the extensions of the highest of its versions. */
static void offers_are_what_they_say(void **state) {
  (void)state;
  static const struct {
    const char *versions; /* SSL 2.0 to TLS 1.3 */
    unsigned named, list;
  } rows[] = {{"..xx..", 0x0302, 0},
              {".x....", 0x0300, 0},
              {"..xxx.", 0x0303, 0},
              {"....xx", 0x0303, 4},
              {"..x..x", 0x0303, 4}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    unsigned char hello[TLS_OFFER_MOST];
    tls_offer made = {.suites = {0xC02F, 0x2F},
                      .suite_count = 2,
                      .groups = {23, 29},
                      .group_count = 2,
                      .signatures = {0x0401},
                      .signature_count = 1,
                      .name = "server.example"};
    size_t size = offer(&made, rows[i].versions, hello), at = 44 + (size_t)hello[43];
    assert_int_equal(number(hello + 3, 2), size - 5);
    assert_int_equal(number(hello + 6, 3), size - 9);
    assert_int_equal(number(hello + 9, 2), rows[i].named);
    assert_int_equal(number(hello + at, 2), 6);
    assert_int_equal(number(hello + at + 2, 4), 0xC02F002F);
    const unsigned char *versions = extension(hello, size, 43), *share = extension(hello, size, 51);
    assert_true((versions != NULL) == (rows[i].list > 0) && (share != NULL) == (rows[i].list > 0));
    if (versions)
      assert_int_equal(versions[0], rows[i].list);
    if (share)
      assert_int_equal(number(share + 2, 2), 29);
    const unsigned char *groups = extension(hello, size, 10);
    assert_true((groups != NULL) == (rows[i].named != 0x0300));
    if (groups)
      assert_int_equal(number(groups + 2, 4), 0x0017001D);
    assert_true((extension(hello, size, 13) != NULL) == (rows[i].named == 0x0303));
  }
}

/* The most that there is room for fits; without x25519 no share is sent, and the server names a group. */
static void full_offers_fit(void **state) {
  (void)state;
  char name[600];
  unsigned char hello[TLS_OFFER_MOST];
  memset(name, 'n', sizeof name);
  name[sizeof name - 1] = '\0';
  tls_offer made = {.suite_count = TLS_OFFER_SUITES,
                    .group_count = TLS_OFFER_GROUPS,
                    .signature_count = TLS_OFFER_SIGNATURES,
                    .name = name};
  size_t size = offer(&made, "xxxxxx", hello);
  assert_true(size < TLS_OFFER_MOST - 64);
  assert_int_equal(number(extension(hello, size, 51), 2), 0);
}

/* Each suite is in one batch of a version at most, has a name, and no batch is cut off at its limit. */
static void batches_are_small_and_apart(void **state) {
  (void)state;
  for (int version = 0; version < TLS_VERSION_COUNT; version++) {
    static unsigned char seen[0x10000];
    memset(seen, 0, sizeof seen);
    assert_true(tls_batch_count((tls_version)version) >= 1);
    for (size_t batch = 0; batch < tls_batch_count((tls_version)version); batch++) {
      uint32_t suites[TLS_BATCH_MOST];
      size_t count = tls_batch_suites((tls_version)version, batch, suites);
      assert_in_range(count, 1, TLS_BATCH_MOST - 1);
      for (size_t i = 0; i < count; i++) {
        assert_non_null(tls_suite_name(suites[i]));
        assert_int_equal(seen[version == TLS_SSL2 ? suites[i] >> 8 : suites[i]]++, 0);
      }
    }
  }
  assert_null(tls_suite_name(0xFFFF));
  assert_string_equal(tls_suite_name(0x0005), "TLS_RSA_WITH_RC4_128_SHA");
  assert_string_equal(tls_suite_name(0xC02F), "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
}

#define R32                                                                                                  \
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, \
      30, 31, 32
#define RETRY                                                                                                \
  0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2,      \
      0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C

typedef struct fixture {
  const char *what;
  tls_version asked;
  unsigned char bytes[160];
  size_t size;
  tls_answer answer;
} fixture;

static const fixture fixtures[] = {
    {"nothing", TLS_1_2, {0}, 0, {.kind = TLS_ANSWER_PARTIAL}},
    {"ServerHello of TLS 1.2 without extensions",
     TLS_1_2,
     {22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3, R32, 0, 0, 0x2F, 0},
     47,
     {.kind = TLS_ANSWER_HELLO, .version = TLS_1_2, .suite = 0x2F}},
    {"the same, with a certificate behind it in the record",
     TLS_1_2,
     {22, 3, 3, 0, 46, 2, 0, 0, 38, 3, 3, R32, 0, 0, 0x2F, 0, 11, 0, 9, 9},
     51,
     {.kind = TLS_ANSWER_HELLO, .version = TLS_1_2, .suite = 0x2F}},
    {"a hello in two records",
     TLS_1_0,
     {22, 3, 1, 0, 2, 2, 0, 22, 3, 1, 0, 40, 0, 38, 3, 1, R32, 0, 0, 5, 0},
     52,
     {.kind = TLS_ANSWER_HELLO, .version = TLS_1_0, .suite = 5}},
    {"SSL 3.0 to a question for TLS 1.0",
     TLS_1_0,
     {22, 3, 0, 0, 42, 2, 0, 0, 38, 3, 0, R32, 0, 0, 10, 0},
     47,
     {.kind = TLS_ANSWER_HELLO, .version = TLS_SSL3, .suite = 10}},
    {"TLS 1.3 is told by an extension",
     TLS_1_3,
     {22, 3, 3, 0, 50, 2, 0, 0, 46, 3, 3, R32, 0, 0x13, 1, 0, 0, 6, 0, 43, 0, 2, 3, 4},
     55,
     {.kind = TLS_ANSWER_HELLO, .version = TLS_1_3, .suite = 0x1301}},
    {"HelloRetryRequest",
     TLS_1_3,
     {22, 3, 3, 0, 50, 2, 0, 0, 46, 3, 3, RETRY, 0, 0x13, 2, 0, 0, 6, 0, 43, 0, 2, 3, 4},
     55,
     {.kind = TLS_ANSWER_HELLO, .version = TLS_1_3, .suite = 0x1302, .retry = true}},
    {"HelloRetryRequest that asks for P-384",
     TLS_1_3,
     {22, 3, 3, 0, 56, 2, 0, 0, 52, 3, 3, RETRY, 0, 0x13, 2, 0, 0, 12, 0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 24},
     61,
     {.kind = TLS_ANSWER_HELLO, .version = TLS_1_3, .suite = 0x1302, .retry = true, .group = 24}},
    {"alert protocol_version", TLS_1_0, {21, 3, 1, 0, 2, 2, 70}, 7, {.kind = TLS_ANSWER_ALERT, .alert = 70}},
    {"a warning, then silence", TLS_1_0, {21, 3, 1, 0, 2, 1, 112}, 7, {.kind = TLS_ANSWER_PARTIAL}},
    {"a warning, then an alert",
     TLS_1_0,
     {21, 3, 1, 0, 2, 1, 112, 21, 3, 1, 0, 2, 2, 40},
     14,
     {.kind = TLS_ANSWER_ALERT, .alert = 40}},
    {"close_notify is an end", TLS_1_0, {21, 3, 1, 0, 2, 1, 0}, 7, {.kind = TLS_ANSWER_ALERT, .alert = 0}},
    {"SSL 2.0",
     TLS_SSL2,
     {0x80, 16, 4, 0, 1, 0, 2, 0, 2, 0, 3, 0, 0, 0xAA, 0xBB, 1, 0, 0x80},
     18,
     {.kind = TLS_ANSWER_HELLO, .version = TLS_SSL2, .suite = 0x010080}},
    {"SSL 2.0 without a cipher",
     TLS_SSL2,
     {0x80, 11, 4, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0},
     13,
     {.kind = TLS_ANSWER_ALERT, .alert = TLS_ALERT_NO_CIPHER}},
    {"error 1 of SSL 2.0",
     TLS_SSL2,
     {0x80, 3, 0, 0, 1},
     5,
     {.kind = TLS_ANSWER_ALERT, .alert = TLS_ALERT_NO_CIPHER}},
    {"an alert to a question for SSL 2.0",
     TLS_SSL2,
     {21, 3, 1, 0, 2, 2, 70},
     7,
     {.kind = TLS_ANSWER_ALERT, .alert = 70}},
    {"HTTP", TLS_1_2, "HTTP/1.1 400 Bad\r\n", 18, {.kind = TLS_ANSWER_PLAIN, .plain = "HTTP/1.1 400 Bad"}},
    {"half a line may go on", TLS_1_2, "HTTP/1.1 400", 12, {.kind = TLS_ANSWER_PARTIAL}},
    {"a record of no length",
     TLS_1_2,
     {22, 3, 3, 0, 0, '\n'},
     6,
     {.kind = TLS_ANSWER_PLAIN, .plain = "?????"}},
    {"another message than a hello",
     TLS_1_2,
     {22, 3, 3, 0, 4, 14, 0, 0, 0, '\n'},
     10,
     {.kind = TLS_ANSWER_PLAIN, .plain = "?????????"}},
    {"an unknown version",
     TLS_1_2,
     {22, 3, 3, 0, 42, 2, 0, 0, 38, 4, 3, R32, 0, 0, 0x2F, 0},
     47,
     {.kind = TLS_ANSWER_PLAIN, .plain = "????*?"}},
    {"extensions beyond the message",
     TLS_1_2,
     {22, 3, 3, 0, 44, 2, 0, 0, 40, 3, 3, R32, 0, 0, 0x2F, 0, 0, 9, '\n'},
     50,
     {.kind = TLS_ANSWER_PLAIN, .plain = "????,?"}},
};

static void same(const char *what, const tls_answer *got, const tls_answer *wanted) {
  if (got->kind != wanted->kind || got->version != wanted->version || got->suite != wanted->suite ||
      got->retry != wanted->retry || got->group != wanted->group || got->alert != wanted->alert ||
      strncmp(got->plain, wanted->plain, strlen(wanted->plain)) != 0)
    fail_msg("%s: kind %d version %d suite 0x%x alert %u plain '%s'", what, (int)got->kind, (int)got->version,
             (unsigned)got->suite, got->alert, got->plain);
}

static void answers_are_understood(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof fixtures / sizeof fixtures[0]; i++) {
    tls_answer answer;
    tls_answer_read(fixtures[i].asked, fixtures[i].bytes, fixtures[i].size, &answer);
    same(fixtures[i].what, &answer, &fixtures[i].answer);
  }
}

/* Less of an answer is either not enough or the same answer; at the end, bytes without an answer are no TLS. */
static void prefixes_do_not_contradict(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof fixtures / sizeof fixtures[0]; i++) {
    for (size_t size = 0; size < fixtures[i].size; size++) {
      tls_answer answer;
      tls_answer_read(fixtures[i].asked, fixtures[i].bytes, size, &answer);
      if (answer.kind != TLS_ANSWER_PARTIAL)
        same(fixtures[i].what, &answer, &fixtures[i].answer);
      tls_answer_end(fixtures[i].bytes, size, &answer);
      assert_true((answer.kind == TLS_ANSWER_PARTIAL) == (size == 0));
    }
  }
}

static void only_some_alerts_refuse(void **state) {
  (void)state;
  unsigned count = 0;
  for (unsigned alert = 0; alert < 0x200; alert++) {
    count += tls_alert_refuses(alert);
    assert_true(!tls_alert_refuses(alert) || tls_alert_name(alert));
  }
  assert_int_equal(count, 4);
  assert_true(tls_alert_refuses(40) && tls_alert_refuses(70) && tls_alert_refuses(71));
  assert_string_equal(tls_alert_name(70), "protocol_version");
  assert_null(tls_alert_name(255));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hellos_are_well_formed),  cmocka_unit_test(the_oldest_hello_is_well_formed),
      cmocka_unit_test(long_names_fit),          cmocka_unit_test(batches_are_small_and_apart),
      cmocka_unit_test(answers_are_understood),  cmocka_unit_test(prefixes_do_not_contradict),
      cmocka_unit_test(only_some_alerts_refuse), cmocka_unit_test(offers_are_what_they_say),
      cmocka_unit_test(full_offers_fit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
