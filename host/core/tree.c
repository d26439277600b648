/*
 * The registry tree in memory. Children and values are kept in arrays (order of making) and, once there are more than a
 * handful, in a hash table of positions, so that a look-up costs the same in a key of 10 and of 100,000 names.
 */
#include "core/tree.h"

#include <stdlib.h>
#include <string.h>

#include "core/unicode.h"
#include "core/value.h"

enum { INDEX_FROM = 9 }; /* fewer entries than this are searched one by one */

typedef struct tree_index {
  size_t *slots; /* position + 1, 0 is free; a power of two of them */
  size_t room;
} tree_index;

struct tree_key {
  char *name;
  uint32_t hash;
  tree_mark mark;
  tree_key *parent;
  tree_key **keys;
  size_t key_count, key_room;
  tree_index key_index;
  tree_value **values;
  size_t value_count, value_room;
  tree_index value_index;
};

struct tree {
  tree_key root;
};

/* What an index needs to know of its array: the hash at a position. */
typedef uint32_t (*hash_at_fn)(const tree_key *key, size_t position);

static uint32_t key_hash_at(const tree_key *key, size_t position) { return key->keys[position]->hash; }
static uint32_t value_hash_at(const tree_key *key, size_t position) { return key->values[position]->hash; }

static void index_put(tree_index *index, uint32_t hash, size_t position) {
  size_t mask = index->room - 1;
  size_t slot = hash & mask;
  while (index->slots[slot])
    slot = (slot + 1) & mask;
  index->slots[slot] = position + 1;
}

/* Rebuilds the index for `count` entries; false when out of memory. */
static bool index_build(tree_index *index, const tree_key *key, size_t count, hash_at_fn hash_at) {
  if (count < INDEX_FROM) {
    free(index->slots);
    *index = (tree_index){0};
    return true;
  }
  size_t room = 32;
  while (room < count * 3)
    room *= 2;
  size_t *slots = calloc(room, sizeof *slots);
  if (!slots)
    return false;
  free(index->slots);
  *index = (tree_index){slots, room};
  for (size_t i = 0; i < count; i++)
    index_put(index, hash_at(key, i), i);
  return true;
}

/* Adds the last of `count` entries. */
static bool index_add(tree_index *index, const tree_key *key, size_t count, hash_at_fn hash_at) {
  if (count >= INDEX_FROM && index->room < count * 2)
    return index_build(index, key, count, hash_at);
  if (index->slots)
    index_put(index, hash_at(key, count - 1), count - 1);
  return true;
}

static bool grow(void **array, size_t *room, size_t count) {
  if (count < *room)
    return true;
  size_t wanted = *room ? *room * 2 : 4;
  void *grown = realloc(*array, wanted * sizeof(void *));
  if (!grown)
    return false;
  *array = grown;
  *room = wanted;
  return true;
}

/* A cleared struct with room behind it for a name, which goes when the struct goes. */
static void *make_named(size_t size, const char *name, size_t length, char **out) {
  char *made = calloc(1, size + length + 1);
  if (!made)
    return NULL;
  *out = made + size;
  memcpy(*out, name, length);
  return made;
}

tree *tree_new(void) { return calloc(1, sizeof(tree)); }

static void value_free(tree_value *value) {
  tlsmend_value_clear(&value->value);
  free(value);
}

static void key_empty(tree_key *key);

static void key_free(tree_key *key) {
  key_empty(key);
  free(key);
}

static void key_empty(tree_key *key) {
  for (size_t i = 0; i < key->key_count; i++)
    key_free(key->keys[i]);
  for (size_t i = 0; i < key->value_count; i++)
    value_free(key->values[i]);
  free(key->keys);
  free(key->values);
  free(key->key_index.slots);
  free(key->value_index.slots);
}

void tree_free(tree *self) {
  if (!self)
    return;
  key_empty(&self->root);
  free(self);
}

/* The position of a name among the subkeys; key_count if it is not there. */
static size_t key_position(const tree_key *key, const char *name, size_t length, uint32_t hash) {
  if (!key->key_index.slots) {
    for (size_t i = 0; i < key->key_count; i++)
      if (key->keys[i]->hash == hash && unicode_name_equal_n(name, length, key->keys[i]->name))
        return i;
    return key->key_count;
  }
  size_t mask = key->key_index.room - 1;
  for (size_t slot = hash & mask; key->key_index.slots[slot]; slot = (slot + 1) & mask) {
    size_t i = key->key_index.slots[slot] - 1;
    if (key->keys[i]->hash == hash && unicode_name_equal_n(name, length, key->keys[i]->name))
      return i;
  }
  return key->key_count;
}

