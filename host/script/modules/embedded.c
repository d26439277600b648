/* Modules that an embedding program adds, <tlsmend/module.h>, as a text sees them. Their functions are called by the host. */
#include "script/modules/embedded.h"

#include <string.h>

#include <lauxlib.h>

#include <tlsmend/module.h>

#include "script/modules/arguments.h"
#include "script/primitives/ask.h"

enum { ANSWERS_MOST = 16 };

/* As a call has it. Borrowed from the stack. */
static call_value argument(lua_State *L, int index) {
  size_t size;
  const char *text;
  switch (lua_type(L, index)) {
  case LUA_TNIL:
    return call_nil();
  case LUA_TBOOLEAN:
    return call_boolean(lua_toboolean(L, index));
  case LUA_TSTRING:
    text = lua_tolstring(L, index, &size);
    return call_bytes(text, size);
  case LUA_TNUMBER:
    if (lua_isinteger(L, index))
      return call_integer(lua_tointeger(L, index));
    /* fall through */
  default:
    return (call_value){.type = TLSMEND_TYPE_OTHER, .text = luaL_typename(L, index)};
  }
}

/* Upvalues: the module, the row of the function. */
static int l_embedded(lua_State *L) {
  const tlsmend_module *module = lua_touserdata(L, lua_upvalueindex(1));
  const tlsmend_module_function *row = lua_touserdata(L, lua_upvalueindex(2));
  int count = lua_gettop(L);
  luaL_checkstack(L, ANSWERS_MOST + 2, NULL);
  call_value *args = lua_newuserdatauv(L, ((size_t)count + 1) * sizeof *args, 0);
  for (int i = 0; i < count; i++)
    args[i] = argument(L, i + 1);
  sandbox_context(L)->scratch.call.name = lua_pushfstring(L, "%s.%s", module->name, row->name);
  const tlsmend_call *call = script_ask(L, PRIMITIVE_MODULE, args, (size_t)count);
  int answers = (int)call->count;
  luaL_checkstack(L, answers, NULL);
  for (int i = 1; i <= answers; i++)
    script_push_answer(L, call_answer(call, (size_t)i));
  script_scratch_take(L);
  return answers;
}

const tlsmend_module *embedded_module_find(const script_options *options, const char *name) {
  for (size_t i = 0; options->modules && options->modules[i]; i++)
    if (strcmp(options->modules[i]->name, name) == 0)
      return options->modules[i];
  return NULL;
}

bool embedded_module_push(lua_State *L, const char *name) {
  const tlsmend_module *module = embedded_module_find(&sandbox_context(L)->options, name);
  if (!module)
    return false;
  lua_newtable(L);
  for (const tlsmend_module_function *row = module->functions; row->name; row++) {
    lua_pushlightuserdata(L, (void *)(uintptr_t)module);
    lua_pushlightuserdata(L, (void *)(uintptr_t)row);
    lua_pushcclosure(L, l_embedded, 2);
    lua_setfield(L, -2, row->name);
  }
  return true;
}
