/* The guard: every kind of read and write, inside, above and outside of what is declared. */
#include "unit/engine.h"

#include "machine/guard.h"

static const char *const registry[] = {SITE "\\Mine"};
static const char *const reads[] = {SITE "\\Seen", "HKU\\*\\Software\\Site", "32:HKLM\\SOFTWARE\\Narrow"};
static const char *const updates[] = {"KB3140245"};
static const char *const packages[] = {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
static const char *const files[] = {"C:\\Packages", "System32\\site.dll"}, *const given[] = {
                                                                               "/given", "c:/packages/deep"};
static const char *const probes[] = {"server.example:443", "[::1]:8443"};
static const char *const modules[] = {"inventory", "wiki"};
static guard_needs needs = {.runbook = "book",
                            .registry = registry,
                            .registry_count = 1,
                            .reads = reads,
                            .read_count = 3,
                            .updates = updates,
                            .update_count = 1,
                            .packages = packages,
                            .package_count = 1,
                            .files = files,
                            .file_count = 2,
                            .given = given,
                            .given_count = 2,
                            .reboot = true,
                            .probes = probes,
                            .probe_count = 2,
                            .modules = modules,
                            .module_count = 2};
static tlsmend_machine *machine, *guard;

static int setup(void **state) {
  (void)state;
  needs.reboot = true;
  machine = sim_of_text(windows7);
  MUST(guard_open(machine, &needs, NULL, &guard, &error));
  return 0;
}

static int teardown(void **state) {
  (void)state;
  machine_close(guard);
  machine_close(machine);
  return 0;
}

static int nothing(void *data, const char *name) { return (void)data, (void)name, 0; }

static int set(const char *key, tlsmend_error *error) {
  tlsmend_value value = {0};
  int code = value_set_dword(&value, 1, error);
  if (code == TLSMEND_OK)
    code = propose_value_set(guard, key, 64, "v", &value, NULL, error);
  tlsmend_value_clear(&value);
  return code;
}

static void test_inside(void **state) {
  (void)state;
  tlsmend_value value = {0};
  bool exists = false;
  MUST(set(SITE "\\Mine\\Below", &error)); /* also makes what lies above it */
  MUST(set(SITE "\\MINE", &error));
  MUST(machine_value_get(guard, SITE "\\Mine", 64, "v", &value, &error));
  assert_true(value.present);
  tlsmend_value_clear(&value);
  MUST(machine_key_exists(guard, SITE, 64, &exists, &error)); /* on the way down */
  assert_true(exists);
  MUST(machine_each_key(guard, SITE "\\Mine", 64, nothing, NULL, &error));
  MUST(propose_key_delete(guard, SITE "\\Mine", 64, NULL, &error));
  MUST(propose_reboot(guard, "why", &error));
}

static void test_outside(void **state) {
  (void)state;
  tlsmend_value value = {0};
  bool exists = false;
  char *before = sim_text(machine);
  static const char *const outside[] = {SITE "\\Other", SITE "\\MineElse", "HKLM\\SYSTEM\\x",
                                        "HKCU\\SOFTWARE\\Site\\Mine"};
  for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
    const char *key = outside[i];
    MUST_FAIL(TLSMEND_E_REFUSED, machine_key_exists(guard, key, 64, &exists, &error));
    MUST_FAIL(TLSMEND_E_REFUSED, machine_value_get(guard, key, 64, "v", &value, &error));
    MUST_FAIL(TLSMEND_E_REFUSED, machine_each_key(guard, key, 64, nothing, NULL, &error));
    MUST_FAIL(TLSMEND_E_REFUSED, machine_each_value(guard, key, 64, nothing, NULL, &error));
    MUST_FAIL(TLSMEND_E_REFUSED, set(key, &error));
    MUST_FAIL(TLSMEND_E_REFUSED, propose_key_create(guard, key, 64, NULL, &error));
    MUST_FAIL(TLSMEND_E_REFUSED, propose_key_delete(guard, key, 64, NULL, &error));
    MUST_FAIL(TLSMEND_E_REFUSED, propose_value_delete(guard, key, 64, "v", NULL, &error));
  }
  /* On the way down a key may be seen and made, nothing else. */
  MUST_FAIL(TLSMEND_E_REFUSED, machine_each_key(guard, SITE, 64, nothing, NULL, &error));
  MUST_FAIL(TLSMEND_E_REFUSED, machine_value_get(guard, SITE, 64, "v", &value, &error));
  tlsmend_change delete = {.kind = TLSMEND_CHANGE_KEY_DELETE, .key = SITE, .view = 64};
  tlsmend_outcome outcome;
  MUST_FAIL(TLSMEND_E_REFUSED, machine_apply(guard, &delete, &outcome, &error));
  char *after = sim_text(machine);
  assert_same_text(after, before);
  free(before), free(after);
}

