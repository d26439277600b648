/* Update packages as files: their SHA-256. What is installed is what was hashed. */
#ifndef MACHINE_PACKAGE_H
#define MACHINE_PACKAGE_H

#include <tlsmend/tlsmend.h>

/* Writes 64 lower-case hex digits and a NUL. Errors: E_ABSENT, E_DENIED, E_IO, naming the file. */
int package_sha256(const char *path, char out[65], tlsmend_error *error);

#endif
