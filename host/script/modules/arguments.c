/* What the functions of native modules share: the machine at hand, arguments, and what a machine answers, on the Lua stack. */
#include "script/modules/arguments.h"

#include <string.h>

#include <lauxlib.h>

#include "base/unicode.h"
#include "machine/machine.h"
#include "registry/path.h"
#include "registry/value.h"
#include "script/sandbox/error.h"
#include "script/sandbox/text.h"

static tlsmend_machine *at_hand(lua_State *L, script_quota *quota, const char *function) {
  if (!quota->base.below)
    script_raise(L, TLSMEND_E_SCRIPT, "%s: only inside applies, run and verify, not while the file loads",
                 function);
  return &quota->base;
}

tlsmend_machine *script_machine(lua_State *L, const char *function) {
  return at_hand(L, &sandbox_context(L)->machine, function);
}

tlsmend_machine *script_facts(lua_State *L, const char *function) {
  return at_hand(L, &sandbox_context(L)->facts, function);
}

const char *script_check_text(lua_State *L, int index, const char *what) {
  size_t size;
  if (lua_type(L, index) != LUA_TSTRING)
    script_raise(L, TLSMEND_E_SCRIPT, "%s must be a string, got %s", what, luaL_typename(L, index));
  const char *text = lua_tolstring(L, index, &size);
  if (size > 4096)
    sandbox_spend(L, size / 16); /* read several times by those who ask */
  if (strlen(text) != size)
    script_raise(L, TLSMEND_E_SCRIPT, "%s must not contain NUL characters", what);
  if (!unicode_valid(text, size))
    script_raise(L, TLSMEND_E_SCRIPT, "%s must be UTF-8", what);
  return text;
}

const char *script_check_path(lua_State *L, script_scratch *scratch) {
  tlsmend_error error;
  const char *text = script_check_text(L, 1, "the key");
  if (path_canonical(text, &scratch->path, &error) != TLSMEND_OK)
    script_raise(L, TLSMEND_E_SCRIPT, "%s", error.text);
  return scratch->path;
}

int script_check_view(lua_State *L, int index) {
  if (lua_isnoneornil(L, index))
    return 0;
  if (lua_isinteger(L, index)) {
    lua_Integer view = lua_tointeger(L, index);
    if (view == 64 || view == 32)
      return (int)view;
  }
  return script_raise(L, TLSMEND_E_SCRIPT, "the view must be 64, 32 or nil, got %s", sandbox_text(L, index));
}

/* Data as a script sees it, or false where the bytes are not what their type promises. */
static bool push_decoded(lua_State *L, script_scratch *scratch) {
  const tlsmend_value *value = &scratch->value;
  uint64_t number;
  switch (value->type) {
  case TLSMEND_REG_DWORD:
  case TLSMEND_REG_QWORD:
    if (!value_number(value, &number))
      return false;
    lua_pushinteger(L, (lua_Integer)number);
    return true;
  case TLSMEND_REG_SZ:
  case TLSMEND_REG_EXPAND_SZ:
    if (value->size % 2 != 0 || !(scratch->text = value_text(value)))
      return false;
    lua_pushstring(L, scratch->text);
    return true;
  case TLSMEND_REG_MULTI_SZ:
    if (value->size % 2 != 0 || !(scratch->texts = value_texts(value, &scratch->text_count)))
      return false;
    lua_createtable(L, (int)scratch->text_count, 0);
    for (size_t i = 0; i < scratch->text_count; i++) {
      lua_pushstring(L, scratch->texts[i]);
      lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return true;
  default:
    return false;
  }
}

static void push_type(lua_State *L, uint32_t type) {
  char name[32];
  value_type_print(type, name);
  lua_pushstring(L, name);
}

int script_push_value(lua_State *L, script_scratch *scratch) {
  const tlsmend_value *value = &scratch->value;
  if (!value->present) {
    lua_pushnil(L);
    return 1;
  }
  if (!push_decoded(L, scratch))
    lua_pushlstring(L, (const char *)value->data, value->size);
  push_type(L, value->type);
  return 2;
}

void script_push_names(lua_State *L, const script_scratch *scratch) {
  lua_createtable(L, (int)scratch->names.count, 0);
  for (size_t i = 0; i < scratch->names.count; i++) {
    lua_pushstring(L, scratch->names.items[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

void script_set_text(lua_State *L, const char *field, const char *text) {
  if (!*text)
    return;
  lua_pushstring(L, text);
  lua_setfield(L, -2, field);
}

int l_unknown(lua_State *L) {
  const script_context *context = sandbox_context(L);
  const char *text = script_check_text(L, 1, "what cannot be told");
  tlsmend_error error;
  sandbox_output(L, strlen(text));
  if (!context->sink || !context->sink->unknown)
    return 0;
  if (context->sink->unknown(context->sink->data, text, &error) != TLSMEND_OK)
    return script_raise_error(L, &error);
  return 0;
}
