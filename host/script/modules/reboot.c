/*
 * The native half of reboot: facts of the machine itself, past the guard of `needs`, because whether a restart is pending
 * is the host's question; and the barrier. What they mean stands in stdlib/reboot.lua; which there are stands here, because who
 * asks is Lua that a runbook may have changed.
 */
#include "script/modules/modules.h"

#include "base/unicode.h"
#include "machine/machine.h"
#include "machine/propose.h"
#include "script/modules/arguments.h"
#include "script/sandbox/error.h"

#define CURRENT "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\"
#define CBS     CURRENT "Component Based Servicing\\"
#define UPDATE  CURRENT "WindowsUpdate\\"
#define CONTROL "HKLM\\SYSTEM\\CurrentControlSet\\Control\\"
#define LOGON   "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Netlogon"
#define UPDATES "HKLM\\SOFTWARE\\Microsoft\\Updates"
#define MANAGER "HKLM\\SOFTWARE\\Microsoft\\ServerManager"

/* By what a restart is known to be pending: values, and keys (no name) whose being there and subkeys tell. */
static const struct told {
  const char *key, *name;
} told[] = {
    {CBS "RebootPending", NULL},
    {CBS "RebootInProgress", NULL},
    {CBS "PackagesPending", NULL},
    {UPDATE "Auto Update\\RebootRequired", NULL},
    {UPDATE "Auto Update\\PostRebootReporting", NULL},
    {UPDATE "Services\\Pending", NULL},
    {CONTROL "Session Manager", "PendingFileRenameOperations"},
    {CONTROL "Session Manager", "PendingFileRenameOperations2"},
    {CONTROL "ComputerName\\ActiveComputerName", "ComputerName"},
    {CONTROL "ComputerName\\ComputerName", "ComputerName"},
    {LOGON, "JoinDomain"},
    {LOGON "\\JoinDomain", NULL},
    {LOGON, "AvoidSpnSet"},
    {LOGON "\\AvoidSpnSet", NULL},
    {UPDATES, "UpdateExeVolatile"},
    {UPDATES "\\UpdateExeVolatile", "Flags"},
    {MANAGER, "CurrentRebootAttempts"},
    {MANAGER "\\ServicingStorage\\ServerComponentCache", "RestartRequired"},
    {CURRENT "RunOnce", "DVDRebootSignal"},
    {"HKLM\\SOFTWARE\\Microsoft\\IntuneManagementExtension\\RebootSettings\\RebootFlag", NULL},
    {"HKLM\\SOFTWARE\\Microsoft\\AppV\\Client\\PendingTasks", NULL},
};

/* Takes the key in argument 1, and the machine that it may be asked of. */
static tlsmend_machine *fact_machine(lua_State *L, const char *name, const char **path) {
  *path = script_check_path(L, script_scratch_take(L));
  for (size_t i = 0; i < sizeof told / sizeof *told; i++)
    if (unicode_name_equal(*path, told[i].key) &&
        (!name ? !told[i].name : told[i].name && unicode_name_equal(name, told[i].name)))
      return script_facts(L, "reboot.fact");
  script_raise(L, TLSMEND_E_SCRIPT, "reboot: %s%s%s is no sign of a pending restart", *path, name ? "\\" : "",
               name ? name : "");
  return NULL;
}

static int push_exists(lua_State *L, tlsmend_machine *machine, const char *path) {
  tlsmend_error error;
  bool found = false;
  if (machine_key_exists(machine, path, 0, &found, &error) != TLSMEND_OK)
    return script_raise_error(L, &error);
  lua_pushboolean(L, found);
  return 1;
}

/* fact(key, name) -> data, type | nil; fact(key) -> whether the key exists */
static int l_fact(lua_State *L) {
  tlsmend_error error;
  const char *path, *name = lua_isnoneornil(L, 2) ? NULL : script_check_text(L, 2, "the value name");
  tlsmend_machine *machine = fact_machine(L, name, &path);
  script_scratch *scratch = &sandbox_context(L)->scratch;
  if (!name)
    return push_exists(L, machine, path);
  if (machine_value_get(machine, path, 0, name, &scratch->value, &error) != TLSMEND_OK)
    return script_raise_error(L, &error);
  return script_push_value(L, scratch);
}

static int l_fact_keys(lua_State *L) {
  tlsmend_error error;
  const char *path;
  tlsmend_machine *machine = fact_machine(L, NULL, &path);
  script_scratch *scratch = &sandbox_context(L)->scratch;
  int code = machine_keys(machine, path, 0, &scratch->names, &error);
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
    {"barrier", l_barrier},
    {"fact", l_fact},
    {"fact_keys", l_fact_keys},
    {NULL, NULL},
};
