/* Nothing leaves the sandbox, and nothing in it outlives a limit: each escape ends in its error. One that does not end at all
 * fails by the time that ctest gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <lauxlib.h>

#include "script/require.h"
#include "script/sandbox/sandbox.h"
#include "script/primitives/quota.h"
#include "script/sandbox/error.h"
#include "script/sandbox/log.h"

static int l_chunk(lua_State *L) {
  const char *text = lua_touserdata(L, 1);
  script_require_register(L);
  script_compile(L, text, strlen(text), "@try.lua");
  lua_call(L, 0, 0);
  return 0;
}

static int run_limited(const char *text, const script_options *options, tlsmend_error *error) {
  script_context *context;
  int code = sandbox_open(options, &context, error);
  if (code != TLSMEND_OK)
    return code;
  strcpy(context->file, "try.lua");
  lua_pushcfunction(context->L, l_chunk);
  lua_pushlightuserdata(context->L, (void *)(uintptr_t)text);
  int before = lua_gettop(context->L);
  code = sandbox_call(context, 1, 0, error);
  assert_int_equal(lua_gettop(context->L), before - 2);
  sandbox_close(context);
  return code;
}

/* Small limits, so that their end is soon reached; recursion is to reach Lua's own end instead. */
static int run(const char *text, bool roomy, tlsmend_error *error) {
  script_options options = {.limit[TLSMEND_LIMIT_MEMORY] = 16 << 20,
                            .limit[TLSMEND_LIMIT_INSTRUCTIONS] = 2000000};
  if (roomy)
    options = (script_options){0};
  return run_limited(text, &options, error);
}

typedef struct attempt {
  const char *name, *text;
  int code;
  const char *says; /* must stand in the message */
} attempt;

#define LOOP "while true do end"
#define BOMB "local t = {} for i = 1, 1e9 do t[i] = {i} end"

static const attempt endless[] = {
    {"plain", LOOP, TLSMEND_E_LIMIT, "try.lua:1: stopped at the limit of 2000000 instructions"},
    {"position", "\n\n" LOOP, TLSMEND_E_LIMIT, "try.lua:3: "},
    {"pcall", "while true do pcall(function() " LOOP " end) end", TLSMEND_E_LIMIT, "--limit-instructions"},
    {"nested pcall", "local function f() while true do pcall(f) end end f()", TLSMEND_E_LIMIT,
     "instructions"},
    {"xpcall", "while true do xpcall(function() " LOOP " end, function() " LOOP " end) end", TLSMEND_E_LIMIT,
     "instructions"},
    {"xpcall handler of an error", "xpcall(error, function() " LOOP " end)", TLSMEND_E_LIMIT, "instructions"},
    {"coroutine.wrap", "while true do pcall(coroutine.wrap(function() " LOOP " end)) end", TLSMEND_E_LIMIT,
     "instructions"},
    {"coroutine.resume", "while true do coroutine.resume(coroutine.create(function() " LOOP " end)) end",
     TLSMEND_E_LIMIT, "instructions"},
    {"many coroutines", "while true do coroutine.wrap(function() for i = 1, 60 do end end)() end",
     TLSMEND_E_LIMIT, "instructions"},
    {"yielding",
     "local f = coroutine.wrap(function() while true do coroutine.yield() end end) while true do f() end",
     TLSMEND_E_LIMIT, "instructions"},
    {"pcall in a coroutine",
     "coroutine.wrap(function() while true do pcall(function() " LOOP " end) end end)()", TLSMEND_E_LIMIT,
     "instructions"},
    {"__close", "local x <close> = setmetatable({}, {__close = function() " LOOP " end}) " LOOP,
     TLSMEND_E_LIMIT, "instructions"},
    {"__close of a dead coroutine",
     "local f = coroutine.wrap(function() local x <close> = setmetatable({}, {__close = function() " LOOP
     " end}) " LOOP " end) pcall(f)",
     TLSMEND_E_LIMIT, "instructions"},
    {"coroutine.close of a dead coroutine",
     "local c = coroutine.create(function() local x <close> = setmetatable({}, {__close = function() " LOOP
     " end}) " LOOP " end) pcall(coroutine.resume, c) coroutine.close(c)",
     TLSMEND_E_LIMIT, "instructions"},
    {"coroutine.close of a suspended coroutine",
     "local c = coroutine.create(function() local x <close> = setmetatable({}, {__close = function() " LOOP
     " end}) coroutine.yield() end) coroutine.resume(c) pcall(coroutine.close, c) " LOOP,
     TLSMEND_E_LIMIT, "instructions"},
    {"__gc", "setmetatable({}, {__gc = function() " LOOP " end})", TLSMEND_E_SCRIPT, "__gc"},
    {"__gc afterwards",
     "local m = {} setmetatable({}, m) m.__gc = function() " LOOP " end for i = 1, 1e5 do local t = {} end",
     TLSMEND_OK, NULL},
    {"__tostring of an error", "error(setmetatable({}, {__tostring = function() " LOOP " end}))",
     TLSMEND_E_LIMIT, "instructions"},
    {"__index",
     "local t = setmetatable({}, {__index = function(t, k) " LOOP " end}) pcall(function() return t.x end)",
     TLSMEND_E_LIMIT, "instructions"},
    {"sort",
     "local t = {} for i = 1, 1e4 do t[i] = i end while true do pcall(table.sort, t, function() return true "
     "end)"
     " end",
     TLSMEND_E_LIMIT, "instructions"},
    {"load", "while true do pcall(load 'while true do end') end", TLSMEND_E_LIMIT, "instructions"},
    {"goto", "::again:: goto again", TLSMEND_E_LIMIT, "instructions"},
    {"gsub callback", "('x'):rep(1000):gsub('.', function() " LOOP " end)", TLSMEND_E_LIMIT, "instructions"},
    {"message handler of the host", "error(setmetatable({}, {__tostring = function() error('again') end}))",
     TLSMEND_E_SCRIPT, ""},
};

