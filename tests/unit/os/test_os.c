/*
 * What the host needs of its operating system, on whichever it runs: whole files, logs, locks between processes, folders, time.
 * The program starts itself as the other process (argument "hold FOLDER").
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tlsmend/machine.h>

#include "base/calendar.h"
#include "os/os.h"

#ifdef _WIN32
#include "os/win32/wide.h"
#define popen  _popen
#define pclose _pclose
#else
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#endif

static char *program, *folder;

static char *at(const char *name) {
  char *path = os_path_join(folder, name);
  assert_non_null(path);
  return path;
}

#define MUST(call)                                                                                           \
  do {                                                                                                       \
    tlsmend_error error = {0};                                                                               \
    int code_ = (call);                                                                                      \
    if (code_ != TLSMEND_OK)                                                                                 \
      fail_msg("%s: %s: %s", #call, tlsmend_error_name(code_), error.text);                                  \
  } while (0)

/* The code, and that the one line of the error names the path. */
#define MUST_FAIL(expected, path, call)                                                                      \
  do {                                                                                                       \
    tlsmend_error error = {0};                                                                               \
    int code_ = (call);                                                                                      \
    if (code_ != (expected))                                                                                 \
      fail_msg("%s: %s (%s), not %s", #call, tlsmend_error_name(code_), error.text,                          \
               tlsmend_error_name(expected));                                                                \
    assert_non_null(strstr(error.text, (path)));                                                             \
  } while (0)

static void assert_content(const char *path, const char *bytes, size_t size) {
  char *found = NULL;
  size_t length = 0;
  MUST(os_file_read(path, 1u << 24, &found, &length, &error));
  assert_int_equal(length, size);
  assert_memory_equal(found, bytes, size);
  assert_int_equal(found[size], 0);
  free(found);
}

static int count_name(void *data, const char *name) {
  (void)name;
  ++*(size_t *)data;
  return TLSMEND_OK;
}

static size_t count_files(const char *path) {
  size_t count = 0;
  MUST(os_dir_each(path, count_name, &count, &error));
  return count;
}

static void replace_and_read(void **state) {
  (void)state;
  char *path = at("whole");
  static char bytes[300001];
  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = (char)(i * 31 >> 3);
  static const size_t sizes[] = {0, 1, 4096, sizeof bytes, 7};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    MUST(os_file_replace(path, bytes, sizes[i], &error));
    assert_content(path, bytes, sizes[i]);
  }
  assert_true(os_file_exists(path));
  assert_false(os_dir_exists(path));
  assert_int_equal(count_files(folder), 1); /* no temporary file stays */
  MUST(os_file_remove(path, &error));
  assert_false(os_file_exists(path));
  MUST_FAIL(TLSMEND_E_ABSENT, path, os_file_remove(path, &error));
  free(path);
}

/* Spellings differ, the file does not; two files with the same bytes are two. */
static void same_file(void **state) {
  (void)state;
  char *path = at("same"), *twin = at("twin"), *dotted = at("./same"), *nothing = at("nothing");
  MUST(os_file_replace(path, "x", 1, &error));
  MUST(os_file_replace(twin, "x", 1, &error));
  assert_true(os_file_same(path, path));
  assert_true(os_file_same(path, dotted));
  assert_true(os_file_same(folder, folder));
  assert_false(os_file_same(path, twin));
  assert_false(os_file_same(path, folder));
  assert_false(os_file_same(path, nothing));
  assert_false(os_file_same(nothing, nothing));
  MUST(os_file_remove(path, &error));
  MUST(os_file_remove(twin, &error));
  free(path);
  free(twin);
  free(dotted);
  free(nothing);
}

static void names_of_all_kinds(void **state) {
  (void)state;
  static const char *const names[] = {"plain", "with blank", "\xc3\x84rger \xce\xb1 \xe6\x97\xa5.txt",
                                      "semi;colon&and"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char *path = at(names[i]);
    MUST(os_file_replace(path, names[i], strlen(names[i]), &error));
    assert_content(path, names[i], strlen(names[i]));
    MUST(os_file_remove(path, &error));
    free(path);
  }
}

