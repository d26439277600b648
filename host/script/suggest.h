/* What a misspelled name was meant to be, for messages. */
#ifndef TLSMEND_SCRIPT_SUGGEST_H
#define TLSMEND_SCRIPT_SUGGEST_H

#include <stdbool.h>

#include <lua.h>

enum { SUGGESTION_SIZE = 64 };

/* The nearest word of a list such as "id, version, title"; false if none is near. */
bool suggest_listed(const char *list, const char *name, char out[SUGGESTION_SIZE]);

/* The nearest name among the keys of the table in argument 1. [-0, +0, e] */
bool suggest_key(lua_State *L, const char *name, char out[SUGGESTION_SIZE]);

/* The nearest text in the list at `index`. [-0, +0, e] */
bool suggest_element(lua_State *L, int index, const char *name, char out[SUGGESTION_SIZE]);

/* Makes reading a member that the module at the top of the stack does not have an error, which names the nearest. A table that
 * has a metatable is left alone. [-0, +0, e] */
void suggest_members(lua_State *L, const char *module);

#endif
