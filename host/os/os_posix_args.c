/* The program's own arguments and whether a person sits in front of it, on POSIX. Contract: os/os.h. */
#define _POSIX_C_SOURCE 200809L

#include <unistd.h>

#include "os/os.h"

int os_main_arguments(int *argc, char ***argv, tlsmend_error *error) {
  (void)argc, (void)argv, (void)error;
  return TLSMEND_OK;
}

bool os_interactive(void) { return isatty(0) && isatty(2); }
