/* Time, chance, the process, its terminal and where it stands, on POSIX. Contract: os/os.h. */
#define _GNU_SOURCE

#include "os/os.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <link.h>
#include <sys/auxv.h>
#endif

int64_t os_time(void) { return (int64_t)time(NULL); }

uint64_t os_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

void os_sleep(unsigned milliseconds) {
  struct timespec rest = {(time_t)(milliseconds / 1000u), (long)(milliseconds % 1000u) * 1000000L};
  while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
    continue;
}

unsigned os_process_id(void) { return (unsigned)getpid(); }

void os_random(void *bytes, size_t size) {
  unsigned char *at = bytes;
  while (size > 0) {
    ssize_t got = getrandom(at, size, 0);
    if (got < 0 && errno == EINTR)
      continue;
    assert(got > 0);
    if (got <= 0)
      abort(); /* no run without ids that cannot collide */
    at += got;
    size -= (size_t)got;
  }
}

char *os_environment(const char *name) {
  const char *value = getenv(name);
  return value ? strdup(value) : NULL;
}

char *os_system_path(const char *name) { return (void)name, NULL; }
char *os_common_path(const char *name) { return (void)name, NULL; }

char *os_state_default(void) { return strdup("/var/lib/tlsmend"); }
char *os_trust_default(void) { return strdup("/etc/tlsmend/trust"); }

char *os_path_join(const char *folder, const char *name) {
  size_t length = strlen(folder);
  bool separated = length == 0 || folder[length - 1] == '/';
  size_t room = length + strlen(name) + 2;
  char *path = malloc(room);
  if (path)
    snprintf(path, room, "%s%s%s", folder, separated ? "" : "/", name);
  return path;
}

/* Without /proc, as in a bare container: the path that it was started by. A relative one may mean another file by now. */
static char *started_by(void) {
#ifdef __linux__
  unsigned long path = getauxval(AT_EXECFN);
  if (path && *(const char *)path == '/')
    return strdup((const char *)path);
#endif
  return NULL;
}

char *os_program_path(void) {
  char path[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  if (length <= 0)
    return started_by();
  path[length] = '\0';
  return strdup(path);
}

char *os_program_again(void) {
  static const char running[] = "/proc/self/exe";
  return access(running, X_OK) == 0 ? strdup(running) : os_program_path();
}

#ifdef __linux__
typedef struct object_search {
  size_t seen;
  char *path;
} object_search;

/* The program comes first; the name it has here is the caller's word. */
static int find_object(struct dl_phdr_info *object, size_t size, void *data) {
  object_search *search = data;
  uintptr_t wanted = (uintptr_t)&os_library_path;
  bool holds = false;
  (void)size;
  for (size_t i = 0; i < object->dlpi_phnum; i++) {
    uintptr_t from = object->dlpi_addr + object->dlpi_phdr[i].p_vaddr;
    holds = holds || (object->dlpi_phdr[i].p_type == PT_LOAD && wanted >= from &&
                      wanted - from < object->dlpi_phdr[i].p_memsz);
  }
  if (holds && search->seen == 0)
    search->path = os_program_path();
  else if (holds && object->dlpi_name[0] == '/')
    search->path = strdup(object->dlpi_name);
  search->seen++;
  return holds;
}

char *os_library_path(void) {
  object_search search = {0, NULL};
  dl_iterate_phdr(find_object, &search);
  return search.path;
}
#else
char *os_library_path(void) { return NULL; }
#endif

bool os_terminal(int stream) {
  const char *kind = getenv("TERM");
  return isatty(stream) && kind && strcmp(kind, "dumb") != 0;
}

char *os_path_absolute(const char *path) {
  char folder[PATH_MAX];
  if (*path == '/')
    return strdup(path);
  if (!getcwd(folder, sizeof folder))
    return strdup(path);
  while (path[0] == '.' && path[1] == '/')
    path += 2;
  return os_path_join(folder, path);
}

/* The name of the start is Linux' own. */
bool os_boot_clock(int64_t *seconds, char boot[64]) {
#ifdef CLOCK_BOOTTIME
  struct timespec now;
  int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  ssize_t got = fd >= 0 ? read(fd, boot, 63) : -1;
  if (fd >= 0)
    close(fd);
  boot[got > 0 ? got : 0] = '\0';
  boot[strcspn(boot, "\r\n")] = '\0';
  *seconds = 0;
  if (!*boot || clock_gettime(CLOCK_BOOTTIME, &now) != 0)
    return false;
  *seconds = (int64_t)now.tv_sec;
  return true;
#else
  *seconds = 0;
  boot[0] = '\0';
  return false;
#endif
}
