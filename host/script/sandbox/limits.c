/*
 * Limits of a Lua state: memory, instructions, time, and what else is counted.
 *
 * They are sticky. Lua itself would let a script go on after a limit in four ways, and each is closed:
 * - pcall, xpcall, coroutine.resume, wrap and close catch errors: ours raise again when a limit was passed;
 * - an xpcall handler and __close functions of a coroutine that died in the hook run with hooks off: the handler is not
 *   called and such a coroutine is not closed once a limit was passed;
 * - __gc runs with hooks off: setmetatable refuses it;
 * - a new coroutine starts with a count of its own: making one is charged for it.
 * After a limit the hook fires on every instruction. A refusal of the machine (what is outside of `needs`) is sticky in the same
 * way: a runbook that catches it does not go on, and the run ends with what was refused first.
 *
 * C functions that loop are charged while they do and look at the clock: patterns, sort and its comparisons, the parser; so does
 * the allocator. What can still be slow between two looks stands in docs/SECURITY.md ("One single instruction").
 */
#include "script/sandbox/limits.h"

#include <stdlib.h>
#include <string.h>

#include "os/os.h"
#include "script/primitives/remote.h"
#include "registry/value.h"

enum { INTERVAL = 256, BYTES_PER_INSTRUCTION = 64, LOAD_PIECE = 4096, COLLECT_FROM = 4 << 20 };

/* With a block of that size one instruction may be slow: the clock is looked at the more often, the larger it is. */
enum { LARGE = 1 << 20, INTERVAL_LARGE = 32 };

/* How far a place is looked for: each level is found from the top, so that all of a deep stack would take its depth squared. */
enum { LEVELS_MOST = 100 };

/* What a limit raises: no memory is needed for it, and no script can make one. */
static const char limit_mark;

script_context *sandbox_context(lua_State *L) {
  script_context *context;
  memcpy(&context, lua_getextraspace(L), sizeof context);
  return context;
}

/* Only lines are read here. Where nothing runs any more (the stack is cut back behind an error), the place that was noted before
 * stays. */
static void note_place(script_context *context) {
  char where[sizeof context->where] = "";
  if (context->L)
    sandbox_where(context->L, where, sizeof where);
  if (*where)
    memcpy(context->where, where, sizeof where);
}

/* Whether a block is for the keys of a table that are no list: a power of two of them. Numbers can be chosen so that all meet in one place;
 * when the table grows, each is then compared with all others in one instruction, so that it may not grow far. */
static bool too_many_names(const script_context *context, size_t size) {
  if (context->node == 0 || size / context->node <= ACCOUNT_NAMES_MOST || size % context->node != 0)
    return false;
  size_t count = size / context->node;
  return (count & (count - 1)) == 0;
}

/* Whether Lua may have `more` bytes for a block of `size`. If not, it collects garbage and asks again; near the limit it would do so all
 * the time, which no hook sees: collecting is charged, and the other limits are looked at here. */
static bool may_grow(script_context *context, bool first, size_t size, size_t more) {
  unsigned long long most = context->account.limit[TLSMEND_LIMIT_MEMORY];
  unsigned long long used = context->account.used[TLSMEND_LIMIT_MEMORY];
  bool fits = more <= most - used;
  if (size >= LARGE && size > context->large) {
    context->large = size;
    if (context->running)
      sandbox_pace(context->running);
  }
  if (size >= LARGE || !fits || most - used < most / 8) {
    int limit = account_passed(&context->account);
    if (limit == SANDBOX_WITHIN && first && too_many_names(context, size))
      limit = SANDBOX_NAMES;
    if (limit != SANDBOX_WITHIN && context->account.exceeded == SANDBOX_WITHIN) {
      note_place(context);
      context->account.exceeded = limit;
    }
    fits = fits && limit == SANDBOX_WITHIN;
  }
  if (fits)
    return true;
  if (context->account.exceeded == SANDBOX_WITHIN)
    note_place(context);
  context->account.used[TLSMEND_LIMIT_INSTRUCTIONS] += used / BYTES_PER_INSTRUCTION;
  return false;
}

