/* The states and names of packages. */
#include "machine/update/cbs.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/unicode.h"
#include "registry/value.h"
#include "machine/machine.h"

static const struct {
  int32_t number;
  const char *name;
  cbs_meaning meaning;
} states[] = {
#define ROW(name, number, text, meaning) {number, text, CBS_MEANS_##meaning},
    CBS_STATES(ROW)
#undef ROW
};

cbs_meaning cbs_meaning_of(int32_t state) {
  for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
    if (states[i].number == state)
      return states[i].meaning;
  return CBS_MEANS_BROKEN;
}

const char *cbs_state_name(int32_t state) {
  for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
    if (states[i].number == state)
      return states[i].name;
  return state < 0 ? "broken" : "unknown";
}

const char *cbs_meaning_name(cbs_meaning meaning) {
  static const char *const names[] = {
#define NAME(name, text) text,
      CBS_MEANINGS(NAME)
#undef NAME
  };
  return names[meaning];
}

char *cbs_package_key(const char *identity) {
  static const char packages[] = CBS_PACKAGES "\\";
  char *path = malloc(sizeof packages + strlen(identity));
  if (path)
    strcat(strcpy(path, packages), identity);
  return path;
}

int cbs_state(tlsmend_machine *machine, const char *package, int32_t *out, tlsmend_error *error) {
  uint64_t number = 0;
  tlsmend_value value = {0};
  char *path = cbs_package_key(package);
  int code = path ? machine_value_get(machine, path, 0, CBS_STATE, &value, error) : error_no_memory(error);
  *out = code == TLSMEND_OK && value_number(&value, &number) ? (int32_t)(uint32_t)number : -1;
  tlsmend_value_clear(&value);
  free(path);
  return code;
}

int cbs_waits(tlsmend_machine *machine, bool *out, tlsmend_error *error) {
  name_list names = {0};
  int code = machine_key_exists(machine, CBS_REBOOT_PENDING, 0, out, error);
  if (code != TLSMEND_OK || *out)
    return code;
  code = machine_keys(machine, CBS_PACKAGES, 0, &names, error);
  if (code == TLSMEND_E_ABSENT)
    code = TLSMEND_OK;
  for (size_t i = 0; code == TLSMEND_OK && !*out && i < names.count; i++) {
    int32_t state = 0;
    code = cbs_state(machine, names.items[i], &state, error);
    cbs_meaning meaning = cbs_meaning_of(state);
    *out = meaning == CBS_MEANS_PENDING || meaning == CBS_MEANS_LEAVING;
  }
  name_list_clear(&names);
  return code;
}

bool cbs_package_is(const char *identity, const char *update) {
  static const char before[] = "_for_";
  size_t length = strlen(update);
  for (const char *at = strstr(identity, before); at; at = strstr(at + 1, before)) {
    const char *name = at + sizeof before - 1;
    if (strlen(name) >= length && unicode_name_equal_n(name, length, update) && strchr("~_", name[length]))
      return true; /* strchr finds the NUL too */
  }
  return false;
}
