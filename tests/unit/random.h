/* Random inputs with a fixed seed: the same on every machine, so that a failure can be looked at again. */
#ifndef UNIT_RANDOM_H
#define UNIT_RANDOM_H

#include <stddef.h>
#include <stdint.h>

static uint64_t random_state = 0x9E3779B97F4A7C15u;

static inline uint32_t random_next(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (uint32_t)(random_state >> 32);
}

/* 0 to below - 1. */
static inline size_t random_below(size_t below) { return random_next() % below; }

/* A UTF-16 code unit of the kinds that matter: ASCII, letters with case, lone and paired surrogates, anything. Never 0. */
static inline uint16_t random_unit(void) {
  static const uint16_t picked[] = {'a',    'A',    '\\',   '"',    '/',    0xE4,   0xC4,  0xFF,
                                    0x178,  0xB5,   0x3BC,  0x131,  0x1C5,  0x1C6,  0x1C4, 0x10D0,
                                    0x1C90, 0xFFFD, 0xFEFF, 0xD83D, 0xDE00, 0xD800, 0xDFFF};
  switch (random_below(3)) {
  case 0:
    return (uint16_t)(0x20 + random_below(0x5F));
  case 1:
    return picked[random_below(sizeof picked / sizeof *picked)];
  default:
    return (uint16_t)(1 + random_below(0xFFFF));
  }
}

/* `count` such units as UTF-16LE bytes. */
static inline void random_units(unsigned char *out, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint16_t unit = random_unit();
    out[2 * i] = (unsigned char)(unit & 0xFF);
    out[2 * i + 1] = (unsigned char)(unit >> 8);
  }
}

#endif
