/*
 * Opening keys of the live registry, each in its view and at its place. Windows lets a key be a link to another one and opens that
 * instead without a word, so each handle is asked where it is, by the name that the kernel has for it.
 */
#include "base/error.h"
#include "machine/win32/win32.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

void registry_begin(win32_machine *self) {
  /* ntdll has no import library everywhere. Without it no key is let through. */
  library_function(L"ntdll.dll", "NtQueryKey", &self->query_key, sizeof self->query_key);
}

void registry_name_clear(key_name *name) {
  if (name->data != name->room)
    free(name->data);
  name->data = NULL;
}

/* False: the kernel does not tell. To be cleared all the same. */
static bool name_take(const win32_machine *self, HKEY handle, key_name *out) {
  enum { KEY_NAME_INFORMATION = 3 };
  ULONG room = sizeof out->room, size = 0;
  out->data = out->room;
  for (int attempt = 0; self->query_key && out->data && attempt < 3; attempt++) {
    LONG status = self->query_key(handle, KEY_NAME_INFORMATION, out->data, room, &size);
    if (status >= 0) {
      out->size = size;
      return true;
    }
    registry_name_clear(out);
    if (size <= room)
      return false;
    out->data = malloc(room = size);
  }
  return false;
}

bool registry_name_is(const win32_machine *self, HKEY handle, const void *name, ULONG size) {
  key_name now;
  bool same = name_take(self, handle, &now) && now.size == size && memcmp(now.data, name, size) == 0;
  registry_name_clear(&now);
  return same;
}

/* In UTF-8; malloc'd, NULL when out of memory. What the kernel answers is the length in bytes, and the text. */
static char *name_text(const key_name *name) {
  ULONG length;
  memcpy(&length, name->data, sizeof length);
  wchar_t *wide = length <= name->size - sizeof length ? malloc(length + sizeof *wide) : NULL;
  if (!wide)
    return NULL;
  memcpy(wide, (const char *)name->data + sizeof length, length);
  char *text = wide_to_utf8(wide, length / sizeof *wide);
  free(wide);
  return text;
}

/* The kernel's name of HKCU; malloc'd, NULL: it does not tell. */
static char *user_name(const win32_machine *self) {
  HKEY handle;
  if (RegOpenCurrentUser(KEY_QUERY_VALUE, &handle) != ERROR_SUCCESS)
    return NULL;
  key_name name;
  char *text = name_take(self, handle, &name) ? name_text(&name) : NULL;
  registry_name_clear(&name);
  RegCloseKey(handle);
  return text;
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

/* Whether an open handle is at the place that `key` names; `name` receives the kernel's name for it, to be cleared. A root is no key of
 * its own, no link, and has none. */
static LONG check_place(const win32_machine *self, HKEY handle, const tlsmend_key *key, key_name *name) {
  const struct root *root = &roots[root_index(key)];
  const char *below = key->path + root->length;
  name->data = NULL;
  if (!*below)
    return ERROR_SUCCESS;
  char *real = name_take(self, handle, name) ? name_text(name) : NULL;
  bool same = false; /* what cannot be told is not let through */
  if (real && root->kernel)
    same = is_at(root->kernel, below, real);
  if (real && (root->key == HKEY_CURRENT_USER || root->key == HKEY_CLASSES_ROOT)) {
    char *user = user_name(self), classes[300];
    snprintf(classes, sizeof classes, "%.250s%s", user ? user : "",
             root->key == HKEY_CLASSES_ROOT ? "\\Software\\Classes" : "");
    same = same || (user && is_at(classes, below, real)); /* HKCR is two trees, seen as one */
    free(user);
  }
  free(real);
  return same ? ERROR_SUCCESS : ERROR_STOPPED_ON_SYMLINK;
}

LONG registry_check_place(const win32_machine *self, HKEY handle, const tlsmend_key *key) {
  key_name name;
  LONG number = check_place(self, handle, key, &name);
  registry_name_clear(&name);
  return number;
}

LONG registry_open_named(const win32_machine *self, const tlsmend_key *key, REGSAM rights, HKEY *out,
                         key_name *name) {
  *out = NULL;
  name->data = NULL;
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
  if (number == ERROR_SUCCESS && (number = check_place(self, *out, key, name)) != ERROR_SUCCESS) {
    RegCloseKey(*out);
    *out = NULL;
  }
  /* A name that cannot exist does not exist: Windows answers so for names of more than 255 characters. */
  return number == ERROR_INVALID_PARAMETER || number == ERROR_BAD_PATHNAME || number == ERROR_INVALID_NAME
             ? ERROR_FILE_NOT_FOUND
             : number;
}

LONG registry_open(const win32_machine *self, const tlsmend_key *key, REGSAM rights, HKEY *out) {
  key_name name;
  LONG number = registry_open_named(self, key, rights, out, &name);
  registry_name_clear(&name);
  return number;
}
