/* Values keep their bytes, through JSON too; what JSON shows is what it holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/unicode.h"
#include "registry/value.h"
#include "unit/random.h"

static tlsmend_error error;

static void types_have_names(void **state) {
  uint32_t type = 0;
  char text[32];
  (void)state;
  for (uint32_t number = 0; number < 300; number++) {
    value_type_print(number, text);
    assert_true(value_type_parse(text, &type));
    assert_int_equal(type, number);
    if (number <= 11)
      assert_string_equal(value_type_name(number), text);
    else
      assert_null(value_type_name(number));
  }
  value_type_print(0xABCD, text);
  assert_string_equal(text, "REG_0x0000abcd");
  assert_true(value_type_parse("REG_0xFFFFFFFF", &type));
  assert_int_equal(type, 0xFFFFFFFF);
  assert_string_equal(value_type_name(7), "REG_MULTI_SZ");
  assert_false(value_type_parse("REG_0x", &type));
  assert_false(value_type_parse("REG_0x123456789", &type));
  assert_false(value_type_parse("REG_0x12g", &type));
  assert_false(value_type_parse("reg_dword", &type));
  assert_false(value_type_parse("DWORD", &type));
}

static void numbers_are_little_endian(void **state) {
  tlsmend_value value = {0};
  uint64_t number = 0;
  (void)state;
  assert_int_equal(value_set_dword(&value, 0xA00, &error), TLSMEND_OK);
  assert_int_equal(value.size, 4);
  assert_memory_equal(value.data, "\0\x0A\0\0", 4);
  assert_true(value_number(&value, &number));
  assert_int_equal(number, 0xA00);
  assert_int_equal(value_set_qword(&value, 0x8000000000000001u, &error), TLSMEND_OK);
  assert_true(value_number(&value, &number));
  assert_true(number == 0x8000000000000001u);
  tlsmend_value_set(&value, TLSMEND_REG_DWORD_BIG_ENDIAN, "\0\0\x0A\0", 4, &error);
  assert_true(value_number(&value, &number));
  assert_int_equal(number, 0xA00);
  tlsmend_value_set(&value, TLSMEND_REG_DWORD, "\1\0\0", 3, &error);
  assert_false(value_number(&value, &number));
  tlsmend_value_set(&value, TLSMEND_REG_QWORD, "\1\0\0\0", 4, &error);
  assert_false(value_number(&value, &number));
  tlsmend_value_set(&value, TLSMEND_REG_BINARY, "\1\0\0\0", 4, &error);
  assert_false(value_number(&value, &number));
  tlsmend_value_clear(&value);
  assert_false(value_number(&value, &number));
}

static void texts_end_at_their_nul(void **state) {
  tlsmend_value value = {0};
  (void)state;
  assert_int_equal(value_set_string(&value, TLSMEND_REG_EXPAND_SZ, "h\xC3\xA4", &error), TLSMEND_OK);
  assert_int_equal(value.type, TLSMEND_REG_EXPAND_SZ);
  assert_int_equal(value.size, 6);
  assert_memory_equal(value.data, "h\0\xE4\0\0\0", 6);
  assert_int_equal(value_set_string(&value, TLSMEND_REG_DWORD, "x", &error), TLSMEND_E_USAGE);
  tlsmend_value_set(&value, TLSMEND_REG_SZ, "a\0\0\0b\0", 6, &error);
  char *text = value_text(&value);
  assert_string_equal(text, "a");
  free(text);
  tlsmend_value_set(&value, TLSMEND_REG_SZ, "a\0b", 3, &error); /* no NUL, odd */
  text = value_text(&value);
  assert_string_equal(text, "a");
  free(text);
  tlsmend_value_set(&value, TLSMEND_REG_SZ, NULL, 0, &error);
  text = value_text(&value);
  assert_string_equal(text, "");
  free(text);
  tlsmend_value_set(&value, TLSMEND_REG_BINARY, "a\0", 2, &error);
  assert_null(value_text(&value));
  tlsmend_value_clear(&value);
}

