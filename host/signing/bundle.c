/* Reading bundles. The signature is checked as soon as the head is whole, before anything of it is used. */
#include "signing/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/text.h"

enum { SIGNATURE_LINES = 4, HEAD_MOST = MANIFEST_HEAD_MOST + 16 * 1024 };
#define ENDING ".tlsmend"

struct bundle_reader {
  const trust_store *keys;
  char *head; /* everything up to the first file, while it is not whole */
  size_t length, room;
  bool open; /* the head was read and holds */
  bundle out;
  size_t at; /* the file that is being read */
  uint64_t got;
  digest_state state;
  const char *watched; /* the file whose bytes go to watch, or NULL */
  bundle_watch_fn watch;
  void *watch_data;
};

void bundle_clear(bundle *self) {
  manifest_clear(&self->files);
  minisign_signature_clear(&self->signature);
  *self = (bundle){0};
}

bundle_reader *bundle_reader_new(const trust_store *keys) {
  bundle_reader *self = calloc(1, sizeof *self);
  if (self)
    self->keys = keys;
  return self;
}

void bundle_reader_free(bundle_reader *self) {
  if (!self)
    return;
  bundle_clear(&self->out);
  free(self->head);
  free(self);
}

void bundle_watch(bundle_reader *self, const char *name, bundle_watch_fn fn, void *data) {
  self->watched = name;
  self->watch = fn;
  self->watch_data = data;
}

/* Where the signature ends, and where the head does; false if that much is not there yet. */
static bool find_head(const char *text, size_t size, size_t *signature, size_t *end) {
  size_t lines = 0, begin = 0;
  for (size_t i = 0; i < size; i++) {
    if (text[i] != '\n')
      continue;
    lines++;
    if (lines == SIGNATURE_LINES)
      *signature = i + 1;
    if (lines > SIGNATURE_LINES && i - begin == 3 && memcmp(text + begin, "end", 3) == 0) {
      *end = i + 1;
      return true;
    }
    begin = i + 1;
  }
  return false;
}

/* The key that the store has for the number in the signature decides; the one in the bundle only tells damage from a
 * stranger. */
static int check_signature(bundle_reader *self, const char *head, size_t size, tlsmend_error *error) {
  static const char changed[] =
      "the signature does not fit: the bundle was changed, or damaged on its way. Get it again";
  char text[64];
  minisign_public own;
  bundle *out = &self->out;
  out->key = trust_find(self->keys, out->signature.id);
  if (out->key && !minisign_verify(&out->key->key, &out->signature, head, size))
    return tlsmend_error_set(error, TLSMEND_E_APPROVAL, "%s", changed);
  int code = manifest_head_read(head, size, &out->files, text, error);
  if (code == TLSMEND_OK && (minisign_public_parse(text, strlen(text), &own, NULL) != TLSMEND_OK ||
                             !minisign_verify(&own, &out->signature, head, size)))
    code = tlsmend_error_set(error, TLSMEND_E_APPROVAL, "%s", changed);
  return code;
}

static int next_file(bundle_reader *self, tlsmend_error *error);

static int open_head(bundle_reader *self, size_t signature, size_t end, tlsmend_error *error) {
  int code = minisign_signature_parse(self->head, signature, &self->out.signature, error);
  if (code == TLSMEND_OK)
    code = check_signature(self, self->head + signature, end - signature, error);
  if (code != TLSMEND_OK)
    return code;
  self->open = true;
  digest_begin(&self->state);
  for (size_t i = 0; i < self->out.files.count; i++) {
    manifest_file *file = &self->out.files.files[i];
    if (file->kind != MANIFEST_PACKAGE && !(file->bytes = malloc((size_t)file->size + 1)))
      return error_no_memory(error);
  }
  return next_file(self, error);
}

/* Ends every file that is whole, empty ones too. */
static int next_file(bundle_reader *self, tlsmend_error *error) {
  const manifest *files = &self->out.files;
  while (self->at < files->count && self->got == files->files[self->at].size) {
    char hex[DIGEST_ROOM];
    manifest_file *file = &files->files[self->at];
    digest_end(&self->state, hex);
    if (strcmp(hex, file->sha256) != 0)
      return tlsmend_error_set(error, TLSMEND_E_APPROVAL,
                               "%s in the bundle is not the file that was signed. Get the bundle again",
                               file->name);
    if (file->bytes)
      file->bytes[file->size] = 0;
    self->at++;
    self->got = 0;
    digest_begin(&self->state);
  }
  return TLSMEND_OK;
}

