/*
 * What a value is called in a text: tostring, string.format, messages. Lua's own says where in memory a table or a function lies,
 * which tells an attacker where to aim and makes two runs differ. No address of anything reaches a script.
 */
#include "script/sandbox/text.h"

#include <string.h>

#include <lauxlib.h>

#include "script/sandbox/limits.h"

const char *sandbox_text(lua_State *L, int index) {
  index = lua_absindex(L, index);
  int type = lua_type(L, index);
  if (luaL_callmeta(L, index, "__tostring")) {
    if (!lua_isstring(L, -1))
      luaL_error(L, "'__tostring' must return a string");
    return lua_tostring(L, -1);
  }
  if (type == LUA_TNIL || type == LUA_TBOOLEAN || type == LUA_TNUMBER || type == LUA_TSTRING)
    return luaL_tolstring(L, index, NULL);
  int named = luaL_getmetafield(L, index, "__name");
  if (named == LUA_TSTRING)
    return lua_tostring(L, -1);
  if (named != LUA_TNIL)
    lua_pop(L, 1);
  return lua_pushstring(L, luaL_typename(L, index));
}

int l_tostring(lua_State *L) {
  luaL_checkany(L, 1);
  sandbox_text(L, 1);
  return 1;
}

/* string.format: the standard one, in the upvalue, gets texts for what it would show the address of. */
int l_format(lua_State *L) {
  size_t size, bytes = 0;
  const char *at = luaL_checklstring(L, 1, &size), *end = at + size;
  for (int i = lua_gettop(L); i > 0; i--)
    bytes += lua_type(L, i) == LUA_TSTRING ? (size_t)lua_rawlen(L, i) : 0;
  if (bytes >= 4096)
    sandbox_spend(L, bytes / 64);
  for (int argument = 1; at < end;) {
    if (*at++ != '%')
      continue;
    if (*at == '%') {
      at++;
      continue;
    }
    argument++;
    at += strspn(at, "-+ #.0123456789");
    if (*at == 'p')
      return luaL_error(L, "invalid conversion '%%p' to 'format': a runbook sees no addresses");
    if (*at != 's' || argument > lua_gettop(L))
      continue;
    sandbox_text(L, argument);
    lua_replace(L, argument);
  }
  return lua_tocfunction(L, lua_upvalueindex(1))(L);
}
