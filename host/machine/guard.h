/*
 * The guard: a machine that passes on only what a runbook's `needs` declares and refuses the rest (TLSMEND_E_REFUSED), for
 * reads and for writes, in one place. The host's own questions (facts) go to the machine below it.
 */
#ifndef TLSMEND_MACHINE_GUARD_H
#define TLSMEND_MACHINE_GUARD_H

#include <tlsmend/machine.h>

#include <stdbool.h>
#include <stddef.h>

#include "signing/trust.h"

/* Stands in every refusal of the guard, and in no other. */
#define GUARD_WAY_OUT "in its `needs`"

/*
 * What a runbook declared. Borrowed arrays. Trees are canonical paths: "HKLM\\A"; "32:HKLM\\A" and "64:HKLM\\A" are that view
 * alone, where the machine has two of the key; "HKU\\*\\A" is A of every user, and lets the names of users be listed.
 */
typedef struct guard_needs {
  const char *runbook;

  /* Trees that may be read and written. */
  const char *const *registry;
  size_t registry_count;

  /* Trees that may only be read. */
  const char *const *reads;
  size_t read_count;

  /* Updates that may be installed: "KB3140245". */
  const char *const *updates;
  size_t update_count;

  /* Packages that may be installed: a SHA-256, or "signer:NAME". None: any that the operator gives. */
  const char *const *packages;
  size_t package_count;

  /* Files and folders that may be looked at; without a root: below the folder of Windows. */
  const char *const *files;
  size_t file_count;

  /* Those that the operator has named by parameters, as they are spelled there. A default of the runbook is none. */
  const char *const *given;
  size_t given_count;

  /* Servers that may be asked: "HOST:PORT". */
  const char *const *probes;
  size_t probe_count;
  bool any_probe;

  /* Modules of the embedding program that may be called. */
  const char *const *modules;
  size_t module_count;

  /* Whether a restart may be proposed. */
  bool reboot;

  /* Whether the machine is made up: its registry, updates and restarts are nobody's, and only what lies outside of it is guarded. */
  bool made_up;
} guard_needs;

/* Begins a package of `needs` that is declared by who has signed it: the name of a key in the trust store follows. */
#define GUARD_SIGNER "signer:"

/* Where the keys are that may sign packages; asked once a package must be judged. `out` is empty and becomes the guard's. */
typedef struct guard_trust {
  int (*keys)(void *data, trust_store *out, tlsmend_error *error);
  void *data;
} guard_trust;

/* `below` is not owned; `needs` and `trust` (NULL: there are no keys) are borrowed until the guard is closed. */
int guard_open(tlsmend_machine *below, const guard_needs *needs, const guard_trust *trust,
               tlsmend_machine **out, tlsmend_error *error);

/*
 * What a runbook wants of this computer, not of the machine that it works on: asked of the guard that stands over `machine`. Where none
 * does, nobody limits it. E_REFUSED, with the line of `needs` that would let it pass.
 */

/* Whether a file or folder may be looked at: listed, hashed, its version read. Looks at nothing. `below_system`: the path is one below
 * the folder of Windows ("System32\\winhttp.dll"). *followed is how many bytes of the path name what was declared: links in the rest
 * of it are not to be followed. */
int guard_may_look(const tlsmend_machine *machine, const char *path, bool below_system, size_t *followed,
                   tlsmend_error *error);

/* Whether a module that the embedding program added may be called. */
int guard_may_call(const tlsmend_machine *machine, const char *module, tlsmend_error *error);

#endif
