/* Lines that a script says. */
#ifndef TLSMEND_SCRIPT_SANDBOX_LOG_H
#define TLSMEND_SCRIPT_SANDBOX_LOG_H

#include <stdbool.h>

#include <lua.h>

/* Hands a line to whoever listens, who is charged for it. Answers 0. [-0, +0, e] */
int sandbox_log(lua_State *L, bool warning, const char *text);

#endif
