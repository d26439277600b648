/* Live only: where the two views really stand, asked of Windows by another way than the back end's own. */
#include "conformance/conformance.h"

#ifdef _WIN32
#include <windows.h>

static DWORD stored(const char *path) {
  DWORD number = 0xffffffff, size = sizeof number, type = 0;
  HKEY key;
  if (RegOpenKeyExA(HKEY_LOCAL_MACHINE, path, 0, KEY_QUERY_VALUE | KEY_WOW64_64KEY, &key) != ERROR_SUCCESS)
    return number;
  RegQueryValueExA(key, "v", NULL, &type, (BYTE *)&number, &size);
  RegCloseKey(key);
  return type == REG_DWORD && size == 4 ? number : 0xffffffff;
}

static void views_stand_where_windows_has_them(void **state) {
  (void)state;
  const tlsmend_system *system = NULL;
  MUST(machine_system(machine, &system, &error));
  if (strcmp(subject->name, "live") != 0 || !machine_is_64bit(system))
    skip_because("only a live 64-bit Windows can be asked where a view stands");
  static const unsigned char one[4] = {1}, two[4] = {2};
  set(BASE, 64, "v", TLSMEND_REG_DWORD, one, 4);
  assert_int_equal(stored("SOFTWARE\\tlsmend-conformance"), 1);
  assert_int_equal(stored("SOFTWARE\\Wow6432Node\\tlsmend-conformance"), 0xffffffff);
  set(BASE, 32, "v", TLSMEND_REG_DWORD, two, 4);
  assert_int_equal(stored("SOFTWARE\\tlsmend-conformance"), 1);
  assert_int_equal(stored("SOFTWARE\\Wow6432Node\\tlsmend-conformance"), 2);
}

const struct CMUnitTest physical_tests[] = {cmocka_unit_test(views_stand_where_windows_has_them), {0}};
#else
const struct CMUnitTest physical_tests[] = {{0}};
#endif
