/*
 * Every C function that a script can get hold of: found by walking the state, not from a list. It walks more than a script can:
 * metatables that are protected and upvalues of the library's functions too, and what calls answer (iterators, wrapped coroutines).
 * For test_script_reach.c and fuzz_reach.c.
 */
#ifndef UNIT_REACH_H
#define UNIT_REACH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "machine/backends.h"
#include "machine/guard.h"
#include "machine/machine.h"
#include "machine/overlay.h"
#include "machine/sim/sim.h"
#include "script/require.h"
#include "script/modules/modules.h"
#include "script/sandbox/sandbox.h"

enum { REACH_VALUES = 32, REACH_INSTANCES = 3, REACH_ANSWERS = 100 };

typedef struct reach {
  script_context *context;
  tlsmend_machine *machine, *overlay, *guard;
  tlsmend_plan *plan;
  guard_needs needs;
  size_t functions, calls;
  int found, seen, made, make, within, uses; /* places on the stack */
} reach;

/* make(number): a fresh value; within(function, ...): the call inside a coroutine; uses(function): as everything but a call. */
static const char reach_text[] =
    "local require, pcall, error, setmetatable, type, tostring, pairs = require, pcall, error, setmetatable, "
    "type, tostring, pairs\n"
    "local wrap, create, resume, running, yield = coroutine.wrap, coroutine.create, coroutine.resume, "
    "coroutine.running, "
    "coroutine.yield\n"
    "local sort, gsub, rep, xpcall, load = table.sort, string.gsub, string.rep, xpcall, load\n"
    "local function one(...) return ... end\n"
    "local EVENTS = { '__index', '__newindex', '__call', '__len', '__concat', '__eq', '__lt', '__le', "
    "'__add', '__unm', '__idiv',\n"
    "  '__band', '__shl', '__bnot', '__close', '__pairs', '__tostring' }\n"
    "local function with(f)\n"
    "  local m = { __name = 'kind' }\n"
    "  for _, event in pairs(EVENTS) do m[event] = f end\n"
    "  return setmetatable({}, m)\n"
    "end\n"
    "local make = { function() end, function() return true end, function() return 1 end, function() return "
    "1.5 end,\n"
    "  function() return 'a' end, function() return { 1, 2, 3 } end, function() return one end, function() "
    "return type end,\n"
    "  function() return create(one) end, function() return (function(_, e) return e end)(pcall(require, 5)) "
    "end,\n"
    "  function() return false end, function() return 0 end, function() return -1 end, function() return "
    "0x41414141 end,\n"
    "  function() return math.maxinteger end, function() return math.mininteger end, function() return 1 / 0 "
    "end,\n"
    "  function() return 0 / 0 end, function() return '' end, function() return '%s%d%q%-9.9s' end, "
    "function() return '([a-z]*' end,\n"
    "  function() return rep('x', 300) end, function() return 'a\\0b' end, function() return "
    "'HKLM\\\\SOFTWARE\\\\Site' end,\n"
    "  function() return {} end, function() return { kb = 'KB3140245', path = 'a', view = 64, why = 'x', [1] "
    "= 'a' } end,\n"
    "  function() return with(one) end, function() return with(type) end, function() return running() end,\n"
    "  function() local c = create(one) resume(c) return c end, function() local c = create(yield) resume(c, "
    "1) return c end,\n"
    "  function() return wrap(yield) end }\n"
    "local function uses(f)\n"
    "  local t, u = with(f), with(f)\n"
    "  pcall(function() return t.x end) pcall(function() t.x = 1 end) pcall(function() return t(1, 2) end)\n"
    "  pcall(function() return #t end) pcall(function() return t .. 'x' end) pcall(function() return t == u "
    "end)\n"
    "  pcall(function() return t < u end) pcall(function() return t <= 1 end) pcall(function() return t + 1 "
    "end)\n"
    "  pcall(function() return -t end) pcall(function() return t // 2 end) pcall(function() return t & 1 "
    "end)\n"
    "  pcall(function() return 1 << t end) pcall(function() return ~t end)\n"
    "  pcall(function() local x <close> = t end) pcall(function() for k, v in pairs(t) do break end end)\n"
    "  pcall(tostring, t) pcall(sort, { 3, 1, 2 }, f) pcall(gsub, 'abc', '%w', f) xpcall(error, f, t)\n"
    "  pcall(function() for a, b in f, t, 1 do break end end) pcall(function() for a in f do break end end)\n"
    "  pcall(wrap(f), 1) pcall(resume, create(f), t) pcall(load, 'return ' .. 1, '=x', 't', t)\n"
    "  wrap(function() local x <close> = t pcall(f, yield) end)()\n"
    "end\n"
    "return function(number) return make[number]() end, function(f, ...) return wrap(f)(...) end, uses\n";

