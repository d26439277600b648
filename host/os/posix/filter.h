/* POSIX only: the filter of system calls, the last stone of the wall. */
#ifndef TLSMEND_OS_POSIX_FILTER_H
#define TLSMEND_OS_POSIX_FILTER_H

#include <tlsmend/tlsmend.h>

/* For a build whose own run-time system (address sanitizer) wants more than the rest of the program does. */
#if defined(__SANITIZE_ADDRESS__)
#define POSIX_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POSIX_SANITIZED 1
#endif
#endif
#ifndef POSIX_SANITIZED
#define POSIX_SANITIZED 0
#endif

/* The descriptors from here on are closed: all but the two pipes. A sanitizer reports to standard error what it finds. */
enum { POSIX_WALL_CLOSED = POSIX_SANITIZED ? 3 : 2 };

/* From here on the system ends this process for any system call but the few that it needs. E_UNSUPPORTED: there is no such filter. */
int posix_filter_raise(tlsmend_error *error);

#endif
