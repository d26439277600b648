/* What a value is called in a text. */
#ifndef TLSMEND_SCRIPT_SANDBOX_TEXT_H
#define TLSMEND_SCRIPT_SANDBOX_TEXT_H

#include <lua.h>

/* Pushes any value as a text, by its __tostring if it has one; never an address. [-0, +1, e] */
const char *sandbox_text(lua_State *L, int index);

int l_tostring(lua_State *L);
int l_format(lua_State *L); /* the standard one is its upvalue */

#endif
