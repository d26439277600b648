/* A site's policy, and the keys of its trust store: what is not understood wholly refuses, whatever it speaks of. */
#include "unit/engine.h"

#include <sodium.h>
#if !defined(_WIN32)
#include <sys/stat.h>
#include <unistd.h>
#endif

#include "session/policy/approval_policy.h"
#include "signing/trust.h"

#define A                "RWRLcs/IJNBCDDcaFOB4wt8Kdv6jRHIeeLn0AoyOyApf6OGDRTiBLb4A"
#define B                "RWRjWT/DEp07POToFNkJqW/tQCx4fCjPhWtl94xuOARi0kJLnGcfyRMA"
#define SCHEMA           "\"schema\": \"tlsmend-policy/1\", "
#define OF(machines)     "{" SCHEMA "\"approvals\": 1, \"keys\": [\"" A "\"], \"machines\": " machines "}"
#define COUNT(approvals) "{" SCHEMA "\"approvals\": " approvals ", \"keys\": [\"" A "\"]}"
#define KEYS(keys)       "{" SCHEMA "\"approvals\": 1, \"keys\": " keys "}"

/* How many approvals a session on `spec` needs by the policy in the folder; -1: it refuses. */
static int needed(const char *spec, const char *folder) {
  const char *rest;
  const backend *row = backend_find(spec, &rest);
  tlsmend_session session = {.backend = row ? row : backend_foreign(), .spec = (char *)spec};
  policy policy;
  tlsmend_error error = {0, ""};
  int code = policy_read(&session, folder, &policy, &error), count = (int)policy.needed;
  if (code != TLSMEND_OK) {
    assert_int_equal(code, TLSMEND_E_APPROVAL);
    assert_int_equal(tlsmend_error_exit(code), 3);
    assert_true(*error.text && !strchr(error.text, '\n') && strstr(error.text, "policy.json"));
    count = -1;
  }
  policy_clear(&policy);
  return count;
}

static int needed_by(const char *spec, const char *bytes, size_t size) {
  char *folder = NULL;
  MUST(os_dir_temporary(&folder, &error));
  char *path = os_path_join(folder, "policy.json");
  MUST(os_file_replace(path, bytes, size, &error));
  int count = needed(spec, folder);
  MUST(os_file_remove(path, &error));
  MUST(os_dir_remove(folder, &error));
  free(path);
  free(folder);
  return count;
}

static void test_understood(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int live, sim, own;
  } rows[] = {
      {COUNT("1"), 1, 0, 1},
      {OF("[\"live\"]"), 1, 0, 0},
      {OF("[\"sim\"]"), 0, 1, 0},
      {OF("[\"live\", \"sim\"]"), 1, 1, 0},
      {OF("[\"sim\", \"live\", \"sim\"]"), 1, 1, 0},
      {OF("[\"appliance\"]"), -1, -1, 1}, /* a kind of an embedding program: known where it is opened */
      {" \r\n" COUNT("1") "\n\n", 1, 0, 1},
      {"{" SCHEMA "\"approvals\": 2, \"keys\": [\"" A "\", \"" B "\"], \"expiry\": true}", 2, 0, 2},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    size_t size = strlen(rows[i].text);
    if (needed_by("live", rows[i].text, size) != rows[i].live ||
        needed_by("sim:/x.reg", rows[i].text, size) != rows[i].sim ||
        needed_by("appliance:4711", rows[i].text, size) != rows[i].own)
      fail_msg("%s demands %d, %d and %d", rows[i].text, needed_by("live", rows[i].text, size),
               needed_by("sim:/x.reg", rows[i].text, size), needed_by("appliance:4711", rows[i].text, size));
  }
}

