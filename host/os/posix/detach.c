/* Starting this program again as a process of its own, on POSIX. Contract: os/os.h. */
#define _GNU_SOURCE

#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tlsmend/tlsmend.h>

#include "os/posix/posix.h"

enum { ARGUMENTS_MOST = 32 };

/* The child of the child belongs to nobody who could end it with a terminal. */
static void run(const char *program, char **arguments) {
  /* never one of the three, which would then be closed by execv */
  int nowhere = posix_open(AT_FDCWD, "/dev/null", O_RDWR, 0);
  setsid();
  if (fork() != 0)
    _exit(0);
  for (int stream = 0; nowhere >= 0 && stream < 3; stream++)
    dup2(nowhere, stream);
  execv(program, arguments);
  _exit(127);
}

int os_start_detached(const char *const *arguments, tlsmend_error *error) {
  char *program = os_program_path(), *copies[ARGUMENTS_MOST + 2] = {program};
  int result = TLSMEND_OK, status = 0;
  for (int i = 0; arguments[i] && i < ARGUMENTS_MOST; i++)
    copies[i + 1] = (char *)(size_t)arguments[i]; /* execv changes none of them */
  pid_t child = program ? fork() : -1;
  if (child == 0)
    run(program, copies);
  if (child < 0 || waitpid(child, &status, 0) != child)
    result = tlsmend_error_set(error, TLSMEND_E_IO, "cannot start tlsmend again: %s", strerror(errno));
  free(program);
  return result;
}
