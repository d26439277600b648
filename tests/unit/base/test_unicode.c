/* Conversions lose nothing; names compare as a table of upcased UTF-16 code units says. The table itself
 * is compared with Windows' own function by tests/wine/test_upcase.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/unicode.h"
#include "unit/random.h"

enum { ROUNDS = 20000 };

static void upper_case_is_that_of_windows(void **state) {
  static const uint16_t pairs[][2] = {
      {'a', 'A'},     {'Z', 'Z'},     {'_', '_'},       {0xE4, 0xC4},     {0xFF, 0x178},    {0xDF, 0xDF},
      {0xB5, 0xB5},   {0x131, 0x131}, {0x17F, 0x17F},   {0x1C6, 0x1C4},   {0x1C5, 0x1C5},   {0x3C2, 0x3C2},
      {0x3C3, 0x3A3}, {0x430, 0x410}, {0x1E9B, 0x1E9B}, {0x24D0, 0x24B6}, {0xFF41, 0xFF21}, {0xD801, 0xD801}};
  (void)state;
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    assert_int_equal(unicode_upcase(pairs[i][0]), pairs[i][1]);
}

/* FNV-1a over the answers for all units, as RtlUpcaseUnicodeChar of Wine 8 gave them. */
static void upper_case_table_is_whole(void **state) {
  uint32_t sum = 2166136261u;
  (void)state;
  for (uint32_t unit = 0; unit < 0x10000; unit++) {
    uint16_t upper = unicode_upcase((uint16_t)unit);
    assert_int_equal(unicode_upcase(upper), upper);
    assert_true(unit < 0x80 || upper >= 0x80); /* on which the hash of names rests */
    sum = (sum ^ upper) * 16777619u;
  }
  assert_int_equal(sum, 0xCCA9C50Cu);
}

static bool has_lone_surrogate(const unsigned char *data, size_t size) {
  for (size_t i = 0; i < size; i += 2) {
    unsigned unit = data[i] | (unsigned)data[i + 1] << 8;
    unsigned next = i + 2 < size ? data[i + 2] | (unsigned)data[i + 3] << 8 : 0;
    if (unit >= 0xD800 && unit < 0xDC00 && next >= 0xDC00 && next < 0xE000)
      i += 2;
    else if (unit >= 0xD800 && unit < 0xE000)
      return true;
  }
  return false;
}

static void utf16_survives_utf8(void **state) {
  unsigned char data[64];
  (void)state;
  for (int round = 0; round < ROUNDS; round++) {
    size_t size = 2 * random_below(sizeof data / 2), length = 0, back_size = 0;
    random_units(data, size / 2);
    char *text = unicode_from_utf16(data, size, &length);
    assert_non_null(text);
    assert_int_equal(strlen(text), length);
    assert_int_equal(unicode_broken(text, length), length);
    assert_int_equal(unicode_valid(text, length), !has_lone_surrogate(data, size));
    assert_int_equal(unicode_utf16_length(text), size / 2);
    unsigned char *back = unicode_to_utf16(text, length, &back_size);
    assert_int_equal(back_size, size);
    assert_memory_equal(back, data, size);
    free(back);
    free(text);
  }
}

static void an_odd_byte_and_nuls_are_no_trouble(void **state) {
  size_t length = 0;
  (void)state;
  char *text = unicode_from_utf16((const unsigned char *)"a\0\0\0b\0c", 7, &length);
  assert_int_equal(length, 3);
  assert_memory_equal(text, "a\0b", 4);
  free(text);
  text = unicode_from_utf16(NULL, 0, &length);
  assert_string_equal(text, "");
  free(text);
}

/* Every broken byte becomes one U+FFFD; what is whole around it stays. */
static void broken_bytes_become_replacements(void **state) {
  static const struct {
    const char *text;
    size_t broken;  /* where the first broken byte stands */
    const char *as; /* how it reads, with '?' for U+FFFD */
  } cases[] = {{"a\x80z", 1, "a?z"},
               {"\xC0\xAF", 0, "??"},
               {"\xE0\x80\xAF", 0, "???"},
               {"\xF4\x90\x80\x80", 0, "????"},
               {"\xF8\x88\x80\x80\x80", 0, "?????"},
               {"x\xE2\x82", 1, "x??"},
               {"\xC3(", 0, "?("},
               {"\xE0\x9F\xBF", 0, "???"},
               {"\xFF", 0, "?"},
               {"ab\xF0\x9F\x98", 2, "ab???"}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *at = cases[i].text;
    size_t length = strlen(at), size = 0;
    assert_int_equal(unicode_broken(at, length), cases[i].broken);
    assert_false(unicode_valid(at, length));
    for (const char *as = cases[i].as; *as; as++)
      assert_int_equal(unicode_next(&at), *as == '?' ? 0xFFFD : (unsigned char)*as);
    assert_int_equal(unicode_next(&at), 0);
    unsigned char *units = unicode_to_utf16(cases[i].text, length, &size);
    assert_int_equal(size, 2 * strlen(cases[i].as));
    free(units);
  }
}

