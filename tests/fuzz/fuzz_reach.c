/*
 * libFuzzer target: any bytes are a program of calls of the functions that a script can get hold of (tests/unit/script/reach.h). Each takes a
 * function, a number, and arguments: fresh values, or what earlier calls answered.
 */
#include "plan/plan.h"
#include "fuzz/fuzz.h"
#include "unit/script/reach.h"

enum { KEPT = 32, CALLS_MOST = 200 };

typedef struct program {
  const uint8_t *at, *end;
  reach reach;
  int kept; /* the list of answers */
  lua_Integer next;
} program;

static unsigned take(program *self) { return self->at < self->end ? *self->at++ : 0; }

static void push_argument(program *self) {
  unsigned kind = take(self);
  if (kind < 2 * REACH_VALUES)
    reach_push(&self->reach, 1 + kind / 2);
  else
    lua_rawgeti(self->reach.context->L, self->kept, kind % KEPT);
}

/* One call; its answers take the place of the oldest that are kept. */
static void step(program *self) {
  lua_State *L = self->reach.context->L;
  int top = lua_gettop(L);
  unsigned number = take(self) << 8;
  number |= take(self);
  unsigned form = take(self), count = form % 6;
  bool coroutine = (form & 0x40) != 0;
  if (form & 0x80)
    lua_pushvalue(L, self->reach.uses), count = 0, coroutine = true;
  else if (coroutine)
    lua_pushvalue(L, self->reach.within);
  lua_rawgeti(L, self->reach.found, 1 + number % (lua_Integer)self->reach.functions);
  for (unsigned i = 0; i < count; i++)
    push_argument(self);
  if (reach_call(&self->reach, (int)count + coroutine, true, true))
    for (int i = top + 1; i <= lua_gettop(L); i++) {
      lua_pushvalue(L, i);
      lua_rawseti(L, self->kept, self->next++ % KEPT);
    }
  lua_settop(L, top);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  program self = {.at = data, .end = data + size};
  reach_open(&self.reach);
  lua_newtable(self.reach.context->L);
  self.kept = lua_gettop(self.reach.context->L);
  for (int i = 0; i < CALLS_MOST && self.at < self.end; i++)
    step(&self);
  reach_close(&self.reach);
  return 0;
}
