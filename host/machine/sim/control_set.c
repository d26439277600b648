/*
 * Which control set of a snapshot is in use. On a computer CurrentControlSet is a link to one of them, and Select\Current says to which;
 * in an export of HKLM\SYSTEM it may stand written out, or only the sets do. Where none can be told from the file there is none.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unicode.h"
#include "machine/sim/snapshot.h"
#include "registry/path.h"
#include "registry/value.h"

#define SYSTEM_KEY "HKLM\\SYSTEM"
#define CURRENT    SYSTEM_KEY "\\" SIM_CURRENT_SET

static bool is_set(const char *name) {
  const char *number = unicode_name_rest(name, "ControlSet");
  return number && *number && !number[strspn(number, "0123456789")];
}

/* The number in Select\Current; false if there is none. */
static bool selected(const tree *tree, unsigned *out) {
  const tree_key *select = tree_find(tree, SYSTEM_KEY "\\Select");
  const tree_value *current = select ? tree_value_find(select, "Current") : NULL;
  uint64_t number = 0;
  if (!current || !value_number(&current->value, &number))
    return false;
  *out = (unsigned)number;
  return true;
}

/* The only set there is; NULL if there are none, or several. */
static const tree_key *only_set(const tree_key *system) {
  const tree_key *found = NULL;
  for (size_t i = 0; i < tree_key_count(system); i++) {
    const tree_key *key = tree_key_at(system, i);
    if (!is_set(tree_key_name(key)))
      continue;
    if (found)
      return NULL;
    found = key;
  }
  return found;
}

void sim_follow(struct sim *self) {
  char path[64];
  unsigned number = 0;
  const tree_key *system = tree_find(self->tree, SYSTEM_KEY), *set = NULL;
  self->set[0] = 0;
  if (!system || tree_find(self->tree, CURRENT))
    return;
  if (selected(self->tree, &number)) {
    snprintf(path, sizeof path, SYSTEM_KEY "\\ControlSet%03u", number);
    set = tree_find(self->tree, path);
  } else {
    set = only_set(system);
  }
  if (set && strlen(tree_key_name(set)) < sizeof self->set)
    strcpy(self->set, tree_key_name(set));
}

char *sim_path(const struct sim *self, const char *path, int view) {
  size_t head = sizeof CURRENT - 1;
  if (!*self->set || !path_within(path, CURRENT))
    return path_stored(path, self->x64 ? view : 64);
  size_t size = strlen(path) + sizeof self->set;
  char *followed = malloc(size);
  if (followed)
    snprintf(followed, size, SYSTEM_KEY "\\%s%s", self->set, path + head);
  return followed;
}
