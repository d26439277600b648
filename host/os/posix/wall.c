/*
 * The wall around a worker on POSIX, raised by itself before it reads a byte. Contract: os/worker.h. Each stone holds what the next one
 * would let through, should it have a gap: without descriptors, rights and room even a call that the filter forgot has nothing to take.
 * Linux alone has all of them; elsewhere there is no wall, which is said.
 */
#define _GNU_SOURCE

#include "os/system.h"
#include "os/worker.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/posix/filter.h"

#ifdef __linux__
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#ifdef __GLIBC__
typedef __rlimit_resource_t resource;
#else
typedef int resource;
#endif
#endif

#ifdef __linux__

__attribute__((format(printf, 2, 3))) static void note(os_wall *out, const char *format, ...) {
  va_list values;
  if (out->count >= sizeof out->lines / sizeof out->lines[0])
    return;
  va_start(values, format);
  vsnprintf(out->lines[out->count++], sizeof out->lines[0], format, values);
  va_end(values);
}

static int missing(tlsmend_error *error, const char *what) {
  return tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED,
                           "cannot raise the wall around a worker: %s: %s; where a container or a limit of "
                           "this account forbids it, that must be changed",
                           what, strerror(errno));
}

static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

/* What the C library asks of the system at its first use only: before it sorts, how much memory there is. */
static void touch(void) {
  int numbers[1024] = {0};
  qsort(numbers, sizeof numbers / sizeof numbers[0], sizeof numbers[0], compare);
}

/* A terminal would take bytes as if they were typed. One of its own group may leave it alone. */
static void leave_terminal(void) {
  int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (terminal >= 0) {
    ioctl(terminal, TIOCNOTTY);
    close(terminal);
  }
}

/* All above the two pipes: whatever the parent has open and did not mean to hand on. */
static int close_rest(os_wall *out, tlsmend_error *error) {
  note(out, "descriptors: none but two pipes%s",
       POSIX_SANITIZED ? ", and standard error for the address sanitizer" : "");
#ifdef SYS_close_range
  if (syscall(SYS_close_range, (unsigned)POSIX_WALL_CLOSED, ~0u, 0u) == 0)
    return TLSMEND_OK;
#endif
  DIR *folder = opendir("/proc/self/fd");
  if (!folder)
    return missing(error, "which descriptors are open cannot be told, for want of close_range() and /proc");
  const struct dirent *entry;
  while ((entry = readdir(folder))) {
    int fd = atoi(entry->d_name);
    if (fd >= POSIX_WALL_CLOSED && fd != dirfd(folder))
      close(fd);
  }
  closedir(folder);
  return TLSMEND_OK;
}

/* The kernel's number for somebody without a number ("overflow"; nobody on most systems): it owns nothing and needs no list of users. */
enum { NOBODY = 65534 };

/* A container may lack this user, or the right to become it. What root may do is then given up all the same, by drop_rights. */
static void leave_root(os_wall *out) {
  if (geteuid() != 0 && getuid() != 0) {
    note(out, "user: that of the parent, which is not root");
    return;
  }
  bool groups = setgroups(0, NULL) == 0;
  if (setresgid(NOBODY, NOBODY, NOBODY) != 0 || setresuid(NOBODY, NOBODY, NOBODY) != 0)
    note(out, "user: root still, for it cannot become %d here (%s)", NOBODY, strerror(errno));
  else
    note(out, "user: %d instead of root%s", NOBODY, groups ? "" : ", in root's groups still");
}

static int drop_rights(os_wall *out, tlsmend_error *error) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
  if (syscall(SYS_capset, &header, none) != 0)
    return missing(error, "capabilities cannot be given up");
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return missing(error, "rights cannot be given up for good (no_new_privs)");
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    return missing(error, "it can be looked into (dumpable)");
  note(out, "rights: no capabilities, none to be gained (no_new_privs), not dumpable");
  return TLSMEND_OK;
}

/* Bytes of addresses that this process has. */
static unsigned long long addresses(void) {
  enum { GUESS = 64 << 20 };
  char text[32] = "";
  int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  ssize_t got = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
  if (fd >= 0)
    close(fd);
  unsigned long long pages = got > 0 ? strtoull(text, NULL, 10) : 0;
  return pages ? pages * (unsigned long long)sysconf(_SC_PAGESIZE) : GUESS;
}

