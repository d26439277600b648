/*
 * The file of a snapshot: reading it into the tree and writing the tree back. The written form is canonical (names sorted), so
 * that a machine that is again what it was is again the same bytes; and where the file came from somebody else, in another
 * order or with comments, its own bytes are kept in the state folder and put back when the contents are the same again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/regfile.h"
#include "core/unicode.h"
#include "machine/sim.h"
#include "os/os.h"

static int no_memory(tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_MEMORY, "out of memory for a snapshot");
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static int on_key(void *data, const char *path, tlsmend_error *error) {
  return tree_make(data, path) ? TLSMEND_OK : no_memory(error);
}

static int on_key_delete(void *data, const char *path, tlsmend_error *error) {
  (void)error;
  tree_remove(data, path);
  return TLSMEND_OK;
}

static int on_value(void *data, const char *path, const char *name, const tlsmend_value *value, tlsmend_error *error) {
  tree_key *key = tree_make(data, path);
  return key && tree_value_put(key, name, value) ? TLSMEND_OK : no_memory(error);
}

static int on_value_delete(void *data, const char *path, const char *name, tlsmend_error *error) {
  (void)error;
  tree_key *key = tree_find(data, path);
  if (key) tree_value_remove(key, name);
  return TLSMEND_OK;
}

int sim_parse(sim *self, const char *label, const void *bytes, size_t size, tlsmend_error *error) {
  static const regfile_events events = {on_key, on_key_delete, on_value, on_value_delete};
  return regfile_read(label, bytes, size, &events, self->tree, error);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static int compare_keys(const void *a, const void *b) {
  return unicode_name_compare(tree_key_name(*(tree_key *const *)a), tree_key_name(*(tree_key *const *)b));
}

static int compare_values(const void *a, const void *b) {
  return unicode_name_compare((*(tree_value *const *)a)->name, (*(tree_value *const *)b)->name);
}

static bool print_values(const tree_key *key, regfile_writer *writer) {
  size_t count = tree_value_count(key);
  tree_value **values = malloc((count + 1) * sizeof *values);
  if (!values) return false;
  for (size_t i = 0; i < count; i++) values[i] = tree_value_at(key, i);
  qsort(values, count, sizeof *values, compare_values);
  for (size_t i = 0; i < count; i++) regfile_writer_value(writer, values[i]->name, &values[i]->value);
  free(values);
  return true;
}

/* Prints a key and everything below it. `path` is its path, NULL for the invisible root. */
static bool print_key(const tree_key *key, const char *path, regfile_writer *writer) {
  if (path) {
    regfile_writer_key(writer, path);
    if (!print_values(key, writer)) return false;
  }
  size_t count = tree_key_count(key);
  tree_key **keys = malloc((count + 1) * sizeof *keys);
  bool good = keys != NULL;
  for (size_t i = 0; good && i < count; i++) keys[i] = tree_key_at(key, i);
  if (good) qsort(keys, count, sizeof *keys, compare_keys);
  for (size_t i = 0; good && i < count; i++) {
    const char *name = tree_key_name(keys[i]);
    size_t room = (path ? strlen(path) : 0) + strlen(name) + 2;
    char *child = malloc(room);
    if (child) snprintf(child, room, "%s%s%s", path ? path : "", path ? "\\" : "", name);
    good = child && print_key(keys[i], child, writer);
    free(child);
  }
  free(keys);
  return good;
}

int sim_print(const tree *tree, bool utf16, unsigned char **out, size_t *size, tlsmend_error *error) {
  *out = NULL;
  regfile_writer *writer = regfile_writer_new(utf16 ? REGFILE_UTF16 : REGFILE_UTF8);
  if (!writer) return no_memory(error);
  bool good = print_key(tree_root(tree), NULL, writer);
  int code = regfile_writer_finish(writer, out, size, error);
  if (good || code != TLSMEND_OK) return code;
  free(*out);
  *out = NULL;
  return no_memory(error);
}

int sim_render(tlsmend_machine *machine, unsigned char **out, size_t *size, tlsmend_error *error) {
  const sim *self = (const sim *)machine;
  return sim_print(self->tree, self->utf16, out, size, error);
}

/* Canonical bytes of .reg text, NULL if it does not parse. */
static unsigned char *canonical(const sim *self, const void *bytes, size_t size, size_t *out_size) {
  sim reading = {.tree = tree_new()};
  unsigned char *out = NULL;
  if (reading.tree && sim_parse(&reading, "original", bytes, size, NULL) == TLSMEND_OK)
    sim_print(reading.tree, self->utf16, &out, out_size, NULL);
  tree_free(reading.tree);
  return out;
}

/* Keeps the bytes that the file had before the first change of this process, unless they are our own form. */
static int keep_original(sim *self, const char *original, tlsmend_error *error) {
  if (self->original_kept || !self->bytes) return TLSMEND_OK;
  size_t size = 0;
  unsigned char *form = canonical(self, self->bytes, self->size, &size);
  bool foreign = !form || size != self->size || memcmp(form, self->bytes, size) != 0;
  free(form);
  int code = TLSMEND_OK;
  if (foreign) code = os_dir_make(self->state, error);
  if (foreign && code == TLSMEND_OK) code = os_file_replace(original, self->bytes, self->size, error);
  if (code != TLSMEND_OK) return code;
  self->original_kept = true;
  free(self->bytes);
  self->bytes = NULL;
  return TLSMEND_OK;
}

/* Puts the original's bytes in the place of ours where both say the same. */
static void prefer_original(const sim *self, const char *original, unsigned char **bytes, size_t *size) {
  char *kept = NULL;
  size_t kept_size = 0, form_size = 0;
  if (os_file_read(original, (size_t)-1 / 2, &kept, &kept_size, NULL) != TLSMEND_OK) return;
  unsigned char *form = canonical(self, kept, kept_size, &form_size);
  if (form && form_size == *size && memcmp(form, *bytes, form_size) == 0) {
    free(*bytes);
    *bytes = (unsigned char *)kept;
    *size = kept_size;
    kept = NULL;
  }
  free(form);
  free(kept);
}

int sim_save(sim *self, tlsmend_error *error) {
  if (!self->path) return TLSMEND_OK;
  unsigned char *bytes = NULL;
  size_t size = 0;
  char *original = self->state ? os_path_join(self->state, "original.reg") : NULL;
  if (self->state && !original) return no_memory(error);
  int code = original ? keep_original(self, original, error) : TLSMEND_OK;
  if (code == TLSMEND_OK) code = sim_print(self->tree, self->utf16, &bytes, &size, error);
  if (code == TLSMEND_OK && original) prefer_original(self, original, &bytes, &size);
  if (code == TLSMEND_OK) code = os_file_replace(self->path, bytes, size, error);
  free(bytes);
  free(original);
  return code;
}