static int get(const char *key, int view, tlsmend_error *error) {
  tlsmend_value value = {0};
  int code = machine_value_get(guard, key, view, "v", &value, error);
  tlsmend_value_clear(&value);
  return code;
}

/* As MUST_FAIL with a refusal that says so. */
#define MUST_REFUSE(call, words)                                                                             \
  do {                                                                                                       \
    tlsmend_error error = {0, ""};                                                                           \
    assert_int_equal((call), TLSMEND_E_REFUSED);                                                             \
    if (!strstr(error.text, (words)))                                                                        \
      fail_msg("\"%s\" does not say \"%s\"", error.text, (words));                                           \
  } while (0)

static void test_reads(void **state) {
  (void)state;
  bool exists = false;
  MUST(get(SITE "\\Seen", 64, &error));
  MUST(get(SITE "\\SEEN\\Below", 64, &error));
  MUST(machine_key_exists(guard, SITE, 64, &exists, &error));
  MUST_REFUSE(set(SITE "\\Seen", &error), "which it has declared to read only");
  MUST_REFUSE(set(SITE "\\Seen", &error),
              "write registry = { \"HKLM\\\\SOFTWARE\\\\Site\\\\Seen\" } in its `needs`");
  MUST_FAIL(TLSMEND_E_REFUSED, propose_key_create(guard, SITE "\\Seen\\Below", 64, NULL, &error));
  tlsmend_change write = {.kind = TLSMEND_CHANGE_KEY_DELETE, .key = SITE "\\Seen", .view = 64};
  tlsmend_outcome outcome;
  MUST_FAIL(TLSMEND_E_REFUSED, machine_apply(guard, &write, &outcome, &error));
  MUST_REFUSE(get(SITE "\\Other", 64, &error), "book may not read");
  MUST_REFUSE(get(SITE "\\Other", 64, &error),
              "write reads = { \"HKLM\\\\SOFTWARE\\\\Site\\\\Other\" } in its `needs`");
  char *after = sim_text(machine);
  assert_null(strstr(after, "Seen")); /* what lies above it, and above what may be written, may be made */
  free(after);
}

/* Who may write the switches of Schannel, all of them or those of one version, may read what they are judged by, and write none of it. */
static void test_deciding(void **state) {
  (void)state;
#define CONTROL  "HKLM\\SYSTEM\\CurrentControlSet\\Control"
#define SWITCHES CONTROL "\\SecurityProviders\\SCHANNEL\\Protocols"
  static const char *const deciding[] = {
      CONTROL "\\SecurityProviders\\SCHANNEL\\Ciphers\\AES 128/128",
      CONTROL "\\Cryptography\\Configuration\\Local\\SSL\\00010002",
      "HKLM\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002",
      CONTROL "\\Lsa\\FipsAlgorithmPolicy"};
  static const char *const trees[] = {SWITCHES, SWITCHES "\\TLS 1.2\\Client", SITE};
  for (size_t i = 0; i < 4; i++)
    MUST_REFUSE(get(deciding[i], 64, &error), "book may not read");
  for (size_t i = 0; i < 3; i++) {
    guard_needs own = {.runbook = "book", .registry = &trees[i], .registry_count = 1};
    machine_close(guard);
    MUST(guard_open(machine, &own, NULL, &guard, &error));
    for (size_t j = 0; j < 4 && i < 2; j++) {
      MUST(get(deciding[j], 64, &error));
      MUST_FAIL(TLSMEND_E_REFUSED, set(deciding[j], &error));
    }
    MUST_FAIL(TLSMEND_E_REFUSED, get(CONTROL "\\Lsa", 64, &error));
    MUST_FAIL(TLSMEND_E_REFUSED, get(CONTROL "\\SecurityProviders", 64, &error));
    if (i == 2)
      MUST_FAIL(TLSMEND_E_REFUSED, get(deciding[0], 64, &error));
  }
}

