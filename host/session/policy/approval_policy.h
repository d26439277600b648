/* The policy of a site: whose approvals a plan needs. */
#ifndef TLSMEND_SESSION_POLICY_APPROVAL_POLICY_H
#define TLSMEND_SESSION_POLICY_APPROVAL_POLICY_H

#include "session/session.h"
#include "signing/minisign.h"

/* What it demands of plans for this session's machine: `needed` 0 is nothing. */
typedef struct policy {
  size_t needed;
  minisign_public *keys;
  size_t key_count;
  bool expiry; /* an approval without an end does not count */
  char *path;  /* of the file that demands it */
} policy;

/* Reads policy.json in a folder; one that is not there demands nothing. Clear *out in any case. E_APPROVAL: it is
 * broken. */
int policy_read(const tlsmend_session *self, const char *folder, policy *out, tlsmend_error *error);
void policy_clear(policy *policy);

#endif
