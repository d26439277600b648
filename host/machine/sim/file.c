/*
 * The file of a snapshot: reading it into the tree and writing the tree back. The written form is canonical (names sorted), so
 * that a machine that is again what it was is again the same bytes; and where the file came from somebody else, in another
 * order or with comments, its own bytes are kept in the state folder and put back when the contents are the same again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "registry/path.h"
#include "registry/regfile.h"
#include "base/digest.h"
#include "base/unicode.h"
#include "machine/sim/sim.h"
#include "machine/sim/snapshot.h"
#include "os/os.h"

/* Whether the file lists a key or one above it. */
static bool lists(const tree_key *key) {
  while (key && tree_key_mark(key) == TREE_PLAIN)
    key = tree_key_parent(key);
  return key;
}

tree_key *sim_make(tree *tree, const char *path) {
  tree_key *key = tree_make(tree, path);
  if (key && lists(key))
    tree_key_set_mark(key, TREE_CREATED);
  return key;
}

static int on_key(void *data, const char *path, tlsmend_error *error) {
  tree_key *key = tree_make(data, path);
  if (!key)
    return error_no_memory(error);
  tree_key_set_mark(key, TREE_CREATED);
  return TLSMEND_OK;
}

static int on_key_delete(void *data, const char *path, tlsmend_error *error) {
  (void)error;
  tree_remove(data, path);
  return TLSMEND_OK;
}

static int on_value(void *data, const char *path, const char *name, const tlsmend_value *value,
                    tlsmend_error *error) {
  tree_key *key = tree_make(data, path);
  return key && tree_value_put(key, name, value) ? TLSMEND_OK : error_no_memory(error);
}

static int on_value_delete(void *data, const char *path, const char *name, tlsmend_error *error) {
  (void)error;
  tree_key *key = tree_find(data, path);
  if (key)
    tree_value_remove(key, name);
  return TLSMEND_OK;
}

void sim_saw(sim *self, const void *bytes, size_t size) {
  self->on_disk = true;
  digest_bytes(bytes, size, self->seen);
}

int sim_parse(sim *self, const char *label, const void *bytes, size_t size, tlsmend_error *error) {
  static const regfile_events events = {on_key, on_key_delete, on_value, on_value_delete};
  return regfile_read(label, bytes, size, &events, self->tree, error);
}

static int compare_keys(const void *a, const void *b) {
  return unicode_name_compare(tree_key_name(*(tree_key *const *)a), tree_key_name(*(tree_key *const *)b));
}

static int compare_values(const void *a, const void *b) {
  return unicode_name_compare((*(tree_value *const *)a)->name, (*(tree_value *const *)b)->name);
}

static bool print_values(const tree_key *key, regfile_writer *writer) {
  size_t count = tree_value_count(key);
  tree_value **values = malloc((count + 1) * sizeof *values);
  if (!values)
    return false;
  for (size_t i = 0; i < count; i++)
    values[i] = tree_value_at(key, i);
  qsort(values, count, sizeof *values, compare_values);
  for (size_t i = 0; i < count; i++)
    regfile_writer_value(writer, values[i]->name, &values[i]->value);
  free(values);
  return true;
}

/* A key that is only the way to others is no section of its own, or it would say that all below it is there. */
static bool is_section(const tree_key *key, bool all) {
  return all || tree_key_mark(key) != TREE_PLAIN || tree_value_count(key) || !tree_key_count(key);
}

/* Prints a key and everything below it. `path` is its path, NULL for the invisible root. `all`: also keys that the file does not list. */
static bool print_key(const tree_key *key, const char *path, bool all, regfile_writer *writer) {
  if (path && is_section(key, all)) {
    regfile_writer_key(writer, path);
    if (!print_values(key, writer))
      return false;
  }
  size_t count = tree_key_count(key);
  tree_key **keys = malloc((count + 1) * sizeof *keys);
  bool good = keys;
  for (size_t i = 0; good && i < count; i++)
    keys[i] = tree_key_at(key, i);
  if (good)
    qsort(keys, count, sizeof *keys, compare_keys);
  for (size_t i = 0; good && i < count; i++) {
    const char *name = tree_key_name(keys[i]);
    size_t room = (path ? strlen(path) : 0) + strlen(name) + 2;
    char *child = malloc(room);
    if (child)
      snprintf(child, room, "%s%s%s", path ? path : "", path ? "\\" : "", name);
    good = child && print_key(keys[i], child, all, writer);
    free(child);
  }
  free(keys);
  return good;
}

