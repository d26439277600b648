/*
 * Keys that stay open between reads, or between the writes of a batch. A read through such a handle asks for the key's name again
 * before it asks for a value: whoever deletes the key, gives it another name or puts a link in its place is noticed as if the key were
 * opened anew, so that only opening and closing are saved and no check. That a key is not there is never kept.
 */
#include "machine/win32/win32.h"

#include <stdlib.h>
#include <string.h>

/* More keys than a runbook asks about before it comes back to one. */
enum { KEPT_MOST = 64 };

struct kept_key {
  char *path; /* NULL: a free place */
  int view;
  REGSAM rights;
  HKEY handle;
  void *name; /* the kernel's name of it */
  ULONG name_size;
  unsigned long long used; /* when: the larger, the later */
};

static void drop(kept_key *kept) {
  RegCloseKey(kept->handle);
  free(kept->path);
  free(kept->name);
  *kept = (kept_key){0};
}

void registry_drop(win32_machine *self) {
  for (size_t i = 0; self->kept && i < KEPT_MOST; i++)
    if (self->kept[i].path)
      drop(&self->kept[i]);
  free(self->kept);
  self->kept = NULL;
}

/* An open handle with these rights, which is at its place still; NULL: there is none. */
static kept_key *find(win32_machine *self, const tlsmend_key *key, REGSAM rights) {
  for (kept_key *kept = self->kept; kept && kept < self->kept + KEPT_MOST; kept++) {
    if (!kept->path || kept->view != key->view || kept->rights != rights ||
        strcmp(kept->path, key->path) != 0)
      continue;
    if (registry_name_is(self, kept->handle, kept->name, kept->name_size))
      return kept;
    drop(kept);
  }
  return NULL;
}

static kept_key *least_used(win32_machine *self) {
  kept_key *least = self->kept;
  for (kept_key *kept = least; kept && kept < self->kept + KEPT_MOST; kept++)
    if (kept->used < least->used)
      least = kept;
  return least;
}

/* Takes a handle over; NULL: the caller closes it. The hives of users are not kept open: one could not be unloaded when its user logs off.
 * HKCR is two trees, and a key that somebody makes in the user's hides the machine's, whose own name stays what it was. Roots have no
 * name, and need not be opened. */
static kept_key *keep(win32_machine *self, const tlsmend_key *key, REGSAM rights, HKEY handle,
                      const key_name *name) {
  if (!name->data || strncmp(key->path, "HKU\\", 4) == 0 || strncmp(key->path, "HKCR\\", 5) == 0)
    return NULL;
  if (!self->kept)
    self->kept = calloc(KEPT_MOST, sizeof *self->kept);
  kept_key *place = least_used(self),
           taken = {strdup(key->path), key->view, rights, handle, malloc(name->size), name->size, 0};
  if (!place || !taken.path || !taken.name) {
    free(taken.path);
    free(taken.name);
    return NULL;
  }
  memcpy(taken.name, name->data, name->size);
  if (place->path)
    drop(place);
  *place = taken;
  return place;
}

/* As registry_with, once. `again`: what was kept does not count any more. */
static LONG call(win32_machine *self, const tlsmend_key *key, REGSAM rights, registry_fn fn, void *data,
                 bool *again) {
  key_name name = {0};
  HKEY handle = NULL;
  bool writes = rights & KEY_SET_VALUE;
  if (writes != self->kept_writes)
    registry_drop(self);
  self->kept_writes = writes;
  kept_key *kept = find(self, key, rights);
  LONG number = kept ? ERROR_SUCCESS : registry_open_named(self, key, rights, &handle, &name);
  bool fresh = !kept;
  if (fresh && number == ERROR_SUCCESS)
    kept = keep(self, key, rights, handle, &name);
  registry_name_clear(&name);
  if (number != ERROR_SUCCESS)
    return number;
  number = fn(data, kept ? kept->handle : handle);
  *again =
      number != ERROR_SUCCESS && number != ERROR_FILE_NOT_FOUND && (!fresh || number == ERROR_KEY_DELETED);
  if (!kept)
    RegCloseKey(handle);
  else if (*again)
    drop(kept);
  else
    kept->used = ++self->kept_clock;
  return number;
}

LONG registry_with(win32_machine *self, const tlsmend_key *key, REGSAM rights, registry_fn fn, void *data) {
  bool again = false, ignored;
  LONG number = call(self, key, rights, fn, data, &again);
  return again ? call(self, key, rights, fn, data, &ignored) : number;
}
