/* SHA-256 as it stands in plans, journals and manifests: 64 lower-case hex digits. Other digests are no business of this file. */
#ifndef TLSMEND_BASE_DIGEST_H
#define TLSMEND_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#include <sodium.h>

/* The digits and a NUL. */
enum { DIGEST_ROOM = 2 * crypto_hash_sha256_BYTES + 1 };

void digest_sha256(const void *bytes, size_t size, char out[DIGEST_ROOM]);

/* The same as bytes. */
void digest_bytes(const void *bytes, size_t size, unsigned char out[crypto_hash_sha256_BYTES]);

/* Piece by piece. */
typedef crypto_hash_sha256_state digest_state;
void digest_begin(digest_state *state);
void digest_add(digest_state *state, const void *bytes, size_t size);
void digest_end(digest_state *state, char out[DIGEST_ROOM]);

/* Whether a text is spelled as one. */
bool digest_is(const char *text);

#endif
