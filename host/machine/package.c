/*
 * SHA-256 of a package, read piece by piece: packages may be larger than memory. One in a bundle is read with all of it, so that
 * the bundle is known to be whole; whose it is was judged with the runbook, and the plan holds the package's digest.
 */
#include "machine/package.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/bundle.h"
#include "os/os.h"

typedef struct feeding {
  bundle_reader *reader;
  tlsmend_error inner;
} feeding;

static int feed(void *data, const void *bytes, size_t size) {
  feeding *self = data;
  return bundle_feed(self->reader, bytes, size, &self->inner);
}

/* Whether the bundle holds a package of this name; its bytes have gone to fn then. */
static int end_bundle(feeding *self, const char *path, const char *name, tlsmend_error *error) {
  bundle bundle = {0};
  int code = bundle_end(self->reader, &bundle, &self->inner);
  if (code == TLSMEND_OK && !manifest_find(&bundle.files, MANIFEST_PACKAGE, name))
    code = tlsmend_error_set(&self->inner, TLSMEND_E_ABSENT, "there is no package %s", name);
  bundle_clear(&bundle);
  return code == TLSMEND_OK ? code : tlsmend_error_set(error, code, "%s: %s", path, self->inner.text);
}

static int stream_bundled(const char *path, bundle_watch_fn fn, void *data, tlsmend_error *error) {
  const trust_store none = {0};
  const char *name = bundle_inner(path);
  char *file = strdup(path);
  feeding self = {bundle_reader_new(&none), {0, ""}};
  int code = TLSMEND_E_MEMORY;
  if (!file || !self.reader) {
    tlsmend_error_set(error, code, "out of memory for a bundle");
  } else {
    file[name - path - 1] = 0;
    bundle_watch(self.reader, name, fn, data);
    code = os_file_stream(file, feed, &self, error);
    if (code == TLSMEND_OK)
      code = end_bundle(&self, file, name, error);
    else if (self.inner.code)
      tlsmend_error_set(error, code, "%s: %s", file, self.inner.text);
  }
  bundle_reader_free(self.reader);
  free(file);
  return code;
}

typedef struct hashing {
  crypto_hash_sha256_state state;
  uint64_t deadline;
} hashing;

static int update(void *data, const void *bytes, size_t size) {
  hashing *self = data;
  crypto_hash_sha256_update(&self->state, bytes, size);
  return os_clock() > self->deadline ? TLSMEND_E_LIMIT : TLSMEND_OK;
}

int package_sha256(const char *path, char out[65], tlsmend_error *error) {
  return package_sha256_until(path, UINT64_MAX, out, error);
}

int package_sha256_until(const char *path, uint64_t deadline, char out[65], tlsmend_error *error) {
  hashing hashing = {.deadline = deadline};
  unsigned char digest[crypto_hash_sha256_BYTES];
  *out = 0;
  crypto_hash_sha256_init(&hashing.state);
  int code = bundle_inner(path) ? stream_bundled(path, update, &hashing, error)
                                : os_file_stream(path, update, &hashing, error);
  if (code == TLSMEND_E_LIMIT)
    return tlsmend_error_set(error, code, "%s: reading it takes too long", path);
  if (code != TLSMEND_OK)
    return code;
  crypto_hash_sha256_final(&hashing.state, digest);
  sodium_bin2hex(out, 65, digest, sizeof digest);
  return TLSMEND_OK;
}

typedef struct writing {
  os_log *log;
  tlsmend_error *error;
} writing;

static int append(void *data, const void *bytes, size_t size) {
  const writing *self = data;
  return os_log_append(self->log, bytes, size, self->error);
}

int package_extract(const char *path, const char *to, tlsmend_error *error) {
  writing self = {NULL, error};
  os_file_remove(to, NULL);
  int code = os_log_open(to, true, &self.log, error);
  if (code != TLSMEND_OK)
    return code;
  code = stream_bundled(path, append, &self, error);
  os_log_close(self.log);
  if (code != TLSMEND_OK)
    os_file_remove(to, NULL);
  return code;
}
