/* One spelling for each key, and which keys both views share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "registry/path.h"
#include "base/unicode.h"
#include "unit/random.h"

typedef int (*spell_fn)(const char *text, char **out, tlsmend_error *error);

static void spells(spell_fn spell, const char *text, const char *as) {
  tlsmend_error error = {0};
  char *out = NULL;
  assert_int_equal(spell(text, &out, &error), TLSMEND_OK);
  assert_string_equal(out, as);
  free(out);
}

/* Refused as a mistake of the caller, in one line that holds `word`. */
static void refuses(spell_fn spell, const char *text, const char *word) {
  tlsmend_error error = {0};
  char *out = (char *)1;
  assert_int_equal(spell(text, &out, &error), TLSMEND_E_USAGE);
  assert_null(out);
  if (!strstr(error.text, word))
    fail_msg("\"%s\" does not say \"%s\"", error.text, word);
  assert_null(strpbrk(error.text, "\r\n"));
}

static void roots_are_shortened(void **state) {
  (void)state;
  spells(path_canonical, "HKEY_LOCAL_MACHINE\\SOFTWARE", "HKLM\\SOFTWARE");
  spells(path_canonical, "hklm\\software", "HKLM\\software");
  spells(path_canonical, "Hkey_Current_User", "HKCU");
  spells(path_canonical, "HKEY_USERS\\.DEFAULT", "HKU\\.DEFAULT");
  spells(path_canonical, "HKEY_CLASSES_ROOT\\CLSID", "HKCR\\CLSID");
  spells(path_canonical, "HKEY_CURRENT_CONFIG\\a", "HKCC\\a");
  assert_string_equal(path_root_long("HKLM\\a"), "HKEY_LOCAL_MACHINE");
  assert_string_equal(path_root_long("HKU"), "HKEY_USERS");
  assert_null(path_root_long("HKXX\\a"));
}

static void names_are_kept_as_they_are(void **state) {
  (void)state;
  spells(path_canonical, "HKLM\\SYSTEM\\Ciphers\\AES 128/128", "HKLM\\SYSTEM\\Ciphers\\AES 128/128");
  spells(path_canonical, "HKLM\\ \\[x]\\\"q\"\\\xC3\xA4\n\xED\xA0\x80",
         "HKLM\\ \\[x]\\\"q\"\\\xC3\xA4\n\xED\xA0\x80");
  spells(path_canonical, "HKLM\\SOFTWARE\\xWow6432Node\\Wow6432Nodes",
         "HKLM\\SOFTWARE\\xWow6432Node\\Wow6432Nodes");
}

static void what_is_no_path_is_refused(void **state) {
  (void)state;
  refuses(path_canonical, "", "root");
  refuses(path_canonical, "SOFTWARE\\Microsoft", "HKLM");
  refuses(path_canonical, "HKLM:\\SOFTWARE", "HKLM, HKCU");
  refuses(path_canonical, "HKLM/SOFTWARE", "root");
  refuses(path_canonical, "\\HKLM\\SOFTWARE", "root");
  refuses(path_canonical, "HKLM\\", "backslash");
  refuses(path_canonical, "HKLM\\a\\", "backslash");
  refuses(path_canonical, "HKLM\\a\\\\b", "backslash");
  refuses(path_canonical, "HKLM\\a\xFF", "UTF-8");
}

static void the_32_bit_node_is_a_view(void **state) {
  (void)state;
  refuses(path_canonical, "HKLM\\SOFTWARE\\Wow6432Node", "view 32");
  refuses(path_canonical, "HKLM\\SOFTWARE\\WOW6432NODE\\Microsoft", "view 32");
  refuses(path_canonical, "HKCU\\Software\\Classes\\wow6432node\\CLSID", "view 32");
  spells(path_physical, "HKLM\\SOFTWARE\\Wow6432Node\\Microsoft", "HKLM\\SOFTWARE\\Wow6432Node\\Microsoft");
}

