/* Reads signatures and bundles from files. Their formats are core's (minisign, bundle). */
#include "signing/signature_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "os/os.h"

enum { SIGNATURE_MOST = 64 * 1024 };

int signature_file_misfit(const char *path, tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_APPROVAL,
                           "%s.minisig is not a signature of %s: one of the two was changed. Get both again",
                           path, path);
}

int signature_file_read(const char *path, minisign_signature *out, bool *found, tlsmend_error *error) {
  char *file = malloc(strlen(path) + sizeof ".minisig"), *text = NULL;
  size_t size = 0;
  tlsmend_error inner = {0, ""};
  *found = false;
  *out = (minisign_signature){0};
  if (!file)
    return error_no_memory(error);
  int code = os_file_read(strcat(strcpy(file, path), ".minisig"), SIGNATURE_MOST, &text, &size, &inner);
  if (code == TLSMEND_E_ABSENT) {
    code = TLSMEND_OK;
  } else if (code != TLSMEND_OK) {
    code = tlsmend_error_set(error, TLSMEND_E_APPROVAL, "%s", inner.text);
  } else {
    *found = true;
    code = minisign_signature_parse(text, size, out, &inner);
    if (code != TLSMEND_OK)
      code = tlsmend_error_set(error, code, "%s: %s", file, inner.text);
  }
  free(text);
  free(file);
  return code;
}

typedef struct feeding {
  bundle_reader *reader;
  tlsmend_error inner;
} feeding;

static int feed(void *data, const void *bytes, size_t size) {
  feeding *self = data;
  return bundle_feed(self->reader, bytes, size, &self->inner);
}

int signature_file_bundle(const char *path, const bundle_look *look, bundle *out, tlsmend_error *error) {
  feeding self = {bundle_reader_new(look->keys), {0, ""}};
  *out = (bundle){0};
  if (!self.reader)
    return error_no_memory(error);
  if (look->fn)
    bundle_watch(self.reader, look->name, look->fn, look->data);
  int code = os_file_stream(path, feed, &self, error);
  if (code == TLSMEND_OK)
    code = bundle_end(self.reader, out, &self.inner);
  if (self.inner.code)
    tlsmend_error_set(error, code, "%s: %s", path, self.inner.text);
  bundle_reader_free(self.reader);
  return code;
}
