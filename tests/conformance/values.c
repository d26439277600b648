/* Values: every type byte for byte, the default value, absent and empty. */
#include "conformance/conformance.h"

static void fill(dice *random, unsigned char *bytes, size_t size) {
  for (size_t i = 0; i < size; i++)
    bytes[i] = (unsigned char)roll(random, 256);
}

static void assert_round_trip(const char *name, uint32_t type, const unsigned char *bytes, size_t size) {
  set(BASE, 64, name, type, bytes, size);
  tlsmend_value found = get(machine, BASE, 64, name);
  if (!found.present || found.type != type || found.size != size ||
      (size && memcmp(found.data, bytes, size) != 0))
    fail_msg("%s: %zu bytes of type %u come back as %zu bytes of type %u", subject->name, size, type,
             found.size, found.type);
  assert_true(size > 0 || !found.data);
  tlsmend_value_clear(&found);
}

/* Types that winnt.h names, and two that it does not. */
static const uint32_t types[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0x2a, 0xffff0013};
static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 63, 255, 1000, 1024, 1025, 4095, 65537};

static void every_type_and_size(void **state) {
  (void)state;
  static unsigned char bytes[70000];
  dice random = {0x5eed};
  for (size_t t = 0; t < sizeof types / sizeof *types; t++)
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
      fill(&random, bytes, sizes[s]);
      assert_round_trip("value", types[t], bytes, sizes[s]);
    }
}

/* Text without a terminator, in memory where a zero follows: Windows' own call would add one to what it stores. */
static void text_without_terminator(void **state) {
  (void)state;
  static const unsigned char text[] = {'a', 0, 'b', 0, 0, 0, 0, 0};
  static const uint32_t kinds[] = {1, 2, 7};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    for (size_t size = 0; size <= sizeof text; size++)
      assert_round_trip("text", kinds[i], text, size);
}

static void embedded_nuls(void **state) {
  (void)state;
  static const unsigned char text[] = {'a', 0, 0, 0, 'b', 0, 0, 0, 0, 0, 'c', 0};
  assert_round_trip("sz", TLSMEND_REG_SZ, text, sizeof text);
  assert_round_trip("multi", TLSMEND_REG_MULTI_SZ, text, sizeof text);
  assert_round_trip("expand", TLSMEND_REG_EXPAND_SZ, text, sizeof text);
}

static void one_mebibyte(void **state) {
  (void)state;
  size_t size = 1u << 20;
  unsigned char *bytes = malloc(size);
  assert_non_null(bytes);
  dice random = {0xb16};
  fill(&random, bytes, size);
  assert_round_trip("large", TLSMEND_REG_BINARY, bytes, size);
  assert_round_trip("large", TLSMEND_REG_SZ, bytes, size - 1);
  assert_round_trip("large", TLSMEND_REG_BINARY, bytes, 3); /* and small again */
  free(bytes);
}

static void default_value(void **state) {
  (void)state;
  MUST(propose_key_create(machine, BASE, 64, "conformance", &error));
  tlsmend_value found = get(machine, BASE, 64, "");
  assert_false(found.present);
  assert_values(BASE, 64, NULL, 0);
  set(BASE, 64, "", TLSMEND_REG_SZ, "x\0\0", 4);
  static const char *const names[] = {""};
  assert_values(BASE, 64, names, 1);
  found = get(machine, BASE, 64, "");
  assert_true(found.present && found.size == 4);
  tlsmend_value_clear(&found);
  MUST(propose_value_delete(machine, BASE, 64, "", "conformance", &error));
  found = get(machine, BASE, 64, "");
  assert_false(found.present);
}

static void absent_is_not_empty(void **state) {
  (void)state;
  tlsmend_value found = get(machine, BASE, 64, "nothing"); /* not even a key */
  assert_false(found.present);
  set(BASE, 64, "empty", TLSMEND_REG_BINARY, NULL, 0);
  found = get(machine, BASE, 64, "empty");
  assert_true(found.present && found.size == 0 && found.type == TLSMEND_REG_BINARY);
  found = get(machine, BASE, 64, "nothing");
  assert_false(found.present);
  set(BASE, 64, "empty", TLSMEND_REG_NONE, NULL, 0);
  found = get(machine, BASE, 64, "empty");
  assert_true(found.present && found.type == TLSMEND_REG_NONE);
}

static void type_changes_with_the_bytes(void **state) {
  (void)state;
  static const unsigned char bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  assert_round_trip("v", TLSMEND_REG_DWORD, bytes, 4);
  assert_round_trip("v", TLSMEND_REG_BINARY, bytes, 4); /* the same bytes, another type: a change */
  assert_round_trip("v", TLSMEND_REG_QWORD, bytes, 8);
}

const struct CMUnitTest value_tests[] = {cmocka_unit_test(every_type_and_size),
                                         cmocka_unit_test(text_without_terminator),
                                         cmocka_unit_test(embedded_nuls),
                                         cmocka_unit_test(one_mebibyte),
                                         cmocka_unit_test(default_value),
                                         cmocka_unit_test(absent_is_not_empty),
                                         cmocka_unit_test(type_changes_with_the_bytes),
                                         {0}};
