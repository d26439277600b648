/* string.find, match, gmatch and gsub: Lua's patterns, counted. */
#ifndef TLSMEND_SCRIPT_SANDBOX_STRING_H
#define TLSMEND_SCRIPT_SANDBOX_STRING_H

#include <lua.h>

int l_find(lua_State *L);
int l_match(lua_State *L);
int l_gmatch(lua_State *L);
int l_gsub(lua_State *L);

#endif
