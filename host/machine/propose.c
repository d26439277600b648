/* Writes of a runbook as explicit changes. Knows nothing of plans: it hands each change to the machine it was given. */
#include "machine/propose.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "plan/change.h"
#include "registry/path.h"
#include "registry/value.h"
#include "machine/machine.h"
#include "os/os.h"

/* Hands over a change whose texts are borrowed. */
static int hand_over(tlsmend_machine *machine, const tlsmend_change *change, tlsmend_error *error) {
  tlsmend_outcome outcome;
  return machine_apply(machine, change, &outcome, error);
}

static int create_resolved(tlsmend_machine *machine, char *path, int view, const char *why,
                           tlsmend_error *error) {
  bool exists = false;
  int code = machine_key_exists(machine, path, view, &exists, error);
  if (code != TLSMEND_OK || exists)
    return code;
  size_t parent = path_parent(path);
  if (!parent)
    return tlsmend_error_set(error, TLSMEND_E_ABSENT, "%s does not exist and cannot be created: it is a root",
                             path);
  path[parent] = 0;
  code = create_resolved(machine, path, view, why, error);
  path[parent] = '\\';
  if (code != TLSMEND_OK)
    return code;
  tlsmend_change change = {.kind = TLSMEND_CHANGE_KEY_CREATE, .key = path, .view = view, .why = (char *)why};
  return hand_over(machine, &change, error);
}

int propose_key_create(tlsmend_machine *machine, const char *path, int view, const char *why,
                       tlsmend_error *error) {
  machine_key key;
  int code = machine_resolve(machine, path, view, &key, error);
  if (code == TLSMEND_OK)
    code = create_resolved(machine, key.path, key.view, why, error);
  machine_key_clear(&key);
  return code;
}

/* What becomes of a value, and why. */
typedef struct value_write {
  const char *name;
  const tlsmend_value *after;
  const char *why;
  bool secret;
} value_write;

static int value_change(tlsmend_machine *machine, const machine_key *key, const value_write *write,
                        tlsmend_error *error) {
  tlsmend_value before = {0};
  int code = machine_value_get(machine, key->path, key->view, write->name, &before, error);
  if (code == TLSMEND_OK && !value_equal(&before, write->after)) {
    tlsmend_change change = {.kind = write->after->present ? TLSMEND_CHANGE_VALUE_SET
                                                           : TLSMEND_CHANGE_VALUE_DELETE,
                             .key = key->path,
                             .view = key->view,
                             .name = (char *)write->name,
                             .before = before,
                             .after = *write->after,
                             .why = (char *)write->why,
                             .secret = write->secret};
    code = hand_over(machine, &change, error);
  }
  tlsmend_value_clear(&before);
  return code;
}

static int set_value(tlsmend_machine *machine, const char *path, int view, const value_write *write,
                     tlsmend_error *error) {
  machine_key key;
  int code = path_value_name(write->name, error);
  if (code != TLSMEND_OK)
    return code;
  code = machine_resolve(machine, path, view, &key, error);
  if (code != TLSMEND_OK)
    return code;
  code = create_resolved(machine, key.path, key.view, write->why, error);
  if (code == TLSMEND_OK)
    code = value_change(machine, &key, write, error);
  machine_key_clear(&key);
  return code;
}

int propose_value_set(tlsmend_machine *machine, const char *path, int view, const char *name,
                      const tlsmend_value *value, const char *why, tlsmend_error *error) {
  return set_value(machine, path, view, &(value_write){name, value, why, false}, error);
}

int propose_secret_set(tlsmend_machine *machine, const char *path, int view, const char *name,
                       const tlsmend_value *value, const char *why, tlsmend_error *error) {
  return set_value(machine, path, view, &(value_write){name, value, why, true}, error);
}

int propose_value_delete(tlsmend_machine *machine, const char *path, int view, const char *name,
                         const char *why, tlsmend_error *error) {
  machine_key key;
  int code = path_value_name(name, error);
  if (code != TLSMEND_OK)
    return code;
  code = machine_resolve(machine, path, view, &key, error);
  if (code != TLSMEND_OK)
    return code;
  tlsmend_value absent = {0};
  code = value_change(machine, &key, &(value_write){name, &absent, why, false}, error);
  machine_key_clear(&key);
  return code;
}

