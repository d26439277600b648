/* What the host tells its own Lua (host/lua/) and no runbook: the second argument of each of those files. */
#include "script/host_natives.h"

#include <string.h>

#include <lauxlib.h>

#include "script/runbook.h"
#include "script/suggest.h"

/* closest(list, name): the text in the list that a misspelled name was meant to be; nil if none is near. */
static int l_closest(lua_State *L) {
  char suggestion[SUGGESTION_SIZE];
  luaL_checktype(L, 1, LUA_TTABLE);
  if (suggest_element(L, 1, luaL_checkstring(L, 2), suggestion))
    lua_pushstring(L, suggestion);
  else
    lua_pushnil(L);
  return 1;
}

/* "id, version" as { "id", "version" }. */
static void push_list(lua_State *L, const char *list) {
  lua_newtable(L);
  for (lua_Integer i = 1; *list; i++) {
    size_t size = strcspn(list, ",");
    lua_pushlstring(L, list, size);
    lua_rawseti(L, -2, i);
    list += size + strspn(list + size, ", ");
  }
}

void host_natives_push(lua_State *L) {
  static const luaL_Reg functions[] = {{"closest", l_closest}, {NULL, NULL}};
  luaL_newlib(L, functions);
  lua_createtable(L, 0, 3);
  push_list(L, DECLARE_RUNBOOK);
  lua_setfield(L, -2, "runbook");
  push_list(L, DECLARE_NEEDS);
  lua_setfield(L, -2, "needs");
  push_list(L, DECLARE_PARAM);
  lua_setfield(L, -2, "param");
  lua_setfield(L, -2, "fields");
}
