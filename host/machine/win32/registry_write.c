/*
 * Writing to the live registry: the only file that opens keys with write access, and only commit reaches it. Each change is
 * checked against its before through the handle by which it is written; registry_flush.c brings a batch of them to the disk.
 */
#include "base/error.h"
#include "machine/win32/win32.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "plan/change.h"
#include "registry/path.h"
#include "registry/value.h"
#include "os/win32/wide.h"

/* The exclamation mark keeps the entry until its command has ended: a power cut in the middle starts it again. */
#define RUN_ONCE_NAME L"!tlsmend-"
enum { RUN_ONCE_ROOM = 48 };

static int drift(tlsmend_error *error, const tlsmend_key *key, const char *what) {
  return tlsmend_error_set(error, TLSMEND_E_DRIFT, "%s (%d-bit view) %s: make a new plan", key->path,
                           key->view, what);
}

/* What nobody flushes later. */
static int flush(HKEY handle, const tlsmend_key *key, tlsmend_error *error) {
  LONG number = RegFlushKey(handle);
  return number == ERROR_SUCCESS ? TLSMEND_OK : registry_fail(error, number, "flush", key);
}

/* The parent of a key, opened. `path` of *parent is malloc'd. */
static int parent_open(const win32_machine *self, const tlsmend_key *key, REGSAM rights, HKEY *out,
                       tlsmend_error *error) {
  *out = NULL;
  size_t length = path_parent(key->path);
  char *path = length ? malloc(length + 1) : NULL;
  if (!path)
    return length ? error_no_memory(error)
                  : tlsmend_error_set(error, TLSMEND_E_USAGE, "%s is a root: it is neither made nor removed",
                                      key->path);
  memcpy(path, key->path, length);
  path[length] = '\0';
  tlsmend_key parent = {path, key->view};
  LONG number = registry_open(self, &parent, rights, out);
  int result = TLSMEND_OK;
  if (number == ERROR_FILE_NOT_FOUND)
    result = drift(error, &parent, "is gone");
  else if (number != ERROR_SUCCESS)
    result = registry_fail(error, number, "write to", &parent);
  free(path);
  return result;
}

static REGSAM view_rights(const win32_machine *self, const tlsmend_key *key) {
  if (!self->wide_system)
    return 0;
  return key->view == 32 ? KEY_WOW64_32KEY : KEY_WOW64_64KEY;
}

/* A link that leads nowhere is absent to whoever follows it, and making the key would make what it leads to. */
static bool is_link(const win32_machine *self, HKEY parent, const wchar_t *leaf, const tlsmend_key *key) {
  HKEY handle;
  if (RegOpenKeyExW(parent, leaf, REG_OPTION_OPEN_LINK, KEY_QUERY_VALUE | view_rights(self, key), &handle) !=
      ERROR_SUCCESS)
    return false;
  LONG number = RegQueryValueExW(handle, L"SymbolicLinkValue", NULL, NULL, NULL, NULL);
  RegCloseKey(handle);
  return number == ERROR_SUCCESS;
}

static int key_create(win32_machine *self, const tlsmend_key *key, tlsmend_error *error) {
  HKEY parent, handle = NULL;
  int result = parent_open(self, key, KEY_CREATE_SUB_KEY | KEY_QUERY_VALUE, &parent, error);
  if (result != TLSMEND_OK)
    return result;
  wchar_t *leaf = wide_from_utf8(path_leaf(key->path));
  DWORD made = 0;
  LONG number = !leaf ? ERROR_OUTOFMEMORY
                : is_link(self, parent, leaf, key)
                    ? ERROR_STOPPED_ON_SYMLINK
                    : RegCreateKeyExW(parent, leaf, 0, NULL, REG_OPTION_NON_VOLATILE,
                                      KEY_QUERY_VALUE | view_rights(self, key), NULL, &handle, &made);
  if (number == ERROR_SUCCESS)
    number = registry_check_place(self, handle, key);
  if (number != ERROR_SUCCESS)
    result = registry_fail(error, number, "create", key);
  else if (made != REG_CREATED_NEW_KEY)
    result = drift(error, key, "exists by now");
  if (handle)
    RegCloseKey(handle);
  RegCloseKey(parent);
  free(leaf);
  return result;
}

/* RegDeleteKeyExW takes the values along without a word, so what is not empty is refused here. */
static int key_check_empty(const win32_machine *self, const tlsmend_key *key, tlsmend_error *error) {
  HKEY handle;
  DWORD keys = 0, values = 0;
  LONG number = registry_open(self, key, KEY_QUERY_VALUE, &handle);
  if (number == ERROR_FILE_NOT_FOUND)
    return drift(error, key, "is gone");
  if (number == ERROR_SUCCESS) {
    number = RegQueryInfoKeyW(handle, NULL, NULL, NULL, &keys, NULL, NULL, &values, NULL, NULL, NULL, NULL);
    RegCloseKey(handle);
  }
  if (number != ERROR_SUCCESS)
    return registry_fail(error, number, "read", key);
  return keys || values ? drift(error, key, "holds something by now, so it is not removed") : TLSMEND_OK;
}

