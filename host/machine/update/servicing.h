/*
 * What an update installation does to a machine, as far as it can be predicted: what the installer leaves behind until the
 * restart, and what the restart makes of it. The overlay and snapshots share it, so that a plan and a simulated apply agree.
 */
#ifndef TLSMEND_MACHINE_UPDATE_SERVICING_H
#define TLSMEND_MACHINE_UPDATE_SERVICING_H

#include <tlsmend/machine.h>

#define SERVICING_REBOOT_PENDING                                                                             \
  "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending"

/*
 * CurrentState of a package: name, number, what servicing calls it, what it says of the payload. The one table; Lua gets both words
 * with each package, the tests' stand-in reads these lines. Numbers and names are Microsoft's ("CBS Servicing States Chart"); what
 * they mean for the payload is ours. A negative number is a broken variant of the same state.
 */
#define SERVICING_STATES(X)                                                                                  \
  X(ABSENT, 0x00, "absent", NO)                                                                              \
  X(UNINSTALL_PENDING, 0x05, "uninstall pending", LEAVING)                                                   \
  X(RESOLVING, 0x10, "resolving", NO)                                                                        \
  X(RESOLVED, 0x20, "resolved", NO)                                                                          \
  X(STAGING, 0x30, "staging", NO)                                                                            \
  X(STAGED, 0x40, "staged", NO)                                                                              \
  X(SUPERSEDED, 0x50, "superseded", SUPERSEDED)                                                              \
  X(INSTALL_PENDING, 0x60, "install pending", PENDING)                                                       \
  X(PARTIALLY_INSTALLED, 0x65, "partially installed", PARTIAL)                                               \
  X(INSTALLED, 0x70, "installed", INSTALLED)                                                                 \
  X(PERMANENT, 0x80, "permanent", INSTALLED)

#define SERVICING_STATE_(name, number, text, meaning) SERVICING_##name = number,
enum { SERVICING_STATES(SERVICING_STATE_) };
#undef SERVICING_STATE_

/* What a state says of the payload, from the least to the most: of several packages of an update the greatest counts. */
#define SERVICING_MEANINGS(X)                                                                                \
  X(NO, "no")                                                                                                \
  X(BROKEN, "broken")         /* a broken variant, or no state that is known: cannot tell */                 \
  X(LEAVING, "leaving")       /* still there, gone after a restart */                                        \
  X(PARTIAL, "partial")       /* the files decide */                                                         \
  X(SUPERSEDED, "superseded") /* came with a newer package: the files decide */                              \
  X(PENDING, "pending")       /* there after a restart */                                                    \
  X(INSTALLED, "installed")

#define SERVICING_MEANING_(name, text) SERVICING_MEANS_##name,
typedef enum servicing_meaning { SERVICING_MEANINGS(SERVICING_MEANING_) } servicing_meaning;
#undef SERVICING_MEANING_

/* `state` as the registry holds it, a DWORD taken as signed. */
servicing_meaning servicing_meaning_of(int32_t state);
const char *servicing_meaning_name(servicing_meaning meaning);
const char *servicing_state_name(int32_t state);

/* The state of a package by its name below Packages; -1 where its value is no number. */
int servicing_state(tlsmend_machine *machine, const char *package, int32_t *out, tlsmend_error *error);

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

/* The key of a package below Component Based Servicing; malloc'd. NULL if the update names no package or out of memory. */
char *servicing_package_key(const tlsmend_update *update);

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

/* Whether a package's identity names exactly this KB: Package_for_KB3140245~..., Package_2_for_KB3140245~... */
bool servicing_package_is(const char *identity, const char *kb);

/* Nothing waits for a restart any more. Called once for each restart, after the completions. */
int servicing_restarted(const servicing_writer *writer, tlsmend_error *error);

#endif
