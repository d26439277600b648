/* What servicing (Component Based Servicing, CBS) writes into the registry: its keys, the states of packages, their names. */
#ifndef TLSMEND_MACHINE_UPDATE_CBS_H
#define TLSMEND_MACHINE_UPDATE_CBS_H

#include <tlsmend/machine.h>

#define CBS_KEY            "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing"
#define CBS_PACKAGES       CBS_KEY "\\Packages"
#define CBS_REBOOT_PENDING CBS_KEY "\\RebootPending"

/* The value of a package's key that says what became of it. */
#define CBS_STATE "CurrentState"

/*
 * CurrentState of a package: name, number, what servicing calls it, what it says of the payload. The one table; Lua gets both words
 * with each package, the tests' stand-in reads these lines. Numbers and names are Microsoft's ("CBS Servicing States Chart"); what
 * they mean for the payload is ours. A negative number is a broken variant of the same state.
 */
#define CBS_STATES(X)                                                                                        \
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

#define CBS_STATE_(name, number, text, meaning) CBS_##name = number,
enum { CBS_STATES(CBS_STATE_) };
#undef CBS_STATE_

/* What a state says of the payload, from the least to the most: of several packages of an update the greatest counts. */
#define CBS_MEANINGS(X)                                                                                      \
  X(NO, "no")                                                                                                \
  X(BROKEN, "broken")         /* a broken variant, or no state that is known: cannot tell */                 \
  X(LEAVING, "leaving")       /* still there, gone after a restart */                                        \
  X(PARTIAL, "partial")       /* the files decide */                                                         \
  X(SUPERSEDED, "superseded") /* came with a newer package: the files decide */                              \
  X(PENDING, "pending")       /* there after a restart */                                                    \
  X(INSTALLED, "installed")

#define CBS_MEANING_(name, text) CBS_MEANS_##name,
typedef enum cbs_meaning { CBS_MEANINGS(CBS_MEANING_) } cbs_meaning;
#undef CBS_MEANING_

/* `state` as the registry holds it, a DWORD taken as signed. */
cbs_meaning cbs_meaning_of(int32_t state);
const char *cbs_meaning_name(cbs_meaning meaning);
const char *cbs_state_name(int32_t state);

/* The state of a package by its name below Packages; -1 where its value is no number. */
int cbs_state(tlsmend_machine *machine, const char *package, int32_t *out, tlsmend_error *error);

/* Whether servicing waits for a restart: it says so, or a package is on its way in or out, which it does not always say. */
int cbs_waits(tlsmend_machine *machine, bool *out, tlsmend_error *error);

/* The key of a package by its identity, its name below CBS_PACKAGES; malloc'd. NULL when out of memory. */
char *cbs_package_key(const char *identity);

/* Whether an identity names exactly this update: "KB3140245" of Package_for_KB3140245~... and Package_2_for_KB3140245_SP1~..., or
 * "RollupFix" of Package_for_RollupFix~..., which carries no number. */
bool cbs_package_is(const char *identity, const char *update);

#endif
