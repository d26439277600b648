/* Which modules a Lua text asks for, found in the text alone: nothing is run. Names that are put together at run time are not
 * found, and whoever loads modules of a runbook must not load those. */
#ifndef TLSMEND_SCRIPT_REQUIRES_H
#define TLSMEND_SCRIPT_REQUIRES_H

#include <stddef.h>

/* Calls fn with each module that stands behind the word `require` as a literal, in order, also repeatedly. A return of fn other
 * than TLSMEND_OK stops it and is handed back. */
int requires_each(const char *text, size_t size, int (*fn)(void *data, const char *name), void *data);

#endif
