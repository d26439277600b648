/* The live machine: its table of functions, opening and closing. What they do stands in the files beside this one. */
#include "machine/win32/win32.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "machine/backends.h"
#include "os/os.h"
#include "os/win32/wide.h"

static void win32_close(tlsmend_machine *machine) {
  win32_machine *self = (win32_machine *)machine;
  registry_drop(self);
  hotfix_forget(self);
  free(self->scratch);
  free(self->state);
  free(self);
}

static int win32_pause(tlsmend_machine *machine, unsigned milliseconds, tlsmend_error *error) {
  (void)machine;
  (void)error;
  Sleep(milliseconds);
  return TLSMEND_OK;
}

/* A failure of WMI may pass. */
static void win32_idle(tlsmend_machine *machine) {
  win32_machine *self = (win32_machine *)machine;
  registry_drop(self);
  if (self->hotfixes.code != TLSMEND_OK)
    hotfix_forget(self);
}

/* Whoever is asked is asked by this very machine. */
static int win32_may_probe(tlsmend_machine *machine, const tlsmend_endpoint *endpoint, tlsmend_error *error) {
  (void)machine;
  (void)endpoint;
  (void)error;
  return TLSMEND_OK;
}

/* Rights. The folder of state is judged by who opens it. */
static int win32_may_write(tlsmend_machine *machine, tlsmend_error *error) {
  return registry_may_write((win32_machine *)machine, error);
}

static int win32_apply(tlsmend_machine *machine, const tlsmend_change *change, tlsmend_outcome *outcome,
                       tlsmend_error *error) {
  win32_machine *self = (win32_machine *)machine;
  switch (change->kind) {
  case TLSMEND_CHANGE_KEY_CREATE:
  case TLSMEND_CHANGE_KEY_DELETE:
  case TLSMEND_CHANGE_VALUE_SET:
  case TLSMEND_CHANGE_VALUE_DELETE:
    return registry_apply(self, change, error);
  case TLSMEND_CHANGE_UPDATE_INSTALL:
    registry_drop(self);
    hotfix_forget(self);
    return update_apply(self, change, outcome, error);
  case TLSMEND_CHANGE_REBOOT:
    registry_drop(self);
    hotfix_forget(self);
    return restart_apply(self, change, outcome, error);
  }
  return tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED, "this build does not know changes of kind %d",
                           (int)change->kind);
}

static const tlsmend_machine_ops win32_ops = {
    .version = TLSMEND_MACHINE_OPS_VERSION,
    .name = "live",
    .close = win32_close,
    .key_exists = registry_key_exists,
    .value_get = registry_value_get,
    .each_key = registry_each_key,
    .each_value = registry_each_value,
    .system = facts_system,
    .file_version = facts_file_version,
    .each_hotfix = hotfix_each,
    .boot_id = facts_boot_id,
    .pause = win32_pause,
    .idle = win32_idle,
    .may_write = win32_may_write,
    .apply = win32_apply,
    .update_remove = NULL,
    .update_keep = package_keep,
    .resume_arrange = resume_arrange,
    .log = event_log,
    .log_source = event_source,
    .may_probe = win32_may_probe,
    .schannel_probe = schannel_probe,
    .flush = registry_flush,
};

int win32_open(const backend_request *request, tlsmend_machine **out, tlsmend_error *error) {
  *out = NULL;
  if (*request->argument)
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "live:%s: live takes nothing behind it",
                             request->argument);
  win32_machine *self = calloc(1, sizeof *self);
  if (!self)
    return error_no_memory(error);
  self->base.ops = &win32_ops;
  self->state = request->state ? _strdup(request->state) : os_state_default();
  if (!self->state) {
    free(self);
    return error_no_memory(error);
  }
  facts_layout(self);
  registry_begin(self);
  *out = &self->base;
  return TLSMEND_OK;
}
