/*
 * Whether a restart is pending: facts of the machine itself, past the guard of `needs`, because that is the host's question. Which there
 * are stands here, because who asks is Lua that a runbook may have changed. And the barrier.
 */
#include "script/primitives/primitives.h"

#include <stdlib.h>

#include "base/unicode.h"
#include "machine/machine.h"
#include "machine/propose.h"
#include "machine/update/cbs.h"
#include "registry/path.h"
#include "script/primitives/answers.h"

#define CURRENT "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\"
#define CBS     CBS_KEY "\\"
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

static bool is_told(const char *path, const char *name) {
  for (size_t i = 0; i < sizeof told / sizeof *told; i++)
    if (unicode_name_equal(path, told[i].key) &&
        (!name ? !told[i].name : told[i].name && unicode_name_equal(name, told[i].name)))
      return true;
  return false;
}

/* The key in argument 1, which may be asked for that name. malloc'd. */
static int take_key(const tlsmend_call *call, const char *name, char **path, tlsmend_error *error) {
  int code = path_canonical(call->args[0].text, path, error);
  if (code == TLSMEND_E_USAGE)
    return tlsmend_error_set(error, TLSMEND_E_SCRIPT, "%s", error->text);
  if (code != TLSMEND_OK || is_told(*path, name))
    return code;
  code = tlsmend_error_set(error, TLSMEND_E_SCRIPT, "reboot: %s%s%s is no sign of a pending restart", *path,
                           name ? "\\" : "", name ? name : "");
  free(*path);
  *path = NULL;
  return code;
}

/* Servicing and the session manager: a Windows without a branch for these is none. The others may be missing anywhere. */
static int note_branch(script_host *host, const char *path, tlsmend_error *error) {
  bool surely = path_within(path, CBS_KEY) || path_within(path, CONTROL "Session Manager");
  return surely ? primitive_note_branch(host, path, 0, error) : TLSMEND_OK;
}

/* key, name or nil */
int primitive_fact(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  char *path = NULL;
  bool found = false;
  tlsmend_value value = {0};
  const char *name = call->args[1].text;
  tlsmend_machine *machine = &host->facts.base;
  int code = take_key(call, name, &path, error);
  if (code == TLSMEND_OK)
    code = name ? machine_value_get(machine, path, 0, name, &value, error)
                : machine_key_exists(machine, path, 0, &found, error);
  if (code == TLSMEND_OK && !found && !value.present)
    code = note_branch(host, path, error);
  if (code == TLSMEND_OK)
    code =
        name ? primitive_answer_value(call, &value, error) : tlsmend_call_answer_boolean(call, found, error);
  tlsmend_value_clear(&value);
  free(path);
  return code;
}

int primitive_fact_keys(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  char *path = NULL;
  name_list names = {0};
  int code = take_key(call, NULL, &path, error);
  if (code == TLSMEND_OK) {
    code = machine_keys(&host->facts.base, path, 0, &names, error);
    code = primitive_answer_found(call, code, &names, error);
  }
  name_list_clear(&names);
  free(path);
  return code;
}

int primitive_barrier(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  return propose_reboot(&host->machine.base, call->args[0].text, error);
}
