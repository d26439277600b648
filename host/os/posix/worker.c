/*
 * Workers on POSIX, seen from the parent. Contract: os/worker.h. The wall itself is wall.c, in the child.
 *
 * Each way is a pipe. The parent keeps the child's end of the one that it writes to open as well: so a write to a child that has died is no
 * SIGPIPE, whatever the embedding program does with that signal, and nothing has to be blocked or asked. That it has died is seen at the
 * other pipe, of which nobody but the child has the writing end.
 */
#define _GNU_SOURCE

#include "os/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "os/os.h"
#include "os/posix/filter.h"
#include "os/posix/posix.h"

enum {
  TICK = 20,        /* milliseconds between two looks at the clock and at the caller's other business */
  DYING = 1000,     /* milliseconds that a worker which has closed its pipe has to be gone */
  BUFFER = 1 << 16, /* as much as a pipe holds */
  P_PIDFD_LINUX = 3 /* P_PIDFD, which not every C library has a name for */
};

struct os_worker {
  pid_t process;
  /* Of the process, where the system has such: its number may be another one's once it has ended. -1: none. */
  int handle;
  int to, to_child, from;
  /* It has ended; `status` says how (an exit code as -1 - code, or a signal), if that could be told. */
  bool collected, known;
  int status;
#ifdef __linux__
  int core;         /* that it runs on, or -1 */
  cpu_set_t before; /* where the thread that asks it may run otherwise */
  bool together;    /* it is on that core now */
#endif
  bool heard; /* something has come from it: what is done before its wall stands is done */
  /* Its own clock, the milliseconds of it that it may reach (0: no limit), and the seconds that it was given. */
  clockid_t processor;
  unsigned long long processor_end, processor_allowed;
  bool processor_refused;
  size_t begin, end;
  unsigned char buffer[BUFFER];
};

/* Starting. */

static bool pipe_open(int ends[2]) {
#ifdef __linux__
  if (pipe2(ends, O_CLOEXEC) != 0)
    return false;
#else
  if (pipe(ends) !=
      0) /* who starts another program just now hands these on; the system knows nothing better */
    return false;
#endif
  ends[0] = posix_above(ends[0]);
  ends[1] = posix_above(ends[1]);
  return ends[0] >= 0 && ends[1] >= 0;
}

static void close_open(int fd) {
  if (fd >= 0)
    close(fd);
}

/*
 * A group of its own, so that no key at a terminal ends or stops it (the wall takes the terminal from it, too); no signal blocked or ignored;
 * the two pipes and nothing else. No session of its own: Linux shares the processor out by sessions where nothing else says how
 * (autogroup), and to change between two shares makes each question 1 to 2 us longer.
 */
static int prepare(posix_spawnattr_t *manner, posix_spawn_file_actions_t *streams, int in, int out) {
  sigset_t all, none;
  short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP;
  sigfillset(&all);
  sigemptyset(&none);
  int number = posix_spawnattr_setsigdefault(manner, &all);
  if (!number)
    number = posix_spawnattr_setsigmask(manner, &none);
  if (!number)
    number = posix_spawnattr_setflags(manner, flags);
  if (!number)
    number = posix_spawn_file_actions_adddup2(streams, in, 0);
  if (!number)
    number = posix_spawn_file_actions_adddup2(streams, out, 1);
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 34)
  if (!number) /* the wall does that too, but until then the program is being loaded */
    number = posix_spawn_file_actions_addclosefrom_np(streams, POSIX_WALL_CLOSED);
#endif
  return number;
}

/* One core for a worker and the thread that asks it. Waking another core for each small question takes five times as long, and on a machine with
 * nothing else to do Linux spreads the two. Where that is not allowed, it stays as it is. */

#ifdef __linux__

static bool stay_on(int core) {
  cpu_set_t one;
  CPU_ZERO(&one);
  if (core < 0 || core >= CPU_SETSIZE)
    return false;
  CPU_SET((size_t)core, &one);
  return sched_setaffinity(0, sizeof one, &one) == 0;
}

void os_worker_together(os_worker *self, bool on) {
  if (self->together && !on)
    sched_setaffinity(0, sizeof self->before, &self->before);
  else if (!self->together && on)
    on = self->core >= 0 && sched_getaffinity(0, sizeof self->before, &self->before) == 0 &&
         CPU_COUNT(&self->before) > 1 && stay_on(self->core);
  self->together = on;
}

