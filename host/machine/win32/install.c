/*
 * Installing an update: wusa where it may run, its cabinets through DISM (pkgmgr on NT 6.0) where it may not. What an exit code means
 * stands in machine/update/installer.c; a code that says two things at once is settled by looking at the payload.
 */
#include "base/error.h"
#include "machine/win32/win32.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unicode.h"
#include "registry/value.h"
#include "machine/update/installer.h"
#include "machine/machine.h"
#include "machine/update/cbs.h"
#include "os/os.h"
#include "os/win32/wide.h"

/* A busy installer is asked again for five minutes in all. */
enum { RETRIES = 10, RETRY_SECONDS = 30, SLICE_SECONDS = 5 };

static void wait_busy(win32_machine *self) {
  for (unsigned seconds = 0; seconds < RETRY_SECONDS; seconds += SLICE_SECONDS) {
    if (self->base.progress)
      self->base.progress(self->base.progress_data, seconds);
    Sleep(SLICE_SECONDS * 1000);
  }
}

static int run(win32_machine *self, const wchar_t *tool, const char *const *arguments, installer_result *out,
               tlsmend_error *error) {
  process_request request = {tool, arguments, true};
  for (int tries = 0;; tries++) {
    uint32_t code;
    int result = process_run(self, &request, &code, error);
    if (result != TLSMEND_OK)
      return result;
    *out = installer_classify(code);
    if (out->class != INSTALLER_RETRY || tries == RETRIES)
      return TLSMEND_OK;
    wait_busy(self);
  }
}

static int run_wusa(win32_machine *self, const char *package, installer_result *out, tlsmend_error *error) {
  const char *arguments[] = {package, "/quiet", "/norestart", NULL};
  return run(self, L"System32\\wusa.exe", arguments, out, error);
}

/* One .cab; pkgmgr before Windows 7 has DISM. */
static int run_cab(win32_machine *self, const char *cab, installer_result *out, tlsmend_error *error) {
  const tlsmend_system *system;
  int result = machine_system(&self->base, &system, error);
  if (result != TLSMEND_OK)
    return result;
  size_t room = strlen(cab) + 32;
  char *option = malloc(room);
  if (!option)
    return error_no_memory(error);
  if (system->major == 6 && system->minor == 0) {
    snprintf(option, room, "/m:%s", cab);
    const char *arguments[] = {"/ip", option, "/quiet", "/norestart", NULL};
    result = run(self, L"System32\\pkgmgr.exe", arguments, out, error);
  } else {
    snprintf(option, room, "/PackagePath:%s", cab);
    const char *arguments[] = {"/Online", "/Add-Package", option, "/Quiet", "/NoRestart", NULL};
    result = run(self, L"System32\\dism.exe", arguments, out, error);
  }
  free(option);
  return result;
}

static bool ends_with(const char *name, const char *end) {
  size_t length = strlen(name), tail = strlen(end);
  return length >= tail && unicode_name_equal(name + length - tail, end);
}

typedef struct cabs {
  win32_machine *machine;
  const char *folder;
  installer_result *out;
  tlsmend_error *error;
  int count;
} cabs;

static bool went_well(installer_class class) {
  return class == INSTALLER_OK || class == INSTALLER_OK_REBOOT || class == INSTALLER_OK_NO_CHANGE;
}

/* Installs what an .msu contains, but for the catalogue that Windows Update scans. The first that fails is the answer. */
static int cab_install(void *data, const char *name) {
  cabs *self = data;
  if (!ends_with(name, ".cab") || unicode_name_equal(name, "WSUSSCAN.cab") ||
      (self->count && !went_well(self->out->class)))
    return TLSMEND_OK;
  char *path = os_path_join(self->folder, name);
  if (!path)
    return error_no_memory(self->error);
  bool restart = self->count && self->out->class == INSTALLER_OK_REBOOT;
  int result = run_cab(self->machine, path, self->out, self->error);
  if (restart && result == TLSMEND_OK && went_well(self->out->class))
    *self->out = installer_classify(3010);
  self->count++;
  free(path);
  return result;
}

static int remove_name(void *data, const char *name) {
  char *path = os_path_join(data, name);
  if (path)
    os_file_remove(path, NULL);
  free(path);
  return TLSMEND_OK;
}

static void folder_remove(char *folder) {
  os_dir_each(folder, remove_name, folder, NULL);
  wchar_t *wide;
  if (wide_path(folder, &wide, NULL) == TLSMEND_OK) {
    RemoveDirectoryW(wide);
    free(wide);
  }
}

static int run_expanded(win32_machine *self, const char *package, const char *folder, installer_result *out,
                        tlsmend_error *error) {
  int result = cabinet_expand(package, folder, error);
  cabs found = {self, folder, out, error, 0};
  if (result == TLSMEND_OK)
    result = os_dir_each(folder, cab_install, &found, error);
  if (result == TLSMEND_OK && found.count == 0)
    result =
        tlsmend_error_set(error, TLSMEND_E_CORRUPT, "%s contains no .cab: it is no update package", package);
  return result;
}

