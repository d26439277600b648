/* The registry.pol files of Group Policy that lie on a machine, or beside its snapshot, and what they make of a value. */
#ifndef TLSMEND_SESSION_POLICY_POLICY_FILES_H
#define TLSMEND_SESSION_POLICY_POLICY_FILES_H

#include "plan/lines.h"
#include "session/session.h"

typedef struct policy_entry {
  char *key; /* canonical; HKCU where the file is that of users */
  int view;
  char *name;
  tlsmend_value value;
  uint32_t hash; /* of what the key has behind its root */
} policy_entry;

typedef struct policy_file {
  char *path;
  policy_entry *entries; /* in the order in which Windows carries them out */
  size_t count, room;
} policy_file;

/* Zeroed, there are none. */
typedef struct policy_files {
  policy_file *items;
  size_t count;
} policy_files;

/*
 * Reads those of a machine: Windows' own where it runs here; of a snapshot FILE.Machine.pol and FILE.User.pol. A file that is not there says
 * nothing. One that is broken is TLSMEND_E_CORRUPT beside a snapshot; on a running Windows it becomes a line of `doubts`. Clear *out in any case.
 */
int policy_files_read(const tlsmend_session *self, policy_files *out, plan_lines *doubts,
                      tlsmend_error *error);

void policy_files_clear(policy_files *self);

/* A value of a machine: canonical key, resolved view, name. Borrowed. */
typedef struct policy_target {
  const char *key;
  int view;
  const char *name;
} policy_target;

/* What the next refresh of policy makes of a value that is `now`: *next, which the caller clears. *file is the file that has the last
 * word, NULL: none of them speaks of it, and *next is empty. */
int policy_files_foresee(const policy_files *self, const policy_target *target, const tlsmend_value *now,
                         tlsmend_value *next, const policy_file **file, tlsmend_error *error);

#endif
