/*
 * pcall, xpcall and coroutines. What they catch they hand on when a limit was passed, or when the guard has refused something: nothing
 * that a script does with such an error lets it go on.
 */
#include "script/sandbox/protected.h"

#include <lauxlib.h>

#include "script/sandbox/limits.h"

static int finish_pcall(lua_State *L, int status, lua_KContext first) {
  if (status == LUA_OK || status == LUA_YIELD) {
    sandbox_check(L);
    return lua_gettop(L) - (int)first;
  }
  sandbox_caught(L, status);
  lua_pushboolean(L, 0);
  lua_pushvalue(L, -2);
  return 2;
}

int l_pcall(lua_State *L) {
  luaL_checkany(L, 1);
  lua_pushboolean(L, 1);
  lua_insert(L, 1);
  return finish_pcall(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, finish_pcall), 0);
}

/* A handler is called where the error was raised; when that was the hook, hooks are off and it could run for ever. */
static int l_handler(lua_State *L) {
  if (sandbox_context(L)->account.exceeded != SANDBOX_WITHIN)
    return 1;
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}

int l_xpcall(lua_State *L) {
  int count = lua_gettop(L);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_pushvalue(L, 2);
  lua_pushcclosure(L, l_handler, 1);
  lua_replace(L, 2);
  lua_pushboolean(L, 1); /* first result */
  lua_pushvalue(L, 1);
  lua_rotate(L, 3, 2);
  return finish_pcall(L, lua_pcallk(L, count - 2, LUA_MULTRET, 2, 2, finish_pcall), 2);
}

enum { CLOSING_MOST = 2 };

/* A coroutine begins with a count of its own, so up to one interval of its instructions is never seen. */
static lua_State *coroutine_new(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  sandbox_spend(L, (unsigned long long)sandbox_context(L)->interval);
  lua_State *coroutine = lua_newthread(L);
  lua_pushvalue(L, 1);
  lua_xmove(L, coroutine, 1);
  return coroutine;
}

int l_create(lua_State *L) {
  coroutine_new(L);
  return 1;
}

/* A coroutine has a hook of its own, which is paced when it runs. Answers what ran before, for leave(). */
static lua_State *enter(lua_State *L, lua_State *coroutine) {
  script_context *context = sandbox_context(L);
  lua_State *before = context->running;
  context->running = coroutine;
  sandbox_pace(coroutine);
  return before;
}

static void leave(lua_State *L, lua_State *before) {
  sandbox_context(L)->running = before;
  sandbox_pace(before);
}

/* Moves `arguments` into the coroutine and its results back; -1 with the error at the top. */
static int resume(lua_State *L, lua_State *coroutine, int arguments) {
  int results;
  bool alive = lua_status(coroutine) <= LUA_YIELD;
  sandbox_spend(L, 1); /* what it does before its own hook fires is looked at here */
  if (!lua_checkstack(coroutine, arguments)) {
    lua_pushliteral(L, "too many arguments to resume");
    return -1;
  }
  lua_xmove(L, coroutine, arguments);
  lua_State *before = enter(L, coroutine);
  int status = lua_resume(coroutine, L, arguments, &results);
  leave(L, before);
  if (status == LUA_OK || status == LUA_YIELD) {
    sandbox_check(L);
    if (!lua_checkstack(L, results + 1)) {
      lua_pop(coroutine, results);
      lua_pushliteral(L, "too many results to resume");
      return -1;
    }
    lua_xmove(coroutine, L, results);
    return results;
  }
  /* A copy if it has died now: closing it hands the original to its __close functions. */
  if (alive && lua_status(coroutine) > LUA_YIELD)
    lua_pushvalue(coroutine, -1);
  lua_xmove(coroutine, L, 1);
  sandbox_caught(L, status);
  return -1;
}

int l_resume(lua_State *L) {
  lua_State *coroutine = lua_tothread(L, 1);
  luaL_argexpected(L, coroutine, 1, "coroutine");
  int results = resume(L, coroutine, lua_gettop(L) - 1);
  lua_pushboolean(L, results >= 0);
  int below = results >= 0 ? results + 1 : 2;
  lua_insert(L, -below);
  return below;
}

static int l_wrapped(lua_State *L) {
  lua_State *coroutine = lua_tothread(L, lua_upvalueindex(1));
  bool alive = lua_status(coroutine) <= LUA_YIELD;
  int results = resume(L, coroutine, lua_gettop(L));
  if (results >= 0)
    return results;
  int status = lua_status(coroutine);
  if (alive && status != LUA_OK && status != LUA_YIELD) {
    /* Died of an error now: its pending __close functions run. In one that was dead before they would run as in l_close. */
    lua_State *before = enter(L, coroutine);
    status = lua_resetthread(coroutine);
    leave(L, before);
    sandbox_check(L);
    if (status != LUA_OK && lua_checkstack(L, 1))
      lua_xmove(coroutine, L, 1);
  }
  return lua_error(L);
}

int l_wrap(lua_State *L) {
  coroutine_new(L);
  lua_pushcclosure(L, l_wrapped, 1);
  return 1;
}

/* Runs the pending __close functions, therefore not after a limit: a coroutine that died in the hook has hooks off. They run at the
 * depth of calls at which the coroutine was resumed last: one that closes the next, and so on, would use up the stack of the
 * process. What they raise comes back as a result. */
int l_close(lua_State *L) {
  script_context *context = sandbox_context(L);
  lua_State *coroutine = lua_tothread(L, 1);
  sandbox_check(L);
  if (!coroutine ||
      lua_status(coroutine) == LUA_OK) /* not one that waits or has failed: nothing is pending */
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
  if (context->closing == CLOSING_MOST)
    return luaL_error(L, "coroutine.close: %d coroutines are being closed, each by the one before",
                      CLOSING_MOST);
  context->closing++;
  lua_State *before = enter(L, coroutine);
  int results = lua_tocfunction(L, lua_upvalueindex(1))(L);
  leave(L, before);
  context->closing--;
  sandbox_check(L);
  return results;
}
