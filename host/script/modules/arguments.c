/* What the functions of native modules share: the machine at hand, arguments, and what a machine answers, on the Lua stack. */
#include "script/modules/arguments.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/unicode.h"
#include "registry/path.h"
#include "registry/value.h"
#include "script/primitives/ask.h"
#include "script/sandbox/error.h"
#include "script/sandbox/text.h"

const tlsmend_system *script_system(lua_State *L, const char *function) {
  const script_context *context = sandbox_context(L);
  if (!context->inside)
    script_raise(L, TLSMEND_E_SCRIPT, "%s: only inside applies, run and verify, not while the file loads",
                 function);
  return &context->system;
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
static bool push_decoded(lua_State *L, script_scratch *scratch, const tlsmend_value *value) {
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
    free(scratch->text);
    scratch->text = value->size % 2 == 0 ? value_text(value) : NULL;
    if (!scratch->text)
      return false;
    lua_pushstring(L, scratch->text);
    return true;
  case TLSMEND_REG_MULTI_SZ:
    value_texts_free(scratch->texts, scratch->text_count);
    scratch->texts = value->size % 2 == 0 ? value_texts(value, &scratch->text_count) : NULL;
    if (!scratch->texts)
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

int script_push_value(lua_State *L, const tlsmend_call *call) {
  char name[32];
  call_value type = call_answer(call, 1), bytes = call_answer(call, 2);
  if (type.type != TLSMEND_TYPE_INTEGER || !bytes.text) {
    lua_pushnil(L);
    return 1;
  }
  tlsmend_value value = {.present = true,
                         .type = (uint32_t)type.number,
                         .data = (uint8_t *)(uintptr_t)bytes.text,
                         .size = bytes.size};
  if (!push_decoded(L, &sandbox_context(L)->scratch, &value))
    lua_pushlstring(L, bytes.text, bytes.size);
  value_type_print(value.type, name);
  lua_pushstring(L, name);
  return 2;
}

int script_push_names(lua_State *L, const tlsmend_call *call) {
  if (call->count == 1 && call_answer(call, 1).type == TLSMEND_TYPE_NIL) {
    lua_pushnil(L);
    return 1;
  }
  lua_createtable(L, (int)call->count, 0);
  for (size_t i = 1; i <= call->count; i++) {
    call_value name = call_answer(call, i);
    lua_pushlstring(L, name.text ? name.text : "", name.size);
    lua_rawseti(L, -2, (lua_Integer)i);
  }
  return 1;
}

void script_set_text(lua_State *L, const char *field, const char *text) {
  if (!text || !*text)
    return;
  lua_pushstring(L, text);
  lua_setfield(L, -2, field);
}

int script_push_answer(lua_State *L, call_value answer) {
  switch (answer.type) {
  case TLSMEND_TYPE_BOOLEAN:
    lua_pushboolean(L, answer.number != 0);
    break;
  case TLSMEND_TYPE_INTEGER:
    lua_pushinteger(L, (lua_Integer)answer.number);
    break;
  case TLSMEND_TYPE_TEXT:
    lua_pushlstring(L, answer.text, answer.size);
    break;
  case TLSMEND_TYPE_NIL:
  case TLSMEND_TYPE_OTHER:
    lua_pushnil(L);
    break;
  }
  return 1;
}

int l_unknown(lua_State *L) {
  const call_value args[] = {call_text(script_check_text(L, 1, "what cannot be told"))};
  script_ask(L, PRIMITIVE_UNKNOWN, args, 1);
  return 0;
}
