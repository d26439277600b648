/* Bytecode that one Lua state leaves to the next: nothing that a script or its author sees may depend on it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <lauxlib.h>

#include "os/os.h"
#include "signing/manifest.h"
#include "script/sandbox/bytecode_cache.h"

enum { STATES = 4 };

static char *folder;

static char *write_file(const char *name, const char *text) {
  tlsmend_error error;
  char *path = os_path_join(folder, name);
  assert_non_null(path);
  if (os_file_replace(path, text, strlen(text), &error) != TLSMEND_OK)
    fail_msg("%s", error.text);
  return path;
}

/* What opening a runbook of this text says when it fails. */
static void complaint(const script_options *options, const char *text, char out[1024]) {
  script_runbook *runbook = NULL;
  tlsmend_error error = {0, ""};
  char *path = write_file("try.lua", text);
  assert_int_equal(script_open(options, path, &runbook, &error), TLSMEND_E_SCRIPT);
  snprintf(out, 1024, "%s", error.text);
  os_file_remove(path, NULL);
  free(path);
}

static void errors_name_the_same_place(void **state) {
  (void)state;
  static const char *const texts[] = {
      "require('windows.updates').branch(nil)", "error(tostring(pcall(require('windows.updates').branch)))",
      "require('steps.needs')(1)", "error(require('windows.releases').by_id['win7-sp1'].files)"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    char parsed[1024], taken[1024];
    script_options alone = {.in_process = true},
                   options = {.bytecode = bytecode_cache_new(), .in_process = true};
    assert_non_null(options.bytecode);
    complaint(&alone, texts[i], parsed);
    for (int again = 0; again < STATES; again++) {
      complaint(&options, texts[i], taken);
      assert_string_equal(taken, parsed);
    }
    bytecode_cache_free(options.bytecode);
  }
}

/* The row of an embedded text. */
static const embedded_text *row_of(const char *name) {
  for (size_t i = 0; i < embedded_text_count; i++)
    if (strcmp(embedded_texts[i].name, name) == 0)
      return &embedded_texts[i];
  fail_msg("%s is not embedded", name);
  return NULL;
}

static void kept_from_the_second_time_or_when_expected(void **state) {
  (void)state;
  char says[1024];
  script_options options = {.in_process = true, .bytecode = bytecode_cache_new()};
  lua_State *L = luaL_newstate();
  const embedded_text *needs = row_of("stdlib/steps/needs.lua"), *files = row_of("stdlib/files.lua");
  bytecode_cache_expect(options.bytecode, "stdlib/files.lua");
  assert_int_equal(bytecode_cache_push(NULL, L, needs), -1);
  for (int again = 0; again < STATES; again++) {
    assert_int_equal(bytecode_cache_push(options.bytecode, L, needs), again < 2 ? -1 : LUA_OK);
    assert_int_equal(bytecode_cache_push(options.bytecode, L, files), again < 1 ? -1 : LUA_OK);
    complaint(&options, "require 'steps.needs'; require 'files'; error 'read'", says);
    assert_non_null(strstr(says, "read"));
  }
  lua_close(L);
  bytecode_cache_free(options.bytecode);
}

static void a_library_goes_before_what_is_kept(void **state) {
  (void)state;
  char says[1024];
  script_options options = {.in_process = true, .bytecode = bytecode_cache_new()};
  for (int again = 0; again < STATES; again++)
    complaint(&options, "error(type(require 'steps.needs'))", says);
  assert_non_null(strstr(says, "function"));
  char *inner = os_path_join(folder, "stdlib"), *steps = os_path_join(folder, "stdlib/steps");
  assert_int_equal(os_dir_make(inner, NULL), TLSMEND_OK);
  assert_int_equal(os_dir_make(steps, NULL), TLSMEND_OK);
  char *path = write_file("stdlib/steps/needs.lua", "return 'other'");
  manifest texts;
  assert_int_equal(script_library_read(folder, &texts, NULL), TLSMEND_OK);
  options.library = folder;
  options.texts = &texts;
  for (int again = 0; again < STATES; again++) {
    complaint(&options, "error(require 'steps.needs')", says);
    assert_non_null(strstr(says, "other"));
  }
  manifest_clear(&texts);
  os_file_remove(path, NULL);
  os_dir_remove(steps, NULL);
  os_dir_remove(inner, NULL);
  free(path);
  free(steps);
  free(inner);
  bytecode_cache_free(options.bytecode);
}

static int make_folder(void **state) {
  (void)state;
  return os_dir_temporary(&folder, NULL);
}

static int remove_folder(void **state) {
  (void)state;
  os_dir_remove(folder, NULL);
  free(folder);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(errors_name_the_same_place),
      cmocka_unit_test(kept_from_the_second_time_or_when_expected),
      cmocka_unit_test(a_library_goes_before_what_is_kept),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
