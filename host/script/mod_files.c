/*
 * The native half of files: the three functions of LuaFileSystem that only look. What a runbook gets of them is decided in
 * stdlib/files.lua.
 */
#include "script/modules.h"

#include <lfs.h>

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
    lua_setfield(L, -4, *name);
  }
  lua_pop(L, 1);
  lua_pushnil(L);
  lua_setfield(L, -2, "lfs");
  lua_pop(L, 1);
}
