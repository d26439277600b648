/*
 * pairs in one order: numbers ascending, then strings by their bytes, then false and true, then whatever else in no order.
 * Lua's own order changes from one process to the next, and two runs on one machine must propose the same plan.
 */
#include "script/sandbox.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

typedef struct entry {
  int rank, number; /* number: place in the list that keeps the key alive */
  bool exact;
  lua_Integer integer;
  lua_Number real;
  const char *text;
  size_t length;
} entry;

static int compare_numbers(const entry *a, const entry *b) {
  if (a->exact && b->exact)
    return a->integer < b->integer ? -1 : a->integer > b->integer;
  return a->real < b->real ? -1 : a->real > b->real;
}

static int compare_texts(const entry *a, const entry *b) {
  int order = memcmp(a->text, b->text, a->length < b->length ? a->length : b->length);
  return order != 0 ? order : a->length < b->length ? -1 : a->length > b->length;
}

static int compare(const void *one, const void *other) {
  const entry *a = one, *b = other;
  int order = a->rank - b->rank;
  if (order == 0 && a->rank == 0)
    order = compare_numbers(a, b);
  if (order == 0 && a->rank == 1)
    order = compare_texts(a, b);
  return order != 0 ? order : a->number - b->number;
}

/* The key at the top of the stack. */
static entry entry_of(lua_State *L, int number) {
  entry out = {.number = number, .rank = 4};
  int exact = 0;
  switch (lua_type(L, -1)) {
  case LUA_TNUMBER:
    out.rank = 0;
    out.integer = lua_tointegerx(L, -1, &exact);
    out.exact = exact != 0;
    out.real = lua_tonumber(L, -1);
    break;
  case LUA_TSTRING:
    out.rank = 1;
    out.text = lua_tolstring(L, -1, &out.length);
    break;
  case LUA_TBOOLEAN:
    out.rank = lua_toboolean(L, -1) ? 3 : 2;
    break;
  default:
    break;
  }
  return out;
}

/* The next pair of (table), by the sorted keys and the position among the upvalues. Keys that are gone are left out. */
static int l_step(lua_State *L) {
  lua_Integer at = lua_tointeger(L, lua_upvalueindex(2));
  for (;;) {
    if (lua_rawgeti(L, lua_upvalueindex(1), ++at) == LUA_TNIL)
      return 1;
    lua_pushvalue(L, -1);
    if (lua_rawget(L, 1) != LUA_TNIL)
      break;
    lua_pop(L, 2);
  }
  lua_pushinteger(L, at);
  lua_replace(L, lua_upvalueindex(2));
  return 2;
}

int l_pairs(lua_State *L) {
  luaL_checkany(L, 1);
  if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
    lua_pushvalue(L, 1);
    lua_call(L, 1, 3);
    return 3;
  }
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  int count = 0;
  lua_newtable(L);
  for (lua_pushnil(L); lua_next(L, 1); count++) {
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    lua_rawseti(L, 2, count + 1);
  }
  sandbox_spend(L, (unsigned long long)count);
  entry *entries = lua_newuserdatauv(L, ((size_t)count + 1) * sizeof *entries, 0);
  for (int i = 0; i < count; i++) {
    lua_rawgeti(L, 2, i + 1);
    entries[i] = entry_of(L, i + 1);
    lua_pop(L, 1);
  }
  qsort(entries, (size_t)count, sizeof *entries, compare);
  lua_createtable(L, count, 0);
  for (int i = 0; i < count; i++) {
    lua_rawgeti(L, 2, entries[i].number);
    lua_rawseti(L, -2, i + 1);
  }
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, l_step, 2);
  lua_pushvalue(L, 1);
  lua_pushnil(L);
  return 3;
}
