/* Modules that an embedding program adds. */
#ifndef TLSMEND_SCRIPT_MODULES_EMBEDDED_H
#define TLSMEND_SCRIPT_MODULES_EMBEDDED_H

#include <lua.h>

#include "script/script.h"

/* The module of the options that has this name, or NULL. */
const struct tlsmend_module *embedded_module_find(const script_options *options, const char *name);

/* Pushes a new table of the functions of such a module; false, and nothing pushed, if there is none. */
bool embedded_module_push(lua_State *L, const char *name);

#endif
