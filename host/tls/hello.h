/*
 * The first two messages of SSL and TLS: a client's hello, for one version and a batch of cipher suites or with what a certain
 * client offers, and what a server's first bytes mean. Bytes only: no socket, no cryptography, so that versions and suites can be asked for that no library offers.
 */
#ifndef TLSMEND_TLS_HELLO_H
#define TLSMEND_TLS_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tls/version.h"

enum { TLS_BATCH_MOST = 48, TLS_HELLO_MOST = 1024, TLS_HELLO_CHANCE = 96 };

/* How many batches there are for a version, and the suites of one; numbers of SSL 2.0 have three bytes. */
size_t tls_batch_count(tls_version version);
size_t tls_batch_suites(tls_version version, size_t batch, uint32_t out[TLS_BATCH_MOST]);

/* The registered name of a suite, or NULL for one that is not offered. Static. */
const char *tls_suite_name(uint32_t number);

typedef struct tls_hello {
  tls_version version;
  size_t batch;
  const char *name;            /* of the server, for SNI: at most 255 bytes are sent; NULL: none */
  const unsigned char *chance; /* TLS_HELLO_CHANCE random bytes */
} tls_hello;

/* Writes a hello and returns its size. */
size_t tls_hello_build(const tls_hello *hello, unsigned char out[TLS_HELLO_MOST]);

/* What a client offers, each list as its numbers on the wire and in its order. */
enum { TLS_OFFER_SUITES = 96, TLS_OFFER_GROUPS = 32, TLS_OFFER_SIGNATURES = 48, TLS_OFFER_MOST = 1024 };
typedef struct tls_offer {
  bool versions[TLS_VERSION_COUNT]; /* SSL 2.0 counts for nothing: it has another hello */
  uint16_t suites[TLS_OFFER_SUITES], groups[TLS_OFFER_GROUPS], signatures[TLS_OFFER_SIGNATURES];
  size_t suite_count, group_count, signature_count;
  const char *name;            /* of the server, for SNI; NULL: none */
  const unsigned char *chance; /* TLS_HELLO_CHANCE random bytes */
} tls_offer;

/* Writes its hello and returns the size. A share is sent for x25519 alone: a server that wants another group asks for it. */
size_t tls_offer_build(const tls_offer *offer, unsigned char out[TLS_OFFER_MOST]);

typedef enum tls_answer_kind {
  TLS_ANSWER_PARTIAL, /* more bytes are needed */
  TLS_ANSWER_HELLO,   /* the server goes on with `version` and `suite` */
  TLS_ANSWER_ALERT,   /* it ends the handshake with `alert` */
  TLS_ANSWER_PLAIN    /* this is no TLS; `plain` is what can be shown of it */
} tls_answer_kind;

typedef struct tls_answer {
  tls_answer_kind kind;
  tls_version version;
  uint32_t suite;
  bool retry;     /* TLS 1.3: HelloRetryRequest */
  unsigned group; /* TLS 1.3: of the key share, or the one that is asked for; 0: none is named */
  unsigned alert;
  char plain[48];
} tls_answer;

/* The alert that stands for error 1 of SSL 2.0. */
enum { TLS_ALERT_NO_CIPHER = 0x101, TLS_ALERT_SSL2 = 0x100 };

/* What the first bytes of a server mean. What more bytes say never contradicts what fewer have said. */
void tls_answer_read(tls_version asked, const unsigned char *bytes, size_t size, tls_answer *out);

/* Nothing more will come: bytes that are still no whole answer are no TLS. */
void tls_answer_end(const unsigned char *bytes, size_t size, tls_answer *out);

/* "protocol_version"; NULL for an unknown number. Static. */
const char *tls_alert_name(unsigned alert);

/* Whether an alert says that the server will not have what was offered; others say neither yes nor no. */
bool tls_alert_refuses(unsigned alert);

#endif