static int key_delete(win32_machine *self, const tlsmend_key *key, tlsmend_error *error) {
  int result = key_check_empty(self, key, error);
  if (result != TLSMEND_OK)
    return result;
  HKEY parent;
  result = parent_open(self, key, KEY_CREATE_SUB_KEY | KEY_QUERY_VALUE, &parent, error);
  if (result != TLSMEND_OK)
    return result;
  wchar_t *leaf = wide_from_utf8(path_leaf(key->path));
  LONG number = leaf ? RegDeleteKeyExW(parent, leaf, view_rights(self, key), 0) : ERROR_OUTOFMEMORY;
  if (number != ERROR_SUCCESS)
    result = registry_fail(error, number, "remove", key);
  RegCloseKey(parent);
  free(leaf);
  return result;
}

/* E_DRIFT if the value is not what the change expects it to be. */
static int value_check(const tlsmend_value *now, const tlsmend_key *key, const tlsmend_change *change,
                       tlsmend_error *error) {
  if (value_equal(now, &change->before))
    return TLSMEND_OK;
  char *was = change_value_print(change, &change->before), *is = change_value_print(change, now);
  int result = tlsmend_error_set(error, TLSMEND_E_DRIFT,
                                 "%s (%d-bit view) \"%.80s\" is %s by now, not %s: make a new plan",
                                 key->path, key->view, change->name, is ? is : "?", was ? was : "?");
  free(was);
  free(is);
  return result;
}

/*
 * RegSetValueExW stores two bytes more than it is given when text does not end in a zero and the memory behind it does. The bytes
 * are therefore handed over with something else on both sides.
 */
static LONG value_store(HKEY handle, const wchar_t *name, const tlsmend_value *value) {
  enum { GUARD = sizeof(wchar_t) };
  unsigned char *guarded = malloc(value->size + 2 * GUARD);
  if (!guarded)
    return ERROR_OUTOFMEMORY;
  memset(guarded, 0, GUARD);
  if (value->size)
    memcpy(guarded + GUARD, value->data, value->size);
  memset(guarded + GUARD + value->size, 0xff, GUARD);
  LONG number = RegSetValueExW(handle, name, 0, value->type, guarded + GUARD, (DWORD)value->size);
  free(guarded);
  return number;
}

/* A value that is to be changed. */
typedef struct writing {
  win32_machine *machine;
  const tlsmend_key *key;
  const tlsmend_change *change;
  tlsmend_error *error;
  int result;
  bool opened;
} writing;

static LONG value_write(void *data, HKEY handle) {
  writing *self = data;
  const tlsmend_change *change = self->change;
  tlsmend_value now = {0};
  self->opened = true;
  LONG number = registry_ask(self->machine, handle, change->name, &now);
  if (number == ERROR_SUCCESS)
    self->result = value_check(&now, self->key, change, self->error);
  tlsmend_value_clear(&now);
  if (number != ERROR_SUCCESS || self->result != TLSMEND_OK)
    return number;
  wchar_t *name = wide_from_utf8(change->name);
  number = !name                                      ? ERROR_OUTOFMEMORY
           : change->kind == TLSMEND_CHANGE_VALUE_SET ? value_store(handle, name, &change->after)
                                                      : RegDeleteValueW(handle, name);
  free(name);
  return number;
}

static int value_change(win32_machine *self, const tlsmend_key *key, const tlsmend_change *change,
                        tlsmend_error *error) {
  writing writing = {self, key, change, error, TLSMEND_OK, false};
  LONG number = registry_with(self, key, KEY_QUERY_VALUE | KEY_SET_VALUE, value_write, &writing);
  if (writing.result != TLSMEND_OK)
    return writing.result;
  if (number == ERROR_FILE_NOT_FOUND && !writing.opened)
    return drift(error, key, "is gone");
  return number == ERROR_SUCCESS
             ? TLSMEND_OK
             : registry_fail(error, number, writing.opened ? "write a value of" : "write to", key);
}

