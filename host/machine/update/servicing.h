/*
 * What an update installation does to a machine, as far as it can be predicted: what the installer leaves behind until the
 * restart, and what the restart makes of it. The overlay and snapshots share it, so that a plan and a simulated apply agree.
 */
#ifndef TLSMEND_MACHINE_UPDATE_SERVICING_H
#define TLSMEND_MACHINE_UPDATE_SERVICING_H

#include <tlsmend/machine.h>

/* How the effects are written: the caller's own registry and file versions, behind every door and check. */
typedef struct servicing_writer {
  int (*value_set)(void *data, const char *path, const char *name, const tlsmend_value *value,
                   tlsmend_error *error);
  int (*key_create)(void *data, const char *path, tlsmend_error *error);
  int (*key_delete)(void *data, const char *path, tlsmend_error *error);
  int (*file_set)(void *data, const char *path, int view, uint64_t version, tlsmend_error *error);
  int (*hotfix_add)(void *data, const char *kb, tlsmend_error *error);
  void *data;
} servicing_writer;

/* The installer has run: the package is install-pending and the machine waits for a restart. */
int servicing_install(const tlsmend_update *update, const servicing_writer *writer, tlsmend_error *error);

/* The machine has restarted: the package is installed and its files are in place. */
int servicing_complete(const tlsmend_update *update, const servicing_writer *writer, tlsmend_error *error);

/* Whether an update is there, by the state of its packages and the versions of its files. `pending`: its installation waits
 * for a restart or is still going on. `evidence` says in one line what was seen. */
typedef struct servicing_presence {
  bool installed, pending;
  char evidence[256];
} servicing_presence;
int servicing_detect(tlsmend_machine *machine, const tlsmend_update *update, servicing_presence *out,
                     tlsmend_error *error);

/* Nothing waits for a restart any more. Called once for each restart, after the completions. */
int servicing_restarted(const servicing_writer *writer, tlsmend_error *error);

#endif
