/* Metatables of scripts. */
#ifndef TLSMEND_SCRIPT_SANDBOX_METATABLE_H
#define TLSMEND_SCRIPT_SANDBOX_METATABLE_H

#include <lua.h>

int l_setmetatable(lua_State *L);
int l_getmetatable(lua_State *L);

#endif
