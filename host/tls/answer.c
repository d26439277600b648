/*
 * What a server's first bytes mean: ServerHello, HelloRetryRequest, alert, SSL 2.0, or no TLS at all. The bytes come from anybody:
 * every length is checked, and what does not fit is "no TLS".
 */
#include "tls/hello.h"

#include <string.h>

enum { RECORD_ALERT = 21, RECORD_HANDSHAKE = 22, RECORD_MOST = 16384 + 2048, HELLO_ROOM = 4096 };

static unsigned number_at(const unsigned char *bytes) { return (unsigned)bytes[0] << 8 | bytes[1]; }

/* Not TLS, with as much of it as can be shown in a line. */
static void answer_plain(tls_answer *out, const unsigned char *bytes, size_t size) {
  size_t used = 0;
  for (size_t i = 0; i < size && used < sizeof out->plain - 1 && bytes[i] != '\r' && bytes[i] != '\n'; i++)
    out->plain[used++] = bytes[i] >= 0x20 && bytes[i] < 0x7f ? (char)bytes[i] : '?';
  out->plain[used] = '\0';
  out->kind = TLS_ANSWER_PLAIN;
}

/* A plain answer is shown up to its first line end or as far as there is room for it. */
static bool plain_whole(const unsigned char *bytes, size_t size) {
  return size >= sizeof((tls_answer *)NULL)->plain || memchr(bytes, '\n', size);
}

static void answer_alert(tls_answer *out, unsigned alert) {
  out->alert = alert;
  out->kind = TLS_ANSWER_ALERT;
}

/* False: this is no SSL 2.0. */
static bool read_first(const unsigned char *bytes, size_t size, tls_answer *out) {
  if (size < 5)
    return size < 3 || bytes[2] == 0 || bytes[2] == 4;
  size_t length = number_at(bytes) & 0x7fff;
  if (bytes[2] == 0 && length == 3) {
    answer_alert(out, TLS_ALERT_SSL2 + number_at(bytes + 3) % 0x100);
    return true;
  }
  if (bytes[2] != 4 || length < 11)
    return false;
  if (size < 13)
    return true;
  size_t certificate = number_at(bytes + 7), suites = number_at(bytes + 9),
         connection = number_at(bytes + 11);
  if (number_at(bytes + 5) != 2 || length != 11 + certificate + suites + connection || suites % 3 != 0)
    return false;
  if (suites == 0) {
    answer_alert(out, TLS_ALERT_NO_CIPHER);
  } else if (size >= 13 + certificate + 3) {
    const unsigned char *suite = bytes + 13 + certificate;
    *out = (tls_answer){.kind = TLS_ANSWER_HELLO,
                        .version = TLS_SSL2,
                        .suite = (uint32_t)suite[0] << 16 | number_at(suite + 1)};
  }
  return true;
}

/* The version in the extension supported_versions, else the one given, and the group in key_share. False: the extensions are
 * broken. */
static bool read_extensions(const unsigned char *bytes, size_t size, unsigned *version, unsigned *group) {
  while (size >= 4) {
    size_t length = number_at(bytes + 2);
    if (length > size - 4)
      return false;
    if (number_at(bytes) == 43 && length == 2)
      *version = number_at(bytes + 4);
    if (number_at(bytes) == 51 && length >= 2)
      *group = number_at(bytes + 4);
    bytes += 4 + length;
    size -= 4 + length;
  }
  return size == 0;
}

/* The body of a ServerHello, whole. False: it is none. */
static bool read_hello(const unsigned char *body, size_t size, tls_answer *out) {
  static const unsigned char retry[32] = {0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C,
                                          0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB,
                                          0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C};
  if (size < 38 || body[34] > 32 || size < (size_t)38 + body[34])
    return false;
  size_t at = 35u + body[34];
  unsigned version = number_at(body), suite = number_at(body + at), group = 0;
  at += 3;
  if (size != at && (size < at + 2 || size != at + 2 + number_at(body + at)))
    return false;
  if (size != at && !read_extensions(body + at + 2, size - at - 2, &version, &group))
    return false;
  if (version < 0x0300 || version > 0x0304)
    return false;
  *out = (tls_answer){.kind = TLS_ANSWER_HELLO,
                      .version = (tls_version)(TLS_SSL3 + (version - 0x0300)),
                      .suite = suite,
                      .group = version == 0x0304 ? group : 0,
                      .retry = version == 0x0304 && memcmp(body + 2, retry, sizeof retry) == 0};
  return true;
}