static void lists_end_at_the_empty_text(void **state) {
  static const char *const texts[] = {"TLS 1.1", "\xC3\xA4"}, *const gap[] = {"a", "", "b"};
  tlsmend_value value = {0};
  size_t count = 0;
  (void)state;
  assert_int_equal(value_set_multi(&value, texts, 2, &error), TLSMEND_OK);
  assert_int_equal(value.size, 2 * (8 + 2 + 1));
  char **read = value_texts(&value, &count);
  assert_int_equal(count, 2);
  assert_string_equal(read[0], texts[0]);
  assert_string_equal(read[1], texts[1]);
  value_texts_free(read, count);
  assert_int_equal(value_set_multi(&value, gap, 3, &error), TLSMEND_E_USAGE);
  assert_non_null(strstr(error.text, "text 2"));
  assert_int_equal(value_set_multi(&value, NULL, 0, &error), TLSMEND_OK);
  assert_int_equal(value.size, 2);
  tlsmend_value_set(&value, TLSMEND_REG_MULTI_SZ, "a\0\0\0b\0", 6, &error); /* neither NUL at the end */
  read = value_texts(&value, &count);
  assert_int_equal(count, 2);
  assert_string_equal(read[1], "b");
  value_texts_free(read, count);
  tlsmend_value_set(&value, TLSMEND_REG_SZ, "a\0\0\0", 4, &error);
  assert_null(value_texts(&value, &count));
  tlsmend_value_clear(&value);
}

static void equal_is_presence_type_and_bytes(void **state) {
  tlsmend_value a = {0}, b = {0};
  (void)state;
  assert_true(value_equal(&a, &b));
  tlsmend_value_set(&a, TLSMEND_REG_BINARY, NULL, 0, &error);
  assert_false(value_equal(&a, &b));
  assert_int_equal(value_copy(&b, &a, &error), TLSMEND_OK);
  assert_true(value_equal(&a, &b));
  tlsmend_value_set(&b, TLSMEND_REG_NONE, NULL, 0, &error);
  assert_false(value_equal(&a, &b));
  tlsmend_value_set(&a, TLSMEND_REG_NONE, "ab", 2, &error);
  tlsmend_value_set(&b, TLSMEND_REG_NONE, "ac", 2, &error);
  assert_false(value_equal(&a, &b));
  tlsmend_value_clear(&a);
  assert_int_equal(value_copy(&b, &a, &error), TLSMEND_OK);
  assert_false(b.present);
}

/* A value of any type, of the kinds of bytes that are found in registries. */
static void random_value(tlsmend_value *out) {
  static const uint32_t types[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 0xABCD, 0xFFFFFFFF, 1, 2, 7};
  unsigned char data[64];
  uint32_t type = types[random_below(sizeof types / sizeof *types)];
  size_t size = random_below(5) ? 4 * random_below(sizeof data / 4) : random_below(sizeof data);
  random_units(data, sizeof data / 2);
  if (size > 1 && random_below(2))
    memset(data + size - 2, 0, 2);
  if (size > 3 && random_below(2))
    memset(data + size - 4, 0, 4);
  if (size > 8 && random_below(4) == 0)
    memset(data + 2 * random_below(size / 2), 0, 2);
  if (type == TLSMEND_REG_DWORD && random_below(3))
    size = 4;
  if (type == TLSMEND_REG_QWORD && random_below(3))
    size = 8;
  assert_int_equal(tlsmend_value_set(out, type, data, size, &error), TLSMEND_OK);
}

static void json_keeps_every_byte(void **state) {
  tlsmend_value value = {0}, back = {0};
  size_t plain = 0;
  (void)state;
  for (int round = 0; round < 40000; round++) {
    random_value(&value);
    json_t *json = value_to_json(&value);
    char *text = json_dumps(json, JSON_COMPACT);
    assert_non_null(text);
    plain += !json_object_get(json, "raw");
    json_decref(json);
    json = json_loads(text, 0, NULL);
    assert_int_equal(value_from_json(json, &back, &error), TLSMEND_OK);
    assert_true(value_equal(&value, &back));
    json_decref(json);
    free(text);
  }
  assert_in_range(plain, 10000, 39000); /* both spellings were met */
  tlsmend_value_clear(&value);
  tlsmend_value_clear(&back);
}

