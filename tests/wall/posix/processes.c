/* Other processes: making one, becoming one, reading and ending the parent. */
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/uio.h>

#include "wall/posix/posix.h"

static char *const shell[] = {"/bin/sh", "-c", "echo through >/tmp/tlsmend-wall-made", NULL};

/* In a child that should not be there, nothing goes on. */
static long made_process(long answer) {
  if (answer == 0)
    syscall(SYS_exit_group, 0);
  return answer == -1 ? errno : WALL_THROUGH;
}

#ifdef SYS_fork
static long by_fork(void) { return made_process(syscall(SYS_fork)); }
#endif
static long by_clone(void) { return made_process(syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL)); }

static long by_clone3(void) {
  struct clone_args args = {.exit_signal = SIGCHLD};
  return made_process(syscall(SYS_clone3, &args, sizeof args));
}

/* vfork shares its stack with whoever called: asked by clone with the same flags. */
static long by_vfork(void) {
  return made_process(syscall(SYS_clone, CLONE_VFORK | SIGCHLD, NULL, NULL, NULL, NULL));
}

static long into_namespace(void) {
  return made_process(syscall(SYS_clone, CLONE_NEWUSER | CLONE_NEWNET | SIGCHLD, NULL, NULL, NULL, NULL));
}

static void *nothing(void *data) { return data; }

static long by_thread(void) {
  pthread_t thread;
  return pthread_create(&thread, NULL, nothing, NULL);
}

WALL_CALL(execute, SYS_execve, shell[0], shell, NULL)
WALL_CALL(execute_at, SYS_execveat, (long)AT_FDCWD, shell[0], shell, NULL, 0)
WALL_CALL(execute_descriptor, SYS_execveat, 0L, "", shell, NULL, 0x1000 /* AT_EMPTY_PATH */)
WALL_CALL(memory_file, SYS_memfd_create, "program", 0)
WALL_CALL(trace_me, SYS_ptrace, (long)PTRACE_TRACEME, 0L, NULL, NULL)
WALL_CALL(trace_parent, SYS_ptrace, (long)PTRACE_ATTACH, (long)wall_parent, NULL, NULL)
WALL_CALL(seize_parent, SYS_ptrace, (long)PTRACE_SEIZE, (long)wall_parent, NULL, NULL)
WALL_CALL(open_parent, SYS_pidfd_open, (long)wall_parent, 0)
WALL_CALL(take_descriptor, SYS_pidfd_getfd, 0L, 0, 0)
WALL_CALL(signal_descriptor, SYS_pidfd_send_signal, 0L, 0, NULL, 0)
WALL_CALL(compare_parent, SYS_kcmp, (long)wall_parent, (long)wall_parent, 0, 0L, 1L)
WALL_CALL(signal_parent, SYS_kill, (long)wall_parent, 0)
WALL_CALL(kill_parent, SYS_kill, (long)wall_parent, SIGURG)
WALL_CALL(kill_all, SYS_kill, -1L, 0)
WALL_CALL(kill_group, SYS_kill, 0L, 0)
WALL_CALL(thread_kill_parent, SYS_tgkill, (long)wall_parent, (long)wall_parent, SIGURG)
WALL_CALL(thread_kill_old, SYS_tkill, (long)wall_parent, SIGURG)
WALL_CALL(queue_parent, SYS_rt_sigqueueinfo, (long)wall_parent, SIGURG, (char[128]){0})
WALL_CALL(limit_parent, SYS_prlimit64, (long)wall_parent, RLIMIT_NOFILE, NULL, (char[16]){0})
WALL_CALL(place_parent, SYS_sched_setaffinity, (long)wall_parent, 8L, (long[1]){1})
WALL_CALL(schedule_parent, SYS_sched_setscheduler, (long)wall_parent, SCHED_IDLE, (int[1]){0})
WALL_CALL(slow_parent, SYS_setpriority, PRIO_PROCESS, (long)wall_parent, 0)
WALL_CALL(input_parent, SYS_ioprio_set, 1, (long)wall_parent, 0x4007)
WALL_CALL(group_parent, SYS_setpgid, (long)wall_parent, 0L)
WALL_CALL(own_session, SYS_setsid)
WALL_CALL(wait_any, SYS_wait4, -1L, NULL, 1, NULL)
WALL_CALL(leave_namespaces, SYS_unshare, (long)CLONE_NEWUSER)
WALL_CALL(leave_files, SYS_unshare, (long)CLONE_FILES)
WALL_CALL(enter_namespace, SYS_setns, 0L, 0)
WALL_CALL(advise_parent, SYS_process_madvise, 0L, NULL, 0L, 20, 0)
WALL_CALL(robust_parent, SYS_get_robust_list, (long)wall_parent, (long[1]){0}, (long[1]){0})
WALL_CALL(pages_of_parent, SYS_move_pages, (long)wall_parent, 0L, NULL, NULL, NULL, 0)

