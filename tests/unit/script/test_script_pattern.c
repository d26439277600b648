/* Lua's patterns as the sandbox matches them against those of the standard library: same answers, same complaints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <lauxlib.h>
#include <lualib.h>

#include "script/sandbox/sandbox.h"
#include "script/sandbox/string.h"
#include "unit/random.h"

/* `theirs` is the standard string library, `ours` the table of counted functions. */
static const char compare[] =
    "local theirs, ours, subject, pattern, init, repl = ...\n"
    "local function same(name, ...)\n"
    "  local a, b = table.pack(pcall(theirs[name], ...)), table.pack(pcall(ours[name], ...))\n"
    "  if a.n ~= b.n then error(('%s(%q, %q): %d results, %d'):format(name, subject, pattern, a.n, b.n)) "
    "end\n"
    "  for i = 1, a.n do\n"
    "    if a[i] ~= b[i] then error(('%s(%q, %q, %s): %s, ours %s'):format(name, subject, pattern, ..., "
    "a[i], b[i])) end\n"
    "  end\n"
    "  return a[1]\n"
    "end\n"
    "local function all(f)\n"
    "  local out = {}\n"
    "  for a, b in f(subject, pattern) do out[#out + 1] = tostring(a) .. ',' .. tostring(b) end\n"
    "  return table.concat(out, ';')\n"
    "end\n"
    "local fine = same('find', subject, pattern, init)\n"
    "same('find', subject, pattern, init, true)\n"
    "same('match', subject, pattern, init)\n"
    "same('gsub', subject, pattern, repl)\n"
    "same('gsub', subject, pattern, repl, init)\n"
    "same('gsub', subject, pattern, { a = 'x', b = 1, ab = false })\n"
    "same('gsub', subject, pattern, function(x, y) if x ~= 'a' then return (y or '-') end end)\n"
    "local a, b = table.pack(pcall(all, theirs.gmatch)), table.pack(pcall(all, ours.gmatch))\n"
    "if a[2] ~= b[2] then error(('gmatch(%q, %q): %s, ours %s'):format(subject, pattern, a[2], b[2])) end\n"
    "return fine\n";

static int push_random(lua_State *L, const char *const *pieces, size_t count, size_t most) {
  luaL_Buffer text;
  luaL_buffinit(L, &text);
  for (size_t left = random_below(most + 1); left > 0; left--) {
    const char *piece = pieces[random_below(count)];
    if (!*piece) {
      luaL_addchar(&text, '\0');
    } else {
      luaL_addstring(&text, piece);
    }
  }
  luaL_pushresult(&text);
  return 1;
}

static lua_State *both_libraries(script_context **context) {
  static const luaL_Reg counted[] = {
      {"find", l_find}, {"gmatch", l_gmatch}, {"gsub", l_gsub}, {"match", l_match}, {NULL, NULL}};
  tlsmend_error error;
  assert_int_equal(sandbox_open(NULL, context, &error), TLSMEND_OK);
  lua_State *L = (*context)->L;
  (*context)->account.deadline = UINT64_MAX;
  (*context)->account.limit[TLSMEND_LIMIT_INSTRUCTIONS] = UINT64_MAX / 2;
  assert_int_equal(luaL_loadstring(L, compare), LUA_OK);
  luaL_requiref(L, "string", luaopen_string, 0);
  luaL_newlib(L, counted);
  return L;
}

static void same_as_the_standard_library(void **state) {
  (void)state;
  static const char *const letters[] = {"a", "a", "b", "ab", "(",    ")", "1", " ",
                                        "]", "%", "-", "",   "\xC3", "Z", "\n"};
  static const char *const items[] = {"a",      "b",       ".",    "%a",     "%d",    "%s",   "%W", "[ab]",
                                      "[^a]",   "[a-c%d]", "*",    "+",      "-",     "?",    "(",  ")",
                                      "()",     "%1",      "%b()", "%f[%w]", "$",     "^",    "%",  "[",
                                      "%f",     "]",       "%2",   "[]]",    "[^]a]", "[a-]", "",   "%]",
                                      "[%a-z]", "%b",      ".-",   "(a*)",   "(.)",   "%x",   "%p", "%g"};
  static const char *const replacements[] = {"x", "%0", "%1", "%%", "%2", "%", "", "<%0>"};
  script_context *context;
  lua_State *L = both_libraries(&context);
  int fine = 0, rounds = 60000;
  for (int i = 0; i < rounds; i++) {
    lua_settop(L, 3);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 3);
    push_random(L, letters, sizeof letters / sizeof *letters, 12);
    push_random(L, items, sizeof items / sizeof *items, 6);
    lua_pushinteger(L, (lua_Integer)random_below(12) - 4);
    lua_pushstring(L, replacements[random_below(sizeof replacements / sizeof *replacements)]);
    if (lua_pcall(L, 6, 1, 0) != LUA_OK)
      fail_msg("round %d: %s", i, lua_tostring(L, -1));
    fine += lua_toboolean(L, -1);
  }
  assert_true(fine > rounds / 3 && fine < rounds); /* well-formed and malformed ones are both tried */
  sandbox_close(context);
}

/* Every byte in every class. */
static void same_classes(void **state) {
  (void)state;
  static const char text[] = "local theirs, ours = ...\n"
                             "for class in ('acdglpsuwxACDGLPSUWX.'):gmatch '.' do\n"
                             "  for byte = 0, 255 do\n"
                             "    local c, p = string.char(byte), '^%' .. class .. '$'\n"
                             "    assert(theirs.match(c, p) == ours.match(c, p), class .. ' ' .. byte)\n"
                             "  end\n"
                             "end\n";
  script_context *context;
  lua_State *L = both_libraries(&context);
  assert_int_equal(luaL_loadstring(L, text), LUA_OK);
  lua_pushvalue(L, 2);
  lua_pushvalue(L, 3);
  if (lua_pcall(L, 2, 0, 0) != LUA_OK)
    fail_msg("%s", lua_tostring(L, -1));
  sandbox_close(context);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(same_as_the_standard_library),
      cmocka_unit_test(same_classes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
