/* The machines that the suite runs on. A back end adds a row; a wrapper runs over a snapshot. */
#include "conformance/conformance.h"

#include <stdio.h>

#include "plan/change.h"
#include "machine/backends.h"
#include "machine/overlay.h"
#include "os/os.h"

static tlsmend_machine *itself(tlsmend_machine *opened) { return opened; }

static const char snapshot[] = "Windows Registry Editor Version 5.00\r\n\r\n"
                               "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]\r\n"
                               "\"CurrentVersion\"=\"6.1\"\r\n"
                               "\"CurrentBuildNumber\"=\"7601\"\r\n"
                               "\"CSDVersion\"=\"Service Pack 1\"\r\n\r\n"
                               "[HKEY_LOCAL_MACHINE\\SOFTWARE\\tlsmend\\Facts]\r\n"
                               "\"Architecture\"=\"x64\"\r\n\r\n"
                               "[HKEY_LOCAL_MACHINE\\SOFTWARE\\tlsmend\\Facts\\Files\\64]\r\n"
                               "\"System32\\\\winhttp.dll\"=\"6.1.7601.17514\"\r\n";

static tlsmend_machine *snapshot_open(void) {
  backend_request request = {.argument = "conformance", .text = snapshot};
  tlsmend_machine *opened = NULL;
  MUST(sim_open(&request, &opened, &error));
  return opened;
}

static bool sim_memory_open(tlsmend_machine **out) {
  *out = snapshot_open();
  return true;
}

/* A snapshot that is a file, written and read again at the end. */
static char *file_path(void) {
  char name[64];
  snprintf(name, sizeof name, "tlsmend-conformance-%u.reg", os_process_id());
  const char *folder = getenv("TMPDIR") ? getenv("TMPDIR") : getenv("TEMP") ? getenv("TEMP") : "/tmp";
  return os_path_join(folder, name);
}

static tlsmend_machine *file_open(void) {
  char *path = file_path();
  backend_request request = {.argument = path, .path = path};
  tlsmend_machine *opened = NULL;
  MUST(sim_open(&request, &opened, &error));
  free(path);
  return opened;
}

static bool sim_file_open(tlsmend_machine **out) {
  char *path = file_path();
  MUST(os_file_replace(path, snapshot, sizeof snapshot - 1, &error));
  free(path);
  *out = file_open();
  return true;
}

static void sim_file_close(tlsmend_machine *opened) {
  machine_close(opened);
  char *path = file_path();
  os_file_remove(path, NULL);
  free(path);
}

/* What the file holds, rather than what the open machine remembers. */
static void sim_file_settle(tlsmend_machine *opened) {
  MUST(machine_flush(opened, NULL, 0, &error));
  machine_close(opened);
  machine = file_open();
}

static tlsmend_machine *denying_below;
static const char *denied_path;

static int denied(const tlsmend_key *key, tlsmend_error *error) {
  if (!denied_path || !path_within(key->path, denied_path))
    return TLSMEND_OK;
  return tlsmend_error_set(error, TLSMEND_E_DENIED, "access to %s is denied", key->path);
}

static int denying_key_exists(tlsmend_machine *self, const tlsmend_key *key, bool *out,
                              tlsmend_error *error) {
  (void)self;
  int code = denied(key, error);
  return code == TLSMEND_OK ? denying_below->ops->key_exists(denying_below, key, out, error) : code;
}

static int denying_value_get(tlsmend_machine *self, const tlsmend_key *key, const char *name,
                             tlsmend_value *out, tlsmend_error *error) {
  (void)self;
  int code = denied(key, error);
  return code == TLSMEND_OK ? denying_below->ops->value_get(denying_below, key, name, out, error) : code;
}

static int denying_each_key(tlsmend_machine *self, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                            tlsmend_error *error) {
  (void)self;
  int code = denied(key, error);
  return code == TLSMEND_OK ? denying_below->ops->each_key(denying_below, key, fn, data, error) : code;
}

static int denying_each_value(tlsmend_machine *self, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                              tlsmend_error *error) {
  (void)self;
  int code = denied(key, error);
  return code == TLSMEND_OK ? denying_below->ops->each_value(denying_below, key, fn, data, error) : code;
}

static int denying_apply(tlsmend_machine *self, const tlsmend_change *change, tlsmend_outcome *outcome,
                         tlsmend_error *error) {
  (void)self;
  tlsmend_key key = {change->key, change->view};
  int code = denied(&key, error);
  return code == TLSMEND_OK ? denying_below->ops->apply(denying_below, change, outcome, error) : code;
}

