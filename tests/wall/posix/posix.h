/* What the attempts on POSIX share. Each asks the kernel itself: no function of a library stands between. */
#ifndef WALL_POSIX_H
#define WALL_POSIX_H

#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "wall/attempt.h"

/* The parent, as it was before the wall was raised. */
extern pid_t wall_parent;

/* One call to the kernel as an attempt: an answer other than -1 is a way through. Arguments as wide as a register. */
#define WALL_CALL(name, ...)                                                                                 \
  static long name(void) { return syscall(__VA_ARGS__) == -1 ? errno : WALL_THROUGH; }

extern const wall_attempt wall_files[], wall_descriptors[], wall_network[], wall_processes[], wall_memory[],
    wall_system[], wall_self[], wall_foreign[];

#endif
