/*
 * Folders of state on Windows. Contract: os/os.h. The folder is held open without FILE_SHARE_DELETE: until it is closed Windows lets
 * nobody rename or remove it, nor a folder above it. Only then it is judged, so that its path goes on to name what was judged.
 */
#include "base/error.h"
#include "os/os.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include <tlsmend/tlsmend.h>

#include "os/system.h"
#include "os/win32/wide.h"

struct os_folder {
  HANDLE held;
  char path[];
};

static int hold(os_folder *self, tlsmend_error *error) {
  wchar_t *name;
  int code = wide_path(self->path, &name, error);
  if (code != TLSMEND_OK)
    return code;
  self->held = CreateFileW(name, FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES | READ_CONTROL,
                           FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                           FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
  if (self->held == INVALID_HANDLE_VALUE)
    code = wide_fail(error, GetLastError(), "open folder", self->path);
  free(name);
  return code;
}

int os_folder_open(const char *path, bool strict, os_folder **out, tlsmend_error *error) {
  size_t length = strlen(path);
  *out = NULL;
  while (length > 3 && (path[length - 1] == '\\' || path[length - 1] == '/'))
    length--;
  os_folder *self = malloc(sizeof *self + length + 1);
  if (!self)
    return error_no_memory(error);
  memcpy(self->path, path, length);
  self->path[length] = '\0';
  self->held = INVALID_HANDLE_VALUE;
  int code = os_dir_make(self->path, error);
  if (code == TLSMEND_OK)
    code = hold(self, error);
  if (code == TLSMEND_OK)
    code = wide_check_own(self->held, true, self->path, error);
  if (code == TLSMEND_OK && strict)
    code = os_path_guarded(self->path, error);
  if (code == TLSMEND_OK)
    *out = self;
  else
    os_folder_close(self);
  return code;
}

const char *os_folder_path(const os_folder *self) { return self->path; }

void os_folder_close(os_folder *self) {
  if (!self)
    return;
  if (self->held != INVALID_HANDLE_VALUE)
    CloseHandle(self->held);
  free(self);
}

int os_folder_log(const os_folder *self, const char *name, bool create, os_log **out, tlsmend_error *error) {
  char *path = os_path_join(self->path, name);
  *out = NULL;
  int code = path ? os_log_open(path, create, out, error) : error_no_memory(error);
  free(path);
  return code;
}

int os_folder_lock(const os_folder *self, const char *name, const char *holder, os_lock **out, char *other,
                   size_t other_size, tlsmend_error *error) {
  char *path = os_path_join(self->path, name);
  *out = NULL;
  int code = path ? os_lock_take(path, holder, out, other, other_size, error) : error_no_memory(error);
  free(path);
  return code;
}

int os_folder_remove(const os_folder *self, const char *name, tlsmend_error *error) {
  char *path = os_path_join(self->path, name);
  int code = path ? os_file_remove(path, error) : error_no_memory(error);
  free(path);
  return code;
}

int system_folder_rename(const os_folder *self, const char *from, const char *to, tlsmend_error *error) {
  char *old = os_path_join(self->path, from), *new = os_path_join(self->path, to);
  wchar_t *wide_old = NULL, *wide_new = NULL;
  int code = old && new ? wide_path(old, &wide_old, error) : error_no_memory(error);
  if (code == TLSMEND_OK)
    code = wide_path(new, &wide_new, error);
  DWORD number = code == TLSMEND_OK ? wide_move_over(wide_old, wide_new) : ERROR_SUCCESS;
  if (number != ERROR_SUCCESS)
    code = wide_fail(error, number, "replace", new);
  free(wide_old);
  free(wide_new);
  free(old);
  free(new);
  return code;
}