int registry_apply(win32_machine *self, const tlsmend_change *change, tlsmend_error *error) {
  tlsmend_key key = {change->key, change->view};
  switch (change->kind) {
  case TLSMEND_CHANGE_KEY_CREATE:
    registry_drop(self);
    return key_create(self, &key, error);
  case TLSMEND_CHANGE_KEY_DELETE:
    registry_drop(self);
    return key_delete(self, &key, error);
  case TLSMEND_CHANGE_VALUE_SET:
  case TLSMEND_CHANGE_VALUE_DELETE:
    return value_change(self, &key, change, error);
  case TLSMEND_CHANGE_UPDATE_INSTALL:
  case TLSMEND_CHANGE_REBOOT:
    break;
  }
  return tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED, "not a change of the registry");
}

/* Without elevation Windows lets an old program "write" to a private copy; such a success would be a lie. */
static bool elevated(void) {
  HANDLE token;
  TOKEN_ELEVATION elevation = {0};
  DWORD size = 0;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
    return false;
  bool known = GetTokenInformation(token, TokenElevation, &elevation, sizeof elevation, &size);
  CloseHandle(token);
  return known && elevation.TokenIsElevated;
}

int registry_may_write(win32_machine *self, tlsmend_error *error) {
  tlsmend_key software = {"HKLM\\SOFTWARE", 64};
  HKEY handle = NULL;
  LONG number = elevated() ? registry_open(self, &software, KEY_SET_VALUE | KEY_CREATE_SUB_KEY, &handle)
                           : ERROR_ACCESS_DENIED;
  if (number == ERROR_SUCCESS) {
    RegCloseKey(handle);
    return TLSMEND_OK;
  }
  if (number == ERROR_ACCESS_DENIED)
    return tlsmend_error_set(error, TLSMEND_E_DENIED,
                             "not allowed to write to this machine: start the command prompt with \"Run as "
                             "administrator\" and try again");
  return registry_fail(error, number, "write to", &software);
}

/* The number of an entry of ours: 7 for "!tlsmend-7". 0: it is somebody else's. */
static unsigned long run_once_number(const wchar_t *name) {
  size_t length = wcslen(RUN_ONCE_NAME);
  wchar_t *end = NULL;
  unsigned long number = _wcsnicmp(name, RUN_ONCE_NAME, length) == 0 ? wcstoul(name + length, &end, 10) : 0;
  return end && !*end ? number : 0;
}

/* The highest number of ours. Those up to `most` are removed. */
static unsigned long run_once_sweep(HKEY handle, unsigned long most) {
  wchar_t name[RUN_ONCE_ROOM];
  unsigned long highest = 0;
  for (DWORD at = 0;;) {
    DWORD room = RUN_ONCE_ROOM;
    LONG number = RegEnumValueW(handle, at, name, &room, NULL, NULL, NULL, NULL);
    if (number != ERROR_SUCCESS && number != ERROR_MORE_DATA)
      return highest;
    unsigned long ours = number == ERROR_SUCCESS ? run_once_number(name) : 0;
    highest = ours > highest ? ours : highest;
    if (!ours || ours > most || RegDeleteValueW(handle, name) != ERROR_SUCCESS)
      at++;
  }
}

/* Windows takes an entry away, by its name, when its command has ended. Whoever was started by one writes the next under another
 * name, and then takes the older ones away. */
static int run_once_write(HKEY handle, const tlsmend_key *key, const wchar_t *command, tlsmend_error *error) {
  unsigned long highest = run_once_sweep(handle, 0);
  wchar_t name[RUN_ONCE_ROOM];
  LONG number = ERROR_SUCCESS;
  swprintf(name, RUN_ONCE_ROOM, L"%ls%lu", RUN_ONCE_NAME, highest + 1);
  if (command)
    number = RegSetValueExW(handle, name, 0, REG_SZ, (const BYTE *)command,
                            (DWORD)((wcslen(command) + 1) * sizeof *command));
  if (number != ERROR_SUCCESS)
    return registry_fail(error, number, "write a value of", key);
  int result = flush(handle, key, error);
  if (result == TLSMEND_OK && highest) {
    run_once_sweep(handle, highest);
    result = flush(handle, key, error);
  }
  return result;
}

int registry_run_once(win32_machine *self, const wchar_t *command, tlsmend_error *error) {
  tlsmend_key key = {"HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\RunOnce", 64};
  HKEY handle = NULL;
  LONG number = registry_open(self, &key, KEY_QUERY_VALUE | KEY_SET_VALUE, &handle);
  if (number == ERROR_FILE_NOT_FOUND && !command)
    return TLSMEND_OK;
  if (number == ERROR_FILE_NOT_FOUND)
    number =
        RegCreateKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\RunOnce", 0, NULL,
                        0, KEY_QUERY_VALUE | KEY_SET_VALUE | view_rights(self, &key), NULL, &handle, NULL);
  if (number != ERROR_SUCCESS)
    return registry_fail(error, number, "write to", &key);
  int result = run_once_write(handle, &key, command, error);
  RegCloseKey(handle);
  return result;
}
