/*
 * The registry tree in memory. Children and values are kept in lists (order of making) and, once there are more than a handful,
 * in a hash table of positions, so that a look-up costs the same in a key of 10 and of 100,000 names. What is removed leaves a
 * hole, which is closed when somebody counts or the list is full: a file may remove as many as it makes.
 */
#include "registry/tree.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/unicode.h"
#include "registry/value.h"

enum { INDEX_FROM = 9 }; /* fewer entries than this are searched one by one */

typedef struct entry {
  void *item; /* a tree_key or tree_value; NULL: a hole */
  const char *name;
  uint32_t hash;
} entry;

typedef struct list {
  entry *entries;
  uint32_t *slots;             /* position + 1, 0 is free; NULL, or a power of two of them */
  uint32_t count, room, holes; /* the count has the holes in it */
  uint32_t slot_room;
  uint32_t work; /* entries put into slots since the list was made */
} list;

struct tree_key {
  char *name;
  tree_key *parent;
  list keys;
  list *values;      /* NULL: there never were any */
  const char *lines; /* the values as they stand in the text; NULL: they are in the list */
  size_t lines_size;
  uint32_t lines_count;
  bool lines_sorted, lines_own; /* own: they are not in the tree's text, but the key's alone */
  tree_mark mark;
};

/* A text that several trees look into. */
typedef struct kept_text {
  atomic_int trees;
  regfile_text text;
} kept_text;

struct tree {
  tree_key root;
  kept_text *text;
};

static const list no_values;

static void slot_put(list *self, size_t position) {
  size_t mask = self->slot_room - 1, slot = self->entries[position].hash & mask;
  while (self->slots[slot])
    slot = (slot + 1) & mask;
  self->slots[slot] = (uint32_t)position + 1;
  self->work++;
}

/* Makes the slots for the entries, which have no holes. Without memory there are none, and the search is slower. */
static void slots_build(list *self) {
  uint32_t room = 32;
  free(self->slots);
  self->slots = NULL;
  self->slot_room = 0;
  if (self->count < INDEX_FROM)
    return;
  while (room / 2 < self->room)
    room *= 2;
  self->slots = calloc(room, sizeof *self->slots);
  self->slot_room = self->slots ? room : 0;
  for (size_t i = 0; self->slots && i < self->count; i++)
    slot_put(self, i);
}

static void close_holes(list *self) {
  uint32_t kept = 0;
  if (!self->holes)
    return;
  for (size_t i = 0; i < self->count; i++)
    if (self->entries[i].item)
      self->entries[kept++] = self->entries[i];
  self->count = kept;
  self->holes = 0;
  slots_build(self);
}

static bool is_named(const entry *entry, const char *name, size_t length, uint32_t hash) {
  return entry->item && entry->hash == hash && unicode_name_equal_n(name, length, entry->name);
}

/* The entry of a name, NULL if there is none. */
static entry *list_find(const list *self, const char *name, size_t length, uint32_t hash) {
  if (!self->slots) {
    for (size_t i = 0; i < self->count; i++)
      if (is_named(&self->entries[i], name, length, hash))
        return &self->entries[i];
    return NULL;
  }
  size_t mask = self->slot_room - 1;
  for (size_t slot = hash & mask; self->slots[slot]; slot = (slot + 1) & mask)
    if (is_named(&self->entries[self->slots[slot] - 1], name, length, hash))
      return &self->entries[self->slots[slot] - 1];
  return NULL;
}

/* Room for one more: what holes take up if that is half of the list, else twice as much. */
static bool list_reserve(list *self) {
  if (self->count < self->room)
    return true;
  bool grows = self->holes <= self->count / 2;
  uint32_t room = !grows ? self->room : self->room ? self->room * 2 : 4;
  if (room > UINT32_MAX / 4)
    return false;
  entry *grown = grows ? realloc(self->entries, room * sizeof *grown) : self->entries;
  if (!grown)
    return false;
  self->entries = grown;
  self->room = room;
  if (self->holes)
    close_holes(self);
  else
    slots_build(self);
  return true;
}

static bool list_add(list *self, void *item, const char *name, uint32_t hash) {
  if (!list_reserve(self))
    return false;
  self->entries[self->count++] = (entry){item, name, hash};
  if (self->slots)
    slot_put(self, self->count - 1);
  else if (self->count - self->holes == INDEX_FROM) {
    close_holes(self);
    slots_build(self);
  }
  return true;
}

