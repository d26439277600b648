/*
 * registry: keys and values of the machine. Paths as "HKLM\\SOFTWARE\\...", never Wow6432Node: the view says that. Absent
 * is nil, failure raises. Documented in stdlib/meta/registry.lua.
 */
#include "script/modules/modules.h"

#include <string.h>

#include "registry/path.h"
#include "registry/value.h"
#include "script/primitives/ask.h"
#include "script/modules/arguments.h"
#include "script/sandbox/error.h"
#include "script/sandbox/pairs.h"
#include "script/sandbox/text.h"

static call_value key_argument(lua_State *L) { return call_text(script_check_text(L, 1, "the key")); }

static call_value view_argument(lua_State *L, int index) { return call_integer(script_check_view(L, index)); }

static const tlsmend_call *read_value(lua_State *L, primitive_id id) {
  const call_value args[] = {key_argument(L), call_text(script_check_text(L, 2, "the value name")),
                             view_argument(L, 3)};
  return script_ask(L, id, args, 3);
}

static int l_get(lua_State *L) { return script_push_value(L, read_value(L, PRIMITIVE_REGISTRY_GET)); }

static int l_raw(lua_State *L) {
  char name[32];
  const tlsmend_call *call = read_value(L, PRIMITIVE_REGISTRY_RAW);
  call_value type = call_answer(call, 1), bytes = call_answer(call, 2);
  if (!bytes.text) {
    lua_pushnil(L);
    return 1;
  }
  value_type_print((uint32_t)type.number, name);
  lua_pushlstring(L, bytes.text, bytes.size);
  lua_pushstring(L, name);
  return 2;
}

static const tlsmend_call *ask_key(lua_State *L, primitive_id id) {
  const call_value args[] = {key_argument(L), view_argument(L, 2)};
  return script_ask(L, id, args, 2);
}

static int l_exists(lua_State *L) {
  lua_pushboolean(L, call_answer(ask_key(L, PRIMITIVE_REGISTRY_EXISTS), 1).number != 0);
  return 1;
}

static int l_keys(lua_State *L) { return script_push_names(L, ask_key(L, PRIMITIVE_REGISTRY_KEYS)); }

static int l_values(lua_State *L) { return script_push_names(L, ask_key(L, PRIMITIVE_REGISTRY_VALUES)); }

static int l_users(lua_State *L) {
  return script_push_names(L, script_ask(L, PRIMITIVE_REGISTRY_USERS, NULL, 0));
}

static int l_branch(lua_State *L) {
  lua_pushstring(L, call_answer(ask_key(L, PRIMITIVE_REGISTRY_UNKNOWN), 1).text);
  return 1;
}

static int l_views(lua_State *L) {
  const tlsmend_system *system = script_system(L, "registry.views");
  const char *path = script_check_path(L, script_scratch_take(L));
  bool wide = strcmp(system->architecture, "x86") != 0, both = wide && path_redirected(path);
  lua_createtable(L, 2, 0);
  lua_pushinteger(L, wide ? 64 : 32);
  lua_rawseti(L, -2, 1);
  if (both) {
    lua_pushinteger(L, 32);
    lua_rawseti(L, -2, 2);
  }
  return 1;
}

/* The options of a write. `why` is borrowed from the table, which stays on the stack. */
typedef struct write_options {
  int view;
  bool typed;
  uint32_t type;
  const char *why;
  bool secret;
} write_options;