static const attempt long_calls[] = {
    {"rep of nothing", "('' ):rep(1e15)", TLSMEND_E_LIMIT, "instructions"},
    {"rep of nothing in pcall", "while true do pcall(string.rep, '', 1e15) end", TLSMEND_E_LIMIT,
     "instructions"},
    {"pattern", "('a'):rep(3e4):find(('.-'):rep(20) .. 'b')", TLSMEND_E_LIMIT, "instructions"},
    {"pattern in pcall", "while true do pcall(string.match, ('a'):rep(3e4), ('a*'):rep(20) .. 'b') end",
     TLSMEND_E_LIMIT, "instructions"},
    {"balance", "('('):rep(1e5):gsub('%b()', '')", TLSMEND_E_LIMIT, "instructions"},
    {"plain find", "local a = ('a'):rep(1000) a:rep(4000):find(a:rep(2000) .. 'b', 1, true)", TLSMEND_E_LIMIT,
     "instructions"},
    {"gmatch", "for a in ('a'):rep(3e4):gmatch(('.-'):rep(20) .. 'b') do end", TLSMEND_E_LIMIT,
     "instructions"},
    {"table.move", "table.move({}, 1, math.maxinteger - 1, 2)", TLSMEND_E_LIMIT, "instructions"},
    {"table.concat", "table.concat(setmetatable({}, {__index = type}), '', 1, 1 << 40)", TLSMEND_E_SCRIPT,
     "table.concat: the table must not have a metatable"},
    {"table.move", "table.move({}, 1, 10, 1, setmetatable({}, {__newindex = rawset}))", TLSMEND_E_SCRIPT,
     "metatable"},
    {"sort by <", "local t, s = {}, ('x'):rep(5e6) for i = 1, 1e4 do t[i] = s end table.sort(t)",
     TLSMEND_E_LIMIT, "instructions"},
    {"sort by a function in C",
     "local t, s = {}, ('0'):rep(5e6) .. '1' for i = 1, 1e4 do t[i] = s end table.sort(t, math.ult)",
     TLSMEND_E_LIMIT, "instructions"},
    {"gsub with an empty replacement", "('x'):rep(1e4):gsub('', ('%0'):rep(1e5))", TLSMEND_E_LIMIT,
     "instructions"},
    {"long set", "('x'):rep(1e5):find('%f[' .. ('a'):rep(1e6) .. ']')", TLSMEND_E_LIMIT, "instructions"},
    {"long set at the end", "('x'):rep(200):find('.*.*.*[' .. ('a'):rep(1e6) .. ']')", TLSMEND_E_LIMIT,
     "instructions"},
    {"parser",
     "local t = {} for i = 1, 190 do t[i] = 'a' .. i end local l = 'local ' .. table.concat(t, ',') .. ' '"
     " load((l .. 'return function() '):rep(20) .. ('b()'):rep(1e6))",
     TLSMEND_E_LIMIT, "instructions"},
    {"parser of blanks", "local s = (' '):rep(1e6) while true do load(s) end", TLSMEND_E_LIMIT,
     "instructions"},
    {"table.insert", "table.insert(setmetatable({}, {__len = function() return 1 << 50 end}), 1, 1)",
     TLSMEND_E_SCRIPT, "metatable"},
    {"table.remove", "table.remove(setmetatable({}, {__len = function() return 1 << 50 end}), 1)",
     TLSMEND_E_SCRIPT, "metatable"},
    {"table.sort", "table.sort(setmetatable({}, {__len = function() return 1 << 30 end}))", TLSMEND_E_SCRIPT,
     "metatable"},
    {"table.unpack", "table.unpack({}, 1, 1 << 40)", TLSMEND_E_LIMIT, "instructions"},
    {"insert at the front", "local t = {} for i = 1, 1e9 do table.insert(t, 1, i) end", TLSMEND_E_LIMIT,
     "instructions"},
};

