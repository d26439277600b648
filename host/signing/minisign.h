/*
 * Keys and detached signatures in the format of minisign (jedisct1.github.io/minisign): texts to values and back. Files,
 * passwords typed by people and what a signature is good for are the business of others.
 */
#ifndef TLSMEND_SIGNING_MINISIGN_H
#define TLSMEND_SIGNING_MINISIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <tlsmend/tlsmend.h>

typedef struct minisign_public {
  unsigned char id[8], key[32];
} minisign_public;

typedef struct minisign_secret {
  unsigned char id[8], key[64];
} minisign_secret;

typedef struct minisign_signature {
  unsigned char id[8], bytes[64], global[64];
  char *trusted; /* the trusted comment; owned */
} minisign_signature;

/* A public key: the two lines of a key file, ending in LF or CRLF, or the base64 line alone. TLSMEND_E_APPROVAL if it is neither. */
int minisign_public_parse(const char *text, size_t size, minisign_public *out, tlsmend_error *error);

/* A secret key file. `password` is NULL for a key without one. TLSMEND_E_ABSENT: the key has a password and none was given;
 * TLSMEND_E_APPROVAL: not a key file, or the password is wrong. Wipe *out with sodium_memzero. */
int minisign_secret_open(const char *text, size_t size, const char *password, minisign_secret *out,
                         tlsmend_error *error);

/* The public key of a secret one, as the base64 line of a key file. */
void minisign_public_print(const minisign_secret *secret, char out[64]);

/* The text of a signature file over `bytes`, prehashed; malloc'd. `trusted` is one line. */
enum { MINISIGN_HASH = 64 }; /* bytes of the BLAKE2b that a prehashed signature is over */
int minisign_sign_hash(const minisign_secret *secret, const unsigned char hash[MINISIGN_HASH],
                       const char *trusted, char **out, tlsmend_error *error);
int minisign_sign(const minisign_secret *secret, const void *bytes, size_t size, const char *trusted,
                  char **out, tlsmend_error *error);

/* Reads a signature file: what `minisign -S` writes by itself, over the hash of the file ("ED"). Every byte is either signed or has one
 * spelling only, so that nothing of it can be changed without being noticed. TLSMEND_E_APPROVAL says what is wrong. Clear with minisign_signature_clear. */
int minisign_signature_parse(const char *text, size_t size, minisign_signature *out, tlsmend_error *error);
void minisign_signature_clear(minisign_signature *signature);

/* Whether the signature is this key's over these bytes and over its own trusted comment. */
bool minisign_verify(const minisign_public *key, const minisign_signature *signature, const void *bytes,
                     size_t size);

/* The same over the hash of the bytes, for what was read piece by piece. */
bool minisign_verify_hash(const minisign_public *key, const minisign_signature *signature,
                          const unsigned char hash[MINISIGN_HASH]);

/* The number of a key as minisign shows it: 16 upper-case hex digits. */
void minisign_id_print(const unsigned char id[8], char out[17]);

#endif
