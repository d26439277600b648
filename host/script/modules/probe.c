/*
 * The native half of probe: what a server answers to this machine. Only verify may ask: a plan must not depend on what a network
 * says. nil is "cannot tell".
 */
#include "script/modules/modules.h"

#include <math.h>

#include "script/modules/arguments.h"
#include "script/primitives/ask.h"
#include "script/sandbox/error.h"
#include "script/sandbox/text.h"

/* A string field of the options at `index`, or NULL. Borrowed from the table. */
static const char *option_name(lua_State *L, int index) {
  if (lua_isnoneornil(L, index))
    return NULL;
  luaL_checktype(L, index, LUA_TTABLE);
  lua_getfield(L, index, "name");
  const char *name = lua_isnil(L, -1) ? NULL : script_check_text(L, -1, "opts.name");
  return name;
}

/* opts.timeout in seconds for each step, as milliseconds. What is too much, or nothing, stays so. */
static call_value option_timeout(lua_State *L, int index) {
  const lua_Number most = 1e9;
  if (lua_isnoneornil(L, index) || lua_getfield(L, index, "timeout") == LUA_TNIL)
    return call_nil();
  const lua_Number milliseconds = lua_tonumber(L, -1) * 1000;
  if (!(milliseconds > 0))
    return call_integer(0);
  return call_integer(milliseconds < 1      ? 1
                      : milliseconds > most ? (long long)most
                                            : (long long)ceil(milliseconds));
}

/* Asks with the arguments (host, port, opts). */
static const tlsmend_call *ask_server(lua_State *L, primitive_id id, const char *function) {
  lua_settop(L, 3);
  call_value args[4] = {call_text(script_check_text(L, 1, "the host"))};
  if (!lua_isinteger(L, 2) || lua_tointeger(L, 2) < 1 || lua_tointeger(L, 2) > 65535)
    script_raise(L, TLSMEND_E_SCRIPT, "%s: the port must be a number from 1 to 65535, got %s", function,
                 sandbox_text(L, 2));
  args[1] = call_integer(lua_tointeger(L, 2));
  args[2] = call_text(option_name(L, 3));
  args[3] = option_timeout(L, 3);
  return script_ask(L, id, args, 4);
}

/* nil, and the reason if there is one; 0: it is an answer. */
static int push_failure(lua_State *L, const tlsmend_call *call) {
  if (call_answer(call, 1).text)
    return 0;
  lua_pushnil(L);
  if (call->count < 2)
    return 1;
  lua_pushstring(L, call_answer(call, 2).text);
  return 2;
}

/* What is answered to one hello, from that answer of the call on. */
static void push_answer(lua_State *L, const tlsmend_call *call, size_t from) {
  static const char *const fields[] = {"state", "protocol", "suite", "detail"};
  lua_createtable(L, 0, 4);
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    script_set_text(L, fields[i], call_answer(call, from + i).text);
}

/* versions(host, port [, opts]) -> { ["TLS 1.2"] = answer, ... } | nil */
static int l_versions(lua_State *L) {
  enum { FIELDS = 5 };
  const tlsmend_call *call = ask_server(L, PRIMITIVE_PROBE_VERSIONS, "probe.versions");
  int failed = push_failure(L, call);
  if (failed)
    return failed;
  lua_createtable(L, 0, (int)(call->count / FIELDS));
  for (size_t at = 1; at + FIELDS <= call->count + 1; at += FIELDS) {
    push_answer(L, call, at + 1);
    lua_setfield(L, -2, call_answer(call, at).text);
  }
  return 1;
}

/* default_client(host, port [, opts]) -> answer | nil */
static int l_default_client(lua_State *L) {
  const tlsmend_call *call = ask_server(L, PRIMITIVE_PROBE_DEFAULT_CLIENT, "probe.default_client");
  int failed = push_failure(L, call);
  if (!failed)
    push_answer(L, call, 1);
  return failed ? failed : 1;
}

/* split("HOST:PORT") -> host, port */
static int l_split(lua_State *L) {
  const call_value args[] = {call_text(script_check_text(L, 1, "the endpoint"))};
  const tlsmend_call *call = script_ask(L, PRIMITIVE_PROBE_SPLIT, args, 1);
  lua_pushstring(L, call_answer(call, 1).text);
  lua_pushinteger(L, (lua_Integer)call_answer(call, 2).number);
  return 2;
}

const luaL_Reg probe_functions[] = {
    {"default_client", l_default_client},
    {"split", l_split},
    {"unknown", l_unknown},
    {"versions", l_versions},
    {NULL, NULL},
};
