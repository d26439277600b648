/*
 * What an approval says: the trusted comment of a signature, as fields "name:value" separated by tabs, which is how minisign
 * itself writes "timestamp:..." and "file:...". Pure text; the clock is the caller's.
 */
#ifndef TLSMEND_SIGNING_APPROVAL_H
#define TLSMEND_SIGNING_APPROVAL_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

#include <tlsmend/tlsmend.h>

typedef struct approval {
  char key[17];      /* the number of the key as minisign shows it */
  char *approver;    /* who, NULL if not said */
  char *ticket;      /* of the change, NULL */
  int64_t signed_at; /* 0 if not said */
  int64_t expires;   /* seconds since 1970, 0: never */
} approval;

void approval_clear(approval *approval);

/* The trusted comment for an approval of `file`; malloc'd. E_USAGE if a text has tabs, line breaks or other control
 * characters. */
int approval_comment(const approval *approval, const char *file, char **out, tlsmend_error *error);

/* Reads a trusted comment. E_APPROVAL if it names an expiry that is not one, or names a field twice. */
int approval_read(const char *comment, approval *out, tlsmend_error *error);

/* {"key":, "approver":, "ticket":, "signed":, "expires":}; missing ones are null. */
json_t *approval_to_json(const approval *approval);

#endif
