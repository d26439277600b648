/* pcall, xpcall and coroutines: they catch errors, but not those of a limit or of the guard. */
#ifndef TLSMEND_SCRIPT_SANDBOX_PROTECTED_H
#define TLSMEND_SCRIPT_SANDBOX_PROTECTED_H

#include <lua.h>

int l_pcall(lua_State *L);
int l_xpcall(lua_State *L);
int l_create(lua_State *L);
int l_resume(lua_State *L);
int l_wrap(lua_State *L);
int l_close(lua_State *L); /* the standard one is its upvalue */

#endif
