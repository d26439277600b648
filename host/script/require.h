/* Compiling Lua texts, and `require`. */
#ifndef TLSMEND_SCRIPT_REQUIRE_H
#define TLSMEND_SCRIPT_REQUIRE_H

#include <stddef.h>

#include <lua.h>

#include "script/script.h"

/* Compiles a text under a chunk name; raises for syntax errors and compiled files. [-0, +1, e] */
void script_compile(lua_State *L, const char *bytes, size_t size, const char *chunk);

/* Pushes what an embedded text was compiled to when tlsmend was built, or compiles it. `name` is the chunk's, "tls/winhttp.lua". The one
 * place where a chunk is loaded that is no text, and its bytes are the executable's. [-0, +1, e] */
void script_compile_embedded(lua_State *L, const embedded_text *row, const char *name);

/* Pushes a module of a runbook, as its `require` does. [-0, +1, e] */
void script_require(lua_State *L, const char *name);

/* Pushes a module for the host: of host/lua/, which no runbook reaches, or of the library. [-0, +1, e] */
void script_require_host(lua_State *L, const char *name);

/* Calls a function of the host's own Lua, as lua_call: while it runs it may ask for more of that. It must not run a runbook's.
 * [-(arguments + 1), +results, e] */
void script_call_host(lua_State *L, int arguments, int results);

/* Adds `require` to the globals. [-0, +0, e] */
void script_require_register(lua_State *L);

/* Fills the modules that are facts (`system`) from the machine at hand. Before that, using them raises. [-0, +0, e] */
void script_fill_facts(lua_State *L);

#endif