/* Its slot stays, for what was put behind it. */
static void list_remove(list *self, entry *entry) {
  entry->item = NULL;
  self->holes++;
}

/* Of a key that is only read: what is seen stays as it is. */
static list *closed(const list *self) {
  if (self->holes)
    close_holes((list *)self);
  return (list *)self;
}

static void list_free(list *self) {
  free(self->entries);
  free(self->slots);
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
  if (value)
    tlsmend_value_clear(&value->value);
  free(value);
}

static void key_empty(tree_key *key);

static void key_free(tree_key *key) {
  if (key)
    key_empty(key);
  free(key);
}

static void values_free(list *values) {
  for (size_t i = 0; values && i < values->count; i++)
    value_free(values->entries[i].item);
  if (values)
    list_free(values);
  free(values);
}

static void lines_drop(tree_key *key) {
  if (key->lines_own)
    free((char *)key->lines);
  key->lines_own = false;
  key->lines = NULL;
}

static void key_empty(tree_key *key) {
  lines_drop(key);
  for (size_t i = 0; i < key->keys.count; i++)
    key_free(key->keys.entries[i].item);
  list_free(&key->keys);
  values_free(key->values);
}

bool tree_keep_text(tree *self, regfile_text *text) {
  self->text = malloc(sizeof *self->text);
  if (!self->text)
    return false;
  atomic_init(&self->text->trees, 1);
  self->text->text = *text;
  *text = (regfile_text){0};
  return true;
}

const regfile_text *tree_text(const tree *self) { return self->text ? &self->text->text : NULL; }

void tree_free(tree *self) {
  if (!self)
    return;
  key_empty(&self->root);
  if (self->text && atomic_fetch_sub(&self->text->trees, 1) == 1) {
    regfile_text_clear(&self->text->text);
    free(self->text);
  }
  free(self);
}

static tree_key *key_add(tree_key *parent, const char *name, size_t length, uint32_t hash) {
  char *copy;
  tree_key *key = make_named(sizeof *key, name, length, &copy);
  if (!key)
    return NULL;
  key->name = copy;
  key->parent = parent;
  if (list_add(&parent->keys, key, copy, hash))
    return key;
  free(key);
  return NULL;
}

/* Walks a path name by name; makes what is missing if `make`, else stops there with the rest of the path. */
static tree_key *walk(tree_key *key, const char **path, bool make) {
  while (**path) {
    size_t length = strcspn(*path, "\\");
    uint32_t hash = unicode_name_hash(*path, length);
    const entry *found = list_find(&key->keys, *path, length, hash);
    if (!found && !make)
      return key;
    key = found ? found->item : key_add(key, *path, length, hash);
    if (!key)
      return NULL;
    *path += length;
    if (**path)
      ++*path;
  }
  return key;
}

tree_key *tree_nearest(const tree *self, const char **path) {
  return walk((tree_key *)&self->root, path, false);
}

tree_key *tree_make(tree *self, const char *path) { return walk(&self->root, &path, true); }

static bool name_ends(char at) { return at == '\\' || !at; }

tree_key *tree_make_beside(tree_key *key, const char *its_path, const char *path) {
  size_t same = 0;
  while (path[same] && path[same] == its_path[same])
    same++;
  if (!name_ends(path[same]) || !name_ends(its_path[same]))
    while (same && (path[same] != '\\' || its_path[same] != '\\'))
      same--;
  const char *its_rest = its_path + same;
  path += same;
  if (!same)
    key = key->parent; /* another root */
  else if (*path)
    path++;
  for (; *its_rest; its_rest++)
    if (*its_rest == '\\')
      key = key->parent;
  return walk(key, &path, true);
}

tree_key *tree_find(const tree *self, const char *path) {
  tree_key *key = tree_nearest(self, &path);
  return *path ? NULL : key;
}

tree_key *tree_root(const tree *self) { return (tree_key *)&self->root; }

void tree_remove(tree *self, const char *path) {
  tree_key *key = tree_find(self, path);
  if (!key || !key->parent)
    return;
  size_t length = strlen(key->name);
  list_remove(&key->parent->keys,
              list_find(&key->parent->keys, key->name, length, unicode_name_hash(key->name, length)));
  key_free(key);
}

const char *tree_key_name(const tree_key *key) { return key->name ? key->name : ""; }
tree_key *tree_key_parent(const tree_key *key) { return key->parent; }