/* A handshake message, as far as it is there. False: it is no ServerHello. */
static bool read_message(const unsigned char *bytes, size_t size, tls_answer *out) {
  if (size > 0 && bytes[0] != 2)
    return false;
  if (size < 4)
    return true;
  size_t length = (size_t)bytes[1] << 16 | number_at(bytes + 2);
  if (length > HELLO_ROOM - 4)
    return false;
  return size - 4 < length || read_hello(bytes + 4, length, out);
}

/* Whether a record begins here, as far as it is there. */
static bool record_begins(const unsigned char *bytes, size_t size) {
  if (bytes[0] != RECORD_ALERT && bytes[0] != RECORD_HANDSHAKE)
    return false;
  if (size >= 2 && bytes[1] != 3)
    return false;
  return size < 5 || (number_at(bytes + 3) >= 1 && number_at(bytes + 3) <= RECORD_MOST);
}

/* A hello may be cut into many records; warnings may stand before it. False: this is no TLS. */
static bool read_records(const unsigned char *bytes, size_t size, tls_answer *out) {
  unsigned char message[HELLO_ROOM];
  size_t used = 0;
  while (size > 0 && out->kind == TLS_ANSWER_PARTIAL) {
    if (!record_begins(bytes, size))
      return false;
    if (size < 5)
      return true;
    size_t length = number_at(bytes + 3), here = length < size - 5 ? length : size - 5;
    if (bytes[0] == RECORD_ALERT && (length < 2 || used > 0))
      return false;
    if (bytes[0] == RECORD_ALERT && here >= 2 && (bytes[5] != 1 || bytes[6] == 0)) {
      answer_alert(out, bytes[6]);
    } else if (bytes[0] == RECORD_HANDSHAKE) {
      size_t taken = here < sizeof message - used ? here : sizeof message - used;
      memcpy(message + used, bytes + 5, taken);
      used += taken;
      if (!read_message(message, used, out))
        return false;
    }
    bytes += 5 + here;
    size -= 5 + here;
  }
  return true;
}

void tls_answer_read(tls_version asked, const unsigned char *bytes, size_t size, tls_answer *out) {
  *out = (tls_answer){.kind = TLS_ANSWER_PARTIAL};
  if (size == 0)
    return;
  bool first = asked == TLS_SSL2 && (bytes[0] & 0x80) != 0;
  if (first ? read_first(bytes, size, out) : read_records(bytes, size, out))
    return;
  *out = (tls_answer){.kind = TLS_ANSWER_PARTIAL};
  if (plain_whole(bytes, size))
    answer_plain(out, bytes, size);
}

void tls_answer_end(const unsigned char *bytes, size_t size, tls_answer *out) {
  if (out->kind == TLS_ANSWER_PARTIAL && size > 0)
    answer_plain(out, bytes, size);
}

static const struct alert_row {
  unsigned number;
  bool refuses;
  const char *name;
} alerts[] = {
    {0, false, "close_notify"},
    {10, false, "unexpected_message"},
    {20, false, "bad_record_mac"},
    {22, false, "record_overflow"},
    {30, false, "decompression_failure"},
    {40, true, "handshake_failure"},
    {41, false, "no_certificate"},
    {42, false, "bad_certificate"},
    {43, false, "unsupported_certificate"},
    {46, false, "certificate_unknown"},
    {47, false, "illegal_parameter"},
    {48, false, "unknown_ca"},
    {49, false, "access_denied"},
    {50, false, "decode_error"},
    {51, false, "decrypt_error"},
    {70, true, "protocol_version"},
    {71, true, "insufficient_security"},
    {80, false, "internal_error"},
    {86, false, "inappropriate_fallback"},
    {90, false, "user_canceled"},
    {109, false, "missing_extension"},
    {110, false, "unsupported_extension"},
    {112, false, "unrecognized_name"},
    {115, false, "unknown_psk_identity"},
    {116, false, "certificate_required"},
    {120, false, "no_application_protocol"},
    {TLS_ALERT_NO_CIPHER, true, "no cipher in common"},
};
enum { alert_count = sizeof alerts / sizeof alerts[0] };

const char *tls_alert_name(unsigned alert) {
  for (size_t i = 0; i < alert_count; i++)
    if (alerts[i].number == alert)
      return alerts[i].name;
  return NULL;
}

bool tls_alert_refuses(unsigned alert) {
  for (size_t i = 0; i < alert_count; i++)
    if (alerts[i].number == alert)
      return alerts[i].refuses;
  return false;
}
