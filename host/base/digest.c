/* Digests as text. */
#include "base/digest.h"

#include <string.h>

void digest_end(crypto_hash_sha256_state *state, char out[DIGEST_ROOM]) {
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256_final(state, digest);
  sodium_bin2hex(out, DIGEST_ROOM, digest, sizeof digest);
}

void digest_sha256(const void *bytes, size_t size, char out[DIGEST_ROOM]) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  crypto_hash_sha256_update(&state, bytes, size);
  digest_end(&state, out);
}

bool digest_is(const char *text) { return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64; }