static void read_option(lua_State *L, write_options *out, bool set) {
  const char *field = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
  if (strcmp(field, "view") == 0) {
    out->view = script_check_view(L, lua_gettop(L));
  } else if (strcmp(field, "why") == 0) {
    out->why = script_check_text(L, lua_gettop(L), "the option 'why'");
  } else if (set && strcmp(field, "secret") == 0) {
    if (!lua_isboolean(L, -1))
      script_raise(L, TLSMEND_E_SCRIPT, "the option 'secret' must be true or false, got %s",
                   luaL_typename(L, -1));
    out->secret = lua_toboolean(L, -1);
  } else if (set && strcmp(field, "type") == 0) {
    const char *name = script_check_text(L, lua_gettop(L), "the option 'type'");
    if (!value_type_parse(name, &out->type))
      script_raise(L, TLSMEND_E_SCRIPT, "'%s' is not a registry type; REG_DWORD, REG_SZ ...", name);
    out->typed = true;
  } else {
    script_raise(L, TLSMEND_E_SCRIPT, "unknown option '%s'; there are %sview and why",
                 sandbox_text(L, lua_gettop(L) - 1), set ? "type, secret, " : "");
  }
}

static write_options check_options(lua_State *L, int index, bool set) {
  const char *title = sandbox_context(L)->title;
  write_options out = {0, false, 0, title ? title : "", false};
  lua_settop(L, index);
  if (lua_isnil(L, index))
    return out;
  if (!lua_istable(L, index))
    script_raise(L, TLSMEND_E_SCRIPT, "the options must be a table such as { why = \"...\" }, got %s",
                 luaL_typename(L, index));
  int count = sandbox_keys(L, index);
  for (int i = 1; i <= count; i++) {
    lua_rawgeti(L, index + 1, i);
    lua_pushvalue(L, -1);
    lua_rawget(L, index);
    read_option(L, &out, set);
    lua_settop(L, index + 1);
  }
  lua_settop(L, index);
  return out;
}

/* What a write is about, for messages. */
typedef struct target {
  const char *path, *name;
} target;

static int mismatch(lua_State *L, const target *at, uint32_t type, const char *wanted) {
  char name[32];
  value_type_print(type, name);
  return script_raise(L, TLSMEND_E_SCRIPT, "%s '%s': %s takes %s, got %s", at->path, at->name, name, wanted,
                      luaL_typename(L, 3));
}

static void encode_number(lua_State *L, const target *at, uint32_t type, tlsmend_value *out) {
  tlsmend_error error;
  int exact, code;
  lua_Integer number = lua_type(L, 3) == LUA_TNUMBER ? lua_tointegerx(L, 3, &exact) : (exact = 0);
  if (!exact)
    mismatch(L, at, type, "an integer");
  if (type == TLSMEND_REG_DWORD) {
    if (number < 0 || number > 0xFFFFFFFF)
      script_raise(L, TLSMEND_E_SCRIPT, "%s '%s': %lld does not fit into a REG_DWORD (0 to 0xFFFFFFFF)",
                   at->path, at->name, (long long)number);
    code = value_set_dword(out, (uint32_t)number, &error);
  } else {
    if (number < 0)
      script_raise(L, TLSMEND_E_SCRIPT, "%s '%s': %lld is negative; a REG_QWORD is not", at->path, at->name,
                   (long long)number);
    code = value_set_qword(out, (uint64_t)number, &error);
  }
  if (code != TLSMEND_OK)
    script_raise(L, code, "%s", error.text);
}

static void encode_list(lua_State *L, const target *at, tlsmend_value *out) {
  tlsmend_error error;
  if (!lua_istable(L, 3))
    mismatch(L, at, TLSMEND_REG_MULTI_SZ, "a list of strings");
  size_t count = (size_t)lua_rawlen(L, 3), members = 0;
  for (lua_pushnil(L); lua_next(L, 3); lua_pop(L, 1))
    members++;
  if (members != count)
    mismatch(L, at, TLSMEND_REG_MULTI_SZ, "a list of strings without gaps and names");
  const char **texts = lua_newuserdatauv(L, (count + 1) * sizeof *texts, 0);
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, 3, (lua_Integer)i + 1);
    texts[i] = script_check_text(L, lua_gettop(L), "each text of a REG_MULTI_SZ");
    lua_pop(L, 1); /* the list keeps it */
  }
  if (value_set_multi(out, texts, count, &error) != TLSMEND_OK)
    script_raise(L, TLSMEND_E_SCRIPT, "%s '%s': %s", at->path, at->name, error.text);
}

