/* Compiled embedded texts, kept for the next Lua state of the same owner. */
#ifndef TLSMEND_SCRIPT_SANDBOX_BYTECODE_CACHE_H
#define TLSMEND_SCRIPT_SANDBOX_BYTECODE_CACHE_H

#include <lua.h>

#include "script/script.h"

/* Pushes the chunk of an embedded text as lua_load does and returns its status, or pushes nothing and returns -1: not kept.
 * `chunks` may be NULL. [-0, +(0|1), -] */
int script_chunks_push(const script_chunks *chunks, lua_State *L, const embedded_text *text);

/* Another state will want this text ("stdlib/windows/releases.lua"), too. `chunks` may be NULL. */
void script_chunks_expect(script_chunks *chunks, const char *name);

/* Keeps the function at the top of the stack, the compiled text, from the second time on. Without memory it is not kept.
 * `chunks` may be NULL. [-0, +0, -] */
void script_chunks_keep(script_chunks *chunks, lua_State *L, const embedded_text *text);

#endif
