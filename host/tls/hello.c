/* A client's hello as bytes, for SSL 2.0 to TLS 1.3. Suites and their batches stand in tls/suite.c, answers in tls/answer.c. */
#include "tls/hello.h"

#include <string.h>

typedef struct writer {
  unsigned char *bytes;
  size_t size;
} writer;

static void put_bytes(writer *to, const void *bytes, size_t size) {
  memcpy(to->bytes + to->size, bytes, size);
  to->size += size;
}

static void put(writer *to, unsigned number, size_t width) {
  while (width-- > 0)
    to->bytes[to->size++] = (unsigned char)(number >> (8 * width));
}

/* A length of `width` bytes before what follows; `close_length` fills it in. */
static size_t open_length(writer *to, size_t width) {
  put(to, 0, width);
  return to->size;
}

static void close_length(writer *to, size_t start, size_t width) {
  size_t length = to->size - start;
  for (size_t i = 0; i < width; i++)
    to->bytes[start - 1 - i] = (unsigned char)(length >> (8 * i));
}

static void put_list(writer *to, unsigned extension, const uint16_t *list, size_t count) {
  put(to, extension, 2);
  size_t whole = open_length(to, 2);
  size_t inner = open_length(to, 2);
  for (size_t i = 0; i < count; i++)
    put(to, list[i], 2);
  close_length(to, inner, 2);
  close_length(to, whole, 2);
}

static void put_name(writer *to, const char *name) {
  size_t length = strlen(name);
  put(to, 0, 2); /* server_name */
  size_t whole = open_length(to, 2);
  size_t inner = open_length(to, 2);
  put(to, 0, 1); /* host_name */
  put(to, (unsigned)(length > 255 ? 255 : length), 2);
  put_bytes(to, name, length > 255 ? 255 : length);
  close_length(to, inner, 2);
  close_length(to, whole, 2);
}

/* Versions from the highest down: which are to be taken from the list. */
static void put_versions(writer *to, const bool versions[TLS_VERSION_COUNT]) {
  put(to, 43, 2);
  size_t whole = open_length(to, 2);
  size_t inner = open_length(to, 1);
  for (int version = TLS_1_3; version >= TLS_SSL3; version--)
    if (versions[version])
      put(to, 0x0300 + (unsigned)(version - TLS_SSL3), 2);
  close_length(to, inner, 1);
  close_length(to, whole, 2);
}

/* A share for x25519 is any 32 bytes: the handshake is not gone on with. NULL: no share, the server names the group. */
static void put_share(writer *to, const unsigned char *share) {
  static const unsigned char modes[] = {0, 45, 0, 2, 1, 1};
  static const unsigned char key[] = {0, 51, 0, 38, 0, 36, 0, 29, 0, 32}, none[] = {0, 51, 0, 2, 0, 0};
  put_bytes(to, modes, sizeof modes);
  put_bytes(to, share ? key : none, share ? sizeof key : sizeof none);
  if (share)
    put_bytes(to, share, 32);
}

static const unsigned char points[] = {0, 11, 0, 2, 1, 0};

static void put_extensions(writer *to, const tls_hello *hello) {
  static const uint16_t groups[] = {29, 23, 24, 25, 30, 0x100};
  static const uint16_t signatures[] = {0x0403, 0x0503, 0x0603, 0x0807, 0x0804, 0x0805, 0x0806,
                                        0x0401, 0x0501, 0x0601, 0x0203, 0x0201, 0x0202};
  static const bool last[TLS_VERSION_COUNT] = {[TLS_1_3] = true};
  if (hello->version == TLS_SSL3)
    return; /* knows none, and some servers choke on them */
  size_t whole = open_length(to, 2);
  if (hello->name)
    put_name(to, hello->name);
  put_list(to, 10, groups, sizeof groups / sizeof groups[0]);
  if (hello->version >= TLS_1_2)
    put_list(to, 13, signatures, sizeof signatures / sizeof signatures[0]);
  if (hello->version == TLS_1_3) {
    put_versions(to, last);
    put_share(to, hello->chance + 64);
  } else {
    put_bytes(to, points, sizeof points);
  }
  close_length(to, whole, 2);
}

