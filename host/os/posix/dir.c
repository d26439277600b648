/* Folders on POSIX: making, removing, listing. Contract: os/os.h and os/system.h. */
#define _GNU_SOURCE

#include "os/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "os/posix/posix.h"
#include "os/system.h"

bool os_dir_exists(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

int os_dir_remove(const char *path, tlsmend_error *error) {
  return rmdir(path) == 0 ? TLSMEND_OK : posix_fail(error, "remove", path);
}

int os_dir_temporary(char **out, tlsmend_error *error) {
  const char *folder = getenv("TMPDIR");
  *out = os_path_join(folder && *folder ? folder : "/tmp", "tlsmend-XXXXXX");
  if (!*out)
    return error_no_memory(error);
  if (mkdtemp(*out))
    return TLSMEND_OK;
  int code = posix_fail(error, "make", *out);
  free(*out);
  *out = NULL;
  return code;
}

static int dir_make_one(const char *path, mode_t mode, tlsmend_error *error) {
  if (mkdir(path, mode) == 0)
    return posix_folder_flush(path, error);
  int number = errno;
  if (os_dir_exists(path)) /* whatever mkdir said: a read-only parent answers EROFS before EEXIST */
    return TLSMEND_OK;
  errno = number;
  return posix_fail(error, "make folder", path);
}

int os_dir_make_plain(const char *path, tlsmend_error *error) { return dir_make_one(path, 0777, error); }

int os_dir_make(const char *path, tlsmend_error *error) {
  char *copy = strdup(path);
  if (!copy)
    return error_no_memory(error);
  int result = TLSMEND_OK;
  for (char *at = copy; result == TLSMEND_OK && *at; at++) {
    if (*at != '/' || at == copy)
      continue;
    *at = '\0';
    result = dir_make_one(copy, 0700, error);
    *at = '/';
  }
  size_t length = strlen(copy);
  if (result == TLSMEND_OK && length > 0 && copy[length - 1] != '/')
    result = dir_make_one(copy, 0700, error);
  free(copy);
  return result;
}

int system_dir_names(const char *path, name_list *out, tlsmend_error *error) {
  int fd = posix_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0);
  DIR *folder = fd < 0 ? NULL : fdopendir(fd);
  if (!folder) {
    int code = posix_fail(error, "list", path);
    if (fd >= 0)
      close(fd);
    return code;
  }
  int code = TLSMEND_OK;
  const struct dirent *entry;
  for (errno = 0; code == TLSMEND_OK && (entry = readdir(folder)); errno = 0)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      code = name_list_add(out, entry->d_name);
  if (code != TLSMEND_OK)
    error_no_memory(error);
  else if (errno)
    code = posix_fail(error, "list", path);
  closedir(folder);
  return code;
}
