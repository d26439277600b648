/*
 * Metatables of scripts. What Lua gets is a copy of the metamethods, which no script can reach: a check of the original would only hold
 * until the next assignment to it. Left out are __gc, which runs with hooks off; __mode, because tables of weak keys that lead to each
 * other keep the collector busy for their number squared, in one step; and a __call that is no function, because a chain of them is
 * walked in one instruction, each link moving all arguments. docs/decisions/0012-metatables-are-copied.md
 */
#include "script/sandbox/metatable.h"

#include <lauxlib.h>

static const char original_key, events_key;

static const char *const events[] = {
    "__add",  "__band",     "__bnot",  "__bor", "__bxor", "__call", "__close",     "__concat",   "__div",
    "__eq",   "__idiv",     "__index", "__le",  "__len",  "__lt",   "__metatable", "__mod",      "__mul",
    "__name", "__newindex", "__pairs", "__pow", "__shl",  "__shr",  "__sub",       "__tostring", "__unm",
};

static int field(lua_State *L, int table, const char *name) {
  lua_pushstring(L, name);
  return lua_rawget(L, table);
}

static void refuse_field(lua_State *L, int table, const char *name) {
  if (field(L, table, name) != LUA_TNIL)
    luaL_error(L, "setmetatable: a runbook has no '%s'", name);
  lua_pop(L, 1);
}

/* Pushes the list of events: as texts of the state, so that looking for one does not make it anew. */
static void push_events(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &events_key) == LUA_TTABLE)
    return;
  lua_pop(L, 1);
  lua_createtable(L, sizeof events / sizeof *events, 0);
  for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
    lua_pushstring(L, events[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &events_key);
}

/* Pushes what counts of the table at `table`. */
static void push_copy(lua_State *L, int table) {
  refuse_field(L, table, "__gc");
  refuse_field(L, table, "__mode");
  int call = field(L, table, "__call");
  if (call != LUA_TNIL && call != LUA_TFUNCTION)
    luaL_error(L, "setmetatable: '__call' must be a function, got %s", luaL_typename(L, -1));
  lua_pop(L, 1);
  push_events(L);
  lua_newtable(L);
  for (size_t i = 1; i <= sizeof events / sizeof *events; i++) {
    lua_rawgeti(L, -2, (lua_Integer)i);
    if (lua_rawget(L, table) != LUA_TNIL) {
      lua_rawgeti(L, -3, (lua_Integer)i);
      lua_rotate(L, -2, 1);
      lua_rawset(L, -3);
    } else {
      lua_pop(L, 1);
    }
  }
  lua_remove(L, -2);
  lua_pushvalue(L, table);
  lua_rawsetp(L, -2, &original_key);
}

int l_setmetatable(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_argexpected(L, lua_isnil(L, 2) || lua_istable(L, 2), 2, "nil or table");
  lua_settop(L, 2);
  if (lua_istable(L, 2)) {
    push_copy(L, 2);
    lua_replace(L, 2);
  }
  if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
    return luaL_error(L, "cannot change a protected metatable");
  lua_setmetatable(L, 1);
  lua_settop(L, 1);
  return 1;
}

/* That of a script as it was given, or what its __metatable says; false for one of the host. */
int l_getmetatable(lua_State *L) {
  luaL_checkany(L, 1);
  if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
    return 1;
  if (!lua_getmetatable(L, 1))
    return lua_pushnil(L), 1;
  if (lua_rawgetp(L, -1, &original_key) == LUA_TNIL)
    lua_pushboolean(L, 0);
  return 1;
}
