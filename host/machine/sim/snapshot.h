/* A snapshot within this folder: a tree of the registry, and the .reg file that it is read from and written to. */
#ifndef TLSMEND_MACHINE_SIM_SNAPSHOT_H
#define TLSMEND_MACHINE_SIM_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>

#include <tlsmend/machine.h>

#include "base/digest.h"
#include "registry/regfile.h"
#include "registry/tree.h"

struct sim {
  tlsmend_machine base;
  tree *tree;
  /* The file, NULL: the machine lives in memory only. */
  char *path;
  /* The folder of journals, NULL: none. And where an older tlsmend may have counted restarts, if that has no count; or NULL. */
  char *state, *former;
  /* How the file is written. */
  bool utf16;
  /* What the file was before the first change is in the state folder. */
  bool original_kept;
  /* Keys and values have been changed since the file was written. */
  bool unsaved;
  /* It is known what the file held when it was read or written last; one of a built-in machine need not be there. Either that is the
   * tree's text, from which it was read, or `seen` is the SHA-256 of the bytes that were written. */
  bool on_disk, seen_read;
  char seen[DIGEST_ROOM];
  /* There is a 32-bit view of its own. */
  bool x64;
  /* The control set that stands for CurrentControlSet: "ControlSet001". "": that key is there itself, or it cannot be told. */
  char set[32];
  /* Restarts, without a state folder. */
  unsigned boot;
};

/* Makes a tree of .reg text. */
int sim_parse(const char *label, const void *bytes, size_t size, tree **out, tlsmend_error *error);

/* The text of a file. */
int sim_read_text(const char *path, const char *label, regfile_text *out, tlsmend_error *error);

/* Puts what a text of the file says into the machine's tree; the text is gone then. A failure leaves the tree as it is. */
int sim_fill(struct sim *self, const char *label, regfile_text *text, tlsmend_error *error);

/* Whether the file holds what it held when it was read or written last. */
int sim_unchanged(const struct sim *self, bool *out, tlsmend_error *error);

/* The whole tree as .reg text in canonical form (sorted): the same tree gives the same bytes. */
int sim_print_tree(const tree *tree, bool utf16, unsigned char **out, size_t *size, tlsmend_error *error);

/* Keeps the bytes that the file had when it was read, unless they are our own form. Before the tree changes. */
int sim_keep_original(struct sim *self, tlsmend_error *error);

/* A file of the state folder, read; *out is malloc'd. False if it cannot be. */
bool sim_kept(const struct sim *self, const char *name, size_t most, char **out, size_t *size);

/* Writes the file. A tree that is again what the original file said is written as the original's bytes. */
int sim_save(struct sim *self, tlsmend_error *error);

#define SIM_CURRENT_SET "CurrentControlSet"

/* Finds out which control set is in use; after the tree has been filled. */
void sim_follow(struct sim *self);

/* The key at a path, made with its missing ancestors if need be; listed where what is above it is. NULL when out of memory. */
tree_key *sim_make(tree *tree, const char *path);

/* The path in the tree of a key in a view, in the control set that is in use; malloc'd. */
char *sim_path(const struct sim *self, const char *path, int view);

/* Members of the table, in sim/apply.c. */
int sim_apply(tlsmend_machine *machine, const tlsmend_change *change, tlsmend_outcome *outcome,
              tlsmend_error *error);
int sim_flush(tlsmend_machine *machine, const tlsmend_change *changes, size_t count, tlsmend_error *error);
int sim_update_remove(tlsmend_machine *machine, const tlsmend_change *change, tlsmend_error *error);
int sim_boot_id(tlsmend_machine *machine, char out[64], tlsmend_error *error);

#endif
