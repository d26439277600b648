/* Folders of state: what was judged is what is used, what others can have prepared is refused, and no descriptor is one of the standard
 * streams. The command's part is tests/cli/test_folder.sh. */
#define _GNU_SOURCE

#include "unit/engine.h"

#ifdef _WIN32
#include <windows.h>

#include "os/win32/wide.h"
#else
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

static bool exists(const char *name) {
  char *path = engine_path(name);
  bool there = os_file_exists(path);
  free(path);
  return there;
}

/* A file is made new, found again, replaced whole, and removed. */
static void files(void **state) {
  (void)state;
  char *path = engine_path("state");
  os_folder *folder = NULL;
  os_log *log = NULL;
  MUST(os_folder_open(path, true, &folder, &error));
  assert_string_equal(os_folder_path(folder), path);
  MUST(os_folder_log(folder, "a.journal", true, &log, &error));
  MUST(os_log_append(log, "x\n", 2, &error));
  os_log_close(log);
  MUST_FAIL(TLSMEND_E_BUSY, os_folder_log(folder, "a.journal", true, &log, &error));
  MUST(os_folder_log(folder, "a.journal", false, &log, &error));
  os_log_close(log);
  MUST_FAIL(TLSMEND_E_ABSENT, os_folder_log(folder, "none", false, &log, &error));
  MUST(os_folder_put(folder, "record", "one", 3, &error));
  MUST(os_folder_put(folder, "record", "two", 3, &error));
  char *record = engine_path("state/record"), *text = NULL;
  size_t size = 0;
  MUST(os_folder_copy(folder, "copy", record, &error));
  char *copied = engine_path("state/copy");
  MUST(os_file_read(copied, 10, &text, &size, &error));
  assert_string_equal(text, "two");
  MUST(os_folder_remove(folder, "copy", &error));
  assert_false(exists("state/copy"));
  os_folder_close(folder);
  free(text), free(copied), free(record), free(path);
}

#ifdef _WIN32
static wchar_t *wide(const char *name) {
  char *path = engine_path(name);
  wchar_t *out = NULL;
  assert_int_equal(wide_path(path, &out, NULL), TLSMEND_OK);
  free(path);
  return out;
}

/* While it is held nobody can put another folder into its place, nor into that of a folder above. */
static void exchanged(void **state) {
  (void)state;
  char *path = engine_path("above/state");
  os_folder *folder = NULL;
  MUST(os_folder_open(path, true, &folder, &error));
  wchar_t *from = wide("above/state"), *to = wide("above/away");
  assert_false(MoveFileW(from, to));
  assert_false(RemoveDirectoryW(from));
  os_folder_close(folder);
  assert_true(MoveFileW(from, to));
  free(from), free(to), free(path);
}

/* A file of a second name is not written, whatever asks for it. */
static void second_names(void **state) {
  (void)state;
  char *path = engine_path("state");
  os_folder *folder = NULL;
  os_log *log = NULL;
  os_lock *lock = NULL;
  MUST(os_folder_open(path, true, &folder, &error));
  file_text("precious", "precious");
  wchar_t *precious = wide("precious");
  static const char *const names[] = {"lock", "a.journal", "record"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char name[64];
    snprintf(name, sizeof name, "state/%s", names[i]);
    wchar_t *planted = wide(name);
    assert_true(CreateHardLinkW(planted, precious, NULL));
    free(planted);
  }
  MUST_FAIL(TLSMEND_E_REFUSED, os_folder_lock(folder, "lock", "me", &lock, NULL, 0, &error));
  MUST_FAIL(TLSMEND_E_REFUSED, os_folder_log(folder, "a.journal", false, &log, &error));
  MUST_FAIL(TLSMEND_E_BUSY, os_folder_log(folder, "a.journal", true, &log, &error));
  MUST(os_folder_put(folder, "record", "mine", 4, &error));
  char *kept = engine_path("precious"), *text = NULL;
  size_t size = 0;
  MUST(os_file_read(kept, 100, &text, &size, &error));
  assert_string_equal(text, "precious");
  os_folder_close(folder);
  free(text), free(kept), free(precious), free(path);
}
#else
/* Exchanged after it was judged, for another folder or a link: what is written goes where it was judged, or fails. */
static void exchanged(void **state) {
  (void)state;
  char *path = engine_path("state"), *away = engine_path("away"), *other = engine_path("other");
  for (int link = 0; link < 2; link++) {
    os_folder *folder = NULL;
    os_log *log = NULL;
    os_lock *lock = NULL;
    MUST(os_folder_open(path, false, &folder, &error));
    assert_int_equal(rename(path, away), 0);
    MUST(os_dir_make(other, &error));
    assert_int_equal(link ? symlink(other, path) : rename(other, path), 0);
    MUST(os_folder_log(folder, "a.journal", true, &log, &error));
    assert_int_equal(os_log_append(log, "secret", 6, NULL), TLSMEND_E_IO); /* nobody would find it */
    os_log_close(log);
    MUST(os_folder_lock(folder, "lock", "me", &lock, NULL, 0, &error));
    os_lock_release(lock);
    assert_int_not_equal(os_folder_put(folder, "record", "secret", 6, NULL), TLSMEND_OK);
    assert_true(exists("away/a.journal") && exists("away/lock"));
    assert_false(exists("state/a.journal") || exists("state/lock") || exists("state/record"));
    MUST(os_folder_remove(folder, "a.journal", &error));
    os_folder_close(folder);
    assert_int_equal(link ? unlink(path) : rmdir(path), 0);
    assert_int_equal(rename(away, path), 0);
  }
  free(path), free(away), free(other);
}