/* In Lua's core, where no hook fires. Each took minutes. */
static const attempt bounded[] = {
    {"__call of itself", "local t = setmetatable({}, {}) getmetatable(t).__call = t t()", TLSMEND_E_SCRIPT,
     "attempt to call a table value"},
    {"chain of __call", "local f = print for i = 1, 1e5 do f = setmetatable({}, {__call = f}) end f()",
     TLSMEND_E_SCRIPT, "'__call' must be a function, got table"},
    {"numbers in one place", "local t = {} for i = 1, 3e5 do t[i * 524287 * 4] = i end", TLSMEND_E_LIMIT,
     "try.lua:1: stopped: a table has more than 65536 keys beside its list"},
    {"numbers in one place, in pcall",
     "pcall(function() local t = {} for i = 1, 3e5 do t[i * 262143] = i end end)", TLSMEND_E_LIMIT,
     "65536 keys"},
    {"a list", "local t = {} for i = 1, 150000 do t[i] = i end", TLSMEND_OK, NULL},
    {"weak keys", "setmetatable({}, {__mode = 'k'})", TLSMEND_E_SCRIPT, "__mode"},
    {"weak keys afterwards",
     "local m = {} local t = setmetatable({}, m) m.__mode = 'k' t[{}] = 1 for i = 1, 1e5 do local x = {} end "
     "local n = 0 for k in pairs(t) do n = n + 1 end assert(n == 1)",
     TLSMEND_OK, NULL},
    {"errors on a deep stack",
     "load('local g = ... local function d(n) if n == 0 then for i = 1, 100 do pcall(g, 5) end return 0 end "
     "return 1 + d(n - 1) end d(190000)', '=x')(require)",
     TLSMEND_OK, NULL},
};

static const attempt hungry[] = {
    {"tables", BOMB, TLSMEND_E_LIMIT, "try.lua:1: stopped at the limit of 16777216 bytes of memory"},
    {"tables in pcall", "while true do pcall(function() " BOMB " end) end", TLSMEND_E_LIMIT,
     "--limit-memory"},
    {"tables in a coroutine", "while true do coroutine.resume(coroutine.create(function() " BOMB " end)) end",
     TLSMEND_E_LIMIT, "memory"},
    {"tables in xpcall", "while true do xpcall(function() " BOMB " end, print) end", TLSMEND_E_LIMIT,
     "memory"},
    {"caught once", "pcall(function() " BOMB " end)", TLSMEND_E_LIMIT, "memory"},
    {"rep", "local s = ('x'):rep(1 << 40)", TLSMEND_E_LIMIT, ""},
    {"rep in pcall", "pcall(string.rep, 'x', 20000000) pcall(string.rep, 'xxxxxxxxxx', 1900000)",
     TLSMEND_E_LIMIT, ""},
    {"doubling", "local s = 'x' while true do s = s .. s end", TLSMEND_E_LIMIT, "memory"},
    {"one big table", "local t = {} for i = 1, 1e9 do t[i] = i end", TLSMEND_E_LIMIT, "memory"},
    {"format", "local s = ('x'):rep(1e6) string.format(('%s'):rep(100), table.unpack({}, 1, 0))",
     TLSMEND_E_SCRIPT, ""},
    {"pack", "string.pack('c1000000000', '')", TLSMEND_E_LIMIT, ""},
    {"gsub", "local s = ('x'):rep(1e6) s:gsub('x', s)", TLSMEND_E_LIMIT, ""},
    {"concat",
     "local t = {} for i = 1, 1e4 do t[i] = ('x'):rep(100) end local s = table.concat(t) "
     "t = {} for i = 1, 100 do t[i] = s end table.concat(t)",
     TLSMEND_E_LIMIT, "memory"},
    {"coroutines", "local t = {} for i = 1, 1e9 do t[i] = coroutine.create(print) end", TLSMEND_E_LIMIT, ""},
    {"not enough memory said", "pcall(error, 'not enough memory', 0)", TLSMEND_E_LIMIT, "memory"},
};