static int feed_files(bundle_reader *self, const char *bytes, size_t size, tlsmend_error *error) {
  int code = TLSMEND_OK;
  while (code == TLSMEND_OK && size) {
    if (self->at == self->out.files.count)
      return tlsmend_error_set(error, TLSMEND_E_APPROVAL,
                               "something follows the last file of the bundle, which nobody has signed");
    manifest_file *file = &self->out.files.files[self->at];
    uint64_t left = file->size - self->got;
    size_t piece = left < size ? (size_t)left : size;
    digest_add(&self->state, bytes, piece);
    if (file->bytes)
      memcpy(file->bytes + self->got, bytes, piece);
    if (self->watched && strcmp(self->watched, file->name) == 0)
      code = self->watch(self->watch_data, bytes, piece);
    self->got += piece;
    bytes += piece;
    size -= piece;
    if (code == TLSMEND_OK)
      code = next_file(self, error);
  }
  return code;
}

static int feed_head(bundle_reader *self, const char *bytes, size_t size, tlsmend_error *error) {
  size_t piece = HEAD_MOST - self->length < size ? HEAD_MOST - self->length : size, signature = 0, end = 0;
  if (self->room < self->length + piece) {
    size_t room = self->length + piece > 2 * self->room ? self->length + piece : 2 * self->room;
    char *grown = realloc(self->head, room);
    if (!grown)
      return error_no_memory(error);
    self->head = grown;
    self->room = room;
  }
  memcpy(self->head + self->length, bytes, piece);
  self->length += piece;
  if (!find_head(self->head, self->length, &signature, &end))
    return self->length < HEAD_MOST
               ? TLSMEND_OK
               : tlsmend_error_set(error, TLSMEND_E_APPROVAL, "it is not a bundle: it has no head");
  size_t behind = self->length - end; /* all of it came with this piece */
  int code = open_head(self, signature, end, error);
  if (code == TLSMEND_OK)
    code = feed_files(self, bytes + (piece - behind), size - (piece - behind), error);
  return code;
}

int bundle_feed(bundle_reader *self, const void *bytes, size_t size, tlsmend_error *error) {
  if (!size)
    return TLSMEND_OK;
  return self->open ? feed_files(self, bytes, size, error) : feed_head(self, bytes, size, error);
}

int bundle_end(bundle_reader *self, bundle *out, tlsmend_error *error) {
  *out = (bundle){0};
  if (!self->open)
    return tlsmend_error_set(error, TLSMEND_E_APPROVAL, "it is not a bundle: it has no head");
  if (self->at < self->out.files.count)
    return tlsmend_error_set(error, TLSMEND_E_APPROVAL, "the bundle is cut off in %s. Get it again",
                             self->out.files.files[self->at].name);
  *out = self->out;
  self->out = (bundle){0};
  return TLSMEND_OK;
}

int bundle_read(const trust_store *keys, const void *bytes, size_t size, bundle *out, tlsmend_error *error) {
  bundle_reader *reader = bundle_reader_new(keys);
  *out = (bundle){0};
  int code = reader ? bundle_feed(reader, bytes, size, error) : error_no_memory(error);
  if (code == TLSMEND_OK)
    code = bundle_end(reader, out, error);
  bundle_reader_free(reader);
  return code;
}

int bundle_print(const manifest *files, const minisign_secret *secret, const char *trusted, char **out,
                 tlsmend_error *error) {
  char key[64], *head = NULL, *signature = NULL;
  text_builder text = {0};
  *out = NULL;
  minisign_public_print(secret, key);
  int code = manifest_head_print(files, key, &head, error);
  if (code == TLSMEND_OK)
    code = minisign_sign(secret, head, strlen(head), trusted, &signature, error);
  if (code == TLSMEND_OK) {
    text_append(&text, signature);
    text_append(&text, head);
    code = text_finish(&text, out, error);
  }
  free(head);
  free(signature);
  return code;
}

const char *bundle_inner(const char *path) {
  const char *bar = strrchr(path, '|');
  size_t ending = strlen(ENDING);
  if (!bar || (size_t)(bar - path) <= ending || strncmp(bar - ending, ENDING, ending) != 0)
    return NULL;
  return bar + 1;
}
