/*
 * Files and folders that are reached without following links below a folder, and files that are read piece by piece. Each name is
 * opened in the folder that was opened before it, so that nobody can exchange one on the way. Where links are followed: the one
 * spelling of a path.
 */
#define _GNU_SOURCE

#include "base/error.h"
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tlsmend/tlsmend.h>

#include "os/posix/posix.h"
#include "os/system.h"

#ifdef O_PATH
enum { PASS = O_PATH }; /* the right to list a folder is not needed to go through it */
#else
enum { PASS = O_RDONLY };
#endif

enum { NAME_MOST = 255 };

struct os_nofollow {
  int folder;       /* in which the last name stands; -1: all of the path was followed */
  int found;        /* what it names; -1: not held */
  const char *last; /* of `path` */
  char name[40];    /* of what is held, or "" */
  char path[];
};

static bool is_link(int folder, const char *name) {
  struct stat status;
  return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode);
}

/* Why a name of the path cannot be opened: `end` is behind it. */
static int fail_at(const os_nofollow *reached, const char *name, const char *end, tlsmend_error *error) {
  int number = errno, length = (int)(end - reached->path);
  char path[1024];
  snprintf(path, sizeof path, "%.*s", length, reached->path);
  if (is_link(reached->folder, name))
    return tlsmend_error_set(error, TLSMEND_E_REFUSED, OS_NOFOLLOW_LINK, path);
  errno = number;
  return posix_fail(error, "look at", path);
}

/* Goes from reached->folder to the folder of the last name. */
static int descend(os_nofollow *reached, tlsmend_error *error) {
  char name[NAME_MOST + 1];
  for (;;) {
    size_t length = strcspn(reached->last, "/");
    const char *next = reached->last + length + strspn(reached->last + length, "/");
    if (!*next)
      return TLSMEND_OK;
    snprintf(name, sizeof name, "%.*s", (int)length, reached->last);
    errno = ENAMETOOLONG;
    int fd = length > NAME_MOST
                 ? -1
                 : posix_open(reached->folder, name, PASS | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK, 0);
    if (fd < 0)
      return fail_at(reached, name, reached->last + length, error);
    close(reached->folder);
    reached->folder = fd;
    reached->last = next;
  }
}

/* Where the system can hold what is not opened for reading, it has a name for it that nobody can exchange. */
static int hold(os_nofollow *reached, tlsmend_error *error) {
  struct stat status;
  if (fstatat(reached->folder, reached->last, &status, AT_SYMLINK_NOFOLLOW) != 0 || S_ISLNK(status.st_mode))
    return fail_at(reached, reached->last, reached->last + strlen(reached->last), error);
#ifdef O_PATH
  reached->found = posix_open(reached->folder, reached->last, O_PATH | O_NOFOLLOW, 0);
  if (reached->found < 0 || fstat(reached->found, &status) != 0 || S_ISLNK(status.st_mode))
    return fail_at(reached, reached->last, reached->last + strlen(reached->last), error);
  snprintf(reached->name, sizeof reached->name, "/proc/self/fd/%d", reached->found);
  if (access(reached->name, F_OK) != 0)
    reached->name[0] = 0;
#endif
  return TLSMEND_OK;
}

/* Opens what the caller of os_nofollow_open follows. */
static int begin(os_nofollow *reached, size_t followed, tlsmend_error *error) {
  char *root = strndup(reached->path, followed);
  if (!root)
    return error_no_memory(error);
  reached->folder = posix_open(AT_FDCWD, root, PASS | O_DIRECTORY | O_NONBLOCK, 0);
  int code = reached->folder < 0 ? posix_fail(error, "look at", root) : TLSMEND_OK;
  free(root);
  return code;
}

