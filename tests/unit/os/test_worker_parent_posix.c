/*
 * Workers of parents that are not as one would like them: without standard streams, with signals ignored, at a terminal, in a container
 * that keeps the filter of system calls for itself, or gone. Each parent is a process of its own, which says by its exit code what failed.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#include <seccomp.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#endif

#include <cmocka.h>

#include <tlsmend/tlsmend.h>

#include "os/os.h"
#include "os/worker.h"

enum { CANNOT = 77 };

/* The worker sends each byte back, ends where it is told to with LAST as its exit code, and with ORPHAN where nobody tells it any more. */
enum { LAST = 3, NO_WALL = 6, ORPHAN = 7 };

static int work(unsigned long long memory) {
  os_wall wall;
  tlsmend_error error;
  char byte;
  if (os_wall_raise(memory, &wall, &error) != TLSMEND_OK) {
    os_wall_send(&error, sizeof error);
    os_wall_exit(NO_WALL);
  }
  while (os_wall_receive(&byte, 1)) {
    if (byte == LAST)
      os_wall_exit(LAST);
    os_wall_send(&byte, 1);
  }
  os_wall_exit(ORPHAN);
}

static char *program;
static tlsmend_error error;

static os_worker_wait soon(void) { return (os_worker_wait){.deadline = os_clock() + 20000}; }

static os_worker *start(void) {
  os_worker *worker = NULL;
  os_worker_start(&(os_worker_terms){.program = program, .memory = 1 << 20}, &worker, &error);
  return worker;
}

/* What the worker answers; -1: nothing. */
static int tell(os_worker *worker, char byte) {
  os_worker_wait wait = soon();
  return os_worker_send(worker, &byte, 1, &wait, &error) == TLSMEND_OK &&
                 os_worker_receive(worker, &byte, 1, &wait, &error) == TLSMEND_OK
             ? byte
             : -1;
}

/* The exit code of a process that runs fn. */
static int apart(int (*fn)(void)) {
  int status = 0;
  pid_t child = fork();
  if (child == 0)
    _exit(fn());
  assert_int_equal(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void must(int (*fn)(void)) {
  int code = apart(fn);
  if (code == CANNOT)
    skip();
  assert_int_equal(code, 0);
}

static int without_streams(void) {
  for (int closed = 1; closed < 8; closed++) {
    for (int fd = 0; fd < 3; fd++)
      if (closed & 1 << fd)
        close(fd);
    os_worker *worker = start();
    if (!worker || tell(worker, 'x') != 'x')
      return closed;
    for (int fd = 0; fd < 3; fd++)
      if (closed & 1 << fd && fcntl(fd, F_GETFD) >= 0) /* what is printed would go there */
        return 10 + closed;
    os_worker_end(worker);
    os_main_streams();
  }
  return 0;
}

static void closed_streams(void **state) {
  (void)state;
  must(without_streams);
}

static int with_signals_ignored(void) {
  sigset_t all;
  for (int number = 1; number < 32; number++)
    signal(number, SIG_IGN);
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);
  os_worker *worker = start();
  if (!worker || tell(worker, 'x') != 'x')
    return 1;
  if (tell(worker, LAST) >= 0 || !strstr(error.text, "SIGCHLD"))
    return 2;
  os_worker_end(worker);
  worker = start();
  os_worker_end(worker);
  return worker ? 0 : 3;
}

static void ignored_signals(void **state) {
  (void)state;
  must(with_signals_ignored);
}

/* What a key at the terminal does to all who were started there. */
static int interrupted(void) {
  setpgid(0, 0);
  signal(SIGINT, SIG_IGN);
  os_worker *worker = start();
  if (!worker || kill(0, SIGINT) != 0 || tell(worker, 'x') != 'x')
    return 1;
  os_worker_end(worker);
  return 0;
}

static void keys_do_not_reach_it(void **state) {
  (void)state;
  must(interrupted);
}

#ifdef __linux__
/* The terminal of the only child of this process, as the kernel numbers it; -1: cannot be told. */
static int terminal_of_child(void) {
  char path[64], line[512] = "";
  int child = 0, terminal = -1;
  FILE *list = fopen("/proc/thread-self/children", "r");
  if (list && fscanf(list, "%d", &child) == 1) {
    snprintf(path, sizeof path, "/proc/%d/stat", child);
    FILE *file = fopen(path, "r");
    const char *behind = file && fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
    if (!behind || sscanf(behind, ") %*c %*d %*d %*d %d", &terminal) != 1)
      terminal = -1;
    if (file)
      fclose(file);
  }
  if (list)
    fclose(list);
  return terminal;
}

static int at_a_terminal(void) {
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  setsid();
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0 || open(ptsname(master), O_RDWR) < 0)
    return CANNOT;
  os_worker *worker = start();
  if (!worker || tell(worker, 'x') != 'x')
    return 1;
  int terminal = terminal_of_child();
  os_worker_end(worker);
  return terminal < 0 ? CANNOT : terminal > 0 ? 2 : 0;
}