/* The executable's own data lie somewhere else in the parent; whether anything may be read is the question. */
static long read_parent(void) {
  long word = 0;
  struct iovec here = {&word, sizeof word}, there = {&wall_parent, sizeof word};
  return syscall(SYS_process_vm_readv, (long)wall_parent, &here, 1L, &there, 1L, 0L) == -1 ? errno
                                                                                           : WALL_THROUGH;
}

static long write_parent(void) {
  long word = 0;
  struct iovec here = {&word, sizeof word}, there = {&wall_parent, sizeof word};
  return syscall(SYS_process_vm_writev, (long)wall_parent, &here, 1L, &there, 1L, 0L) == -1 ? errno
                                                                                            : WALL_THROUGH;
}

const wall_attempt wall_processes[] = {
#ifdef SYS_fork
    {"fork", by_fork, WALL_KILLED, 0, false},
#endif
    {"vfork", by_vfork, WALL_KILLED, 0, false},
    {"clone", by_clone, WALL_KILLED, 0, false},
    {"clone3", by_clone3, WALL_KILLED, 0, false},
    {"clone into namespaces", into_namespace, WALL_KILLED, 0, false},
    {"pthread_create", by_thread, WALL_KILLED, 0, false},
    {"execve", execute, WALL_KILLED, 0, false},
    {"execveat", execute_at, WALL_KILLED, 0, false},
    {"execveat a descriptor", execute_descriptor, WALL_KILLED, 0, false},
    {"memfd_create", memory_file, WALL_KILLED, 0, false},
    {"ptrace TRACEME", trace_me, WALL_KILLED, 0, false},
    {"ptrace ATTACH parent", trace_parent, WALL_KILLED, 0, false},
    {"ptrace SEIZE parent", seize_parent, WALL_KILLED, 0, false},
    {"process_vm_readv parent", read_parent, WALL_KILLED, 0, false},
    {"process_vm_writev parent", write_parent, WALL_KILLED, 0, false},
    {"pidfd_open parent", open_parent, WALL_KILLED, 0, false},
    {"pidfd_getfd", take_descriptor, WALL_KILLED, 0, false},
    {"pidfd_send_signal", signal_descriptor, WALL_KILLED, 0, false},
    {"kcmp parent", compare_parent, WALL_KILLED, 0, false},
    {"kill parent with 0", signal_parent, WALL_KILLED, 0, false},
    {"kill parent", kill_parent, WALL_KILLED, 0, false},
    {"kill all", kill_all, WALL_KILLED, 0, false},
    {"kill its group", kill_group, WALL_KILLED, 0, false},
    {"tgkill parent", thread_kill_parent, WALL_KILLED, 0, false},
    {"tkill parent", thread_kill_old, WALL_KILLED, 0, false},
    {"rt_sigqueueinfo parent", queue_parent, WALL_KILLED, 0, false},
    {"prlimit64 parent", limit_parent, WALL_KILLED, 0, false},
    {"sched_setaffinity parent", place_parent, WALL_KILLED, 0, false},
    {"sched_setscheduler parent", schedule_parent, WALL_KILLED, 0, false},
    {"setpriority parent", slow_parent, WALL_KILLED, 0, false},
    {"ioprio_set parent", input_parent, WALL_KILLED, 0, false},
    {"setpgid parent", group_parent, WALL_KILLED, 0, false},
    {"setsid", own_session, WALL_KILLED, 0, false},
    {"wait4", wait_any, WALL_KILLED, 0, false},
    {"unshare a user namespace", leave_namespaces, WALL_KILLED, 0, false},
    {"unshare files", leave_files, WALL_KILLED, 0, false},
    {"setns", enter_namespace, WALL_KILLED, 0, false},
    {"process_madvise", advise_parent, WALL_KILLED, 0, false},
    {"get_robust_list parent", robust_parent, WALL_KILLED, 0, false},
    {"move_pages parent", pages_of_parent, WALL_KILLED, 0, false},
    {0},
};