int os_nofollow_open(const char *path, size_t followed, os_nofollow **out, tlsmend_error *error) {
  size_t length = strlen(path), from = followed < length ? followed : length;
  *out = NULL;
  os_nofollow *reached = malloc(sizeof *reached + length + 1);
  if (!reached)
    return error_no_memory(error);
  reached->folder = reached->found = -1;
  reached->name[0] = 0;
  memcpy(reached->path, path, length + 1);
  reached->last = reached->path + from + strspn(reached->path + from, "/");
  int code = TLSMEND_OK;
  if (*reached->last) {
    code = begin(reached, from, error);
    if (code == TLSMEND_OK)
      code = descend(reached, error);
    if (code == TLSMEND_OK)
      code = hold(reached, error);
  }
  if (code == TLSMEND_OK)
    *out = reached;
  else
    os_nofollow_close(reached);
  return code;
}

const char *os_nofollow_name(const os_nofollow *reached) {
  return reached->name[0] ? reached->name : reached->path;
}

void os_nofollow_close(os_nofollow *reached) {
  if (!reached)
    return;
  if (reached->folder >= 0)
    close(reached->folder);
  if (reached->found >= 0)
    close(reached->found);
  free(reached);
}

/* realpath of the folder, and the last name, which does not exist. */
static char *real_of_new(const char *path) {
  char *absolute = os_path_absolute(path), *out = NULL;
  char *slash = absolute ? strrchr(absolute, '/') : NULL;
  if (slash && slash > absolute) {
    *slash = '\0';
    char *folder = realpath(absolute, NULL);
    *slash = '/';
    if (folder)
      out = os_path_join(folder, slash + 1);
    free(folder);
  }
  if (out)
    free(absolute);
  return out ? out : absolute;
}

char *os_path_real(const char *path) {
  char *out = realpath(path, NULL);
  return out ? out : real_of_new(path);
}

bool os_path_same(const char *a, const char *b) {
  char *left = os_path_real(a), *right = os_path_real(b);
  bool same = left && right && strcmp(left, right) == 0;
  free(left);
  free(right);
  return same;
}

static int stream_open(int fd, const char *path, int (*fn)(void *data, const void *bytes, size_t size),
                       void *data, tlsmend_error *error) {
  struct stat status;
  int result = TLSMEND_OK;
  if (fstat(fd, &status) != 0)
    return posix_fail(error, "read", path);
  if (!S_ISREG(status.st_mode))
    return tlsmend_error_set(error, TLSMEND_E_IO, "cannot read %s: it is not a file", path);
  char *bytes = malloc(OS_STREAM_PIECE);
  if (!bytes)
    return error_no_memory(error);
  while (result == TLSMEND_OK) {
    ssize_t got = read(fd, bytes, OS_STREAM_PIECE);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      result = posix_fail(error, "read", path);
    if (got <= 0)
      break;
    result = fn(data, bytes, (size_t)got);
  }
  free(bytes);
  return result;
}

/* Closes the file. */
static int stream(int fd, const char *path, int (*fn)(void *data, const void *bytes, size_t size), void *data,
                  tlsmend_error *error) {
  if (fd < 0)
    return posix_fail(error, "open", path);
  int result = stream_open(fd, path, fn, data, error);
  close(fd);
  return result;
}

int os_file_stream(const char *path, int (*fn)(void *data, const void *bytes, size_t size), void *data,
                   tlsmend_error *error) {
  /* a pipe without a writer does not hold us up */
  int fd = posix_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
  return stream(fd, path, fn, data, error);
}

int os_nofollow_stream(const os_nofollow *reached, int (*fn)(void *data, const void *bytes, size_t size),
                       void *data, tlsmend_error *error) {
  if (reached->folder < 0)
    return os_file_stream(reached->path, fn, data, error);
  int fd = posix_open(reached->folder, reached->last, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0);
  if (fd < 0)
    return fail_at(reached, reached->last, reached->last + strlen(reached->last), error);
  return stream(fd, reached->path, fn, data, error);
}

bool os_file_end(const char *path, void *out, size_t room, size_t *size, uint64_t *whole) {
  int fd = posix_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0);
  struct stat status;
  ssize_t got = -1;
  if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
    *whole = (uint64_t)status.st_size;
    *size = *whole < room ? (size_t)*whole : room;
    got = pread(fd, out, *size, (off_t)(*whole - *size));
  }
  if (fd >= 0)
    close(fd);
  return got >= 0 && (size_t)got == *size;
}
