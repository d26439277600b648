/* Lua that was compiled when tlsmend was built: it is what the Lua in here makes of the same texts, byte for byte, which is all that makes it
 * good to run. And nobody else's chunk is run, whichever way it comes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <lauxlib.h>

#include "base/digest.h"
#include "os/os.h"
#include "script/texts.h"
#include "signing/manifest.h"
#include "unit/script/where.h"

enum { TEXT_MOST = 1 << 20 };

typedef struct bytes {
  char *at;
  size_t size;
} bytes;

static bytes source_of(const char *name) {
  char path[512];
  bytes out;
  tlsmend_error error;
  snprintf(path, sizeof path, "%s/%s", TLSMEND_SOURCE, name);
  if (os_file_read(path, TEXT_MOST, &out.at, &out.size, &error) != TLSMEND_OK)
    fail_msg("%s", error.text);
  return out;
}

static bytes unpacked(const embedded_bytes *from) {
  bytes out = {malloc(from->size + 1), from->size};
  assert_non_null(out.at);
  assert_true(script_embedded_copy(from, out.at));
  return out;
}

static int add(lua_State *L, const void *at, size_t size, void *data) {
  (void)L;
  bytes *out = data;
  char *grown = realloc(out->at, out->size + size + 1);
  assert_non_null(grown);
  memcpy(grown + out->size, at, size);
  *out = (bytes){grown, out->size + size};
  return 0;
}

static bytes compiled(lua_State *L, const bytes *text, const char *chunk) {
  bytes out = {NULL, 0};
  if (luaL_loadbufferx(L, text->at, text->size, chunk, "t") != LUA_OK)
    fail_msg("%s", lua_tostring(L, -1));
  lua_dump(L, add, &out, 0);
  lua_settop(L, 0);
  return out;
}

static void assert_same(const bytes *a, const bytes *b, const char *name) {
  if (a->size != b->size || memcmp(a->at, b->at, a->size) != 0)
    fail_msg("%s: not the same bytes", name);
}

/* What messages call it. */
static void chunk_of(const char *name, char out[256]) {
  const char *slash = strchr(name, '/') + 1;
  snprintf(out, 256, "@%s", strncmp(name, "host/", 5) == 0 ? name : slash);
}

static void each_is_what_this_lua_makes_of_the_text(void **state) {
  (void)state;
  lua_State *L = luaL_newstate();
  size_t count = 0, lua = 0;
  for (const embedded_text *row = embedded_texts; row->name; row++) {
    bool is_lua = strstr(row->name, ".lua") && strncmp(row->name, "stdlib/meta/", 12) != 0;
    char chunk[256];
    bytes text = source_of(row->name);
    chunk_of(row->name, chunk);
    assert_true(row->text.at || row->chunk.at);
    if (row->text.at) {
      bytes here = unpacked(&row->text);
      assert_same(&here, &text, row->name);
      free(here.at);
    }
    if (row->chunk.at) {
      bytes here = unpacked(&row->chunk), made = compiled(L, &text, chunk);
      assert_same(&here, &made, row->name);
      free(here.at);
      free(made.at);
      count++;
    }
    lua += is_lua;
    free(text.at);
  }
  lua_close(L);
  assert_true(count == 0 || count == lua); /* all of it, or a build that says why not */
}

static void runbooks_are_known_by_their_texts(void **state) {
  (void)state;
  for (const embedded_text *row = embedded_texts; row->name; row++) {
    assert_int_equal(row->sha256 != NULL, strncmp(row->name, "runbooks/", 9) == 0);
    if (!row->sha256)
      continue;
    char sha256[65];
    bytes text = unpacked(&row->text);
    digest_sha256(text.at, text.size, sha256);
    assert_string_equal(row->sha256, sha256);
    free(text.at);
  }
}

/* A chunk of a text, which would run. */
static bytes strange(const char *text) {
  lua_State *L = luaL_newstate();
  bytes source = {(char *)(uintptr_t)text, strlen(text)};
  bytes out = compiled(L, &source, "@strange.lua");
  lua_close(L);
  return out;
}

#define RUNBOOK(body) body " return { id = 'try', version = '1', title = 'Try', run = function() end }"

