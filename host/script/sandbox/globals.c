/*
 * What a script can reach: one allow-list, copied into fresh tables for each state. What is not in the list does not exist
 * in a runbook. Rows with a function of ours take the place of the standard one, which they get as first upvalue.
 *
 * Left out on purpose: io, os, debug, package, dofile, loadfile (the host's files and processes); string.dump and binary
 * chunks (the virtual machine trusts them); collectgarbage; warn; math.random and os.time (a plan must come out the
 * same twice).
 */
#include "script/sandbox/globals.h"

#include <string.h>

#include <lauxlib.h>
#include <lualib.h>

#include "script/sandbox/limits.h"
#include "script/sandbox/log.h"
#include "script/sandbox/metatable.h"
#include "script/sandbox/pairs.h"
#include "script/sandbox/protected.h"
#include "script/sandbox/sort.h"
#include "script/sandbox/string.h"
#include "script/sandbox/text.h"
#include "script/suggest.h"

/* The standard function that ours takes the place of. In the same frame: its messages find its name. */
static int call_standard(lua_State *L) { return lua_tocfunction(L, lua_upvalueindex(1))(L); }

/* load(text [, name [, mode [, env]]]): texts only, whatever the mode says. */
static int l_load(lua_State *L) {
  size_t size;
  if (lua_type(L, 1) != LUA_TSTRING)
    return luaL_error(L, "load: takes a text, got %s", luaL_typename(L, 1));
  const char *text = lua_tolstring(L, 1, &size);
  const char *name = luaL_optstring(L, 2, "=(load)");
  bool environment = !lua_isnone(L, 4);
  int status = sandbox_load(L, text, size, name);
  if (status != LUA_OK) {
    sandbox_caught(L, status);
    luaL_pushfail(L);
    lua_insert(L, -2);
    return 2;
  }
  if (environment) {
    lua_pushvalue(L, 4);
    if (!lua_setupvalue(L, -2, 1))
      lua_pop(L, 1);
  }
  return 1;
}

static int l_print(lua_State *L) {
  int count = lua_gettop(L);
  luaL_Buffer line;
  luaL_buffinit(L, &line);
  for (int i = 1; i <= count; i++) {
    if (i > 1)
      luaL_addchar(&line, '\t');
    sandbox_text(L, i);
    luaL_addvalue(&line);
  }
  luaL_pushresult(&line);
  return sandbox_log(L, false, lua_tostring(L, -1));
}

/* The standard one loops n times even if the text is empty. */
static int l_rep(lua_State *L) {
  lua_Integer count = luaL_checkinteger(L, 2);
  if (count > 0)
    sandbox_spend(L, (unsigned long long)count);
  return call_standard(L);
}

/* The functions of `table` loop in C; metamethods could make up a length, and make each round as long as they like. */
static lua_Unsigned plain_length(lua_State *L, int index, const char *function) {
  luaL_checktype(L, index, LUA_TTABLE);
  if (lua_getmetatable(L, index))
    luaL_error(L, "table.%s: the table must not have a metatable", function);
  return lua_rawlen(L, index);
}

/* What lies behind the place is moved; at the end of the list nothing does. */
static int shift(lua_State *L, bool placed) {
  lua_Unsigned length = plain_length(L, 1, "insert and remove");
  lua_Unsigned place = placed ? (lua_Unsigned)lua_tointeger(L, 2) : length;
  sandbox_spend(L, place < length ? (length - place) / 8 : 1);
  return call_standard(L);
}

static int l_table_insert(lua_State *L) { return shift(L, lua_gettop(L) > 2); }

static int l_table_remove(lua_State *L) { return shift(L, lua_gettop(L) > 1); }

/* Ranges that arguments give; a wrong one ends at the limit instead of in a loop. */
static void spend_range(lua_State *L, lua_Integer first, lua_Integer last) {
  if (first <= last)
    sandbox_spend(L, (lua_Unsigned)last - (lua_Unsigned)first);
}

static int l_table_concat(lua_State *L) {
  lua_Unsigned length = plain_length(L, 1, "concat");
  spend_range(L, luaL_optinteger(L, 3, 1), luaL_optinteger(L, 4, (lua_Integer)length));
  return call_standard(L);
}

