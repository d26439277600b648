/* Access denied is an answer of its own: neither "absent" nor "empty", for reads as for writes. */
#include "conformance/conformance.h"

static int ignore(void *data, const char *name) {
  (void)data;
  (void)name;
  return 0;
}

static void denied_is_not_absent(void **state) {
  (void)state;
  static const unsigned char one[4] = {1};
  tlsmend_value value = {0};
  MUST(tlsmend_value_set(&value, TLSMEND_REG_DWORD, one, 4, &error));
  MUST(propose_value_set(subject->before(machine), BASE "\\closed", 64, "v", &value, "conformance", &error));
  if (!subject->deny || !subject->deny(machine, BASE "\\closed")) {
    tlsmend_value_clear(&value);
    skip_because("it has no rights that could be taken away (seen on the overlay and on live)");
  }
  tlsmend_value found = {0};
  MUST_FAIL(TLSMEND_E_DENIED, machine_value_get(machine, BASE "\\closed", 64, "v", &found, &error));
  MUST_FAIL(TLSMEND_E_DENIED, machine_each_key(machine, BASE "\\closed", 64, ignore, NULL, &error));
  MUST_FAIL(TLSMEND_E_DENIED, machine_each_value(machine, BASE "\\closed", 64, ignore, NULL, &error));
  MUST_FAIL(TLSMEND_E_DENIED,
            propose_value_set(machine, BASE "\\closed", 64, "w", &value, "conformance", &error));
  tlsmend_value_clear(&value);
}

static void writing_what_is_there_changes_nothing(void **state) {
  (void)state;
  static const unsigned char one[4] = {1};
  set(BASE, 64, "v", TLSMEND_REG_DWORD, one, 4);
  set(BASE, 64, "v", TLSMEND_REG_DWORD, one, 4); /* a second change would be refused as drift */
  static const char *const names[] = {"v"};
  assert_values(BASE, 64, names, 1);
}

const struct CMUnitTest right_tests[] = {
    cmocka_unit_test(denied_is_not_absent), cmocka_unit_test(writing_what_is_there_changes_nothing), {0}};