static void json_is_spelled(const tlsmend_value *value, const char *as) {
  json_t *json = value_to_json(value);
  char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
  assert_string_equal(text, as);
  free(text);
  json_decref(json);
}

static void json_is_what_the_manual_says(void **state) {
  static const char *const texts[] = {"a", "b"};
  tlsmend_value value = {0};
  (void)state;
  json_is_spelled(&value, "null");
  value_set_dword(&value, 2560, &error);
  json_is_spelled(&value, "{\"type\":\"REG_DWORD\",\"data\":2560}");
  value_set_qword(&value, INT64_MAX, &error);
  json_is_spelled(&value, "{\"type\":\"REG_QWORD\",\"data\":9223372036854775807}");
  value_set_string(&value, TLSMEND_REG_EXPAND_SZ, "%x%\\y", &error);
  json_is_spelled(&value, "{\"type\":\"REG_EXPAND_SZ\",\"data\":\"%x%\\\\y\"}");
  value_set_multi(&value, texts, 2, &error);
  json_is_spelled(&value, "{\"type\":\"REG_MULTI_SZ\",\"data\":[\"a\",\"b\"]}");
  tlsmend_value_set(&value, TLSMEND_REG_BINARY, "\x0A\xFF", 2, &error);
  json_is_spelled(&value, "{\"type\":\"REG_BINARY\",\"data\":\"0aff\"}");
  tlsmend_value_set(&value, TLSMEND_REG_SZ, "a\0", 2, &error);
  json_is_spelled(&value, "{\"type\":\"REG_SZ\",\"data\":\"a\",\"raw\":\"6100\"}");
  tlsmend_value_set(&value, TLSMEND_REG_DWORD, "a", 1, &error);
  json_is_spelled(&value, "{\"type\":\"REG_DWORD\",\"data\":null,\"raw\":\"61\"}");
  tlsmend_value_clear(&value);
}

/* A plan is read by people: its data must not say one thing and hold another. */
static void json_that_is_not_ours_is_refused(void **state) {
  static const char *const cases[] = {
      "5",
      "[]",
      "\"REG_SZ\"",
      "{}",
      "{\"type\":\"REG_DWORD\"}",
      "{\"data\":1}",
      "{\"type\":\"DWORD\",\"data\":1}",
      "{\"type\":4,\"data\":1}",
      "{\"type\":\"REG_DWORD\",\"data\":-1}",
      "{\"type\":\"REG_DWORD\",\"data\":4294967296}",
      "{\"type\":\"REG_DWORD\",\"data\":1.0}",
      "{\"type\":\"REG_DWORD\",\"data\":\"1\"}",
      "{\"type\":\"REG_DWORD\",\"data\":1,\"raw\":\"02000000\"}",
      "{\"type\":\"REG_DWORD\",\"data\":1,\"raw\":\"01000000\"}",
      "{\"type\":\"REG_DWORD\",\"data\":1,\"more\":2}",
      "{\"type\":\"REG_0x00000004\",\"data\":\"01000000\"}",
      "{\"type\":\"REG_QWORD\",\"data\":-9223372036854775808}",
      "{\"type\":\"REG_SZ\",\"data\":[\"a\"]}",
      "{\"type\":\"REG_SZ\",\"data\":\"a\",\"raw\":\"62000000\"}",
      "{\"type\":\"REG_SZ\",\"data\":\"a\",\"raw\":null}",
      "{\"type\":\"REG_MULTI_SZ\",\"data\":\"a\"}",
      "{\"type\":\"REG_MULTI_SZ\",\"data\":[\"a\",\"\"]}",
      "{\"type\":\"REG_MULTI_SZ\",\"data\":[1]}",
      "{\"type\":\"REG_BINARY\",\"data\":\"0\"}",
      "{\"type\":\"REG_BINARY\",\"data\":\"0G\"}",
      "{\"type\":\"REG_BINARY\",\"data\":\"0A\"}",
      "{\"type\":\"REG_BINARY\",\"data\":null}",
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    tlsmend_value value = {0};
    json_t *json = json_loads(cases[i], JSON_DECODE_ANY, NULL);
    assert_non_null(json);
    if (value_from_json(json, &value, &error) != TLSMEND_E_CORRUPT)
      fail_msg("%s was accepted", cases[i]);
    assert_false(value.present);
    assert_null(value.data);
    json_decref(json);
  }
}

