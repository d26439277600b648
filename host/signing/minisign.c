/*
 * The format of minisign. A public key is "Ed", key number, key; a signature is "ED", key number, signature over the hash, and a
 * second signature over the first one and the trusted comment. The untrusted comment is signed by nobody: one line is taken, which
 * minisign writes by itself, so that it cannot be exchanged. A signature has one spelling, byte for byte.
 */
#include "signing/minisign.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

enum {
  PUBLIC_SIZE = 42,
  SIGNATURE_SIZE = 74,
  SECRET_SIZE = 158,
  ENCRYPTED = 54,
  SEALED_SIZE = 104,
  TRUSTED_MOST = 8192
};

#define UNTRUSTED           "untrusted comment: "
#define TRUSTED             "trusted comment: "
#define UNTRUSTED_SIGNATURE UNTRUSTED "signature from minisign secret key"

static int wrong(tlsmend_error *error, const char *what) {
  return tlsmend_error_set(error, TLSMEND_E_APPROVAL, "%s", what);
}

void minisign_id_print(const unsigned char id[8], char out[17]) {
  static const char digits[] = "0123456789ABCDEF";
  for (int i = 0; i < 8; i++) { /* a little-endian number */
    out[2 * i] = digits[id[7 - i] >> 4];
    out[2 * i + 1] = digits[id[7 - i] & 15];
  }
  out[16] = 0;
}

typedef struct line {
  const char *text;
  size_t length;
} line;

/* The next line without its line feed; false at the end. */
static bool take_line(const char **at, const char *end, line *out) {
  if (*at == end)
    return false;
  const char *stop = memchr(*at, '\n', (size_t)(end - *at));
  *out = (line){*at, (size_t)((stop ? stop : end) - *at)};
  *at = stop ? stop + 1 : end;
  return true;
}

/* As take_line in the file of a key, which an editor may have given line ends of Windows. No other control character. */
static bool take_key_line(const char **at, const char *end, line *out) {
  if (!take_line(at, end, out))
    return false;
  if (out->length && out->text[out->length] == '\n' && out->text[out->length - 1] == '\r')
    out->length--;
  for (size_t i = 0; i < out->length; i++)
    if ((unsigned char)out->text[i] < 0x20 || out->text[i] == 0x7f)
      return false;
  return true;
}

static bool line_is(const line *line, const char *text) {
  return line->length == strlen(text) && memcmp(line->text, text, line->length) == 0;
}

static bool line_begins(const line *line, const char *text) {
  size_t length = strlen(text);
  return line->length >= length && memcmp(line->text, text, length) == 0;
}

/* Exactly `size` bytes of base64, in its one spelling: libsodium takes some bytes above 127 for characters of base64. */
static bool decode(const line *line, unsigned char *out, size_t size) {
  size_t got = 0;
  const char *end = NULL;
  char again[sodium_base64_ENCODED_LEN(SECRET_SIZE, sodium_base64_VARIANT_ORIGINAL)];
  if (sodium_base642bin(out, size, line->text, line->length, NULL, &got, &end,
                        sodium_base64_VARIANT_ORIGINAL) != 0 ||
      got != size)
    return false;
  sodium_bin2base64(again, sizeof again, out, size, sodium_base64_VARIANT_ORIGINAL);
  bool same = line_is(line, again);
  sodium_memzero(again, sizeof again);
  return same;
}

int minisign_public_parse(const char *text, size_t size, minisign_public *out, tlsmend_error *error) {
  unsigned char bytes[PUBLIC_SIZE];
  const char *at = text, *end = text + size;
  line row, rest;
  *out = (minisign_public){0};
  bool good = take_key_line(&at, end, &row) &&
              (!line_begins(&row, UNTRUSTED) || take_key_line(&at, end, &row)) &&
              !take_line(&at, end, &rest) && decode(&row, bytes, sizeof bytes);
  if (good && memcmp(bytes, "Ed", 2) != 0)
    good = false;
  if (!good)
    return wrong(
        error,
        "it is not a minisign public key (two lines: an untrusted comment, then 56 characters that begin "
        "with RW)");
  memcpy(out->id, bytes + 2, sizeof out->id);
  memcpy(out->key, bytes + 10, sizeof out->key);
  return TLSMEND_OK;
}

static uint64_t little_endian(const unsigned char *bytes) {
  uint64_t number = 0;
  for (int i = 7; i >= 0; i--)
    number = number << 8 | bytes[i];
  return number;
}