/* Counts what Lua asks for, first allocations included (there `old` is a type, not a size). Growth is also charged as
 * work, because filling memory takes time that no instruction counts. */
void *sandbox_alloc(void *data, void *block, size_t old, size_t size) {
  script_context *context = data;
  bool first = !block && old == 0; /* else `old` is a type, or a size */
  if (!block)
    old = 0;
  if (size == 0) {
    arena_resize(&context->memory, block, old, 0);
    context->account.used[TLSMEND_LIMIT_MEMORY] -= old;
    return NULL;
  }
  if (context->node == 0 && first) /* see sandbox_measure */
    context->asked = size;
  if (size > old && !may_grow(context, first, size, size - old))
    return NULL;
  void *moved = arena_resize(&context->memory, block, old, size);
  if (!moved)
    return size <= old ? block : NULL;
  context->account.used[TLSMEND_LIMIT_MEMORY] += size;
  context->account.used[TLSMEND_LIMIT_MEMORY] -= old;
  if (size > old)
    context->account.used[TLSMEND_LIMIT_INSTRUCTIONS] += size / BYTES_PER_INSTRUCTION;
  return moved;
}

static void where_in(lua_State *L, char *out, size_t size) {
  const char *file = sandbox_context(L)->file;
  lua_Debug frame;
  bool found = false;
  out[0] = 0;
  for (int level = 0; level < LEVELS_MOST && lua_getstack(L, level, &frame); level++) {
    if (!lua_getinfo(L, "Sl", &frame) || frame.currentline <= 0)
      continue;
    bool runbook = strcmp(frame.short_src, file) == 0;
    if (!found || runbook)
      snprintf(out, size, "%s:%d: ", frame.short_src, frame.currentline);
    found = true;
    if (runbook)
      return;
  }
}

/* A coroutine whose body is a native has no line of its own: then that of the main one, which waits for it. */
void sandbox_where(lua_State *L, char *out, size_t size) {
  lua_State *main = sandbox_context(L)->L;
  where_in(L, out, size);
  if (!out[0] && main && main != L)
    where_in(main, out, size);
}

static void count_hook(lua_State *L, lua_Debug *event);

static void exceed(lua_State *L, int limit) {
  script_context *context = sandbox_context(L);
  context->account.exceeded = limit;
  /* The first place counts; the allocator has noted the one where memory was refused. */
  if (limit != TLSMEND_LIMIT_MEMORY && !context->where[0])
    sandbox_where(L, context->where, sizeof context->where);
  lua_sethook(L, count_hook, LUA_MASKCOUNT, 1);
  lua_pushlightuserdata(L, (void *)(uintptr_t)&limit_mark);
  lua_error(L);
}

/* A worker is told to stop through its pipe, which is looked at now and then. */
static void look_for_stop(script_context *context) {
  enum { BETWEEN = 20 };
  uint64_t now = os_clock();
  if (now < context->looked + BETWEEN)
    return;
  context->looked = now;
  if (context->remote->stopped(context->remote->data))
    context->account.stop = 1;
}

static void check_all(lua_State *L) {
  script_context *context = sandbox_context(L);
  if (context->remote)
    look_for_stop(context);
  int limit = account_passed(&context->account);
  if (limit != SANDBOX_WITHIN)
    exceed(L, limit);
}

/* Not slower than it is: a limit that was passed has made it one. */
void sandbox_pace(lua_State *L) {
  const script_context *context = sandbox_context(L);
  size_t wanted = (size_t)context->interval;
  if (context->large > 0 && wanted > INTERVAL_LARGE * (size_t)LARGE / context->large)
    wanted = INTERVAL_LARGE * (size_t)LARGE / context->large;
  if ((size_t)lua_gethookcount(L) > wanted)
    lua_sethook(L, count_hook, LUA_MASKCOUNT, wanted > 0 ? (int)wanted : 1);
}

