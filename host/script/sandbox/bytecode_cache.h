/* Compiled embedded texts, kept for the next Lua state of the same owner. */
#ifndef TLSMEND_SCRIPT_SANDBOX_BYTECODE_CACHE_H
#define TLSMEND_SCRIPT_SANDBOX_BYTECODE_CACHE_H

#include <lua.h>

#include "script/script.h"

/* Pushes what an embedded text was compiled to as lua_load does and returns its status, or pushes nothing and returns -1: not kept.
 * `self` may be NULL. [-0, +(0|1), -] */
int bytecode_cache_push(const bytecode_cache *self, lua_State *L, const embedded_text *text);

/* Another state will want this text ("stdlib/windows/releases.lua"), too. `self` may be NULL. */
void bytecode_cache_expect(bytecode_cache *self, const char *name);

/* Keeps the function at the top of the stack, the compiled text, from the second time on. Without memory it is not kept.
 * `self` may be NULL. [-0, +0, -] */
void bytecode_cache_keep(bytecode_cache *self, lua_State *L, const embedded_text *text);

#endif
