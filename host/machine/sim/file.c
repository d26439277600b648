/*
 * The file of a snapshot: reading it into the tree and writing the tree back. The written form is canonical (names sorted), so
 * that a machine that is again what it was is again the same bytes; and where the file came from somebody else, in another
 * order or with comments, its own bytes are kept in the state folder and put back when the contents are the same again.
 */
#include <inttypes.h>
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

/* A tree that is being read, and the key that was spoken of last: the next one is nearly always beside or below it. */
typedef struct reading {
  tree *tree;
  tree_key *key;
  char *path;
  size_t room;
} reading;

static bool note(reading *self, tree_key *key, const char *path) {
  size_t size = strlen(path) + 1;
  if (size > self->room) {
    char *grown = realloc(self->path, size * 2);
    if (!grown)
      return false;
    self->path = grown;
    self->room = size * 2;
  }
  memcpy(self->path, path, size);
  self->key = key;
  return true;
}

static int make(reading *self, const char *path, tree_key **out, tlsmend_error *error) {
  bool known = self->key && strcmp(self->path, path) == 0;
  *out = known       ? self->key
         : self->key ? tree_make_beside(self->key, self->path, path)
                     : tree_make(self->tree, path);
  return *out && (known || note(self, *out, path)) ? TLSMEND_OK : error_no_memory(error);
}

static int on_key(void *data, const char *path, tlsmend_error *error) {
  tree_key *key = NULL;
  int code = make(data, path, &key, error);
  if (code == TLSMEND_OK)
    tree_key_set_mark(key, TREE_CREATED);
  return code;
}

static int on_key_delete(void *data, const char *path, tlsmend_error *error) {
  reading *self = data;
  (void)error;
  self->key = NULL;
  tree_remove(self->tree, path);
  return TLSMEND_OK;
}

static int on_value(void *data, const char *path, const char *name, const tlsmend_value *value,
                    tlsmend_error *error) {
  tree_key *key = NULL;
  int code = make(data, path, &key, error);
  if (code != TLSMEND_OK)
    return code;
  return tree_value_put(key, name, value) ? TLSMEND_OK : error_no_memory(error);
}

static int on_value_delete(void *data, const char *path, const char *name, tlsmend_error *error) {
  tree_key *key = NULL;
  int code = make(data, path, &key, error);
  if (code != TLSMEND_OK)
    return code;
  if (!tree_key_load(key))
    return error_no_memory(error);
  tree_value_remove(key, name);
  return TLSMEND_OK;
}

static int put_line(void *data, const char *path, const char *name, const tlsmend_value *value,
                    tlsmend_error *error) {
  (void)path;
  return tree_value_put(data, name, value) ? TLSMEND_OK : error_no_memory(error);
}

/* Of a key that the file has twice, the later values join those that are there. */
static int on_lines(void *data, const char *path, const regfile_lines *lines, tlsmend_error *error) {
  static const regfile_events one = {.value = put_line};
  tree_key *key = NULL;
  int code = make(data, path, &key, error);
  if (code != TLSMEND_OK)
    return code;
  if (tree_key_has_values(key))
    return regfile_lines_each(lines, path, &one, key, error);
  tree_key_set_lines(key, lines);
  return TLSMEND_OK;
}

/* Fills an empty tree from a text, which becomes the tree's. */
static int read_text(tree *tree, const char *label, regfile_text *text, tlsmend_error *error) {
  static const regfile_events events = {on_key, on_key_delete, on_value, on_value_delete, on_lines};
  reading self = {.tree = tree};
  if (!tree_keep_text(tree, text)) {
    regfile_text_clear(text);
    return error_no_memory(error);
  }
  int code = regfile_parse(label, tree_text(tree), &events, &self, error);
  free(self.path);
  return code;
}

/* Makes a tree of a text, which then is the tree's, or gone. */
static int parse_text(const char *label, regfile_text *text, tree **out, tlsmend_error *error) {
  tree *made = tree_new();
  *out = NULL;
  if (!made) {
    regfile_text_clear(text);
    return error_no_memory(error);
  }
  int code = read_text(made, label, text, error);
  if (code == TLSMEND_OK)
    *out = made;
  else
    tree_free(made);
  return code;
}

