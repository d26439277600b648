/* What a script can reach. */
#ifndef TLSMEND_SCRIPT_SANDBOX_GLOBALS_H
#define TLSMEND_SCRIPT_SANDBOX_GLOBALS_H

#include <lua.h>

/* Makes globals from the allow-list, pushes them, and makes them the globals of the state. [-0, +1, e] */
void sandbox_globals(lua_State *L);

#endif
