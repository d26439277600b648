/*
 * No C function that a script can get hold of trusts what it is given: each is called with every type in every place and in every
 * number, from the main state and from coroutines, and as everything that Lua calls by itself. Shows its worth under the sanitizers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan/plan.h"
#include "unit/random.h"
#include "unit/script/reach.h"

/* The first kinds of reach_push, one of each type. */
enum { TYPES = 10, NUMBERS = 5, FULL = 3 };

typedef struct call {
  size_t kinds[NUMBERS];
  int count;
} call;

static void try_call(reach *self, lua_Integer function, const call *tried, bool coroutine, int *answers) {
  lua_State *L = self->context->L;
  int count = tried->count;
  if (coroutine)
    lua_pushvalue(L, self->within);
  lua_rawgeti(L, self->found, function);
  for (int i = 0; i < count; i++)
    reach_push(self, tried->kinds[i]);
  bool walk = *answers < REACH_ANSWERS;
  *answers += reach_call(self, count + coroutine, walk, false);
}

/* All combinations of the types. */
static void try_types(reach *self, lua_Integer function, bool coroutine, int *answers) {
  size_t all = 1;
  for (int count = 0; count <= FULL; count++, all *= TYPES)
    for (size_t number = 0; number < all; number++) {
      call tried = {.count = count};
      for (size_t i = 0, rest = number; i < (size_t)count; i++, rest /= TYPES)
        tried.kinds[i] = 1 + rest % TYPES;
      try_call(self, function, &tried, coroutine, answers);
    }
}

/* Each value in each place of up to NUMBERS, among others by chance. */
static void try_values(reach *self, lua_Integer function, bool coroutine, int *answers) {
  for (int count = 1; count <= NUMBERS; count++)
    for (int place = 0; place < count; place++)
      for (size_t kind = 1; kind <= REACH_VALUES; kind++) {
        call tried = {.count = count};
        for (int i = 0; i < count; i++)
          tried.kinds[i] = i == place ? kind : 1 + random_below(REACH_VALUES);
        try_call(self, function, &tried, coroutine, answers);
      }
}

static void nothing_trusts_its_arguments(void **state) {
  (void)state;
  reach self;
  reach_open(&self);
  lua_State *L = self.context->L;
  size_t before = self.functions;
  for (lua_Integer i = 1; i <= (lua_Integer)self.functions; i++) {
    int answers = 0;
    for (int coroutine = 0; coroutine < 2; coroutine++) {
      try_types(&self, i, coroutine, &answers);
      try_values(&self, i, coroutine, &answers);
    }
    lua_pushvalue(L, self.uses);
    lua_rawgeti(L, self.found, i);
    reach_call(&self, 1, true, false);
  }
  print_message("%zu C functions found, %zu of them among answers; %zu calls\n", self.functions,
                self.functions - before, self.calls);
  assert_true(before >= 100 && self.functions > before);
  reach_close(&self);
}

/* __index: a text that belongs to nobody, and the last one is gone. */
static int l_fresh(lua_State *L) {
  lua_gc(L, LUA_GCCOLLECT);
  if (lua_type(L, 2) == LUA_TSTRING && strcmp(lua_tostring(L, 2), "files") == 0) /* must be a list */
    return 0;
  lua_pushfstring(L, "a text for %s that is longer than those that Lua keeps only once",
                  luaL_checkstring(L, 2));
  return 1;
}

static void push_fresh(lua_State *L) {
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, l_fresh);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
}

/* A native borrows its texts from tables while it works: a metamethod must not make them, or take them away meanwhile. */
static void nothing_is_borrowed_from_metamethods(void **state) {
  (void)state;
  static const size_t path = 24;
  reach self;
  reach_open(&self);
  lua_State *L = self.context->L;
  for (lua_Integer i = 1; i <= (lua_Integer)self.functions; i++)
    for (int count = 1; count <= 4; count++)
      for (int place = 0; place < count; place++) {
        lua_rawgeti(L, self.found, i);
        for (int j = 0; j < count; j++)
          if (j == place)
            push_fresh(L);
          else
            reach_push(&self, path);
        reach_call(&self, count, false, false);
      }
  reach_close(&self);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_trusts_its_arguments),
                                     cmocka_unit_test(nothing_is_borrowed_from_metamethods)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