static const attempt recursive[] = {
    {"function", "local function f() return 1 + f() end f()", TLSMEND_E_LIMIT, "try.lua:1: "},
    {"function with many registers",
     "local function f(...) return 1 + f(1, 2, 3, 4, 5, 6, 7, 8, 9, ...) end f()", TLSMEND_E_SCRIPT,
     "stack overflow"},
    {"metamethod",
     "local m = {} m.__index = function(t, k) return t[k .. 'x'] end setmetatable(m, m) return m.x",
     TLSMEND_E_SCRIPT, ""},
    {"pcall", "local function f() return pcall(f) end f()", TLSMEND_OK, NULL},
    {"coroutines", "local function f() return coroutine.wrap(f)() end f()", TLSMEND_E_SCRIPT,
     "C stack overflow"},
    {"gsub", "local function f() ('x'):gsub('x', f) end f()", TLSMEND_E_SCRIPT, "C stack overflow"},
    {"brackets", "load(('('):rep(1e5) .. '1' .. (')'):rep(1e5))", TLSMEND_OK, NULL},
    {"pattern", "('a'):rep(1000):find(('(a?'):rep(30) .. (')'):rep(30) .. ('a?'):rep(300))", TLSMEND_E_SCRIPT,
     "too complex"},
    {"tostring", "local t = {} setmetatable(t, {__tostring = function() return tostring(t) end}) tostring(t)",
     TLSMEND_E_SCRIPT, ""},
};

static const attempt outside[] = {
    {"io", "io.open('x', 'w')", TLSMEND_E_SCRIPT, "'io' is not defined here"},
    {"os", "os.execute('true')", TLSMEND_E_SCRIPT, "'os' is not defined here"},
    {"debug", "debug.sethook()", TLSMEND_E_SCRIPT, "'debug'"},
    {"package", "package.loadlib('x', 'y')", TLSMEND_E_SCRIPT, "'package'"},
    {"dofile", "dofile('x')", TLSMEND_E_SCRIPT, "'dofile'"},
    {"loadfile", "loadfile('x')", TLSMEND_E_SCRIPT, "'loadfile'"},
    {"loadstring", "loadstring('x')", TLSMEND_E_SCRIPT, "'loadstring'"},
    {"collectgarbage", "collectgarbage('stop')", TLSMEND_E_SCRIPT, "'collectgarbage'"},
    {"string.dump", "string.dump(function() end)", TLSMEND_E_SCRIPT, "dump"},
    {"dump through a text", "(''):dump()", TLSMEND_E_SCRIPT, "dump"},
    {"random", "math.random()", TLSMEND_E_SCRIPT, "random"},
    {"bytecode", "assert(load('\\27Lua'))", TLSMEND_E_SCRIPT, "binary chunk"},
    {"bytecode, mode b", "assert(load('\\27Lua', 'x', 'b'))", TLSMEND_E_SCRIPT, "binary chunk"},
    {"load of a reader", "load(function() return nil end)", TLSMEND_E_SCRIPT, "takes a text"},
    {"metatable of texts", "getmetatable('').__index.upper = 1", TLSMEND_E_SCRIPT, ""},
    {"metatable of texts again", "setmetatable(getmetatable(''), {})", TLSMEND_E_SCRIPT, ""},
    {"globals' metatable", "setmetatable(_G, {})", TLSMEND_E_SCRIPT, "protected"},
    {"undeclared", "answer = 42", TLSMEND_E_SCRIPT, "'answer' is assigned but not declared"},
    {"undefined", "return answr", TLSMEND_E_SCRIPT, "'answr' is not defined here"},
    {"metatable of errors", "local ok, e = pcall(require, 5) assert(getmetatable(e) == false)", TLSMEND_OK,
     NULL},
    {"registry of loaded modules", "return rawget(_G, '_LOADED').io", TLSMEND_E_SCRIPT, ""},
    {"environment of load", "local f = load('return os', 'x', 't', {os = 7}) assert(f() == 7)", TLSMEND_OK,
     NULL},
    {"environment of load is the sandbox", "return load('return os')()", TLSMEND_E_SCRIPT,
     "'os' is not defined"},
};