static int print_tree(const tree *tree, bool utf16, bool all, unsigned char **out, size_t *size,
                      tlsmend_error *error) {
  *out = NULL;
  regfile_writer *writer = regfile_writer_new(utf16 ? REGFILE_UTF16 : REGFILE_UTF8);
  if (!writer)
    return error_no_memory(error);
  bool good = print_key(tree_root(tree), NULL, all, writer);
  int code = regfile_writer_finish(writer, out, size, error);
  if (good || code != TLSMEND_OK)
    return code;
  free(*out);
  *out = NULL;
  return error_no_memory(error);
}

int sim_print_tree(const tree *tree, bool utf16, unsigned char **out, size_t *size, tlsmend_error *error) {
  return print_tree(tree, utf16, false, out, size, error);
}

/* The file in the state folder that keeps the original of these contents: named by them, so that each of several runs finds
 * its own. By all keys, because one that was deleted and came back is listed. malloc'd; NULL when out of memory. */
static char *original_name(const tree *tree) {
  unsigned char *form = NULL;
  char hex[DIGEST_ROOM], name[64];
  size_t size = 0;
  if (print_tree(tree, false, true, &form, &size, NULL) != TLSMEND_OK)
    return NULL;
  digest_sha256(form, size, hex);
  free(form);
  snprintf(name, sizeof name, "original-%.16s.reg", hex);
  return strdup(name);
}

bool sim_kept(const sim *self, const char *name, size_t most, char **out, size_t *size) {
  const char *folders[] = {self->state, self->former};
  bool found = false;
  *out = NULL;
  for (size_t i = 0; !found && i < sizeof folders / sizeof *folders && folders[i]; i++) {
    char *path = os_path_join(folders[i], name);
    found = path && os_file_read_nofollow(path, most, out, size, NULL) == TLSMEND_OK;
    free(path);
  }
  return found;
}

/* Whether the bytes are those that this program would write for their contents. */
static bool own_form(const sim *self, const tree *tree) {
  unsigned char *form = NULL;
  size_t size = 0;
  bool own = sim_print_tree(tree, self->utf16, &form, &size, NULL) == TLSMEND_OK && size == self->size &&
             memcmp(form, self->bytes, size) == 0;
  free(form);
  return own;
}

/* Keeps the bytes that the file had before the first change of this process, unless they are our own form. */
static int keep_original(sim *self, tlsmend_error *error) {
  if (self->original_kept || !self->bytes)
    return TLSMEND_OK;
  sim reading = {.tree = tree_new()};
  char *name = NULL;
  os_folder *folder = NULL;
  int code =
      reading.tree ? sim_parse(&reading, self->path, self->bytes, self->size, error) : error_no_memory(error);
  bool foreign = code == TLSMEND_OK && !own_form(self, reading.tree);
  if (foreign && !(name = original_name(reading.tree)))
    code = error_no_memory(error);
  if (foreign && code == TLSMEND_OK)
    code = os_folder_open(self->state, false, &folder, error);
  if (foreign && code == TLSMEND_OK)
    code = os_folder_put(folder, name, self->bytes, self->size, error);
  os_folder_close(folder);
  free(name);
  tree_free(reading.tree);
  if (code != TLSMEND_OK)
    return code;
  self->original_kept = true;
  free(self->bytes);
  self->bytes = NULL;
  return TLSMEND_OK;
}

/* The kept bytes of what the machine is now; false if there are none, or they no longer say that. */
static bool original(const sim *self, unsigned char **out, size_t *size) {
  char *name = original_name(self->tree), *again = NULL, *kept = NULL;
  sim reading = {.tree = tree_new()};
  bool found = name && reading.tree && sim_kept(self, name, (size_t)-1 / 2, &kept, size) &&
               sim_parse(&reading, name, kept, *size, NULL) == TLSMEND_OK;
  if (found)
    again = original_name(reading.tree);
  found = again && strcmp(again, name) == 0;
  tree_free(reading.tree);
  free(again);
  free(name);
  if (found)
    *out = (unsigned char *)kept;
  else
    free(kept);
  return found;
}

int sim_save(sim *self, tlsmend_error *error) {
  if (!self->path)
    return TLSMEND_OK;
  unsigned char *bytes = NULL;
  size_t size = 0;
  int code = self->state ? keep_original(self, error) : TLSMEND_OK;
  if (code == TLSMEND_OK && !(self->state && original(self, &bytes, &size)))
    code = sim_print_tree(self->tree, self->utf16, &bytes, &size, error);
  if (code == TLSMEND_OK)
    code = os_file_replace(self->path, bytes, size, error);
  if (code == TLSMEND_OK)
    sim_saw(self, bytes, size);
  free(bytes);
  return code;
}
