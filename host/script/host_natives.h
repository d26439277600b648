/* What only the host's own Lua is given. */
#ifndef SCRIPT_HOST_NATIVES_H
#define SCRIPT_HOST_NATIVES_H

#include <lua.h>

/* Pushes { closest = function, fields = { runbook = { "id", ... }, needs = ..., param = ... } }. [-0, +1, e] */
void host_natives_push(lua_State *L);

#endif
