/*
 * The native modules: a file each, one table. A module with a Lua half of the same name in stdlib/ hands its
 * functions to that half as second chunk argument, and scripts see what the half returns.
 */
#ifndef TLSMEND_SCRIPT_MODULES_MODULES_H
#define TLSMEND_SCRIPT_MODULES_MODULES_H

#include <lauxlib.h>

#include "script/sandbox/sandbox.h"

typedef struct script_module {
  const char *name;
  const luaL_Reg *functions;
  void (*open)(lua_State *L); /* adds more to the table at the top of the stack, or NULL. [-0, +0, e] */
} script_module;

/* Ends with a row whose name is NULL. */
extern const script_module script_modules[];

/* Whether a native module has this name. */
bool script_module_native(const char *name);

/* Pushes a new table of a native module's functions; false, and nothing pushed, if there is no such module. */
bool script_module_push(lua_State *L, const char *name);

extern const luaL_Reg files_functions[], hotfix_functions[], log_functions[], probe_functions[],
    reboot_functions[], registry_functions[], update_functions[];
void files_open(lua_State *L);

/* The same for a module of the embedding program: modules/embedded.c. */
bool embedded_module_push(lua_State *L, const char *name);

/* Pushes the facts of the machine at hand: the native half of `system`. [-0, +1, e] */
void system_push(lua_State *L);

/* The machine that a runbook works on, and the one that facts are read from. Both raise outside of applies, run, verify. */
tlsmend_machine *script_machine(lua_State *L, const char *function);
tlsmend_machine *script_facts(lua_State *L, const char *function);

/* Arguments. Errors name the function and what was expected. */
const char *script_check_path(lua_State *L, int index,
                              script_scratch *scratch);                   /* canonical, in the scratch */
int script_check_view(lua_State *L, int index);                           /* 64, 32, or 0 for nil */
const char *script_check_text(lua_State *L, int index, const char *what); /* UTF-8 without NULs */

/* Pushes data and type of the value in the scratch as `registry.get` answers, or nil alone for an absent one. Returns how
 * many. */
int script_push_value(lua_State *L, script_scratch *scratch);

/* Pushes the names of the scratch as a list. [-0, +1, e] */
void script_push_names(lua_State *L, const script_scratch *scratch);

/* Reports what could not be told to the plan. */
int l_unknown(lua_State *L);

#endif
