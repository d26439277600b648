/* Code of one's own, memory of others, more memory than there may be. */
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "wall/posix/posix.h"

enum { PAGE = 4096 };

static long mapped(size_t size, int protection) {
  return syscall(SYS_mmap, NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1L, 0L);
}

static long code_at_once(void) {
  return mapped(PAGE, PROT_READ | PROT_WRITE | PROT_EXEC) == -1 ? errno : WALL_THROUGH;
}

static long code_to_read(void) { return mapped(PAGE, PROT_READ | PROT_EXEC) == -1 ? errno : WALL_THROUGH; }

static long code_of_file(void) {
  return syscall(SYS_mmap, NULL, (long)PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, 0L, 0L) == -1 ? errno
                                                                                               : WALL_THROUGH;
}

static long code_later(void) {
  long page = mapped(PAGE, PROT_READ | PROT_WRITE);
  return page != -1 && syscall(SYS_mprotect, page, (long)PAGE, PROT_READ | PROT_EXEC) == -1 ? errno
                                                                                            : WALL_THROUGH;
}

static long code_with_key(void) {
  long page = mapped(PAGE, PROT_READ | PROT_WRITE);
  return page != -1 && syscall(SYS_pkey_mprotect, page, (long)PAGE, PROT_READ | PROT_EXEC, -1L) == -1
             ? errno
             : WALL_THROUGH;
}

/* The code that is there, of this program or of a library: made writable, or moved. */
static long page_of(uintptr_t address) { return (long)(address & ~(uintptr_t)(PAGE - 1)); }

static long own_page(void) { return page_of((uintptr_t)&code_at_once); }

static long overwrite_code(void) {
  long page = page_of((uintptr_t)&strtold);
  if (syscall(SYS_mprotect, page, (long)PAGE, PROT_READ | PROT_WRITE) == -1)
    return errno;
  memset((void *)page, 0xcc, 16);
  return syscall(SYS_mprotect, page, (long)PAGE, PROT_READ | PROT_EXEC) == -1 ? errno : WALL_THROUGH;
}

/* Moving is allowed, for malloc's sake: it stays the same code, which cannot be written. */
static long move_code(void) {
  long moved = syscall(SYS_mremap, page_of((uintptr_t)&strtold), (long)PAGE, 2L * PAGE, MREMAP_MAYMOVE, 0L);
  if (moved == -1)
    return errno;
  *(volatile char *)moved = 0;
  return WALL_THROUGH;
}

/* Data that is called: a return, as this processor writes it. */
static long call(void *data) {
  union {
    void *data;
    void (*code)(void);
  } place = {data};
#if defined(__x86_64__) || defined(__i386__)
  memcpy(data, "\xc3", 1);
#elif defined(__aarch64__)
  memcpy(data, "\xc0\x03\x5f\xd6", 4);
  __builtin___clear_cache(data, (char *)data + 4);
#endif
  place.code();
  return WALL_THROUGH;
}

static long run_data(void) { return call((void *)mapped(PAGE, PROT_READ | PROT_WRITE)); }
static long run_heap(void) { return call(malloc(64)); }

static long run_stack(void) {
  char bytes[64];
  return call(bytes);
}

/* Data pages put in the place of code: executable only if mremap gave them the place's rights, which it must not. */
static long data_over_code(void) {
  long page = mapped(PAGE, PROT_READ | PROT_WRITE);
  if (page == -1 ||
      syscall(SYS_mremap, page, (long)PAGE, (long)PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, own_page()) == -1)
    return errno;
  return WALL_THROUGH;
}

static long by_personality(void) {
  return syscall(SYS_personality, 0x0400000L /* READ_IMPLIES_EXEC */) == -1 ? errno : WALL_THROUGH;
}

static long shared(void) {
  return syscall(SYS_mmap, NULL, (long)PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1L, 0L) ==
                 -1
             ? errno
             : WALL_THROUGH;
}

static long beyond_limit(void) {
  return mapped((size_t)1 << 40, PROT_READ | PROT_WRITE) == -1 ? errno : WALL_THROUGH;
}

static long on_stack(void) {
  return syscall(SYS_mmap, NULL, (size_t)1 << 36, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_NORESERVE, -1L, 0L) == -1
             ? errno
             : WALL_THROUGH;
}

