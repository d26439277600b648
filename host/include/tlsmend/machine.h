/*
 * tlsmend/machine.h: for authors of machine back ends.
 *
 * A machine is something that has a registry, a version, updates and a restart. This header defines the
 * vocabulary of every back end (keys, values, changes, facts) and the table of functions that a back end
 * fills in. Programs that only run runbooks need <tlsmend/tlsmend.h> and nothing from here.
 *
 * Stability: weaker than tlsmend.h. The table carries a version; members are only ever appended.
 * Encoding: every string is UTF-8. Registry data is the raw bytes that Windows stores (UTF-16LE for strings).
 * Threads: a machine is used by one thread at a time.
 */
#ifndef TLSMEND_MACHINE_H
#define TLSMEND_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tlsmend/tlsmend.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- keys and values -------------------------------------------------------------------------------------- */

/*
 * The address of a registry key. `path` is canonical: a short root (HKLM, HKCU, HKU, HKCR, HKCC), then names
 * separated by one backslash, no trailing backslash, never "Wow6432Node". A slash is an ordinary character.
 * `view` is 64 or 32 and already resolved: 64 for keys that both views share, 32 on a 32-bit Windows.
 * Borrowed: a back end copies what it keeps.
 */
typedef struct tlsmend_key {
  const char *path;
  int view;
} tlsmend_key;

/* Registry value types, numbered as winnt.h numbers them. Unknown numbers are carried through unchanged. */
#define TLSMEND_REG_TYPES(X)                                                                                 \
  X(0, REG_NONE)                                                                                             \
  X(1, REG_SZ)                                                                                               \
  X(2, REG_EXPAND_SZ)                                                                                        \
  X(3, REG_BINARY)                                                                                           \
  X(4, REG_DWORD)                                                                                            \
  X(5, REG_DWORD_BIG_ENDIAN)                                                                                 \
  X(6, REG_LINK)                                                                                             \
  X(7, REG_MULTI_SZ)                                                                                         \
  X(8, REG_RESOURCE_LIST)                                                                                    \
  X(9, REG_FULL_RESOURCE_DESCRIPTOR)                                                                         \
  X(10, REG_RESOURCE_REQUIREMENTS_LIST)                                                                      \
  X(11, REG_QWORD)

#define TLSMEND_REG_TYPE_(number, name) TLSMEND_##name = number,
enum tlsmend_reg_type { TLSMEND_REG_TYPES(TLSMEND_REG_TYPE_) };
#undef TLSMEND_REG_TYPE_

/*
 * A registry value: its type and its bytes exactly as stored. `data` is owned by the value and freed by
 * tlsmend_value_clear; it is NULL when size is 0. `present` is false for "the value does not exist", which is a
 * state like any other.
 */
typedef struct tlsmend_value {
  bool present;
  uint32_t type;
  size_t size;
  unsigned char *data;
} tlsmend_value;

/* ---- facts ------------------------------------------------------------------------------------------------- */

/* Product types, numbered as OSVERSIONINFOEX.wProductType numbers them; 0 is "cannot tell". */
enum tlsmend_product_type { TLSMEND_WORKSTATION = 1, TLSMEND_DOMAIN_CONTROLLER = 2, TLSMEND_SERVER = 3 };

/*
 * What a machine says of its Windows. Decide by numbers, never by `product`. `revision` is the UBR and is -1 where
 * the machine does not say. `architecture` is "x86", "x64", "arm64", "ia64", or "" for cannot tell.
 */
typedef struct tlsmend_system {
  uint32_t major, minor, build;
  int64_t revision;
  uint32_t service_pack;
  int product_type;
  char architecture[8];
  char edition[64];  /* EditionID, "" where absent */
  char product[128]; /* ProductName as registered (says "Windows 10" on 11: do not decide by it) */
  char release[32];  /* DisplayVersion, else ReleaseId, else "" */
  char computer[64]; /* ComputerName, "" where absent */
} tlsmend_system;

/* ---- changes ----------------------------------------------------------------------------------------------- */

