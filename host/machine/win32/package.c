/*
 * The file of an update. It is copied into the state folder first and checked there: between a check and an installation on a
 * share or in a download folder, somebody else could exchange the file.
 */
#include "machine/win32/win32.h"

#include <stdlib.h>
#include <string.h>

#include "core/bundle.h"
#include "machine/package.h"
#include "os/os.h"
#include "os/wide.h"

static int fail_memory(tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_MEMORY, "out of memory");
}

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

static int check_hash(const char *path, const char *expected, tlsmend_error *error) {
  char found[65];
  int result = package_sha256(path, found, error);
  if (result == TLSMEND_OK && strcmp(found, expected) != 0)
    result =
        tlsmend_error_set(error, TLSMEND_E_REFUSED, "%s is not the approved package: SHA-256 is %s, not %s",
                          path, found, expected);
  return result;
}

static int copy(const char *from, const char *to, tlsmend_error *error) {
  if (bundle_inner(from))
    return package_extract(from, to, error);
  wchar_t *source, *target = NULL;
  int result = wide_path(from, &source, error);
  if (result == TLSMEND_OK)
    result = wide_path(to, &target, error);
  if (result == TLSMEND_OK && !CopyFileW(source, target, TRUE))
    result = wide_fail(error, GetLastError(), "copy the package", from);
  if (result == TLSMEND_OK)
    SetFileAttributesW(target, FILE_ATTRIBUTE_NORMAL); /* a read-only copy could not be removed again */
  free(target);
  free(source);
  return result;
}

/* The last name of a path, as either separator has it. */
static const char *leaf(const char *path) {
  const char *found = path;
  for (const char *c = path; *c; c++)
    if (*c == '\\' || *c == '/' || *c == ':' || *c == '|')
      found = c + 1;
  return found;
}

/* Removes a copy, and its folder when that is empty. */
void package_drop(char *path) {
  if (!path)
    return;
  os_file_remove(path, NULL);
  char *last = strrchr(path, '\\');
  wchar_t *folder = NULL;
  if (last)
    *last = '\0';
  if (last && wide_path(path, &folder, NULL) == TLSMEND_OK)
    RemoveDirectoryW(folder);
  free(folder);
  free(path);
}

int package_take(const win32_machine *self, const tlsmend_update *update, char **out, tlsmend_error *error) {
  *out = NULL;
  if (!update->file || !update->sha256)
    return tlsmend_error_set(error, TLSMEND_E_REFUSED,
                             "%s cannot be installed: its package is not at hand (give it with -p)",
                             update->kb);
  char *folder = os_path_join(self->state, "packages"), *place = NULL, *absolute = NULL;
  os_folder *held = NULL;
  int result = folder ? os_folder_open(folder, true, &held, error) : fail_memory(error);
  if (result == TLSMEND_OK && !(place = os_path_join(folder, leaf(update->file))))
    result = fail_memory(error);
  if (result == TLSMEND_OK)
    result = package_absolute(place, &absolute, error);
  if (result == TLSMEND_OK)
    os_file_remove(absolute, NULL); /* of a run that was killed; the copy is made new */
  if (result == TLSMEND_OK)
    result = copy(update->file, absolute, error);
  if (result == TLSMEND_OK)
    result = check_hash(absolute, update->sha256, error);
  if (result == TLSMEND_OK) {
    *out = absolute;
    absolute = NULL;
  }
  os_folder_close(held); /* Windows removes no folder that is held */
  package_drop(absolute);
  free(place);
  free(folder);
  return result;
}
