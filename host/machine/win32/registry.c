/*
 * Reading the live registry. Every handle that is opened here is read-only; writing stands in registry_write.c. Values come
 * byte for byte as RegQueryValueExW hands them out, and a value that grows between two calls is read again.
 */
#include "machine/win32/win32.h"

#include <stdlib.h>
#include <string.h>

#include "core/path.h"
#include "os/wide.h"

static const struct root {
  const char *name;
  size_t length;
  HKEY key;
} roots[] = {
    {"HKLM", 4, HKEY_LOCAL_MACHINE}, {"HKCU", 4, HKEY_CURRENT_USER},   {"HKU", 3, HKEY_USERS},
    {"HKCR", 4, HKEY_CLASSES_ROOT},  {"HKCC", 4, HKEY_CURRENT_CONFIG},
};

/* The longest names in UTF-16 units, with their terminators. */
enum { KEY_NAME_ROOM = PATH_KEY_NAME_MAX + 1, VALUE_NAME_ROOM = PATH_VALUE_NAME_MAX + 1 };

static int fail_memory(tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_MEMORY, "out of memory");
}

int registry_fail(tlsmend_error *error, LONG number, const char *verb, const tlsmend_key *key) {
  char reason[400];
  wide_reason((unsigned long)number, reason, sizeof reason);
  return tlsmend_error_set(error, wide_code((unsigned long)number), "cannot %s %s (%d-bit view): %s", verb,
                           key->path, key->view, reason);
}

LONG registry_open(const win32_machine *self, const tlsmend_key *key, REGSAM rights, HKEY *out) {
  *out = NULL;
  size_t length = strcspn(key->path, "\\");
  HKEY root = NULL;
  for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
    if (roots[i].length == length && memcmp(roots[i].name, key->path, length) == 0)
      root = roots[i].key;
  if (!root)
    return ERROR_FILE_NOT_FOUND;
  wchar_t *path = wide_from_utf8(key->path[length] ? key->path + length + 1 : "");
  if (!path)
    return ERROR_OUTOFMEMORY;
  if (self->wide_system)
    rights |= key->view == 32 ? KEY_WOW64_32KEY : KEY_WOW64_64KEY;
  LONG number = RegOpenKeyExW(root, path, 0, rights, out);
  free(path);
  /* A name that cannot exist does not exist: Windows answers so for names of more than 255 characters. */
  return number == ERROR_INVALID_PARAMETER || number == ERROR_BAD_PATHNAME || number == ERROR_INVALID_NAME
             ? ERROR_FILE_NOT_FOUND
             : number;
}

static bool absent(LONG number) { return number == ERROR_FILE_NOT_FOUND || number == ERROR_PATH_NOT_FOUND; }

int registry_key_exists(tlsmend_machine *machine, const tlsmend_key *key, bool *out, tlsmend_error *error) {
  const win32_machine *self = (const win32_machine *)machine;
  HKEY handle;
  LONG number = registry_open(self, key, KEY_QUERY_VALUE, &handle);
  *out = number == ERROR_SUCCESS;
  if (number == ERROR_SUCCESS)
    RegCloseKey(handle);
  return *out || absent(number) ? TLSMEND_OK : registry_fail(error, number, "open", key);
}

/* Makes room for `size` bytes of a value. */
static bool scratch_grow(win32_machine *self, DWORD size) {
  if (size <= self->scratch_size)
    return true;
  unsigned char *more = realloc(self->scratch, size);
  if (!more)
    return false;
  self->scratch = more;
  self->scratch_size = size;
  return true;
}

int registry_query(win32_machine *self, HKEY handle, const tlsmend_key *key, const char *name,
                   tlsmend_value *out, tlsmend_error *error) {
  wchar_t *wide = wide_from_utf8(name);
  if (!wide || !scratch_grow(self, 1024)) {
    free(wide);
    return fail_memory(error);
  }
  DWORD type, size;
  LONG number;
  for (;;) {
    size = self->scratch_size;
    number = RegQueryValueExW(handle, wide, NULL, &type, self->scratch, &size);
    if (number != ERROR_MORE_DATA)
      break;
    if (!scratch_grow(self, size > self->scratch_size ? size : self->scratch_size * 2)) {
      number = ERROR_OUTOFMEMORY;
      break;
    }
  }
  free(wide);
  if (absent(number))
    return TLSMEND_OK;
  if (number != ERROR_SUCCESS)
    return registry_fail(error, number, "read a value of", key);
  return tlsmend_value_set(out, type, self->scratch, size, error);
}

