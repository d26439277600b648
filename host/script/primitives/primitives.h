/*
 * What a text can ask of its host: one table. A primitive gets plain values, which may come from a process that was taken over: it
 * believes none of them. How many there are and of which types is checked for all of them in one place, by the table, and so is
 * whether it may be asked now.
 */
#ifndef TLSMEND_SCRIPT_PRIMITIVES_PRIMITIVES_H
#define TLSMEND_SCRIPT_PRIMITIVES_PRIMITIVES_H

#include "script/primitives/call.h"
#include "script/primitives/host.h"

/* When it may be asked. */
typedef enum primitive_when {
  PRIMITIVE_ANY_TIME,
  PRIMITIVE_MACHINE, /* inside applies, run and verify */
  PRIMITIVE_VERIFY   /* inside verify */
} primitive_when;

/*
 * Id, what messages call it (NULL: that is what the call says), function, when, arguments. A letter an argument:
 *   k  the path of a registry key, which the primitive makes canonical     t  a text of UTF-8 without NULs
 *   T  such a text, or nil                                                  s  any bytes
 *   v  a view: 64, 32 or 0                                                  i  an integer
 *   I  an integer, or nil
 *   b  true or false                                                        *  what else there is, of any type
 *   (  what follows may stand there any number of times
 */
#define PRIMITIVES(X)                                                                                        \
  X(REGISTRY_GET, "registry.get", primitive_value, PRIMITIVE_MACHINE, "ktv")                                 \
  X(REGISTRY_RAW, "registry.raw", primitive_value, PRIMITIVE_MACHINE, "ktv")                                 \
  X(REGISTRY_EXISTS, "registry.exists", primitive_exists, PRIMITIVE_MACHINE, "kv")                           \
  X(REGISTRY_KEYS, "registry.keys", primitive_keys, PRIMITIVE_MACHINE, "kv")                                 \
  X(REGISTRY_VALUES, "registry.values", primitive_values, PRIMITIVE_MACHINE, "kv")                           \
  X(REGISTRY_USERS, "registry.users", primitive_users, PRIMITIVE_MACHINE, "")                                \
  X(REGISTRY_UNKNOWN, "registry.unknown", primitive_branch, PRIMITIVE_MACHINE, "kv")                         \
  X(REGISTRY_SET, "registry.set", primitive_set, PRIMITIVE_MACHINE, "ktvisbt")                               \
  X(REGISTRY_DELETE, "registry.delete", primitive_delete, PRIMITIVE_MACHINE, "ktvt")                         \
  X(REGISTRY_CREATE, "registry.create", primitive_create, PRIMITIVE_MACHINE, "kvt")                          \
  X(REGISTRY_DELETE_KEY, "registry.delete_key", primitive_delete_key, PRIMITIVE_MACHINE, "kvt")              \
  X(REBOOT_FACT, "reboot.fact", primitive_fact, PRIMITIVE_MACHINE, "kT")                                     \
  X(REBOOT_FACT_KEYS, "reboot.fact", primitive_fact_keys, PRIMITIVE_MACHINE, "k")                            \
  X(REBOOT_BARRIER, "reboot.barrier", primitive_barrier, PRIMITIVE_MACHINE, "t")                             \
  X(LOG, "log", primitive_log, PRIMITIVE_ANY_TIME, "bs")                                                     \
  X(FINDING, "log.finding", primitive_finding, PRIMITIVE_ANY_TIME, "t")                                      \
  X(UNKNOWN, "unknown", primitive_unknown, PRIMITIVE_ANY_TIME, "t")                                          \
  X(HOTFIX_PACKAGES, "hotfix.packages", primitive_packages, PRIMITIVE_MACHINE, "t")                          \
  X(HOTFIX_LISTED, "hotfix.listed", primitive_listed, PRIMITIVE_MACHINE, "t")                                \
  X(HOTFIX_FILE_FACT, "hotfix.file_version", primitive_file_fact, PRIMITIVE_MACHINE, "tv")                   \
  X(HOTFIX_FILE_VERSION, "hotfix.file_version", primitive_file_version, PRIMITIVE_MACHINE, "tv")             \
  X(HOTFIX_WINNER, "hotfix.winner", primitive_winner, PRIMITIVE_MACHINE, "tv")                               \
  X(FILES_KIND, "files", primitive_kind, PRIMITIVE_MACHINE, "t")                                             \
  X(FILES_NAMES, "files", primitive_names, PRIMITIVE_MACHINE, "t")                                           \
  X(UPDATE_PROPOSE, "update.propose", primitive_propose, PRIMITIVE_MACHINE, "tTTTT(tvt")                     \
  X(UPDATE_SHA256, "update.sha256", primitive_sha256, PRIMITIVE_MACHINE, "t")                                \
  X(UPDATE_BUNDLED, "update.bundled", primitive_bundled, PRIMITIVE_ANY_TIME, "")                             \
  X(PROBE_VERSIONS, "probe.versions", primitive_versions, PRIMITIVE_VERIFY, "tiTI")                          \
  X(PROBE_DEFAULT_CLIENT, "probe.default_client", primitive_default_client, PRIMITIVE_VERIFY, "tiTI")        \
  X(PROBE_SPLIT, "probe.split", primitive_split, PRIMITIVE_ANY_TIME, "t")                                    \
  X(MODULE, NULL, primitive_module, PRIMITIVE_MACHINE, "*")

typedef enum primitive_id {
#define PRIMITIVE_ID(id, name, function, when, arguments) PRIMITIVE_##id,
  PRIMITIVES(PRIMITIVE_ID)
#undef PRIMITIVE_ID
      PRIMITIVE_COUNT
} primitive_id;

typedef int primitive_fn(script_host *host, tlsmend_call *call, tlsmend_error *error);

#define PRIMITIVE_FUNCTION(id, name, function, when, arguments) primitive_fn function;
PRIMITIVES(PRIMITIVE_FUNCTION)
#undef PRIMITIVE_FUNCTION

/*
 * Asks the host. Only `args` and `arg_count` of the call are read, and its name where the primitive is a module of an embedding
 * program; its answers are made anew. A limit that was passed, or a refusal of the guard, stays in the account of the host
 * (host->account->exceeded), and every later call fails with it. Any number is fine as `id`.
 */
int primitive_call(script_host *host, primitive_id id, tlsmend_call *call, tlsmend_error *error);

/* What messages call it, or NULL. Static. */
const char *primitive_name(primitive_id id);

#endif
