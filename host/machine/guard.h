/*
 * The fence: a machine that passes on only what a runbook's `needs` declares and refuses the rest (TLSMEND_E_REFUSED), for
 * reads and for writes, in one place. The host's own questions (facts) go to the machine below it.
 */
#ifndef MACHINE_GUARD_H
#define MACHINE_GUARD_H

#include <tlsmend/machine.h>

/* What a runbook declared. Borrowed arrays; paths canonical. */
typedef struct guard_needs {
  const char *runbook;
  const char *const *registry; /* subtrees that may be read and written */
  size_t registry_count;
  const char *const *updates; /* "KB3140245" */
  size_t update_count;
  bool reboot;
  bool any_probe;            /* any server may be asked */
  const char *const *probes; /* "HOST:PORT" that may be asked */
  size_t probe_count;
} guard_needs;

/* `below` is not owned; `needs` is borrowed until the guard is closed. */
int guard_open(tlsmend_machine *below, const guard_needs *needs, tlsmend_machine **out, tlsmend_error *error);

#endif