static int l_table_unpack(lua_State *L) {
  lua_Unsigned length = plain_length(L, 1, "unpack");
  spend_range(L, luaL_optinteger(L, 2, 1), luaL_optinteger(L, 3, (lua_Integer)length));
  return call_standard(L);
}

static int l_table_move(lua_State *L) {
  plain_length(L, 1, "move");
  if (!lua_isnoneornil(L, 5))
    plain_length(L, 5, "move");
  spend_range(L, luaL_checkinteger(L, 2), luaL_checkinteger(L, 3));
  return call_standard(L);
}

/* Functions that go through their texts once. */
static int l_linear(lua_State *L) {
  size_t bytes = 0;
  for (int i = lua_gettop(L); i > 0; i--)
    bytes += lua_type(L, i) == LUA_TSTRING ? (size_t)lua_rawlen(L, i) : 0;
  if (bytes >= 4096)
    sandbox_spend(L, bytes / 64);
  return call_standard(L);
}

static int l_undefined(lua_State *L) {
  char suggestion[SUGGESTION_SIZE];
  const char *name = lua_tostring(L, 2);
  const script_context *context = sandbox_context(L);
  if (name && context->is_module && context->is_module(name))
    return luaL_error(L, "'%s' is not defined here: write 'local %s = require \"%s\"' above", name, name,
                      name);
  if (name && suggest_key(L, name, suggestion))
    return luaL_error(L, "'%s' is not defined here; '%s' is meant?", name, suggestion);
  return luaL_error(L, "'%s' is not defined here (misspelled, or not part of what a runbook may use)",
                    sandbox_text(L, 2));
}

static int l_undeclared(lua_State *L) {
  return luaL_error(L, "'%s' is assigned but not declared: write 'local %s'", sandbox_text(L, 2),
                    sandbox_text(L, 2));
}

#define PURE    "looks at its arguments only"
#define BOUNDED "charged for its length before it begins; plain tables only"
#define LINEAR  "goes through its texts once and is charged for them"
#define NAMED   "tables, functions and the like are called by their type: no address is told"
#define STICKY  "an error of a limit or of the guard goes through it"

