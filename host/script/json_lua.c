/* JSON and Lua values. */
#include "script/json_lua.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "script/sandbox/error.h"

enum { DEPTH_MOST = 32 };

static void push_object(lua_State *L, const json_t *object) {
  const char *name;
  json_t *member;
  lua_createtable(L, 0, (int)json_object_size(object));
  json_object_foreach((json_t *)object, name, member) {
    json_lua_push(L, member);
    lua_setfield(L, -2, name);
  }
}

static void push_array(lua_State *L, const json_t *array) {
  lua_createtable(L, (int)json_array_size(array), 0);
  for (size_t i = 0; i < json_array_size(array); i++) {
    json_lua_push(L, json_array_get(array, i));
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

void json_lua_push(lua_State *L, const json_t *value) {
  luaL_checkstack(L, 4, "JSON is nested too deeply");
  if (json_is_object(value))
    push_object(L, value);
  else if (json_is_array(value))
    push_array(L, value);
  else if (json_is_string(value))
    lua_pushlstring(L, json_string_value(value), json_string_length(value));
  else if (json_is_integer(value))
    lua_pushinteger(L, (lua_Integer)json_integer_value(value));
  else if (json_is_real(value))
    lua_pushnumber(L, json_real_value(value));
  else if (json_is_boolean(value))
    lua_pushboolean(L, json_is_true(value));
  else
    lua_pushnil(L);
}

/* Lua to JSON: a container is in its parent before it is filled, so that an error leaks nothing. */

static json_t *plain_json(lua_State *L, int index) {
  size_t size;
  switch (lua_type(L, index)) {
  case LUA_TNIL:
    return json_null();
  case LUA_TBOOLEAN:
    return json_boolean(lua_toboolean(L, index));
  case LUA_TNUMBER:
    return lua_isinteger(L, index) ? json_integer((json_int_t)lua_tointeger(L, index))
                                   : json_real((double)lua_tonumber(L, index));
  case LUA_TSTRING: {
    const char *text = lua_tolstring(L, index, &size);
    return json_stringn(text, size);
  }
  case LUA_TTABLE: {
    bool list = lua_rawlen(L, index) > 0;
    if (!list) {
      lua_pushnil(L);
      list = lua_next(L, index) == 0;
      if (!list)
        lua_pop(L, 2);
    }
    return list ? json_array() : json_object();
  }
  default:
    return NULL;
  }
}

static int compare_names(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Lua's tables have another order in every run, and what is compared or kept needs one. Without memory it stays as it is. */
static void sort_members(json_t *object) {
  size_t count = 0;
  const char *name;
  json_t *member, *sorted = json_object();
  const char **names = calloc(json_object_size(object) + 1, sizeof *names);
  if (names && sorted) {
    json_object_foreach(object, name, member) names[count++] = name;
    qsort(names, count, sizeof *names, compare_names);
    bool whole = true;
    for (size_t i = 0; i < count; i++)
      whole = json_object_set(sorted, names[i], json_object_get(object, names[i])) == 0 && whole;
    if (whole) {
      json_object_clear(object);
      json_object_update(object, sorted);
    }
  }
  free(names);
  json_decref(sorted);
}

static void fill(lua_State *L, int index, json_t *container, int depth);

/* The value at the top of the stack, which stays, becomes a member of the container. */
static void add(lua_State *L, json_t *container, const char *name, int depth) {
  int index = lua_gettop(L);
  json_t *value = plain_json(L, index);
  int failed = name ? json_object_set_new(container, name, value) : json_array_append_new(container, value);
  if (failed != 0)
    script_raise(L, TLSMEND_E_SCRIPT, "a result holds a %s, or text that is not UTF-8",
                 luaL_typename(L, index));
  if (lua_istable(L, index))
    fill(L, index, value, depth + 1);
}

static void fill(lua_State *L, int index, json_t *container, int depth) {
  if (depth > DEPTH_MOST)
    script_raise(L, TLSMEND_E_SCRIPT, "a result is nested too deeply");
  luaL_checkstack(L, 8, "a result is nested too deeply");
  if (json_is_array(container)) {
    for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, index); i++) {
      lua_rawgeti(L, index, i);
      add(L, container, NULL, depth);
      lua_pop(L, 1);
    }
    return;
  }
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING)
      script_raise(L, TLSMEND_E_SCRIPT, "a result has a key that is a %s", luaL_typename(L, -2));
    add(L, container, lua_tostring(L, -2), depth);
  }
  sort_members(container);
}

void json_lua_take(lua_State *L, json_t *array) { add(L, array, NULL, 0); }
