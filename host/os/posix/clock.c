/* The clock that nobody sets, on POSIX. Contract: os/os.h. */
#define _GNU_SOURCE

#include "os/os.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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
