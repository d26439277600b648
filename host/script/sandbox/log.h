/* Lines that a script says. */
#ifndef TLSMEND_SCRIPT_SANDBOX_LOG_H
#define TLSMEND_SCRIPT_SANDBOX_LOG_H

#include <lua.h>

#include <tlsmend/tlsmend.h>

/* What a line costs beside its bytes: many empty ones are a flood too. */
enum { SANDBOX_LINE_COST = 64 };

/* Hands a line to whoever listens, charged and plain to look at. Answers 0. [-0, +?, e] */
int sandbox_log(lua_State *L, tlsmend_event event, const char *text);

#endif
