/* Update packages as files, or in a bundle: their SHA-256. What is installed is what was hashed. */
#ifndef MACHINE_PACKAGE_H
#define MACHINE_PACKAGE_H

#include <stdint.h>

#include <tlsmend/tlsmend.h>

/* Writes 64 lower-case hex digits and a NUL. Errors: E_ABSENT, E_DENIED, E_IO, naming the file. */
int package_sha256(const char *path, char out[65], tlsmend_error *error);

/* Takes a package out of a bundle, "DIR/acme.tlsmend|windows6.1-kb3140245-x64.msu", and writes it to a file. E_APPROVAL: the bundle
 * is not whole. */
int package_extract(const char *path, const char *to, tlsmend_error *error);

/* The same, until os_clock says `deadline`: TLSMEND_E_LIMIT. */
int package_sha256_until(const char *path, uint64_t deadline, char out[65], tlsmend_error *error);

#endif