static void plant(const char *how, const char *name) {
  char *precious = engine_path("precious"), *path = engine_path(name);
  unlink(path);
  assert_int_equal(*how == 'h' ? link(precious, path) : symlink(precious, path), 0);
  free(precious), free(path);
}

static void second_names(void **state) {
  (void)state;
  char *path = engine_path("state"), *kept = engine_path("precious");
  os_folder *folder = NULL;
  os_log *log = NULL;
  os_lock *lock = NULL;
  MUST(os_folder_open(path, false, &folder, &error));
  file_text("precious", "precious");
  static const char *const kinds[] = {"hard", "symbolic"};
  for (size_t i = 0; i < 2; i++) {
    plant(kinds[i], "state/lock"), plant(kinds[i], "state/a.journal"), plant(kinds[i], "state/record");
    MUST_FAIL(TLSMEND_E_REFUSED, os_folder_lock(folder, "lock", "me", &lock, NULL, 0, &error));
    MUST_FAIL(TLSMEND_E_REFUSED, os_folder_log(folder, "a.journal", false, &log, &error));
    MUST_FAIL(TLSMEND_E_BUSY, os_folder_log(folder, "a.journal", true, &log, &error));
    MUST(os_folder_put(folder, "record", "mine", 4, &error));
    char *text = NULL;
    size_t size = 0;
    MUST(os_file_read(kept, 100, &text, &size, &error));
    assert_string_equal(text, "precious");
    free(text);
  }
  os_folder_close(folder);
  free(kept), free(path);
}

/* A strict folder may not stand where somebody else could put another into its place. */
static void above(void **state) {
  (void)state;
  char *open_folder = engine_path("above"), *path = engine_path("above/state");
  os_folder *folder = NULL;
  MUST(os_dir_make(path, &error));
  assert_int_equal(chmod(open_folder, 0777), 0);
  MUST(os_folder_open(path, false, &folder, &error));
  os_folder_close(folder);
  MUST_FAIL(TLSMEND_E_REFUSED, os_folder_open(path, true, &folder, &error));
  assert_int_equal(chmod(open_folder, 01777), 0); /* as /tmp is */
  MUST(os_folder_open(path, true, &folder, &error));
  os_folder_close(folder);
  free(open_folder), free(path);
}

/* What an embedding program has closed of 0 to 2 is never opened by the library: with each of the eight combinations. */
static void closed_streams(void **state) {
  (void)state;
  char *path = engine_path("state"), *file = engine_path("file");
  int kept[3];
  for (int i = 0; i < 3; i++)
    kept[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
  for (int closed = 0; closed < 8; closed++) {
    os_folder *folder = NULL;
    os_log *log = NULL;
    os_lock *lock = NULL;
    os_nofollow *reached = NULL;
    int wrong = 0;
    for (int i = 0; i < 3; i++)
      if (closed >> i & 1)
        close(i);
    wrong += os_folder_open(path, true, &folder, NULL) != TLSMEND_OK;
    wrong += os_folder_lock(folder, "lock", "me", &lock, NULL, 0, NULL) != TLSMEND_OK;
    wrong += os_folder_log(folder, "a.journal", true, &log, NULL) != TLSMEND_OK;
    wrong += os_log_append(log, "x", 1, NULL) != TLSMEND_OK;
    wrong += os_file_replace(file, "x", 1, NULL) != TLSMEND_OK;
    wrong += os_nofollow_open(file, strlen(file) - 4, &reached, NULL) != TLSMEND_OK;
    for (int i = 0; i < 3; i++)
      wrong += (fcntl(i, F_GETFD) >= 0) != !(closed >> i & 1);
    os_nofollow_close(reached);
    os_log_close(log);
    os_lock_release(lock);
    wrong += os_folder_remove(folder, "a.journal", NULL) != TLSMEND_OK;
    os_folder_close(folder);
    for (int i = 0; i < 3; i++)
      dup2(kept[i], i);
    assert_int_equal(wrong, 0);
    os_main_streams(); /* nothing is closed: nothing happens */
  }
  for (int i = 0; i < 3; i++)
    close(kept[i]);
  free(path), free(file);
}
#endif

int main(void) {
  const struct CMUnitTest tests[] = {
      ENGINE_TEST(files), ENGINE_TEST(exchanged),      ENGINE_TEST(second_names),
#ifndef _WIN32
      ENGINE_TEST(above), ENGINE_TEST(closed_streams),
#endif
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