static void reading_what_is_not_there(void **state) {
  (void)state;
  char *absent = at("absent"), *bytes = (char *)1;
  size_t size = 9;
  MUST_FAIL(TLSMEND_E_ABSENT, absent, os_file_read(absent, 100, &bytes, &size, &error));
  assert_null(bytes);
  assert_int_equal(size, 0);
  char *below = os_path_join(absent, "below");
  MUST_FAIL(TLSMEND_E_ABSENT, below, os_file_replace(below, "x", 1, &error));
  MUST_FAIL(TLSMEND_E_ABSENT, absent, os_dir_each(absent, count_name, &size, &error));
  char *large = at("large");
  MUST(os_file_replace(large, "0123456789", 10, &error));
  MUST_FAIL(TLSMEND_E_IO, large, os_file_read(large, 9, &bytes, &size, &error));
  MUST(os_file_read(large, 10, &bytes, &size, &error));
  free(bytes);
  MUST(os_file_remove(large, &error));
  free(large);
  free(below);
  free(absent);
}

/* A file that cannot be written leaves the old one, whole. */
static void failed_replacement_keeps_the_old(void **state) {
  (void)state;
  char *path = at("taken"), *inside = os_path_join(path, "file");
  MUST(os_dir_make(path, &error));
  MUST(os_file_replace(inside, "old", 3, &error));
  tlsmend_error error = {0};
  assert_int_not_equal(os_file_replace(path, "new", 3, &error), TLSMEND_OK); /* a folder has that name */
  assert_content(inside, "old", 3);
  MUST(os_file_remove(inside, &error));
  assert_int_equal(count_files(folder), 1);
  remove(path);
#ifndef _WIN32
  rmdir(path);
#endif
  free(inside);
  free(path);
}

static int append_piece(void *data, const void *bytes, size_t size) {
  char *all = data;
  size_t used = strlen(all);
  memcpy(all + used, bytes, size);
  all[used + size] = '\0';
  return TLSMEND_OK;
}

static void streaming(void **state) {
  (void)state;
  char *path = at("stream");
  size_t size = 2500000;
  char *text = malloc(size + 1), *copy = calloc(1, size + 1);
  assert_true(text && copy);
  for (size_t i = 0; i < size; i++)
    text[i] = (char)('a' + i % 23);
  text[size] = '\0';
  MUST(os_file_replace(path, text, size, &error));
  MUST(os_file_stream(path, append_piece, copy, &error));
  assert_string_equal(copy, text);
  MUST(os_file_remove(path, &error));
  MUST_FAIL(TLSMEND_E_ABSENT, path, os_file_stream(path, append_piece, copy, &error));
  free(copy);
  free(text);
  free(path);
}

static int keep_name(void *data, const char *name) {
  strcat(strcat(data, name), "|");
  return TLSMEND_OK;
}

static int stop(void *data, const char *name) {
  (void)data;
  (void)name;
  return 42;
}

static void folders_and_listing(void **state) {
  (void)state;
  char *deep = at("one/two/three");
  MUST(os_dir_make(deep, &error));
  MUST(os_dir_make(deep, &error)); /* being there is no failure */
  assert_true(os_dir_exists(deep));
  assert_false(os_file_exists(deep));
  static const char *const names[] = {"b", "a", "C", "\xc3\xa4", "aa"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char *path = os_path_join(deep, names[i]);
    MUST(os_file_replace(path, "", 0, &error));
    free(path);
  }
  char list[64] = "";
  MUST(os_dir_each(deep, keep_name, list, &error));
  assert_string_equal(list, "C|a|aa|b|\xc3\xa4|"); /* by byte */
  assert_int_equal(os_dir_each(deep, stop, NULL, NULL), 42);
  char *file = os_path_join(deep, "a"), *below = os_path_join(file, "x");
  tlsmend_error error = {0};
  assert_int_not_equal(os_dir_make(below, &error), TLSMEND_OK); /* below a file */
  free(below);
  free(file);
  free(deep);
}

