/* The predicted effects of an update installation and of the restart behind it. */
#include "machine/update/servicing.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "registry/value.h"
#include "machine/machine.h"

static const struct {
  int32_t number;
  const char *name;
  servicing_meaning meaning;
} states[] = {
#define ROW(name, number, text, meaning) {number, text, SERVICING_MEANS_##meaning},
    SERVICING_STATES(ROW)
#undef ROW
};

servicing_meaning servicing_meaning_of(int32_t state) {
  for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
    if (states[i].number == state)
      return states[i].meaning;
  return SERVICING_MEANS_BROKEN;
}

const char *servicing_state_name(int32_t state) {
  for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
    if (states[i].number == state)
      return states[i].name;
  return state < 0 ? "broken" : "unknown";
}

const char *servicing_meaning_name(servicing_meaning meaning) {
  static const char *const names[] = {
#define NAME(name, text) text,
      SERVICING_MEANINGS(NAME)
#undef NAME
  };
  return names[meaning];
}

static char *package_key(const char *package) {
  static const char packages[] = MACHINE_CBS "\\Packages\\";
  char *path = malloc(sizeof packages + strlen(package));
  if (path)
    strcat(strcpy(path, packages), package);
  return path;
}

int servicing_state(tlsmend_machine *machine, const char *package, int32_t *out, tlsmend_error *error) {
  uint64_t number = 0;
  tlsmend_value value = {0};
  char *path = package_key(package);
  int code =
      path ? machine_value_get(machine, path, 0, "CurrentState", &value, error) : error_no_memory(error);
  *out = code == TLSMEND_OK && value_number(&value, &number) ? (int32_t)(uint32_t)number : -1;
  tlsmend_value_clear(&value);
  free(path);
  return code;
}

char *servicing_package_key(const tlsmend_update *update) {
  return update->package ? package_key(update->package) : NULL;
}

static int set_state(const tlsmend_update *update, uint32_t state, const servicing_writer *writer,
                     tlsmend_error *error) {
  if (!update->package)
    return TLSMEND_OK;
  tlsmend_value value = {0};
  char *path = servicing_package_key(update);
  int code = path ? value_set_dword(&value, state, error) : error_no_memory(error);
  if (code == TLSMEND_OK)
    code = writer->value_set(writer->data, path, "CurrentState", &value, error);
  tlsmend_value_clear(&value);
  free(path);
  return code;
}

int servicing_install(const tlsmend_update *update, const servicing_writer *writer, tlsmend_error *error) {
  int code = set_state(update, SERVICING_INSTALL_PENDING, writer, error);
  return code == TLSMEND_OK ? writer->key_create(writer->data, SERVICING_REBOOT_PENDING, error) : code;
}

int servicing_complete(const tlsmend_update *update, const servicing_writer *writer, tlsmend_error *error) {
  int code = set_state(update, SERVICING_INSTALLED, writer, error);
  for (size_t i = 0; code == TLSMEND_OK && i < update->file_count; i++)
    code = writer->file_set(writer->data, update->files[i].path, update->files[i].view,
                            update->files[i].after, error);
  return code == TLSMEND_OK ? writer->hotfix_add(writer->data, update->kb, error) : code;
}

int servicing_restarted(const servicing_writer *writer, tlsmend_error *error) {
  return writer->key_delete(writer->data, SERVICING_REBOOT_PENDING, error);
}
