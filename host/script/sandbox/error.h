/* Errors on their way through Lua. */
#ifndef TLSMEND_SCRIPT_SANDBOX_ERROR_H
#define TLSMEND_SCRIPT_SANDBOX_ERROR_H

#include "script/sandbox/limits.h"

/* Raises an error that keeps its TLSMEND_E_ code through Lua, also when the runbook catches and throws it again. */
int script_raise(lua_State *L, int code, const char *format, ...)
#if defined(__MINGW32__)
    __attribute__((format(gnu_printf, 3, 4)))
#elif defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;

/* As script_raise for what the machine or another function of the host reported. TLSMEND_E_REFUSED ends the run (sandbox_refuse);
 * what a runbook, a module of the library or an embedder refuses itself is raised with script_raise, and may be caught. */
int script_raise_error(lua_State *L, const tlsmend_error *error);

/* Turns the error value at the top of the stack into code and line, and pops it. Never raises. */
int script_error_take(script_context *context, int status, tlsmend_error *error);

/* The message handler of sandbox_call: makes a text of any error value. */
int l_message(lua_State *L);

/* Registers the metatable of errors. [-0, +0, e] */
void script_error_register(lua_State *L);

#endif
