/*
 * Folders of state on Windows. Contract: os/os.h. The folder is held open without FILE_SHARE_DELETE: until it is closed Windows lets
 * nobody rename or remove it, nor a folder above it. Only then it is judged, so that its path goes on to name what was judged.
 */
#include "base/error.h"
#include "os/os.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tlsmend/tlsmend.h>

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

/* A file that is written under a new name and then takes its own. */
typedef struct putting {
  os_log *log;
  char *path;
  tlsmend_error *error;
} putting;

static int put_begin(putting *self, const os_folder *folder, tlsmend_error *error) {
  char name[40];
  unsigned chance[2];
  os_random(chance, sizeof chance);
  snprintf(name, sizeof name, "%08x%08x.new", chance[0], chance[1]);
  *self = (putting){.path = os_path_join(folder->path, name), .error = error};
  return self->path ? os_log_open(self->path, true, &self->log, error) : error_no_memory(error);
}

static int put_some(void *data, const void *bytes, size_t size) {
  putting *self = data;
  return os_log_append(self->log, bytes, size, self->error);
}

static int put_end(putting *self, const os_folder *folder, const char *name, int code) {
  char *path = os_path_join(folder->path, name);
  wchar_t *from = NULL, *to = NULL;
  bool made = self->log != NULL;
  os_log_close(self->log);
  if (code == TLSMEND_OK && !path)
    code = error_no_memory(self->error);
  if (code == TLSMEND_OK)
    code = wide_path(self->path, &from, self->error);
  if (code == TLSMEND_OK)
    code = wide_path(path, &to, self->error);
  DWORD number = code == TLSMEND_OK ? wide_move_over(from, to) : ERROR_SUCCESS;
  if (number != ERROR_SUCCESS)
    code = wide_fail(self->error, number, "replace", path);
  if (code != TLSMEND_OK && made)
    os_file_remove(self->path, NULL);
  free(from);
  free(to);
  free(path);
  free(self->path);
  return code;
}

int os_folder_put(const os_folder *folder, const char *name, const void *bytes, size_t size,
                  tlsmend_error *error) {
  putting self;
  int code = put_begin(&self, folder, error);
  return put_end(&self, folder, name, code == TLSMEND_OK ? put_some(&self, bytes, size) : code);
}

int os_folder_copy(const os_folder *folder, const char *name, const char *from, tlsmend_error *error) {
  putting self;
  int code = put_begin(&self, folder, error);
  return put_end(&self, folder, name,
                 code == TLSMEND_OK ? os_file_stream(from, put_some, &self, error) : code);
}
