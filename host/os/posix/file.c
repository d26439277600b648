/*
 * Files and locks on POSIX. Contract: os/os.h.
 * Durability is fsync of the file and, for a name that is new or replaced, of its folder. Locks are flock
 * locks, which the kernel drops with the process however it ends.
 */
#define _GNU_SOURCE

#include "base/error.h"
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tlsmend/tlsmend.h>

#include "os/posix/posix.h"

bool os_name_taken(const char *path) {
  struct stat status;
  return lstat(path, &status) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

bool os_file_exists(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

bool os_file_same(const char *path, const char *other) {
  struct stat a, b;
  return stat(path, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int os_file_remove(const char *path, tlsmend_error *error) {
  if (unlink(path) != 0)
    return posix_fail(error, "remove", path);
  return posix_folder_flush(path, error);
}

/* Reads until the end or `size` bytes; answers the number read, -1 with errno set. */
static ssize_t read_all(int fd, char *bytes, size_t size) {
  size_t done = 0;
  while (done < size) {
    ssize_t got = read(fd, bytes + done, size - done);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return -1;
    if (got == 0)
      break;
    done += (size_t)got;
  }
  return (ssize_t)done;
}

int os_file_read(const char *path, size_t most, char **out, size_t *size, tlsmend_error *error) {
  *out = NULL;
  *size = 0;
  int fd = posix_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
  if (fd < 0)
    return posix_fail(error, "read", path);
  int result = TLSMEND_OK;
  char *bytes = NULL;
  struct stat status;
  if (fstat(fd, &status) != 0) {
    result = posix_fail(error, "read", path);
    goto out;
  }
  if (!S_ISREG(status.st_mode)) {
    result = tlsmend_error_set(error, TLSMEND_E_IO, "cannot read %s: it is not a file", path);
    goto out;
  }
  if ((uintmax_t)status.st_size > most) {
    result = tlsmend_error_set(error, TLSMEND_E_IO, "cannot read %s: %ju bytes, more than the %zu allowed",
                               path, (uintmax_t)status.st_size, most);
    goto out;
  }
  bytes = malloc((size_t)status.st_size + 1);
  if (!bytes) {
    result = error_no_memory(error);
    goto out;
  }
  ssize_t got = read_all(fd, bytes, (size_t)status.st_size);
  if (got < 0) {
    result = posix_fail(error, "read", path);
    goto out;
  }
  bytes[got] = '\0';
  *size = (size_t)got;
  *out = bytes;
  bytes = NULL;
out:
  free(bytes);
  close(fd);
  return result;
}

static int write_all(int fd, const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t put = write(fd, bytes, size);
    if (put < 0 && errno == EINTR)
      continue;
    if (put < 0)
      return -1;
    bytes += put;
    size -= (size_t)put;
  }
  return 0;
}

int os_file_size(const char *path, uint64_t *out, tlsmend_error *error) {
  struct stat status;
  if (stat(path, &status) != 0)
    return posix_fail(error, "look at", path);
  *out = (uint64_t)status.st_size;
  return TLSMEND_OK;
}

int os_file_may_replace(const char *path, tlsmend_error *error) {
  struct stat status;
  char *folder = posix_folder_of(path);
  if (!folder)
    return error_no_memory(error);
  bool closed = access(folder, W_OK | X_OK) != 0 && errno != ENOENT; /* one that is not there may be made */
  int result = closed ? posix_fail(error, "write in", folder) : TLSMEND_OK;
  free(folder);
  if (result != TLSMEND_OK || stat(path, &status) != 0)
    return result;
  if (!S_ISREG(status.st_mode)) /* a rename would put a file where a device was */
    return tlsmend_error_set(error, TLSMEND_E_IO, "cannot replace %s: it is not a file; name a file", path);
  if (!(status.st_mode & 0222))
    return tlsmend_error_set(error, TLSMEND_E_DENIED,
                             "cannot write %s: it is write-protected (mode %04o); lift that with chmod u+w",
                             path, (unsigned)status.st_mode & 07777);
  return access(path, W_OK) == 0 ? TLSMEND_OK : posix_fail(error, "write", path);
}

/* Fills a new file beside the one at `path`, if there is one; on failure nothing of it stays. */
static int write_beside(const char *temporary, const char *path, const void *bytes, size_t size,
                        tlsmend_error *error) {
  struct stat old;
  bool replaces = stat(path, &old) == 0;
  int fd = posix_open(AT_FDCWD, temporary, O_WRONLY | O_CREAT | O_EXCL, replaces ? 0600 : 0666);
  if (fd < 0)
    return posix_fail(error, "write", temporary);
  int result = TLSMEND_OK;
  if (replaces && !posix_keep_rights(fd, path, &old))
    result = posix_fail(error, "keep who may use", path);
  else if (write_all(fd, bytes, size) != 0 || fsync(fd) != 0)
    result = posix_fail(error, "write", temporary);
  if (close(fd) != 0 && result == TLSMEND_OK)
    result = posix_fail(error, "write", temporary);
  if (result != TLSMEND_OK)
    unlink(temporary);
  return result;
}

int os_file_replace(const char *path, const void *bytes, size_t size, tlsmend_error *error) {
  int result = os_file_may_replace(path, error);
  if (result != TLSMEND_OK)
    return result;
  size_t room = strlen(path) + 32;
  char *temporary = malloc(room);
  if (!temporary)
    return error_no_memory(error);
  uint64_t chance; /* nobody knows the name beforehand, and what is there already is not written */
  os_random(&chance, sizeof chance);
  snprintf(temporary, room, "%s.%016" PRIx64 ".new", path, chance);
  result = write_beside(temporary, path, bytes, size, error);
  if (result == TLSMEND_OK && rename(temporary, path) != 0) {
    result = posix_fail(error, "replace", path);
    unlink(temporary);
  }
  if (result == TLSMEND_OK)
    result = posix_folder_flush(path, error);
  free(temporary);
  return result;
}

struct os_log {
  int fd;
  size_t waiting; /* bytes that were written and that nobody has told the disk of */
  char path[];
};

int posix_log_open(int folder, const char *name, const char *path, bool create, os_log **out,
                   tlsmend_error *error) {
  *out = NULL;
  size_t length = strlen(path) + 1;
  os_log *log = malloc(sizeof *log + length);
  if (!log)
    return error_no_memory(error);
  log->waiting = 0;
  memcpy(log->path, path, length);
  int result = TLSMEND_OK;
  log->fd = posix_open(folder, name,
                       O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | (create ? O_CREAT | O_EXCL : 0), 0600);
  if (log->fd < 0 && errno == EEXIST)
    result =
        tlsmend_error_set(error, TLSMEND_E_BUSY, "cannot make %s: there is something of that name", path);
  else if (log->fd < 0)
    result = posix_fail(error, create ? "make" : "open", path);
  else if (!create)
    result = posix_check_file(log->fd, path, error);
  else if (folder == AT_FDCWD)
    result = posix_folder_flush(path, error);
  else if (fsync(folder) != 0 && errno != EINVAL)
    result = posix_fail(error, "flush the folder of", path);
  if (result != TLSMEND_OK) {
    os_log_close(log);
    return result;
  }
  *out = log;
  return TLSMEND_OK;
}

int os_log_open(const char *path, bool create, os_log **out, tlsmend_error *error) {
  return posix_log_open(AT_FDCWD, path, path, create, out, error);
}

/* Whether the path still names the file that is open: what is written to a log that was moved away is lost to its reader. */
static bool log_in_place(const os_log *log) {
  struct stat open_file, named;
  return fstat(log->fd, &open_file) == 0 && stat(log->path, &named) == 0 &&
         open_file.st_ino == named.st_ino && open_file.st_dev == named.st_dev;
}

/* The disk works on the last pieces while the next ones come, so that a flush at the end has little left to wait for. It waits for
 * nothing and so takes no error away from that flush. */
static void begin_flush(os_log *log, size_t size) {
#ifdef SYNC_FILE_RANGE_WRITE
  enum { ENOUGH = 8 << 20 };
  log->waiting += size;
  if (log->waiting < ENOUGH)
    return;
  off_t end = lseek(log->fd, 0, SEEK_CUR);
  if (end > 0)
    (void)!sync_file_range(log->fd, end - (off_t)log->waiting, (off_t)log->waiting, SYNC_FILE_RANGE_WRITE);
  log->waiting = 0;
#else
  (void)log, (void)size;
#endif
}

int os_log_write(os_log *log, const void *bytes, size_t size, tlsmend_error *error) {
  ssize_t put;
  if (!log_in_place(log))
    return tlsmend_error_set(error, TLSMEND_E_IO, "cannot append to %s: it was moved or removed meanwhile",
                             log->path);
  do
    put = write(log->fd, bytes, size);
  while (put < 0 && errno == EINTR);
  if (put < 0)
    return posix_fail(error, "append to", log->path);
  if ((size_t)put != size)
    return tlsmend_error_set(error, TLSMEND_E_IO,
                             "cannot append to %s: only %zd of %zu bytes fit (disk full?)", log->path, put,
                             size);
  begin_flush(log, size);
  return TLSMEND_OK;
}

int os_log_flush(os_log *log, tlsmend_error *error) {
  log->waiting = 0;
  return fsync(log->fd) == 0 ? TLSMEND_OK : posix_fail(error, "flush", log->path);
}

int os_log_append(os_log *log, const void *bytes, size_t size, tlsmend_error *error) {
  int result = os_log_write(log, bytes, size, error);
  return result == TLSMEND_OK ? os_log_flush(log, error) : result;
}

int os_log_truncate(os_log *log, uint64_t size, tlsmend_error *error) {
  if (ftruncate(log->fd, (off_t)size) != 0 || fsync(log->fd) != 0)
    return posix_fail(error, "cut", log->path);
  return TLSMEND_OK;
}

void os_log_close(os_log *log) {
  if (!log)
    return;
  if (log->fd >= 0)
    close(log->fd);
  free(log);
}

struct os_lock {
  int fd;
};

static void holder_read(int fd, char *other, size_t other_size) {
  if (!other || other_size == 0)
    return;
  ssize_t got = pread(fd, other, other_size - 1, 0);
  other[got > 0 ? got : 0] = '\0';
  other[strcspn(other, "\n")] = '\0';
}

/* The text is for people only, so a failure to write it does not fail the lock. */
static void holder_write(int fd, const char *holder) {
  size_t length = strlen(holder);
  if (ftruncate(fd, 0) != 0 || pwrite(fd, holder, length, 0) != (ssize_t)length)
    (void)!ftruncate(fd, 0);
}

int posix_lock_take(int folder, const char *name, const char *path, const char *holder, os_lock **out,
                    char *other, size_t other_size, tlsmend_error *error) {
  *out = NULL;
  if (other && other_size)
    other[0] = '\0';
  int fd = posix_open(folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0600);
  if (fd < 0)
    return posix_fail(error, "lock", path);
  int result = posix_check_file(fd, path, error);
  if (result == TLSMEND_OK && flock(fd, LOCK_EX | LOCK_NB) != 0) {
    result = posix_fail(error, "lock", path);
    holder_read(fd, other, other_size);
  }
  if (result != TLSMEND_OK) {
    close(fd);
    return result;
  }
  os_lock *lock = malloc(sizeof *lock);
  if (!lock) {
    close(fd);
    return error_no_memory(error);
  }
  holder_write(fd, holder ? holder : "");
  lock->fd = fd;
  *out = lock;
  return TLSMEND_OK;
}

int os_lock_take(const char *path, const char *holder, os_lock **out, char *other, size_t other_size,
                 tlsmend_error *error) {
  return posix_lock_take(AT_FDCWD, path, path, holder, out, other, other_size, error);
}

/* The file stays: removing it would let two processes lock two files of one name. */
void os_lock_release(os_lock *lock) {
  if (!lock)
    return;
  (void)!ftruncate(lock->fd, 0);
  close(lock->fd);
  free(lock);
}
