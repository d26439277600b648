/*
 * pairs and next in one order: numbers ascending, then strings by their bytes, then false and true, then the one table, function or
 * other thing without a value that may be a key. Lua's own order changes from one process to the next, and two runs on one machine
 * must propose the same plan. Two keys that are only addresses have no order, and are refused.
 */
#include "script/sandbox/pairs.h"

#include <string.h>

#include <lauxlib.h>

#include "script/sandbox/limits.h"
#include "script/sandbox/sort.h"

enum { OBJECT = 4 };

typedef struct entry {
  int rank;
  bool exact;
  lua_Integer integer;
  lua_Number real;
  const char *text;
  size_t length;
} entry;

/* A number that is no integer equals none, but may be beyond all of them and look like the last. */
static int compare_numbers(const entry *a, const entry *b) {
  if (a->exact && b->exact)
    return a->integer < b->integer ? -1 : a->integer > b->integer;
  int order = a->real < b->real ? -1 : a->real > b->real;
  return order != 0 ? order : b->exact - a->exact;
}

static int compare_texts(const entry *a, const entry *b) {
  int order = memcmp(a->text, b->text, a->length < b->length ? a->length : b->length);
  return order != 0 ? order : a->length < b->length ? -1 : a->length > b->length;
}

static int compare(const entry *a, const entry *b) {
  if (a->rank != b->rank)
    return a->rank - b->rank;
  return a->rank == 0 ? compare_numbers(a, b) : a->rank == 1 ? compare_texts(a, b) : 0;
}

static entry entry_of(lua_State *L, int index) {
  entry out = {.rank = OBJECT};
  int exact = 0;
  switch (lua_type(L, index)) {
  case LUA_TNUMBER:
    out.rank = 0;
    out.integer = lua_tointegerx(L, index, &exact);
    out.exact = exact != 0;
    out.real = lua_tonumber(L, index);
    break;
  case LUA_TSTRING:
    out.rank = 1;
    out.text = lua_tolstring(L, index, &out.length);
    break;
  case LUA_TBOOLEAN:
    out.rank = lua_toboolean(L, index) ? 3 : 2;
    break;
  default:
    break;
  }
  return out;
}

static void count_object(lua_State *L, const entry *key, int *objects) {
  if (key->rank == OBJECT && ++*objects > 1)
    luaL_error(L,
               "the table has several keys that are tables, functions or the like, which have no order: keep "
               "them in a list");
}

typedef struct keys {
  lua_State *L;
  const entry *entries;
} keys;

static bool before(void *data, size_t a, size_t b) {
  const keys *self = data;
  const entry *one = &self->entries[a], *other = &self->entries[b];
  if (one->length > 64 && other->length > 64)
    sandbox_spend(self->L, (one->length < other->length ? one->length : other->length) / 64);
  return compare(one, other) < 0;
}

int sandbox_keys(lua_State *L, int index) {
  int table = lua_absindex(L, index), count = 0, objects = 0;
  luaL_checktype(L, table, LUA_TTABLE);
  luaL_checkstack(L, 6, NULL);
  lua_newtable(L); /* in Lua's order */
  int found = lua_gettop(L);
  for (lua_pushnil(L); lua_next(L, table); count++) {
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    lua_rawseti(L, found, count + 1);
  }
  sandbox_spend(L, (unsigned long long)count);
  entry *entries = lua_newuserdatauv(L, ((size_t)count + 1) * sizeof *entries, 0);
  for (int i = 0; i < count; i++) {
    lua_rawgeti(L, found, i + 1);
    entries[i] = entry_of(L, -1);
    count_object(L, &entries[i], &objects);
    lua_pop(L, 1);
  }
  keys self = {L, entries};
  const size_t *order = sandbox_sort(L, (size_t)count, before, &self);
  lua_createtable(L, count, 0);
  for (int i = 0; i < count; i++) {
    lua_rawgeti(L, found, (lua_Integer)order[i] + 1);
    lua_rawseti(L, -2, i + 1);
  }
  lua_replace(L, found);
  lua_settop(L, found);
  return count;
}

/* The next pair. Upvalues: the keys in order, the position, the table. It asks nothing of its arguments, because whoever has got it may
 * call it with anything. Keys that are gone are left out. */
static int l_step(lua_State *L) {
  lua_Integer at = lua_tointeger(L, lua_upvalueindex(2));
  lua_settop(L, 0);
  for (;;) {
    if (lua_rawgeti(L, lua_upvalueindex(1), ++at) == LUA_TNIL)
      return 1;
    lua_pushvalue(L, -1);
    if (lua_rawget(L, lua_upvalueindex(3)) != LUA_TNIL)
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
  sandbox_keys(L, 1);
  lua_pushinteger(L, 0);
  lua_pushvalue(L, 1);
  lua_pushcclosure(L, l_step, 3);
  lua_pushvalue(L, 1);
  lua_pushnil(L);
  return 3;
}

/* next(table [, key]): the least key behind that one, and its value */
int l_next(lua_State *L) {
  int objects = 0;
  unsigned long long cost = 1;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 2);
  bool first = lua_isnil(L, 2);
  entry behind = entry_of(L, 2), best = {.rank = OBJECT + 1};
  lua_pushnil(L); /* the best key, at 3 */
  for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
    entry key = entry_of(L, -2);
    cost += 1 + key.length / 64;
    count_object(L, &key, &objects);
    if ((!first && compare(&key, &behind) <= 0) || compare(&key, &best) >= 0)
      continue;
    best = key;
    lua_pushvalue(L, -2);
    lua_replace(L, 3);
  }
  sandbox_spend(L, cost);
  if (lua_isnil(L, 3))
    return 1;
  lua_pushvalue(L, 3);
  lua_rawget(L, 1);
  return 2;
}
