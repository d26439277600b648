/* SHA-256 of a package, read piece by piece: packages may be larger than memory. */
#include "machine/package.h"

#include <sodium.h>

#include "os/os.h"

static int update(void *data, const void *bytes, size_t size) {
  crypto_hash_sha256_update(data, bytes, size);
  return TLSMEND_OK;
}

int package_sha256(const char *path, char out[65], tlsmend_error *error) {
  crypto_hash_sha256_state state;
  unsigned char digest[crypto_hash_sha256_BYTES];
  *out = 0;
  crypto_hash_sha256_init(&state);
  int code = os_file_stream(path, update, &state, error);
  if (code != TLSMEND_OK)
    return code;
  crypto_hash_sha256_final(&state, digest);
  sodium_bin2hex(out, 65, digest, sizeof digest);
  return TLSMEND_OK;
}