static const char reach_windows[] =
    "Windows Registry Editor Version 5.00\r\n\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]\r\n"
    "\"CurrentBuildNumber\"=\"7601\"\r\n\"CurrentVersion\"=\"6.1\"\r\n\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\tlsmend\\Facts]\r\n\"Architecture\"=\"x64\"\r\n\r\n";

static inline void reach_broken(const char *what, const char *text) {
  fprintf(stderr, "reach: %s: %s\n", what, text);
  abort();
}

/* Takes the value from the top of the stack, and finds what can be had of it. */
static void reach_walk(reach *self) {
  lua_State *L = self->context->L;
  luaL_checkstack(L, 10, NULL);
  int type = lua_type(L, -1), value = lua_gettop(L);
  lua_pushvalue(L, value);
  bool plain = type != LUA_TTABLE && type != LUA_TFUNCTION && type != LUA_TUSERDATA;
  if (plain || lua_rawget(L, self->seen) != LUA_TNIL) {
    lua_settop(L, value - 1);
    return;
  }
  lua_pushvalue(L, value);
  lua_pushboolean(L, 1);
  lua_rawset(L, self->seen);
  if (lua_iscfunction(L, value)) {
    const void *code = (const void *)(uintptr_t)lua_tocfunction(L, value);
    lua_rawgetp(L, self->made, code);
    lua_Integer count = lua_tointeger(L, -1);
    lua_pushinteger(L, count + 1);
    lua_rawsetp(L, self->made, code);
    if (count < REACH_INSTANCES) {
      lua_pushvalue(L, value);
      lua_rawseti(L, self->found, (lua_Integer)++self->functions);
    }
  } else if (type == LUA_TFUNCTION) {
    lua_settop(L, value);
    for (int i = 1; lua_getupvalue(L, value, i); i++)
      reach_walk(self);
  } else if (type == LUA_TTABLE) {
    lua_settop(L, value);
    for (lua_pushnil(L); lua_next(L, value);) {
      reach_walk(self);
      lua_pushvalue(L, -1);
      reach_walk(self);
    }
  }
  lua_settop(L, value);
  if (lua_getmetatable(L, value))
    reach_walk(self);
  lua_settop(L, value - 1);
}

/* Texts that reach a script say no address: what %p prints is 0x and many lower-case digits. */
static void reach_judge(const char *text) {
  for (const char *at = strstr(text, "0x"); at; at = strstr(at + 1, "0x"))
    if (strspn(at + 2, "0123456789abcdef") >= 8)
      reach_broken("an address reaches a script", text);
}

/* Calls the function below `arguments` on the stack. What it answers is walked, and stays on the stack if `keep`. */
static bool reach_call(reach *self, int arguments, bool walk, bool keep) {
  script_context *context = self->context;
  lua_State *L = context->L;
  tlsmend_error error = {0, ""};
  int base = lua_gettop(L) - arguments - 1;
  account_refill(&context->account);
  int code = sandbox_call(context, arguments, LUA_MULTRET, &error);
  self->calls++;
  reach_judge(error.text);
  if (strchr(error.text, '\n'))
    reach_broken("an error is not one line", error.text);
  if (context->account.exceeded != SANDBOX_WITHIN)
    sandbox_renew(context);
  int top = lua_gettop(L);
  for (int i = base + 1; i <= top && walk; i++) {
    if (lua_type(L, i) == LUA_TSTRING)
      reach_judge(lua_tostring(L, i));
    lua_pushvalue(L, i);
    reach_walk(self);
  }
  if (!keep)
    lua_settop(L, base);
  return code == TLSMEND_OK;
}

/* Pushes a value of a kind from 1 to REACH_VALUES. */
static void reach_push(reach *self, size_t kind) {
  lua_State *L = self->context->L;
  int top = lua_gettop(L);
  luaL_checkstack(L, 10, NULL);
  lua_pushvalue(L, self->make);
  lua_pushinteger(L, (lua_Integer)kind);
  self->context->account.deadline = UINT64_MAX;
  if (sandbox_call(self->context, 1, 1, NULL) != TLSMEND_OK)
    lua_settop(L, top), lua_pushnil(L);
}