#define TLSMEND_CHANGE_KINDS(X)                                                                              \
  X(KEY_CREATE, "key-create")                                                                                \
  X(KEY_DELETE, "key-delete")                                                                                \
  X(VALUE_SET, "value-set")                                                                                  \
  X(VALUE_DELETE, "value-delete")                                                                            \
  X(UPDATE_INSTALL, "update-install")                                                                        \
  X(REBOOT, "reboot")

#define TLSMEND_CHANGE_KIND_(name, text) TLSMEND_CHANGE_##name,
typedef enum tlsmend_change_kind { TLSMEND_CHANGE_KINDS(TLSMEND_CHANGE_KIND_) } tlsmend_change_kind;
#undef TLSMEND_CHANGE_KIND_

/* One file whose version an update is predicted to raise. Versions are VS_FIXEDFILEINFO as one 64-bit number, 0 for
 * "cannot tell". `path` is as the file system of Windows spells it below the system root: "System32\\winhttp.dll". */
typedef struct tlsmend_file_effect {
  char *path;
  int view;
  uint64_t before, after;
} tlsmend_file_effect;

/* What an update installation is: the package, its file and what is predicted of it. Owned by the change. */
typedef struct tlsmend_update {
  char *kb;      /* "KB3140245" */
  char *file;    /* the .msu or .cab, NULL when not yet at hand */
  char *sha256;  /* 64 lower-case hex digits of that file, NULL with file */
  char *package; /* identity below Component Based Servicing\Packages that is predicted to be installed */
  tlsmend_file_effect *files;
  size_t file_count;
} tlsmend_update;

/* One effect with its before and after. All strings are owned by the change; NULL where the kind has none. */
typedef struct tlsmend_change {
  tlsmend_change_kind kind;
  char *key; /* canonical path; NULL for UPDATE_INSTALL and REBOOT */
  int view;
  char *name; /* value name, "" is the default value; NULL unless VALUE_SET or VALUE_DELETE */
  tlsmend_value before, after;
  char *why;
  char *runbook;         /* id of the runbook that proposed it */
  unsigned phase;        /* 0 before the first restart, 1 after it ... */
  tlsmend_update update; /* UPDATE_INSTALL only */
  bool secret;           /* before and after are shown to nobody */
  char *owner;           /* who else sets this value and will set it again; NULL: nobody that is known */
} tlsmend_change;

/* What tlsmend_machine_ops.apply reports beside success. */
typedef struct tlsmend_outcome {
  uint32_t exit_code; /* of an installer, as unsigned 32 bit; 0 otherwise */
  bool restart;       /* the effect needs a restart to be complete */
  bool restarted;     /* REBOOT: the machine has restarted already (simulated ones do it at once) */
  char note[256];     /* one line for the report, or "" */
} tlsmend_outcome;

/* ---- probes ------------------------------------------------------------------------------------------------ */

/* A server to be asked. Borrowed. */
typedef struct tlsmend_endpoint {
  const char *host; /* a name or an address */
  unsigned port;
  const char *name; /* the server name to ask for (SNI), NULL: `host` */
  unsigned timeout; /* milliseconds for each step */
} tlsmend_endpoint;

/* What a question about TLS comes to. Silence is never "off". */
#define TLSMEND_PROBE_STATES(X)                                                                              \
  X(ON, "on")                      /* the server goes on with it */                                          \
  X(OFF, "off")                    /* it says that it will not */                                            \
  X(SILENT, "no answer")           /* silence, or what says neither yes nor no */                            \
  X(BLOCKED, "blocked before TLS") /* refused, or answered by something that is no TLS */

#define TLSMEND_PROBE_STATE_(name, text) TLSMEND_PROBE_##name,
typedef enum tlsmend_probe_state { TLSMEND_PROBE_STATES(TLSMEND_PROBE_STATE_) } tlsmend_probe_state;
#undef TLSMEND_PROBE_STATE_

typedef struct tlsmend_probe_answer {
  tlsmend_probe_state state;
  char protocol[16]; /* "TLS 1.2": what was asked for, or what was agreed on; "" for nothing */
  char suite[64];    /* "TLS_...", of ON; "" where it cannot be told */
  char detail[160];  /* why, one line, or "" */
} tlsmend_probe_answer;

