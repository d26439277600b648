/*
 * Bringing changes of the live registry to the disk. RegFlushKey writes the whole hive that a key is in and holds up everybody who writes
 * there meanwhile, so each hive is flushed once for all that was changed in it.
 */
#include "base/error.h"
#include "machine/win32/win32.h"

#include <stdlib.h>
#include <string.h>

#include "base/unicode.h"
#include "registry/path.h"

#define CLASSES "\\Software\\Classes"

/* What names the hive of a key: "HKLM\SOFTWARE", "HKU\S-1-5-19", "HKCU", or a user's classes, which are a hive of their own; malloc'd,
 * NULL when out of memory. */
static char *hive_of(const char *path) {
  bool users = strncmp(path, "HKU\\", 4) == 0;
  size_t root = strcspn(path, "\\"), length = root;
  if (users || strncmp(path, "HKLM\\", 5) == 0)
    length = root + 1 + strcspn(path + root + 1, "\\");
  char *hive = malloc(length + sizeof CLASSES);
  if (!hive)
    return NULL;
  memcpy(hive, path, length);
  strcpy(hive + length, CLASSES);
  if ((!users && strncmp(path, "HKCU", 4) != 0) || !path_within(path, hive))
    hive[length] = '\0';
  return hive;
}

/* Flushes a hive through a key of it, or the nearest one above that can be opened. One that is not loaded any more is on the disk. */
static int flush(const win32_machine *self, const tlsmend_key *key, const char *hive, tlsmend_error *error) {
  char *path = strdup(key->path);
  tlsmend_key at = {path, key->view};
  HKEY handle = NULL;
  if (!path)
    return error_no_memory(error);
  LONG number = registry_open(self, &at, KEY_QUERY_VALUE, &handle);
  for (size_t length; number != ERROR_SUCCESS && (length = path_parent(path)) >= strlen(hive);) {
    path[length] = '\0';
    number = registry_open(self, &at, KEY_QUERY_VALUE, &handle);
  }
  free(path);
  if (number == ERROR_SUCCESS) {
    number = RegFlushKey(handle);
    RegCloseKey(handle);
  }
  return number == ERROR_SUCCESS || number == ERROR_FILE_NOT_FOUND
             ? TLSMEND_OK
             : registry_fail(error, number, "flush", key);
}

/* HKCR is two trees, seen as one; what was written lies in either. */
static int flush_classes(const win32_machine *self, int view, tlsmend_error *error) {
  tlsmend_key machine = {"HKLM\\SOFTWARE\\Classes", view}, user = {"HKCU\\Software\\Classes", view};
  int code = flush(self, &machine, "HKLM\\SOFTWARE", error);
  return code == TLSMEND_OK ? flush(self, &user, user.path, error) : code;
}

static bool is_done(const name_list *done, const char *hive) {
  for (size_t i = done->count; i-- > 0;)
    if (unicode_name_equal(done->items[i], hive))
      return true;
  return false;
}

int registry_flush(tlsmend_machine *machine, const tlsmend_change *changes, size_t count,
                   tlsmend_error *error) {
  win32_machine *self = (win32_machine *)machine;
  name_list done = {0};
  int code = TLSMEND_OK;
  registry_drop(self);
  for (size_t i = 0; code == TLSMEND_OK && i < count; i++) {
    tlsmend_key key = {changes[i].key, changes[i].view};
    if (!key.path) /* an update or a restart */
      continue;
    char *hive = hive_of(key.path);
    if (hive && is_done(&done, hive))
      free(hive);
    else if (!name_list_take(&done, hive))
      code = error_no_memory(error);
    else
      code =
          strcmp(hive, "HKCR") == 0 ? flush_classes(self, key.view, error) : flush(self, &key, hive, error);
  }
  name_list_clear(&done);
  return code;
}
