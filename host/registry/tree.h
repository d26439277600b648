/*
 * A registry tree in memory: keys with subkeys and values, found by name in constant time, names compared as Windows does.
 * Snapshots keep their whole machine in one, the overlay keeps its pending changes in one. No views: paths are physical.
 */
#ifndef TLSMEND_REGISTRY_TREE_H
#define TLSMEND_REGISTRY_TREE_H

#include <tlsmend/values.h>

#include "registry/regfile.h"

/* What an overlay says of a key or value. A snapshot says of its keys whether the file lists them (TREE_CREATED) or has them only as the
 * way to others (TREE_PLAIN). */
typedef enum tree_mark {
  TREE_PLAIN,   /* nothing said: what is below shows through */
  TREE_CREATED, /* made here; nothing below shows through */
  TREE_DELETED  /* gone; nothing below shows through */
} tree_mark;

typedef struct tree_value {
  char *name;
  tree_mark mark;
  tlsmend_value value;
} tree_value;

typedef struct tree_key tree_key;

typedef struct tree tree;

tree *tree_new(void);
void tree_free(tree *self);

/* Takes over a text, which the tree then keeps, and its clones with it: keys may have their values in it (tree_key_set_lines). Once for
 * each tree. False when out of memory; then the text stays the caller's. */
bool tree_keep_text(tree *self, regfile_text *text);

/* NULL if there is none. */
const regfile_text *tree_text(const tree *self);

/* A copy of everything, marks included. NULL when out of memory. */
tree *tree_clone(const tree *self);

/* The same names, to the letter, with the same data. The order does not count, and marks do not. */
bool tree_equal(const tree *a, const tree *b);

/* The key at a physical path, or NULL. */
tree_key *tree_find(const tree *self, const char *path);

/* The last key on the way to a path that is there, at most the invisible one above the roots; `path` is then what is left of it. */
tree_key *tree_nearest(const tree *self, const char **path);

/* The key at a path, made with its missing ancestors (mark TREE_PLAIN) if need be. NULL when out of memory. */
tree_key *tree_make(tree *self, const char *path);

/* As tree_make, and at no cost for what the path has in common with that of another key, which the caller knows. */
tree_key *tree_make_beside(tree_key *key, const char *its_path, const char *path);

/* Removes a key with everything below. Nothing happens if it is not there. */
void tree_remove(tree *self, const char *path);

const char *tree_key_name(const tree_key *key);
tree_key *tree_key_parent(const tree_key *key);

/* The subkey of that name, or NULL. */
tree_key *tree_key_child(const tree_key *key, const char *name);
tree_mark tree_key_mark(const tree_key *key);
void tree_key_set_mark(tree_key *key, tree_mark mark);

/* Subkeys and values in the order in which they were made. */
size_t tree_key_count(const tree_key *key);
tree_key *tree_key_at(const tree_key *key, size_t index);
size_t tree_value_count(const tree_key *key);
tree_value *tree_value_at(const tree_key *key, size_t index);

/* The values of a key as they stand in the tree's text. Whoever asks for values by one of the functions below has them decoded then;
 * without memory for that the process ends, because "absent" would be a lie: tree_key_load comes before them, and says so. */
bool tree_key_lines(const tree_key *key, regfile_lines *out);

/* Gives a key that has no values what stands in the tree's text. */
void tree_key_set_lines(tree_key *key, const regfile_lines *lines);

/* Puts the lines of a key into the order of their names, for good. False if it has none, or they have to be decoded for that. */
bool tree_key_sort_lines(const tree_key *key);

/* Whether there are any, decoded or not. */
bool tree_key_has_values(const tree_key *key);

/* False when out of memory; then nothing has changed. */
bool tree_key_load(const tree_key *key);

tree_value *tree_value_find(const tree_key *key, const char *name);

/* Sets a value (copied); NULL when out of memory. */
tree_value *tree_value_put(tree_key *key, const char *name, const tlsmend_value *value);
void tree_value_remove(tree_key *key, const char *name);

/* How many entries were put into the indexes of a key's names since it was made: what its look-ups cost beside the names. */
size_t tree_key_work(const tree_key *key);

/* The invisible key above the roots. */
tree_key *tree_root(const tree *self);

#endif
