/* JSON and Lua values. */
#ifndef TLSMEND_SCRIPT_JSON_LUA_H
#define TLSMEND_SCRIPT_JSON_LUA_H

#include <jansson.h>
#include <lua.h>

/* Pushes a value; NULL is nil. [-0, +1, e] */
void json_lua_push(lua_State *L, const json_t *value);

/* Appends the value at the top of the stack, which stays, to an array: nil is null, a table without keys or with the keys 1..n an array, any
 * other table an object. [-0, +0, e] */
void json_lua_take(lua_State *L, json_t *array);

#endif