int sim_parse(const char *label, const void *bytes, size_t size, tree **out, tlsmend_error *error) {
  regfile_text text;
  int code = regfile_text_decode(label, bytes, size, &text, error);
  return code == TLSMEND_OK ? parse_text(label, &text, out, error) : code;
}

int sim_fill(sim *self, const char *label, regfile_text *text, tlsmend_error *error) {
  tree *made = NULL;
  bool utf16 = text->form == REGFILE_FORM_UTF16;
  int code = parse_text(label, text, &made, error);
  if (code != TLSMEND_OK)
    return code;
  tree_free(self->tree);
  self->tree = made;
  self->utf16 = utf16;
  self->on_disk = self->seen_read = true;
  self->original_kept = false;
  sim_follow(self);
  return TLSMEND_OK;
}

enum { FILE_MOST = 512 * 1024 * 1024 };

typedef struct decoding {
  regfile_decoder decoder;
  const char *path;
  tlsmend_error *error;
} decoding;

static int decode_some(void *data, const void *bytes, size_t size) {
  decoding *self = data;
  if (self->decoder.total + size > FILE_MOST)
    return tlsmend_error_set(self->error, TLSMEND_E_IO, "cannot read %s: more than the %d bytes allowed",
                             self->path, FILE_MOST);
  return regfile_decoder_add(&self->decoder, bytes, size) ? TLSMEND_OK : error_no_memory(self->error);
}

int sim_read_text(const char *path, const char *label, regfile_text *out, tlsmend_error *error) {
  decoding self = {.path = path, .error = error};
  uint64_t size = 0;
  if (os_file_size(path, &size, NULL) != TLSMEND_OK)
    size = 0;
  if (size > FILE_MOST)
    return tlsmend_error_set(error, TLSMEND_E_IO,
                             "cannot read %s: %" PRIu64 " bytes, more than the %d allowed", path, size,
                             FILE_MOST);
  self.decoder.expected = (size_t)size;
  int code = os_file_stream(path, decode_some, &self, error);
  if (code == TLSMEND_OK)
    return regfile_decoder_finish(&self.decoder, label, out, error);
  regfile_decoder_clear(&self.decoder);
  return code;
}

static int compare_keys(const void *a, const void *b) {
  return unicode_name_compare(tree_key_name(*(tree_key *const *)a), tree_key_name(*(tree_key *const *)b));
}

static int compare_values(const void *a, const void *b) {
  return unicode_name_compare((*(tree_value *const *)a)->name, (*(tree_value *const *)b)->name);
}

/* A tree that is being written. */
typedef struct printing {
  regfile_writer *writer;
  bool all;   /* also keys that the file does not list */
  char *path; /* of the key that is being written */
  size_t length, room;
} printing;

static bool print_values(const printing *self, const tree_key *key) {
  regfile_lines lines;
  if (tree_key_sort_lines(key) && tree_key_lines(key, &lines)) {
    regfile_writer_lines(self->writer, &lines);
    return true;
  }
  if (!tree_key_load(key))
    return false;
  size_t count = tree_value_count(key);
  tree_value **values = malloc((count + 1) * sizeof *values);
  if (!values)
    return false;
  for (size_t i = 0; i < count; i++)
    values[i] = tree_value_at(key, i);
  qsort(values, count, sizeof *values, compare_values);
  for (size_t i = 0; i < count; i++)
    regfile_writer_value(self->writer, values[i]->name, &values[i]->value);
  free(values);
  return true;
}

/* A key that is only the way to others is no section of its own, or it would say that all below it is there. */
static bool is_section(const tree_key *key, bool all) {
  return all || tree_key_mark(key) != TREE_PLAIN || tree_key_has_values(key) || !tree_key_count(key);
}

/* Puts a name behind the path. */
static bool step_into(printing *self, const char *name) {
  size_t length = strlen(name);
  if (self->length + length + 2 > self->room) {
    size_t room = (self->length + length + 2) * 2;
    char *grown = realloc(self->path, room);
    if (!grown)
      return false;
    self->path = grown;
    self->room = room;
  }
  if (self->length)
    self->path[self->length++] = '\\';
  memcpy(self->path + self->length, name, length + 1);
  self->length += length;
  return true;
}

