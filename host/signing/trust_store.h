/* Keys in files, and the store of those that may sign runbooks and packages. */
#ifndef TLSMEND_SIGNING_TRUST_STORE_H
#define TLSMEND_SIGNING_TRUST_STORE_H

#include <stddef.h>

#include "signing/minisign.h"
#include "signing/trust.h"

/* A public key: the name of a file, or the base64 text itself. E_USAGE, E_APPROVAL. */
int key_read(const char *key, minisign_public *out, tlsmend_error *error);

/* The file of a secret key; NULL as password for one without. E_ABSENT: it has a password. Wipe with sodium_memzero. */
int key_open(const char *path, const char *password, minisign_secret *out, tlsmend_error *error);

/* The keys of a folder (NULL: this machine's), each NAME.pub. A folder that is not there holds none. E_APPROVAL,
 * naming the file, if others than administrators can write there, or if a key is not one. */
int trust_open(const char *folder, trust_store *out, tlsmend_error *error);

/* Keys that somebody names, instead of the store. */
int trust_from(const char *const *keys, size_t count, trust_store *out, tlsmend_error *error);

#endif