static void count_hook(lua_State *L, lua_Debug *event) {
  (void)event;
  script_context *context = sandbox_context(L);
  int counted = lua_gethookcount(L);
  context->account.used[TLSMEND_LIMIT_INSTRUCTIONS] += (unsigned long long)counted;
  check_all(L);
  sandbox_pace(L);
  if (context->account.used[TLSMEND_LIMIT_MEMORY] > COLLECT_FROM && !lua_gc(L, LUA_GCISRUNNING))
    lua_gc(L, LUA_GCRESTART);
}

void sandbox_refuse(lua_State *L, const tlsmend_error *error) {
  script_context *context = sandbox_context(L);
  char where[sizeof context->where];
  sandbox_check(L);
  sandbox_where(L, where, sizeof where);
  tlsmend_error_set(&context->account.refusal, error->code, "%s%s", where, error->text);
  exceed(L, SANDBOX_REFUSED);
}

void sandbox_check(lua_State *L) {
  script_context *context = sandbox_context(L);
  if (context->account.exceeded != SANDBOX_WITHIN)
    exceed(L, context->account.exceeded);
}

void sandbox_caught(lua_State *L, int status) {
  sandbox_check(L);
  if (status == LUA_ERRMEM)
    exceed(L, TLSMEND_LIMIT_MEMORY);
}

void sandbox_spend(lua_State *L, unsigned long long cost) {
  script_context *context = sandbox_context(L);
  unsigned long long *used = &context->account.used[TLSMEND_LIMIT_INSTRUCTIONS];
  *used += cost <= ~0ULL - *used ? cost : ~0ULL - *used;
  check_all(L);
}

int sandbox_ended(const script_context *context, tlsmend_error *error) {
  return account_ended(&context->account, context->where, error);
}

void sandbox_output(lua_State *L, size_t bytes) {
  account_count(&sandbox_context(L)->account, TLSMEND_LIMIT_OUTPUT, bytes, NULL);
  sandbox_check(L);
}

void sandbox_renew(script_context *context) {
  account_renew(&context->account);
  context->where[0] = 0;
  sandbox_watch(context);
}

void sandbox_watch(script_context *context) {
  lua_sethook(context->L, count_hook, LUA_MASKCOUNT, context->interval);
}

void sandbox_limits_begin(script_context *context) {
  account_open(&context->account, context->options.limit);
  unsigned long long most = context->account.limit[TLSMEND_LIMIT_INSTRUCTIONS];
  context->interval = most < INTERVAL ? (int)most : INTERVAL;
}

void sandbox_measure(lua_State *L) {
  enum { COUNT = 64 };
  script_context *context = sandbox_context(L);
  lua_createtable(L, 0, COUNT);
  context->node = context->asked / COUNT;
  lua_pop(L, 1);
}

typedef struct piece {
  const char *at, *end;
} piece;

/* The parser allocates little and no hook sees it: it is charged for what it is given. */
static const char *next_piece(lua_State *L, void *data, size_t *size) {
  piece *rest = data;
  const char *at = rest->at;
  *size = (size_t)(rest->end - at) < LOAD_PIECE ? (size_t)(rest->end - at) : LOAD_PIECE;
  rest->at += *size;
  sandbox_spend(L, *size);
  return at;
}

int sandbox_load(lua_State *L, const char *text, size_t size, const char *chunk) {
  piece rest = {text, text + size};
  return lua_load(L, next_piece, &rest, chunk, "t");
}

void script_scratch_clear(script_scratch *scratch) {
  tlsmend_value_clear(&scratch->value);
  free(scratch->path);
  free(scratch->text);
  value_texts_free(scratch->texts, scratch->text_count);
  call_clear(&scratch->call);
  memset(scratch, 0, sizeof *scratch);
}

script_scratch *script_scratch_take(lua_State *L) {
  script_scratch *scratch = &sandbox_context(L)->scratch;
  script_scratch_clear(scratch);
  return scratch;
}