static void random_bytes_never_hurt(void **state) {
  char text[40];
  (void)state;
  for (int round = 0; round < ROUNDS; round++) {
    size_t length = random_below(sizeof text - 1), size = 0;
    for (size_t i = 0; i < length; i++)
      text[i] = (char)(1 + random_below(255));
    text[length] = '\0';
    unsigned char *units = unicode_to_utf16(text, length, &size);
    assert_int_equal(size, 2 * unicode_utf16_length(text));
    assert_true(unicode_name_equal(text, text));
    assert_true(unicode_name_equal_n(text, length, text));
    free(units);
  }
}

/* What the comparison has to be: upcased units, one after the other. */
static int expected_order(const unsigned char *a, size_t a_size, const unsigned char *b, size_t b_size) {
  for (size_t i = 0; i < a_size && i < b_size; i += 2) {
    int x = unicode_upcase((uint16_t)(a[i] | a[i + 1] << 8)),
        y = unicode_upcase((uint16_t)(b[i] | b[i + 1] << 8));
    if (x != y)
      return x < y ? -1 : 1;
  }
  return a_size < b_size ? -1 : a_size > b_size;
}

static void names_compare_by_upcased_units(void **state) {
  unsigned char a[6], b[6];
  int equal = 0;
  (void)state;
  for (int round = 0; round < 4 * ROUNDS; round++) {
    size_t a_size = 2 * random_below(4), b_size = 2 * random_below(4), length = 0, other = 0;
    random_units(a, a_size / 2);
    random_units(b, b_size / 2);
    if (round % 4 == 0) { /* the same name in another case */
      b_size = a_size;
      for (size_t i = 0; i < a_size; i += 2) {
        uint16_t upper = unicode_upcase((uint16_t)(a[i] | a[i + 1] << 8));
        b[i] = (unsigned char)(upper & 0xFF);
        b[i + 1] = (unsigned char)(upper >> 8);
      }
    }
    char *left = unicode_from_utf16(a, a_size, &length), *right = unicode_from_utf16(b, b_size, &other);
    int order = expected_order(a, a_size, b, b_size);
    assert_int_equal(unicode_name_compare(left, right), order);
    assert_int_equal(unicode_name_compare(right, left), -order);
    assert_int_equal(unicode_name_equal(left, right), order == 0);
    assert_int_equal(unicode_name_equal_n(left, length, right), order == 0);
    if (order == 0)
      assert_int_equal(unicode_name_hash(left, length), unicode_name_hash(right, other));
    equal += order == 0 && length;
    free(left);
    free(right);
  }
  assert_in_range(equal, ROUNDS / 2, 4 * ROUNDS);
}

static void a_prefix_is_a_whole_name(void **state) {
  (void)state;
  assert_string_equal(unicode_name_rest("H\xC3\xA4user", "h\xC3\x84U"), "ser");
  assert_string_equal(unicode_name_rest("abc", ""), "abc");
  assert_string_equal(unicode_name_rest("abc", "ABC"), "");
  assert_null(unicode_name_rest("ab", "abc"));
  assert_null(unicode_name_rest("\xF0\x9F\x98\x80", "\xED\xA0\xBD")); /* half a character */
  assert_false(unicode_name_equal_n("abc", 2, "abc"));
  assert_false(unicode_name_equal_n("ab\0c", 4, "ab"));
  assert_true(unicode_name_equal_n("abc", 2, "AB"));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(upper_case_is_that_of_windows),
                                     cmocka_unit_test(upper_case_table_is_whole),
                                     cmocka_unit_test(utf16_survives_utf8),
                                     cmocka_unit_test(an_odd_byte_and_nuls_are_no_trouble),
                                     cmocka_unit_test(broken_bytes_become_replacements),
                                     cmocka_unit_test(random_bytes_never_hurt),
                                     cmocka_unit_test(names_compare_by_upcased_units),
                                     cmocka_unit_test(a_prefix_is_a_whole_name)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
