/*
 * Modules that an embedding program adds: <tlsmend/module.h>. What passes between Lua and such a function stands in the call, never on
 * the Lua stack while foreign code runs: nothing here raises through it.
 */
#include "script/modules/embedded.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include <tlsmend/module.h>

#include "base/error.h"
#include "machine/guard.h"
#include "script/modules/arguments.h"
#include "script/sandbox/error.h"

enum { ANSWERS_MOST = 16 };

typedef struct answer {
  tlsmend_type type;
  long long number; /* of an integer or boolean */
  size_t at, size;  /* of a text: in the scratch */
} answer;

struct tlsmend_call {
  lua_State *L;
  const char *module, *function;
  script_scratch *scratch; /* its text holds the bytes of the answers */
  size_t used, room;
  answer answers[ANSWERS_MOST];
  size_t count;
};

/* Arguments: none of these Lua functions raises. */

size_t tlsmend_call_count(const tlsmend_call *call) { return (size_t)lua_gettop(call->L); }

tlsmend_type tlsmend_call_type(const tlsmend_call *call, size_t number) {
  if (number < 1 || number > tlsmend_call_count(call))
    return TLSMEND_TYPE_NIL;
  switch (lua_type(call->L, (int)number)) {
  case LUA_TNIL:
    return TLSMEND_TYPE_NIL;
  case LUA_TBOOLEAN:
    return TLSMEND_TYPE_BOOLEAN;
  case LUA_TNUMBER:
    return lua_isinteger(call->L, (int)number) ? TLSMEND_TYPE_INTEGER : TLSMEND_TYPE_OTHER;
  case LUA_TSTRING:
    return TLSMEND_TYPE_TEXT;
  default:
    return TLSMEND_TYPE_OTHER;
  }
}

static int expect(const tlsmend_call *call, size_t number, tlsmend_type type, const char *what,
                  tlsmend_error *error) {
  if (tlsmend_call_type(call, number) == type)
    return TLSMEND_OK;
  bool given = number >= 1 && number <= tlsmend_call_count(call);
  return tlsmend_error_set(error, TLSMEND_E_SCRIPT, "%s.%s: argument %zu must be %s, got %s", call->module,
                           call->function, number, what,
                           given ? lua_typename(call->L, lua_type(call->L, (int)number)) : "nothing");
}

int tlsmend_call_boolean(const tlsmend_call *call, size_t number, int *out, tlsmend_error *error) {
  int code = expect(call, number, TLSMEND_TYPE_BOOLEAN, "true or false", error);
  *out = code == TLSMEND_OK && lua_toboolean(call->L, (int)number);
  return code;
}

int tlsmend_call_integer(const tlsmend_call *call, size_t number, long long *out, tlsmend_error *error) {
  int code = expect(call, number, TLSMEND_TYPE_INTEGER, "an integer", error);
  *out = code == TLSMEND_OK ? (long long)lua_tointeger(call->L, (int)number) : 0;
  return code;
}

int tlsmend_call_text(const tlsmend_call *call, size_t number, const char **out, size_t *size,
                      tlsmend_error *error) {
  size_t length = 0;
  *out = NULL;
  int code = expect(call, number, TLSMEND_TYPE_TEXT, "a string", error);
  if (code != TLSMEND_OK)
    return code;
  const char *text = lua_tolstring(call->L, (int)number, &length);
  if (!size && strlen(text) != length)
    return tlsmend_error_set(error, TLSMEND_E_SCRIPT, "%s.%s: argument %zu must not contain NUL characters",
                             call->module, call->function, number);
  if (size)
    *size = length;
  *out = text;
  return TLSMEND_OK;
}

static int add(tlsmend_call *call, answer row, tlsmend_error *error) {
  if (call->count == ANSWERS_MOST)
    return tlsmend_error_set(error, TLSMEND_E_LIMIT, "%s.%s: more than %d answers", call->module,
                             call->function, ANSWERS_MOST);
  call->answers[call->count++] = row;
  return TLSMEND_OK;
}

