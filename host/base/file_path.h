/*
 * Paths of files as a runbook may say them: one spelling for each place, so that a comparison of texts holds. Looks at no file
 * system: links on the disk are not its business.
 */
#ifndef TLSMEND_BASE_FILE_PATH_H
#define TLSMEND_BASE_FILE_PATH_H

#include <stdbool.h>
#include <stddef.h>

/* The part of a path behind its folders. Borrowed. */
const char *file_path_leaf(const char *path);

/* Whether a path begins at a root: "/...", "C:\\...", "\\\\server\\share\\...". Anything else is below some other folder. */
bool file_path_absolute(const char *path);

/* Whether a path leads to another computer, or by a device of Windows to anything: it begins with two separators of any kind, or with
 * "\\??". Looking there logs on, as whoever looks. */
bool file_path_share(const char *path);

/*
 * Why a text is not the plain spelling of a place, or NULL if it is: no "." or "..", no empty name, no device ("NUL.msu",
 * "\\\\?\\", "\\\\.\\"), no stream ("a:b"), no name that Windows would shorten (dots and blanks at its end), no wildcard. Static.
 */
const char *file_path_mistake(const char *path);

/*
 * How many bytes of `path` stand for `root`, if it is that folder or lies below it, by names alone, and what follows is spelled
 * plainly; 0 if not. The root is taken as it is: somebody who may has named it. Case and the direction of slashes do not matter
 * where the root is one of Windows.
 */
size_t file_path_root(const char *path, const char *root);

#endif
