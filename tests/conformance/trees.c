/* Keys: views, depth, what deleting takes along, and that a change which no longer fits is refused. */
#include "conformance/conformance.h"

static const unsigned char one[4] = {1}, two[4] = {2};

static uint32_t number(const char *path, int view, const char *name) {
  tlsmend_value value = get(machine, path, view, name);
  uint64_t found = 0;
  if (!value_number(&value, &found))
    found = 0xffffffff;
  tlsmend_value_clear(&value);
  return (uint32_t)found;
}

static bool two_views(void) {
  const tlsmend_system *system = NULL;
  MUST(machine_system(machine, &system, &error));
  return machine_is_64bit(system);
}

static void views_are_two_keys(void **state) {
  (void)state;
  if (!two_views())
    skip_because("a 32-bit Windows has one view");
  set(BASE, 64, "v", TLSMEND_REG_DWORD, one, 4);
  assert_false(exists(BASE, 32));
  set(BASE, 32, "v", TLSMEND_REG_DWORD, two, 4);
  set(BASE "\\sub", 32, "w", TLSMEND_REG_DWORD, two, 4);
  assert_int_equal(number(BASE, 64, "v"), 1);
  assert_int_equal(number(BASE, 32, "v"), 2);
  assert_int_equal(number(BASE, 0, "v"), 1); /* nobody said: the machine's own */
  assert_false(exists(BASE "\\sub", 64));
  MUST(propose_key_delete(machine, BASE, 64, "conformance", &error));
  assert_false(exists(BASE, 64));
  assert_int_equal(number(BASE, 32, "v"), 2);
}

static void shared_key_has_one_view(void **state) {
  (void)state;
  set(SHARED, 32, "v", TLSMEND_REG_DWORD, one, 4);
  assert_int_equal(number(SHARED, 64, "v"), 1);
  set(SHARED, 64, "v", TLSMEND_REG_DWORD, two, 4);
  assert_int_equal(number(SHARED, 32, "v"), 2);
}

static void deep_path(void **state) {
  (void)state;
  enum { DEPTH = 100 };
  char path[sizeof BASE + DEPTH * 8];
  size_t length = sizeof BASE - 1;
  memcpy(path, BASE, sizeof BASE);
  for (int i = 0; i < DEPTH; i++) {
    memcpy(path + length, "\\d", 3);
    length += 2;
    path[length++] = (char)('a' + i % 26);
    path[length] = '\0';
  }
  set(path, 64, "v", TLSMEND_REG_DWORD, two, 4);
  assert_int_equal(number(path, 64, "v"), 2);
  static const char *const first[] = {"da"};
  assert_keys(BASE, 64, first, 1);
  MUST(propose_key_delete(machine, BASE, 64, "conformance", &error));
  assert_false(exists(path, 64));
  assert_false(exists(BASE, 64));
}

static void deleting_takes_what_is_below_only(void **state) {
  (void)state;
  set(BASE "\\a\\b\\c", 64, "v", TLSMEND_REG_DWORD, one, 4);
  set(BASE "\\ab", 64, "v", TLSMEND_REG_DWORD, one, 4);
  set(BASE "\\a b", 64, "v", TLSMEND_REG_DWORD, one, 4);
  set(BASE, 64, "a", TLSMEND_REG_DWORD, one, 4); /* a value of the same name */
  MUST(propose_key_delete(machine, BASE "\\a", 64, "conformance", &error));
  static const char *const left[] = {"a b", "ab"};
  assert_keys(BASE, 64, left, 2);
  assert_int_equal(number(BASE, 64, "a"), 1);
  assert_false(exists(BASE "\\a\\b", 64));
  set(BASE "\\a", 64, "new", TLSMEND_REG_DWORD, two, 4); /* made again: nothing of the old shows */
  assert_keys(BASE "\\a", 64, NULL, 0);
  assert_int_equal(number(BASE "\\a", 64, "v"), 0xffffffff);
}

static int never(void *data, const char *name) {
  (void)data;
  (void)name;
  fail_msg("an absent key has no names");
  return 0;
}

static void absent_keys(void **state) {
  (void)state;
  assert_false(exists(BASE, 64));
  MUST_FAIL(TLSMEND_E_ABSENT, machine_each_key(machine, BASE "\\nothing", 64, never, NULL, &error));
  MUST_FAIL(TLSMEND_E_ABSENT, machine_each_value(machine, BASE "\\nothing", 64, never, NULL, &error));
  MUST(propose_key_delete(machine, BASE "\\nothing", 64, "conformance", &error));
  MUST(propose_value_delete(machine, BASE "\\nothing", 64, "v", "conformance", &error));
  assert_false(exists(BASE, 64)); /* deleting nothing makes nothing */
}

static int stop_at_first(void *data, const char *name) {
  (void)name;
  ++*(int *)data;
  return 7;
}

static void enumeration_can_be_stopped(void **state) {
  (void)state;
  set(BASE "\\a", 64, "v", TLSMEND_REG_DWORD, one, 4);
  set(BASE "\\b", 64, "v", TLSMEND_REG_DWORD, one, 4);
  int calls = 0;
  assert_int_equal(machine_each_key(machine, BASE, 64, stop_at_first, &calls, NULL), 7);
  assert_int_equal(calls, 1);
}

