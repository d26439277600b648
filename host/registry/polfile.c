/* The reader of registry.pol: "PReg" 1, then [key;name;type;size;data] with brackets and semicolons as UTF-16 code units. */
#include "registry/polfile.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/unicode.h"

enum { HEAD = 8 };

typedef struct reader {
  const char *label;
  const unsigned char *bytes;
  size_t size, at;
} reader;

static int wrong(const reader *self, const char *expected, tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_CORRUPT, "%s, byte %zu: not a registry.pol: expected %s",
                           self->label, self->at, expected);
}

static bool take_unit(reader *self, char unit) {
  if (self->size - self->at < 2 || self->bytes[self->at] != (unsigned char)unit ||
      self->bytes[self->at + 1] != 0)
    return false;
  self->at += 2;
  return true;
}

/* A text with its NUL; malloc'd, NULL if it does not end or has no memory. */
static char *take_text(reader *self) {
  size_t end = self->at, length = 0;
  while (self->size - end >= 2 && (self->bytes[end] || self->bytes[end + 1]))
    end += 2;
  if (self->size - end < 2)
    return NULL;
  char *text = unicode_from_utf16(self->bytes + self->at, end - self->at, &length);
  self->at = end + 2;
  return text;
}

static bool take_number(reader *self, uint32_t *out) {
  if (self->size - self->at < 4)
    return false;
  const unsigned char *at = self->bytes + self->at;
  *out = (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
  self->at += 4;
  return true;
}

/* type;size;data] */
static int take_value(reader *self, tlsmend_value *out, tlsmend_error *error) {
  uint32_t type = 0, size = 0;
  if (!take_unit(self, ';') || !take_number(self, &type) || !take_unit(self, ';') ||
      !take_number(self, &size) || !take_unit(self, ';'))
    return wrong(self, "type;size; of a value", error);
  if (size > self->size - self->at)
    return wrong(self, "as much data as the size says", error);
  int code = tlsmend_value_set(out, type, self->bytes + self->at, size, error);
  self->at += size;
  if (code == TLSMEND_OK && !take_unit(self, ']'))
    code = wrong(self, "]", error);
  return code;
}

static int take_entry(reader *self, pol_fn fn, void *data, tlsmend_error *error) {
  char *key = NULL, *name = NULL;
  tlsmend_value value = {0};
  int code = take_unit(self, '[') ? TLSMEND_OK : wrong(self, "[", error);
  if (code == TLSMEND_OK && !(key = take_text(self)))
    code = wrong(self, "a key that ends", error);
  if (code == TLSMEND_OK && !take_unit(self, ';'))
    code = wrong(self, ";", error);
  if (code == TLSMEND_OK && !(name = take_text(self)))
    code = wrong(self, "a value name that ends", error);
  if (code == TLSMEND_OK)
    code = take_value(self, &value, error);
  if (code == TLSMEND_OK)
    code = fn(data, key, name, &value);
  tlsmend_value_clear(&value);
  free(key);
  free(name);
  return code;
}

int pol_read(const char *label, const void *bytes, size_t size, pol_fn fn, void *data, tlsmend_error *error) {
  static const unsigned char head[HEAD] = {'P', 'R', 'e', 'g', 1, 0, 0, 0};
  reader reader = {label, bytes, size, 0};
  if (size < HEAD || memcmp(bytes, head, HEAD) != 0)
    return wrong(&reader, "\"PReg\" and version 1", error);
  reader.at = HEAD;
  int code = TLSMEND_OK;
  while (code == TLSMEND_OK && reader.at < size)
    code = take_entry(&reader, fn, data, error);
  return code;
}

typedef bool word_fn(const char *word, const void *data);

/* Whether `fn` takes one of the words of a list "A;B" that the entry holds as text. */
static bool any_word(const tlsmend_value *list, word_fn *fn, const void *data) {
  size_t size = 0;
  char *text = unicode_from_utf16(list->data, list->size, &size);
  bool found = false;
  for (char *at = text, *next; at && *at && !found; at = next) {
    at += strspn(at, " ");
    size_t length = strcspn(at, ";");
    next = at + length + (at[length] == ';');
    at[length] = 0;
    found = length > 0 && fn(at, data);
  }
  free(text);
  return found;
}

static bool is_name(const char *word, const void *data) { return unicode_name_equal(word, data); }

/* Whether a path, or NULL, is the key that a word names or lies below it. */
static bool leads_through(const char *path, const char *word) {
  const char *rest = path ? unicode_name_rest(path, word) : NULL;
  return rest && (!*rest || *rest == '\\');
}

typedef struct key_paths {
  const char *below, *path;
} key_paths;

static bool is_above(const char *word, const void *data) {
  const key_paths *paths = data;
  return leads_through(paths->below, word) || leads_through(paths->path, word);
}

/* An instruction by its word, which a blank or a dot may end. */
static bool is_instruction(const char *name, const char *word) {
  const char *rest = unicode_name_rest(name, word);
  return rest && (!*rest || *rest == '.' || *rest == ' ');
}

pol_action pol_action_on(const char *entry_name, const tlsmend_value *entry, const char *name) {
  const char *rest = unicode_name_rest(entry_name, "**del.");
  if (rest)
    return unicode_name_equal(rest, name) ? POL_DELETES : POL_LEAVES;
  rest = unicode_name_rest(entry_name, "**soft.");
  if (rest)
    return unicode_name_equal(rest, name) ? POL_SETS_ABSENT : POL_LEAVES;
  if (is_instruction(entry_name, "**delvals"))
    return POL_DELETES;
  if (is_instruction(entry_name, "**deletevalues"))
    return any_word(entry, is_name, name) ? POL_DELETES : POL_LEAVES;
  if (strncmp(entry_name, "**", 2) == 0 || (!*entry_name && !entry->type && !entry->size))
    return POL_LEAVES;
  return unicode_name_equal(entry_name, name) ? POL_SETS : POL_LEAVES;
}

bool pol_deletes_key(const char *entry_name, const tlsmend_value *entry, const char *below,
                     const char *path) {
  return is_instruction(entry_name, "**deletekeys") && any_word(entry, is_above, &(key_paths){below, path});
}
