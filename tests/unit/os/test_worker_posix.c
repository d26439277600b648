/*
 * Workers on POSIX: the pipes, how a worker ends and what is said of it, what it holds and what it may not. The program is its
 * own worker; the first byte of what is sent to it says what it does.
 */
#define _GNU_SOURCE

#include "os/posix/filter.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "unit/os/worker.h"

/* In the worker. */

/* Which descriptors are open, asked in the one way that the wall leaves. */
static uint32_t count_open(void) {
  uint32_t count = 0;
  for (int fd = 0; fd < 1024; fd++) {
    struct pollfd one = {.fd = fd};
    count += poll(&one, 1, 0) >= 0 && !(one.revents & POLLNVAL);
  }
  return count;
}

/* Whether a block of so many MiB can be had and written. */
static uint32_t take(uint32_t size) {
  volatile unsigned char *bytes = malloc((size_t)size << 20);
  for (size_t i = 0; bytes && i < (size_t)size << 20; i += 1024)
    bytes[i] = 1;
  uint32_t had = bytes ? bytes[0] : 0;
  free((void *)(size_t)bytes);
  return had;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* What a text has done by the C library, and that asks the system for nothing, or for what the wall lets through: texts of numbers, sorting,
 * blocks that grow and shrink, the time. */
static uint32_t compute(void) {
  enum { COUNT = 100000 };
  char text[64];
  double *numbers = NULL;
  for (size_t count = 1; count <= COUNT; count = count * 3 / 2 + 1) {
    double *more = realloc(numbers, count * sizeof *numbers);
    if (!more)
      return 0;
    numbers = more;
  }
  for (size_t i = 0; i < COUNT / 2; i++) {
    snprintf(text, sizeof text, "%.14g", (double)(i * 7919 % COUNT) / 3);
    numbers[i] = strtod(text, NULL);
  }
  qsort(numbers, COUNT / 2, sizeof *numbers, compare);
  bool sorted = numbers[0] <= numbers[1];
  free(numbers);
  return sorted && os_clock() > 0 && os_time() > 0 && clock() != (clock_t)-1 && *strerror(2) &&
         !os_wall_waiting();
}

static void obey(const order *given) {
  switch (given->what) {
  case 'e':
    echo(given->size);
    break;
  case 'c':
    answer(compute());
    break;
  case 'd':
    answer(count_open());
    break;
  case 'm':
    answer(take(given->size));
    break;
  case 'w':
    answer_wall();
    break;
  case 'x':
    os_wall_exit((int)given->size);
  case 's':
    *(volatile char *)(size_t)given->size = 1;
    break;
  case 'o':
    answer((uint32_t)open("/etc/passwd", O_RDONLY));
    break;
  case 'l':
    for (volatile bool forever = true; forever;)
      continue;
    break;
  default:
    os_wall_exit(9);
  }
}

static int work(unsigned long long memory) {
  order given;
  if (os_wall_raise(memory, &wall, &wall_error) != TLSMEND_OK) {
    os_wall_send(&wall_error, sizeof wall_error);
    os_wall_exit(6);
  }
  while (os_wall_receive(&given, sizeof given))
    obey(&given);
  os_wall_exit(7);
}

/* In the parent. */

static void computes(void **state) {
  (void)state;
  os_worker *worker = started();
  assert_int_equal(ask(worker, 'c', 0), 1);
  os_worker_end(worker);
}

static void ends(void **state) {
  (void)state;
  must_end('x', 0, LONGEST, 0, TLSMEND_E_FAILED, "ended with exit code 0");
  must_end('x', 3, LONGEST, 0, TLSMEND_E_FAILED, "ended with exit code 3");
  must_end('x', 255, LONGEST, 0, TLSMEND_E_FAILED, "ended with exit code 255");
  if (!POSIX_SANITIZED) /* which reports, as far as it gets */
    must_end('s', 8, LONGEST, 0, TLSMEND_E_FAILED, "crashed (SIGSEGV)");
  must_end('o', 0, LONGEST, 0, TLSMEND_E_FAILED, "was ended by the system for what it tried (SIGSYS)");
}

static void limits(void **state) {
  (void)state;
  idles = 0;
  must_end('l', 0, SOON, 0, TLSMEND_E_LIMIT, "gave no answer in its time");
  assert_true(idles > 0);
  must_end('l', 0, LONGEST, 1, TLSMEND_E_LIMIT, "1 seconds of processor");
}

static void memory_is_limited(void **state) {
  (void)state;
  if (POSIX_SANITIZED) /* takes terabytes of addresses itself */
    skip();
  os_worker *worker = started();
  assert_int_equal(ask(worker, 'm', MEMORY >> 20), 1);
  assert_int_equal(ask(worker, 'm', 2 * (MEMORY >> 20) + 64), 0);
  assert_int_equal(ask(worker, 'm', 4000), 0);
  assert_int_equal(ask(worker, 'm', 1), 1);
  os_worker_end(worker);
}

static void nothing_is_inherited(void **state) {
  (void)state;
  int open_here[64];
  for (size_t i = 0; i < 64; i++)
    open_here[i] = open("/dev/null", i % 2 ? O_RDONLY : O_RDONLY | O_CLOEXEC);
  os_worker *worker = started();
  assert_int_equal(ask(worker, 'd', 0), POSIX_WALL_CLOSED);
  os_worker_end(worker);
  for (size_t i = 0; i < 64; i++)
    close(open_here[i]);
}

static void no_such_program(void **state) {
  (void)state;
  tlsmend_error error = {0};
  os_worker *worker = NULL;
  assert_int_equal(os_worker_start(&(os_worker_terms){.program = "/nowhere/tlsmend"}, &worker, &error),
                   TLSMEND_E_ABSENT);
  assert_null(worker);
  assert_non_null(strstr(error.text, "/nowhere/tlsmend"));
  assert_int_equal(os_worker_start(&(os_worker_terms){.program = "/etc/passwd"}, &worker, &error),
                   TLSMEND_E_DENIED);
}

/* A program that has nothing to do with workers, and ends. */
static void another_program(void **state) {
  (void)state;
  tlsmend_error error = {0};
  os_worker *worker = NULL;
  char byte;
  os_worker_wait wait = within(LONGEST);
  MUST(os_worker_start(&(os_worker_terms){.program = "/bin/false"}, &worker, &error));
  assert_int_equal(os_worker_receive(worker, &byte, 1, &wait, &error), TLSMEND_E_FAILED);
  assert_non_null(strstr(error.text, "exit code 1"));
  os_worker_end(worker);
}

/* SIGPIPE ends this program, if there is one. */
static void writing_to_the_dead(void **state) {
  (void)state;
  tlsmend_error error = {0};
  static char much[1 << 20];
  os_worker *worker = started();
  os_worker_wait wait = within(LONGEST);
  signal(SIGPIPE, SIG_DFL);
  tell(worker, 'x', 4);
  assert_int_equal(os_worker_send(worker, much, sizeof much, &wait, &error), TLSMEND_E_FAILED);
  assert_string_equal(error.text, "ended with exit code 4");
  os_worker_end(worker);
}

static unsigned count_open_here(void) { return count_open(); }

static void nothing_leaks(void **state) {
  (void)state;
  unsigned before = count_open_here();
  for (unsigned i = 0; i < 200; i++) {
    os_worker *worker = started();
    if (i % 10 == 0)
      must_echo(worker, 5);
    os_worker_end(worker);
  }
  assert_int_equal(count_open_here(), before);
  assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left, dead or alive */
}

static void *start_many(void *data) {
  uint32_t *most = data;
  for (unsigned i = 0; i < 50; i++) {
    os_worker *worker = started();
    uint32_t count = ask(worker, 'd', 0);
    *most = count > *most ? count : *most;
    os_worker_end(worker);
  }
  return NULL;
}

static void threads_share_nothing(void **state) {
  (void)state;
  pthread_t other;
  uint32_t most[2] = {0};
  assert_int_equal(pthread_create(&other, NULL, start_many, &most[1]), 0);
  start_many(&most[0]);
  pthread_join(other, NULL);
  assert_int_equal(most[0], POSIX_WALL_CLOSED);
  assert_int_equal(most[1], POSIX_WALL_CLOSED);
}

/* Until it has spoken it may still be on its way to another user, whose limits nobody may change afterwards: none is set. */
static void not_limited_before_it_speaks(void **state) {
  (void)state;
  int process = 0;
  struct rlimit limit;
  os_worker *worker = started();
  os_worker_allow(worker, 1);
  FILE *children = fopen("/proc/thread-self/children", "r");
  assert_true(!children || fscanf(children, "%d", &process) == 1);
  if (children)
    fclose(children);
  if (process && prlimit(process, RLIMIT_CPU, NULL, &limit) == 0)
    assert_true(limit.rlim_cur == limit.rlim_max);
  os_worker_end(worker);
}

/* While it is asked, a thread runs where the worker does, and afterwards where it ran before. */
static void together(void **state) {
  (void)state;
  cpu_set_t before, now;
  os_worker *worker = started();
  assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
  for (int i = 0; i < 3; i++) {
    os_worker_together(worker, true);
    assert_int_equal(sched_getaffinity(0, sizeof now, &now), 0);
    assert_int_equal(CPU_COUNT(&now), 1);
    must_echo(worker, 16);
    os_worker_together(worker, false);
    assert_int_equal(sched_getaffinity(0, sizeof now, &now), 0);
    assert_true(CPU_EQUAL(&now, &before));
  }
  os_worker_end(worker);
}

int main(int argc, char **argv) {
  unsigned long long memory;
  if (os_wall_wanted(argc, argv, &memory))
    return work(memory);
  program = os_program_path();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wanted),
      cmocka_unit_test(says_what_it_is_made_of),
      cmocka_unit_test(echoes),
      cmocka_unit_test(computes),
      cmocka_unit_test(frames_that_come_at_once),
      cmocka_unit_test(ends),
      cmocka_unit_test(limits),
      cmocka_unit_test(memory_is_limited),
      cmocka_unit_test(nothing_is_inherited),
      cmocka_unit_test(no_such_program),
      cmocka_unit_test(another_program),
      cmocka_unit_test(writing_to_the_dead),
      cmocka_unit_test(nothing_leaks),
      cmocka_unit_test(threads_share_nothing),
      cmocka_unit_test(together),
      cmocka_unit_test(not_limited_before_it_speaks),
  };
  int failures = cmocka_run_group_tests_name("worker", tests, NULL, NULL);
  free(program);
  return failures;
}
