/*
 * The key of a component is named ARCHITECTURE_COMPONENT_TOKEN_none_HASH. Its default value names a branch ("6.1"), a key below it; the
 * default value of that is the version that has won, and a value of the same name is 01.
 */
#include "machine/update/winners.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/machine.h"
#include "plan/change.h"
#include "registry/value.h"

#define WINNERS "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\SideBySide\\Winners"

/* The hash is of the component's name and attributes without its version, the same on every Windows: that of amd64, as real machines have it. */
static const struct component {
  const char *name;
  uint64_t hash;
} components[] = {
    {"microsoft-windows-webio", 0x46965e6a44b124c4},
    {"microsoft.windows.winhttp", 0x070f71fc9f68c1f8},
    {"microsoft-windows-security-schannel", 0xceefe6e58cda1367},
};

/* What an architecture adds to the hash: the same for all components. */
static const struct architecture {
  const char *system, *name;
  int view;
  uint64_t adds;
} architectures[] = {
    {"x64", "amd64", 64, 0},
    {"x64", "wow64", 32, 0x0a54aa523460c1fb},
    {"x86", "x86", 32, 0xa3e1647c47a28eca},
};

/* The text of a value; malloc'd, NULL if it is none. */
static int read_text(tlsmend_machine *machine, const char *key, char **out, tlsmend_error *error) {
  tlsmend_value value = {0};
  int code = machine_value_get(machine, key, 0, "", &value, error);
  *out = code == TLSMEND_OK ? value_text(&value) : NULL;
  tlsmend_value_clear(&value);
  return code;
}

/* The branch of a component: the one that its key names, else the only one. */
static int find_branch(tlsmend_machine *machine, const char *key, char **out, tlsmend_error *error) {
  name_list names = {0};
  int code = read_text(machine, key, out, error);
  if (code != TLSMEND_OK || *out)
    return code;
  code = machine_keys(machine, key, 0, &names, error);
  if (code == TLSMEND_OK && names.count == 1)
    *out = strdup(names.items[0]);
  name_list_clear(&names);
  return code == TLSMEND_E_ABSENT ? TLSMEND_OK : code;
}

/* Whether the value with the version's name says that it is there. */
static int is_chosen(tlsmend_machine *machine, const char *key, const char *version, bool *out,
                     tlsmend_error *error) {
  tlsmend_value value = {0};
  int code = machine_value_get(machine, key, 0, version, &value, error);
  *out = code == TLSMEND_OK && value.present && value.size > 0 && value.data[0] == 1;
  tlsmend_value_clear(&value);
  return code;
}

static int read_winner(tlsmend_machine *machine, const char *component, uint64_t *out, tlsmend_error *error) {
  char *branch = NULL, *version = NULL, key[512];
  bool chosen = false;
  int code = find_branch(machine, component, &branch, error);
  bool good = branch && *branch && !branch[strspn(branch, "0123456789.")];
  if (code == TLSMEND_OK && good && snprintf(key, sizeof key, "%s\\%s", component, branch) < (int)sizeof key)
    code = read_text(machine, key, &version, error);
  if (code == TLSMEND_OK && version)
    code = is_chosen(machine, key, version, &chosen, error);
  bool told = chosen && version_parse(version, out);
  free(branch);
  free(version);
  if (code != TLSMEND_OK || told)
    return code;
  return tlsmend_error_set(error, TLSMEND_E_ABSENT, "%s does not say which version has won", component);
}

int winners_version(tlsmend_machine *machine, const char *component, int view, uint64_t *out,
                    tlsmend_error *error) {
  const tlsmend_system *system = NULL;
  const struct component *found = NULL;
  char key[400];
  *out = 0;
  int code = machine_system(machine, &system, error);
  if (code != TLSMEND_OK)
    return code;
  for (size_t i = 0; i < sizeof components / sizeof *components; i++)
    if (strcmp(component, components[i].name) == 0)
      found = &components[i];
  if (view == 0)
    view = machine_is_64bit(system) ? 64 : 32;
  for (size_t i = 0; found && i < sizeof architectures / sizeof *architectures; i++) {
    const struct architecture *row = &architectures[i];
    if (strcmp(row->system, system->architecture) != 0 || row->view != view)
      continue;
    snprintf(key, sizeof key, WINNERS "\\%s_%s_31bf3856ad364e35_none_%016" PRIx64, row->name, found->name,
             found->hash + row->adds);
    return read_winner(machine, key, out, error);
  }
  return tlsmend_error_set(error, TLSMEND_E_ABSENT, "%s is no component that is looked for here", component);
}
