/*
 * What lies in a folder, and of which kind it is: two functions of LuaFileSystem that only look, where the guard lets the text look, and
 * not through links. LuaFileSystem speaks Lua alone: it lives in a state of its own, where no text of anybody runs.
 */
#include "script/primitives/primitives.h"

#include <string.h>

#include <lauxlib.h>
#include <lfs.h>

#include "base/error.h"
#include "machine/guard.h"
#include "os/os.h"

typedef struct look {
  script_host *host;
  tlsmend_call *call;
  const char *name, *path; /* what it is called while it is held, and what the text calls it */
  tlsmend_error *error;
  int code;
} look;

/* Pushes a function of LuaFileSystem. */
static void push_function(lua_State *L, const char *name) {
  luaL_requiref(L, "lfs", luaopen_lfs, 0);
  lua_getfield(L, -1, name);
  lua_remove(L, -2);
}

static int l_kind(lua_State *L) {
  look *self = lua_touserdata(L, 1);
  push_function(L, "attributes");
  lua_pushstring(L, self->name);
  lua_pushliteral(L, "mode");
  lua_call(L, 2, 1);
  const char *kind = lua_tostring(L, -1);
  self->code = kind ? tlsmend_call_answer_text(self->call, kind, self->error)
                    : tlsmend_call_answer_nil(self->call, self->error);
  return 0;
}

/* Answers nil and the reason at the top of the stack. */
static void answer_reason(lua_State *L, look *self) {
  const char *reason = lua_tostring(L, -1);
  self->host->unreached = true;
  call_empty(self->call);
  reason = luaL_gsub(L, reason ? reason : "it cannot be listed", self->name, self->path);
  self->code = tlsmend_call_answer_nil(self->call, self->error);
  if (self->code == TLSMEND_OK)
    self->code = tlsmend_call_answer_text(self->call, reason, self->error);
}

static int l_names(lua_State *L) {
  look *self = lua_touserdata(L, 1);
  push_function(L, "dir");
  lua_pushstring(L, self->name);
  if (lua_pcall(L, 1, 2, 0) != LUA_OK) {
    answer_reason(L, self);
    return 0;
  }
  while (self->code == TLSMEND_OK) {
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_call(L, 1, 2);
    if (lua_isnil(L, -2)) {
      if (!lua_isnil(L, -1)) /* Windows tells only with the first name that a folder cannot be listed */
        answer_reason(L, self);
      return 0;
    }
    size_t size;
    const char *name = lua_tolstring(L, -2, &size);
    self->code = account_check(self->host->account, self->error);
    if (self->code == TLSMEND_OK)
      self->code = tlsmend_call_answer_bytes(self->call, name, size, self->error);
    lua_pop(L, 2);
  }
  return 0;
}

static int run(look *self, lua_CFunction function) {
  lua_State *L = self->host->files;
  if (!L)
    L = self->host->files = luaL_newstate();
  if (!L)
    return error_no_memory(self->error);
  lua_pushcfunction(L, function);
  lua_pushlightuserdata(L, self);
  if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
    const char *text = lua_tostring(L, -1);
    self->code = tlsmend_error_set(self->error, TLSMEND_E_FAILED, "%s: %s", self->path, text ? text : "?");
  }
  lua_settop(L, 0);
  lua_gc(L, LUA_GCCOLLECT); /* closes the folder */
  return self->code;
}

/* Reaches the file in argument 1 and looks at it; nil and the reason where it cannot be reached. */
static int look_at(script_host *host, tlsmend_call *call, lua_CFunction function, tlsmend_error *error) {
  size_t followed;
  os_nofollow *reached = NULL;
  const char *path = call->args[0].text;
  int code = guard_may_look(&host->machine.base, path, false, &followed, error);
  if (code != TLSMEND_OK)
    return code;
  code = os_nofollow_open(path, followed, &reached, error);
  if (code == TLSMEND_OK) {
    look self = {host, call, os_nofollow_name(reached), path, error, TLSMEND_OK};
    code = run(&self, function);
    os_nofollow_close(reached);
    return code;
  }
  if (code == TLSMEND_E_REFUSED)
    return code;
  host->unreached = true;
  code = tlsmend_call_answer_nil(call, error);
  return code == TLSMEND_OK ? tlsmend_call_answer_text(call, error->text, error) : code;
}

/* path -> "file", "directory" ...; nil if there is no such thing */
int primitive_kind(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  return look_at(host, call, l_kind, error);
}

/* folder -> all names in it, in the order of the system; nil and the reason if it cannot be listed */
int primitive_names(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  return look_at(host, call, l_names, error);
}