tree_key *tree_key_child(const tree_key *key, const char *name) {
  size_t length = strlen(name);
  const entry *found = list_find(&key->keys, name, length, unicode_name_hash(name, length));
  return found ? found->item : NULL;
}

tree_mark tree_key_mark(const tree_key *key) { return key->mark; }
void tree_key_set_mark(tree_key *key, tree_mark mark) { key->mark = mark; }
size_t tree_key_count(const tree_key *key) { return key->keys.count - key->keys.holes; }
tree_key *tree_key_at(const tree_key *key, size_t index) { return closed(&key->keys)->entries[index].item; }
static int load_value(void *data, const char *path, const char *name, const tlsmend_value *value,
                      tlsmend_error *error) {
  (void)path;
  return tree_value_put(data, name, value) ? TLSMEND_OK : error_no_memory(error);
}

bool tree_key_lines(const tree_key *key, regfile_lines *out) {
  *out = (regfile_lines){
      .text = key->lines, .size = key->lines_size, .count = key->lines_count, .sorted = key->lines_sorted};
  return key->lines;
}

bool tree_key_has_values(const tree_key *key) {
  return key->lines || (key->values && key->values->count > key->values->holes);
}

void tree_key_set_lines(tree_key *key, const regfile_lines *lines) {
  key->lines = lines->text;
  key->lines_size = lines->size;
  key->lines_count = (uint32_t)lines->count;
  key->lines_sorted = lines->sorted;
}

bool tree_key_sort_lines(const tree_key *self) {
  tree_key *key = (tree_key *)self; /* what is seen stays as it is */
  regfile_lines lines;
  if (!tree_key_lines(key, &lines) || lines.sorted)
    return key->lines;
  char *sorted = regfile_lines_sort(&lines);
  if (!sorted)
    return false;
  lines_drop(key);
  key->lines = sorted;
  key->lines_own = key->lines_sorted = true;
  return true;
}

bool tree_key_load(const tree_key *self) {
  static const regfile_events events = {.value = load_value};
  tree_key *key = (tree_key *)self; /* what is seen stays as it is */
  regfile_lines lines;
  if (!tree_key_lines(key, &lines))
    return true;
  key->lines = NULL; /* so that values can be put */
  if (regfile_lines_each(&lines, "", &events, key, NULL) == TLSMEND_OK) {
    key->lines = lines.text;
    lines_drop(key);
    return true;
  }
  values_free(key->values);
  key->values = NULL;
  key->lines = lines.text;
  return false;
}

static const list *values_of(const tree_key *key) {
  if (!tree_key_load(key))
    abort();
  return key->values ? key->values : &no_values;
}

size_t tree_value_count(const tree_key *key) { return values_of(key)->count - values_of(key)->holes; }
size_t tree_key_work(const tree_key *key) { return key->keys.work + (key->values ? key->values->work : 0); }

tree_value *tree_value_at(const tree_key *key, size_t index) {
  return closed(values_of(key))->entries[index].item;
}

static entry *value_find(const tree_key *key, const char *name) {
  size_t length = strlen(name);
  return list_find(values_of(key), name, length, unicode_name_hash(name, length));
}

tree_value *tree_value_find(const tree_key *key, const char *name) {
  const entry *found = value_find(key, name);
  return found ? found->item : NULL;
}

static tree_value *value_add(tree_key *key, const char *name) {
  size_t length = strlen(name);
  char *copy;
  if (!key->values && !(key->values = calloc(1, sizeof *key->values)))
    return NULL;
  tree_value *added = make_named(sizeof *added, name, length, &copy);
  if (!added)
    return NULL;
  added->name = copy;
  if (list_add(key->values, added, copy, unicode_name_hash(name, length)))
    return added;
  free(added);
  return NULL;
}

tree_value *tree_value_put(tree_key *key, const char *name, const tlsmend_value *value) {
  tlsmend_value copy = {0};
  if (!tree_key_load(key) || value_copy(&copy, value, NULL) != TLSMEND_OK)
    return NULL;
  tree_value *target = tree_value_find(key, name);
  if (!target)
    target = value_add(key, name);
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
  entry *found = value_find(key, name);
  if (!found)
    return;
  value_free(found->item);
  list_remove(key->values, found);
}