static void try_all(const attempt *attempts, size_t count, bool roomy) {
  for (size_t i = 0; i < count; i++) {
    tlsmend_error error = {0};
    int code = run(attempts[i].text, roomy, &error);
    if (code != attempts[i].code)
      fail_msg("%s: %s (%s)", attempts[i].name, tlsmend_error_name(code),
               code != TLSMEND_OK ? error.text : "");
    if (attempts[i].says && !strstr(error.text, attempts[i].says))
      fail_msg("%s: \"%s\" does not say \"%s\"", attempts[i].name, error.text, attempts[i].says);
    if (code != TLSMEND_OK)
      assert_null(strpbrk(error.text, "\r\n"));
  }
}

#define COUNT(array) (sizeof array / sizeof array[0])

static void endless_loops_end(void **state) {
  (void)state;
  try_all(endless, COUNT(endless), false);
}

static void long_calls_end(void **state) {
  (void)state;
  try_all(long_calls, COUNT(long_calls), false);
}

static void one_call_is_bounded(void **state) {
  (void)state;
  try_all(bounded, COUNT(bounded), true);
}

static void memory_is_limited(void **state) {
  (void)state;
  try_all(hungry, COUNT(hungry), false);
}

static void recursion_ends(void **state) {
  (void)state;
  try_all(recursive, COUNT(recursive), true);
}

static void nothing_else_is_there(void **state) {
  (void)state;
  try_all(outside, COUNT(outside), false);
}

/* After a limit the state answers every further call with the same error. */
static void limits_stay(void **state) {
  (void)state;
  static const char *const again = "return 1";
  script_options options = {.limit[TLSMEND_LIMIT_INSTRUCTIONS] = 100000};
  script_context *context;
  tlsmend_error error = {0}, second = {0};
  assert_int_equal(sandbox_open(&options, &context, &error), TLSMEND_OK);
  lua_pushcfunction(context->L, l_chunk);
  lua_pushlightuserdata(context->L, (void *)(uintptr_t)LOOP);
  assert_int_equal(sandbox_call(context, 1, 0, &error), TLSMEND_E_LIMIT);
  lua_pushcfunction(context->L, l_chunk);
  lua_pushlightuserdata(context->L, (void *)(uintptr_t)again);
  assert_int_equal(sandbox_call(context, 1, 0, &second), TLSMEND_E_LIMIT);
  assert_string_equal(error.text, second.text);
  sandbox_close(context);
}

/* The larger the largest block, the fewer instructions between two looks, in each coroutine, from the next instruction on. */
static void looks_more_often(void **state) {
  (void)state;
  static const char *const text =
      "local early = coroutine.wrap(function() while true do coroutine.yield() end end) early()"
      " local big = coroutine.wrap(function() local a = ('x'):rep(9 << 20) coroutine.yield() end) big() "
      "early()";
  static const char *const larger = "local a = ('x'):rep(40 << 20)";
  script_options options = {.limit[TLSMEND_LIMIT_MEMORY] = 256 << 20};
  script_context *context;
  tlsmend_error error = {0};
  assert_int_equal(sandbox_open(&options, &context, &error), TLSMEND_OK);
  assert_int_equal(lua_gethookcount(context->L), 256);
  lua_pushcfunction(context->L, l_chunk);
  lua_pushlightuserdata(context->L, (void *)(uintptr_t)text);
  assert_int_equal(sandbox_call(context, 1, 0, &error), TLSMEND_OK);
  assert_int_equal(lua_gethookcount(context->L), 3);
  lua_pushcfunction(context->L, l_chunk);
  lua_pushlightuserdata(context->L, (void *)(uintptr_t)larger);
  assert_int_equal(sandbox_call(context, 1, 0, &error), TLSMEND_OK);
  assert_int_equal(lua_gethookcount(context->L), 1);
  sandbox_close(context);
}

static void count_lines(void *data, tlsmend_event event, const char *text) {
  (void)event;
  (void)text;
  ++*(int *)data;
}

