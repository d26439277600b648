/* Names: case, letters of all kinds, slashes, and how long they may be. */
#include "conformance/conformance.h"

static const unsigned char four[4] = {4, 3, 2, 1};

static char *repeat(const char *unit, size_t count) {
  size_t length = strlen(unit);
  char *text = malloc(length * count + 1);
  assert_non_null(text);
  for (size_t i = 0; i < count; i++)
    memcpy(text + i * length, unit, length);
  text[length * count] = '\0';
  return text;
}

static char *below(const char *path, const char *name) {
  char *text = malloc(strlen(path) + strlen(name) + 2);
  assert_non_null(text);
  strcpy(text, path);
  strcat(strcat(text, "\\"), name);
  return text;
}

/* One name in two spellings, and one that is another name although it looks alike. */
static const struct {
  const char *name, *same, *other;
} spellings[] = {
    {"Enabled", "eNABLED", "Enable"},
    {"\xc3\x84rger", "\xc3\xa4RGER", "Arger"},                       /* Aerger with umlaut, and without */
    {"\xce\x91\xce\x92\xce\x93", "\xce\xb1\xce\xb2\xce\xb3", "ABG"}, /* Greek */
    {"\xd0\x9a\xd0\xbb\xd1\x8e\xd1\x87", "\xd0\xba\xd0\xbb\xd1\x8e\xd1\x87",
     "\xd0\x9a\xd0\xbb\xd1\x8e"}, /* Cyrillic */
    {"stra\xc3\x9f"
     "e",
     "STRA\xc3\x9f"
     "E",
     "STRASSE"}, /* sharp s has no upper case to Windows */
    {"\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5"},
    {"\xf0\x9f\x94\x92 lock", "\xf0\x9f\x94\x92 LOCK", "\xf0\x9f\x94\x91 lock"}, /* outside the basic plane */
    {" leading", " LEADING", "leading"},
    {"trailing.", "TRAILING.", "trailing"},
    {"a/b", "A/B", "a"},
};

static void case_of_values(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
    set(BASE, 64, spellings[i].name, TLSMEND_REG_DWORD, four, 4);
    tlsmend_value found = get(machine, BASE, 64, spellings[i].same);
    if (!found.present)
      fail_msg("%s: value \"%s\" is not found as \"%s\"", subject->name, spellings[i].name,
               spellings[i].same);
    tlsmend_value_clear(&found);
    found = get(machine, BASE, 64, spellings[i].other);
    assert_false(found.present);
    set(BASE, 64, spellings[i].same, TLSMEND_REG_DWORD, four + 1, 1); /* the same value, not a second one */
    const char *names[] = {spellings[i].name};
    assert_values(BASE, 64, names, 1);
    MUST(propose_value_delete(machine, BASE, 64, spellings[i].same, "conformance", &error));
    assert_values(BASE, 64, NULL, 0);
  }
}

static void case_of_keys(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
    char *path = below(BASE, spellings[i].name), *same = below(BASE, spellings[i].same),
         *other = below(BASE, spellings[i].other);
    set(path, 64, "v", TLSMEND_REG_DWORD, four, 4);
    assert_true(exists(same, 64));
    assert_false(exists(other, 64));
    set(same, 64, "w", TLSMEND_REG_DWORD, four, 4);
    const char *names[] = {spellings[i].name};
    assert_keys(BASE, 64, names, 1);
    MUST(propose_key_delete(machine, same, 64, "conformance", &error));
    assert_keys(BASE, 64, NULL, 0);
    free(path);
    free(same);
    free(other);
  }
}

static void spelling_is_kept(void **state) {
  (void)state;
  set(BASE "\\Mixed Case", 64, "Some Name", TLSMEND_REG_DWORD, four, 4);
  name_list found = {0};
  MUST(machine_keys(machine, BASE, 64, &found, &error));
  assert_int_equal(found.count, 1);
  assert_string_equal(found.items[0], "Mixed Case");
  name_list_clear(&found);
  MUST(machine_values(machine, BASE "\\MIXED CASE", 64, &found, &error));
  assert_int_equal(found.count, 1);
  assert_string_equal(found.items[0], "Some Name");
  name_list_clear(&found);
}

/* "AES 128/128" is one key: a slash separates nothing. */
static void slash_in_a_key(void **state) {
  (void)state;
  set(BASE "\\Ciphers\\AES 128/128", 64, "Enabled", TLSMEND_REG_DWORD, four, 4);
  static const char *const names[] = {"AES 128/128"};
  assert_keys(BASE "\\Ciphers", 64, names, 1);
  assert_false(exists(BASE "\\Ciphers\\AES 128", 64));
  assert_false(exists(BASE "\\Ciphers\\AES 128\\128", 64));
  assert_keys(BASE "\\Ciphers\\AES 128/128", 64, NULL, 0);
}

static void check_key_length(const char *unit, size_t count) {
  char *name = repeat(unit, count), *path = below(BASE, name);
  set(path, 64, "v", TLSMEND_REG_DWORD, four, 4);
  const char *names[] = {name};
  assert_keys(BASE, 64, names, 1);
  assert_true(exists(path, 64));
  MUST(propose_key_delete(machine, path, 64, "conformance", &error));
  free(path);
  free(name);
}

/* Lengths count UTF-16 code units. */
static void longest_key_name(void **state) {
  (void)state;
  check_key_length("k", 255);
  check_key_length("\xc3\xa4", 255);
  check_key_length("\xf0\x9f\x94\x92", 127);
  char *name = repeat("k", 256), *path = below(BASE, name);
  MUST_FAIL(TLSMEND_E_USAGE, propose_key_create(machine, path, 64, "conformance", &error));
  free(path);
  free(name);
}

static void longest_value_name(void **state) {
  (void)state;
  static const char *const units[] = {"v", "\xc3\xa4"};
  for (size_t i = 0; i < 2; i++) {
    char *name = repeat(units[i], 16383);
    set(BASE, 64, name, TLSMEND_REG_DWORD, four, 4);
    const char *names[] = {name};
    assert_values(BASE, 64, names, 1);
    tlsmend_value found = get(machine, BASE, 64, name);
    assert_true(found.present && found.size == 4);
    tlsmend_value_clear(&found);
    MUST(propose_value_delete(machine, BASE, 64, name, "conformance", &error));
    assert_values(BASE, 64, NULL, 0);
    free(name);
  }
  char *name = repeat("v", 16384);
  tlsmend_value value = {.present = true, .type = TLSMEND_REG_NONE};
  MUST_FAIL(TLSMEND_E_USAGE, propose_value_set(machine, BASE, 64, name, &value, "conformance", &error));
  free(name);
}

const struct CMUnitTest name_tests[] = {cmocka_unit_test(case_of_values),
                                        cmocka_unit_test(case_of_keys),
                                        cmocka_unit_test(spelling_is_kept),
                                        cmocka_unit_test(slash_in_a_key),
                                        cmocka_unit_test(longest_key_name),
                                        cmocka_unit_test(longest_value_name),
                                        {0}};
