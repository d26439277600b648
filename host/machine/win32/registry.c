/*
 * Reading the live registry, through keys that are open for reading only; writing stands in registry_write.c. Values come byte for byte
 * as RegQueryValueExW hands them out, and a value that grows between two calls is read again.
 */
#include "base/error.h"
#include "machine/win32/win32.h"

#include <stdlib.h>

#include "base/names.h"
#include "registry/path.h"
#include "os/win32/wide.h"

/* The longest names in UTF-16 units, with their terminators. */
enum { KEY_NAME_ROOM = PATH_KEY_NAME_MAX + 1, VALUE_NAME_ROOM = PATH_VALUE_NAME_MAX + 1 };

static bool absent(LONG number) { return number == ERROR_FILE_NOT_FOUND || number == ERROR_PATH_NOT_FOUND; }

/* A handle outlives its key, and says so when it is asked for something. */
static LONG look(void *data, HKEY handle) {
  (void)data;
  return RegQueryInfoKeyW(handle, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
}

int registry_key_exists(tlsmend_machine *machine, const tlsmend_key *key, bool *out, tlsmend_error *error) {
  LONG number = registry_with((win32_machine *)machine, key, KEY_QUERY_VALUE, look, NULL);
  *out = number == ERROR_SUCCESS;
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

LONG registry_ask(win32_machine *self, HKEY handle, const char *name, tlsmend_value *out) {
  wchar_t *wide = wide_from_utf8(name);
  DWORD type = 0, size = 1024;
  LONG number = ERROR_MORE_DATA;
  tlsmend_value_clear(out);
  while (number == ERROR_MORE_DATA && wide && scratch_grow(self, size)) {
    size = self->scratch_size;
    number = RegQueryValueExW(handle, wide, NULL, &type, self->scratch, &size);
    if (number == ERROR_MORE_DATA && size <= self->scratch_size)
      size = self->scratch_size * 2; /* it does not say how large it is */
  }
  free(wide);
  if (absent(number))
    return ERROR_SUCCESS;
  if (number == ERROR_SUCCESS && tlsmend_value_set(out, type, self->scratch, size, NULL) != TLSMEND_OK)
    return ERROR_OUTOFMEMORY;
  return number == ERROR_MORE_DATA ? ERROR_OUTOFMEMORY : number;
}

/* A value that is asked for. */
typedef struct question {
  win32_machine *machine;
  const char *name;
  tlsmend_value *out;
  bool opened;
} question;

static LONG ask(void *data, HKEY handle) {
  question *self = data;
  self->opened = true;
  return registry_ask(self->machine, handle, self->name, self->out);
}

int registry_value_get(tlsmend_machine *machine, const tlsmend_key *key, const char *name, tlsmend_value *out,
                       tlsmend_error *error) {
  question asked = {(win32_machine *)machine, name, out, false};
  tlsmend_value_clear(out);
  LONG number = registry_with(asked.machine, key, KEY_QUERY_VALUE, ask, &asked);
  return number == ERROR_SUCCESS || absent(number)
             ? TLSMEND_OK
             : registry_fail(error, number, asked.opened ? "read a value of" : "open", key);
}

/* Names that are collected: of subkeys or of values. */
typedef struct listing {
  bool values;
  name_list names;
} listing;

static LONG list(void *data, HKEY handle) {
  listing *self = data;
  DWORD room = self->values ? VALUE_NAME_ROOM : KEY_NAME_ROOM;
  wchar_t *buffer = malloc(room * sizeof *buffer);
  if (!buffer)
    return ERROR_OUTOFMEMORY;
  LONG number = ERROR_SUCCESS;
  name_list_clear(&self->names);
  for (DWORD i = 0; number == ERROR_SUCCESS; i++) {
    DWORD length = room;
    number = self->values ? RegEnumValueW(handle, i, buffer, &length, NULL, NULL, NULL, NULL)
                          : RegEnumKeyExW(handle, i, buffer, &length, NULL, NULL, NULL, NULL);
    if (number == ERROR_SUCCESS && !name_list_take(&self->names, wide_to_utf8(buffer, length)))
      number = ERROR_OUTOFMEMORY;
  }
  free(buffer);
  return number == ERROR_NO_MORE_ITEMS ? ERROR_SUCCESS : number;
}

/* Collects first and calls then: what is called may ask the machine for more. */
static int each(win32_machine *self, const tlsmend_key *key, bool values, tlsmend_name_fn fn, void *data,
                tlsmend_error *error) {
  listing found = {.values = values};
  LONG number = registry_with(self, key, values ? KEY_QUERY_VALUE : KEY_ENUMERATE_SUB_KEYS, list, &found);
  int code = number == ERROR_SUCCESS ? name_list_each(&found.names, fn, data)
             : absent(number) ? tlsmend_error_set(error, TLSMEND_E_ABSENT, "there is no key %s (%d-bit view)",
                                                  key->path, key->view)
                              : registry_fail(error, number, "list", key);
  name_list_clear(&found.names);
  return code;
}

int registry_each_key(tlsmend_machine *machine, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                      tlsmend_error *error) {
  return each((win32_machine *)machine, key, false, fn, data, error);
}

int registry_each_value(tlsmend_machine *machine, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                        tlsmend_error *error) {
  return each((win32_machine *)machine, key, true, fn, data, error);
}