static void has_no_terminal(void **state) {
  (void)state;
  must(at_a_terminal);
}

static int without_filter(void) {
  tlsmend_error told = {0};
  os_worker_wait wait = soon();
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  struct scmp_arg_cmp sets = {0, SCMP_CMP_EQ, PR_SET_SECCOMP, 0};
  if (!filter || seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(seccomp), 0) != 0 ||
      seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prctl), 1, &sets) != 0 ||
      seccomp_load(filter) != 0)
    return 1;
  seccomp_release(filter);
  os_worker *worker = start();
  if (!worker || os_worker_receive(worker, &told, sizeof told, &wait, &error) != TLSMEND_OK)
    return 2;
  os_worker_end(worker);
  bool says = strstr(told.text, "seccomp") && strstr(told.text, "container");
  return told.code == TLSMEND_E_UNSUPPORTED && says ? 0 : 3;
}

static void no_wall_is_said(void **state) {
  (void)state;
  must(without_filter);
}

/* Less memory than a worker may have anywhere else. */
static int within_less(void) {
#ifdef __SANITIZE_ADDRESS__
  return CANNOT;
#endif
  os_worker *worker = NULL;
  if (setrlimit(RLIMIT_AS, &(struct rlimit){100 << 20, 100 << 20}) != 0)
    return 1;
  os_worker_start(&(os_worker_terms){.program = program, .memory = 64 << 20}, &worker, &error);
  if (!worker || tell(worker, 'x') != 'x')
    return 2;
  os_worker_end(worker);
  return 0;
}

static void memory_of_the_parent(void **state) {
  (void)state;
  must(within_less);
}

/* No /proc either. */
static int in_a_folder(void) {
  const char *path = (const char *)getauxval(AT_EXECFN);
  if (chroot("/tmp") != 0 && (unshare(CLONE_NEWUSER) != 0 || chroot("/tmp") != 0))
    return CANNOT;
  char *found = os_program_path();
  bool good = *path == '/' ? found && strcmp(found, path) == 0 : !found;
  free(found);
  return good ? 0 : 1;
}

static void known_without_proc(void **state) {
  (void)state;
  must(in_a_folder);
}

static int leave_one(void) { return start() ? 0 : 1; }

static void ends_with_its_parent(void **state) {
  (void)state;
  int status = 0;
  assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
  must(leave_one);
  assert_true(waitpid(-1, &status, 0) > 0); /* the orphan */
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), ORPHAN);
}
#endif

int main(int argc, char **argv) {
  unsigned long long memory;
  if (os_wall_wanted(argc, argv, &memory))
    return work(memory);
  program = os_program_path();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(closed_streams),       cmocka_unit_test(ignored_signals),
      cmocka_unit_test(keys_do_not_reach_it),
#ifdef __linux__
      cmocka_unit_test(has_no_terminal),      cmocka_unit_test(no_wall_is_said),
      cmocka_unit_test(memory_of_the_parent), cmocka_unit_test(known_without_proc),
      cmocka_unit_test(ends_with_its_parent),
#endif
  };
  int failures = cmocka_run_group_tests_name("parents of workers", tests, NULL, NULL);
  free(program);
  return failures;
}