/* An empty list with room for as many entries as the other one has, and its slots. */
static bool list_prepare(list *out, const list *from) {
  closed(from);
  if (!from->count)
    return true;
  out->entries = malloc(from->count * sizeof *out->entries);
  out->room = from->count;
  out->slots = out->entries && from->slots ? malloc(from->slot_room * sizeof *out->slots) : NULL;
  if (out->slots)
    memcpy(out->slots, from->slots, from->slot_room * sizeof *out->slots);
  out->slot_room = out->slots ? from->slot_room : 0;
  return out->entries && (out->slots || !from->slots);
}

static bool clone_values(tree_key *out, const tree_key *from) {
  regfile_lines lines;
  if (tree_key_lines(from, &lines)) {
    char *copy = from->lines_own ? malloc(lines.size) : NULL;
    if (from->lines_own && !copy)
      return false;
    if (copy)
      lines.text = memcpy(copy, lines.text, lines.size);
    tree_key_set_lines(out, &lines);
    out->lines_own = copy;
  }
  if (!from->values)
    return true;
  if (!(out->values = calloc(1, sizeof *out->values)) || !list_prepare(out->values, from->values))
    return false;
  for (size_t i = 0; i < from->values->count; i++) {
    const entry *entry = &from->values->entries[i];
    const tree_value *value = entry->item;
    char *name;
    tree_value *copy = make_named(sizeof *copy, value->name, strlen(value->name), &name);
    if (!copy)
      return false;
    out->values->entries[out->values->count++] = (struct entry){copy, name, entry->hash};
    copy->name = name;
    copy->mark = value->mark;
    if (value_copy(&copy->value, &value->value, NULL) != TLSMEND_OK)
      return false;
  }
  return true;
}

/* Fills an empty key. On failure the caller frees what was made so far. */
static bool clone_key(tree_key *out, const tree_key *from) {
  out->mark = from->mark;
  if (!clone_values(out, from) || !list_prepare(&out->keys, &from->keys))
    return false;
  for (size_t i = 0; i < from->keys.count; i++) {
    const tree_key *key = from->keys.entries[i].item;
    char *name;
    tree_key *copy = make_named(sizeof *copy, key->name, strlen(key->name), &name);
    if (!copy)
      return false;
    out->keys.entries[out->keys.count++] = (entry){copy, name, from->keys.entries[i].hash};
    copy->parent = out;
    copy->name = name;
    if (!clone_key(copy, key))
      return false;
  }
  return true;
}

tree *tree_clone(const tree *self) {
  tree *copy = tree_new();
  if (!copy)
    return NULL;
  copy->text = self->text;
  if (self->text)
    atomic_fetch_add(&self->text->trees, 1);
  if (clone_key(&copy->root, &self->root))
    return copy;
  tree_free(copy);
  return NULL;
}

/* What another list calls by the name of entry `index` of this one, to the letter; NULL if nothing. */
static void *counterpart(const list *self, size_t index, const list *other) {
  const entry *one = &self->entries[index];
  if (strcmp(one->name, other->entries[index].name) == 0)
    return other->entries[index].item;
  const entry *found = list_find(other, one->name, strlen(one->name), one->hash);
  return found && strcmp(one->name, found->name) == 0 ? found->item : NULL;
}

static bool same_values(const tree_key *one_key, const tree_key *other_key) {
  if (one_key->lines && other_key->lines && one_key->lines_size == other_key->lines_size &&
      memcmp(one_key->lines, other_key->lines, one_key->lines_size) == 0)
    return true;
  if (!tree_key_load(one_key) || !tree_key_load(other_key))
    return false;
  const list *a = closed(values_of(one_key)), *b = closed(values_of(other_key));
  if (a->count != b->count)
    return false;
  for (size_t i = 0; i < a->count; i++) {
    const tree_value *one = a->entries[i].item, *other = counterpart(a, i, b);
    if (!other || !value_equal(&one->value, &other->value))
      return false;
  }
  return true;
}

static bool same_keys(const tree_key *a, const tree_key *b) {
  const list *keys = closed(&a->keys);
  if (keys->count != closed(&b->keys)->count || !same_values(a, b))
    return false;
  for (size_t i = 0; i < keys->count; i++) {
    const tree_key *other = counterpart(keys, i, &b->keys);
    if (!other || !same_keys(keys->entries[i].item, other))
      return false;
  }
  return true;
}

bool tree_equal(const tree *a, const tree *b) { return same_keys(&a->root, &b->root); }
