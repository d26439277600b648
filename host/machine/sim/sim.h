/* A snapshot as a machine: a .reg file in memory, rewritten whole and atomically when it is flushed. */
#ifndef TLSMEND_MACHINE_SIM_SIM_H
#define TLSMEND_MACHINE_SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>

#include "machine/backends.h"

/* Begins with its tlsmend_machine. */
typedef struct sim sim;

/* A machine of its own that holds what this one holds, number of restarts included. It lives in memory, without a file or a
 * state folder. */
int sim_clone(const sim *self, tlsmend_machine **out, tlsmend_error *error);

/* Whether the registries hold the same. */
bool sim_equal(const sim *a, const sim *b);

/* The registry as .reg text in canonical form (sorted): machines that are equal give the same bytes. malloc'd. */
int sim_print(const sim *self, bool utf16, unsigned char **out, size_t *size, tlsmend_error *error);

/* The same text as the machine's file would hold. E_UNSUPPORTED for what is no snapshot. */
int sim_render(tlsmend_machine *machine, unsigned char **out, size_t *size, tlsmend_error *error);

/* Reads the file again if somebody else has written it since; any other machine is left alone. E_DRIFT if it is gone. */
int sim_reread(tlsmend_machine *machine, tlsmend_error *error);

#endif