/* One view of a tree; where both views are one key, or the machine has but one, it is that one. */
static void test_views(void **state) {
  (void)state;
  MUST(get("HKLM\\SOFTWARE\\Narrow\\A", 32, &error));
  MUST_REFUSE(get("HKLM\\SOFTWARE\\Narrow\\A", 64, &error),
              "reads = { \"HKLM\\\\SOFTWARE\\\\Narrow\\\\A\" }");
  MUST_FAIL(TLSMEND_E_REFUSED, get("HKLM\\SOFTWARE\\Narrow\\A", 0, &error));
}

static void test_users(void **state) {
  (void)state;
  tlsmend_error error;
  MUST(get("HKU\\S-1-5-21-7\\Software\\Site\\A", 64, &error));
  MUST(get("HKU\\.DEFAULT\\SOFTWARE\\site", 64, &error));
  int code = machine_each_key(guard, "HKU", 64, nothing, NULL, &error);
  assert_true(code == TLSMEND_OK || code == TLSMEND_E_ABSENT);
  MUST_FAIL(TLSMEND_E_REFUSED, get("HKU\\S-1-5-21-7\\Software\\Site2", 64, &error));
  MUST_FAIL(TLSMEND_E_REFUSED, get("HKU\\S-1-5-21-7\\A\\Software\\Site", 64, &error));
  MUST_FAIL(TLSMEND_E_REFUSED, get("HKU\\Software\\Site", 64, &error));
  MUST_FAIL(TLSMEND_E_REFUSED, get("HKCU\\Software\\Site", 64, &error));
  MUST_FAIL(TLSMEND_E_REFUSED, get("HKU", 64, &error));
  MUST_FAIL(TLSMEND_E_REFUSED, machine_each_key(guard, "HKU\\S-1-5-21-7", 64, nothing, NULL, &error));
  tlsmend_change write = {
      .kind = TLSMEND_CHANGE_VALUE_DELETE, .key = "HKU\\S-1-5-21-7\\Software\\Site", .view = 64};
  tlsmend_outcome outcome;
  MUST_FAIL(TLSMEND_E_REFUSED, machine_apply(guard, &write, &outcome, &error));
}

/* A path that is not canonical is none of the guard's: it is refused whatever is declared. */
static void test_spelling(void **state) {
  (void)state;
  tlsmend_error error;
  static const char *const paths[] = {SITE "\\Mine\\",
                                      SITE "\\Mine\\\\A",
                                      SITE "\\Mine\\Wow6432Node\\A",
                                      "hklm\\SOFTWARE\\Site\\Mine",
                                      "HKEY_LOCAL_MACHINE\\SOFTWARE\\Site\\Mine",
                                      "HKLM",
                                      ""};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    if (get(paths[i], 64, &error) == TLSMEND_OK)
      fail_msg("%s was read", paths[i]);
  tlsmend_value link = {0};
  MUST(tlsmend_value_set(&link, TLSMEND_REG_LINK, "\\\0R\0", 4, &error));
  MUST_REFUSE(propose_value_set(guard, SITE "\\Mine", 64, "SymbolicLinkValue", &link, NULL, &error),
              "runbooks make no links");
  tlsmend_value_clear(&link);
}

