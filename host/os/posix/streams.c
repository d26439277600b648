/* Descriptors on POSIX: the three standard streams, and all others behind them. Contract: os/os.h and os/posix/posix.h. */
#define _GNU_SOURCE

#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/posix/posix.h"

enum { STREAMS = 3 };

void os_main_streams(void) {
  for (int stream = 0; stream < STREAMS; stream++) {
    if (fcntl(stream, F_GETFD) >= 0)
      continue;
    int nowhere = open("/dev/null", O_RDWR);
    if (nowhere != stream) /* the lower ones are open by now, so this is the lowest */
      abort();
  }
}

int posix_above(int fd) {
  if (fd < 0 || fd >= STREAMS)
    return fd;
  int moved = fcntl(fd, F_DUPFD_CLOEXEC, STREAMS), number = errno;
  close(fd);
  errno = number;
  return moved;
}

int posix_open(int folder, const char *path, int flags, unsigned mode) {
  return posix_above(openat(folder, path, flags | O_CLOEXEC, mode));
}
