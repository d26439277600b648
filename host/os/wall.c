/* What a worker does in the same way on every system: it knows that it is one, and receives. Contract: os/worker.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "os/system.h"
#include "os/worker.h"

bool os_wall_wanted(int argc, char **argv, unsigned long long *memory) {
  char *rest = NULL;
  if (argc != 3 || strcmp(argv[1], OS_WORKER_ARGUMENT) != 0 || strspn(argv[2], "0123456789") == 0)
    return false;
  errno = 0;
  *memory = strtoull(argv[2], &rest, 10);
  return !*rest && errno == 0;
}

/* What has come is taken in one call, however many frames it is; more than this holds goes to where it belongs. Executables of Windows have its
 * bytes in their file. */
static unsigned char buffer[1 << 13];
static size_t begin, end;

bool os_wall_receive(void *bytes, size_t size) {
  unsigned char *at = bytes;
  while (size > 0) {
    size_t there = end - begin, count = there < size ? there : size;
    if (count > 0) {
      memcpy(at, buffer + begin, count);
      begin += count;
    } else if (size >= sizeof buffer) {
      count = system_wall_read(at, size);
    } else {
      begin = 0;
      end = system_wall_read(buffer, sizeof buffer);
      if (end > 0)
        continue;
    }
    if (count == 0)
      return false;
    at += count;
    size -= count;
  }
  return true;
}

bool os_wall_waiting(void) { return begin < end || system_wall_waiting(); }