/* Decrypts the part that a password protects. */
static int decrypt(unsigned char *bytes, const char *password, tlsmend_error *error) {
  unsigned char stream[SEALED_SIZE];
  uint64_t operations = little_endian(bytes + 38), memory = little_endian(bytes + 46);
  if (!password)
    return tlsmend_error_set(error, TLSMEND_E_ABSENT, "the key has a password, and none was given");
  if (operations > 1u << 28 || memory > 1u << 31)
    return wrong(error, "the key file asks for more work and memory than any that minisign writes");
  if (crypto_pwhash_scryptsalsa208sha256(stream, sizeof stream, password, strlen(password), bytes + 6,
                                         operations, (size_t)memory) != 0)
    return tlsmend_error_set(error, TLSMEND_E_MEMORY, "out of memory: the password of the key needs %llu MiB",
                             (unsigned long long)(memory >> 20));
  for (size_t i = 0; i < sizeof stream; i++)
    bytes[ENCRYPTED + i] ^= stream[i];
  sodium_memzero(stream, sizeof stream);
  return TLSMEND_OK;
}

/* The checksum over algorithm, number and key; keys without a password have none. */
static bool checks(const unsigned char *bytes, bool encrypted) {
  unsigned char sum[32];
  crypto_generichash_state state;
  crypto_generichash_init(&state, NULL, 0, sizeof sum);
  crypto_generichash_update(&state, bytes, 2);
  crypto_generichash_update(&state, bytes + ENCRYPTED, 72);
  crypto_generichash_final(&state, sum, sizeof sum);
  return sodium_memcmp(sum, bytes + ENCRYPTED + 72, sizeof sum) == 0 ||
         (!encrypted && sodium_is_zero(bytes + ENCRYPTED + 72, sizeof sum));
}

int minisign_secret_open(const char *text, size_t size, const char *password, minisign_secret *out,
                         tlsmend_error *error) {
  unsigned char bytes[SECRET_SIZE], public[32];
  const char *at = text, *end = text + size;
  line row, rest;
  *out = (minisign_secret){{0}, {0}};
  if (!take_key_line(&at, end, &row) || !line_begins(&row, UNTRUSTED) || !take_key_line(&at, end, &row) ||
      take_line(&at, end, &rest) || !decode(&row, bytes, sizeof bytes) || memcmp(bytes, "Ed", 2) != 0 ||
      memcmp(bytes + 4, "B2", 2) != 0 || (memcmp(bytes + 2, "Sc", 2) != 0 && !sodium_is_zero(bytes + 2, 2)))
    return wrong(error, "it is not a minisign secret key (`minisign -G` makes one)");
  bool encrypted = memcmp(bytes + 2, "Sc", 2) == 0;
  int code = encrypted ? decrypt(bytes, password, error) : TLSMEND_OK;
  if (code == TLSMEND_OK && !checks(bytes, encrypted))
    code = wrong(error, encrypted ? "the password is wrong" : "the secret key is damaged");
  if (code == TLSMEND_OK) {
    memcpy(out->id, bytes + ENCRYPTED, sizeof out->id);
    memcpy(out->key, bytes + ENCRYPTED + 8, sizeof out->key);
    crypto_sign_ed25519_sk_to_pk(public, out->key);
    unsigned char seed[32], again[64];
    crypto_sign_ed25519_sk_to_seed(seed, out->key);
    crypto_sign_seed_keypair(public, again, seed); /* a key that does not fit itself would give itself away */
    if (memcmp(again, out->key, sizeof again) != 0)
      code = wrong(error, "the secret key is damaged");
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(again, sizeof again);
  }
  sodium_memzero(bytes, sizeof bytes);
  if (code != TLSMEND_OK)
    sodium_memzero(out, sizeof *out);
  return code;
}

void minisign_public_print(const minisign_secret *secret, char out[64]) {
  unsigned char bytes[PUBLIC_SIZE];
  memcpy(bytes, "Ed", 2);
  memcpy(bytes + 2, secret->id, sizeof secret->id);
  crypto_sign_ed25519_sk_to_pk(bytes + 10, secret->key);
  sodium_bin2base64(out, 64, bytes, sizeof bytes, sodium_base64_VARIANT_ORIGINAL);
}

static int render(const minisign_signature *signature, char **out, tlsmend_error *error) {
  unsigned char bytes[SIGNATURE_SIZE];
  char line[sodium_base64_ENCODED_LEN(SIGNATURE_SIZE, sodium_base64_VARIANT_ORIGINAL)], global[sizeof line];
  memcpy(bytes, "ED", 2);
  memcpy(bytes + 2, signature->id, 8);
  memcpy(bytes + 10, signature->bytes, 64);
  sodium_bin2base64(line, sizeof line, bytes, sizeof bytes, sodium_base64_VARIANT_ORIGINAL);
  sodium_bin2base64(global, sizeof global, signature->global, 64, sodium_base64_VARIANT_ORIGINAL);
  text_builder text = {0};
  text_add(&text, UNTRUSTED_SIGNATURE "\n%s\n" TRUSTED "%s\n%s\n", line, signature->trusted, global);
  return text_finish(&text, out, error);
}

/* What the second signature is over; malloc'd, *size bytes. */
static unsigned char *global_message(const minisign_signature *signature, size_t *size) {
  size_t length = strlen(signature->trusted);
  unsigned char *message = malloc(64 + length);
  *size = 64 + length;
  if (!message)
    return NULL;
  memcpy(message, signature->bytes, 64);
  memcpy(message + 64, signature->trusted, length);
  return message;
}