/* Takes what it gets, page by page, until there is no more. */
static long all_memory(void) {
  for (;;) {
    long block = mapped((size_t)16 << 20, PROT_READ | PROT_WRITE);
    if (block == -1)
      return errno;
    for (size_t at = 0; at < (size_t)16 << 20; at += PAGE)
      *(volatile char *)(block + (long)at) = 1;
  }
}

static long all_heap(void) {
  long end = syscall(SYS_brk, 0L);
  for (;;) {
    long wanted = end + (16L << 20);
    if (syscall(SYS_brk, wanted) != wanted)
      return ENOMEM;
    for (long at = end; at < wanted; at += PAGE)
      *(volatile char *)at = 1;
    end = wanted;
  }
}

WALL_CALL(segment, SYS_shmget, 0L, (long)PAGE, 01600)
WALL_CALL(attach_segment, SYS_shmat, 0L, NULL, 0)
WALL_CALL(queue_of_messages, SYS_msgget, 0L, 01600)
WALL_CALL(semaphores, SYS_semget, 0L, 1, 01600)
WALL_CALL(named_queue, SYS_mq_open, "a", 0102, 0600, NULL)
WALL_CALL(page_faults, SYS_userfaultfd, 1)
WALL_CALL(lock_all, SYS_mlockall, 3)
WALL_CALL(lock_page, SYS_mlock, own_page(), (long)PAGE)
WALL_CALL(rearrange_pages, SYS_remap_file_pages, own_page(), (long)PAGE, 0, 0L, 0)
WALL_CALL(secret_file, SYS_memfd_secret, 0)
WALL_CALL(bind_pages, SYS_mbind, own_page(), (long)PAGE, 0, NULL, 0L, 0)
WALL_CALL(waiting_across, SYS_futex, (int[1]){0}, FUTEX_WAKE, 1, NULL, NULL, 0)

const wall_attempt wall_memory[] = {
    {"mmap code", code_at_once, WALL_KILLED, 0, false},
    {"mmap code to read", code_to_read, WALL_KILLED, 0, false},
    {"mmap code of a file", code_of_file, WALL_KILLED, 0, false},
    {"mprotect code", code_later, WALL_KILLED, 0, false},
    {"pkey_mprotect code", code_with_key, WALL_KILLED, 0, false},
    {"run data", run_data, WALL_BROKEN, 0, false},
    {"run its heap", run_heap, WALL_BROKEN, 0, false},
    {"run its stack", run_stack, WALL_BROKEN, 0, false},
    {"overwrite its code", overwrite_code, WALL_KILLED, 0, false},
    {"mremap its code and write", move_code, WALL_BROKEN, 0, false},
    {"mremap data over code", data_over_code, WALL_KILLED, 0, false},
    {"personality READ_IMPLIES_EXEC", by_personality, WALL_KILLED, 0, false},
    {"mmap shared", shared, WALL_KILLED, 0, false},
    {"mmap 1 TiB", beyond_limit, WALL_REFUSED, ENOMEM, false},
    {"mmap 64 GiB of stack", on_stack, WALL_KILLED, 0, false},
    {"take all memory", all_memory, WALL_REFUSED, ENOMEM, false},
    {"take all heap", all_heap, WALL_REFUSED, ENOMEM, false},
    {"shmget", segment, WALL_KILLED, 0, false},
    {"shmat", attach_segment, WALL_KILLED, 0, false},
    {"msgget", queue_of_messages, WALL_KILLED, 0, false},
    {"semget", semaphores, WALL_KILLED, 0, false},
    {"mq_open", named_queue, WALL_KILLED, 0, false},
    {"userfaultfd", page_faults, WALL_KILLED, 0, false},
    {"mlockall", lock_all, WALL_KILLED, 0, false},
    {"mlock", lock_page, WALL_KILLED, 0, false},
    {"remap_file_pages", rearrange_pages, WALL_KILLED, 0, false},
    {"memfd_secret", secret_file, WALL_KILLED, 0, false},
    {"mbind", bind_pages, WALL_KILLED, 0, false},
    {"futex", waiting_across, WALL_KILLED, 0, false},
    {0},
};
