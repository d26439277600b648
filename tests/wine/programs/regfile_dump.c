/*
 * Shows what a registration file means, one line for each key and value, sorted, so that two files can be compared by diff:
 *   regfile_dump FILE             the listing
 *   regfile_dump utf16 FILE OUT   FILE as this project writes it; also: utf8
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/regfile.h"
#include "registry/tree.h"
#include "base/unicode.h"

typedef struct sink {
  tree *keys;             /* the listing */
  regfile_writer *writer; /* or the rewriting */
} sink;

static int on_key(void *data, const char *path, tlsmend_error *error) {
  sink *to = data;
  (void)error;
  if (to->writer)
    regfile_writer_key(to->writer, path);
  return tree_make(to->keys, path) ? TLSMEND_OK : TLSMEND_E_MEMORY;
}

static int on_key_delete(void *data, const char *path, tlsmend_error *error) {
  sink *to = data;
  (void)error;
  if (to->writer)
    regfile_writer_key_delete(to->writer, path);
  tree_remove(to->keys, path);
  return TLSMEND_OK;
}

static int on_value(void *data, const char *path, const char *name, const tlsmend_value *value,
                    tlsmend_error *error) {
  sink *to = data;
  (void)error;
  if (to->writer)
    regfile_writer_value(to->writer, name, value);
  return tree_value_put(tree_make(to->keys, path), name, value) ? TLSMEND_OK : TLSMEND_E_MEMORY;
}

static int on_value_delete(void *data, const char *path, const char *name, tlsmend_error *error) {
  sink *to = data;
  (void)error;
  if (to->writer)
    regfile_writer_value_delete(to->writer, name);
  tree_value_remove(tree_make(to->keys, path), name);
  return TLSMEND_OK;
}

static const regfile_events events = {on_key, on_key_delete, on_value, on_value_delete, NULL};

static void print_name(const char *name) {
  for (; *name; name++)
    if ((unsigned char)*name < ' ')
      printf("\\x%02x", (unsigned char)*name);
    else
      putchar(*name);
}

static int compare_values(const void *a, const void *b) {
  return unicode_name_compare((*(tree_value *const *)a)->name, (*(tree_value *const *)b)->name);
}

static int compare_keys(const void *a, const void *b) {
  return unicode_name_compare(tree_key_name(*(tree_key *const *)a), tree_key_name(*(tree_key *const *)b));
}

static void print_values(const tree_key *key, const char *path) {
  size_t count = tree_value_count(key);
  tree_value **values = calloc(count + 1, sizeof *values);
  if (!values)
    abort();
  for (size_t i = 0; i < count; i++)
    values[i] = tree_value_at(key, i);
  qsort(values, count, sizeof *values, compare_values);
  for (size_t i = 0; i < count; i++) {
    print_name(path);
    printf("\t");
    print_name(values[i]->name);
    printf("\t%" PRIx32 "\t", values[i]->value.type);
    for (size_t at = 0; at < values[i]->value.size; at++)
      printf("%02x", values[i]->value.data[at]);
    printf("\n");
  }
  free(values);
}

static void print_key(const tree_key *key, const char *path) {
  size_t count = tree_key_count(key);
  tree_key **keys = calloc(count + 1, sizeof *keys);
  if (!keys)
    abort();
  if (*path)
    print_name(path), printf("\n");
  print_values(key, path);
  for (size_t i = 0; i < count; i++)
    keys[i] = tree_key_at(key, i);
  qsort(keys, count, sizeof *keys, compare_keys);
  for (size_t i = 0; i < count; i++) {
    const char *name = tree_key_name(keys[i]);
    char *below = malloc(strlen(path) + strlen(name) + 2);
    if (!below)
      abort();
    sprintf(below, "%s%s%s", path, *path ? "\\" : "", name);
    print_key(keys[i], below);
    free(below);
  }
  free(keys);
}

static unsigned char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  unsigned char *bytes = NULL;
  *size = 0;
  if (!file)
    return NULL;
  for (size_t got = 1; got;) {
    unsigned char *more = realloc(bytes, *size + (1 << 20));
    if (!more)
      abort();
    bytes = more;
    got = fread(bytes + *size, 1, 1 << 20, file);
    *size += got;
  }
  fclose(file);
  return bytes;
}

static int write_file(const char *path, sink *to) {
  unsigned char *bytes = NULL;
  size_t size = 0;
  tlsmend_error error = {0};
  int code = regfile_writer_finish(to->writer, &bytes, &size, &error);
  FILE *file = code ? NULL : fopen(path, "wb");
  bool written = file && fwrite(bytes, 1, size, file) == size;
  if (file && fclose(file) != 0)
    written = false;
  free(bytes);
  if (!written)
    fprintf(stderr, "%s: cannot write: %s\n", path, error.text);
  return written ? 0 : 1;
}

int main(int argc, char **argv) {
  if (argc != 2 && argc != 4)
    return fputs("usage: regfile_dump [utf16|utf8] FILE [OUT]\n", stderr), 64;
  const char *path = argv[argc == 4 ? 2 : 1];
  size_t size = 0;
  tlsmend_error error = {0};
  unsigned char *bytes = read_file(path, &size);
  if (!bytes)
    return fprintf(stderr, "%s: cannot read\n", path), 1;
  sink to = {.keys = tree_new()};
  if (argc == 4)
    to.writer = regfile_writer_new(strcmp(argv[1], "utf8") == 0 ? REGFILE_UTF8 : REGFILE_UTF16);
  int code = regfile_read(path, bytes, size, &events, &to, &error);
  int status = code ? 1 : 0;
  if (code)
    fprintf(stderr, "%s\n", error.text);
  else if (to.writer)
    status = write_file(argv[3], &to);
  else
    print_key(tree_root(to.keys), "");
  tree_free(to.keys);
  free(bytes);
  return status;
}
