/*
 * tlsmend/values.h: what a machine is asked about and what it answers: keys, values, facts, changes, servers.
 *
 * Plain data, the vocabulary of every back end (<tlsmend/machine.h>). Programs that only run runbooks need <tlsmend/tlsmend.h>
 * and nothing from here.
 *
 * Stability: weaker than tlsmend.h; a rise of TLSMEND_MACHINE_OPS_VERSION says when one of these has changed.
 * Encoding: every string is UTF-8. Registry data is the raw bytes that Windows stores (UTF-16LE for strings).
 */
#ifndef TLSMEND_VALUES_H
#define TLSMEND_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tlsmend/tlsmend.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Keys and values. */

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

/* Frees the bytes and leaves an absent value. Safe on a zeroed value. */
TLSMEND_API void tlsmend_value_clear(tlsmend_value *value);

/* Replaces *out (cleared first) by a copy of the bytes. TLSMEND_E_MEMORY otherwise. */
TLSMEND_API int tlsmend_value_set(tlsmend_value *out, uint32_t type, const void *data, size_t size,
                                  tlsmend_error *error);

/* Facts. */

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

/* Changes. */

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

/* Probes. */

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

#ifdef __cplusplus
}
#endif
#endif