/* Twice what a text may hold: a block that grows is there twice while it is copied. And what its frames and the gaps between blocks take. */
static int limit_memory(unsigned long long memory, unsigned long long program, os_wall *out,
                        tlsmend_error *error) {
  enum { BESIDE = 16 << 20 };
  if (POSIX_SANITIZED || !memory || memory > (~0ull - program - BESIDE) / 2) {
    note(out, POSIX_SANITIZED ? "memory: not limited, for this is a build with the address sanitizer"
                              : "memory: not limited, as told");
    return TLSMEND_OK;
  }
  unsigned long long most = program + 2 * memory + BESIDE;
  struct rlimit limit;
  rlim_t rounded = most < RLIM_INFINITY ? (rlim_t)most : RLIM_INFINITY;
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_max < rounded) /* the parent itself has less */
    rounded = limit.rlim_max;
  if (setrlimit(RLIMIT_AS, &(struct rlimit){rounded, rounded}) != 0)
    return missing(error, "memory cannot be limited");
  note(out, "memory: %llu MiB of addresses", (unsigned long long)rounded >> 20);
  return TLSMEND_OK;
}

/* One descriptor instead of none, since poll() takes no more than may be open: 0 and 1 are, so none can be opened. */
static int limit_rest(os_wall *out, tlsmend_error *error) {
  static const struct {
    resource what;
    rlim_t most;
  } limits[] = {{RLIMIT_NOFILE, 1},  {RLIMIT_NPROC, 0},    {RLIMIT_CORE, 0},
                {RLIMIT_MEMLOCK, 0}, {RLIMIT_MSGQUEUE, 0}, {RLIMIT_FSIZE, 0}};
  /* Without the last for a sanitizer, whose report may go to a file. */
  size_t count = sizeof limits / sizeof limits[0] - POSIX_SANITIZED;
  for (size_t i = 0; i < count; i++)
    if (setrlimit(limits[i].what, &(struct rlimit){limits[i].most, limits[i].most}) != 0)
      return missing(error, "files and processes cannot be limited");
  note(out, "limits: no file can be opened or grow, no process started");
  return TLSMEND_OK;
}

int os_wall_raise(unsigned long long memory, os_wall *out, tlsmend_error *error) {
  *out = (os_wall){0};
  touch();
  /* The parent may live without this: memory that is written could be run. */
  int kind = personality(0xffffffff);
  if (kind >= 0 && (kind & READ_IMPLIES_EXEC))
    personality((unsigned long)kind & ~(unsigned long)READ_IMPLIES_EXEC);
  unsigned long long program = addresses();
  umask(077);
  leave_terminal();
  int code = chdir("/") == 0 ? close_rest(out, error) : missing(error, "/ cannot be entered");
  leave_root(out);
  if (code == TLSMEND_OK)
    code = drop_rights(out, error);
  if (code == TLSMEND_OK)
    code = limit_memory(memory, program, out, error);
  if (code == TLSMEND_OK)
    code = limit_rest(out, error);
  if (code == TLSMEND_OK)
    code = posix_filter_raise(error);
  if (code == TLSMEND_OK)
    note(out, "system calls: those for memory, the two pipes and the clock%s; any other ends it (seccomp)",
         POSIX_SANITIZED ? ", and the sanitizer's" : "");
  return code;
}

#else

int os_wall_raise(unsigned long long memory, os_wall *out, tlsmend_error *error) {
  (void)memory;
  *out = (os_wall){0};
  return tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED,
                           "there is no wall around a worker on this system: use Linux or Windows");
}

#endif

/* The pipes. */

size_t system_wall_read(void *bytes, size_t size) {
  ssize_t got;
  do
    got = read(0, bytes, size);
  while (got < 0 && errno == EINTR);
  return got > 0 ? (size_t)got : 0;
}

bool os_wall_send(const void *bytes, size_t size) {
  const unsigned char *at = bytes;
  while (size > 0) {
    ssize_t put = write(1, at, size);
    if (put < 0 && errno != EINTR)
      return false;
    at += put > 0 ? put : 0;
    size -= put > 0 ? (size_t)put : 0;
  }
  return true;
}

bool system_wall_waiting(void) {
  struct pollfd in = {.fd = 0, .events = POLLIN};
  return poll(&in, 1, 0) > 0;
}

void os_wall_exit(int code) { _exit(code); }