/* What a line in the machine's log is about. The numbers are the event ids; they are never reused. */
typedef enum tlsmend_log_kind {
  TLSMEND_LOG_START = 1,   /* a run begins or goes on */
  TLSMEND_LOG_END = 2,     /* it has ended, or waits for a restart or its confirmation */
  TLSMEND_LOG_REFUSAL = 3, /* nothing was written */
  TLSMEND_LOG_FAILURE = 4  /* it failed and was undone, or something is left */
} tlsmend_log_kind;

/* ---- the table of functions -------------------------------------------------------------------------------- */

typedef struct tlsmend_machine tlsmend_machine;

/* Called for each name; a return other than 0 stops the enumeration and is handed back. `name` is borrowed. */
typedef int (*tlsmend_name_fn)(void *data, const char *name);

/*
 * All functions return TLSMEND_OK or a negative code with one line in `error`. A NULL member means "not mine": a
 * wrapper passes the call to the machine below, otherwise the host derives the answer from the registry, or
 * answers TLSMEND_E_UNKNOWN ("cannot tell"). Only `apply` never passes through.
 */
#define TLSMEND_MACHINE_OPS_VERSION 1
typedef struct tlsmend_machine_ops {
  int version; /* TLSMEND_MACHINE_OPS_VERSION */
  const char *name;

  /* Frees the machine. Called once, last. */
  void (*close)(tlsmend_machine *self);

  /* Whether the key exists. Opens nothing with write access. */
  int (*key_exists)(tlsmend_machine *self, const tlsmend_key *key, bool *out, tlsmend_error *error);

  /* Fills *out; an absent value or key is TLSMEND_OK with out->present false. The caller clears *out. */
  int (*value_get)(tlsmend_machine *self, const tlsmend_key *key, const char *name, tlsmend_value *out,
                   tlsmend_error *error);

  /* Calls fn with the name of each subkey or value. Order is the back end's. An absent key is TLSMEND_E_ABSENT. */
  int (*each_key)(tlsmend_machine *self, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                  tlsmend_error *error);
  int (*each_value)(tlsmend_machine *self, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                    tlsmend_error *error);

  /* Facts of the Windows itself. NULL: derived from the registry (HKLM\SOFTWARE\...\CurrentVersion). */
  int (*system)(tlsmend_machine *self, tlsmend_system *out, tlsmend_error *error);

  /* VS_FIXEDFILEINFO version of a file below the system root, e.g. "System32\\winhttp.dll" in a view.
   * TLSMEND_E_ABSENT: there is no such file. TLSMEND_E_UNKNOWN: cannot tell. */
  int (*file_version)(tlsmend_machine *self, const char *path, int view, uint64_t *out, tlsmend_error *error);

  /* Names what the Windows lists as installed hotfixes (Win32_QuickFixEngineering.HotFixID).
   * NULL: TLSMEND_E_UNKNOWN. */
  int (*each_hotfix)(tlsmend_machine *self, tlsmend_name_fn fn, void *data, tlsmend_error *error);

  /* A text that is the same for as long as the machine has not restarted. */
  int (*boot_id)(tlsmend_machine *self, char out[64], tlsmend_error *error);

  /* Lets `milliseconds` pass and answers TLSMEND_OK; NULL where time does not pass (TLSMEND_E_UNKNOWN). */
  int (*pause)(tlsmend_machine *self, unsigned milliseconds, tlsmend_error *error);

  /* Whether the caller may write at all (elevated). NULL: yes. TLSMEND_E_DENIED with the way out otherwise. */
  int (*may_write)(tlsmend_machine *self, tlsmend_error *error);

  /* The one door: carries out one change, durably. Refuses with TLSMEND_E_DRIFT if `before` no longer holds. For
   * KEY_DELETE the key is empty by then. `outcome` is zeroed by the caller. Never called while planning. */
  int (*apply)(tlsmend_machine *self, const tlsmend_change *change, tlsmend_outcome *outcome,
               tlsmend_error *error);

  /* Takes an installed update back. NULL: updates stay, and reports name them as not undone. */
  int (*update_remove)(tlsmend_machine *self, const tlsmend_change *change, tlsmend_error *error);

  /* Arranges that `tlsmend resume` runs after the restart without anybody logging on, or takes that arrangement back
   * (run == NULL). `how` receives one line for the report. NULL: nothing is arranged; the operator resumes. */
  int (*resume_arrange)(tlsmend_machine *self, const char *run, const char *state, char how[256],
                        tlsmend_error *error);

  /* Whether this computer's network is the machine's, so that a server may be asked from here on its behalf. NULL: it is not, or
   * cannot be told (TLSMEND_E_UNKNOWN). */
  int (*may_probe)(tlsmend_machine *self, const tlsmend_endpoint *endpoint, tlsmend_error *error);

  /* What a client gets from a server that asks this machine's Schannel for nothing in particular. Certificates are not checked.
   * NULL: TLSMEND_E_UNKNOWN. */
  int (*schannel_probe)(tlsmend_machine *self, const tlsmend_endpoint *endpoint, tlsmend_probe_answer *out,
                        tlsmend_error *error);

  /* Writes one line into the machine's own log for administrators (the Windows event log). NULL: it has none. */
  int (*log)(tlsmend_machine *self, tlsmend_log_kind kind, const char *text, tlsmend_error *error);

  /* Registers this program as a source of that log, or takes that back. `how` receives one line for people. Called by `tlsmend
   * install` and `uninstall` only. NULL: there is nothing to register. */
  int (*log_source)(tlsmend_machine *self, bool install, char how[256], tlsmend_error *error);

  /* Whether a file or folder of this computer may be looked at: listed, hashed, its version read. `below_system`: the path is
   * one below the folder of Windows ("System32\\winhttp.dll"). Looks at nothing. *followed is how many bytes of the path name what
   * was allowed: links in the rest of it are not to be followed. NULL: yes, wherever links lead. */
  int (*may_look)(tlsmend_machine *self, const char *path, bool below_system, size_t *followed,
                  tlsmend_error *error);

  /* Whether a runbook may call a module that the embedding program added. The fence's; back ends leave it NULL: yes. */
  int (*may_call)(tlsmend_machine *self, const char *module, tlsmend_error *error);

  /* Takes the package of an installation into the machine's own keeping, with the SHA-256 of the plan, before a run begins: whoever goes
   * on with the run may not reach the drive that it lies on. `begun`: the run has; what is kept already is enough. Gone when the
   * run has ended (resume_arrange without a run). NULL: packages are read where they lie. */
  int (*update_keep)(tlsmend_machine *self, const tlsmend_change *change, bool begun, tlsmend_error *error);
} tlsmend_machine_ops;