/* The child inherits where its parent's thread is. */
static void choose_core(os_worker *self) {
  self->core = sched_getcpu();
  os_worker_together(self, true);
  if (!self->together)
    self->core = -1;
}

#else

void os_worker_together(os_worker *self, bool on) { (void)self, (void)on; }

static void choose_core(os_worker *self) { (void)self; }

#endif

/* An errno, or 0. */
static int spawn(os_worker *self, const os_worker_terms *terms, int in, int out) {
  char name[] = "tlsmend", memory[24], argument[] = OS_WORKER_ARGUMENT, *environment[] = {NULL};
  char *program = (char *)(size_t)terms->program; /* it is not changed */
  char *arguments[] = {name, argument, memory, NULL};
  posix_spawnattr_t manner;
  posix_spawn_file_actions_t streams;
  snprintf(memory, sizeof memory, "%llu", terms->memory);
  int number = posix_spawnattr_init(&manner);
  if (number)
    return number;
  number = posix_spawn_file_actions_init(&streams);
  if (!number) {
    number = prepare(&manner, &streams, in, out);
    if (!number)
      number = posix_spawn(&self->process, program, &streams, &manner, arguments, environment);
    posix_spawn_file_actions_destroy(&streams);
  }
  posix_spawnattr_destroy(&manner);
  return number;
}

static int start_failed(int number, const char *program, tlsmend_error *error) {
  if (number == ENOMEM)
    return error_no_memory(error);
  int code = number == ENOENT || number == ENOTDIR                      ? TLSMEND_E_ABSENT
             : number == EACCES || number == EPERM || number == ENOEXEC ? TLSMEND_E_DENIED
                                                                        : TLSMEND_E_FAILED;
  return tlsmend_error_set(error, code, "cannot start %s as a worker: %s",
                           strcmp(program, "/proc/self/exe") == 0 ? "this program again" : program,
                           strerror(number));
}

int os_worker_start(const os_worker_terms *terms, os_worker **out, tlsmend_error *error) {
  int in[2] = {-1, -1}, answer[2] = {-1, -1};
  *out = NULL;
  os_worker *self = malloc(sizeof *self);
  if (!self)
    return error_no_memory(error);
  *self = (os_worker){.handle = -1, .to = -1, .to_child = -1, .from = -1};
  int number = pipe_open(in) && pipe_open(answer) && fcntl(in[1], F_SETFL, O_NONBLOCK) == 0 &&
                       fcntl(answer[0], F_SETFL, O_NONBLOCK) == 0
                   ? 0
                   : errno;
  if (!number) {
    choose_core(self);
    number = spawn(self, terms, in[0], answer[1]);
    os_worker_together(self, false);
  }
  self->to_child = in[0];
  self->to = in[1];
  self->from = answer[0];
  close_open(answer[1]);
  if (number) {
    self->collected = true;
    os_worker_end(self);
    return start_failed(number, terms->program, error);
  }
#ifdef SYS_pidfd_open
  self->handle = posix_above((int)syscall(SYS_pidfd_open, self->process, 0));
#endif
  *out = self;
  return TLSMEND_OK;
}

/* How it has ended. */

/* Takes the dead child from the system. It may have gone already: a program that ignores SIGCHLD, or that waits for any child, does
 * that. False: it lives. */
static bool collect(os_worker *self, bool block) {
  siginfo_t found = {0};
  int options = WEXITED | (block ? 0 : WNOHANG), result;
  bool by_handle = self->handle >= 0;
  for (;;) {
    found.si_pid = 0;
    result = by_handle ? waitid((idtype_t)P_PIDFD_LINUX, (id_t)self->handle, &found, options)
                       : waitid(P_PID, (id_t)self->process, &found, options);
    if (result == 0 || (errno != EINTR && !(by_handle && errno == EINVAL)))
      break;
    by_handle = errno == EINTR && by_handle; /* Linux 5.3 has handles and cannot wait for one */
  }
  if (result == 0 && !found.si_pid)
    return false;
  self->collected = true;
  self->known = result == 0;
  self->status = found.si_code == CLD_EXITED ? -1 - found.si_status : found.si_status;
  return true;
}

