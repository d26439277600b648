/*
 * The file of an update. It is copied into the state folder first, and the copy is what was checked: between a check and an installation
 * on a share or in a download folder, somebody else could exchange the file.
 */
#include "base/error.h"
#include "machine/win32/win32.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/update/package.h"
#include "os/os.h"
#include "os/win32/wide.h"

int package_absolute(const char *path, char **out, tlsmend_error *error) {
  *out = NULL;
  wchar_t *wide = wide_from_utf8(path);
  DWORD room = wide ? GetFullPathNameW(wide, 0, NULL, NULL) : 0;
  wchar_t *full = room ? malloc(room * sizeof *full) : NULL;
  DWORD length = full ? GetFullPathNameW(wide, room, full, NULL) : 0;
  if (length && length < room)
    *out = wide_to_utf8(full, length);
  free(full);
  free(wide);
  return *out ? TLSMEND_OK : tlsmend_error_set(error, TLSMEND_E_IO, "cannot resolve the path %s", path);
}

static bool is_package(const char *path, const char *expected) {
  char found[65];
  return package_sha256(path, found, NULL) == TLSMEND_OK && strcmp(found, expected) == 0;
}

/* The last name of a path, as either separator has it. */
static const char *leaf(const char *path) {
  const char *found = path;
  for (const char *c = path; *c; c++)
    if (*c == '\\' || *c == '/' || *c == ':' || *c == '|')
      found = c + 1;
  return found;
}

/* Removes a folder that is empty. */
static void remove_folder(const char *path) {
  wchar_t *folder = NULL;
  if (wide_path(path, &folder, NULL) == TLSMEND_OK)
    RemoveDirectoryW(folder);
  free(folder);
}

/* Removes a copy, and its two folders when they are empty. */
void package_drop(char *path) {
  if (!path)
    return;
  os_file_remove(path, NULL);
  for (int i = 0; i < 2; i++) {
    char *last = strrchr(path, '\\');
    if (last)
      *last = '\0';
    remove_folder(path);
  }
  free(path);
}

/* Where the copy of a package lies: in a folder of its own, because two may have one name; held against being exchanged. malloc'd. */
static int place_of(const win32_machine *self, const tlsmend_update *update, char **out, os_folder **held,
                    tlsmend_error *error) {
  char inside[20];
  os_folder *above = NULL;
  snprintf(inside, sizeof inside, "%.16s", update->sha256);
  char *packages = os_path_join(self->state, "packages"),
       *folder = packages ? os_path_join(packages, inside) : NULL,
       *place = folder ? os_path_join(folder, leaf(update->file)) : NULL;
  int result = place ? os_folder_open(packages, true, &above, error) : error_no_memory(error);
  if (result == TLSMEND_OK)
    result = os_folder_open(folder, true, held, error);
  os_folder_close(above);
  if (result == TLSMEND_OK)
    result = package_absolute(place, out, error);
  free(place);
  free(folder);
  free(packages);
  return result;
}

int package_take(const win32_machine *self, const tlsmend_update *update, bool begun, char **out,
                 tlsmend_error *error) {
  char *place = NULL;
  os_folder *held = NULL;
  *out = NULL;
  if (!update->file || !update->sha256)
    return tlsmend_error_set(error, TLSMEND_E_REFUSED,
                             "%s cannot be installed: its package is not at hand (give it with -p)",
                             update->kb);
  int result = place_of(self, update, &place, &held, error);
  bool kept = result == TLSMEND_OK && begun && os_file_exists(place) && is_package(place, update->sha256);
  if (result == TLSMEND_OK && !kept) {
    os_file_remove(place, NULL); /* of a run that was killed; the copy is made new */
    result = package_copy(update->file, place, update->sha256, error);
  }
  if (result == TLSMEND_OK) {
    *out = place;
    place = NULL;
  }
  os_folder_close(held); /* Windows removes no folder that is held */
  package_drop(place);
  return result;
}

int package_keep(tlsmend_machine *machine, const tlsmend_change *change, bool begun, tlsmend_error *error) {
  char *path = NULL;
  int result = package_take((win32_machine *)machine, &change->update, begun, &path, error);
  free(path);
  return result;
}

static int drop_one(void *data, const char *name) {
  char *path = os_path_join(data, name);
  if (path)
    os_file_remove(path, NULL);
  free(path);
  return TLSMEND_OK;
}

static int drop_folder(void *data, const char *name) {
  char *path = os_path_join(data, name);
  if (path) {
    os_dir_each(path, drop_one, path, NULL);
    remove_folder(path);
  }
  free(path);
  return TLSMEND_OK;
}

void package_clear(const char *state) {
  char *folder = os_path_join(state, "packages");
  if (folder && os_dir_each(folder, drop_folder, folder, NULL) == TLSMEND_OK)
    remove_folder(folder);
  free(folder);
}