/* The common head of every machine; a back end's own struct begins with it. */
struct tlsmend_machine {
  const tlsmend_machine_ops *ops;
  tlsmend_machine *below; /* the machine a wrapper wraps, else NULL */
  tlsmend_system facts;   /* host's cache of `system`; back ends leave it alone */
  bool facts_known;
  /* Called every few seconds while `apply` waits for an installer, with the seconds it has taken so far. The host's: set
   * before `apply`, may be NULL; back ends only call it. */
  void (*progress)(void *data, unsigned seconds);
  void *progress_data;
};

/* A kind of machine that an embedding program adds with options.backends. */
typedef struct tlsmend_backend {
  const char *prefix; /* "lab": machines are named "lab:ARGUMENT"; not "live" or "sim" */
  /* Opens one, for reading. `argument` is what follows the colon, "" if nothing does. `data` is the row's. */
  int (*open)(void *data, const char *argument, tlsmend_machine **out, tlsmend_error *error);
  void *data;
} tlsmend_backend;

/* Frees the bytes and leaves an absent value. Safe on a zeroed value. */
TLSMEND_API void tlsmend_value_clear(tlsmend_value *value);

/* Replaces *out (cleared first) by a copy of the bytes. TLSMEND_E_MEMORY otherwise. */
TLSMEND_API int tlsmend_value_set(tlsmend_value *out, uint32_t type, const void *data, size_t size,
                                  tlsmend_error *error);

#ifdef __cplusplus
}
#endif
#endif
