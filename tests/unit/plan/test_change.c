/* Changes: copies, inverses, JSON and the line for people, over random ones of each kind. */
#include "unit/engine.h"

static const char *const texts[] = {"KB3140245", "", "with \"quotes\" and \\", "\xc3\xa4\xe2\x82\xac",
                                    "a\nb"};
static char *text(void) { return strdup(texts[random_below(5)]); }

static tlsmend_change random_change(tlsmend_change_kind kind) {
  tlsmend_change change = {
      .kind = kind, .why = text(), .runbook = text(), .phase = (unsigned)random_below(5)};
  if (kind <= TLSMEND_CHANGE_VALUE_DELETE) {
    change.key = strdup(random_key());
    change.view = random_below(2) ? 64 : 32;
  }
  if (kind == TLSMEND_CHANGE_VALUE_SET || kind == TLSMEND_CHANGE_VALUE_DELETE)
    change.name = strdup(random_name());
  if (kind == TLSMEND_CHANGE_VALUE_DELETE || (kind == TLSMEND_CHANGE_VALUE_SET && random_below(2)))
    random_value(&change.before);
  if (kind == TLSMEND_CHANGE_VALUE_SET)
    random_value(&change.after);
  if (kind != TLSMEND_CHANGE_UPDATE_INSTALL)
    return change;
  tlsmend_update *update = &change.update;
  update->kb = strdup("KB3140245");
  if (random_below(2))
    update->file = text(), update->sha256 = text();
  if (random_below(2))
    update->package = text();
  update->file_count = random_below(3);
  if (update->file_count)
    update->files = calloc(update->file_count, sizeof *update->files);
  for (size_t i = 0; i < update->file_count; i++)
    update->files[i] =
        (tlsmend_file_effect){text(), random_below(2) ? 64 : 32, random_next(), 0x0006000100010001u};
  return change;
}

static char *dump(const tlsmend_change *change) {
  json_t *json = change_to_json(change, true);
  assert_non_null(json);
  char *out = json_dumps(json, 0);
  json_decref(json);
  return out;
}

static void assert_same(const tlsmend_change *a, const tlsmend_change *b) {
  char *left = dump(a), *right = dump(b);
  assert_string_equal(left, right);
  free(left);
  free(right);
}

static void each(void (*fn)(const tlsmend_change *change)) {
  for (tlsmend_change_kind kind = TLSMEND_CHANGE_KEY_CREATE; kind <= TLSMEND_CHANGE_REBOOT; kind++)
    for (size_t round = 0; round < 200; round++) {
      tlsmend_change change = random_change(kind);
      fn(&change);
      change_clear(&change);
    }
}

static void copy_one(const tlsmend_change *change) {
  tlsmend_change copy;
  MUST(change_copy(&copy, change, &error));
  assert_same(change, &copy);
  change_clear(&copy);
}

static void read_one(const tlsmend_change *change) {
  json_t *json = change_to_json(change, true);
  tlsmend_change again;
  MUST(change_from_json(json, &again, &error));
  assert_same(change, &again);
  change_clear(&again);
  json_decref(json);
}

/* A member that is missing or of another type is refused, or does not matter; it is never a crash or another change. */
static void damage_one(const tlsmend_change *change) {
  json_t *json = change_to_json(change, true);
  const char *name;
  json_t *member;
  void *next;
  json_object_foreach_safe(json, next, name, member) {
    json_t *broken = json_deep_copy(json);
    json_object_set_new(broken, name, json_pack("[{s:i}]", "no", 1));
    tlsmend_change read;
    if (change_from_json(broken, &read, NULL) == TLSMEND_OK) {
      assert_true(strcmp(name, "kind") != 0 && strcmp(name, "key") != 0 && strcmp(name, "after") != 0);
      change_clear(&read);
    }
    json_decref(broken);
  }
  json_decref(json);
}

static void invert_one(const tlsmend_change *change) {
  tlsmend_change inverse, again;
  if (change->kind == TLSMEND_CHANGE_UPDATE_INSTALL || change->kind == TLSMEND_CHANGE_REBOOT) {
    MUST_FAIL(TLSMEND_E_UNSUPPORTED, change_invert(change, &inverse, &error));
    return;
  }
  MUST(change_invert(change, &inverse, &error));
  assert_true(value_equal(&inverse.before, &change->after) && value_equal(&inverse.after, &change->before));
  assert_true(inverse.kind != change->kind || change->kind == TLSMEND_CHANGE_VALUE_SET);
  MUST(change_invert(&inverse, &again, &error));
  assert_same(change, &again);
  change_clear(&inverse);
  change_clear(&again);
}

static void print_one(const tlsmend_change *change) {
  char *line = change_print(change, true);
  assert_non_null(line);
  assert_true(*line != 0);
  if (change->key)
    assert_non_null(strstr(line, change->key));
  if (change->view == 32)
    assert_non_null(strstr(line, "[32-bit]"));
  free(line);
}

/* Nobody wants to be told of a view where there is only one. */
static void view_one(const tlsmend_change *change) {
  char *line = change_print(change, false);
  assert_non_null(line);
  assert_null(strstr(line, "[32-bit]"));
  free(line);
}

static void test_effective(void **state) {
  static const struct row {
    const char *key, *word;
  } rows[] = {
      {"HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols", "new-credentials"},
      {"HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings",
       "new-process"},
      {"HKU\\S-1-5-21-1-2-3-1001\\SOFTWARE\\Policies\\Microsoft\\Windows\\CurrentVersion\\Internet "
       "Settings\\Zones",
       "new-process"},
      {"HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows\\CurrentVersion\\Run", "next-read"},
      {"HKU\\S-1-5-21-1-2-3-1001", "next-read"},
      {"HKU", "next-read"},
      {"HKLM\\SOFTWARE\\Example", "next-read"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char key[200];
    snprintf(key, sizeof key, "%s", rows[i].key);
    tlsmend_change change = {.kind = TLSMEND_CHANGE_VALUE_SET, .key = key};
    assert_string_equal(change_effective(&change, NULL), rows[i].word);
  }
}

static void test_view(void **state) { (void)state, each(view_one); }
static void test_copy(void **state) { (void)state, each(copy_one); }
static void test_json(void **state) { (void)state, each(read_one); }
static void test_damage(void **state) { (void)state, each(damage_one); }
static void test_invert(void **state) { (void)state, each(invert_one); }
static void test_print(void **state) { (void)state, each(print_one); }

static void test_versions(void **state) {
  (void)state;
  for (size_t round = 0; round < 1000; round++) {
    uint64_t version = (uint64_t)random_next() << 32 | random_next(), again = 0;
    char line[32];
    version_print(version, line);
    assert_true(version_parse(line, &again) && again == version);
  }
  static const char *const wrong[] = {
      "", "6", "6.1.7601", "6.1.7601.23375.1", "6.1.7601.65536", "6.1.-1.0", "6.1.7601.x"};
  uint64_t out;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_false(version_parse(wrong[i], &out));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_copy),   cmocka_unit_test(test_json),
                                     cmocka_unit_test(test_damage), cmocka_unit_test(test_invert),
                                     cmocka_unit_test(test_print),  cmocka_unit_test(test_versions),
                                     cmocka_unit_test(test_view),   cmocka_unit_test(test_effective)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
