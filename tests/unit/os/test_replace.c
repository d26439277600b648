/* os_file_replace: who may do what with a file, before and after its bytes were replaced. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tlsmend/machine.h>

#include "os/os.h"

static char *folder;
static tlsmend_error error;

static char *at(const char *name) {
  char *path = os_path_join(folder, name);
  assert_non_null(path);
  return path;
}

static void replace(const char *path, const char *text) {
  if (os_file_replace(path, text, strlen(text), &error) != TLSMEND_OK)
    fail_msg("%s", error.text);
}

#ifdef _WIN32
#include <windows.h>

#include <sddl.h>

#include "os/win32/wide.h"

enum { PARTS = OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION };

/* Owner, group and list as a text. Free with LocalFree. */
static wchar_t *rights_of(const wchar_t *path) {
  static char descriptor[4096];
  DWORD size = 0;
  wchar_t *text = NULL;
  assert_true(GetFileSecurityW(path, PARTS, descriptor, sizeof descriptor, &size));
  assert_true(
      ConvertSecurityDescriptorToStringSecurityDescriptorW(descriptor, SDDL_REVISION_1, PARTS, &text, NULL));
  return text;
}

static void rights_stay(void **state) {
  (void)state;
  static const wchar_t *const lists[] = {L"D:P(A;;FA;;;BA)(A;;FA;;;SY)(A;;FR;;;WD)", L"D:(A;;FA;;;WD)",
                                         L"D:P(D;;FW;;;BG)(A;;FA;;;BA)(A;;FRFW;;;WD)"};
  static const DWORD attributes[] = {FILE_ATTRIBUTE_NORMAL, FILE_ATTRIBUTE_HIDDEN,
                                     FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM};
  char *path = at("listed");
  wchar_t *wide;
  assert_int_equal(wide_path(path, &wide, &error), TLSMEND_OK);
  for (size_t i = 0; i < 9; i++) {
    PSECURITY_DESCRIPTOR wanted = NULL;
    assert_true(
        ConvertStringSecurityDescriptorToSecurityDescriptorW(lists[i % 3], SDDL_REVISION_1, &wanted, NULL));
    replace(path, "old");
    assert_true(SetFileSecurityW(wide, DACL_SECURITY_INFORMATION, wanted));
    assert_true(SetFileAttributesW(wide, attributes[i / 3]));
    wchar_t *before = rights_of(wide);
    DWORD was = GetFileAttributesW(wide);
    replace(path, "new");
    wchar_t *after = rights_of(wide);
    assert_int_equal(wcscmp(before, after), 0);
    assert_int_equal(GetFileAttributesW(wide), was);
    LocalFree(before);
    LocalFree(after);
    LocalFree(wanted);
  }
  assert_int_equal(os_file_remove(path, &error), TLSMEND_OK);
  free(wide);
  free(path);
}
#else
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/xattr.h>
#endif

static void rights_stay(void **state) {
  (void)state;
  char *path = at("moded");
  struct stat before, after;
  for (mode_t mode = 0600; mode <= 0777; mode += 0011) {
    replace(path, "old");
    assert_int_equal(chmod(path, mode), 0);
    if (geteuid() == 0)
      assert_int_equal(chown(path, 1000 + mode, 2000 + mode), 0);
    assert_int_equal(stat(path, &before), 0);
    replace(path, "new");
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(after.st_mode, before.st_mode);
    assert_int_equal(after.st_uid, before.st_uid);
    assert_int_equal(after.st_gid, before.st_gid);
    assert_int_not_equal(after.st_ino, before.st_ino); /* else it was written in place */
    assert_int_equal(os_file_remove(path, &error), TLSMEND_OK);
  }
  free(path);
}

#ifdef __linux__
/* An access list as Linux keeps it: version 2, then tag, rights and number of each entry. User 1234 may read. */
static const unsigned char access_list[] = {2,    0,   0,   0,   1,  0, 6, 0, 255, 255, 255, 255, 2,  0, 4, 0,
                                            0xD2, 4,   0,   0,   4,  0, 0, 0, 255, 255, 255, 255, 16, 0, 4, 0,
                                            255,  255, 255, 255, 32, 0, 0, 0, 255, 255, 255, 255};

static void attributes_stay(void **state) {
  (void)state;
  char *path = at("listed"), found[128];
  replace(path, "old");
  if (setxattr(path, "system.posix_acl_access", access_list, sizeof access_list, 0) != 0 ||
      setxattr(path, "user.note", "mine", 4, 0) != 0) {
    fprintf(stderr, "SKIPPED: the file system of %s keeps no access lists\n", folder);
    skip();
  }
  replace(path, "new");
  assert_int_equal(getxattr(path, "system.posix_acl_access", found, sizeof found), sizeof access_list);
  assert_memory_equal(found, access_list, sizeof access_list);
  assert_int_equal(getxattr(path, "user.note", found, sizeof found), 4);
  assert_memory_equal(found, "mine", 4);
  assert_int_equal(os_file_remove(path, &error), TLSMEND_OK);
  free(path);
}
#endif
#endif

int main(void) {
  if (os_dir_temporary(&folder, &error) != TLSMEND_OK)
    return 1;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rights_stay),
#ifdef __linux__
      cmocka_unit_test(attributes_stay),
#endif
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  os_dir_remove(folder, NULL);
  free(folder);
  return failed;
}
