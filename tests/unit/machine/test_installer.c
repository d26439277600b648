/* Exit codes of installers: the whole table, in every spelling that Windows gives them, and what is not in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "machine/update/installer.h"

/* As documents spell the codes: hex, and what cmd shows. */
static const struct {
  uint32_t code;
  int32_t shown;
  installer_class class;
} known[] = {
    {0x0, 0, INSTALLER_OK},
    {0xbc2, 3010, INSTALLER_OK_REBOOT},
    {0xbc3, 3011, INSTALLER_OK_REBOOT},
    {0x669, 1641, INSTALLER_OK_REBOOT},
    {0x652, 1618, INSTALLER_RETRY},
    {0x642, 1602, INSTALLER_FAIL},
    {0x240005, 2359301, INSTALLER_OK_REBOOT},
    {0x240006, 2359302, INSTALLER_OK_NO_CHANGE},
    {0x240007, 2359303, INSTALLER_OK_NO_CHANGE},
    {0x1, 1, INSTALLER_AMBIGUOUS},
    {0x80240017, -2145124329, INSTALLER_NOT_APPLICABLE},
    {0x80240016, -2145124330, INSTALLER_FAIL},
    {0x80240009, -2145124343, INSTALLER_RETRY},
    {0x8024001e, -2145124322, INSTALLER_RETRY},
    {0x80070005, -2147024891, INSTALLER_FAIL},
    {0x80070422, -2147023838, INSTALLER_FAIL},
    {0x80092004, -2146885628, INSTALLER_FAIL},
    {0x80073712, -2147010798, INSTALLER_FAIL},
    {1722, 1722, INSTALLER_RETRY},
    {0x800f081e, -2146498530, INSTALLER_AMBIGUOUS},
    {0x800f0823, -2146498525, INSTALLER_FAIL},
    {0x800f0830, (int32_t)0x800f0830, INSTALLER_AMBIGUOUS},
    {0x800f0838, (int32_t)0x800f0838, INSTALLER_FAIL},
    {0x800f0922, (int32_t)0x800f0922, INSTALLER_FAIL},
    {50, 50, INSTALLER_FAIL},
    {87, 87, INSTALLER_FAIL},
    {740, 740, INSTALLER_FAIL},
    {11, 11, INSTALLER_FAIL},
    {2, 2, INSTALLER_FAIL},
};

static void documented_codes(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    installer_result result = installer_classify((uint32_t)known[i].shown);
    assert_int_equal(result.code, known[i].code);
    if (result.class != known[i].class)
      fail_msg("0x%x is %d, not %d", known[i].code, result.class, known[i].class);
    assert_true(strlen(result.meaning) > 3);
  }
}

/* What has failed says what to do next; what went well does not. */
static void advice_where_it_is_needed(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    installer_result result = installer_classify(known[i].code);
    bool well = result.class == INSTALLER_OK || result.class == INSTALLER_OK_REBOOT ||
                result.class == INSTALLER_OK_NO_CHANGE;
    assert_int_equal(result.advice[0] == '\0', well);
  }
}

static void unknown_codes_fail(void **state) {
  (void)state;
  static const uint32_t codes[] = {3, 3009, 0x80240018, 0xffffffff, 0x240008};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    installer_result result = installer_classify(codes[i]);
    assert_int_equal(result.code, codes[i]);
    assert_int_equal(result.class, INSTALLER_FAIL);
    assert_non_null(strstr(result.meaning, "does not know"));
    assert_non_null(strstr(result.advice, "CBS.log"));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(documented_codes),
      cmocka_unit_test(advice_where_it_is_needed),
      cmocka_unit_test(unknown_codes_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
