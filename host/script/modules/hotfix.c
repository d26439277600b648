/*
 * The native half of hotfix: what servicing, the list of hotfixes and the files say. What follows from that is weighed in
 * stdlib/hotfix.lua. nil is "cannot tell".
 */
#include "script/modules/modules.h"

#include <string.h>

#include "base/unicode.h"
#include "machine/guard.h"
#include "machine/machine.h"
#include "machine/update/cbs.h"
#include "plan/change.h"
#include "script/modules/arguments.h"
#include "script/sandbox/error.h"

/* The update in argument 1. */
static const char *check_kb(lua_State *L) {
  const char *kb = script_check_text(L, 1, "the update");
  if (strcmp(kb, "RollupFix") == 0)
    return kb; /* servicing's name for rollups, which carry no number */
  if (kb[0] != 'K' || kb[1] != 'B' || !kb[2] || kb[2 + strspn(kb + 2, "0123456789")])
    script_raise(L, TLSMEND_E_SCRIPT, "an update is named like \"KB3140245\", got \"%s\"", kb);
  return kb;
}

/* { name =, state =, state_name =, meaning =, rank = } of one package; a state that is no number is -1, "broken". */
static void push_package(lua_State *L, tlsmend_machine *machine, const char *name) {
  tlsmend_error error;
  int32_t state;
  if (cbs_state(machine, name, &state, &error) != TLSMEND_OK)
    script_raise_error(L, &error);
  cbs_meaning meaning = cbs_meaning_of(state);
  lua_createtable(L, 0, 5);
  lua_pushstring(L, name);
  lua_setfield(L, -2, "name");
  lua_pushinteger(L, state);
  lua_setfield(L, -2, "state");
  lua_pushstring(L, cbs_state_name(state));
  lua_setfield(L, -2, "state_name");
  lua_pushstring(L, cbs_meaning_name(meaning));
  lua_setfield(L, -2, "meaning");
  lua_pushinteger(L, meaning);
  lua_setfield(L, -2, "rank");
}

/* packages(kb) -> list, or nil where servicing keeps no packages in this registry */
static int l_packages(lua_State *L) {
  tlsmend_error error;
  tlsmend_machine *machine = script_facts(L, "hotfix.packages");
  const char *kb = check_kb(L);
  script_scratch *scratch = script_scratch_take(L);
  int code = machine_keys(machine, CBS_PACKAGES, 0, &scratch->names, &error);
  if (code == TLSMEND_E_ABSENT) {
    lua_pushnil(L);
    return 1;
  }
  if (code != TLSMEND_OK)
    return script_raise_error(L, &error);
  lua_newtable(L);
  lua_Integer count = 0;
  for (size_t i = 0; i < scratch->names.count; i++) {
    if (!cbs_package_is(scratch->names.items[i], kb))
      continue;
    push_package(L, machine, scratch->names.items[i]);
    lua_rawseti(L, -2, ++count);
  }
  return 1;
}

/* listed(kb) -> true | false | nil */
static int l_listed(lua_State *L) {
  tlsmend_error error;
  tlsmend_machine *machine = script_facts(L, "hotfix.listed");
  const char *kb = check_kb(L);
  script_scratch *scratch = script_scratch_take(L);
  int code = machine_hotfixes(machine, &scratch->names, &error);
  if (code == TLSMEND_E_UNKNOWN) {
    lua_pushnil(L);
    return 1;
  }
  if (code != TLSMEND_OK)
    return script_raise_error(L, &error);
  bool found = false;
  for (size_t i = 0; i < scratch->names.count && !found; i++)
    found = unicode_name_equal(scratch->names.items[i], kb);
  lua_pushboolean(L, found);
  return 1;
}

/* file_fact(path [, view]) -> "6.1.7601.23375" | false (no such file) | nil: for stdlib/hotfix.lua and the files it knows, which the
 * guard knows, too */
static int l_file_fact(lua_State *L) {
  tlsmend_error error;
  uint64_t version = 0;
  tlsmend_machine *machine = script_machine(L, "hotfix.file_version");
  const char *path = script_check_text(L, 1, "the file");
  int code = machine_file_version(machine, path, script_check_view(L, 2), &version, &error);
  if (code == TLSMEND_E_ABSENT) {
    lua_pushboolean(L, 0);
  } else if (code == TLSMEND_E_UNKNOWN || (code == TLSMEND_OK && version == 0)) {
    lua_pushnil(L);
  } else if (code != TLSMEND_OK) {
    return script_raise_error(L, &error);
  } else {
    char text[32];
    version_print(version, text);
    lua_pushstring(L, text);
  }
  return 1;
}

/* file_version: the same, for the runbook, as far as it may look */
static int l_file_version(lua_State *L) {
  tlsmend_error error;
  tlsmend_machine *machine = script_machine(L, "hotfix.file_version");
  size_t followed; /* the folder of Windows is that of administrators */
  if (guard_may_look(machine, script_check_text(L, 1, "the file"), true, &followed, &error) != TLSMEND_OK)
    return script_raise_error(L, &error);
  return l_file_fact(L);
}

const luaL_Reg hotfix_functions[] = {
    {"file_fact", l_file_fact}, {"file_version", l_file_version}, {"listed", l_listed},
    {"packages", l_packages},   {"unknown", l_unknown},           {NULL, NULL},
};
