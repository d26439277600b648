/* POSIX only: what its files share. */
#ifndef OS_POSIX_H
#define OS_POSIX_H

#include <tlsmend/tlsmend.h>

/* One line of "cannot VERB PATH: REASON" and its code, from errno. */
int posix_fail(tlsmend_error *error, const char *verb, const char *path);

#endif
