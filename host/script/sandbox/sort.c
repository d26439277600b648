/*
 * A sort without chance: stable, n log n whatever is compared. Lua's own chooses pivots by the clock when an order is bad, so that two
 * runs could differ, and the C library's may be quadratic. table.sort and the order of pairs rest on it.
 */
#include "script/sandbox/sort.h"

#include <limits.h>

#include <lauxlib.h>

#include "script/sandbox/limits.h"

typedef struct sorting {
  sort_before before;
  void *data;
} sorting;

static void merge(const sorting *self, const size_t *from, size_t *to, size_t low, size_t middle,
                  size_t high) {
  size_t left = low, right = middle;
  for (size_t at = low; at < high; at++) {
    bool take_left = left < middle && (right == high || !self->before(self->data, from[right], from[left]));
    to[at] = take_left ? from[left++] : from[right++];
  }
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

const size_t *sandbox_sort(lua_State *L, size_t count, sort_before before, void *data) {
  sorting self = {before, data};
  size_t *from = lua_newuserdatauv(L, (2 * count + 1) * sizeof *from, 0), *to = from + count;
  for (size_t i = 0; i < count; i++)
    from[i] = i;
  for (size_t width = 1; width < count; width *= 2) {
    for (size_t low = 0; low < count; low += 2 * width)
      merge(&self, from, to, low, least(low + width, count), least(low + 2 * width, count));
    size_t *swap = from;
    from = to;
    to = swap;
  }
  return from;
}

/* The table is at 1, the function or nil at 2, what is sorted at 3. */
static bool before_in_table(void *data, size_t a, size_t b) {
  lua_State *L = data;
  bool function = !lua_isnil(L, 2);
  if (function)
    lua_pushvalue(L, 2);
  lua_rawgeti(L, 3, (lua_Integer)a + 1);
  lua_rawgeti(L, 3, (lua_Integer)b + 1);
  sandbox_spend(L, 1 + (lua_type(L, -1) == LUA_TSTRING ? lua_rawlen(L, -1) / 64 : 0));
  if (function)
    lua_call(L, 2, 1);
  bool before = function ? lua_toboolean(L, -1) : lua_compare(L, -2, -1, LUA_OPLT);
  lua_settop(L, function ? -2 : -3);
  return before;
}

int l_table_sort(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  if (lua_getmetatable(L, 1))
    luaL_error(L, "table.sort: the table must not have a metatable");
  if (!lua_isnoneornil(L, 2))
    luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_settop(L, 2);
  lua_Unsigned count = lua_rawlen(L, 1);
  sandbox_spend(L, count);
  luaL_argcheck(L, count < INT_MAX, 1, "array too big");
  lua_createtable(L, (int)count, 0);
  for (lua_Integer i = 1; i <= (lua_Integer)count; i++) {
    lua_rawgeti(L, 1, i);
    lua_rawseti(L, 3, i);
  }
  const size_t *order = sandbox_sort(L, (size_t)count, before_in_table, L);
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, 3, (lua_Integer)order[i] + 1);
    lua_rawseti(L, 1, (lua_Integer)i + 1);
  }
  return 0;
}
