/* Whether this process is a worker, which is the same question on every system. Contract: os/worker.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "os/worker.h"

bool os_wall_wanted(int argc, char **argv, unsigned long long *memory) {
  char *end = NULL;
  if (argc != 3 || strcmp(argv[1], OS_WORKER_ARGUMENT) != 0 || strspn(argv[2], "0123456789") == 0)
    return false;
  errno = 0;
  *memory = strtoull(argv[2], &end, 10);
  return !*end && errno == 0;
}
