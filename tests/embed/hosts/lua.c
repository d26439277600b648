/* Another Lua: 5.1, 5.3 or LuaJIT. */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

int other(void);

int other(void) {
  lua_State *L = luaL_newstate();
  int fine = 0;
  luaL_openlibs(L);
  if (luaL_loadstring(L, "return #string.rep('x', 7) * math.floor(6.5)") == 0 && lua_pcall(L, 0, 1, 0) == 0)
    fine = lua_tointeger(L, -1) == 42 && LUA_VERSION_NUM != 504;
  lua_close(L);
  return fine;
}