static int run_dism(win32_machine *self, const char *package, installer_result *out, tlsmend_error *error) {
  if (ends_with(package, ".cab"))
    return run_cab(self, package, out, error);
  size_t room = strlen(package) + 16;
  char *folder = malloc(room);
  if (!folder)
    return error_no_memory(error);
  snprintf(folder, room, "%s.expanded", package);
  int result = os_dir_make(folder, error);
  if (result == TLSMEND_OK)
    result = run_expanded(self, package, folder, out, error);
  folder_remove(folder);
  free(folder);
  return result;
}

typedef enum payload { PAYLOAD_PRESENT, PAYLOAD_PENDING, PAYLOAD_MISSING, PAYLOAD_UNKNOWN } payload;

/* Whether servicing has the package; used where no file tells. */
static payload package_look(win32_machine *self, const char *package) {
  int32_t state;
  if (!package || cbs_state(&self->base, package, &state, NULL) != TLSMEND_OK)
    return PAYLOAD_UNKNOWN;
  switch (cbs_meaning_of(state)) {
  case CBS_MEANS_INSTALLED:
  case CBS_MEANS_SUPERSEDED:
    return PAYLOAD_PRESENT;
  case CBS_MEANS_PENDING:
    return PAYLOAD_PENDING;
  case CBS_MEANS_PARTIAL:
  case CBS_MEANS_BROKEN:
    return PAYLOAD_UNKNOWN;
  case CBS_MEANS_LEAVING:
  case CBS_MEANS_NO:
    break;
  }
  return PAYLOAD_MISSING;
}

static payload payload_look(win32_machine *self, const tlsmend_update *update) {
  if (update->file_count == 0)
    return package_look(self, update->package);
  payload found = PAYLOAD_PRESENT;
  for (size_t i = 0; i < update->file_count; i++) {
    const tlsmend_file_effect *file = &update->files[i];
    uint64_t version = 0;
    int result = facts_file_version(&self->base, file->path, file->view, &version, NULL);
    if (result == TLSMEND_E_ABSENT || (result == TLSMEND_OK && version < file->after))
      return PAYLOAD_MISSING;
    if (result != TLSMEND_OK)
      found = PAYLOAD_UNKNOWN;
  }
  return found;
}

static int failed(const tlsmend_update *update, const char *way, const installer_result *answer,
                  tlsmend_error *error) {
  return tlsmend_error_set(
      error, TLSMEND_E_FAILED, "%s could not be installed: %s answers %u (0x%08x): %s%s%s", update->kb, way,
      answer->code, answer->code, answer->meaning, *answer->advice ? "; " : "", answer->advice);
}

static int judge(win32_machine *self, const tlsmend_update *update, const char *way,
                 const installer_result *answer, tlsmend_outcome *outcome, tlsmend_error *error) {
  outcome->exit_code = answer->code;
  outcome->restart = answer->class == INSTALLER_OK_REBOOT;
  snprintf(outcome->note, sizeof outcome->note, "%s answers %u: %s", way, answer->code, answer->meaning);
  switch (answer->class) {
  case INSTALLER_OK:
  case INSTALLER_OK_REBOOT:
  case INSTALLER_OK_NO_CHANGE:
    return TLSMEND_OK;
  case INSTALLER_NOT_APPLICABLE:
  case INSTALLER_AMBIGUOUS:
    switch (payload_look(self, update)) {
    case PAYLOAD_PRESENT:
      snprintf(outcome->note, sizeof outcome->note, "%s answers %u: what the update brings is there already",
               way, answer->code);
      return TLSMEND_OK;
    case PAYLOAD_PENDING:
      outcome->restart = true;
      snprintf(outcome->note, sizeof outcome->note, "%s answers %u: it is installed and waits for a restart",
               way, answer->code);
      return TLSMEND_OK;
    case PAYLOAD_UNKNOWN: /* the detection after this step decides */
      if (answer->class == INSTALLER_AMBIGUOUS)
        return TLSMEND_OK;
      break;
    case PAYLOAD_MISSING:
      break;
    }
    return failed(update, way, answer, error);
  case INSTALLER_RETRY:
  case INSTALLER_FAIL:
    break;
  }
  return failed(update, way, answer, error);
}

int update_apply(win32_machine *self, const tlsmend_change *change, tlsmend_outcome *outcome,
                 tlsmend_error *error) {
  const uint32_t access_denied = 0x80070005;
  const tlsmend_update *update = &change->update;
  char *package;
  int result = package_take(self, update, true, &package, error);
  if (result != TLSMEND_OK)
    return result;
  installer_result answer = {0};
  const char *way = "wusa";
  bool denied = facts_network_logon() || ends_with(package, ".cab"); /* wusa takes no .cab */
  if (!denied) {
    result = run_wusa(self, package, &answer, error);
    denied = result == TLSMEND_OK && answer.code == access_denied;
  }
  if (denied) {
    way = ends_with(package, ".cab") ? "DISM" : "DISM (wusa does not run in a remote session)";
    result = run_dism(self, package, &answer, error);
  }
  package_drop(package);
  return result == TLSMEND_OK ? judge(self, update, way, &answer, outcome, error) : result;
}