static void test_updates(void **state) {
  (void)state;
  tlsmend_update mine = {.kb = "KB3140245"}, shorter = {.kb = "KB314024"}, longer = {.kb = "KB31402455"};
  MUST(propose_update(guard, &mine, NULL, &error));
  MUST_FAIL(TLSMEND_E_REFUSED, propose_update(guard, &shorter, NULL, &error));
  MUST_FAIL(TLSMEND_E_REFUSED, propose_update(guard, &longer, NULL, &error));
  needs.reboot = false;
  MUST_FAIL(TLSMEND_E_REFUSED, propose_reboot(guard, "why", &error));
}

static void test_packages(void **state) {
  (void)state;
  char other[65];
  memset(other, 'b', 64), other[64] = 0;
  tlsmend_update mine = {.kb = "KB3140245", .file = "/given/a.msu", .sha256 = (char *)(uintptr_t)packages[0]},
                 foreign = {.kb = "KB3140245", .file = "/given/b.msu", .sha256 = other},
                 later = {.kb = "KB3140245"};
  MUST(propose_update(guard, &mine, NULL, &error));
  MUST(propose_update(guard, &later, NULL, &error));
  MUST_REFUSE(propose_update(guard, &foreign, NULL, &error), "b.msu: if it should, write");
  MUST_REFUSE(propose_update(guard, &foreign, NULL, &error), "packages = { \"bbbb");
}

static void test_files(void **state) {
  (void)state;
  size_t followed = 0;
  MUST(guard_may_look(guard, "C:\\Packages\\a.msu", false, &followed, &error));
  assert_int_equal(followed, strlen("C:\\Packages"));
  MUST(guard_may_look(guard, "C:\\Packages\\Deep\\b\\c", false, &followed, &error)); /* the nearest one */
  assert_int_equal(followed, strlen("C:\\Packages\\Deep"));
  MUST(guard_may_look(machine, "C:\\Packages\\a.msu", false, &followed, &error)); /* nobody limits it */
  assert_int_equal(followed, strlen("C:\\Packages\\a.msu"));
  MUST(guard_may_look(guard, "/given/a.msu", false, &followed, &error));
  assert_int_equal(followed, strlen("/given"));
  MUST(guard_may_look(guard, "System32\\Site.dll", true, &followed, &error));
  MUST_REFUSE(guard_may_look(guard, "System32\\Site.dll", false, &followed, &error),
              "may not look at the file System32");
  MUST_REFUSE(guard_may_look(guard, "System32\\other.dll", true, &followed, &error),
              "files = { \"System32\\\\other.dll\" }");
  MUST_REFUSE(guard_may_look(guard, "C:\\Packages\\a.msu", true, &followed, &error), "write files");
  MUST_REFUSE(guard_may_look(guard, "/etc/passwd", false, &followed, &error),
              "write files = { \"/etc/passwd\" } in its `needs`");
  MUST_REFUSE(guard_may_look(guard, "C:\\Packages\\..\\b", false, &followed, &error), "goes by");
  MUST_REFUSE(guard_may_look(guard, "C:\\Packages\\a:b", false, &followed, &error), "stream");
  MUST_REFUSE(guard_may_look(guard, "\\\\?\\C:\\Packages\\a", false, &followed, &error), "character");
}

/* A guard that stands over another asks it too, and follows links no further than either. */
static void test_files_of_two(void **state) {
  (void)state;
  static const char *const wide[] = {"C:\\Packages\\Deep\\b", "C:\\Else"};
  static const guard_needs wider = {.runbook = "upper", .files = wide, .file_count = 2};
  tlsmend_machine *upper = NULL;
  size_t followed = 0;
  MUST(guard_open(guard, &wider, NULL, &upper, &error));
  MUST(guard_may_look(upper, "C:\\Packages\\Deep\\b\\c", false, &followed, &error));
  assert_int_equal(followed, strlen("C:\\Packages\\Deep"));
  MUST_REFUSE(guard_may_look(upper, "C:\\Packages\\a.msu", false, &followed, &error), "upper may not look");
  MUST_REFUSE(guard_may_look(upper, "C:\\Else\\a", false, &followed, &error), "book may not look");
  machine_close(upper);
}

