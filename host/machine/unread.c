/* The names that may stand in the few places where Windows alone makes keys. Sources: the lists of hives in "Registry Hives",
 * learn.microsoft.com sysinfo; a 64-bit Windows 10. */
#include "machine/unread.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/unicode.h"
#include "machine/machine.h"
#include "registry/path.h"

static const char *const hives[] = {"BCD00000000", "COMPONENTS", "DRIVERS",  "ELAM",     "HARDWARE",
                                    "SAM",         "SCHEMA",     "SECURITY", "SOFTWARE", "SYSTEM"};

static bool is_hive(const char *name) {
  for (size_t i = 0; i < sizeof hives / sizeof *hives; i++)
    if (unicode_name_equal(name, hives[i]))
      return true;
  return false;
}

/* What is called like a control set must be one: three digits, or the current one. */
static bool is_no_set(const char *name) {
  const char *number = unicode_name_rest(name, "ControlSet");
  if (number)
    return strlen(number) != 3 || strspn(number, "0123456789") != 3;
  return unicode_name_rest(name, "CurrentControl") && !unicode_name_equal(name, "CurrentControlSet");
}

static bool is_account(const char *name) {
  return unicode_name_rest(name, "S-1-") || unicode_name_equal(name, ".DEFAULT");
}

static bool is_strange_hive(const char *name) { return !is_hive(name); }
static bool is_strange_account(const char *name) { return !is_account(name); }
static bool is_other_view(const char *name) { return unicode_name_equal(name, "Wow6432Node"); }

/* A key, and which of its subkeys nobody reads. */
typedef struct place {
  const char *path;
  bool (*strange)(const char *name);
  bool narrow; /* only in a 32-bit Windows */
} place;

static const place places[] = {{"HKLM", is_strange_hive, false},
                               {"HKLM\\SYSTEM", is_no_set, false},
                               {"HKLM\\SOFTWARE", is_other_view, true},
                               {"HKU", is_strange_account, false}};

static int look(tlsmend_machine *self, const place *place, name_list *out, tlsmend_error *error) {
  name_list names = {0};
  int code = machine_keys(self, place->path, 0, &names, error);
  if (code == TLSMEND_E_ABSENT)
    code = TLSMEND_OK;
  for (size_t i = 0; code == TLSMEND_OK && i < names.count; i++) {
    char key[300], line[400];
    if (!place->strange(names.items[i]))
      continue;
    snprintf(key, sizeof key, "%s\\%.200s", place->path, names.items[i]);
    snprintf(line, sizeof line, "%s is read by nobody: Windows has no such key; is its name mistyped?", key);
    if (name_list_add(out, line) != TLSMEND_OK)
      code = error_no_memory(error);
  }
  name_list_clear(&names);
  return code;
}

int unread_keys(tlsmend_machine *self, name_list *out, tlsmend_error *error) {
  const tlsmend_system *system = NULL;
  if (!machine_is_file(self))
    return TLSMEND_OK;
  int code = machine_system(self, &system, error);
  for (size_t i = 0; code == TLSMEND_OK && i < sizeof places / sizeof *places; i++)
    if (!places[i].narrow || !machine_is_64bit(system))
      code = look(self, &places[i], out, error);
  return code;
}