static size_t value_position(const tree_key *key, const char *name) {
  size_t length = strlen(name);
  uint32_t hash = unicode_name_hash(name, length);
  if (!key->value_index.slots) {
    for (size_t i = 0; i < key->value_count; i++)
      if (key->values[i]->hash == hash && unicode_name_equal_n(name, length, key->values[i]->name))
        return i;
    return key->value_count;
  }
  size_t mask = key->value_index.room - 1;
  for (size_t slot = hash & mask; key->value_index.slots[slot]; slot = (slot + 1) & mask) {
    size_t i = key->value_index.slots[slot] - 1;
    if (key->values[i]->hash == hash && unicode_name_equal_n(name, length, key->values[i]->name))
      return i;
  }
  return key->value_count;
}

static tree_key *key_add(tree_key *parent, const char *name, size_t length, uint32_t hash) {
  if (!grow((void **)&parent->keys, &parent->key_room, parent->key_count))
    return NULL;
  char *copy;
  tree_key *key = make_named(sizeof *key, name, length, &copy);
  if (!key)
    return NULL;
  key->name = copy;
  key->hash = hash;
  key->parent = parent;
  parent->keys[parent->key_count++] = key;
  if (index_add(&parent->key_index, parent, parent->key_count, key_hash_at))
    return key;
  parent->key_count--;
  key_free(key);
  return NULL;
}

/* Walks a path name by name; makes what is missing if `make`. */
static tree_key *walk(tree *self, const char *path, bool make) {
  tree_key *key = &self->root;
  while (*path) {
    size_t length = strcspn(path, "\\");
    uint32_t hash = unicode_name_hash(path, length);
    size_t position = key_position(key, path, length, hash);
    if (position < key->key_count)
      key = key->keys[position];
    else if (!make || !(key = key_add(key, path, length, hash)))
      return NULL;
    path += length;
    if (*path)
      path++;
  }
  return key;
}

tree_key *tree_find(const tree *self, const char *path) { return walk((tree *)self, path, false); }
tree_key *tree_make(tree *self, const char *path) { return walk(self, path, true); }
tree_key *tree_root(const tree *self) { return (tree_key *)&self->root; }

void tree_remove(tree *self, const char *path) {
  tree_key *key = tree_find(self, path);
  if (!key || !key->parent)
    return;
  tree_key *parent = key->parent;
  size_t position = key_position(parent, key->name, strlen(key->name), key->hash);
  parent->key_count--;
  memmove(&parent->keys[position], &parent->keys[position + 1],
          (parent->key_count - position) * sizeof *parent->keys);
  key_free(key);
  index_build(&parent->key_index, parent, parent->key_count, key_hash_at);
}

const char *tree_key_name(const tree_key *key) { return key->name ? key->name : ""; }
tree_key *tree_key_parent(const tree_key *key) { return key->parent; }
tree_mark tree_key_mark(const tree_key *key) { return key->mark; }
void tree_key_set_mark(tree_key *key, tree_mark mark) { key->mark = mark; }
size_t tree_key_count(const tree_key *key) { return key->key_count; }
tree_key *tree_key_at(const tree_key *key, size_t index) { return key->keys[index]; }
size_t tree_value_count(const tree_key *key) { return key->value_count; }
tree_value *tree_value_at(const tree_key *key, size_t index) { return key->values[index]; }

tree_value *tree_value_find(const tree_key *key, const char *name) {
  size_t position = value_position(key, name);
  return position < key->value_count ? key->values[position] : NULL;
}

static tree_value *value_add(tree_key *key, const char *name) {
  if (!grow((void **)&key->values, &key->value_room, key->value_count))
    return NULL;
  size_t length = strlen(name);
  char *copy;
  tree_value *added = make_named(sizeof *added, name, length, &copy);
  if (!added)
    return NULL;
  added->name = copy;
  added->hash = unicode_name_hash(name, length);
  key->values[key->value_count++] = added;
  if (index_add(&key->value_index, key, key->value_count, value_hash_at))
    return added;
  key->value_count--;
  value_free(added);
  return NULL;
}