int minisign_sign_hash(const minisign_secret *secret, const unsigned char hash[MINISIGN_HASH],
                       const char *trusted, char **out, tlsmend_error *error) {
  minisign_signature signature = {.trusted = (char *)trusted};
  *out = NULL;
  if (strlen(trusted) >= TRUSTED_MOST || strpbrk(trusted, "\r\n"))
    return wrong(error, "the trusted comment must be one line of less than 8192 bytes");
  memcpy(signature.id, secret->id, sizeof signature.id);
  crypto_sign_detached(signature.bytes, NULL, hash, MINISIGN_HASH, secret->key);
  size_t length = 0;
  unsigned char *message = global_message(&signature, &length);
  if (!message)
    return error_no_memory(error);
  crypto_sign_detached(signature.global, NULL, message, length, secret->key);
  free(message);
  return render(&signature, out, error);
}

int minisign_sign(const minisign_secret *secret, const void *bytes, size_t size, const char *trusted,
                  char **out, tlsmend_error *error) {
  unsigned char hash[MINISIGN_HASH];
  crypto_generichash(hash, sizeof hash, bytes, size, NULL, 0);
  return minisign_sign_hash(secret, hash, trusted, out, error);
}

void minisign_signature_clear(minisign_signature *signature) {
  free(signature->trusted);
  *signature = (minisign_signature){0};
}

static int parse_lines(const line lines[4], minisign_signature *out, tlsmend_error *error) {
  unsigned char bytes[SIGNATURE_SIZE];
  size_t prefix = strlen(TRUSTED);
  if (!line_is(&lines[0], UNTRUSTED_SIGNATURE))
    return wrong(error, line_begins(&lines[0], UNTRUSTED)
                            ? "its first line, which nobody has signed, is not \"" UNTRUSTED_SIGNATURE
                              "\": put that in its place, or sign again without -c"
                            : "it is not a minisign signature");
  if (!decode(&lines[1], bytes, sizeof bytes) || !line_begins(&lines[2], TRUSTED) ||
      lines[2].length - prefix >= TRUSTED_MOST || memchr(lines[2].text, 0, lines[2].length) ||
      memchr(lines[2].text, '\r', lines[2].length) || !decode(&lines[3], out->global, sizeof out->global))
    return wrong(error, "the signature is damaged");
  if (memcmp(bytes, "Ed", 2) == 0)
    return wrong(
        error,
        "it is a signature of the old kind, over the file and not its hash: sign again with a minisign of "
        "0.10 or later, without -l");
  if (memcmp(bytes, "ED", 2) != 0)
    return wrong(error, "the signature is damaged");
  memcpy(out->id, bytes + 2, 8);
  memcpy(out->bytes, bytes + 10, 64);
  out->trusted = malloc(lines[2].length - prefix + 1);
  if (!out->trusted)
    return error_no_memory(error);
  memcpy(out->trusted, lines[2].text + prefix, lines[2].length - prefix);
  out->trusted[lines[2].length - prefix] = 0;
  return TLSMEND_OK;
}

int minisign_signature_parse(const char *text, size_t size, minisign_signature *out, tlsmend_error *error) {
  const char *at = text, *end = text + size;
  line lines[4], rest;
  *out = (minisign_signature){0};
  if (memchr(text, '\r', size))
    return wrong(error,
                 "it has carriage returns, which nobody has signed: its lines end in a line feed alone; "
                 "git, an editor or minisign on Windows put them there, tlsmend's signatures have none");
  for (int i = 0; i < 4; i++)
    if (!take_line(&at, end, &lines[i]))
      return wrong(error, "it is not a whole minisign signature (four lines)");
  if (take_line(&at, end, &rest) || end[-1] != '\n')
    return wrong(error, "it is not a minisign signature (four lines, nothing behind them)");
  int code = parse_lines(lines, out, error);
  if (code != TLSMEND_OK)
    minisign_signature_clear(out);
  return code;
}

bool minisign_verify_hash(const minisign_public *key, const minisign_signature *signature,
                          const unsigned char hash[MINISIGN_HASH]) {
  size_t length = 0;
  if (memcmp(key->id, signature->id, sizeof key->id) != 0 ||
      crypto_sign_verify_detached(signature->bytes, hash, MINISIGN_HASH, key->key) != 0)
    return false;
  unsigned char *message = global_message(signature, &length);
  bool good = message && crypto_sign_verify_detached(signature->global, message, length, key->key) == 0;
  free(message);
  return good;
}

bool minisign_verify(const minisign_public *key, const minisign_signature *signature, const void *bytes,
                     size_t size) {
  unsigned char hash[MINISIGN_HASH];
  crypto_generichash(hash, sizeof hash, bytes, size, NULL, 0);
  return minisign_verify_hash(key, signature, hash);
}