static void end_process(const os_worker *self) {
#ifdef SYS_pidfd_send_signal
  if (self->handle >= 0) {
    syscall(SYS_pidfd_send_signal, self->handle, SIGKILL, NULL, 0);
    return;
  }
#endif
  kill(self->process, SIGKILL);
}

static int say_signal(int number, unsigned long long seconds, tlsmend_error *error) {
  static const struct {
    int number;
    const char *name;
  } names[] = {{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGABRT, "SIGABRT"},
               {SIGILL, "SIGILL"},   {SIGFPE, "SIGFPE"}, {SIGTRAP, "SIGTRAP"}};
  if (number == SIGSYS)
    return tlsmend_error_set(error, TLSMEND_E_FAILED, "was ended by the system for what it tried (SIGSYS)");
  if (number == SIGXCPU)
    return tlsmend_error_set(error, TLSMEND_E_LIMIT,
                             "was ended: it had used up its %llu seconds of processor", seconds);
  if (number == SIGKILL)
    return tlsmend_error_set(
        error, TLSMEND_E_FAILED,
        "was ended from outside (SIGKILL): by somebody, or by the system for want of memory");
  if (number == SIGTERM)
    return tlsmend_error_set(error, TLSMEND_E_FAILED, "was ended from outside (SIGTERM)");
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (names[i].number == number)
      return tlsmend_error_set(error, TLSMEND_E_FAILED, "crashed (%s)", names[i].name);
  return tlsmend_error_set(error, TLSMEND_E_FAILED, "was ended by signal %d", number);
}

/* It has closed its pipe, which only its end does; that end may be a moment away. */
static int say_ended(os_worker *self, tlsmend_error *error) {
  for (unsigned waited = 0; !self->collected && !collect(self, false) && waited < DYING; waited++)
    os_sleep(1);
  if (!self->collected)
    return tlsmend_error_set(error, TLSMEND_E_FAILED, "closed its pipe and went on");
  if (!self->known)
    return tlsmend_error_set(error, TLSMEND_E_FAILED,
                             "ended; how, the embedding program knows, which takes all ended children "
                             "(SIGCHLD is ignored, or it waits for any)");
  if (self->status < 0)
    return tlsmend_error_set(error, TLSMEND_E_FAILED, "ended with exit code %d", -1 - self->status);
  return say_signal(self->status, self->processor_allowed, error);
}

void os_worker_end(os_worker *self) {
  if (!self)
    return;
  if (!self->collected) {
    end_process(self);
    collect(self, true);
  }
  close_open(self->to);
  close_open(self->to_child);
  close_open(self->from);
  close_open(self->handle);
  free(self);
}

/* Its time. */

static unsigned long long processor_used(const os_worker *self) {
  struct timespec used;
  if (clock_gettime(self->processor, &used) != 0)
    return 0;
  return (unsigned long long)used.tv_sec * 1000 + (unsigned long long)used.tv_nsec / 1000000;
}

/* The system ends it then. A parent that may not limit the processes of another user (a worker of root is one, and a container may lack
 * CAP_SYS_RESOURCE) is refused here; what remains is that it looks at the clock while it waits, see wait_for. */
void os_worker_allow(os_worker *self, unsigned long long seconds) {
  enum { LONGEST = 1 << 30 };
  self->processor_allowed = seconds < LONGEST ? seconds : LONGEST;
  if (clock_getcpuclockid(self->process, &self->processor) != 0)
    return; /* it has ended */
  unsigned long long used = processor_used(self);
  self->processor_end = used + self->processor_allowed * 1000;
#ifdef __linux__
  struct rlimit limit;
  if (!self->heard) /* it may be somebody else in a moment, who may not be limited any more: then this limit would stay */
    return;
  self->processor_refused = prlimit(self->process, RLIMIT_CPU, NULL, &limit) != 0;
  if (self->processor_refused)
    return;
  rlim_t end = (rlim_t)((self->processor_end + 999) / 1000);
  limit.rlim_cur = end < limit.rlim_max ? end : limit.rlim_max;
  prlimit(self->process, RLIMIT_CPU, &limit, NULL);
#endif
}

void os_worker_notes(const os_worker *self, os_wall *wall) {
  size_t room = sizeof wall->lines / sizeof wall->lines[0];
  if (self->processor_refused && wall->count < room)
    snprintf(
        wall->lines[wall->count++], sizeof wall->lines[0],
        "processor: watched by the parent, which lacks CAP_SYS_RESOURCE to limit another user's process");
}