static bool is_sorted(const tree_key *key) {
  for (size_t i = 1; i < tree_key_count(key); i++)
    if (unicode_name_compare(tree_key_name(tree_key_at(key, i - 1)), tree_key_name(tree_key_at(key, i))) > 0)
      return false;
  return true;
}

static bool print_below(printing *self, const tree_key *key);

/* Prints a key and everything below it. */
static bool print_key(printing *self, const tree_key *key) {
  size_t length = self->length;
  if (!step_into(self, tree_key_name(key)))
    return false;
  bool good = true;
  if (is_section(key, self->all)) {
    regfile_writer_key(self->writer, self->path);
    good = print_values(self, key);
  }
  good = good && print_below(self, key);
  self->length = length;
  return good;
}

static bool print_below(printing *self, const tree_key *key) {
  size_t count = tree_key_count(key);
  bool good = true;
  if (is_sorted(key)) {
    for (size_t i = 0; good && i < count && !regfile_writer_failed(self->writer); i++)
      good = print_key(self, tree_key_at(key, i));
    return good;
  }
  tree_key **keys = malloc((count + 1) * sizeof *keys);
  if (!keys)
    return false;
  for (size_t i = 0; i < count; i++)
    keys[i] = tree_key_at(key, i);
  qsort(keys, count, sizeof *keys, compare_keys);
  for (size_t i = 0; good && i < count && !regfile_writer_failed(self->writer); i++)
    good = print_key(self, keys[i]);
  free(keys);
  return good;
}

/* Prints with a writer, which goes; `out` as that makes it. */
static int print_tree(const tree *tree, regfile_writer *writer, bool all, unsigned char **out, size_t *size,
                      tlsmend_error *error) {
  printing self = {.writer = writer, .all = all};
  *out = NULL;
  if (!writer)
    return error_no_memory(error);
  bool good = print_below(&self, tree_root(tree));
  free(self.path);
  int code = regfile_writer_finish(writer, out, size, error);
  if (good || code != TLSMEND_OK)
    return code;
  free(*out);
  *out = NULL;
  return error_no_memory(error);
}

int sim_print_tree(const tree *tree, bool utf16, unsigned char **out, size_t *size, tlsmend_error *error) {
  return print_tree(tree, regfile_writer_new(utf16 ? REGFILE_UTF16 : REGFILE_UTF8), false, out, size, error);
}

/* The file that stands on the disk, beside what is known of it: the text that was read, or the hash of what was written. */
typedef struct looking {
  regfile_match match;
  digest_state state;
  bool read;
} looking;

enum { DIFFERS = -1 }; /* no code of an error */

static int look_some(void *data, const void *bytes, size_t size) {
  looking *self = data;
  if (self->read)
    return regfile_match_add(&self->match, bytes, size) ? TLSMEND_OK : DIFFERS;
  digest_add(&self->state, bytes, size);
  return TLSMEND_OK;
}

int sim_unchanged(const sim *self, bool *out, tlsmend_error *error) {
  char now[DIGEST_ROOM];
  looking looking = {.match.text = tree_text(self->tree), .read = self->seen_read};
  *out = false;
  if (!self->on_disk)
    return TLSMEND_OK;
  digest_begin(&looking.state);
  int code = os_file_stream(self->path, look_some, &looking, error);
  if (code == DIFFERS)
    return TLSMEND_OK;
  digest_end(&looking.state, now);
  *out = self->seen_read ? regfile_match_end(&looking.match) : strcmp(now, self->seen) == 0;
  return code;
}

enum { NAME_ROOM = 64 };

static bool add_to_digest(void *data, const char *text, size_t length) {
  digest_add(data, text, length);
  return true;
}

/* The file in the state folder that keeps the original of these contents: named by them, so that each of several runs finds
 * its own. By all keys, because one that was deleted and came back is listed. */