static void encode_bytes(lua_State *L, const target *at, uint32_t type, tlsmend_value *out) {
  tlsmend_error error;
  size_t size;
  if (lua_type(L, 3) != LUA_TSTRING)
    mismatch(L, at, type, "its bytes as a string");
  const char *bytes = lua_tolstring(L, 3, &size);
  if (tlsmend_value_set(out, type, bytes, size, &error) != TLSMEND_OK)
    script_raise(L, error.code, "%s", error.text);
}

static uint32_t natural_type(lua_State *L, const target *at) {
  switch (lua_type(L, 3)) {
  case LUA_TNUMBER:
    return TLSMEND_REG_DWORD;
  case LUA_TSTRING:
    return TLSMEND_REG_SZ;
  case LUA_TTABLE:
    return TLSMEND_REG_MULTI_SZ;
  default:
    script_raise(L, TLSMEND_E_SCRIPT,
                 "%s '%s': data must be an integer, a string or a list of strings, got %s", at->path,
                 at->name, luaL_typename(L, 3));
    return 0;
  }
}

static void encode(lua_State *L, const target *at, uint32_t type, tlsmend_value *out) {
  tlsmend_error error;
  switch (type) {
  case TLSMEND_REG_DWORD:
  case TLSMEND_REG_QWORD:
    encode_number(L, at, type, out);
    return;
  case TLSMEND_REG_MULTI_SZ:
    encode_list(L, at, out);
    return;
  case TLSMEND_REG_SZ:
  case TLSMEND_REG_EXPAND_SZ:
    if (lua_type(L, 3) != LUA_TSTRING)
      mismatch(L, at, type, "a string");
    if (value_set_string(out, type, script_check_text(L, 3, at->name), &error) != TLSMEND_OK)
      script_raise(L, TLSMEND_E_SCRIPT, "%s", error.text);
    return;
  default:
    encode_bytes(L, at, type, out);
    return;
  }
}

/* set(key, name, data [, { type =, view =, why = }]) */
static int l_set(lua_State *L) {
  write_options options = check_options(L, 4, true);
  script_scratch *scratch = script_scratch_take(L);
  target at = {script_check_path(L, scratch), script_check_text(L, 2, "the value name")};
  tlsmend_value *value = &scratch->value;
  encode(L, &at, options.typed ? options.type : natural_type(L, &at), value);
  const call_value args[] = {call_text(at.path),
                             call_text(at.name),
                             call_integer(options.view),
                             call_integer(value->type),
                             call_bytes(value->size > 0 ? (const void *)value->data : "", value->size),
                             call_boolean(options.secret),
                             call_text(options.why)};
  script_ask(L, PRIMITIVE_REGISTRY_SET, args, 7);
  return 0;
}

/* delete(key, name [, { view =, why = }]) */
static int l_delete(lua_State *L) {
  write_options options = check_options(L, 3, false);
  const call_value args[] = {key_argument(L), call_text(script_check_text(L, 2, "the value name")),
                             call_integer(options.view), call_text(options.why)};
  script_ask(L, PRIMITIVE_REGISTRY_DELETE, args, 4);
  return 0;
}

static int write_key(lua_State *L, primitive_id id) {
  write_options options = check_options(L, 2, false);
  const call_value args[] = {key_argument(L), call_integer(options.view), call_text(options.why)};
  script_ask(L, id, args, 3);
  return 0;
}

static int l_create(lua_State *L) { return write_key(L, PRIMITIVE_REGISTRY_CREATE); }

static int l_delete_key(lua_State *L) { return write_key(L, PRIMITIVE_REGISTRY_DELETE_KEY); }

const luaL_Reg registry_functions[] = {
    {"create", l_create},  {"delete", l_delete}, {"delete_key", l_delete_key},
    {"exists", l_exists},  {"get", l_get},       {"keys", l_keys},
    {"raw", l_raw},        {"set", l_set},       {"values", l_values},
    {"unknown", l_branch}, {"users", l_users},   {"views", l_views},
    {NULL, NULL},
};
