/*
 * The native half of reboot: facts of the machine itself, past the fence of `needs`, because whether a restart is pending
 * is the host's question; and the barrier. The table of causes stands in stdlib/reboot.lua.
 */
#include "script/modules.h"

#include "machine/machine.h"
#include "machine/propose.h"

static int push_exists(lua_State *L, tlsmend_machine *machine, const char *path, int view) {
  tlsmend_error error;
  bool found = false;
  if (machine_key_exists(machine, path, view, &found, &error) != TLSMEND_OK)
    return script_raise_error(L, &error);
  lua_pushboolean(L, found);
  return 1;
}

/* fact(key, name [, view]) -> data, type | nil; fact(key, nil [, view]) -> whether the key exists */
static int l_fact(lua_State *L) {
  tlsmend_error error;
  tlsmend_machine *machine = script_facts(L, "reboot.fact");
  script_scratch *scratch = script_scratch_take(L);
  const char *path = script_check_path(L, 1, scratch);
  int view = script_check_view(L, 3);
  if (lua_isnoneornil(L, 2))
    return push_exists(L, machine, path, view);
  const char *name = script_check_text(L, 2, "the value name");
  if (machine_value_get(machine, path, view, name, &scratch->value, &error) != TLSMEND_OK)
    return script_raise_error(L, &error);
  return script_push_value(L, scratch);
}

static int l_fact_exists(lua_State *L) {
  tlsmend_machine *machine = script_facts(L, "reboot.fact_exists");
  const char *path = script_check_path(L, 1, script_scratch_take(L));
  return push_exists(L, machine, path, script_check_view(L, 2));
}

static int l_fact_keys(lua_State *L) {
  tlsmend_error error;
  tlsmend_machine *machine = script_facts(L, "reboot.fact_keys");
  script_scratch *scratch = script_scratch_take(L);
  const char *path = script_check_path(L, 1, scratch);
  int code = machine_keys(machine, path, script_check_view(L, 2), &scratch->names, &error);
  if (code == TLSMEND_E_ABSENT) {
    lua_pushnil(L);
    return 1;
  }
  if (code != TLSMEND_OK)
    return script_raise_error(L, &error);
  script_push_names(L, scratch);
  return 1;
}

static int l_barrier(lua_State *L) {
  tlsmend_error error;
  tlsmend_machine *machine = script_machine(L, "reboot.barrier");
  if (propose_reboot(machine, script_check_text(L, 1, "reboot.barrier: the reason"), &error) != TLSMEND_OK)
    return script_raise_error(L, &error);
  return 0;
}

const luaL_Reg reboot_functions[] = {
    {"barrier", l_barrier},     {"fact", l_fact}, {"fact_exists", l_fact_exists},
    {"fact_keys", l_fact_keys}, {NULL, NULL},
};