static void refuse(tlsmend_change_kind kind, const char *path, const char *name,
                   const tlsmend_value *before) {
  tlsmend_value after = {
      .present = true, .type = TLSMEND_REG_DWORD, .size = 4, .data = (unsigned char *)(uintptr_t)two};
  if (kind != TLSMEND_CHANGE_VALUE_SET)
    after = (tlsmend_value){0};
  const tlsmend_system *system = NULL;
  MUST(machine_system(machine, &system, &error));
  tlsmend_change change = {.kind = kind,
                           .key = (char *)(uintptr_t)path,
                           .view = machine_is_64bit(system) ? 64 : 32,
                           .name = (char *)(uintptr_t)name,
                           .before = *before,
                           .after = after};
  tlsmend_outcome outcome;
  MUST_FAIL(TLSMEND_E_DRIFT, machine_apply(machine, &change, &outcome, &error));
}

static void drift_is_refused(void **state) {
  (void)state;
  if (!subject->checks_before)
    skip_because("it collects changes and carries none out");
  tlsmend_value absent = {0}, is_one = {0}, is_two = {0};
  MUST(value_set_dword(&is_one, 1, &error));
  MUST(value_set_dword(&is_two, 2, &error));
  set(BASE "\\full", 64, "v", TLSMEND_REG_DWORD, one, 4);
  set(BASE "\\full\\sub", 64, "", TLSMEND_REG_SZ, NULL, 0);
  refuse(TLSMEND_CHANGE_VALUE_SET, BASE "\\full", "v", &is_two);
  refuse(TLSMEND_CHANGE_VALUE_SET, BASE "\\full", "v", &absent);
  refuse(TLSMEND_CHANGE_VALUE_SET, BASE "\\full", "new", &is_one);
  refuse(TLSMEND_CHANGE_VALUE_SET, BASE "\\gone", "v", &absent);
  refuse(TLSMEND_CHANGE_VALUE_DELETE, BASE "\\full", "v", &is_two);
  refuse(TLSMEND_CHANGE_VALUE_DELETE, BASE "\\full", "new", &is_two);
  refuse(TLSMEND_CHANGE_KEY_CREATE, BASE "\\full", NULL, &absent);
  refuse(TLSMEND_CHANGE_KEY_CREATE, BASE "\\gone\\deeper", NULL, &absent);
  refuse(TLSMEND_CHANGE_KEY_DELETE, BASE "\\gone", NULL, &absent);
  refuse(TLSMEND_CHANGE_KEY_DELETE, BASE "\\full", NULL, &absent);      /* holds a key and a value */
  refuse(TLSMEND_CHANGE_KEY_DELETE, BASE "\\full\\sub", NULL, &absent); /* holds a value */
  assert_int_equal(number(BASE "\\full", 64, "v"), 1);
  assert_true(exists(BASE "\\full\\sub", 64));
  assert_false(exists(BASE "\\gone", 64));
  tlsmend_value_clear(&is_one);
  tlsmend_value_clear(&is_two);
}

static void facts_make_sense(void **state) {
  (void)state;
  const tlsmend_system *system = NULL;
  MUST(machine_system(machine, &system, &error));
  assert_in_range(system->major, 5, 20);
  assert_in_range(system->build, 2600, 1000000);
  assert_true(system->architecture[0]);
  uint64_t version = 1;
  MUST_FAIL(TLSMEND_E_ABSENT,
            machine_file_version(machine, "System32\\tlsmend-no-such-file.dll", 64, &version, &error));
  assert_true(version == 0);
  name_list hotfixes = {0};
  tlsmend_error told = {0};
  int listed = machine_hotfixes(machine, &hotfixes, &told);
  if (listed != TLSMEND_OK && listed != TLSMEND_E_UNKNOWN)
    fail_msg("%s: the list of hotfixes answers %s: %s", subject->name, tlsmend_error_name(listed), told.text);
  assert_true(listed == TLSMEND_OK || told.text[0]);
  for (size_t i = 0; i < hotfixes.count; i++)
    assert_true(hotfixes.items[i][0]);
  /* Wine's WMI lists one, real ones list more */
  assert_true(strcmp(subject->name, "live") != 0 || hotfixes.count > 0);
  name_list_clear(&hotfixes);
  char first[64], second[64];
  MUST(machine_boot_id(machine, first, &error));
  MUST(machine_boot_id(machine, second, &error));
  assert_string_equal(first, second);
  assert_true(first[0]);
}

const struct CMUnitTest tree_tests[] = {cmocka_unit_test(views_are_two_keys),
                                        cmocka_unit_test(shared_key_has_one_view),
                                        cmocka_unit_test(deep_path),
                                        cmocka_unit_test(deleting_takes_what_is_below_only),
                                        cmocka_unit_test(absent_keys),
                                        cmocka_unit_test(enumeration_can_be_stopped),
                                        cmocka_unit_test(drift_is_refused),
                                        cmocka_unit_test(facts_make_sense),
                                        {0}};
