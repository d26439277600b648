/*
 * Which system calls a worker may make: what memory, two pipes and a clock take. Everything else ends it, calls of other architectures
 * (32-bit ones in a 64-bit process, x32) too. libseccomp makes the filter, because it knows the numbers of each architecture and compares
 * 64-bit arguments rightly.
 */
#define _GNU_SOURCE

#include "os/posix/filter.h"

#include <string.h>

#ifdef __linux__
#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/syscall.h>

/* A call, and what its arguments must be: up to three. */
typedef struct rule {
  int call;
  unsigned count;
  struct scmp_arg_cmp arguments[3];
} rule;

/* What an argument must be, by its place. */
#define IS(argument, value)                                                                                  \
  { argument, SCMP_CMP_EQ, (scmp_datum_t)(value), 0 }
#define AT_MOST(argument, value)                                                                             \
  { argument, SCMP_CMP_LE, (scmp_datum_t)(value), 0 }
#define WITHOUT(argument, bits)                                                                              \
  { argument, SCMP_CMP_MASKED_EQ, (scmp_datum_t)(bits), 0 }
#define WITH(argument, bits)                                                                                 \
  { argument, SCMP_CMP_MASKED_EQ, (scmp_datum_t)(bits), (scmp_datum_t)(bits) }
#define ANYTHING                                                                                             \
  { 0, 0, 0, 0 }

#ifdef __NR_mmap2
#define CALL_MMAP SCMP_SYS(mmap2)
#else
#define CALL_MMAP SCMP_SYS(mmap)
#endif

/* Clocks of the system and of this process. Those above, as a number without a sign, are other processes' and devices'. */
enum { LAST_CLOCK = 7 };

static const rule rules[] = {
    /* The pipes: what the parent asks and answers, what it is asked. */
    {SCMP_SYS(read), 1, {IS(0, 0)}},
    {SCMP_SYS(write), 1, {IS(0, 1)}},
/* os_wall_waiting: a look at one descriptor, without waiting. */
#ifdef __NR_poll
    {SCMP_SYS(poll), 2, {IS(1, 1), IS(2, 0)}},
#else
    {SCMP_SYS(ppoll), 2, {IS(1, 1), IS(3, 0)}},
#endif
    /* malloc and free. Nothing that is mapped is shared, a file, or code. */
    {SCMP_SYS(brk), 0, {ANYTHING}},
    {CALL_MMAP, 2, {WITHOUT(2, PROT_EXEC), IS(3, MAP_PRIVATE | MAP_ANONYMOUS)}},
    {SCMP_SYS(mremap), 1, {IS(3, MREMAP_MAYMOVE)}},
    {SCMP_SYS(munmap), 0, {ANYTHING}},
    {SCMP_SYS(mprotect), 1, {WITHOUT(2, PROT_EXEC)}},
    {SCMP_SYS(madvise), 1, {IS(2, MADV_DONTNEED)}},
    {SCMP_SYS(madvise), 1, {IS(2, MADV_HUGEPAGE)}},
    /* The time, where the kernel cannot show it without a call (some virtual machines). */
    {SCMP_SYS(clock_gettime), 1, {AT_MOST(0, LAST_CLOCK)}},
#ifdef __NR_clock_gettime64
    {SCMP_SYS(clock_gettime64), 1, {AT_MOST(0, LAST_CLOCK)}},
#endif
    {SCMP_SYS(exit_group), 0, {ANYTHING}},
#if POSIX_SANITIZED
    /* The sanitizer's own memory and locks, and the first lines of what it has found: it ends when it asks for more. */
    {SCMP_SYS(write), 1, {IS(0, 2)}},
    {CALL_MMAP, 2, {WITHOUT(2, PROT_EXEC), WITH(3, MAP_PRIVATE | MAP_ANONYMOUS)}},
    {SCMP_SYS(madvise), 0, {ANYTHING}},
    {SCMP_SYS(futex), 0, {ANYTHING}},
    {SCMP_SYS(sched_yield), 0, {ANYTHING}},
    {SCMP_SYS(sigaltstack), 0, {ANYTHING}},
    {SCMP_SYS(getpid), 0, {ANYTHING}},
    {SCMP_SYS(gettid), 0, {ANYTHING}},
#endif
};

static int unsupported(tlsmend_error *error, int number) {
  return tlsmend_error_set(
      error, TLSMEND_E_UNSUPPORTED,
      "this system has no filter of system calls for a worker (seccomp: %s): use a kernel with "
      "CONFIG_SECCOMP_FILTER, or a container whose profile lets seccomp() through",
      strerror(number));
}

/* An errno, or 0. */
static int fill(scmp_filter_ctx filter, uint32_t end) {
  seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1); /* so that it says what the kernel has said */
  seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);    /* all threads, should there be more than one */
  int result = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, end);
  for (size_t i = 0; i < sizeof rules / sizeof rules[0] && result == 0; i++)
    result =
        seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, rules[i].call, rules[i].count, rules[i].arguments);
  return -result;
}

int posix_filter_raise(tlsmend_error *error) {
  uint32_t end = SCMP_ACT_KILL_PROCESS;
  scmp_filter_ctx filter = seccomp_init(end);
  if (!filter) /* kernels before 4.14 end the thread, which is the only one */
    filter = seccomp_init(end = SCMP_ACT_KILL_THREAD);
  if (!filter)
    return unsupported(error, ENOSYS);
  int number = fill(filter, end);
  if (!number) {
    /* The library answers EFAULT for what it does not expect, the EPERM of a container too. */
    errno = 0;
    number = -seccomp_load(filter);
    number = number && errno ? errno : number;
  }
  seccomp_release(filter);
  return number ? unsupported(error, number) : TLSMEND_OK;
}

#else

int posix_filter_raise(tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED,
                           "this build knows no filter of system calls of this system: use Linux or Windows");
}

#endif
