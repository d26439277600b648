/*
 * Reading the live registry. Every handle that is opened here is read-only; writing stands in registry_write.c. Values come
 * byte for byte as RegQueryValueExW hands them out, and a value that grows between two calls is read again.
 */
#include "base/error.h"
#include "machine/win32/win32.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "registry/path.h"
#include "registry/path_real.h"
#include "os/win32/library.h"
#include "os/win32/wide.h"

enum { REGISTRY_ROOTS = 5 };

static const struct root {
  const char *name;
  size_t length;
  HKEY key;
  const char *kernel; /* its name there; NULL: another for each user, see registry_check_place */
} roots[REGISTRY_ROOTS] = {
    {"HKLM", 4, HKEY_LOCAL_MACHINE, "\\REGISTRY\\MACHINE"},
    {"HKCU", 4, HKEY_CURRENT_USER, NULL},
    {"HKU", 3, HKEY_USERS, "\\REGISTRY\\USER"},
    {"HKCR", 4, HKEY_CLASSES_ROOT, "\\REGISTRY\\MACHINE\\SOFTWARE\\Classes"},
    {"HKCC", 4, HKEY_CURRENT_CONFIG,
     "\\REGISTRY\\MACHINE\\SYSTEM\\CurrentControlSet\\Hardware Profiles\\Current"},
};

/* The longest names in UTF-16 units, with their terminators. */
enum { KEY_NAME_ROOM = PATH_KEY_NAME_MAX + 1, VALUE_NAME_ROOM = PATH_VALUE_NAME_MAX + 1 };

int registry_fail(tlsmend_error *error, LONG number, const char *verb, const tlsmend_key *key) {
  char reason[400];
  if (number == ERROR_STOPPED_ON_SYMLINK)
    return tlsmend_error_set(
        error, TLSMEND_E_REFUSED,
        "%s (%d-bit view) is a link to another key, or lies below one: links are not followed; "
        "name the key that it leads to",
        key->path, key->view);
  wide_reason((unsigned long)number, reason, sizeof reason);
  return tlsmend_error_set(error, wide_code((unsigned long)number), "cannot %s %s (%d-bit view): %s", verb,
                           key->path, key->view, reason);
}

/* The kernel's name of an open key; malloc'd, NULL: it does not tell. */
static char *kernel_name(HKEY handle) {
  typedef LONG(WINAPI * query_fn)(HANDLE, int, void *, ULONG, ULONG *);
  enum { KEY_NAME_INFORMATION = 3 };
  query_fn query; /* ntdll has no import library everywhere */
  ULONG size = 1024;
  if (!library_function(L"ntdll.dll", "NtQueryKey", &query, sizeof query))
    return NULL;
  for (int attempt = 0; attempt < 3; attempt++) {
    unsigned char *answer = malloc(size);
    ULONG room = size, length;
    LONG status = answer ? query(handle, KEY_NAME_INFORMATION, answer, room, &size) : -1;
    char *text = NULL;
    if (status >= 0) {
      memcpy(&length, answer, sizeof length);
      wchar_t *wide = malloc(length + sizeof *wide);
      if (wide) {
        memcpy(wide, answer + sizeof length, length);
        text = wide_to_utf8(wide, length / sizeof *wide);
      }
      free(wide);
    }
    free(answer);
    if (status >= 0 || size <= room)
      return text;
  }
  return NULL;
}

/* The kernel's name of HKCU; malloc'd, NULL: it does not tell. */
static char *user_name(void) {
  HKEY handle;
  if (RegOpenCurrentUser(KEY_QUERY_VALUE, &handle) != ERROR_SUCCESS)
    return NULL;
  char *name = kernel_name(handle);
  RegCloseKey(handle);
  return name;
}

/* Whether `real` is `below` of the place that `begin` names. */
static bool is_at(const char *begin, const char *below, const char *real) {
  char *wanted = malloc(strlen(begin) + strlen(below) + 1);
  bool same = wanted && path_is_real(strcat(strcpy(wanted, begin), below), real);
  free(wanted);
  return same;
}