static void refused(const script_options *options, const char *name, const char *says) {
  script_runbook *runbook = NULL;
  tlsmend_error error = {0, ""};
  assert_int_equal(script_open(options, name, &runbook, &error), TLSMEND_E_SCRIPT);
  if (!strstr(error.text, says))
    fail_msg("'%s' does not say '%s'", error.text, says);
}

/* A manifest of one file that is owned by the caller. */
static manifest only(manifest_file *file, manifest_kind kind, const char *name, const bytes *content) {
  *file = (manifest_file){
      .kind = kind, .name = (char *)(uintptr_t)name, .size = content->size, .bytes = content->at};
  return (manifest){file, 1};
}

/* Files, bundles and what a run has kept are read into such a source. */
static void of_a_runbook_is_refused(void **state) {
  (void)state;
  bytes chunk = strange(RUNBOOK(""));
  script_source source = {.path = "try.lua", .file = "try.lua", .bytes = chunk.at, .size = chunk.size};
  script_options options = where_options();
  options.source = &source;
  refused(&options, "try.lua", "try.lua: is a compiled Lua file; only source text is run");
  free(chunk.at);
}

static void of_its_module_is_refused(void **state) {
  (void)state;
  static const char text[] = RUNBOOK("require 'part'");
  bytes chunk = strange("return {}");
  manifest_file file;
  manifest files = only(&file, MANIFEST_MODULE, "part.lua", &chunk);
  script_source source = {
      .path = "try.lua", .file = "try.lua", .bytes = text, .size = strlen(text), .files = &files};
  script_options options = where_options();
  options.source = &source;
  refused(&options, "try.lua", "part.lua: is a compiled Lua file; only source text is run");
  free(chunk.at);
}

static void of_a_library_is_refused(void **state) {
  (void)state;
  bytes chunk = strange(RUNBOOK(""));
  manifest_file file;
  manifest texts = only(&file, MANIFEST_RUNBOOK, "try.lua", &chunk);
  script_options options = where_options();
  options.library = "library";
  options.texts = &texts;
  refused(&options, "try", "try.lua: is a compiled Lua file; only source text is run");
  texts = only(&file, MANIFEST_MODULE, "stdlib/steps/needs.lua", &chunk);
  refused(&options, "winhttp-tls12", "steps/needs.lua: is a compiled Lua file; only source text is run");
  free(chunk.at);
}

static void of_data_is_refused(void **state) {
  (void)state;
  bytes chunk = strange("return {}");
  json_t *found = NULL;
  tlsmend_error error = {0, ""};
  script_options options = where_options();
  assert_int_equal(script_data(&options, "expect.lua", chunk.at, chunk.size, &found, &error),
                   TLSMEND_E_SCRIPT);
  assert_string_equal(error.text, "expect.lua: is a compiled Lua file; only source text is run");
  free(chunk.at);
}

/* As a text writes it. */
static void that_a_script_loads_is_refused(void **state) {
  (void)state;
  static char text[TEXT_MOST];
  bytes chunk = strange("return {}");
  size_t size = (size_t)snprintf(text, sizeof text, "assert(load('");
  for (size_t i = 0; i < chunk.size; i++)
    size += (size_t)snprintf(text + size, sizeof text - size, "\\x%02x", (unsigned char)chunk.at[i]);
  size += (size_t)snprintf(text + size, sizeof text - size, "', 'x', 'b'))");
  script_source source = {.path = "try.lua", .file = "try.lua", .bytes = text, .size = size};
  script_options options = where_options();
  options.source = &source;
  refused(&options, "try.lua", "attempt to load a binary chunk (mode is 't')");
  free(chunk.at);
}

int main(int argc, char **argv) {
  where_begin(argc, argv);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_is_what_this_lua_makes_of_the_text),
      cmocka_unit_test(runbooks_are_known_by_their_texts),
      cmocka_unit_test(of_a_runbook_is_refused),
      cmocka_unit_test(of_its_module_is_refused),
      cmocka_unit_test(of_a_library_is_refused),
      cmocka_unit_test(of_data_is_refused),
      cmocka_unit_test(that_a_script_loads_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
