/* What the files of POSIX share: their errors, durable names, and whose a file is. */
#define _GNU_SOURCE

#include "os/posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

static int code_of(int number) {
  switch (number) {
  case ENOENT:
  case ENOTDIR:
    return TLSMEND_E_ABSENT;
  case EACCES:
  case EPERM:
  case EROFS:
    return TLSMEND_E_DENIED;
  case EWOULDBLOCK:
    return TLSMEND_E_BUSY;
  case ENOMEM:
    return TLSMEND_E_MEMORY;
  default:
    return TLSMEND_E_IO;
  }
}

int posix_fail(tlsmend_error *error, const char *verb, const char *path) {
  int number = errno;
  if (number == ELOOP) /* what the state of a machine is made of is never reached by a link */
    return tlsmend_error_set(
        error, TLSMEND_E_REFUSED,
        "cannot %s %s: it is a link, or behind a loop of them; put there what it leads to", verb, path);
  return tlsmend_error_set(error, code_of(number), "cannot %s %s: %s", verb, path, strerror(number));
}

char *posix_folder_of(const char *path) {
  const char *slash = strrchr(path, '/');
  if (!slash)
    return strdup(".");
  return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

int posix_folder_flush(const char *path, tlsmend_error *error) {
  char *folder = posix_folder_of(path);
  if (!folder)
    return error_no_memory(error);
  int result = TLSMEND_OK;
  int fd = posix_open(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY, 0);
  if (fd < 0)
    result = posix_fail(error, "open folder", folder);
  else if (fsync(fd) != 0 && errno != EINVAL) /* some file systems have nothing to flush for a folder */
    result = posix_fail(error, "flush folder", folder);
  if (fd >= 0)
    close(fd);
  free(folder);
  return result;
}

/* Whether a group is the user's own, as many systems make one for each user, who then has umask 002: it has his name and no other
 * member. */
static bool is_private(gid_t group) {
  struct passwd user, *self = NULL;
  struct group row, *found = NULL;
  char texts[4096], members[16384];
  if (group != getegid() || getpwuid_r(geteuid(), &user, texts, sizeof texts, &self) != 0 || !self ||
      getgrgid_r(group, &row, members, sizeof members, &found) != 0 || !found)
    return false;
  if (self->pw_gid != group || strcmp(self->pw_name, found->gr_name) != 0)
    return false;
  for (char **member = found->gr_mem; *member; member++)
    if (strcmp(*member, self->pw_name) != 0)
      return false;
  return true;
}

int posix_check_own(const struct stat *found, const char *path, tlsmend_error *error) {
  if (found->st_uid != 0 && found->st_uid != geteuid())
    return tlsmend_error_set(
        error, TLSMEND_E_REFUSED,
        "%s belongs to user %lu, who could have prepared it: work as that user, or look into "
        "it, then chown -R it or move it away",
        path, (unsigned long)found->st_uid);
  if ((found->st_mode & S_IWOTH) || ((found->st_mode & S_IWGRP) && !is_private(found->st_gid)))
    return tlsmend_error_set(
        error, TLSMEND_E_REFUSED,
        "%s can be written by others than its owner (mode %04o): look into it, then chmod "
        "go-w it",
        path, (unsigned)found->st_mode & 07777);
  return TLSMEND_OK;
}

int posix_check_file(int fd, const char *path, tlsmend_error *error) {
  struct stat found;
  if (fstat(fd, &found) != 0)
    return posix_fail(error, "look at", path);
  if (!S_ISREG(found.st_mode))
    return tlsmend_error_set(error, TLSMEND_E_REFUSED, "%s is not a file: look into it and move it away",
                             path);
  if (found.st_nlink > 1)
    return tlsmend_error_set(
        error, TLSMEND_E_REFUSED,
        "%s has a second name (a hard link), which would be written with it: look into it, "
        "then copy it and put the copy there",
        path);
  return posix_check_own(&found, path, error);
}
