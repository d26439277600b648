/* Every number of the kernel's, whatever it means: calls that this test has never heard of too. */
#include <stdio.h>

#include "wall/posix/posix.h"
#include "wall/sweep.h"

static long number, argument;

static long made_call(void) {
  long answer = syscall(number, argument, argument, argument, argument, argument, argument);
  return answer == -1 ? errno : WALL_THROUGH;
}

const wall_attempt *wall_attempt_made(const char *name) {
  static const wall_attempt made = {"system call", made_call, WALL_KILLED, 0, false};
  return sscanf(name, "system call %ld with %ld", &number, &argument) == 2 ? &made : NULL;
}

bool wall_call_allowed(long wanted) {
  static const long allowed[] = {
      SYS_read,   SYS_write,    SYS_brk,     SYS_mmap,          SYS_mremap,
      SYS_munmap, SYS_mprotect, SYS_madvise, SYS_clock_gettime, SYS_exit_group,
#ifdef SYS_poll
      SYS_poll,
#else
      SYS_ppoll,
#endif
  };
  for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
    if (allowed[i] == wanted)
      return true;
  return false;
}

/* uretprobe and uprobe, with which the kernel returns from a probe that was set from outside: called by anybody else, they end the caller
 * (SIGILL) or answer ENXIO. Linux lets them pass each filter, for probes in programs whose filters are older than the calls. */
bool wall_call_exempt(long wanted) {
#if defined(__x86_64__) && !defined(__ILP32__)
  return wanted == 335 || wanted == 336;
#else
  (void)wanted;
  return false;
#endif
}
