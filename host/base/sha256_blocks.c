/* The instructions work on two registers that hold the words a, b, e, f and c, d, g, h; four words of a block are one register. */
#include "base/sha256_blocks.h"

#ifdef __x86_64__

#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>

#define SHA_TARGET __attribute__((target("sha,sse4.1")))

bool sha256_blocks_can(void) {
  enum { UNKNOWN, NO, YES };
  static atomic_int known = UNKNOWN; /* asking is slow in a virtual machine */
  int answer = atomic_load_explicit(&known, memory_order_relaxed);
  if (answer == UNKNOWN) {
    unsigned a, b, c, d;
    bool can = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSSE3) && (c & bit_SSE4_1);
    can = can && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
    answer = can ? YES : NO;
    atomic_store_explicit(&known, answer, memory_order_relaxed);
  }
  return answer == YES;
}

static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

SHA_TARGET static __m128i load(const void *from) { return _mm_loadu_si128(from); }

/* Four words of a block, which has the highest byte first. */
SHA_TARGET static __m128i words(const unsigned char *from) {
  return _mm_shuffle_epi8(load(from), _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
}

/* The four words that follow sixteen. */
SHA_TARGET static __m128i next(__m128i a, __m128i b, __m128i c, __m128i d) {
  __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(a, b), _mm_alignr_epi8(d, c, 4));
  return _mm_sha256msg2_epu32(sum, d);
}

SHA_TARGET static void four_rounds(__m128i *abef, __m128i *cdgh, __m128i four, const uint32_t *constant) {
  __m128i sum = _mm_add_epi32(four, load(constant));
  *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, sum);
  *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32(sum, 0x0e));
}

SHA_TARGET static void one_block(__m128i *abef, __m128i *cdgh, const unsigned char *bytes) {
  const __m128i first = *abef, second = *cdgh;
  __m128i a = words(bytes), b = words(bytes + 16), c = words(bytes + 32), d = words(bytes + 48);
  for (const uint32_t *constant = constants;; constant += 16) {
    four_rounds(abef, cdgh, a, constant);
    four_rounds(abef, cdgh, b, constant + 4);
    four_rounds(abef, cdgh, c, constant + 8);
    four_rounds(abef, cdgh, d, constant + 12);
    if (constant == constants + 48)
      break;
    a = next(a, b, c, d);
    b = next(b, c, d, a);
    c = next(c, d, a, b);
    d = next(d, a, b, c);
  }
  *abef = _mm_add_epi32(*abef, first);
  *cdgh = _mm_add_epi32(*cdgh, second);
}

SHA_TARGET void sha256_blocks(uint32_t state[8], const unsigned char *bytes, size_t count) {
  __m128i badc = _mm_shuffle_epi32(load(state), 0xb1), efgh = _mm_shuffle_epi32(load(state + 4), 0x1b);
  __m128i abef = _mm_alignr_epi8(badc, efgh, 8), cdgh = _mm_blend_epi16(efgh, badc, 0xf0);
  for (size_t i = 0; i < count; i++)
    one_block(&abef, &cdgh, bytes + i * SHA256_BLOCK);
  __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128((__m128i *)(void *)state, _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128((__m128i *)(void *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

#else

bool sha256_blocks_can(void) { return false; }

void sha256_blocks(uint32_t state[8], const unsigned char *bytes, size_t count) {
  (void)state, (void)bytes, (void)count;
}

#endif