static void prints_as(const tlsmend_value *value, const char *as) {
  char *text = value_print(value);
  assert_string_equal(text, as);
  free(text);
}

static void one_line_for_people(void **state) {
  static const char *const texts[] = {"a", "b\tc"};
  tlsmend_value value = {0};
  (void)state;
  prints_as(&value, "absent");
  value_set_dword(&value, 0xA00, &error);
  prints_as(&value, "REG_DWORD 0xA00 (2560)");
  value_set_string(&value, TLSMEND_REG_SZ, "C:\\x \xC3\xA4", &error);
  prints_as(&value, "REG_SZ \"C:\\x \xC3\xA4\"");
  value_set_string(&value, TLSMEND_REG_SZ, "1\r\n2\x1B[31m\xE2\x80\xAE", &error);
  prints_as(&value, "REG_SZ \"1\\r\\n2\\u001B[31m\\u202E\"");
  value_set_multi(&value, texts, 2, &error);
  prints_as(&value, "REG_MULTI_SZ [\"a\", \"b\\tc\"]");
  tlsmend_value_set(&value, TLSMEND_REG_BINARY, "\1\2", 2, &error);
  prints_as(&value, "REG_BINARY 01 02 (2 bytes)");
  tlsmend_value_set(&value, TLSMEND_REG_DWORD, "\1", 1, &error);
  prints_as(&value, "REG_DWORD 01 (1 byte)");
  tlsmend_value_set(&value, TLSMEND_REG_SZ, "a\0\0\0b\0", 6, &error); /* something stands behind the NUL */
  prints_as(&value, "REG_SZ 61 00 00 00 62 00 (6 bytes)");
  tlsmend_value_clear(&value);
}

static void a_line_stays_a_line(void **state) {
  tlsmend_value value = {0};
  unsigned char *big = calloc(1, 1 << 20);
  (void)state;
  for (int round = 0; round < 20000; round++) {
    random_value(&value);
    char *text = value_print(&value);
    assert_true(unicode_valid(text, strlen(text)));
    for (const char *at = text; *at; at++)
      assert_true((unsigned char)*at >= ' ' && *at != 0x7F);
    free(text);
  }
  random_units(big, (1 << 19) - 1);
  static const uint32_t types[] = {TLSMEND_REG_SZ, TLSMEND_REG_MULTI_SZ, TLSMEND_REG_BINARY};
  for (size_t i = 0; i < 3; i++) {
    tlsmend_value_set(&value, types[i], big, 1 << 20, &error);
    char *text = value_print(&value);
    assert_in_range(strlen(text), 20, 4000);
    assert_non_null(strstr(text, "..."));
    free(text);
  }
  free(big);
  tlsmend_value_clear(&value);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(types_have_names),
                                     cmocka_unit_test(numbers_are_little_endian),
                                     cmocka_unit_test(texts_end_at_their_nul),
                                     cmocka_unit_test(lists_end_at_the_empty_text),
                                     cmocka_unit_test(equal_is_presence_type_and_bytes),
                                     cmocka_unit_test(json_keeps_every_byte),
                                     cmocka_unit_test(json_is_what_the_manual_says),
                                     cmocka_unit_test(json_that_is_not_ours_is_refused),
                                     cmocka_unit_test(one_line_for_people),
                                     cmocka_unit_test(a_line_stays_a_line)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
