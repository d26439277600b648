/* Which program becomes a worker: that of the options, else this one once it has said that it can. */
#include "unit/engine.h"

#include "os/os.h"
#include "script/worker/program.h"

static tlsmend_error error;

static char *program(const char *named, int *code) {
  script_options options = {.worker = named};
  char *path = NULL;
  *code = script_worker_program(&options, &path, &error);
  return path;
}

static void named(void **state) {
  (void)state;
  int code;
  char *self = os_program_path(), *path = program(self, &code);
  assert_int_equal(code, TLSMEND_OK);
  assert_string_equal(path, self);
  free(path);
  static const char *const bad[] = {"tlsmend",          "./tlsmend",        "",
                                    "/no/such/program", "C:\\no\\such.exe", TLSMEND_SOURCE};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    path = program(bad[i], &code);
    assert_int_equal(code, TLSMEND_E_USAGE);
    assert_null(path);
    assert_non_null(strstr(error.text, "options.worker is "));
    assert_non_null(strstr(error.text, bad[i]));
  }
  free(self);
}

/* This test is part of its program, wherever that was started from. */
static void itself(void **state) {
  (void)state;
  int code;
  char *self = os_program_path(), *library = os_library_path();
  assert_non_null(library);
  assert_true(os_file_same(self, library));
  script_worker_itself();
  char *path = program(NULL, &code);
  assert_int_equal(code, TLSMEND_OK);
  assert_true(os_file_same(path, self));
  free(path);
  free(library);
  free(self);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(named), cmocka_unit_test(itself)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