static int original_name(const tree *tree, char out[NAME_ROOM], tlsmend_error *error) {
  digest_state state;
  unsigned char *none = NULL;
  char hex[DIGEST_ROOM];
  size_t size = 0;
  digest_begin(&state);
  regfile_writer *writer = regfile_writer_new(REGFILE_NOTHING);
  regfile_writer_listen(writer, add_to_digest, &state);
  int code = print_tree(tree, writer, true, &none, &size, error);
  digest_end(&state, hex);
  snprintf(out, NAME_ROOM, "original-%.16s.reg", hex);
  return code;
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

typedef struct comparison {
  const char *at, *end;
} comparison;

static bool goes_on(void *data, const char *text, size_t length) {
  comparison *self = data;
  if ((size_t)(self->end - self->at) < length || memcmp(self->at, text, length) != 0)
    return false;
  self->at += length;
  return true;
}

/* Whether the file that was read is the one that this program would write for its contents. */
static bool own_form(const sim *self) {
  const regfile_text *read = tree_text(self->tree);
  comparison comparison = {read->text, read->text + read->length};
  unsigned char *none = NULL;
  size_t size = 0;
  if (read->form != REGFILE_FORM_UTF16 && read->form != REGFILE_FORM_UTF8)
    return false;
  regfile_writer *writer = regfile_writer_new(REGFILE_NOTHING);
  regfile_writer_listen(writer, goes_on, &comparison);
  return print_tree(self->tree, writer, false, &none, &size, NULL) == TLSMEND_OK &&
         comparison.at == comparison.end;
}

int sim_keep_original(sim *self, tlsmend_error *error) {
  if (self->original_kept || !self->state || !self->path || !self->seen_read)
    return TLSMEND_OK;
  char name[NAME_ROOM];
  os_folder *folder = NULL;
  unsigned char *bytes = NULL;
  size_t size = 0;
  bool foreign = !own_form(self);
  int code = foreign ? original_name(self->tree, name, error) : TLSMEND_OK;
  if (foreign && code == TLSMEND_OK && !(bytes = regfile_text_encode(tree_text(self->tree), &size)))
    code = error_no_memory(error);
  if (foreign && code == TLSMEND_OK)
    code = os_folder_open(self->state, false, &folder, error);
  if (foreign && code == TLSMEND_OK)
    code = os_folder_put(folder, name, bytes, size, error);
  os_folder_close(folder);
  free(bytes);
  self->original_kept = code == TLSMEND_OK;
  return code;
}

static int see_original(void *data, const char *name) {
  bool *found = data;
  *found = *found || strncmp(name, "original-", 9) == 0;
  return TLSMEND_OK;
}

/* Whether originals are kept at all: what they are named by takes a pass over the whole tree. */
static bool has_originals(const sim *self) {
  bool found = false;
  os_dir_each(self->state, see_original, &found, NULL);
  if (self->former)
    os_dir_each(self->former, see_original, &found, NULL);
  return found;
}

/* The kept bytes of what the machine is now; false if there are none, or they no longer say that. */
static bool original(const sim *self, unsigned char **out, size_t *size) {
  char name[NAME_ROOM], again[NAME_ROOM], *kept = NULL;
  tree *said = NULL;
  bool found = self->state && has_originals(self) && original_name(self->tree, name, NULL) == TLSMEND_OK &&
               sim_kept(self, name, (size_t)-1 / 2, &kept, size) &&
               sim_parse(name, kept, *size, &said, NULL) == TLSMEND_OK &&
               original_name(said, again, NULL) == TLSMEND_OK && strcmp(again, name) == 0;
  if (found)
    *out = (unsigned char *)kept;
  else
    free(kept);
  tree_free(said);
  return found;
}

int sim_save(sim *self, tlsmend_error *error) {
  if (!self->path)
    return TLSMEND_OK;
  unsigned char *bytes = NULL;
  size_t size = 0;
  self->on_disk = self->seen_read = false; /* until it is known what the file holds then */
  int code = original(self, &bytes, &size) ? TLSMEND_OK
                                           : sim_print_tree(self->tree, self->utf16, &bytes, &size, error);
  if (code == TLSMEND_OK)
    code = os_file_replace(self->path, bytes, size, error);
  self->on_disk = code == TLSMEND_OK;
  if (self->on_disk)
    digest_sha256(bytes, size, self->seen);
  free(bytes);
  return code;
}