tree_value *tree_value_put(tree_key *key, const char *name, const tlsmend_value *value) {
  size_t position = value_position(key, name);
  tlsmend_value copy = {0};
  if (value_copy(&copy, value, NULL) != TLSMEND_OK)
    return NULL;
  tree_value *target = position < key->value_count ? key->values[position] : value_add(key, name);
  if (!target) {
    tlsmend_value_clear(&copy);
    return NULL;
  }
  tlsmend_value_clear(&target->value);
  target->value = copy;
  target->mark = TREE_CREATED;
  return target;
}

void tree_value_remove(tree_key *key, const char *name) {
  size_t position = value_position(key, name);
  if (position == key->value_count)
    return;
  value_free(key->values[position]);
  key->value_count--;
  memmove(&key->values[position], &key->values[position + 1],
          (key->value_count - position) * sizeof *key->values);
  index_build(&key->value_index, key, key->value_count, value_hash_at);
}

/* ---- whole trees ------------------------------------------------------------------------------------------------- */

static bool clone_index(tree_index *out, const tree_index *from) {
  if (!from->slots)
    return true;
  out->slots = malloc(from->room * sizeof *out->slots);
  if (!out->slots)
    return false;
  memcpy(out->slots, from->slots, from->room * sizeof *out->slots);
  out->room = from->room;
  return true;
}

static bool clone_values(tree_key *out, const tree_key *from) {
  if (!from->value_count)
    return true;
  out->values = calloc(from->value_count, sizeof(tree_value *));
  if (!out->values || !clone_index(&out->value_index, &from->value_index))
    return false;
  out->value_room = from->value_count;
  for (size_t i = 0; i < from->value_count; i++) {
    const tree_value *value = from->values[i];
    char *name;
    tree_value *copy = make_named(sizeof *copy, value->name, strlen(value->name), &name);
    if (!copy)
      return false;
    out->values[i] = copy;
    out->value_count = i + 1;
    copy->name = name;
    copy->hash = value->hash;
    copy->mark = value->mark;
    if (value_copy(&copy->value, &value->value, NULL) != TLSMEND_OK)
      return false;
  }
  return true;
}

/* Fills an empty key. On failure the caller frees what was made so far. */
static bool clone_key(tree_key *out, const tree_key *from) {
  out->hash = from->hash;
  out->mark = from->mark;
  if (!clone_values(out, from))
    return false;
  if (!from->key_count)
    return true;
  out->keys = calloc(from->key_count, sizeof(tree_key *));
  if (!out->keys || !clone_index(&out->key_index, &from->key_index))
    return false;
  out->key_room = from->key_count;
  for (size_t i = 0; i < from->key_count; i++) {
    char *name;
    tree_key *copy = make_named(sizeof *copy, from->keys[i]->name, strlen(from->keys[i]->name), &name);
    if (!copy)
      return false;
    out->keys[i] = copy;
    out->key_count = i + 1;
    copy->parent = out;
    copy->name = name;
    if (!clone_key(copy, from->keys[i]))
      return false;
  }
  return true;
}

tree *tree_clone(const tree *self) {
  tree *copy = tree_new();
  if (!copy || clone_key(&copy->root, &self->root))
    return copy;
  tree_free(copy);
  return NULL;
}

static bool same_values(const tree_key *a, const tree_key *b) {
  for (size_t i = 0; i < a->value_count; i++) {
    const tree_value *one = a->values[i];
    bool aligned = strcmp(one->name, b->values[i]->name) == 0;
    const tree_value *other = aligned ? b->values[i] : tree_value_find(b, one->name);
    if (!other || strcmp(one->name, other->name) != 0 || !value_equal(&one->value, &other->value))
      return false;
  }
  return true;
}

static bool same_keys(const tree_key *a, const tree_key *b) {
  if (a->key_count != b->key_count || a->value_count != b->value_count || !same_values(a, b))
    return false;
  for (size_t i = 0; i < a->key_count; i++) {
    const tree_key *one = a->keys[i];
    size_t position = strcmp(one->name, b->keys[i]->name) == 0
                          ? i
                          : key_position(b, one->name, strlen(one->name), one->hash);
    if (position == b->key_count || strcmp(one->name, b->keys[position]->name) != 0 ||
        !same_keys(one, b->keys[position]))
      return false;
  }
  return true;
}

bool tree_equal(const tree *a, const tree *b) { return same_keys(&a->root, &b->root); }
