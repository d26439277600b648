/* Values that Group Policy sets again. */
#ifndef TLSMEND_SESSION_POLICY_GROUP_POLICY_H
#define TLSMEND_SESSION_POLICY_GROUP_POLICY_H

#include "session/session.h"

/* Marks the changes of such values. */
int session_mark_owners(const tlsmend_session *self, tlsmend_plan *plan, tlsmend_error *error);

/* As far as one registry.pol says; `root` is HKLM or HKCU. A file that is not there says nothing, a broken one
 * becomes a finding. */
int session_mark_file(tlsmend_plan *plan, const char *root, const char *path, tlsmend_error *error);

#endif
