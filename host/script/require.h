/* Compiling Lua texts, and `require`. */
#ifndef TLSMEND_SCRIPT_REQUIRE_H
#define TLSMEND_SCRIPT_REQUIRE_H

#include <stddef.h>

#include <lua.h>

/* Compiles a text under a chunk name; raises for syntax errors and compiled files. [-0, +1, e] */
void script_compile(lua_State *L, const char *bytes, size_t size, const char *chunk);

/* Pushes a module of a runbook, as its `require` does. [-0, +1, e] */
void script_require(lua_State *L, const char *name);

/* Pushes a module for the host: of host/lua/, which no runbook reaches, or of the library. [-0, +1, e] */
void script_require_host(lua_State *L, const char *name);

/* Adds `require` to the globals. [-0, +0, e] */
void script_require_register(lua_State *L);

/* Fills the modules that are facts (`system`) from the machine at hand. Before that, using them raises. [-0, +0, e] */
void script_fill_facts(lua_State *L);

#endif
