/* A key of a test: made anew, without a password. */
#ifndef UNIT_KEY_H
#define UNIT_KEY_H

#include "unit/engine.h"

#include <sodium.h>

#include "signing/minisign.h"

static inline minisign_secret new_key(void) {
  minisign_secret secret;
  unsigned char public[32];
  assert_true(sodium_init() >= 0);
  randombytes_buf(secret.id, sizeof secret.id);
  crypto_sign_keypair(public, secret.key);
  return secret;
}

#endif
