/* Where strangers' texts run in a test: in its own process, behind the first wall; with the argument "worker" behind both. What is tried,
 * and what is said, is the same. */
#ifndef UNIT_SCRIPT_WHERE_H
#define UNIT_SCRIPT_WHERE_H

#include <string.h>

#include "script/script.h"

static bool where_is_worker;

/* First in main. */
static inline void where_begin(int argc, char **argv) {
  where_is_worker = argc > 1 && strcmp(argv[1], "worker") == 0;
}

/* Options that say so, and nothing else. */
static inline script_options where_options(void) { return (script_options){.in_process = !where_is_worker}; }

#endif
