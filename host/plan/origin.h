/*
 * Where a saved plan came from: the bytes that were read, which are the ones that were signed, and the signatures that were
 * found for them. A plan that was made here has no origin.
 */
#ifndef TLSMEND_PLAN_ORIGIN_H
#define TLSMEND_PLAN_ORIGIN_H

#include <stdint.h>
#include <stddef.h>

#include "signing/approval.h"
#include "signing/minisign.h"

typedef struct plan_signature {
  char *path;
  minisign_signature signature;
} plan_signature;

typedef struct plan_origin {
  char *path; /* of the plan */
  char *text;
  size_t size;
  char sha256[65]; /* of the bytes */
  plan_signature *signatures;
  size_t signature_count;
  approval *approvals; /* those that were checked and hold */
  size_t approval_count;
} plan_origin;

/* Takes `text` over. NULL when out of memory. */
plan_origin *plan_origin_new(const char *path, char *text, size_t size);
void plan_origin_free(plan_origin *origin);

/* Reads the text of a signature file and keeps it. E_APPROVAL names the path. */
int plan_origin_sign(plan_origin *origin, const char *path, const char *text, size_t size,
                     tlsmend_error *error);

/*
 * Counts the keys that have signed these bytes and whose approval has not expired at `now`. A key that is given twice counts
 * once. E_APPROVAL if a signature by one of the keys does not hold, has expired, or lies in the future by more than a day.
 * What holds is kept in origin->approvals.
 */
int plan_origin_check(plan_origin *origin, const minisign_public *keys, size_t key_count, int64_t now,
                      size_t *count, tlsmend_error *error);

/* {"plan_sha256":, "approvals": [...]}: for journals and reports. */
json_t *plan_origin_to_json(const plan_origin *origin);

#endif
