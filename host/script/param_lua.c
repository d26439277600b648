/* Values of parameters as Lua values. */
#include <string.h>

#include "script/declared/param.h"
#include "script/runbook.h"

static bool text_from_lua(lua_State *L, int index, param_value *out) {
  size_t size;
  const char *text = lua_type(L, index) == LUA_TSTRING ? lua_tolstring(L, index, &size) : NULL;
  return text && param_text(text, size, out);
}

static bool list_from_lua(lua_State *L, int index, param_value *out) {
  if (!lua_istable(L, index))
    return false;
  size_t count = (size_t)lua_rawlen(L, index), members = 0;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
    members++;
  bool good = members == count;
  out->kind = PARAM_LIST;
  for (size_t i = 0; good && i < count; i++) {
    param_value item = {0};
    lua_rawgeti(L, index, (lua_Integer)i + 1);
    good = text_from_lua(L, lua_gettop(L), &item) && name_list_take(&out->list, item.text);
    lua_pop(L, 1);
  }
  if (!good)
    param_value_clear(out);
  return good;
}

bool param_from_lua(lua_State *L, int index, param_type type, param_value *out) {
  switch (type) {
  case PARAM_TYPE_LIST:
    return list_from_lua(L, index, out);
  case PARAM_TYPE_INTEGER:
    *out = (param_value){.kind = PARAM_INTEGER, .integer = lua_tointeger(L, index)};
    return lua_isinteger(L, index);
  case PARAM_TYPE_BOOLEAN:
    *out = (param_value){.kind = PARAM_BOOLEAN, .boolean = lua_toboolean(L, index)};
    return lua_isboolean(L, index);
  case PARAM_TYPE_STRING:
  case PARAM_TYPE_PATH:
    break;
  }
  return text_from_lua(L, index, out);
}

void param_push(lua_State *L, const param_value *value) {
  switch (value->kind) {
  case PARAM_TEXT:
    lua_pushstring(L, value->text);
    return;
  case PARAM_INTEGER:
    lua_pushinteger(L, (lua_Integer)value->integer);
    return;
  case PARAM_BOOLEAN:
    lua_pushboolean(L, value->boolean);
    return;
  case PARAM_LIST:
    lua_createtable(L, (int)value->list.count, 0);
    for (size_t i = 0; i < value->list.count; i++) {
      lua_pushstring(L, value->list.items[i]);
      lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return;
  case PARAM_HIDDEN:
  case PARAM_NONE:
    lua_pushnil(L);
    return;
  }
}