/* What updates are known by is told; the rest must be declared, whoever asks: also for the effects of an update. */
static void test_versions(void **state) {
  (void)state;
  static const char *const told[] = {"System32\\winhttp.dll", "system32\\WEBIO.DLL", "System32\\schannel.dll",
                                     "System32\\Site.dll"};
  static const char *const kept[] = {"System32\\other.dll",
                                     "System32/winhttp.dll",
                                     "..\\System32\\winhttp.dll",
                                     "winhttp.dll",
                                     "System32\\winhttp.dll:x",
                                     "C:\\Windows\\System32\\winhttp.dll",
                                     "System32\\winhttp.dll\\",
                                     "System32\\winhttp.dll ",
                                     ""};
  uint64_t version;
  tlsmend_error error = {0, ""};
  for (size_t i = 0; i < sizeof told / sizeof *told; i++)
    assert_int_not_equal(machine_file_version(guard, told[i], 64, &version, &error), TLSMEND_E_REFUSED);
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
    tlsmend_file_effect effect = {.path = (char *)(uintptr_t)kept[i], .after = 1};
    tlsmend_update update = {.kb = "KB3140245", .files = &effect, .file_count = 1};
    MUST_FAIL(TLSMEND_E_REFUSED, machine_file_version(guard, kept[i], 64, &version, &error));
    MUST_FAIL(TLSMEND_E_REFUSED, propose_update(guard, &update, NULL, &error));
  }
}

/* The machine is a snapshot: what is let through ends at "cannot tell", what is not before. */
static void test_probes(void **state) {
  (void)state;
  tlsmend_probe_answer answer;
  tlsmend_endpoint mine = {.host = "SERVER.example", .port = 443}, second = {.host = "::1", .port = 8443};
  tlsmend_endpoint port = {.host = "server.example", .port = 444},
                   host = {.host = "server.example.org", .port = 443};
  MUST_FAIL(TLSMEND_E_UNKNOWN, machine_may_probe(guard, &mine, &error));
  MUST_FAIL(TLSMEND_E_UNKNOWN, machine_schannel_probe(guard, &mine, &answer, &error));
  MUST_FAIL(TLSMEND_E_UNKNOWN, machine_may_probe(guard, &second, &error));
  MUST_FAIL(TLSMEND_E_REFUSED, machine_may_probe(guard, &port, &error));
  MUST_FAIL(TLSMEND_E_REFUSED, machine_may_probe(guard, &host, &error));
  MUST_FAIL(TLSMEND_E_REFUSED, machine_schannel_probe(guard, &host, &answer, &error));
  needs.any_probe = true;
  MUST_FAIL(TLSMEND_E_UNKNOWN, machine_may_probe(guard, &host, &error));
  needs.any_probe = false;
}

/* Modules of an embedding program: by name, whole and as it is spelled. */
static void test_modules(void **state) {
  (void)state;
  MUST(guard_may_call(guard, "inventory", &error));
  MUST(guard_may_call(guard, "wiki", &error));
  MUST_FAIL(TLSMEND_E_REFUSED, guard_may_call(guard, "inventor", &error));
  MUST_FAIL(TLSMEND_E_REFUSED, guard_may_call(guard, "inventory2", &error));
  MUST_FAIL(TLSMEND_E_REFUSED, guard_may_call(guard, "Wiki", &error));
  MUST_FAIL(TLSMEND_E_REFUSED, guard_may_call(guard, "", &error));
  MUST(guard_may_call(machine, "anything", &error)); /* no guard around what is not a script's */
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_inside, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_outside, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_reads, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_deciding, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_views, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_users, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_spelling, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_updates, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_packages, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_files, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_files_of_two, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_versions, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_probes, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_modules, setup, teardown)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
