/* POSIX only: what its files share. */
#ifndef TLSMEND_OS_POSIX_POSIX_H
#define TLSMEND_OS_POSIX_POSIX_H

#include <stdbool.h>
#include <stddef.h>

#include <tlsmend/tlsmend.h>

/* One line of "cannot VERB PATH: REASON" and its code, from errno. */
int posix_fail(tlsmend_error *error, const char *verb, const char *path);

/*
 * A descriptor of the library is never 0, 1 or 2: where a program has those closed, what it prints would go into a journal. Moves one
 * that is (-1 stays -1, with errno) and closes it in programs that are started.
 */
int posix_above(int fd);

/* openat(2) of such a descriptor. `folder` may be AT_FDCWD. */
int posix_open(int folder, const char *path, int flags, unsigned mode);

/* The folder that holds `path`; malloc'd. */
char *posix_folder_of(const char *path);

/* Makes a new or replaced name in the folder of `path` durable. */
int posix_folder_flush(const char *path, tlsmend_error *error);

/* Gives a new file owner, group, mode and access list of the one at `path`, which it will replace; the owner only where the caller may
 * give files away, and other extended attributes as far as the system lets it. False with errno. */
struct stat;
bool posix_keep_rights(int fd, const char *path, const struct stat *old);

/* E_REFUSED, naming the way out, unless a file or folder that is open belongs to the caller or root, and nobody else may write it. A group that the
 * caller is alone in is nobody else. */
int posix_check_own(const struct stat *found, const char *path, tlsmend_error *error);

/* The same of a file, which must have no other name and be no link: others would be written with it. */
int posix_check_file(int fd, const char *path, tlsmend_error *error);

/* The log or lock of that name in an open folder; `path` is what people are told. */
struct os_log;
struct os_lock;
int posix_log_open(int folder, const char *name, const char *path, bool create, struct os_log **out,
                   tlsmend_error *error);
int posix_lock_take(int folder, const char *name, const char *path, const char *holder, struct os_lock **out,
                    char *other, size_t other_size, tlsmend_error *error);

#endif
