#include "wall/siege.h"

#include <errno.h>
#include <sys/wait.h>

#include "os/os.h"

void siege_begin(void) {}

/* Where the attempts would have put one. */
const char *siege_left(void) {
  if (os_name_taken("/tmp/tlsmend-wall-made"))
    return "made a file";
  return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? NULL : "left a process";
}
