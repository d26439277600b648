/* What the functions of native modules share: the machine at hand, arguments, and what a machine answers, on the Lua stack. */
#ifndef TLSMEND_SCRIPT_MODULES_ARGUMENTS_H
#define TLSMEND_SCRIPT_MODULES_ARGUMENTS_H

#include "script/sandbox/limits.h"

/* What Windows the machine at hand is. Raises outside of applies, run and verify. */
const tlsmend_system *script_system(lua_State *L, const char *function);

/* Arguments. Errors name the function and what was expected. */

/* A text: UTF-8 without NULs. */
const char *script_check_text(lua_State *L, int index, const char *what);

/* The canonical path of the key in argument 1, which lies in the scratch then. */
const char *script_check_path(lua_State *L, script_scratch *scratch);

/* A view: 64, 32, or 0 for nil. */
int script_check_view(lua_State *L, int index);

/* Pushes data and type of the value that the host has answered as `registry.get` does, or nil alone for an absent one. Returns how
 * many. */
int script_push_value(lua_State *L, const tlsmend_call *call);

/* Pushes one answer. Returns 1. */
int script_push_answer(lua_State *L, call_value answer);

/* Pushes the texts that the host has answered as a list; nil, if that is the answer. [-0, +1, e] */
int script_push_names(lua_State *L, const tlsmend_call *call);

/* Sets a field of the table at the top of the stack, unless the text is empty or NULL: what cannot be told is nil. [-0, +0, e] */
void script_set_text(lua_State *L, const char *field, const char *text);

/* Reports what could not be told to the plan. */
int l_unknown(lua_State *L);

#endif