#ifdef _WIN32
/* 40 names of 12 characters: far beyond the 260 of old. */
static void long_paths(void **state) {
  (void)state;
  char *path = at("long");
  for (int i = 0; i < 40; i++) {
    char *next = os_path_join(path, "eleven_chars");
    free(path);
    path = next;
  }
  MUST(os_dir_make(path, &error));
  char *file = os_path_join(path, "file");
  MUST(os_file_replace(file, "far", 3, &error));
  assert_content(file, "far", 3);
  assert_int_equal(count_files(path), 1);
  free(file);
  free(path);
}

static void made_folders_are_private(void **state) {
  (void)state;
  char *path = at("private"), *windows = os_path_join("C:\\windows", "temp");
  MUST(os_dir_make(path, &error));
  MUST(wide_dir_private(path, &error));
  char *absent = at("private-absent");
  tlsmend_error error = {0};
  assert_int_equal(wide_dir_private(absent, &error), TLSMEND_E_ABSENT);
  free(absent);
  free(windows);
  free(path);
}
#else
static void made_folders_are_private(void **state) {
  (void)state;
  char *path = at("private");
  MUST(os_dir_make(path, &error));
  struct stat status;
  assert_int_equal(stat(path, &status), 0);
  assert_int_equal(status.st_mode & 0077, 0);
  free(path);
}
#endif

static void log_appends_and_is_cut(void **state) {
  (void)state;
  char *path = at("log");
  os_log *log = NULL;
  MUST_FAIL(TLSMEND_E_ABSENT, path, os_log_open(path, false, &log, &error));
  assert_null(log);
  MUST(os_log_open(path, true, &log, &error));
  MUST(os_log_append(log, "one\n", 4, &error));
  MUST(os_log_append(log, "two\n", 4, &error));
  assert_content(path, "one\ntwo\n", 8); /* readable while it is open */
  MUST(os_log_truncate(log, 6, &error));
  MUST(os_log_append(log, "\n3", 2, &error));
  os_log_close(log);
  MUST(os_log_open(path, false, &log, &error));
  MUST(os_log_append(log, "!", 1, &error));
  os_log_close(log);
  assert_content(path, "one\ntw\n3!", 9);
  MUST(os_file_remove(path, &error));
  os_log_close(NULL);
  free(path);
}

/* While a run is at work its journal is there and is its own: Windows lets nobody take it away, elsewhere the next record says so. */
static void an_open_log_stays(void **state) {
  (void)state;
  char *path = at("journal"), *other = at("other");
  os_log *log;
  MUST(os_log_open(path, true, &log, &error));
  MUST(os_log_append(log, "one\n", 4, &error));
#ifdef _WIN32
  assert_int_not_equal(os_file_remove(path, NULL), TLSMEND_OK);
  assert_int_not_equal(rename(path, other), 0);
  assert_int_not_equal(os_file_replace(path, "x", 1, NULL), TLSMEND_OK);
  MUST(os_log_append(log, "two\n", 4, &error));
  assert_content(path, "one\ntwo\n", 8); /* others may read it */
#else
  assert_int_equal(rename(path, other), 0);
  assert_int_not_equal(os_log_append(log, "two\n", 4, NULL), TLSMEND_OK);
#endif
  os_log_close(log);
  free(other);
  free(path);
}

/* The environment is UTF-8 on every system, and says nothing where it has nothing. */
static void the_environment(void **state) {
  (void)state;
#ifdef _WIN32
  wchar_t name[] = L"TLSMEND_TEST";
  assert_true(_wputenv_s(name, L"p\x00e4\x0416\xd83d\xdd11") == 0);
#else
  setenv("TLSMEND_TEST", "p\xc3\xa4\xd0\x96\xf0\x9f\x94\x91", 1);
#endif
  char *value = os_environment("TLSMEND_TEST");
  assert_string_equal(value, "p\xc3\xa4\xd0\x96\xf0\x9f\x94\x91");
  free(value);
  assert_null(os_environment("TLSMEND_TEST_THAT_IS_NOT_SET"));
}

