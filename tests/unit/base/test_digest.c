/* Digests are those of libsodium, whoever computes them: of every length around whole blocks, in every cut into pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/digest.h"
#include "base/sha256_blocks.h"
#include "unit/random.h"

enum { MOST = 5 * SHA256_BLOCK + 3 };
static unsigned char bytes[4096 + MOST];

static void expected(const unsigned char *from, size_t size, char out[DIGEST_ROOM]) {
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(digest, from, size);
  sodium_bin2hex(out, DIGEST_ROOM, digest, sizeof digest);
}

static void check_state(digest_state *state, const unsigned char *from, size_t size) {
  char found[DIGEST_ROOM], wanted[DIGEST_ROOM];
  digest_end(state, found);
  expected(from, size, wanted);
  assert_string_equal(found, wanted);
}

static void every_length_in_two_pieces(void **unused) {
  (void)unused;
  for (size_t size = 0; size <= MOST; size++)
    for (size_t cut = 0; cut <= size; cut++) {
      digest_state state;
      digest_begin(&state);
      digest_add(&state, bytes + size % 16, cut);
      digest_add(&state, bytes + size % 16 + cut, size - cut);
      check_state(&state, bytes + size % 16, size);
    }
}

static void many_pieces(void **unused) {
  (void)unused;
  for (int round = 0; round < 2000; round++) {
    size_t size = random_below(4096), done = 0;
    digest_state state;
    digest_begin(&state);
    while (done < size) {
      size_t piece = random_below(3 * SHA256_BLOCK);
      piece = piece < size - done ? piece : size - done;
      digest_add(&state, bytes + done, piece);
      done += piece;
    }
    check_state(&state, bytes, size);
  }
}

static void as_bytes_and_as_text(void **unused) {
  (void)unused;
  unsigned char digest[crypto_hash_sha256_BYTES];
  char text[DIGEST_ROOM], hex[DIGEST_ROOM];
  digest_sha256("abc", 3, text); /* FIPS 180-4 */
  assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  digest_sha256(bytes, sizeof bytes, text);
  digest_bytes(bytes, sizeof bytes, digest);
  sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
  assert_string_equal(hex, text);
  assert_true(digest_is(hex));
}

static int fill(void **unused) {
  (void)unused;
  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = (unsigned char)random_next();
  if (!sha256_blocks_can())
    fprintf(stderr, "test_digest: this processor has no SHA extensions: libsodium is compared with itself\n");
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_length_in_two_pieces),
                                     cmocka_unit_test(many_pieces), cmocka_unit_test(as_bytes_and_as_text)};
  return cmocka_run_group_tests(tests, fill, NULL);
}