static int delete_resolved(tlsmend_machine *machine, const machine_key *key, const char *why, unsigned depth,
                           tlsmend_error *error);

static int delete_subkeys(tlsmend_machine *machine, const machine_key *key, const char *why, unsigned depth,
                          tlsmend_error *error) {
  name_list names;
  int code = machine_keys(machine, key->path, key->view, &names, error);
  for (size_t i = 0; code == TLSMEND_OK && i < names.count; i++) {
    size_t room = strlen(key->path) + strlen(names.items[i]) + 2;
    machine_key child = {malloc(room), key->view};
    if (!child.path) {
      code = error_no_memory(error);
      break;
    }
    strcpy(child.path, key->path);
    strcat(strcat(child.path, "\\"), names.items[i]);
    code = delete_resolved(machine, &child, why, depth + 1, error);
    machine_key_clear(&child);
  }
  name_list_clear(&names);
  return code;
}

static int delete_resolved(tlsmend_machine *machine, const machine_key *key, const char *why, unsigned depth,
                           tlsmend_error *error) {
  if (depth > PATH_DEPTH_MAX)
    return tlsmend_error_set(error, TLSMEND_E_LIMIT, "%s: keys are nested deeper than %d", key->path,
                             PATH_DEPTH_MAX);
  int code = delete_subkeys(machine, key, why, depth, error);
  if (code != TLSMEND_OK)
    return code;
  name_list names;
  code = machine_values(machine, key->path, key->view, &names, error);
  tlsmend_value absent = {0};
  for (size_t i = 0; code == TLSMEND_OK && i < names.count; i++)
    code = value_change(machine, key, &(value_write){names.items[i], &absent, why, false}, error);
  name_list_clear(&names);
  if (code != TLSMEND_OK)
    return code;
  tlsmend_change change = {
      .kind = TLSMEND_CHANGE_KEY_DELETE, .key = key->path, .view = key->view, .why = (char *)why};
  return hand_over(machine, &change, error);
}

int propose_key_delete(tlsmend_machine *machine, const char *path, int view, const char *why,
                       tlsmend_error *error) {
  machine_key key;
  bool exists = false;
  int code = machine_resolve(machine, path, view, &key, error);
  if (code == TLSMEND_OK)
    code = machine_key_exists(machine, key.path, key.view, &exists, error);
  if (code == TLSMEND_OK && !path_parent(key.path))
    code = tlsmend_error_set(error, TLSMEND_E_USAGE, "%s is a root and cannot be deleted", key.path);
  if (code == TLSMEND_OK && exists)
    code = delete_resolved(machine, &key, why, 0, error);
  machine_key_clear(&key);
  return code;
}

int propose_update(tlsmend_machine *machine, const tlsmend_update *update, const char *why,
                   tlsmend_error *error) {
  tlsmend_change borrowed = {.kind = TLSMEND_CHANGE_UPDATE_INSTALL, .why = (char *)why, .update = *update},
                 change;
  int code = change_copy(&change, &borrowed, error);
  if (code == TLSMEND_OK && update->file) { /* a run goes on after a restart, from another folder */
    free(change.update.file);
    change.update.file = os_path_absolute(update->file);
    if (!change.update.file)
      code = error_no_memory(error);
  }
  for (size_t i = 0; code == TLSMEND_OK && i < change.update.file_count; i++) {
    tlsmend_file_effect *file = &change.update.files[i];
    code = machine_file_version(machine, file->path, file->view, &file->before, error);
    if (code == TLSMEND_E_ABSENT || code == TLSMEND_E_UNKNOWN)
      code = TLSMEND_OK; /* before stays 0: not known */
  }
  if (code == TLSMEND_OK)
    code = hand_over(machine, &change, error);
  change_clear(&change);
  return code;
}

int propose_reboot(tlsmend_machine *machine, const char *why, tlsmend_error *error) {
  tlsmend_change change = {.kind = TLSMEND_CHANGE_REBOOT, .why = (char *)why};
  return hand_over(machine, &change, error);
}
