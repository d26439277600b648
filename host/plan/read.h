/* What was read from a machine to decide, and what it answered: when the plan is applied, it must answer the same. */
#ifndef TLSMEND_PLAN_READ_H
#define TLSMEND_PLAN_READ_H

#include <tlsmend/values.h>

#include "base/names.h"

/* What kind of thing was read. */
#define PLAN_READ_KINDS(X)                                                                                   \
  X(KEY, "key")           /* whether a key exists */                                                         \
  X(VALUE, "value")       /* a value or its absence */                                                       \
  X(KEYS, "keys")         /* the names of the subkeys */                                                     \
  X(VALUES, "values")     /* the names of the values */                                                      \
  X(FILE, "file")         /* the version of a file */                                                        \
  X(HOTFIXES, "hotfixes") /* the list of hotfixes */

#define PLAN_READ_KIND_(name, text) PLAN_READ_##name,
typedef enum plan_read_kind { PLAN_READ_KINDS(PLAN_READ_KIND_) } plan_read_kind;
#undef PLAN_READ_KIND_

typedef enum plan_found {
  PLAN_ABSENT, /* there is no such thing */
  PLAN_PRESENT,
  PLAN_UNKNOWN, /* the machine cannot tell */
  PLAN_HIDDEN   /* a secret value, left out when the plan was saved: only its type is known */
} plan_found;

/* Empty is {0}, which is PLAN_ABSENT. Only the member of the read's kind is filled. */
typedef struct plan_answer {
  plan_found found;
  tlsmend_value value; /* VALUE */
  name_list names;     /* KEYS, VALUES, HOTFIXES: sorted */
  uint64_t version;    /* FILE */
} plan_answer;

/* Copies what was read into *out, which is empty. Names that are not UTF-8 are left out: plans, which are JSON, cannot hold them. */
int plan_answer_value(plan_answer *out, const tlsmend_value *value, tlsmend_error *error);
int plan_answer_names(plan_answer *out, const name_list *names, tlsmend_error *error);

bool plan_answer_equal(const plan_answer *a, const plan_answer *b);
void plan_answer_clear(plan_answer *answer);

typedef struct plan_read {
  plan_read_kind kind;
  char *key; /* or the file's path; "" for HOTFIXES */
  int view;
  char *name; /* VALUE only */
  plan_answer answer;
  uint32_t hash; /* of key and name, to find it again */
} plan_read;

/* What is asked. Borrowed. */
typedef struct plan_question {
  plan_read_kind kind;
  const char *key;
  int view;
  const char *name;
} plan_question;

/* Everything that was read, each once. Empty is {0}. The index holds positions + 1 by hash, 0 is free: a read costs the same among
 * many. */
typedef struct plan_reads {
  plan_read *items;
  size_t count, room;
  size_t *slots, slot_room;
} plan_reads;

/* Whether the answer of a question is recorded already: then it need not be made. */
bool plan_reads_know(const plan_reads *self, const plan_question *question);

/* Records an answer, unless there is one. It is taken over, and is empty then, whatever is returned. E_MEMORY. */
int plan_reads_add(plan_reads *self, const plan_question *question, plan_answer *answer,
                   tlsmend_error *error);

/* Copies them into *out, which is empty. False: out of memory. */
bool plan_reads_copy(plan_reads *out, const plan_reads *from);
void plan_reads_clear(plan_reads *self);

#endif
