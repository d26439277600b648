/* Lists of files as text and back. Whoever reads one from a stranger gets a list of plain names, no two of them alike. */
#include "signing/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/module_name.h"
#include "base/text.h"

enum { PACKAGE_NAME_MOST = 128 };
static const uint64_t package_most = UINT64_C(1) << 33;

#define HEAD_FIRST "tlsmend-bundle 1\n"
#define HEAD_LAST  "end\n"

static const char *const kinds[] = {"runbook", "module", "package"};

void manifest_clear(manifest *self) {
  for (size_t i = 0; i < self->count; i++) {
    free(self->files[i].name);
    free(self->files[i].bytes);
  }
  free(self->files);
  *self = (manifest){0};
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static bool same_name(const char *a, const char *b) {
  while (*a && lower(*a) == lower(*b))
    a++, b++;
  return lower(*a) == lower(*b);
}

/* CON, NUL, COM1 ... with or without something behind a dot: Windows never opens a file for them. */
static bool is_device(const char *name) {
  static const char *const devices[] = {"con", "prn", "aux", "nul", "com", "lpt"};
  char stem[8] = "";
  size_t length = strcspn(name, "./");
  if (length < 3 || length > 4)
    return false;
  for (size_t i = 0; i < length; i++)
    stem[i] = lower(name[i]);
  for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
    if (strncmp(stem, devices[i], 3) == 0)
      return i < 4 ? length == 3 : length == 4 && stem[3] >= '0' && stem[3] <= '9';
  return false;
}

static bool ends_with(const char *name, const char *ending) {
  size_t length = strlen(name), tail = strlen(ending);
  return length > tail && same_name(name + length - tail, ending);
}

static bool module_file_good(const char *name) {
  char module[MODULE_NAME_MOST + 4];
  size_t length = strlen(name);
  if (length < 5 || length >= sizeof module || strcmp(name + length - 4, ".lua") != 0)
    return false;
  memcpy(module, name, length - 4);
  module[length - 4] = 0;
  if (strchr(module, '.'))
    return false;
  bool device = is_device(module);
  for (char *at = module; *at; at++)
    if (*at == '/') {
      *at = '.';
      device = device || is_device(at + 1);
    }
  return !device && module_name_good(module);
}

bool manifest_name_good(manifest_kind kind, const char *name) {
  size_t length = strlen(name);
  if (kind == MANIFEST_MODULE)
    return module_file_good(name);
  if (length >= PACKAGE_NAME_MOST || *name == '.' || *name == '-' || is_device(name))
    return false;
  for (const char *at = name; *at; at++)
    if (!(lower(*at) >= 'a' && lower(*at) <= 'z') && !(*at >= '0' && *at <= '9') && !strchr("._-", *at))
      return false;
  return kind == MANIFEST_RUNBOOK ? ends_with(name, ".lua")
                                  : ends_with(name, ".msu") || ends_with(name, ".cab");
}

const manifest_file *manifest_find(const manifest *self, manifest_kind kind, const char *name) {
  for (size_t i = 0; i < self->count; i++)
    if (self->files[i].kind == kind && strcmp(self->files[i].name, name) == 0)
      return &self->files[i];
  return NULL;
}

static int check_file(const manifest *self, const manifest_file *file, tlsmend_error *error) {
  if (!manifest_name_good(file->kind, file->name))
    return tlsmend_error_set(error, TLSMEND_E_APPROVAL,
                             "\"%.80s\" cannot be the name of a %s: letters, digits, dots, dashes and _, %s",
                             file->name, kinds[file->kind],
                             file->kind == MANIFEST_PACKAGE ? "ending in .msu or .cab" : "ending in .lua");
  for (size_t i = 0; i < self->count; i++)
    if (same_name(self->files[i].name, file->name))
      return tlsmend_error_set(error, TLSMEND_E_APPROVAL, "\"%.80s\" is named twice", file->name);
  if (!digest_is(file->sha256) ||
      file->size > (file->kind == MANIFEST_PACKAGE ? package_most : (uint64_t)MANIFEST_TEXT_MOST))
    return tlsmend_error_set(error, TLSMEND_E_APPROVAL, "\"%.80s\" is too large, or its SHA-256 is none",
                             file->name);
  uint64_t texts = file->kind == MANIFEST_PACKAGE ? 0 : file->size;
  for (size_t i = 0; i < self->count; i++)
    texts += self->files[i].kind == MANIFEST_PACKAGE ? 0 : self->files[i].size;
  if (texts > MANIFEST_TEXTS_MOST)
    return tlsmend_error_set(error, TLSMEND_E_APPROVAL, "its texts have more than %d MiB together",
                             MANIFEST_TEXTS_MOST >> 20);
  if (self->count == MANIFEST_COUNT_MOST)
    return tlsmend_error_set(error, TLSMEND_E_APPROVAL, "there are more than %d files", MANIFEST_COUNT_MOST);
  return TLSMEND_OK;
}

int manifest_add(manifest *self, const manifest_file *file, tlsmend_error *error) {
  int code = check_file(self, file, error);
  char *name = code == TLSMEND_OK ? strdup(file->name) : NULL;
  manifest_file *grown = name ? realloc(self->files, (self->count + 1) * sizeof *grown) : NULL;
  if (grown) {
    self->files = grown;
    grown[self->count] = *file;
    grown[self->count++].name = name;
    return TLSMEND_OK;
  }
  free(name);
  free(file->bytes);
  return code == TLSMEND_OK ? error_no_memory(error) : code;
}

int manifest_comment_print(const manifest *self, const manifest_comment *comment, char **out,
                           tlsmend_error *error) {
  text_builder text = {0};
  *out = NULL;
  for (const char *at = comment->comment; at && *at; at++)
    if ((unsigned char)*at < 0x20 || *at == 0x7f)
      return tlsmend_error_set(error, TLSMEND_E_USAGE, "the comment of a signature is one line without tabs");
  text_add(&text, "timestamp:%lld\tfile:%s\thashed", (long long)comment->signed_at, comment->file);
  if (comment->comment)
    text_add(&text, "\tcomment:%s", comment->comment);
  for (size_t i = 0; i < self->count; i++)
    if (self->files[i].kind == MANIFEST_MODULE)
      text_add(&text, "\tmodule:%s=%s", self->files[i].name, self->files[i].sha256);
  return text_finish(&text, out, error);
}

static int take_module(const char *field, manifest *out, tlsmend_error *error) {
  manifest_file file = {.kind = MANIFEST_MODULE};
  const char *equals = strchr(field, '=');
  char name[MODULE_NAME_MOST + 4];
  if (!equals || (size_t)(equals - field) >= sizeof name || strlen(equals + 1) != 64)
    return tlsmend_error_set(error, TLSMEND_E_APPROVAL,
                             "its trusted comment is not understood at \"module:%.80s\"", field);
  memcpy(name, field, (size_t)(equals - field));
  name[equals - field] = 0;
  memcpy(file.sha256, equals + 1, 65);
  file.name = name;
  return manifest_add(out, &file, error);
}

/* What a field says to people: what stands behind "comment:", or a comment that somebody gave minisign as a whole. */
static const char *for_people(const char *field) {
  if (strncmp(field, "comment:", 8) == 0)
    return field + 8;
  return strncmp(field, "timestamp:", 10) == 0 || strncmp(field, "file:", 5) == 0 ||
                 strcmp(field, "hashed") == 0 || !*field
             ? NULL
             : field;
}

const char *manifest_comment_file(const char *text, size_t *length) {
  for (const char *field = text; field; field = strchr(field, '\t')) {
    field += *field == '\t';
    *length = strcspn(field, "\t");
    if (strncmp(field, "file:", 5) == 0) {
      *length -= 5;
      return field + 5;
    }
  }
  return NULL;
}

int manifest_comment_read(const char *text, manifest *out, char **comment, tlsmend_error *error) {
  char *copy = strdup(text);
  int code = copy ? TLSMEND_OK : error_no_memory(error);
  *out = (manifest){0};
  *comment = NULL;
  for (char *field = copy, *next; code == TLSMEND_OK && field; field = next) {
    next = strchr(field, '\t');
    if (next)
      *next++ = 0;
    if (strncmp(field, "module:", 7) == 0)
      code = take_module(field + 7, out, error);
    else if (for_people(field) && !*comment && !(*comment = strdup(for_people(field))))
      code = error_no_memory(error);
  }
  free(copy);
  if (code != TLSMEND_OK) {
    manifest_clear(out);
    free(*comment);
    *comment = NULL;
  }
  return code;
}

int manifest_head_print(const manifest *self, const char *key, char **out, tlsmend_error *error) {
  text_builder text = {0};
  text_append(&text, HEAD_FIRST);
  text_add(&text, "key %s\n", key);
  for (size_t i = 0; i < self->count; i++)
    text_add(&text, "%s %s %llu %s\n", kinds[self->files[i].kind], self->files[i].name,
             (unsigned long long)self->files[i].size, self->files[i].sha256);
  text_append(&text, HEAD_LAST);
  return text_finish(&text, out, error);
}

/* "package NAME SIZE SHA256" without its line break. */
static int take_row(char *row, manifest *out, tlsmend_error *error) {
  manifest_file file = {0};
  char *words[4] = {row};
  size_t count = 1;
  for (char *at = row; *at && count < 4; at++)
    if (*at == ' ') {
      *at = 0;
      words[count++] = at + 1;
    }
  size_t kind = 0;
  while (kind < 3 && strcmp(row, kinds[kind]) != 0)
    kind++;
  size_t digits = count == 4 ? strspn(words[2], "0123456789") : 0;
  if (kind == 3 || count < 4 || !digits || digits > 12 || words[2][digits] ||
      (digits > 1 && words[2][0] == '0') || !digest_is(words[3]))
    return tlsmend_error_set(error, TLSMEND_E_APPROVAL,
                             "the head of the bundle is not understood at \"%.40s %.60s\"", row,
                             count > 1 ? words[1] : "");
  if (out->count && kind < (size_t)out->files[out->count - 1].kind)
    return tlsmend_error_set(error, TLSMEND_E_APPROVAL,
                             "the head of the bundle lists runbooks, then modules, then packages");
  file.kind = (manifest_kind)kind;
  file.name = words[1];
  file.size = strtoull(words[2], NULL, 10);
  memcpy(file.sha256, words[3], 65);
  return manifest_add(out, &file, error);
}

static int take_rows(char *text, manifest *out, char key[64], tlsmend_error *error) {
  int code = TLSMEND_OK;
  char *at = text + strlen(HEAD_FIRST), *stop = strchr(at, '\n');
  if (!stop || strncmp(at, "key ", 4) != 0 || stop - at - 4 >= 64)
    return tlsmend_error_set(error, TLSMEND_E_APPROVAL, "the head of the bundle names no key");
  *stop = 0;
  memcpy(key, at + 4, (size_t)(stop - at - 4) + 1);
  for (at = stop + 1; code == TLSMEND_OK && strcmp(at, HEAD_LAST) != 0; at = stop + 1) {
    stop = strchr(at, '\n');
    if (!stop)
      return tlsmend_error_set(error, TLSMEND_E_APPROVAL, "the head of the bundle is not whole");
    *stop = 0;
    code = take_row(at, out, error);
  }
  if (code == TLSMEND_OK && (!out->count || out->files[0].kind != MANIFEST_RUNBOOK))
    code = tlsmend_error_set(error, TLSMEND_E_APPROVAL, "the bundle holds no runbook");
  return code;
}

int manifest_head_read(const char *text, size_t size, manifest *out, char key[64], tlsmend_error *error) {
  *out = (manifest){0};
  *key = 0;
  size_t first = strlen(HEAD_FIRST);
  if (size < first || size > MANIFEST_HEAD_MOST || memchr(text, 0, size) ||
      memcmp(text, HEAD_FIRST, first) != 0)
    return tlsmend_error_set(error, TLSMEND_E_APPROVAL,
                             "it is not a bundle, or one that a newer tlsmend has made");
  char *copy = malloc(size + 1);
  if (!copy)
    return error_no_memory(error);
  memcpy(copy, text, size);
  copy[size] = 0;
  int code = take_rows(copy, out, key, error);
  free(copy);
  if (code != TLSMEND_OK)
    manifest_clear(out);
  return code;
}