/* The pipes. */

bool os_worker_waits(const os_worker *self) {
  struct pollfd ready = {.fd = self->from, .events = POLLIN};
  return !self->collected && self->begin == self->end && poll(&ready, 1, 0) == 0;
}

/* Every 20 ms without an answer. */
static int look_around(const os_worker *self, const os_worker_wait *wait, tlsmend_error *error) {
  if (wait->idle)
    wait->idle(wait->data);
  if (self->processor_end && processor_used(self) > self->processor_end)
    return tlsmend_error_set(error, TLSMEND_E_LIMIT, "used up its %llu seconds of processor",
                             self->processor_allowed);
  return TLSMEND_OK;
}

static int late(tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_LIMIT, "gave no answer in its time");
}

/* Until the pipe is ready, a limit is passed or the child has ended. */
static int wait_for(os_worker *self, bool writing, const os_worker_wait *wait, tlsmend_error *error) {
  struct pollfd ready[2] = {{.fd = self->from, .events = writing ? 0 : POLLIN},
                            {.fd = self->to, .events = POLLOUT}};
  uint64_t now = os_clock(), tick = now + TICK;
  for (; now < wait->deadline; now = os_clock()) {
    int code = now < tick ? TLSMEND_OK : look_around(self, wait, error);
    if (code != TLSMEND_OK)
      return code;
    tick = now < tick ? tick : now + TICK;
    uint64_t rest = wait->deadline < tick ? wait->deadline - now : tick - now;
    int found = poll(ready, writing ? 2 : 1, (int)rest);
    if (found > 0)
      return writing && ready[0].revents ? say_ended(self, error) : TLSMEND_OK;
    if (found < 0 && errno != EINTR)
      return tlsmend_error_set(error, TLSMEND_E_FAILED, "cannot be waited for: %s", strerror(errno));
  }
  return late(error);
}

int os_worker_send(os_worker *self, const void *bytes, size_t size, const os_worker_wait *wait,
                   tlsmend_error *error) {
  const unsigned char *at = bytes;
  while (size > 0) {
    ssize_t put = write(self->to, at, size);
    if (put > 0) {
      at += put;
      size -= (size_t)put;
      continue;
    }
    if (errno == EINTR)
      continue;
    if (errno != EAGAIN)
      return tlsmend_error_set(error, TLSMEND_E_FAILED, "cannot be written to: %s", strerror(errno));
    int code = wait_for(self, true, wait, error);
    if (code != TLSMEND_OK)
      return code;
  }
  return TLSMEND_OK;
}

/* What is there, at least a byte: into the buffer, or for more than that holds directly to where it belongs. An answer often stands there
 * already, for the system lets a worker run at once when it is written to: so it is read first, and waited for only if there is none. */
static int read_some(os_worker *self, void *bytes, size_t size, size_t *got, const os_worker_wait *wait,
                     tlsmend_error *error) {
  for (;;) {
    if (os_clock() >= wait->deadline)
      return late(error);
    ssize_t count = read(self->from, bytes, size);
    self->heard = self->heard || count > 0;
    if (count == 0)
      return say_ended(self, error);
    if (count > 0) {
      *got = (size_t)count;
      return TLSMEND_OK;
    }
    if (errno != EINTR && errno != EAGAIN)
      return tlsmend_error_set(error, TLSMEND_E_FAILED, "cannot be read from: %s", strerror(errno));
    int code = errno == EAGAIN ? wait_for(self, false, wait, error) : TLSMEND_OK;
    if (code != TLSMEND_OK)
      return code;
  }
}

int os_worker_receive(os_worker *self, void *bytes, size_t size, const os_worker_wait *wait,
                      tlsmend_error *error) {
  unsigned char *at = bytes;
  while (size > 0) {
    size_t there = self->end - self->begin, count = there < size ? there : size;
    if (count > 0) {
      memcpy(at, self->buffer + self->begin, count);
      self->begin += count;
    } else if (size >= BUFFER) {
      int code = read_some(self, at, size, &count, wait, error);
      if (code != TLSMEND_OK)
        return code;
    } else {
      self->begin = self->end = 0;
      int code = read_some(self, self->buffer, BUFFER, &self->end, wait, error);
      if (code != TLSMEND_OK)
        return code;
    }
    at += count;
    size -= count;
  }
  return TLSMEND_OK;
}
