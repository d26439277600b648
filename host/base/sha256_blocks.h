/*
 * SHA-256 of whole blocks by the processor's own instructions (x86-64 with SHA extensions), eight times as fast as without. Padding and what
 * is no whole block are left to whoever asks.
 */
#ifndef TLSMEND_BASE_SHA256_BLOCKS_H
#define TLSMEND_BASE_SHA256_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHA256_BLOCK = 64 };

/* Whether this processor can. */
bool sha256_blocks_can(void);

/* Only where it can. `state` is the eight words of FIPS 180-4, in its order. */
void sha256_blocks(uint32_t state[8], const unsigned char *bytes, size_t count);

#endif
