/*
 * A Lua state that a runbook may be let loose in: what it reaches stands in one allow-list (sandbox/globals.c), what it may use up is
 * limited (sandbox/limits.h). Knows nothing of runbooks; whoever loads one adds `require` and the natives.
 */
#ifndef TLSMEND_SCRIPT_SANDBOX_SANDBOX_H
#define TLSMEND_SCRIPT_SANDBOX_SANDBOX_H

#include "script/sandbox/limits.h"

int sandbox_open(const script_options *options, script_context **out, tlsmend_error *error);
void sandbox_close(script_context *context);

/* From now on there is a machine, of which facts can be told without asking; NULL: there is none any more. */
void sandbox_enter(script_context *context, const tlsmend_system *system);

/* Calls the function below its `arguments` on the stack of context->L, as lua_pcall does; errors of any kind become a code
 * and one line. The stack is balanced: on failure nothing is left of function, arguments and results. */
int sandbox_call(script_context *context, int arguments, int results, tlsmend_error *error);

#endif