/* Not one instruction of a script runs after the limit, wherever the error passes. */
static void silence_after_a_limit(void **state) {
  (void)state;
  static const char *const texts[] = {
      "local x <close> = setmetatable({}, {__close = function() print 'here' end}) " LOOP,
      "pcall(function() local x <close> = setmetatable({}, {__close = function() print 'here' end}) " LOOP
      " end)"
      " print 'here'",
      "xpcall(function() " LOOP " end, print) print 'here'",
      "xpcall(function() " LOOP " end, function() print 'here' end) print 'here'",
      "coroutine.resume(coroutine.create(function() " LOOP " end)) print 'here'",
      "coroutine.wrap(function() local x <close> = setmetatable({}, {__close = print}) " LOOP
      " end)() print 'here'",
      "local f = coroutine.wrap(function() print 'here' end) "
      "local x <close> = setmetatable({}, {__close = function() f() end}) " LOOP,
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    int lines = 0;
    tlsmend_error error = {0};
    script_options options = {
        .limit[TLSMEND_LIMIT_INSTRUCTIONS] = 100000, .log = count_lines, .log_data = &lines};
    assert_int_equal(run_limited(texts[i], &options, &error), TLSMEND_E_LIMIT);
    if (lines != 0)
      fail_msg("%s: %d lines", texts[i], lines);
  }
}

/* Behind the count of instructions there is a clock: here each instruction compares two long texts. */
static void time_is_limited(void **state) {
  (void)state;
  static const char *const text = "local a, b = ('x'):rep(2e7), ('x'):rep(2e7) .. 'y' "
                                  "while true do local c = a < b end";
  script_options options = {.limit[TLSMEND_LIMIT_MEMORY] = 128 << 20, .limit[TLSMEND_LIMIT_TIME] = 1};
  script_context *context;
  tlsmend_error error = {0};
  assert_int_equal(sandbox_open(&options, &context, &error), TLSMEND_OK);
  lua_pushcfunction(context->L, l_chunk);
  lua_pushlightuserdata(context->L, (void *)(uintptr_t)text);
  assert_int_equal(sandbox_call(context, 1, 0, &error), TLSMEND_E_LIMIT);
  assert_non_null(strstr(error.text, "seconds"));
  sandbox_close(context);
}

/* A state opens, or fails cleanly, under every memory limit; nothing is lost on the way (the sanitizers look). */
static void opens_or_fails_cleanly(void **state) {
  (void)state;
  int opened = 0, failed = 0;
  for (size_t limit = 1; limit < 100000; limit += 257) {
    script_options options = {.limit[TLSMEND_LIMIT_MEMORY] = limit};
    tlsmend_error error = {0};
    int code = run_limited("local t = {} for i = 1, 10 do t[i] = {} end", &options, &error);
    if (code == TLSMEND_OK) {
      opened++;
    } else {
      failed++;
      assert_int_equal(code, TLSMEND_E_LIMIT);
      assert_non_null(strstr(error.text, "--limit-memory"));
    }
  }
  assert_true(opened > 0 && failed > 0);
}

/* The allocator counts to the byte: a script that holds everything is stopped below the limit of the real heap. */
static void first_allocations_count(void **state) {
  (void)state;
  script_context *context;
  tlsmend_error error = {0};
  assert_int_equal(sandbox_open(NULL, &context, &error), TLSMEND_OK);
  size_t before = (size_t)context->account.used[TLSMEND_LIMIT_MEMORY];
  lua_gc(context->L, LUA_GCSTOP);
  lua_newuserdatauv(context->L, 100000, 0);
  assert_true(context->account.used[TLSMEND_LIMIT_MEMORY] >= before + 100000 &&
              context->account.used[TLSMEND_LIMIT_MEMORY] < before + 101000);
  lua_settop(context->L, 0);
  lua_gc(context->L, LUA_GCCOLLECT);
  assert_true(context->account.used[TLSMEND_LIMIT_MEMORY] < before + 1000);
  assert_int_equal(context->account.used[TLSMEND_LIMIT_MEMORY],
                   (size_t)lua_gc(context->L, LUA_GCCOUNT) * 1024 + (size_t)lua_gc(context->L, LUA_GCCOUNTB));
  sandbox_close(context);
}

static int l_refuse(lua_State *L) { return script_raise(L, TLSMEND_E_REFUSED, "not this one"); }

