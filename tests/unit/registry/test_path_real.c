/* Which names of the kernel are the key that was asked for, and which are where a link leads. */
#include "unit/engine.h"

#include "registry/path_real.h"

#define MACHINE "\\REGISTRY\\MACHINE"
#define USER    "\\REGISTRY\\USER"
#define ME      USER "\\S-1-5-21-7"

typedef struct row {
  const char *wanted, *real;
} row;

static void test_same(void **state) {
  (void)state;
  static const row rows[] = {
      {MACHINE, "\\Registry\\Machine"},
      {MACHINE "\\SOFTWARE\\Site", MACHINE "\\Software\\SITE"},
      {MACHINE "\\SOFTWARE\\Site", MACHINE "\\SOFTWARE\\Wow6432Node\\Site"},
      {MACHINE "\\SOFTWARE\\Classes\\CLSID\\x", MACHINE "\\SOFTWARE\\Classes\\WOW6432Node\\CLSID\\x"},
      {MACHINE "\\SYSTEM\\CurrentControlSet\\Control", MACHINE "\\SYSTEM\\ControlSet001\\Control"},
      {MACHINE "\\SYSTEM\\CurrentControlSet\\Hardware Profiles\\Current\\Software",
       MACHINE "\\SYSTEM\\ControlSet002\\Hardware Profiles\\0001\\Software"},
      {ME "\\Software\\Classes\\x", ME "_Classes\\x"},
      {ME "\\Software\\Classes", ME "_Classes"},
      {USER "\\S-1-5-18\\Software", USER "\\.DEFAULT\\Software"},
      {MACHINE "\\SOFTWARE\\\u00c4rger", MACHINE "\\SOFTWARE\\\u00e4RGER"},
      {MACHINE "\\SOFTWARE\\Site", "\\REGISTRY\\WC\\Silo12software\\Site"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (!path_is_real(rows[i].wanted, rows[i].real))
      fail_msg("%s: %s is taken for a link", rows[i].wanted, rows[i].real);
}

static void test_links(void **state) {
  (void)state;
  static const row rows[] = {
      {MACHINE "\\SOFTWARE\\Site", MACHINE "\\SOFTWARE\\Other"},
      {MACHINE "\\SOFTWARE\\Site", MACHINE "\\SOFTWARE"},
      {MACHINE "\\SOFTWARE\\Site", MACHINE "\\SOFTWARE\\Site\\Below"},
      {MACHINE "\\SOFTWARE\\Site", MACHINE "\\SYSTEM\\Site"},
      {MACHINE "\\SOFTWARE\\Site", USER "\\SOFTWARE\\Site"},
      {MACHINE "\\SOFTWARE\\CurrentControlSet", MACHINE "\\SOFTWARE\\ControlSet001"},
      {MACHINE "\\SYSTEM\\CurrentControlSet", MACHINE "\\SYSTEM\\ControlSet001x"},
      {MACHINE "\\SYSTEM\\CurrentControlSet", MACHINE "\\SYSTEM\\Setup"},
      {MACHINE "\\SYSTEM\\ControlSet001", MACHINE "\\SYSTEM\\ControlSet002"},
      {MACHINE "\\S-1-5-18\\A", MACHINE "\\.DEFAULT\\A"},
      {ME "\\Software\\Site", USER "\\S-1-5-21-8\\Software\\Site"},
      {ME "\\Software\\Site", ME "_Classes\\Site"},
      {ME "\\Software\\Classes\\x", USER "\\S-1-5-21-8_Classes\\x"},
      {ME "\\Software\\Classes\\x", ME "_Classes\\y"},
      {MACHINE "\\SOFTWARE\\Site", "\\REGISTRY\\WC\\Silo12software\\Other"},
      {MACHINE "\\SOFTWARE\\Site", ""},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (path_is_real(rows[i].wanted, rows[i].real))
      fail_msg("%s: %s is taken for it", rows[i].wanted, rows[i].real);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_same), cmocka_unit_test(test_links)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