static int reach_start(lua_State *L) {
  script_require_register(L);
  script_compile(L, reach_text, sizeof reach_text - 1, "@reach");
  lua_call(L, 0, 3);
  script_fill_facts(L);
  return 3;
}

/* Pushes the module of that name, or nothing. */
static int reach_module(lua_State *L) {
  script_require(L, lua_tostring(L, 1));
  return 1;
}

/* Asks for the module whose text lies at `path` in `folder`. */
static bool reach_text_of(reach *self, const char *folder, const char *path) {
  char name[128];
  size_t begin = strlen(folder), size = strlen(path);
  if (strncmp(path, folder, begin) != 0 || size >= sizeof name || strcmp(path + size - 4, ".lua") != 0)
    return false;
  snprintf(name, sizeof name, "%.*s", (int)(size - begin - 4), path + begin);
  for (char *at = name; *at; at++)
    *at = *at == '/' ? '.' : *at;
  lua_pushcfunction(self->context->L, reach_module);
  lua_pushstring(self->context->L, name);
  return reach_call(self, 1, true, false);
}

static void reach_modules(reach *self) {
  lua_State *L = self->context->L;
  for (size_t i = 0; i < embedded_text_count; i++) {
    reach_text_of(self, "stdlib/", embedded_texts[i].name);
    if (reach_text_of(self, "host/lua/", embedded_texts[i].name))
      reach_broken("the host's own Lua is a module", embedded_texts[i].name);
  }
  for (const script_module *row = script_modules; row->name; row++) {
    lua_pushcfunction(L, reach_module);
    lua_pushstring(L, row->name);
    if (!reach_call(self, 1, true, false))
      reach_broken("no module", row->name);
  }
}

/* A state as `run` has it, on a machine behind the guard, with all that is found there before a call. */
static void reach_open(reach *self) {
  static const script_options options = {.limit = {[TLSMEND_LIMIT_MEMORY] = 256 << 20}};
  static const char *const trees[] = {"HKLM\\SOFTWARE\\Site"};
  tlsmend_error error = {0, ""};
  backend_request request = {.argument = "reach", .text = reach_windows};
  *self = (reach){.plan = plan_new(), .needs = {.runbook = "reach", .registry = trees, .registry_count = 1}};
  if (!self->plan || sim_open(&request, &self->machine, &error) != TLSMEND_OK ||
      overlay_open(self->machine, self->plan, &self->overlay, &error) != TLSMEND_OK ||
      guard_open(self->overlay, &self->needs, NULL, &self->guard, &error) != TLSMEND_OK ||
      sandbox_open(&options, &self->context, &error) != TLSMEND_OK)
    reach_broken("open", error.text);
  overlay_set_runbook(self->overlay, "reach");
  if (script_host_lend(&self->context->host, self->guard, self->overlay, &error) != TLSMEND_OK)
    reach_broken("lend", error.text);
  sandbox_enter(self->context, self->context->host.system);
  lua_State *L = self->context->L;
  lua_settop(L, 0);
  lua_newtable(L), lua_newtable(L), lua_newtable(L);
  self->found = 1, self->seen = 2, self->made = 3;
  lua_pushcfunction(L, reach_start);
  if (sandbox_call(self->context, 0, 3, &error) != TLSMEND_OK)
    reach_broken("start", error.text);
  self->make = 4, self->within = 5, self->uses = 6;
  reach_modules(self);
  lua_pushglobaltable(L);
  reach_walk(self);
  for (size_t kind = 1; kind <= REACH_VALUES; kind++) {
    reach_push(self, kind);
    reach_walk(self);
  }
  lua_pushliteral(L, "");
  lua_getmetatable(L, -1);
  reach_walk(self);
  lua_settop(L, self->uses);
  self->context->account.limit[TLSMEND_LIMIT_INSTRUCTIONS] = 20000; /* of each call */
}

static void reach_close(reach *self) {
  sandbox_close(self->context);
  machine_close(self->guard);
  machine_close(self->overlay);
  machine_close(self->machine);
  tlsmend_plan_free(self->plan);
}

#endif