static void lengths_are_those_of_windows(void **state) {
  char text[4 * PATH_DEPTH_MAX + 16] = "HKLM\\";
  (void)state;
  for (size_t i = 0; i < PATH_KEY_NAME_MAX; i++)
    memcpy(text + 5 + 2 * i, "\xC3\xA4", 3);
  spells(path_canonical, text, text);
  strcat(text, "a");
  refuses(path_canonical, text, "255");
  strcpy(text, "HKLM\\");
  for (size_t i = 0; i < 127; i++)
    strcat(text, "\xF0\x9F\x98\x80"); /* two units each */
  spells(path_canonical, text, text);
  strcat(text, "\xF0\x9F\x98\x80");
  refuses(path_canonical, text, "255");
  strcpy(text, "HKLM");
  for (size_t i = 1; i < PATH_DEPTH_MAX; i++)
    strcat(text, "\\a");
  spells(path_canonical, text, text);
  strcat(text, "\\a");
  refuses(path_canonical, text, "512");
}

static void value_names_have_a_limit(void **state) {
  tlsmend_error error = {0};
  char *name = calloc(2, PATH_VALUE_NAME_MAX + 2);
  (void)state;
  for (size_t i = 0; i < PATH_VALUE_NAME_MAX; i++)
    memcpy(name + 2 * i, "\xC3\xA4", 2);
  assert_int_equal(path_value_name(name, &error), TLSMEND_OK);
  strcat(name, "a");
  assert_int_equal(path_value_name(name, &error), TLSMEND_E_USAGE);
  assert_int_equal(path_value_name("", &error), TLSMEND_OK);
  assert_int_equal(path_value_name("a\\b\"\n", &error), TLSMEND_OK);
  assert_int_equal(path_value_name("\x80", &error), TLSMEND_E_USAGE);
  free(name);
}

static void trees_and_parents(void **state) {
  (void)state;
  assert_true(path_within("HKLM\\A\\B", "HKLM\\A"));
  assert_true(path_within("HKLM\\\xC3\xA4\\B", "hklm\\\xC3\x84"));
  assert_true(path_within("HKLM\\A", "HKLM\\A"));
  assert_true(path_within("HKLM\\A", "HKLM"));
  assert_false(path_within("HKLM\\AB", "HKLM\\A"));
  assert_false(path_within("HKLM\\A", "HKLM\\A\\B"));
  assert_false(path_within("HKCU\\A", "HKLM"));
  assert_int_equal(path_parent("HKLM\\A\\B"), 6);
  assert_int_equal(path_parent("HKLM"), 0);
  assert_string_equal(path_leaf("HKLM\\A\\B/C"), "B/C");
  assert_string_equal(path_leaf("HKLM"), "HKLM");
}

