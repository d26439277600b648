/* A snapshot as a machine: a .reg file in memory, rewritten whole and atomically by each change. */
#ifndef TLSMEND_MACHINE_SIM_SIM_H
#define TLSMEND_MACHINE_SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>

#include "registry/tree.h"
#include "machine/backends.h"

typedef struct sim {
  tlsmend_machine base;
  tree *tree;
  char *path;         /* the file, NULL: the machine lives in memory only */
  char *former;       /* where an older tlsmend may have counted restarts, if `state` has no count; or NULL */
  char *state;        /* the folder of journals, NULL: none */
  bool utf16;         /* how the file is written */
  bool original_kept; /* what the file was before the first change is in the state folder */
  unsigned char *bytes; /* what the file held when it was read, until the first change */
  size_t size;
  bool on_disk;           /* the file has been read or written; one of a built-in machine need not be there */
  unsigned char seen[32]; /* SHA-256 of what it held then */
  bool x64;               /* there is a 32-bit view of its own */
  unsigned boot;          /* restarts, without a state folder */
} sim;

/* The snapshot that a machine is; NULL if it is something else, whatever its back end calls itself. */
sim *sim_of(tlsmend_machine *machine);

/* A machine of its own that holds what this one holds, number of restarts included. It lives in memory, without a file or a
 * state folder. */
int sim_clone(const sim *self, tlsmend_machine **out, tlsmend_error *error);

/* Whether the registries hold the same. */
bool sim_equal(const sim *a, const sim *b);

/* Reads .reg text into the tree. */
int sim_parse(sim *self, const char *label, const void *bytes, size_t size, tlsmend_error *error);

/* The whole tree as .reg text in canonical form (sorted): the same tree gives the same bytes. */
int sim_print(const tree *tree, bool utf16, unsigned char **out, size_t *size, tlsmend_error *error);

/* Reads the file again if somebody else has written it since; any other machine is left alone. E_DRIFT if it is gone. */
int sim_reread(tlsmend_machine *machine, tlsmend_error *error);

/* Notes what the file holds now. */
void sim_saw(sim *self, const void *bytes, size_t size);

/* A file of the state folder, read; *out is malloc'd. False if it cannot be. */
bool sim_kept(const sim *self, const char *name, size_t most, char **out, size_t *size);

/* Writes the file. A tree that is again what the original file said is written as the original's bytes. */
int sim_save(sim *self, tlsmend_error *error);

/* The path in the tree of a key in a view; malloc'd. */
char *sim_path(const sim *self, const char *path, int view);

/* The write ops (sim/apply.c). */
int sim_apply(tlsmend_machine *machine, const tlsmend_change *change, tlsmend_outcome *outcome,
              tlsmend_error *error);
int sim_update_remove(tlsmend_machine *machine, const tlsmend_change *change, tlsmend_error *error);
int sim_boot_id(tlsmend_machine *machine, char out[64], tlsmend_error *error);

/* The same text as the machine's .reg file would hold; malloc'd. E_UNSUPPORTED for what is no snapshot. */
int sim_render(tlsmend_machine *machine, unsigned char **out, size_t *size, tlsmend_error *error);

#endif
