/* pairs and next in one order, the same in every process. */
#ifndef TLSMEND_SCRIPT_SANDBOX_PAIRS_H
#define TLSMEND_SCRIPT_SANDBOX_PAIRS_H

#include <lua.h>

int l_pairs(lua_State *L);
int l_next(lua_State *L);

/* Pushes the keys of a table in that order, as a list. Returns how many. [-0, +1, e] */
int sandbox_keys(lua_State *L, int index);

#endif