/* On every machine, also on those that it would not speak of. */
static void test_refused(void **state) {
  (void)state;
  static const char *const rows[] = {
      "", " ", "\n", "null", "true", "1", "[]", "{}", "\"policy\"", "{", COUNT("1") "x", COUNT("1") "{}",
      COUNT("1") COUNT("1"), "\xEF\xBB\xBF" COUNT("1"), "// ours\n" COUNT("1"), "{" SCHEMA "}",
      "{\"approvals\": 1, \"keys\": [\"" A "\"]}",
      "{\"schema\": \"tlsmend-policy/2\", \"approvals\": 1, \"keys\": [\"" A "\"]}",
      "{\"schema\": \"TLSMEND-policy/1\", \"approvals\": 1, \"keys\": [\"" A "\"]}",
      "{\"schema\": \"tlsmend-policy/1 \", \"approvals\": 1, \"keys\": [\"" A "\"]}",
      "{\"schema\": 1, \"approvals\": 1, \"keys\": [\"" A "\"]}",
      "{\"Schema\": \"tlsmend-policy/1\", \"approvals\": 1, \"keys\": [\"" A "\"]}",
      /* machines */
      OF("[\"Live\"]"), OF("[\"LIVE\"]"), OF("[\"live \"]"), OF("[\" live\"]"), OF("[\"live:\"]"),
      OF("[\"liv\"]"), OF("[\"lives\"]"), OF("[\"sim:/x.reg\"]"), OF("[\"sim:\"]"), OF("[\"Sim\"]"),
      OF("[\"*\"]"), OF("[\"\"]"), OF("[]"), OF("[1, null]"), OF("[null]"), OF("[[\"live\"]]"),
      OF("[{\"live\": true}]"), OF("[true]"), OF("\"live\""), OF("null"), OF("{}"), OF("{\"live\": true}"),
      OF("true"), OF("1"), OF("[\"live\", 1]"), OF("[\"live\", \"Live\"]"), OF("[\"live\\u0000\"]"),
      OF("[\"l\xC4\xB1ve\"]"),
      /* approvals */
      COUNT("0"), COUNT("-1"), COUNT("1.0"), COUNT("1.5"), COUNT("\"1\""), COUNT("null"), COUNT("true"),
      COUNT("[1]"), COUNT("2"), COUNT("65"), COUNT("4294967297"), COUNT("18446744073709551617"), COUNT("1e0"),
      COUNT("01"), COUNT("+1"), COUNT("0x1"), "{" SCHEMA "\"keys\": [\"" A "\"]}",
      "{" SCHEMA "\"Approvals\": 1, \"keys\": [\"" A "\"]}",
      /* twice */
      "{" SCHEMA "\"approvals\": 1, \"approvals\": 1, \"keys\": [\"" A "\"]}",
      "{" SCHEMA "\"approvals\": 1, \"keys\": [\"" A "\"], \"keys\": [\"" B "\"]}",
      "{" SCHEMA "\"approvals\": 1, \"keys\": [\"" A
      "\"], \"machines\": [\"live\"], \"machines\": [\"sim\"]}",
      "{" SCHEMA "\"approvals\": 1, \"keys\": [\"" A "\"], \"\\u0061pprovals\": 1}",
      /* members that nobody knows */
      "{" SCHEMA "\"approvals\": 1, \"keys\": [\"" A "\"], \"machine\": [\"live\"]}",
      "{" SCHEMA "\"approvals\": 1, \"keys\": [\"" A "\"], \"\": 1}",
      "{" SCHEMA "\"approvals\": 1, \"keys\": [\"" A "\"], \"comment\": \"the board\"}",
      /* expiry */
      "{" SCHEMA "\"approvals\": 1, \"keys\": [\"" A "\"], \"expiry\": 1}",
      "{" SCHEMA "\"approvals\": 1, \"keys\": [\"" A "\"], \"expiry\": \"true\"}",
      "{" SCHEMA "\"approvals\": 1, \"keys\": [\"" A "\"], \"expiry\": null}",
      /* keys */
      KEYS("[]"), KEYS("null"), KEYS("\"" A "\""), KEYS("{}"), KEYS("[1]"), KEYS("[null]"), KEYS("[\"\"]"),
      KEYS("[\"" A "\", \"" A "\"]"), KEYS("[\"" A " \"]"), KEYS("[\" " A "\"]"), KEYS("[\"" A "\\n\"]"),
      KEYS("[\"" A "\\r\\n\"]"), KEYS("[\"untrusted comment: ann\\n" A "\"]"), KEYS("[\"ann.pub\"]"),
      KEYS("[\"rwRLcs/IJNBCDDcaFOB4wt8Kdv6jRHIeeLn0AoyOyApf6OGDRTiBLb4A\"]"),
      KEYS("[\"RWRLcs/IJNBCDDcaFOB4wt8Kdv6jRHIeeLn0AoyOyApf6OGDRTiBLb4\"]"), KEYS("[\"" A "\", \"\"]"),
      "{" SCHEMA "\"approvals\": 1}"};
  static const char *const specs[] = {"live", "sim:/x.reg", "appliance:4711"};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    for (size_t j = 0; j < 3; j++)
      if (needed_by(specs[j], rows[i], strlen(rows[i])) != -1)
        fail_msg("on %s this is a policy: %s", specs[j], rows[i]);
  static const char nul[] = COUNT("1") "\0",
                    within[] = "{" SCHEMA "\"approvals\": 1\0, \"keys\": [\"" A "\"]}";
  assert_int_equal(needed_by("live", nul, sizeof nul - 1), -1);
  assert_int_equal(needed_by("live", within, sizeof within - 1), -1);
  print_message("%zu policies are refused\n", sizeof rows / sizeof rows[0] + 2);
}