/* Rows of "Registry Keys Affected by WOW64": the key, and where its 32-bit view is kept (NULL: shared). */
static const char *const views[][2] = {
    {"HKLM", NULL},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL", NULL},
    {"HKLM\\SOFTWARE", "HKLM\\SOFTWARE\\Wow6432Node"},
    {"HKLM\\software", "HKLM\\software\\Wow6432Node"},
    {"HKLM\\SOFTWAREs\\Microsoft", NULL},
    {"HKLM\\SOFTWARE\\Vendor", "HKLM\\SOFTWARE\\Wow6432Node\\Vendor"},
    {"HKLM\\SOFTWARE\\Microsoft", "HKLM\\SOFTWARE\\Wow6432Node\\Microsoft"},
    {"HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319",
     "HKLM\\SOFTWARE\\Wow6432Node\\Microsoft\\.NETFramework\\v4.0.30319"},
    {"HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\WinHttp",
     "HKLM\\SOFTWARE\\Wow6432Node\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\WinHttp"},
    {"HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion",
     "HKLM\\SOFTWARE\\Wow6432Node\\Microsoft\\Windows NT\\CurrentVersion"},
    {"HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Fonts", NULL},
    {"HKLM\\SOFTWARE\\Microsoft\\windows nt\\currentversion\\NetworkCards\\1", NULL},
    {"HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System", NULL},
    {"HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Control Panel",
     "HKLM\\SOFTWARE\\Wow6432Node\\Microsoft\\Windows\\CurrentVersion\\Control Panel"},
    {"HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Control Panel\\Cursors\\Schemes", NULL},
    {"HKLM\\SOFTWARE\\Microsoft\\Cryptography", "HKLM\\SOFTWARE\\Wow6432Node\\Microsoft\\Cryptography"},
    {"HKLM\\SOFTWARE\\Microsoft\\Cryptography\\Services\\x", NULL},
    {"HKLM\\SOFTWARE\\Microsoft\\SystemCertificates\\ROOT", NULL},
    {"HKLM\\SOFTWARE\\Microsoft\\EnterpriseCertificates", NULL},
    {"HKLM\\SOFTWARE\\Policies\\Microsoft\\Cryptography", NULL},
    {"HKLM\\SOFTWARE\\PoliciesX", "HKLM\\SOFTWARE\\Wow6432Node\\PoliciesX"},
    {"HKLM\\SOFTWARE\\Clients", NULL},
    {"HKLM\\SOFTWARE\\Classes", NULL},
    {"HKLM\\SOFTWARE\\Classes\\.txt", NULL},
    {"HKLM\\SOFTWARE\\Classes\\CLSID\\{1}", "HKLM\\SOFTWARE\\Classes\\Wow6432Node\\CLSID\\{1}"},
    {"HKLM\\SOFTWARE\\Classes\\Interface", "HKLM\\SOFTWARE\\Classes\\Wow6432Node\\Interface"},
    {"HKCR", NULL},
    {"HKCR\\AppID", NULL},
    {"HKCR\\CLSID", "HKCR\\Wow6432Node\\CLSID"},
    {"HKCU\\Software\\Microsoft", NULL},
    {"HKCU\\Software\\Classes", NULL},
    {"HKCU\\Software\\Classes\\Media Type", "HKCU\\Software\\Classes\\Wow6432Node\\Media Type"},
    {"HKU", NULL},
    {"HKU\\S-1-5-18", NULL},
    {"HKU\\S-1-5-18\\Software\\Microsoft", NULL},
    {"HKU\\S-1-5-18\\Software\\Classes\\CLSID", "HKU\\S-1-5-18\\Software\\Classes\\Wow6432Node\\CLSID"},
    {"HKU\\S-1-5-18_Classes\\DirectShow\\x", "HKU\\S-1-5-18_Classes\\Wow6432Node\\DirectShow\\x"},
    {"HKU\\S-1-5-18_Classes\\.txt", NULL},
};

static void views_are_those_of_the_table(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
    const char *path = views[i][0];
    char *narrow = path_stored(path, 32), *wide = path_stored(path, 64);
    assert_string_equal(wide, path);
    assert_string_equal(narrow, views[i][1] ? views[i][1] : path);
    assert_int_equal(path_redirected(path), views[i][1] != NULL);
    free(narrow);
    free(wide);
  }
}

/* Canonical paths stay what they are, and what is not canonical never gets through. */
static void canonical_is_a_fixed_point(void **state) {
  static const char *const pieces[] = {"HKLM", "HKEY_USERS",  "\\",       "\\",   "a",
                                       "B/",   "Wow6432Node", "\xC3\xA4", "\xFF", ""};
  tlsmend_error error;
  (void)state;
  int accepted = 0;
  for (int round = 0; round < 50000; round++) {
    char text[128] = "", *out = NULL, *again = NULL;
    for (size_t i = 0, count = random_below(7); i < count; i++)
      strcat(text, pieces[i ? random_below(sizeof pieces / sizeof *pieces) : random_below(2)]);
    if (path_canonical(text, &out, &error)) {
      assert_null(out);
      continue;
    }
    accepted++;
    spells(path_canonical, out, out);
    assert_null(strstr(out, "\\\\"));
    assert_null(strstr(out, "\\Wow6432Node\\"));
    char *stored = path_stored(out, 32);
    assert_int_equal(path_physical(stored, &again, &error), TLSMEND_OK);
    free(again);
    free(stored);
    free(out);
  }
  assert_in_range(accepted, 1000, 50000);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(roots_are_shortened),
                                     cmocka_unit_test(names_are_kept_as_they_are),
                                     cmocka_unit_test(what_is_no_path_is_refused),
                                     cmocka_unit_test(the_32_bit_node_is_a_view),
                                     cmocka_unit_test(lengths_are_those_of_windows),
                                     cmocka_unit_test(value_names_have_a_limit),
                                     cmocka_unit_test(trees_and_parents),
                                     cmocka_unit_test(views_are_those_of_the_table),
                                     cmocka_unit_test(canonical_is_a_fixed_point)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
