/* Update packages as files, or in a bundle: their SHA-256, and who has signed them. What is installed is what was hashed. */
#ifndef TLSMEND_MACHINE_UPDATE_PACKAGE_H
#define TLSMEND_MACHINE_UPDATE_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signing/trust.h"

/* Writes 64 lower-case hex digits and a NUL. Errors: E_ABSENT, E_DENIED, E_IO, naming the file. */
int package_sha256(const char *path, char out[65], tlsmend_error *error);

/* The same, until os_clock says `deadline`: TLSMEND_E_LIMIT; no link is followed behind the first `followed` bytes of the path:
 * TLSMEND_E_REFUSED. */
int package_sha256_until(const char *path, size_t followed, uint64_t deadline, char out[65],
                         tlsmend_error *error);

/* What a package is and whose: both of the same bytes, read once. */
typedef struct package_judgement {
  char sha256[65];
  uint64_t size;
  trust_verdict verdict; /* of FILE.minisig, or of the bundle that it lies in */
} package_judgement;

/*
 * Reads a package and judges its signature by the keys of a store. None, or one by a stranger, is no error: see the verdict.
 * Clear with trust_verdict_clear. E_APPROVAL: the signature does not fit, or is over a file of another name.
 */
int package_judge(const char *path, const trust_store *keys, package_judgement *out, tlsmend_error *error);

/* The hash that minisign signs. Errors as package_sha256. */
int package_minisign_hash(const char *path, unsigned char out[MINISIGN_HASH], tlsmend_error *error);

/* Makes `to` a copy of a package, of a file or out of a bundle ("DIR/acme.tlsmend|windows6.1-kb3140245-x64.msu"), which is read once: what
 * is written are the bytes that were hashed. Durable. `to` must not exist; nothing of it stays after an error. E_REFUSED: its SHA-256 is
 * another. E_APPROVAL: the bundle is not whole. */
int package_copy(const char *path, const char *to, const char *sha256, tlsmend_error *error);

/* Whether a name is that of a package: it ends in .msu or .cab. */
bool package_is_name(const char *name);

#endif
