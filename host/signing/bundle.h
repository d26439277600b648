/*
 * A bundle: a vendor's runbooks, their modules and packages in one file. Four lines of a minisign signature; the head that they
 * sign (see manifest.h), which ends in the line "end"; then the files, one behind the other in the order of the head, as
 * they are. Bytes in, struct out: read in pieces of any size, because packages may be larger than memory.
 */
#ifndef TLSMEND_SIGNING_BUNDLE_H
#define TLSMEND_SIGNING_BUNDLE_H

#include <stddef.h>

#include "signing/manifest.h"
#include "signing/trust.h"

/* What was read and holds: the signature fits the head, each file its size and SHA-256, and nothing follows. */
typedef struct bundle {
  manifest files; /* with the bytes of runbooks and modules */
  minisign_signature signature;
  const trust_key *key; /* of the store, borrowed; NULL: the key that signed is not in it */
} bundle;
void bundle_clear(bundle *self);

typedef struct bundle_reader bundle_reader;

/* `keys` is borrowed until the reader is freed. NULL when out of memory. */
bundle_reader *bundle_reader_new(const trust_store *keys);
void bundle_reader_free(bundle_reader *self);

/* Hands the bytes of one file (borrowed name) to `fn` as they come; they are good once bundle_end has said so. A return other
 * than TLSMEND_OK ends the feeding with that code. */
typedef int (*bundle_watch_fn)(void *data, const void *bytes, size_t size);
void bundle_watch(bundle_reader *self, const char *name, bundle_watch_fn fn, void *data);

/* The next bytes of the file. E_APPROVAL says what does not hold; the reader is then good for nothing but being freed. */
int bundle_feed(bundle_reader *self, const void *bytes, size_t size, tlsmend_error *error);

/* The end of the file. *out is the caller's. */
int bundle_end(bundle_reader *self, bundle *out, tlsmend_error *error);

/* All of it at once. */
int bundle_read(const trust_store *keys, const void *bytes, size_t size, bundle *out, tlsmend_error *error);

/* What stands before the files: signature and head; malloc'd. Needs no bytes in `files`. */
int bundle_print(const manifest *files, const minisign_secret *secret, const char *trusted, char **out,
                 tlsmend_error *error);

/* A file in a bundle is named BUNDLE|NAME; '|' cannot stand in a file's name on Windows. NULL: not such a name. */
const char *bundle_inner(const char *path);

#endif
