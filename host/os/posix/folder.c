/*
 * Folders of state on POSIX. Contract: os/os.h. The folder is opened once and judged by what is open; each file is opened in it
 * (openat), without following links, so that nobody can exchange anything between a check and its use.
 */
#define _GNU_SOURCE

#include "base/error.h"
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tlsmend/tlsmend.h>

#include "os/posix/posix.h"
#include "os/system.h"

struct os_folder {
  int fd;
  char path[];
};

static int judge(const os_folder *self, bool strict, tlsmend_error *error) {
  struct stat found;
  if (fstat(self->fd, &found) != 0)
    return posix_fail(error, "look at", self->path);
  int code = posix_check_own(&found, self->path, error);
  char *real = code == TLSMEND_OK && strict ? os_path_real(self->path) : NULL;
  if (code == TLSMEND_OK && strict)
    code = real ? os_path_guarded(real, error) : error_no_memory(error);
  free(real);
  return code;
}

int os_folder_open(const char *path, bool strict, os_folder **out, tlsmend_error *error) {
  size_t length = strlen(path);
  *out = NULL;
  while (length > 1 && path[length - 1] == '/') /* O_NOFOLLOW would follow "link/" */
    length--;
  os_folder *self = malloc(sizeof *self + length + 1);
  if (!self)
    return error_no_memory(error);
  memcpy(self->path, path, length);
  self->path[length] = '\0';
  struct stat found;
  bool link = lstat(self->path, &found) == 0 && S_ISLNK(found.st_mode);
  self->fd = -1;
  int code = link ? TLSMEND_OK : os_dir_make(self->path, error);
  if (code == TLSMEND_OK)
    self->fd = posix_open(AT_FDCWD, self->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
  if (code == TLSMEND_OK && self->fd < 0 && (errno == ENOTDIR || errno == ELOOP))
    code = tlsmend_error_set(
        error, TLSMEND_E_REFUSED,
        "%s is a link, and where runs stand is named directly: name what it leads to, or remove it",
        self->path);
  else if (code == TLSMEND_OK && self->fd < 0)
    code = posix_fail(error, "open folder", self->path);
  if (code == TLSMEND_OK)
    code = judge(self, strict, error);
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
  if (self->fd >= 0)
    close(self->fd);
  free(self);
}

int os_folder_log(const os_folder *self, const char *name, bool create, os_log **out, tlsmend_error *error) {
  char *path = os_path_join(self->path, name);
  *out = NULL;
  int code = path ? posix_log_open(self->fd, name, path, create, out, error) : error_no_memory(error);
  free(path);
  return code;
}

int os_folder_lock(const os_folder *self, const char *name, const char *holder, os_lock **out, char *other,
                   size_t other_size, tlsmend_error *error) {
  char *path = os_path_join(self->path, name);
  *out = NULL;
  int code = path ? posix_lock_take(self->fd, name, path, holder, out, other, other_size, error)
                  : error_no_memory(error);
  free(path);
  return code;
}

int os_folder_remove(const os_folder *self, const char *name, tlsmend_error *error) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", self->path, name);
  return unlinkat(self->fd, name, 0) == 0 && (fsync(self->fd) == 0 || errno == EINVAL)
             ? TLSMEND_OK
             : posix_fail(error, "remove", path);
}

int system_folder_rename(const os_folder *self, const char *from, const char *to, tlsmend_error *error) {
  return renameat(self->fd, from, self->fd, to) == 0 && (fsync(self->fd) == 0 || errno == EINVAL)
             ? TLSMEND_OK
             : posix_fail(error, "replace", to);
}
