/*
 * The native half of files: two functions of LuaFileSystem that only look, where the machine at hand lets the runbook look, and not
 * through links. What a runbook gets of them is decided in stdlib/files.lua.
 */
#include "script/modules/modules.h"

#include <lfs.h>

#include "machine/guard.h"
#include "os/os.h"
#include "script/modules/arguments.h"
#include "script/sandbox/error.h"

/* Reaches the file in argument 1, which may be looked at. What it is called meanwhile; or NULL with the reason at the top of the
 * stack. */
static const char *reach(lua_State *L, const char **path) {
  tlsmend_error error;
  size_t followed;
  *path = script_check_text(L, 1, "the file");
  if (guard_may_look(script_machine(L, "files"), *path, false, &followed, &error) != TLSMEND_OK)
    script_raise_error(L, &error);
  script_scratch *scratch = script_scratch_take(L);
  int code = os_nofollow_open(*path, followed, &scratch->reached, &error);
  if (code == TLSMEND_E_REFUSED)
    script_raise_error(L, &error);
  if (code == TLSMEND_OK)
    return os_nofollow_name(scratch->reached);
  sandbox_context(L)->host.unreached = true;
  lua_pushstring(L, error.text);
  return NULL;
}

/* attributes(path, ...): that of LuaFileSystem, in the upvalue. */
static int l_attributes(lua_State *L) {
  const char *path, *name = reach(L, &path);
  if (!name) {
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
  }
  lua_pushstring(L, name);
  lua_replace(L, 1);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  script_scratch_take(L);
  return lua_gettop(L);
}

/* Appends the names that the iterator and its state at the top of the stack still have to the list below them, and pops these. True:
 * that was all; false: the reason is at the top. */
static bool take_names(lua_State *L) {
  for (lua_Integer count = 1;; count++) {
    sandbox_spend(L, 8);
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_call(L, 1, 2);
    if (lua_isnil(L, -2) &&
        !lua_isnil(L, -1)) /* Windows tells only with the first name that a folder cannot be listed */
      return false;
    lua_pop(L, 1);
    if (lua_isnil(L, -1))
      return lua_pop(L, 3), true;
    lua_rawseti(L, -4, count);
  }
}

/* names(folder): all names in a folder, as dir of LuaFileSystem (the upvalue) has them; nil and the reason if it cannot be listed. The
 * folder is held until the last one. */
static int l_names(lua_State *L) {
  const char *path, *name = reach(L, &path), *reason = NULL;
  if (!name) {
    reason = lua_tostring(L, -1);
  } else {
    lua_newtable(L);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushstring(L, name);
    int status = lua_pcall(L, 1, 2, 0);
    if (status != LUA_OK)
      sandbox_caught(L, status);
    if (status != LUA_OK || !take_names(L))
      reason = luaL_gsub(L, lua_tostring(L, -1), name, path);
  }
  script_scratch_take(L);
  if (!reason)
    return 1;
  sandbox_context(L)->host.unreached = true;
  lua_pushnil(L);
  lua_pushstring(L, reason);
  return 2;
}

const luaL_Reg files_functions[] = {{NULL, NULL}};

void files_open(lua_State *L) {
  static const struct looking {
    const char *theirs, *ours;
    lua_CFunction function;
  } looking[] = {{"attributes", "attributes", l_attributes}, {"dir", "names", l_names}};
  /* luaopen_lfs sets a global; an entry that is there already is not an undeclared one, and it is taken out again. */
  lua_pushglobaltable(L);
  lua_pushliteral(L, "lfs");
  lua_pushboolean(L, 1);
  lua_rawset(L, -3);
  lua_pushcfunction(L, luaopen_lfs);
  lua_pushliteral(L, "lfs");
  lua_call(L, 1, 1);
  for (size_t i = 0; i < sizeof looking / sizeof *looking; i++) {
    lua_getfield(L, -1, looking[i].theirs);
    lua_pushcclosure(L, looking[i].function, 1);
    lua_setfield(L, -4, looking[i].ours);
  }
  lua_pop(L, 1);
  lua_pushnil(L);
  lua_setfield(L, -2, "lfs");
  lua_pop(L, 1);
}
