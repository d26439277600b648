/* Error texts are one line of whole characters; every code has a name and an exit code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <tlsmend/machine.h>

#include "base/unicode.h"

static void one_line(void **state) {
  (void)state;
  tlsmend_error error;
  assert_int_equal(tlsmend_error_set(&error, TLSMEND_E_IO, "a\nb\r\tc\x7f"), TLSMEND_E_IO);
  assert_int_equal(error.code, TLSMEND_E_IO);
  assert_string_equal(error.text, "a b  c ");
  tlsmend_error_set(&error, TLSMEND_E_IO,
                    "\xec"
                    "a\xc2\x9b"
                    "b\xc3\xa4\xed\xa0\x80\x1b[2J\xc3");
  assert_string_equal(error.text, "?a  b\xc3\xa4??? [2J?");
  assert_int_equal(tlsmend_error_set(NULL, TLSMEND_E_IO, "nobody listens"), TLSMEND_E_IO);
}

/* Wherever the line is cut, what is left is UTF-8: characters of 1 to 4 bytes, pushed on byte by byte. */
static void cut_between_characters(void **state) {
  (void)state;
  static const char *const characters[] = {"x", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x94\x92"};
  for (size_t kind = 0; kind < 4; kind++) {
    for (size_t shift = 0; shift < 4; shift++) {
      char text[3000];
      memset(text, 'a', shift);
      text[shift] = 0;
      while (strlen(text) + 4 < sizeof text)
        strcat(text, characters[kind]);
      tlsmend_error error;
      tlsmend_error_set(&error, TLSMEND_E_SCRIPT, "%s", text);
      assert_true(unicode_valid(error.text, strlen(error.text)));
      assert_in_range(strlen(error.text), sizeof error.text - 4, sizeof error.text - 1);
    }
  }
}

/* The caller's own text may be an argument. */
static void text_of_itself(void **state) {
  (void)state;
  tlsmend_error error;
  tlsmend_error_set(&error, TLSMEND_E_IO, "reason");
  tlsmend_error_set(&error, TLSMEND_E_CORRUPT, "file.reg: %s", error.text);
  assert_string_equal(error.text, "file.reg: reason");
}

static void names_and_exits(void **state) {
  (void)state;
  assert_string_equal(tlsmend_error_name(TLSMEND_E_DRIFT), "E_DRIFT");
  assert_string_equal(tlsmend_error_name(-999), "?");
  assert_int_equal(tlsmend_error_exit(TLSMEND_OK), 0);
  assert_int_equal(tlsmend_error_exit(TLSMEND_E_DRIFT), 3);
  assert_int_equal(tlsmend_error_exit(TLSMEND_E_UNKNOWN), 5);
  assert_int_equal(tlsmend_error_exit(TLSMEND_E_USAGE), 64);
  assert_int_equal(tlsmend_error_exit(TLSMEND_E_UNDO), 4);
  assert_int_equal(tlsmend_error_exit(-999), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(one_line), cmocka_unit_test(cut_between_characters),
                                     cmocka_unit_test(text_of_itself), cmocka_unit_test(names_and_exits)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
