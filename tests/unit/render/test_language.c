/* Texts in other languages: which pair fits, what goes into it, what a file of pairs may hold. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "render/language.h"
#include "base/text.h"

static const char pairs[] = "# a remark\n"
                            "%s is there\n\t%1 ist da\n"
                            "%s there\n\tdort: %1\n"
                            "%s is there: %s\n\t%1 ist da, denn: %2\n"
                            "%d of %s\n\tvon %2: %1\n"
                            "the file\n\tdie Datei\n"
                            "\xC3\xA4\n\t\xC3\xB6\n";

static language *open_pairs(void) {
  language *self = NULL;
  assert_int_equal(language_parse("de", pairs, sizeof pairs - 1, &self, NULL), TLSMEND_OK);
  return self;
}

static void expect(const language *self, const char *english, const char *local) {
  char *text = language_text(self, english);
  assert_string_equal(text, local);
  free(text);
}

static void test_the_heaviest_pair_wins(void **state) {
  (void)state;
  language *self = open_pairs();
  expect(self, "the file", "die Datei");
  expect(self, "the file is there", "die Datei ist da");
  expect(self, "x is there: the file", "x ist da, denn: die Datei");
  expect(self, "x there", "dort: x");
  expect(self, "12 of the file", "von die Datei: 12");
  expect(self, "x of the file", "x of the file");
  expect(self, "%1 is there", "%1 ist da");
  expect(self, "a; the file; b (the file)", "a; die Datei; b (die Datei)");
  expect(self, "nobody knows", "nobody knows");
  expect(self, "", "");
  language_close(self);
}

static void test_english_is_a_copy(void **state) {
  (void)state;
  expect(NULL, "the file is there", "the file is there");
  assert_string_equal(language_name(NULL), "en");
}

/* Many placeholders and a text that nearly fits are given up, not tried for hours. */
static void test_a_long_text_ends(void **state) {
  (void)state;
  static const char pair[] = "%s, %s, %s, %s, %s, %s, %s, %s.\n\t%1%2%3%4%5%6%7%8\n";
  language *self = NULL;
  assert_int_equal(language_parse("de", pair, sizeof pair - 1, &self, NULL), TLSMEND_OK);
  char *long_text = malloc(4001);
  for (size_t i = 0; i < 4000; i++)
    long_text[i] = i % 2 ? ' ' : ',';
  long_text[4000] = 0;
  char *text = language_text(self, long_text);
  assert_string_equal(text, long_text);
  free(text);
  free(long_text);
  language_close(self);
}

static void test_a_broken_file_is_refused(void **state) {
  (void)state;
  static const char *const broken[] = {"a\nb\n", "\ta\n", "a\n\tb\n\tc\n", "a\n"};
  for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
    language *self = NULL;
    tlsmend_error error = {0, ""};
    assert_int_equal(language_parse("de", broken[i], strlen(broken[i]), &self, &error), TLSMEND_E_CORRUPT);
    assert_null(self);
    assert_non_null(strstr(error.text, "de"));
  }
}

static void test_columns_count_letters(void **state) {
  (void)state;
  language *self = open_pairs();
  text_builder text = {.language = self};
  char *out = NULL;
  text_label(&text, "\xC3\xA4", 3);
  text_add(&text, "|");
  text_say(&text, "%s is there", "x");
  assert_int_equal(text_finish(&text, &out, NULL), TLSMEND_OK);
  assert_string_equal(out, "\xC3\xB6  |x ist da");
  free(out);
  language_close(self);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_heaviest_pair_wins), cmocka_unit_test(test_english_is_a_copy),
      cmocka_unit_test(test_a_long_text_ends),       cmocka_unit_test(test_a_broken_file_is_refused),
      cmocka_unit_test(test_columns_count_letters),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