static const struct allowed {
  const char *library, *name;
  lua_CFunction ours; /* NULL: the standard one */
  const char *reason;
} allowed[] = {
    {"_G", "_VERSION", NULL, "a text"},
    {"_G", "assert", NULL, PURE},
    {"_G", "error", NULL, PURE},
    {"_G", "getmetatable", l_getmetatable, "not those of the host"},
    {"_G", "ipairs", NULL, PURE},
    {"_G", "load", l_load, "text chunks only, charged piece by piece"},
    {"_G", "next", l_next, "in the order of pairs"},
    {"_G", "pairs", l_pairs, "in one order, so that two runs propose the same"},
    {"_G", "pcall", l_pcall, STICKY},
    {"_G", "print", l_print, "goes to the log"},
    {"_G", "rawequal", NULL, PURE},
    {"_G", "rawget", NULL, PURE},
    {"_G", "rawlen", NULL, PURE},
    {"_G", "rawset", NULL, "metatables of the host cannot be reached"},
    {"_G", "select", NULL, PURE},
    {"_G", "setmetatable", l_setmetatable, "sets a copy without __gc, __mode and odd __call"},
    {"_G", "tonumber", l_linear, LINEAR},
    {"_G", "tostring", l_tostring, NAMED},
    {"_G", "type", NULL, PURE},
    {"_G", "xpcall", l_xpcall, STICKY},
    {"coroutine", "close", l_close, STICKY},
    {"coroutine", "create", l_create, "charged for the instructions that its own count does not see"},
    {"coroutine", "isyieldable", NULL, PURE},
    {"coroutine", "resume", l_resume, STICKY},
    {"coroutine", "running", NULL, PURE},
    {"coroutine", "status", NULL, PURE},
    {"coroutine", "wrap", l_wrap, STICKY},
    {"coroutine", "yield", NULL, PURE},
    {"math", "abs", NULL, PURE},
    {"math", "ceil", NULL, PURE},
    {"math", "fmod", NULL, PURE},
    {"math", "floor", NULL, PURE},
    {"math", "huge", NULL, "a number"},
    {"math", "max", NULL, PURE},
    {"math", "maxinteger", NULL, "a number"},
    {"math", "min", NULL, PURE},
    {"math", "mininteger", NULL, "a number"},
    {"math", "modf", NULL, PURE},
    {"math", "tointeger", NULL, PURE},
    {"math", "type", NULL, PURE},
    {"math", "ult", NULL, PURE},
    {"string", "byte", NULL, "bounded by the stack"},
    {"string", "char", NULL, PURE},
    {"string", "find", l_find, "patterns count their steps"},
    {"string", "format", l_format, NAMED},
    {"string", "gmatch", l_gmatch, "patterns count their steps"},
    {"string", "gsub", l_gsub, "patterns count their steps"},
    {"string", "len", NULL, PURE},
    {"string", "lower", l_linear, LINEAR},
    {"string", "match", l_match, "patterns count their steps"},
    {"string", "pack", l_linear, LINEAR},
    {"string", "packsize", l_linear, LINEAR},
    {"string", "rep", l_rep, "charged for its count before it begins"},
    {"string", "reverse", l_linear, LINEAR},
    {"string", "sub", NULL, "bounded by the memory limit"},
    {"string", "unpack", l_linear, LINEAR},
    {"string", "upper", l_linear, LINEAR},
    {"table", "concat", l_table_concat, BOUNDED},
    {"table", "insert", l_table_insert, BOUNDED},
    {"table", "move", l_table_move, BOUNDED},
    {"table", "pack", NULL, "bounded by the stack"},
    {"table", "remove", l_table_remove, BOUNDED},
    {"table", "sort", l_table_sort, "stable, each comparison is charged; plain tables only"},
    {"table", "unpack", l_table_unpack, BOUNDED},
    {"utf8", "char", NULL, PURE},
    {"utf8", "charpattern", NULL, "a text"},
    {"utf8", "codepoint", l_linear, LINEAR},
    {"utf8", "codes", NULL, PURE},
    {"utf8", "len", l_linear, LINEAR},
    {"utf8", "offset", l_linear, LINEAR},
};

static const luaL_Reg libraries[] = {
    {"coroutine", luaopen_coroutine}, {"math", luaopen_math}, {"string", luaopen_string},
    {"table", luaopen_table},         {"utf8", luaopen_utf8}, {NULL, NULL},
};

/* Copies the allowed members of the standard library at the top of the stack into the table at `target`. */
static void copy_allowed(lua_State *L, const char *library, int target) {
  for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
    const struct allowed *row = &allowed[i];
    if (strcmp(row->library, library) != 0)
      continue;
    lua_getfield(L, -1, row->name);
    if (row->ours)
      lua_pushcclosure(L, row->ours, 1);
    lua_setfield(L, target, row->name);
  }
}

/* "text":upper() works through this metatable; it leads to the allowed functions and cannot be changed. */
static void protect_strings(lua_State *L, int strings) {
  lua_pushliteral(L, "");
  if (lua_getmetatable(L, -1)) {
    lua_pushvalue(L, strings);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

static void make_strict(lua_State *L, int globals) {
  static const luaL_Reg strict[] = {{"__index", l_undefined}, {"__newindex", l_undeclared}, {NULL, NULL}};
  luaL_newlib(L, strict);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, globals);
}

void sandbox_globals(lua_State *L) {
  lua_newtable(L);
  int globals = lua_gettop(L);
  luaL_requiref(L, "_G", luaopen_base, 0);
  copy_allowed(L, "_G", globals);
  lua_pop(L, 1);
  for (const luaL_Reg *library = libraries; library->name; library++) {
    lua_newtable(L);
    luaL_requiref(L, library->name, library->func, 0);
    copy_allowed(L, library->name, globals + 1);
    lua_pop(L, 1);
    if (strcmp(library->name, "string") == 0)
      protect_strings(L, globals + 1);
    lua_setfield(L, globals, library->name);
  }
  lua_pushvalue(L, globals);
  lua_setfield(L, globals, "_G");
  make_strict(L, globals);
  lua_pushvalue(L, globals);
  lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
  lua_pushnil(L);
  lua_setfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE); /* the standard libraries as they came */
}