static size_t root_index(const tlsmend_key *key) {
  size_t length = strcspn(key->path, "\\"), i = 0;
  while (i < REGISTRY_ROOTS && (roots[i].length != length || memcmp(roots[i].name, key->path, length) != 0))
    i++;
  return i;
}

LONG registry_check_place(HKEY handle, const tlsmend_key *key) {
  const struct root *root = &roots[root_index(key)];
  const char *below = key->path + root->length;
  if (!*below)
    return ERROR_SUCCESS; /* a root is no key of its own, and no link */
  char *real = kernel_name(handle);
  bool same = false; /* what cannot be told is not let through */
  if (real && root->kernel)
    same = is_at(root->kernel, below, real);
  if (real && (root->key == HKEY_CURRENT_USER || root->key == HKEY_CLASSES_ROOT)) {
    char *user = user_name(), classes[300];
    snprintf(classes, sizeof classes, "%.250s%s", user ? user : "",
             root->key == HKEY_CLASSES_ROOT ? "\\Software\\Classes" : "");
    same = same || (user && is_at(classes, below, real)); /* HKCR is two trees, seen as one */
    free(user);
  }
  free(real);
  return same ? ERROR_SUCCESS : ERROR_STOPPED_ON_SYMLINK;
}

LONG registry_open(const win32_machine *self, const tlsmend_key *key, REGSAM rights, HKEY *out) {
  *out = NULL;
  size_t found = root_index(key);
  if (found == REGISTRY_ROOTS)
    return ERROR_FILE_NOT_FOUND;
  HKEY root = roots[found].key;
  size_t length = roots[found].length;
  wchar_t *path = wide_from_utf8(key->path[length] ? key->path + length + 1 : "");
  if (!path)
    return ERROR_OUTOFMEMORY;
  if (self->wide_system)
    rights |= key->view == 32 ? KEY_WOW64_32KEY : KEY_WOW64_64KEY;
  LONG number = RegOpenKeyExW(root, path, 0, rights | KEY_QUERY_VALUE, out);
  free(path);
  if (number == ERROR_SUCCESS && (number = registry_check_place(*out, key)) != ERROR_SUCCESS) {
    RegCloseKey(*out);
    *out = NULL;
  }
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
    return error_no_memory(error);
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

/* All names of an open key: subkeys or values. Answers a Windows error number. */
static LONG names_read(HKEY handle, bool values, name_list *list) {
  wchar_t *buffer = malloc((values ? VALUE_NAME_ROOM : KEY_NAME_ROOM) * sizeof *buffer);
  if (!buffer)
    return ERROR_OUTOFMEMORY;
  LONG number = ERROR_SUCCESS;
  for (DWORD i = 0; number == ERROR_SUCCESS; i++) {
    DWORD length = values ? VALUE_NAME_ROOM : KEY_NAME_ROOM;
    number = values ? RegEnumValueW(handle, i, buffer, &length, NULL, NULL, NULL, NULL)
                    : RegEnumKeyExW(handle, i, buffer, &length, NULL, NULL, NULL, NULL);
    if (number == ERROR_SUCCESS && !name_list_take(list, wide_to_utf8(buffer, length)))
      number = ERROR_OUTOFMEMORY;
  }
  free(buffer);
  return number == ERROR_NO_MORE_ITEMS ? ERROR_SUCCESS : number;
}

/* Collects first and calls then: what is called may ask the machine for more. */
static int each(win32_machine *self, const tlsmend_key *key, bool values, tlsmend_name_fn fn, void *data,
                tlsmend_error *error) {
  HKEY handle;
  LONG number = registry_open(self, key, values ? KEY_QUERY_VALUE : KEY_ENUMERATE_SUB_KEYS, &handle);
  if (absent(number))
    return tlsmend_error_set(error, TLSMEND_E_ABSENT, "there is no key %s (%d-bit view)", key->path,
                             key->view);
  name_list list = {0};
  if (number == ERROR_SUCCESS) {
    number = names_read(handle, values, &list);
    RegCloseKey(handle);
  }
  int code =
      number == ERROR_SUCCESS ? name_list_each(&list, fn, data) : registry_fail(error, number, "list", key);
  name_list_clear(&list);
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
