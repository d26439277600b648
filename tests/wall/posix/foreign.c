/* The same kernel asked as other architectures do, which a filter that looks at numbers alone would take for something else. */
#include <fcntl.h>

#include "wall/posix/posix.h"

#if defined(__x86_64__) && !defined(__ILP32__)
/* int 0x80 takes 32-bit addresses: the name is anywhere, and EFAULT would be an answer too. */
static long as_i386(unsigned number, unsigned long first) {
  long answer;
  __asm__ volatile("int $0x80"
                   : "=a"(answer)
                   : "a"((unsigned long)number), "b"(first), "c"(0UL), "d"(0UL)
                   : "memory");
  return answer < 0 ? -answer : WALL_THROUGH;
}

static long i386_open(void) { return as_i386(5, (unsigned long)(uintptr_t) "/etc/passwd"); }
static long i386_fork(void) { return as_i386(2, 0); }
/* 1 is exit there and write here; 3 is read there and close here; 4 is write there and stat here. */
static long i386_getpid(void) { return as_i386(20, 0); }
static long i386_read(void) { return as_i386(3, 0); }

enum { X32 = 0x40000000 };
WALL_CALL(x32_openat, X32 + SYS_openat, (long)AT_FDCWD, "/etc/passwd", O_RDONLY)
WALL_CALL(x32_getpid, X32 + SYS_getpid)
WALL_CALL(x32_read, X32 + SYS_read, 0L, NULL, 0L)
WALL_CALL(x32_execve, X32 + 520, "/bin/true", NULL, NULL)

/* The upper half of the register is not the kernel's: some filters look at it. */
WALL_CALL(wide_number, (1L << 32) + SYS_openat, (long)AT_FDCWD, "/etc/passwd", O_RDONLY)
WALL_CALL(far_number, 100000L)
WALL_CALL(negative_number, -2L)

const wall_attempt wall_foreign[] = {
    {"int 0x80 open", i386_open, WALL_KILLED, 0, false},
    {"int 0x80 fork", i386_fork, WALL_KILLED, 0, false},
    {"int 0x80 getpid", i386_getpid, WALL_KILLED, 0, false},
    {"int 0x80 read", i386_read, WALL_KILLED, 0, false},
    {"x32 openat", x32_openat, WALL_KILLED, 0, false},
    {"x32 getpid", x32_getpid, WALL_KILLED, 0, false},
    {"x32 read", x32_read, WALL_KILLED, 0, false},
    {"x32 execve", x32_execve, WALL_KILLED, 0, false},
    {"a number of 33 bits", wide_number, WALL_KILLED, 0, false},
    {"a number without a call", far_number, WALL_KILLED, 0, false},
    {"a negative number", negative_number, WALL_KILLED, 0, false},
    {0},
};
#else
WALL_CALL(far_number, 100000L)
const wall_attempt wall_foreign[] = {{"a number without a call", far_number, WALL_KILLED, 0, false}, {0}};
#endif
