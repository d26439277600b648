/*
 * The native half of probe: what a server answers to this machine. Only verify may ask: a plan must not depend on what a network
 * says. Whether the runbook has declared it is the guard's to say. nil is "cannot tell".
 */
#include "script/modules/modules.h"

#include "machine/machine.h"
#include "script/modules/arguments.h"
#include "script/sandbox/error.h"
#include "script/sandbox/text.h"
#include "tls/probe.h"

/* A string field of the options at `index`, or NULL. Borrowed from the table. */
static const char *option_name(lua_State *L, int index) {
  if (lua_isnoneornil(L, index))
    return NULL;
  luaL_checktype(L, index, LUA_TTABLE);
  lua_getfield(L, index, "name");
  const char *name = lua_isnil(L, -1) ? NULL : script_check_text(L, -1, "opts.name");
  return name;
}

/* opts.timeout in seconds for each step. */
static unsigned option_timeout(lua_State *L, int index) {
  if (lua_isnoneornil(L, index) || lua_getfield(L, index, "timeout") == LUA_TNIL)
    return PROBE_TIMEOUT;
  const lua_Number milliseconds = lua_tonumber(L, -1) * 1000, most = PROBE_TIMEOUT_MOST;
  if (!(milliseconds > 0) || milliseconds > most)
    script_raise(L, TLSMEND_E_SCRIPT, "opts.timeout must be seconds, above 0 and at most %d",
                 PROBE_TIMEOUT_MOST / 1000);
  return milliseconds < 1 ? 1 : (unsigned)milliseconds;
}

/* The arguments (host, port, opts); false: the machine cannot be asked, and nothing else is to be done. */
static bool endpoint_take(lua_State *L, const char *function, tlsmend_endpoint *out) {
  tlsmend_error error;
  tlsmend_machine *machine = script_machine(L, function);
  if (!sandbox_context(L)->host.verifying)
    script_raise(L, TLSMEND_E_SCRIPT,
                 "%s: only inside verify; a plan must not depend on what a network answers", function);
  lua_settop(L, 3);
  out->host = script_check_text(L, 1, "the host");
  if (!lua_isinteger(L, 2) || lua_tointeger(L, 2) < 1 || lua_tointeger(L, 2) > 65535)
    script_raise(L, TLSMEND_E_SCRIPT, "%s: the port must be a number from 1 to 65535, got %s", function,
                 sandbox_text(L, 2));
  out->port = (unsigned)lua_tointeger(L, 2);
  out->name = option_name(L, 3);
  out->timeout = option_timeout(L, 3);
  int code = machine_may_probe(machine, out, &error);
  if (code != TLSMEND_OK && code != TLSMEND_E_UNKNOWN)
    script_raise_error(L, &error);
  return code == TLSMEND_OK;
}

static void push_answer(lua_State *L, const tlsmend_probe_answer *answer) {
  if (answer->state == TLSMEND_PROBE_ON || answer->state == TLSMEND_PROBE_OFF)
    sandbox_context(L)->host.answered = true;
  lua_createtable(L, 0, 4);
  script_set_text(L, "state", probe_state_name(answer->state));
  script_set_text(L, "protocol", answer->protocol);
  script_set_text(L, "suite", answer->suite);
  script_set_text(L, "detail", answer->detail);
}

/* versions(host, port [, opts]) -> { ["TLS 1.2"] = answer, ... } | nil */
static int l_versions(lua_State *L) {
  tlsmend_error error;
  tlsmend_endpoint endpoint;
  probe_result result;
  if (!endpoint_take(L, "probe.versions", &endpoint))
    return lua_pushnil(L), 1;
  int code = probe_versions(&endpoint, &result, &error);
  if (code == TLSMEND_E_UNKNOWN)
    return lua_pushnil(L), lua_pushstring(L, error.text), 2;
  if (code != TLSMEND_OK)
    return script_raise_error(L, &error);
  lua_createtable(L, 0, TLS_VERSION_COUNT);
  for (size_t i = 0; i < TLS_VERSION_COUNT; i++) {
    push_answer(L, &result.versions[i]);
    lua_setfield(L, -2, tls_version_name((tls_version)i));
  }
  return 1;
}

/* default_client(host, port [, opts]) -> answer | nil */
static int l_default_client(lua_State *L) {
  tlsmend_error error;
  tlsmend_endpoint endpoint;
  tlsmend_probe_answer answer;
  if (!endpoint_take(L, "probe.default_client", &endpoint))
    return lua_pushnil(L), 1;
  int code = machine_schannel_probe(script_machine(L, "probe.default_client"), &endpoint, &answer, &error);
  if (code == TLSMEND_E_UNKNOWN)
    return lua_pushnil(L), lua_pushstring(L, error.text), 2;
  if (code != TLSMEND_OK)
    return script_raise_error(L, &error);
  push_answer(L, &answer);
  return 1;
}

/* split("HOST:PORT") -> host, port */
static int l_split(lua_State *L) {
  tlsmend_error error;
  char host[PROBE_HOST_MOST];
  unsigned port;
  if (probe_endpoint_parse(script_check_text(L, 1, "the endpoint"), host, &port, &error) != TLSMEND_OK)
    return script_raise_error(L, &error);
  lua_pushstring(L, host);
  lua_pushinteger(L, (lua_Integer)port);
  return 2;
}

const luaL_Reg probe_functions[] = {
    {"default_client", l_default_client},
    {"split", l_split},
    {"unknown", l_unknown},
    {"versions", l_versions},
    {NULL, NULL},
};