/* Folders of the system are those of Windows, whatever the environment says they are. */
static void folders_of_the_system(void **state) {
  (void)state;
#ifdef _WIN32
  static const wchar_t *const names[] = {L"SystemRoot", L"windir", L"ProgramData", L"ALLUSERSPROFILE",
                                         L"SystemDrive"};
  char *before = os_common_path("x"), *system = os_system_path("System32\\kernel32.dll");
  assert_true(os_file_exists(system));
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    assert_true(_wputenv_s(names[i], L"C:\\elsewhere") == 0);
  char *after = os_common_path("x"), *again = os_system_path("System32\\kernel32.dll"),
       *state_folder = os_state_default();
  assert_string_equal(before, after);
  assert_string_equal(system, again);
  assert_null(strstr(state_folder, "elsewhere"));
  free(before), free(after), free(system), free(again), free(state_folder);
#else
  assert_null(os_system_path("System32\\kernel32.dll"));
  assert_null(os_common_path("x"));
#endif
}

/* The clock that nobody sets goes forward, and the start keeps its name. */
static void clock_of_the_start(void **state) {
  (void)state;
  char one[64], two[64];
  int64_t before, after;
  assert_true(os_boot_clock(&before, one));
  assert_true(os_boot_clock(&after, two));
  assert_true(before > 0 && after >= before && *one);
  assert_string_equal(one, two);
}

static void lock_in_one_process(void **state) {
  (void)state;
  char *path = at("lock"), other[64];
  os_lock *first = NULL, *second = NULL;
  MUST(os_lock_take(path, "1234 apply", &first, other, sizeof other, &error));
  assert_string_equal(other, "");
  MUST_FAIL(TLSMEND_E_BUSY, path, os_lock_take(path, "999 plan", &second, other, sizeof other, &error));
  assert_null(second);
  assert_string_equal(other, "1234 apply");
  os_lock_release(first);
  MUST(os_lock_take(path, "999 plan", &second, other, sizeof other, &error));
  os_lock_release(second);
  os_lock_release(NULL);
  free(path);
}

/* The other process: takes the lock, says so, ends without releasing it when its input ends. */
static int hold(const char *where) {
  char *path = os_path_join(where, "lock2");
  os_lock *lock = NULL;
  if (!path || os_lock_take(path, "77 other", &lock, NULL, 0, NULL) != TLSMEND_OK)
    return 1;
  puts("held");
  fflush(stdout);
  for (int i = 0; i < 600; i++) {
    char *done = os_path_join(where, "done");
    if (os_file_exists(done))
      break;
    free(done);
    os_sleep(50);
  }
  _Exit(0); /* as if killed: nothing is released */
}

static void lock_ends_with_its_process(void **state) {
  (void)state;
  char *path = at("lock2"), *done = at("done"), other[64], line[64] = "", command[2048];
#ifdef _WIN32
  snprintf(command, sizeof command, "\"\"%s\" hold \"%s\"\"", program, folder);
#else
  snprintf(command, sizeof command, "'%s' hold '%s'", program, folder);
#endif
  FILE *process = popen(command, "r");
  assert_non_null(process);
  assert_non_null(fgets(line, sizeof line, process));
  assert_memory_equal(line, "held", 4);
  os_lock *lock = NULL;
  MUST_FAIL(TLSMEND_E_BUSY, path, os_lock_take(path, "me", &lock, other, sizeof other, &error));
  assert_string_equal(other, "77 other");
  MUST(os_file_replace(done, "", 0, &error));
  assert_int_equal(pclose(process), 0);
  MUST(os_lock_take(path, "me", &lock, other, sizeof other, &error));
  os_lock_release(lock);
  free(done);
  free(path);
}

