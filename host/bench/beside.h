/* The author's machines beside a runbook: a folder of snapshots. */
#ifndef TLSMEND_BENCH_BESIDE_H
#define TLSMEND_BENCH_BESIDE_H

#include <tlsmend/tlsmend.h>

/* The folder of the author's machines beside a runbook's file (X.machines beside X.lua), malloc'd; NULL if there is
 * none. */
int bench_folder(const char *runbook, char **out, tlsmend_error *error);

/* Calls fn for each snapshot (.reg file) of the folder, by its path. E_REFUSED: one is a link. */
int bench_each_beside(const char *folder, int (*fn)(void *data, const char *path, tlsmend_error *error),
                      void *data, tlsmend_error *error);

#endif