int tlsmend_call_answer_nil(tlsmend_call *call, tlsmend_error *error) {
  return add(call, (answer){.type = TLSMEND_TYPE_NIL}, error);
}

int tlsmend_call_answer_boolean(tlsmend_call *call, int value, tlsmend_error *error) {
  return add(call, (answer){.type = TLSMEND_TYPE_BOOLEAN, .number = value != 0}, error);
}

int tlsmend_call_answer_integer(tlsmend_call *call, long long value, tlsmend_error *error) {
  return add(call, (answer){.type = TLSMEND_TYPE_INTEGER, .number = value}, error);
}

int tlsmend_call_answer_bytes(tlsmend_call *call, const void *bytes, size_t size, tlsmend_error *error) {
  unsigned long long most = sandbox_context(call->L)->options.limit[TLSMEND_LIMIT_MEMORY];
  if (size > most || call->used > most - size)
    return tlsmend_error_set(error, TLSMEND_E_LIMIT,
                             "%s.%s answers with more than the %llu bytes of memory that a runbook may have",
                             call->module, call->function, most);
  if (call->room - call->used < size) {
    size_t room = (call->used + size) * 2;
    char *moved = realloc(call->scratch->text, room);
    if (!moved)
      return error_no_memory(error);
    call->scratch->text = moved;
    call->room = room;
  }
  if (size > 0)
    memcpy(call->scratch->text + call->used, bytes, size);
  call->used += size;
  return add(call, (answer){.type = TLSMEND_TYPE_TEXT, .at = call->used - size, .size = size}, error);
}

int tlsmend_call_answer_text(tlsmend_call *call, const char *text, tlsmend_error *error) {
  return tlsmend_call_answer_bytes(call, text, strlen(text), error);
}

static void push(lua_State *L, const tlsmend_call *call, const answer *row) {
  switch (row->type) {
  case TLSMEND_TYPE_BOOLEAN:
    lua_pushboolean(L, row->number != 0);
    break;
  case TLSMEND_TYPE_INTEGER:
    lua_pushinteger(L, (lua_Integer)row->number);
    break;
  case TLSMEND_TYPE_TEXT:
    lua_pushlstring(L, row->size > 0 ? call->scratch->text + row->at : "", row->size);
    break;
  case TLSMEND_TYPE_NIL:
  case TLSMEND_TYPE_OTHER:
    lua_pushnil(L);
    break;
  }
}

/* Upvalues: the module, the row of the function. */
static int l_embedded(lua_State *L) {
  const tlsmend_module *module = lua_touserdata(L, lua_upvalueindex(1));
  const tlsmend_module_function *row = lua_touserdata(L, lua_upvalueindex(2));
  tlsmend_error error = {0, ""};
  tlsmend_machine *machine = script_machine(L, module->name);
  if (!module->open && (sandbox_count(sandbox_context(L), TLSMEND_LIMIT_READS, 1, &error) != TLSMEND_OK ||
                        guard_may_call(machine, module->name, &error) != TLSMEND_OK))
    return script_raise_error(L, &error);
  luaL_checkstack(L, ANSWERS_MOST, NULL);
  tlsmend_call call = {
      .L = L, .module = module->name, .function = row->name, .scratch = script_scratch_take(L)};
  int code = row->call(module->data, &call, &error);
  if (code != TLSMEND_OK && (error.code != code || !error.text[0]))
    tlsmend_error_set(&error, tlsmend_error_name(code)[0] == '?' ? TLSMEND_E_FAILED : code, "%s.%s failed",
                      module->name, row->name);
  sandbox_check(L);
  if (code != TLSMEND_OK) /* a refusal of its own is for the runbook to deal with, unlike one of the guard */
    return script_raise(L, error.code, "%s", error.text);
  for (size_t i = 0; i < call.count; i++)
    push(L, &call, &call.answers[i]);
  script_scratch_clear(call.scratch);
  return (int)call.count;
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