static void time_is_spelled(void **state) {
  (void)state;
#ifndef _WIN32
  setenv("TZ", "XYZ-5:30", 1); /* the zone of the machine plays no part */
  tzset();
#endif
  static const struct {
    int64_t time;
    const char *text;
  } known[] = {{0, "1970-01-01T00:00:00Z"},
               {951827696, "2000-02-29T12:34:56Z"},
               {2147483648, "2038-01-19T03:14:08Z"},
               {4102444799, "2099-12-31T23:59:59Z"}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    char text[32];
    calendar_print(known[i].time, text);
    assert_string_equal(text, known[i].text);
  }
  assert_true(os_time() > 1700000000);
}

static void clock_goes_forward(void **state) {
  (void)state;
  uint64_t before = os_clock();
  os_sleep(60);
  uint64_t passed = os_clock() - before;
  assert_in_range(passed, 40, 20000);
}

static void random_bytes_differ(void **state) {
  (void)state;
  unsigned char first[32] = {0}, second[32] = {0}, nothing[32] = {0};
  os_random(first, sizeof first);
  os_random(second, sizeof second);
  assert_memory_not_equal(first, second, sizeof first);
  assert_memory_not_equal(first, nothing, sizeof first);
}

static void paths(void **state) {
  (void)state;
  char *joined = os_path_join("a", "b"), *again = os_path_join("a/", "b"), *running = os_program_path();
  assert_int_equal(strlen(joined), 3);
  assert_string_equal(again, "a/b");
  assert_non_null(running);
  assert_true(os_file_exists(running));
  char *state_folder = os_state_default();
  assert_non_null(strstr(state_folder, "tlsmend"));
  free(state_folder);
  free(running);
  free(again);
  free(joined);
}

static char *folder_make(void) {
  const char *base = getenv("TMPDIR") ? getenv("TMPDIR") : getenv("TEMP") ? getenv("TEMP") : "/tmp";
  char name[64];
  uint32_t number;
  os_random(&number, sizeof number);
  snprintf(name, sizeof name, "tlsmend-test-os-%08x", (unsigned)number);
  return os_path_join(base, name);
}

/* Each test begins in an empty folder of its own. */
static int enter(void **state) {
  (void)state;
  folder = folder_make();
  return folder && os_dir_make(folder, NULL) == TLSMEND_OK ? 0 : -1;
}

/* Not with a shell: Wine's "rmdir /s" on a path beyond 260 characters empties the current folder instead. */
static int remove_tree(void *data, const char *name) {
  char *path = os_path_join(data, name);
  if (os_dir_exists(path))
    os_dir_each(path, remove_tree, path, NULL);
  if (os_file_remove(path, NULL) != TLSMEND_OK)
    os_dir_remove(path, NULL);
  free(path);
  return 0;
}

static int leave(void **state) {
  (void)state;
  os_dir_each(folder, remove_tree, folder, NULL);
  int code = os_dir_remove(folder, NULL);
  free(folder);
  return code == TLSMEND_OK ? 0 : -1;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "hold") == 0)
    return hold(argv[2]);
  program = os_program_path();
  const struct CMUnitTest tests[] = {
      TEST(replace_and_read),
      TEST(same_file),
      TEST(names_of_all_kinds),
      TEST(reading_what_is_not_there),
      TEST(failed_replacement_keeps_the_old),
      TEST(streaming),
      TEST(folders_and_listing),
#ifdef _WIN32
      TEST(long_paths),
#endif
      TEST(made_folders_are_private),
      TEST(log_appends_and_is_cut),
      TEST(an_open_log_stays),
      TEST(the_environment),
      TEST(folders_of_the_system),
      TEST(clock_of_the_start),
      TEST(lock_in_one_process),
      TEST(lock_ends_with_its_process),
      TEST(time_is_spelled),
      TEST(clock_goes_forward),
      TEST(random_bytes_differ),
      TEST(paths),
  };
  int failures = cmocka_run_group_tests(tests, NULL, NULL);
  free(program);
  return failures;
}
