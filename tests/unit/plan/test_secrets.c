/* What is looked for is found wherever it stands, and nothing else is changed. */
#include "unit/engine.h"

#include "plan/secrets.h"

static void expect(const secrets *hidden, const char *text, const char *wanted) {
  char *masked = secrets_mask(hidden, text);
  assert_string_equal(masked, wanted);
  free(masked);
}

static void test_masked(void **state) {
  (void)state;
  secrets hidden = {0};
  static const char *const given[] = {
      "hunter2", "hunter2 and more", "abc", "", "line one\nline two", "tab\there", "ÄÖÜß"};
  expect(&hidden, "nothing is hidden: hunter2", "nothing is hidden: hunter2");
  for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
    const param_value value = {.kind = PARAM_TEXT, .text = (char *)(uintptr_t)given[i]};
    assert_true(secrets_add(&hidden, &value) && secrets_add(&hidden, &value));
  }
  char *list[] = {"in a list", "deeper"};
  assert_true(secrets_add(&hidden, &(param_value){.kind = PARAM_LIST, .list = {list, 2, 2}}));
  assert_true(secrets_add(&hidden, &(param_value){.kind = PARAM_INTEGER, .integer = 1234567}));
  expect(&hidden, "", "");
  expect(&hidden, "hunter", "hunter");
  expect(&hidden, "hunter2", "(a secret)");
  expect(&hidden, "xhunter2x", "x(a secret)x");
  expect(&hidden, "hunter2hunter2", "(a secret)(a secret)");
  expect(&hidden, "hunter2 and more", "(a secret)");          /* the longer one */
  expect(&hidden, "it is hunter2 and m", "it is (a secret)"); /* cut off */
  expect(&hidden, "abc", "abc");                              /* too short */
  expect(&hidden, "line one line two", "(a secret)");
  expect(&hidden, "line one\nline two", "(a secret)");
  expect(&hidden, "> line two <", "> (a secret) <");
  expect(&hidden, "tab here, tab\there", "(a secret), (a secret)");
  expect(&hidden, "ÄÖÜß ÄÖÜ", "(a secret) ÄÖÜ"); /* six bytes are too few */
  expect(&hidden, "in a list, deeper: 1234567", "(a secret), (a secret): (a secret)");
  tlsmend_error error = {TLSMEND_E_SCRIPT, ""};
  for (size_t i = 0; i + 8 < sizeof error.text; i++)
    strcat(error.text, i % 8 ? "" : "hunter2 ");
  secrets_mask_error(&hidden, &error);
  assert_null(strstr(error.text, "hunter2"));
  assert_true(strlen(error.text) < sizeof error.text);
  secrets_clear(&hidden);
}

static void test_values(void **state) {
  (void)state;
  secrets hidden = {0};
  tlsmend_value value = {0};
  assert_true(secrets_add(&hidden, &(param_value){.kind = PARAM_TEXT, .text = "pässword"}));
  assert_true(secrets_add(&hidden, &(param_value){.kind = PARAM_INTEGER, .integer = 70000}));
  assert_false(secrets_within(&hidden, &value));
  static const struct {
    uint32_t type;
    const char *text;
    bool within;
  } rows[] = {{TLSMEND_REG_SZ, "pässword", true},          {TLSMEND_REG_SZ, "my pässword!", true},
              {TLSMEND_REG_SZ, "password", false},         {TLSMEND_REG_SZ, "PÄSSWORD", false},
              {TLSMEND_REG_EXPAND_SZ, "%pässword%", true}, {TLSMEND_REG_SZ, "70000", true}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    MUST(value_set_string(&value, rows[i].type, rows[i].text, &error));
    assert_int_equal(secrets_within(&hidden, &value), rows[i].within);
    tlsmend_value_clear(&value);
  }
  for (uint32_t number = 69998; number < 70003; number++) {
    MUST(value_set_dword(&value, number, &error));
    assert_int_equal(secrets_within(&hidden, &value), number == 70000);
    tlsmend_value_clear(&value);
  }
  secrets_clear(&hidden);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_masked), cmocka_unit_test(test_values)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