static int l_rethrow(lua_State *L) {
  static const char *const text =
      "local refuse = ... "
      "local ok, e = pcall(refuse) "
      "assert(not ok and e.code == 'E_REFUSED' and tostring(e):find('not this one')) "
      "local ok, f = xpcall(refuse, function(x) return x end) "
      "assert(e.code == f.code) "
      "coroutine.wrap(function() error(e) end)()";
  luaL_loadbufferx(L, text, strlen(text), "@try.lua", "t");
  lua_pushcfunction(L, l_refuse);
  lua_call(L, 1, 0);
  return 0;
}

static void codes_survive(void **state) {
  (void)state;
  script_context *context;
  tlsmend_error error = {0};
  assert_int_equal(sandbox_open(NULL, &context, &error), TLSMEND_OK);
  lua_pushcfunction(context->L, l_rethrow);
  assert_int_equal(sandbox_call(context, 0, 0, &error), TLSMEND_E_REFUSED);
  assert_string_equal(error.text, "try.lua:1: not this one");
  sandbox_close(context);
}

static int l_guard(lua_State *L) {
  tlsmend_error error;
  tlsmend_error_set(&error, TLSMEND_E_REFUSED, "may not read %s", luaL_checkstring(L, 1));
  return script_raise_error(L, &error);
}

/* The text is called with the function that the machine refuses. */
static int l_with_guard(lua_State *L) {
  const char *text = lua_touserdata(L, 1);
  script_compile(L, text, strlen(text), "@try.lua");
  lua_pushcfunction(L, l_guard);
  lua_call(L, 1, 0);
  return 0;
}

/* A refusal of the machine ends the run with its own words and place, wherever the error passes: nothing behind it runs, and no other
 * error, limit or refusal takes its place. */
static void refusals_stay(void **state) {
  (void)state;
  static const char *const texts[] = {
      "local no = ... pcall(no, 'A') print 'here'",
      "local no = ... pcall(no, 'A')",
      "local no = ... pcall(no, 'A') pcall(no, 'B')",
      "local no = ... pcall(no, 'A') error 'another'",
      "local no = ... pcall(no, 'A') " LOOP,
      "local no = ... pcall(no, 'A') " BOMB,
      "local no = ... xpcall(no, function() print 'here' end, 'A') print 'here'",
      "local no = ... xpcall(no, error, 'A') print 'here'",
      "local no = ... coroutine.resume(coroutine.create(no), 'A') print 'here'",
      "local no = ... local f = coroutine.wrap(function() pcall(no, 'A') coroutine.yield() print 'here' end) "
      "f() f()",
      "local no = ... local f = coroutine.wrap(function() print 'here' end) "
      "local x <close> = setmetatable({}, {__close = function() f() end}) no 'A'",
      "local no = ... local x <close> = setmetatable({}, {__close = function() error 'another' end}) no 'A'",
      "local no = ... pcall(function() local x <close> = setmetatable({}, {__close = function() no 'A' end}) "
      "end) "
      "print 'here'",
      "local no = ... local t = setmetatable({}, {__index = function(_, k) no(k) end}) "
      "pcall(function() return t.A end) print 'here'",
      "local no = ... pcall(table.sort, {2, 1}, function() no 'A' end) print 'here'",
      "local no = ... pcall(string.gsub, 'A', 'A', no) print 'here'",
      "local no = ... for _ in pcall, no, 'A' do print 'here' break end",
      "local no = ... error(setmetatable({}, {__tostring = function() no 'A' end}))",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    int lines = 0;
    tlsmend_error error = {0}, second = {0};
    script_context *context;
    script_options options = {
        .limit[TLSMEND_LIMIT_INSTRUCTIONS] = 100000, .log = count_lines, .log_data = &lines};
    assert_int_equal(sandbox_open(&options, &context, &error), TLSMEND_OK);
    strcpy(context->file, "try.lua");
    for (int again = 0; again < 2; again++) { /* the state is of no use any more */
      lua_pushcfunction(context->L, l_with_guard);
      lua_pushlightuserdata(context->L, (void *)(uintptr_t)(again ? "print 'here'" : texts[i]));
      if (sandbox_call(context, 1, 0, again ? &second : &error) != TLSMEND_E_REFUSED || lines != 0)
        fail_msg("%s: %d lines, %s", texts[i], lines, error.text);
    }
    if (strncmp(error.text, "try.lua:1: may not read A", 25) != 0 || strcmp(error.text, second.text) != 0)
      fail_msg("%s: %s; %s", texts[i], error.text, second.text);
    sandbox_close(context);
  }
}

