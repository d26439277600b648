/* Names of the machine below, in a tree: those of the subkeys of a key and those of its values stand as values of two of its keys. */
#include "machine/spelling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/machine.h"
#include "registry/path.h"

static void enter(tree_key *key, tlsmend_machine *machine, const char *path, int view, bool values) {
  tlsmend_value none = {0};
  name_list names = {0};
  int code = values ? machine_values(machine, path, view, &names, NULL)
                    : machine_keys(machine, path, view, &names, NULL);
  tree_key_set_mark(key, TREE_CREATED);
  for (size_t i = 0; code == TLSMEND_OK && i < names.count; i++)
    tree_value_put(key, names.items[i], &none);
  name_list_clear(&names);
}

/* The names below a key, which are listed when they are first asked for; NULL: no memory. */
static const tree_key *names_below(spelling *self, tlsmend_machine *machine, const char *path, int view,
                                   bool values) {
  size_t room = strlen(path) + 16;
  char *place = malloc(room);
  if (!self->names)
    self->names = tree_new();
  if (place)
    snprintf(place, room, "%s %d\\%s", values ? "values" : "keys", view, path);
  tree_key *key = place && self->names ? tree_make(self->names, place) : NULL;
  if (key && tree_key_mark(key) != TREE_CREATED)
    enter(key, machine, path, view, values);
  free(place);
  return key;
}

static void spell(char *name, const tree_key *names) {
  const tree_value *found = names ? tree_value_find(names, name) : NULL;
  if (found && strlen(found->name) == strlen(name))
    strcpy(name, found->name);
}

void spelling_take(spelling *self, tlsmend_machine *machine, tlsmend_change *change) {
  if (change->kind == TLSMEND_CHANGE_VALUE_DELETE)
    spell(change->name, names_below(self, machine, change->key, change->view, true));
  size_t parent = change->kind == TLSMEND_CHANGE_KEY_DELETE ? path_parent(change->key) : 0;
  if (!parent)
    return;
  change->key[parent] = 0;
  spell(change->key + parent + 1, names_below(self, machine, change->key, change->view, false));
  change->key[parent] = '\\';
}

void spelling_clear(spelling *self) {
  tree_free(self->names);
  self->names = NULL;
}
