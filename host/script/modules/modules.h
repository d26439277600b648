/*
 * The native modules: a file each, and one table. A module with a Lua half of the same name in stdlib/ hands its functions to
 * that half as second argument, and scripts see what the half returns.
 */
#ifndef TLSMEND_SCRIPT_MODULES_MODULES_H
#define TLSMEND_SCRIPT_MODULES_MODULES_H

#include <lauxlib.h>

#include "script/script.h"

typedef struct script_module {
  const char *name;
  const luaL_Reg *functions; /* NULL: it has none, it is a table of facts */
  /* Pushes a table of what the machine at hand says of itself, or NULL. Such a module can be required without a machine, and be used
   * once there is one: script_fill_facts. [-0, +1, e] */
  void (*facts)(lua_State *L);
} script_module;

/* Ends with a row whose name is NULL. */
extern const script_module script_modules[];

/* The native module of a name, or NULL. */
const script_module *script_module_find(const char *name);

/* What stands in the rows, in the file of each module. */
extern const luaL_Reg files_functions[], hotfix_functions[], log_functions[], probe_functions[],
    reboot_functions[], registry_functions[], update_functions[];
void system_facts(lua_State *L);

#endif
