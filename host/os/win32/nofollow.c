/*
 * Files and folders that are reached without following links below a folder. Contract: os/os.h. Each name is opened, and kept open
 * without FILE_SHARE_DELETE: until that ends Windows lets nobody rename or remove it, and then it is looked whether it is a link.
 * What is no link but has a reparse point (deduplicated, compressed, in the cloud) is the file itself. Where links are followed:
 * the one spelling of a path.
 */
#include "base/error.h"
#include "os/os.h"

#include <windows.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <tlsmend/tlsmend.h>

#include "os/win32/wide.h"

struct os_nofollow {
  HANDLE *held;
  size_t count;
  char path[];
};

static bool separator(char c) { return c == '\\' || c == '/'; }

/* Holds what the path up to now names. */
static int hold(os_nofollow *reached, tlsmend_error *error) {
  wchar_t *name;
  int result = wide_path(reached->path, &name, error);
  if (result != TLSMEND_OK)
    return result;
  HANDLE held =
      CreateFileW(name, FILE_READ_DATA | FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                  OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
  if (held == INVALID_HANDLE_VALUE) {
    result = wide_fail(error, GetLastError(), "look at", reached->path);
  } else {
    reached->held[reached->count++] = held;
    if (wide_is_link(held) || wide_is_named_link(held, name))
      result = tlsmend_error_set(error, TLSMEND_E_REFUSED, OS_NOFOLLOW_LINK, reached->path);
  }
  free(name);
  return result;
}

/* Holds each name behind the first `from` bytes, from above. */
static int descend(os_nofollow *reached, size_t from, tlsmend_error *error) {
  int result = TLSMEND_OK;
  while (result == TLSMEND_OK) {
    while (separator(reached->path[from]))
      from++;
    if (!reached->path[from])
      break;
    while (reached->path[from] && !separator(reached->path[from]))
      from++;
    char found = reached->path[from];
    reached->path[from] = '\0';
    result = hold(reached, error);
    reached->path[from] = found;
  }
  return result;
}

int os_nofollow_open(const char *path, size_t followed, os_nofollow **out, tlsmend_error *error) {
  size_t length = strlen(path);
  *out = NULL;
  os_nofollow *reached = malloc(sizeof *reached + length + 1);
  HANDLE *held = calloc(length / 2 + 1, sizeof *held); /* a name and a separator each */
  if (!reached || !held) {
    free(reached);
    free(held);
    return error_no_memory(error);
  }
  reached->held = held;
  reached->count = 0;
  memcpy(reached->path, path, length + 1);
  int result = descend(reached, followed < length ? followed : length, error);
  if (result == TLSMEND_OK)
    *out = reached;
  else
    os_nofollow_close(reached);
  return result;
}

const char *os_nofollow_name(const os_nofollow *reached) { return reached->path; }

int os_nofollow_stream(const os_nofollow *reached, int (*fn)(void *data, const void *bytes, size_t size),
                       void *data, tlsmend_error *error) {
  return os_file_stream(reached->path, fn, data, error);
}

void os_nofollow_close(os_nofollow *reached) {
  if (!reached)
    return;
  while (reached->count > 0)
    CloseHandle(reached->held[--reached->count]);
  free(reached->held);
  free(reached);
}

/* "\\?\C:\x" as "C:\x", "\\?\UNC\server\x" as "\\server\x"; malloc'd. */
static char *without_prefix(const wchar_t *full, size_t length) {
  if (wcsncmp(full, L"\\\\?\\UNC\\", 8) == 0) {
    char *out = wide_to_utf8(full + 6, length - 6);
    if (out)
      out[0] = '\\';
    return out;
  }
  size_t skip = wcsncmp(full, L"\\\\?\\", 4) == 0 ? 4 : 0;
  return wide_to_utf8(full + skip, length - skip);
}

char *os_path_real(const char *path) {
  wchar_t *name = NULL, *full = NULL;
  char *out = NULL;
  if (wide_path(path, &name, NULL) != TLSMEND_OK)
    return os_path_absolute(path);
  HANDLE file =
      CreateFileW(name, FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                  OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
  DWORD room = file == INVALID_HANDLE_VALUE ? 0 : GetFinalPathNameByHandleW(file, NULL, 0, 0);
  if (room)
    full = malloc((room + 1) * sizeof *full);
  DWORD length = full ? GetFinalPathNameByHandleW(file, full, room + 1, 0) : 0;
  if (length && length <= room)
    out = without_prefix(full, length);
  if (file != INVALID_HANDLE_VALUE)
    CloseHandle(file);
  free(full);
  free(name);
  return out ? out : os_path_absolute(path);
}

bool os_path_same(const char *a, const char *b) {
  char *left = os_path_real(a), *right = os_path_real(b);
  wchar_t *one = left ? wide_from_utf8(left) : NULL, *other = right ? wide_from_utf8(right) : NULL;
  bool same = one && other && _wcsicmp(one, other) == 0;
  free(one);
  free(other);
  free(left);
  free(right);
  return same;
}

bool os_file_end(const char *path, void *out, size_t room, size_t *size, uint64_t *whole) {
  wchar_t *name = NULL;
  if (wide_path(path, &name, NULL) != TLSMEND_OK)
    return false;
  HANDLE file = CreateFileW(name, FILE_READ_DATA | FILE_READ_ATTRIBUTES,
                            FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                            FILE_FLAG_OPEN_REPARSE_POINT, NULL);
  LARGE_INTEGER length = {0};
  DWORD got = 0;
  bool done = file != INVALID_HANDLE_VALUE && !wide_is_link(file) && !wide_is_named_link(file, name) &&
              GetFileSizeEx(file, &length);
  *whole = (uint64_t)length.QuadPart;
  *size = *whole < room ? (size_t)*whole : room;
  if (done) {
    uint64_t from = *whole - *size;
    OVERLAPPED at = {.Offset = (DWORD)from, .OffsetHigh = (DWORD)(from >> 32)};
    done = *size == 0 || (ReadFile(file, out, (DWORD)*size, &got, &at) && got == *size);
  }
  if (file != INVALID_HANDLE_VALUE)
    CloseHandle(file);
  free(name);
  return done;
}