static void denying_close(tlsmend_machine *self) { (void)self; }

static const tlsmend_machine_ops denying_ops = {.version = TLSMEND_MACHINE_OPS_VERSION,
                                                .name = "denying",
                                                .close = denying_close,
                                                .key_exists = denying_key_exists,
                                                .value_get = denying_value_get,
                                                .each_key = denying_each_key,
                                                .each_value = denying_each_value,
                                                .apply = denying_apply};

static tlsmend_machine denying;
static tlsmend_plan *plan;

static bool overlay_over_sim_open(tlsmend_machine **out) {
  denied_path = NULL;
  denying_below = snapshot_open();
  denying = (tlsmend_machine){.ops = &denying_ops, .below = denying_below};
  plan = plan_new();
  assert_non_null(plan);
  MUST(overlay_open(&denying, plan, out, &error));
  return true;
}

static void overlay_over_sim_close(tlsmend_machine *opened) {
  machine_close(opened);
  machine_close(denying_below);
  tlsmend_plan_free(plan);
}

static tlsmend_machine *overlay_before(tlsmend_machine *opened) { return opened->below; }

static bool overlay_deny(tlsmend_machine *opened, const char *path) {
  (void)opened;
  denied_path = path;
  return true;
}

/* Carries the plan out, back again change by change, and out once more: a plan and its inverse both fit what is there. */
static void overlay_settle(tlsmend_machine *opened) {
  tlsmend_machine *below = opened->below;
  tlsmend_outcome outcome;
  plan_settle(plan);
  for (int round = 0; round < 2; round++) {
    for (size_t i = 0; i < plan->change_count; i++)
      MUST(machine_apply(below, &plan->changes[i], &outcome, &error));
    for (size_t i = plan->change_count; round == 0 && i-- > 0;) {
      tlsmend_change inverse = {0};
      MUST(change_invert(&plan->changes[i], &inverse, &error));
      MUST(machine_apply(below, &inverse, &outcome, &error));
      change_clear(&inverse);
    }
  }
}

#ifdef _WIN32
#include <windows.h>

#include <aclapi.h>

static bool live_open(tlsmend_machine **out) {
  backend_request request = {.argument = "", .state = "C:\\tlsmend-conformance-state"};
  MUST(win32_open(&request, out, &error));
  return true;
}

/* Takes everybody's rights away; live_close gives them back through the handle that is open already. */
static HKEY closed_key;

static bool live_deny(tlsmend_machine *opened, const char *path) {
  (void)opened;
  SECURITY_DESCRIPTOR nobody;
  ACL list;
  InitializeSecurityDescriptor(&nobody, SECURITY_DESCRIPTOR_REVISION);
  InitializeAcl(&list, sizeof list, ACL_REVISION);
  SetSecurityDescriptorDacl(&nobody, TRUE, &list, FALSE);
  if (RegOpenKeyExA(HKEY_LOCAL_MACHINE, path + 5, 0, KEY_ALL_ACCESS | KEY_WOW64_64KEY, &closed_key) !=
      ERROR_SUCCESS)
    return false;
  return RegSetKeySecurity(closed_key, DACL_SECURITY_INFORMATION, &nobody) == ERROR_SUCCESS;
}

static void live_close(tlsmend_machine *opened) {
  if (closed_key) {
    SECURITY_DESCRIPTOR everybody;
    InitializeSecurityDescriptor(&everybody, SECURITY_DESCRIPTOR_REVISION);
    SetSecurityDescriptorDacl(&everybody, TRUE, NULL, FALSE);
    RegSetKeySecurity(closed_key, DACL_SECURITY_INFORMATION, &everybody);
    RegCloseKey(closed_key);
    closed_key = NULL;
    propose_key_delete(opened, BASE, 64, "conformance", NULL);
  }
  machine_close(opened);
}
#endif

const conformance_machine conformance_machines[] = {
    {"sim (memory)", sim_memory_open, machine_close, itself, NULL, NULL, true},
    {"sim (file)", sim_file_open, sim_file_close, itself, sim_file_settle, NULL, true},
    {"overlay over sim", overlay_over_sim_open, overlay_over_sim_close, overlay_before, overlay_settle,
     overlay_deny, false},
#ifdef _WIN32
    {"live", live_open, live_close, itself, NULL, live_deny, true},
#endif
    {0}};