/* What is there but cannot be read is no absence. */
static void test_unreadable(void **state) {
  (void)state;
  char *folder = NULL;
  MUST(os_dir_temporary(&folder, &error));
  char *path = os_path_join(folder, "policy.json");
  assert_int_equal(needed("live", folder), 0);
  MUST(os_dir_make(path, &error));
  assert_int_equal(needed("live", folder), -1);
  MUST(os_dir_remove(path, &error));
#if !defined(_WIN32)
  static const char *const targets[] = {"nowhere", "policy.json", "/dev/null", "/dev/zero", "."};
  for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
    assert_int_equal(symlink(targets[i], path), 0);
    if (needed("live", folder) != -1)
      fail_msg("a link to %s counts as no policy", targets[i]);
    MUST(os_file_remove(path, &error));
  }
  assert_int_equal(mkfifo(path, 0600), 0);
  assert_int_equal(needed("live", folder), -1);
  MUST(os_file_remove(path, &error));
#endif
  size_t size = (1 << 20) + 1; /* a policy with a megabyte of blanks */
  char *huge = malloc(size);
  memset(huge, ' ', size);
  memcpy(huge, COUNT("1"), strlen(COUNT("1")));
  MUST(os_file_replace(path, huge, size, &error));
  assert_int_equal(needed("live", folder), -1);
  MUST(os_file_remove(path, &error));
  assert_int_equal(needed("live", folder), 0);
  MUST(os_dir_remove(folder, &error));
  free(huge);
  free(path);
  free(folder);
}

/* A key of the store ends when its first line says so, or is none. 0: no end; -1: refused. */
static int64_t end_of(const char *text) {
  trust_store store = {0};
  tlsmend_error error = {0, ""};
  int code = trust_add(&store, "ann", text, strlen(text), &error);
  int64_t end = code == TLSMEND_OK ? store.keys[0].expires : -1;
  trust_clear(&store);
  return end;
}

static void test_keys(void **state) {
  (void)state;
  static const char *const good[] = {A,
                                     A "\n",
                                     A "\r\n",
                                     ("untrusted comment: minisign public key\n" A "\n"),
                                     ("untrusted comment: minisign public key\r\n" A "\r\n"),
                                     ("untrusted comment: \n" A)};
  static const char *const ends[] = {"untrusted comment: ann expires:2027-12-31\n" A "\n",
                                     "untrusted comment: ann expires:2027-12-31\r\n" A "\r\n"};
  static const char *const bad[] = {"",
                                    "\n",
                                    "\r\n",
                                    A "\n\n",
                                    A "\r",
                                    A "\n\r\n",
                                    A "\r\r\n",
                                    A " \n",
                                    " " A,
                                    "\xEF\xBB\xBF" A,
                                    A "\n" A,
                                    A "\n" B "\n",
                                    A "\nexpires:2020-01-01\n",
                                    "expires:2020-01-01\n" A,
                                    "# ann\n" A,
                                    "untrusted comment\n" A,
                                    "untrusted comment:ann\n" A,
                                    "Untrusted comment: ann\n" A,
                                    "trusted comment: ann\n" A,
                                    "untrusted comment: ann\n\n" A,
                                    "untrusted comment: ann\nuntrusted comment: bob\n" A,
                                    "untrusted comment: ann\r expires:2020-01-01\n" A "\n",
                                    "untrusted comment: ann\texpires:2020-01-01\n" A,
                                    "untrusted comment: ann\x7f\n" A,
                                    "untrusted comment: ann\x1b[2K\n" A,
                                    "untrusted comment: ann expires:2020-01-01 \r\r\n" A,
                                    "untrusted comment: ann expires 2020-01-01\n" A,
                                    "untrusted comment: ann expires: 2020-01-01\n" A,
                                    "untrusted comment: ann expires:2020-01\n" A,
                                    "untrusted comment: ann expires:2020-13-01\n" A,
                                    "untrusted comment: ann expires:2020-01-01 or so\n" A,
                                    "untrusted comment: ann Expires:2020-01-01\n" A,
                                    "untrusted comment: ann expires:14d\n" A,
                                    "untrusted comment: ann expiry:2020-01-01\n" A,
                                    "untrusted comment: ann expires:\n" A,
                                    "untrusted comment: ann expires:2030-01-01 expires:2020-01-01\n" A};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    if (end_of(good[i]) != 0)
      fail_msg("refused: %s", good[i]);
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
    if (end_of(ends[i]) <= 0)
      fail_msg("has no end: %s", ends[i]);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    if (end_of(bad[i]) != -1)
      fail_msg("is a key: %s", bad[i]);
  print_message("%zu keys are refused\n", sizeof bad / sizeof bad[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_understood), cmocka_unit_test(test_refused),
                                     cmocka_unit_test(test_unreadable), cmocka_unit_test(test_keys)};
  return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
