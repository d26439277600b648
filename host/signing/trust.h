/* Who may sign runbooks: public keys with a name and an end, and what is known of a signature. Text only: where the keys lie, and
 * whether only administrators can put one there, is the session's business. */
#ifndef TLSMEND_SIGNING_TRUST_H
#define TLSMEND_SIGNING_TRUST_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <jansson.h>

#include "signing/minisign.h"

typedef struct trust_key {
  char *name; /* the file's, without .pub */
  minisign_public key;
  int64_t expires; /* seconds since 1970; 0: never */
} trust_key;

typedef struct trust_store {
  trust_key *keys;
  size_t count;
} trust_store;

/*
 * Adds a key: a file as minisign writes it, whose first line may end in a date, which administrators add:
 * "untrusted comment: Acme, runbooks expires:2027-12-31". E_APPROVAL: not a key, a date that is none, a key that is there
 * already under another name.
 */
int trust_add(trust_store *self, const char *name, const char *text, size_t size, tlsmend_error *error);
void trust_clear(trust_store *self);

/* Why a text is no name that a runbook may call a key by (a file NAME.pub of the store), or NULL if it is one. Static. */
const char *trust_name_mistake(const char *name);

/* The key of a number, or NULL. */
const trust_key *trust_find(const trust_store *self, const unsigned char id[8]);

/* state, word, what it is to people */
#define TRUST_STATES(X)                                                                                      \
  X(UNSIGNED, "unsigned", "none")                                                                            \
  X(UNKNOWN, "unknown", "not in the trust store: not checked")                                               \
  X(EXPIRED, "expired", "expired")                                                                           \
  X(TRUSTED, "trusted", "trusted")

#define TRUST_STATE_(name, word, text) TRUST_##name,
typedef enum trust_state { TRUST_STATES(TRUST_STATE_) } trust_state;
#undef TRUST_STATE_

/* What is known of a signature that holds, as far as that can be told. A signature that does not hold is an error. */
typedef struct trust_verdict {
  trust_state state;
  char key[17];    /* the number of the key, "" if unsigned */
  char *signer;    /* the key's name in the store, NULL if it is not there */
  char *comment;   /* what the signer says, NULL */
  int64_t expires; /* of the key; 0: never */
} trust_verdict;

/* Judges a signature by the key that it names (NULL: not in the store) at `now`. False when out of memory. */
bool trust_judge(const unsigned char id[8], const trust_key *key, int64_t now, trust_verdict *out);
void trust_verdict_clear(trust_verdict *verdict);

/* {"state":, "signer":, "key":, "expires":, "comment":}. */
json_t *trust_verdict_to_json(const trust_verdict *verdict);

/* The same for people, from that JSON: "acme (key 0123..., until 2027-12-31)". */
void trust_print(const json_t *verdict, char *out, size_t size);

#endif
