/* Signatures as they lie on a disk: in a file of their own beside what they are over, or at the head of a bundle. Whose they are
 * and what they are good for is decided by whoever asks. */
#ifndef TLSMEND_SIGNING_SIGNATURE_FILE_H
#define TLSMEND_SIGNING_SIGNATURE_FILE_H

#include <stdbool.h>

#include "signing/bundle.h"

/* Reads FILE.minisig. *found is false where there is none. E_APPROVAL: it is not a signature, or cannot be read. Clear with
 * minisign_signature_clear. */
int signature_file_read(const char *path, minisign_signature *out, bool *found, tlsmend_error *error);

/* Says that FILE.minisig is not over FILE. TLSMEND_E_APPROVAL. */
int signature_file_misfit(const char *path, tlsmend_error *error);

/* What to look for in a bundle. All borrowed. */
typedef struct bundle_look {
  const trust_store *keys;
  const char *name;   /* of the file whose bytes go to fn */
  bundle_watch_fn fn; /* or NULL */
  void *data;
} bundle_look;

/* Reads a bundle to its end, piece by piece. What fn was handed is good once this has said OK. E_ABSENT; E_APPROVAL: it is not
 * whole. Clear with bundle_clear. */
int signature_file_bundle(const char *path, const bundle_look *look, bundle *out, tlsmend_error *error);

#endif
