/*
 * The native half of files: the three functions of LuaFileSystem that only look, where the machine at hand lets the runbook
 * look. What a runbook gets of them is decided in stdlib/files.lua.
 */
#include "script/modules.h"

#include <lfs.h>

/* The function of LuaFileSystem in upvalue 1, where the path may be looked at. */
static int l_look(lua_State *L) {
  tlsmend_error error;
  const char *path = script_check_text(L, 1, "the file");
  if (machine_may_look(script_machine(L, "files"), path, false, &error) != TLSMEND_OK)
    return script_raise_error(L, &error);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}

const luaL_Reg files_functions[] = {{NULL, NULL}};

void files_open(lua_State *L) {
  static const char *const looking[] = {"attributes", "dir", "symlinkattributes", NULL};
  /* luaopen_lfs sets a global; an entry that is there already is not an undeclared one, and it is taken out again. */
  lua_pushglobaltable(L);
  lua_pushliteral(L, "lfs");
  lua_pushboolean(L, 1);
  lua_rawset(L, -3);
  lua_pushcfunction(L, luaopen_lfs);
  lua_pushliteral(L, "lfs");
  lua_call(L, 1, 1);
  for (const char *const *name = looking; *name != NULL; name++) {
    lua_getfield(L, -1, *name);
    lua_pushcclosure(L, l_look, 1);
    lua_setfield(L, -4, *name);
  }
  lua_pop(L, 1);
  lua_pushnil(L);
  lua_setfield(L, -2, "lfs");
  lua_pop(L, 1);
}