int registry_value_get(tlsmend_machine *machine, const tlsmend_key *key, const char *name, tlsmend_value *out,
                       tlsmend_error *error) {
  win32_machine *self = (win32_machine *)machine;
  tlsmend_value_clear(out);
  HKEY handle;
  LONG number = registry_open(self, key, KEY_QUERY_VALUE, &handle);
  if (absent(number))
    return TLSMEND_OK;
  if (number != ERROR_SUCCESS)
    return registry_fail(error, number, "open", key);
  int result = registry_query(self, handle, key, name, out, error);
  RegCloseKey(handle);
  return result;
}

/* ---- enumeration ---- */

typedef struct names {
  char **items;
  size_t count, room;
} names;

static bool names_add(names *list, const wchar_t *name, size_t length) {
  if (list->count == list->room) {
    size_t room = list->room ? list->room * 2 : 32;
    char **items = realloc(list->items, room * sizeof *items);
    if (!items)
      return false;
    list->items = items;
    list->room = room;
  }
  char *copy = wide_to_utf8(name, length);
  if (copy)
    list->items[list->count++] = copy;
  return copy != NULL;
}

static void names_free(names *list) {
  for (size_t i = 0; i < list->count; i++)
    free(list->items[i]);
  free(list->items);
}

/* All names of an open key: subkeys or values. Answers a Windows error number. */
static LONG names_read(HKEY handle, bool values, names *list) {
  wchar_t *buffer = malloc((values ? VALUE_NAME_ROOM : KEY_NAME_ROOM) * sizeof *buffer);
  if (!buffer)
    return ERROR_OUTOFMEMORY;
  LONG number = ERROR_SUCCESS;
  for (DWORD i = 0; number == ERROR_SUCCESS; i++) {
    DWORD length = values ? VALUE_NAME_ROOM : KEY_NAME_ROOM;
    number = values ? RegEnumValueW(handle, i, buffer, &length, NULL, NULL, NULL, NULL)
                    : RegEnumKeyExW(handle, i, buffer, &length, NULL, NULL, NULL, NULL);
    if (number == ERROR_SUCCESS && !names_add(list, buffer, length))
      number = ERROR_OUTOFMEMORY;
  }
  free(buffer);
  return number == ERROR_NO_MORE_ITEMS ? ERROR_SUCCESS : number;
}

/* Collects first and calls then: what is called may ask the machine for more. */
static int each(win32_machine *self, const tlsmend_key *key, bool values, names *list, tlsmend_error *error) {
  HKEY handle;
  LONG number = registry_open(self, key, values ? KEY_QUERY_VALUE : KEY_ENUMERATE_SUB_KEYS, &handle);
  if (absent(number))
    return tlsmend_error_set(error, TLSMEND_E_ABSENT, "there is no key %s (%d-bit view)", key->path,
                             key->view);
  if (number == ERROR_SUCCESS) {
    number = names_read(handle, values, list);
    RegCloseKey(handle);
  }
  return number == ERROR_SUCCESS ? TLSMEND_OK : registry_fail(error, number, "list", key);
}

static int each_call(const names *list, tlsmend_name_fn fn, void *data) {
  int result = TLSMEND_OK;
  for (size_t i = 0; result == TLSMEND_OK && i < list->count; i++)
    result = fn(data, list->items[i]);
  return result;
}

int registry_each_key(tlsmend_machine *machine, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                      tlsmend_error *error) {
  names list = {0};
  int result = each((win32_machine *)machine, key, false, &list, error);
  if (result == TLSMEND_OK)
    result = each_call(&list, fn, data);
  names_free(&list);
  return result;
}

int registry_each_value(tlsmend_machine *machine, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                        tlsmend_error *error) {
  names list = {0};
  int result = each((win32_machine *)machine, key, true, &list, error);
  if (result == TLSMEND_OK)
    result = each_call(&list, fn, data);
  names_free(&list);
  return result;
}