static const attempt errors[] = {
    {"text", "\nerror 'no luck'", TLSMEND_E_SCRIPT, "try.lua:2: no luck"},
    {"table", "error({})", TLSMEND_E_SCRIPT, "try.lua:1: an error that is a table"},
    {"nil", "error(nil)", TLSMEND_E_SCRIPT, "nil"},
    {"lines", "error('one\\ntwo\\r\\n', 0)", TLSMEND_E_SCRIPT, "one two"},
    {"number", "error(42)", TLSMEND_E_SCRIPT, "42"},
    {"syntax", "return {\n  a = 1 b = 2,\n}", TLSMEND_E_SCRIPT, "try.lua:2: '}' expected"},
    {"native", "\n\nrequire(5)", TLSMEND_E_SCRIPT,
     "try.lua:3: require: takes the name of a module, got number"},
    {"wrapped", "coroutine.wrap(function() error 'inside' end)()", TLSMEND_E_SCRIPT, "try.lua:1: inside"},
    {"of __close",
     "coroutine.wrap(function() local x <close> = setmetatable({}, {__close = function() error 'late' end})"
     " error 'early' end)()",
     TLSMEND_E_SCRIPT, "late"},
};

static void errors_are_one_line(void **state) {
  (void)state;
  try_all(errors, COUNT(errors), false);
}

static const attempt names[] = {
    {"unknown", "require 'socket'", TLSMEND_E_SCRIPT, "there is no module 'socket'"},
    {"parent", "require '..runbooks.x'", TLSMEND_E_SCRIPT, "is not the name of a module"},
    {"slash", "require 'tls/winhttp'", TLSMEND_E_SCRIPT, "is not the name of a module"},
    {"backslash", "require 'tls\\\\winhttp'", TLSMEND_E_SCRIPT, "is not the name of a module"},
    {"absolute", "require '/etc/passwd'", TLSMEND_E_SCRIPT, "is not the name of a module"},
    {"drive", "require 'c:x'", TLSMEND_E_SCRIPT, "is not the name of a module"},
    {"empty", "require ''", TLSMEND_E_SCRIPT, "is not the name of a module"},
    {"dot", "require 'tls.'", TLSMEND_E_SCRIPT, "is not the name of a module"},
    {"dots", "require 'tls..winhttp'", TLSMEND_E_SCRIPT, "is not the name of a module"},
    {"upper case", "require 'TLS.winhttp'", TLSMEND_E_SCRIPT, "is not the name of a module"},
    {"NUL", "require 'log\\0x'", TLSMEND_E_SCRIPT, "is not the name of a module"},
    {"long", "require(('x'):rep(1000))", TLSMEND_E_SCRIPT, "is not the name of a module"},
    {"documentation", "require 'meta.registry'", TLSMEND_E_SCRIPT, "is not the name of a module"},
    {"nothing", "require()", TLSMEND_E_SCRIPT, "takes the name of a module, got no value"},
    {"standard library", "require 'string'", TLSMEND_E_SCRIPT, "there is no module 'string'"},
    {"same twice", "assert(require 'log' == require 'log')", TLSMEND_OK, NULL},
    {"too early", "return require('registry').get('HKLM\\\\SOFTWARE', 'x')", TLSMEND_E_SCRIPT,
     "try.lua:1: registry.get: only inside applies, run and verify"},
    {"facts too early", "return require('system').build", TLSMEND_E_SCRIPT,
     "system.build: the machine is known only"},
};

static void require_reaches_modules_only(void **state) {
  (void)state;
  try_all(names, COUNT(names), false);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(endless_loops_end),
      cmocka_unit_test(long_calls_end),
      cmocka_unit_test(memory_is_limited),
      cmocka_unit_test(one_call_is_bounded),
      cmocka_unit_test(recursion_ends),
      cmocka_unit_test(nothing_else_is_there),
      cmocka_unit_test(limits_stay),
      cmocka_unit_test(looks_more_often),
      cmocka_unit_test(silence_after_a_limit),
      cmocka_unit_test(time_is_limited),
      cmocka_unit_test(opens_or_fails_cleanly),
      cmocka_unit_test(first_allocations_count),
      cmocka_unit_test(codes_survive),
      cmocka_unit_test(refusals_stay),
      cmocka_unit_test(errors_are_one_line),
      cmocka_unit_test(require_reaches_modules_only),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