static void build_first(const tls_hello *hello, writer *to) {
  uint32_t suites[TLS_BATCH_MOST];
  size_t count = tls_batch_suites(TLS_SSL2, hello->batch, suites);
  size_t whole = open_length(to, 2);
  put(to, 1, 1); /* CLIENT-HELLO */
  put(to, 2, 2);
  put(to, (unsigned)(3 * count), 2);
  put(to, 0, 2);
  put(to, 16, 2);
  for (size_t i = 0; i < count; i++)
    put(to, suites[i], 3);
  put_bytes(to, hello->chance, 16);
  close_length(to, whole, 2);
  to->bytes[0] |= 0x80;
}

/* A hello as far as its suites: opens the record and the message, whose lengths close_hello fills in. `last`: TLS 1.3 is offered. */
typedef struct opened {
  size_t record, message;
} opened;

static opened open_hello(writer *to, unsigned version, bool last, const unsigned char *chance) {
  opened at;
  put(to, 22, 1);
  put(to, version == 0x0300 ? 0x0300 : 0x0301, 2);
  at.record = open_length(to, 2);
  put(to, 1, 1); /* ClientHello */
  at.message = open_length(to, 3);
  put(to, version, 2);
  put_bytes(to, chance, 32);
  put(to, last ? 32 : 0, 1); /* a session id makes 1.3 look like 1.2 to what stands between */
  if (last)
    put_bytes(to, chance + 32, 32);
  return at;
}

static void close_hello(writer *to, opened at) {
  close_length(to, at.message, 3);
  close_length(to, at.record, 2);
}

size_t tls_hello_build(const tls_hello *hello, unsigned char out[TLS_HELLO_MOST]) {
  writer to = {out, 0};
  uint32_t suites[TLS_BATCH_MOST];
  if (hello->version == TLS_SSL2) {
    build_first(hello, &to);
    return to.size;
  }
  unsigned version = hello->version == TLS_1_3 ? 0x0303 : 0x0300 + (unsigned)(hello->version - TLS_SSL3);
  size_t count = tls_batch_suites(hello->version, hello->batch, suites);
  opened at = open_hello(&to, version, hello->version == TLS_1_3, hello->chance);
  size_t list = open_length(&to, 2);
  for (size_t i = 0; i < count; i++)
    put(&to, suites[i], 2);
  if (hello->version != TLS_1_3)
    put(&to, 0x00FF, 2); /* secure renegotiation */
  close_length(&to, list, 2);
  put(&to, 0x0100, 2); /* no compression */
  put_extensions(&to, hello);
  close_hello(&to, at);
  return to.size;
}

static void put_offered_extensions(writer *to, const tls_offer *offer, tls_version highest) {
  const unsigned char *share = NULL;
  if (highest == TLS_SSL3)
    return;
  size_t whole = open_length(to, 2);
  if (offer->name)
    put_name(to, offer->name);
  if (offer->group_count > 0) {
    put_list(to, 10, offer->groups, offer->group_count);
    put_bytes(to, points, sizeof points);
  }
  if (highest >= TLS_1_2 && offer->signature_count > 0)
    put_list(to, 13, offer->signatures, offer->signature_count);
  if (highest == TLS_1_3) {
    for (size_t i = 0; i < offer->group_count; i++)
      if (offer->groups[i] == 29)
        share = offer->chance + 64;
    put_versions(to, offer->versions);
    put_share(to, share);
  }
  close_length(to, whole, 2);
}

size_t tls_offer_build(const tls_offer *offer, unsigned char out[TLS_OFFER_MOST]) {
  writer to = {out, 0};
  int highest = TLS_1_3;
  while (highest > TLS_SSL3 && !offer->versions[highest])
    highest--;
  int named = highest == TLS_1_3 ? TLS_1_2 : highest;
  opened at = open_hello(&to, 0x0300 + (unsigned)(named - TLS_SSL3), highest == TLS_1_3, offer->chance);
  size_t list = open_length(&to, 2);
  for (size_t i = 0; i < offer->suite_count; i++)
    put(&to, offer->suites[i], 2);
  put(&to, 0x00FF, 2); /* secure renegotiation */
  close_length(&to, list, 2);
  put(&to, 0x0100, 2); /* no compression */
  put_offered_extensions(&to, offer, (tls_version)highest);
  close_hello(&to, at);
  return to.size;
}
