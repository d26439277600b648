/*
 * The native half of reboot: facts of the machine itself, past the guard of `needs`, because whether a restart is pending
 * is the host's question; and the barrier. What they mean stands in stdlib/reboot.lua; which there are, on the host's side.
 */
#include "script/modules/modules.h"

#include "script/primitives/ask.h"
#include "script/modules/arguments.h"

/* fact(key, name) -> data, type | nil; fact(key) -> whether the key exists */
static int l_fact(lua_State *L) {
  bool named = !lua_isnoneornil(L, 2);
  const call_value args[] = {call_text(script_check_text(L, 1, "the key")),
                             call_text(named ? script_check_text(L, 2, "the value name") : NULL)};
  const tlsmend_call *call = script_ask(L, PRIMITIVE_REBOOT_FACT, args, 2);
  if (named)
    return script_push_value(L, call);
  lua_pushboolean(L, call_answer(call, 1).number != 0);
  return 1;
}

static int l_fact_keys(lua_State *L) {
  const call_value args[] = {call_text(script_check_text(L, 1, "the key"))};
  return script_push_names(L, script_ask(L, PRIMITIVE_REBOOT_FACT_KEYS, args, 1));
}

static int l_barrier(lua_State *L) {
  const call_value args[] = {call_text(script_check_text(L, 1, "reboot.barrier: the reason"))};
  script_ask(L, PRIMITIVE_REBOOT_BARRIER, args, 1);
  return 0;
}

const luaL_Reg reboot_functions[] = {
    {"barrier", l_barrier},
    {"fact", l_fact},
    {"fact_keys", l_fact_keys},
    {NULL, NULL},
};
