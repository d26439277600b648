/* Itself: its own wall, its signals and timers, its end, and never coming to one. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <time.h>

#include "wall/posix/posix.h"

WALL_CALL(be_dumpable, SYS_prctl, PR_SET_DUMPABLE, 1L, 0L, 0L, 0L)
WALL_CALL(new_rights, SYS_prctl, PR_SET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L)
WALL_CALL(no_filter, SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_DISABLED, 0L, 0L, 0L)
WALL_CALL(outlive_parent, SYS_prctl, PR_SET_PDEATHSIG, 0L, 0L, 0L, 0L)
WALL_CALL(any_tracer, SYS_prctl, 0x59616d61 /* PR_SET_PTRACER */, -1L, 0L, 0L, 0L)
WALL_CALL(ambient_rights, SYS_prctl, 47 /* PR_CAP_AMBIENT */, 2L, 0L, 0L, 0L)
WALL_CALL(other_memory, SYS_prctl, PR_SET_MM, PR_SET_MM_ARG_START, 0L, 0L, 0L)
WALL_CALL(other_name, SYS_prctl, PR_SET_NAME, "sshd", 0L, 0L, 0L)
WALL_CALL(adopt_children, SYS_prctl, 36 /* PR_SET_CHILD_SUBREAPER */, 1L, 0L, 0L, 0L)
WALL_CALL(dispatch_calls, SYS_prctl, 59 /* PR_SET_SYSCALL_USER_DISPATCH */, 1L, 0L, 0L, (char[1]){0})
WALL_CALL(timer, SYS_setitimer, ITIMER_REAL, (long[4]){0, 1000, 0, 1000}, NULL)
WALL_CALL(own_timer, SYS_timer_create, CLOCK_REALTIME, NULL, (int[1]){0})
WALL_CALL(stop_itself, SYS_kill, (long)getpid(), SIGSTOP)
WALL_CALL(stop_thread, SYS_tgkill, (long)getpid(), (long)getpid(), SIGSTOP)
WALL_CALL(sleep_long, SYS_nanosleep, (long[2]){3600, 0}, NULL)
WALL_CALL(pause_for_ever, SYS_ppoll, NULL, 0L, NULL, NULL, 0L)
WALL_CALL(lean_filter, SYS_seccomp, SECCOMP_SET_MODE_FILTER, 8 /* a listener */, NULL)

static void caught(int signal) { (void)signal; }

/* The kernel's own form of a handler: function, flags, restorer, mask. */
static long handler(void) {
  struct {
    void (*function)(int);
    unsigned long flags;
    void (*restorer)(void);
    unsigned long mask;
  } action = {caught, 0x04000000, NULL, 0};
  return syscall(SYS_rt_sigaction, SIGSYS, &action, NULL, 8L) == -1 ? errno : WALL_THROUGH;
}

static long block_signals(void) {
  unsigned long all = ~0UL;
  return syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, 8L) == -1 ? errno : WALL_THROUGH;
}

static volatile bool endless = true;

static long loop(void) {
  while (endless)
    continue;
  return WALL_THROUGH;
}

static long close_and_loop(void) {
  syscall(SYS_close, 0L);
  syscall(SYS_close, 1L);
  return loop();
}

static long deeper(volatile char *above) {
  volatile char here[65536];
  here[0] = *above;
  return (endless ? deeper(here) : WALL_THROUGH) + here[0];
}

static long all_stack(void) {
  volatile char here = 0;
  return deeper(&here);
}

static long crash(void) {
  volatile int *volatile nowhere = NULL;
  *nowhere = 1;
  return WALL_THROUGH;
}

static long leave_as_if_well(void) { return syscall(SYS_exit_group, 0); }
static long leave_thread(void) { return syscall(SYS_exit, 0); }

const wall_attempt wall_self[] = {
    {"prctl dumpable", be_dumpable, WALL_KILLED, 0, false},
    {"prctl no_new_privs off", new_rights, WALL_KILLED, 0, false},
    {"prctl seccomp off", no_filter, WALL_KILLED, 0, false},
    {"seccomp a listener", lean_filter, WALL_KILLED, 0, false},
    {"prctl outlive its parent", outlive_parent, WALL_KILLED, 0, false},
    {"prctl any tracer", any_tracer, WALL_KILLED, 0, false},
    {"prctl ambient rights", ambient_rights, WALL_KILLED, 0, false},
    {"prctl its memory map", other_memory, WALL_KILLED, 0, false},
    {"prctl another name", other_name, WALL_KILLED, 0, false},
    {"prctl subreaper", adopt_children, WALL_KILLED, 0, false},
    {"prctl user dispatch", dispatch_calls, WALL_KILLED, 0, false},
    {"setitimer", timer, WALL_KILLED, 0, false},
    {"timer_create", own_timer, WALL_KILLED, 0, false},
    {"a handler for SIGSYS", handler, WALL_KILLED, 0, false},
    {"block all signals", block_signals, WALL_KILLED, 0, false},
    {"stop itself", stop_itself, WALL_KILLED, 0, false},
    {"stop its thread", stop_thread, WALL_KILLED, 0, false},
    {"nanosleep", sleep_long, WALL_KILLED, 0, false},
    {"wait for ever", pause_for_ever, WALL_KILLED, 0, false},
    {"loop", loop, WALL_STOPPED, 0, false},
    {"close its pipes and loop", close_and_loop, WALL_ENDED, 0, false},
    {"take all stack", all_stack, WALL_BROKEN, 0, false},
    {"crash", crash, WALL_BROKEN, 0, false},
    {"exit with 0", leave_as_if_well, WALL_BROKEN, 0, false},
    {"exit of its thread", leave_thread, WALL_BROKEN, 0, false},
    {0},
};
