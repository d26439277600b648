/* Digests as text. libsodium computes them; whole blocks are the processor's own business where it can hash by itself. */
#include "base/digest.h"

#include <string.h>

#include "base/sha256_blocks.h"

void digest_begin(digest_state *state) { crypto_hash_sha256_init(state); }

void digest_add(digest_state *state, const void *bytes, size_t size) {
  const unsigned char *at = bytes;
  size_t held = (size_t)(state->count / 8 % SHA256_BLOCK), begun = held ? SHA256_BLOCK - held : 0;
  if (size >= begun + SHA256_BLOCK && sha256_blocks_can()) {
    crypto_hash_sha256_update(state, at, begun);
    size_t count = (size - begun) / SHA256_BLOCK;
    sha256_blocks(state->state, at + begun, count);
    state->count += (uint64_t)count * SHA256_BLOCK * 8;
    at += begun + count * SHA256_BLOCK;
    size -= begun + count * SHA256_BLOCK;
  }
  crypto_hash_sha256_update(state, at, size);
}

void digest_end(digest_state *state, char out[DIGEST_ROOM]) {
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256_final(state, digest);
  sodium_bin2hex(out, DIGEST_ROOM, digest, sizeof digest);
}

void digest_sha256(const void *bytes, size_t size, char out[DIGEST_ROOM]) {
  digest_state state;
  digest_begin(&state);
  digest_add(&state, bytes, size);
  digest_end(&state, out);
}

void digest_bytes(const void *bytes, size_t size, unsigned char out[crypto_hash_sha256_BYTES]) {
  digest_state state;
  digest_begin(&state);
  digest_add(&state, bytes, size);
  crypto_hash_sha256_final(&state, out);
}

bool digest_is(const char *text) { return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64; }
