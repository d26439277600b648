/*
 * tlsmend/values.h: what a machine is asked about and what it answers: keys, values, facts, changes, servers.
 *
 * Plain data, the vocabulary of every back end; <tlsmend/machine.h>, the table of functions that a back end fills in, includes it.
 * Programs that only run runbooks need <tlsmend/tlsmend.h> and nothing from here.
 *
 * The tables that are written TLSMEND_...(X) are lists: a program makes of each row what it needs by a macro of its own for X.
 *
 * Stability: weaker than tlsmend.h; a rise of TLSMEND_MACHINE_OPS_VERSION says when one of these has changed.
 * Encoding: every string is UTF-8. Registry data is the raw bytes that Windows stores (UTF-16LE for strings).
 * Ownership: a structure says at its head who owns what it points to. Arrays of char hold their text, cut off if it is longer.
 */
#ifndef TLSMEND_VALUES_H
#define TLSMEND_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tlsmend/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The address of a registry key. Borrowed: a back end copies what it keeps. */
typedef struct tlsmend_key {
  /* Canonical: a short root (HKLM, HKCU, HKU, HKCR, HKCC), then names separated by one backslash, no trailing backslash, never
   * "Wow6432Node". A slash is an ordinary character: "AES 128/128" is one name. Names are compared as Windows compares them,
   * without case, and kept as they are spelled. */
  const char *path;
  /* 64 or 32, and already resolved: 64 for keys that both views share, 32 on a 32-bit Windows. */
  int view;
} tlsmend_key;

/*
 * Registry value types, numbered as winnt.h numbers them. Unknown numbers are carried through unchanged. What Windows keeps in the
 * bytes, as a rule; a value of any type may hold anything, and nothing here relies on it:
 *   REG_SZ, REG_EXPAND_SZ  UTF-16LE with a NUL at its end, which may be missing; the second has %VARIABLES% in it
 *   REG_MULTI_SZ           texts of UTF-16LE with a NUL behind each, and one more behind the last
 *   REG_DWORD, REG_QWORD   a number of 4 or 8 bytes, the lowest byte first
 *   REG_BINARY, REG_NONE   bytes
 *   REG_LINK               the path of another key in UTF-16LE; no runbook may write one
 */
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

/* The types as constants: TLSMEND_REG_SZ ... */
#define TLSMEND_REG_TYPE_(number, name) TLSMEND_##name = number,
enum tlsmend_reg_type { TLSMEND_REG_TYPES(TLSMEND_REG_TYPE_) };
#undef TLSMEND_REG_TYPE_

/* A registry value: its type and its bytes exactly as stored, whatever the type promises of them. Owns its bytes: a copy of the
 * structure is no copy of the value. Zeroed, it is an absent value. */
typedef struct tlsmend_value {
  /* false: the value does not exist, which is a state like any other. An empty value is present. */
  bool present;
  /* A tlsmend_reg_type, or any other number. */
  uint32_t type;
  /* In bytes. */
  size_t size;
  /* Freed by tlsmend_value_clear. NULL when size is 0. */
  unsigned char *data;
} tlsmend_value;

/* Frees the bytes and leaves an absent value. Safe on a zeroed value. */
TLSMEND_API void tlsmend_value_clear(tlsmend_value *value);

/* Replaces *out (cleared first) by a present value with a copy of the bytes. `data` may be NULL if size is 0. E_MEMORY. */
TLSMEND_API int tlsmend_value_set(tlsmend_value *out, uint32_t type, const void *data, size_t size,
                                  tlsmend_error *error);

/* Product types, numbered as OSVERSIONINFOEX.wProductType numbers them; 0 is "cannot tell". */
enum tlsmend_product_type { TLSMEND_WORKSTATION = 1, TLSMEND_DOMAIN_CONTROLLER = 2, TLSMEND_SERVER = 3 };

/* What a machine says of its Windows. Decide by numbers, never by `product`. */
typedef struct tlsmend_system {
  /* 6.1.7601 is Windows 7 with its service pack. */
  uint32_t major, minor, build;
  /* The UBR: what an update raises in the build. -1 where the machine does not say. */
  int64_t revision;
  /* The number of the service pack, 0 for none. */
  uint32_t service_pack;
  /* A tlsmend_product_type, or 0. */
  int product_type;
  /* "x86", "x64", "arm64", "ia64", or "" for cannot tell. */
  char architecture[8];
  /* EditionID, "" where absent. */
  char edition[64];
  /* ProductName as registered. It says "Windows 10" on Windows 11. */
  char product[128];
  /* DisplayVersion, else ReleaseId, else "". */
  char release[32];
  /* ComputerName, "" where absent. */
  char computer[64];
} tlsmend_system;

/*
 * The kinds of changes: name, word in plans and journals.
 *   KEY_CREATE      a key that is not there; each missing key above it is a change of its own
 *   KEY_DELETE      an empty key; what is in it goes first, as changes of its own
 *   VALUE_SET       a value, new or in place of another
 *   VALUE_DELETE    a value that is there
 *   UPDATE_INSTALL  a package of Windows servicing
 *   REBOOT          a restart, because a change before it needs one
 */
#define TLSMEND_CHANGE_KINDS(X)                                                                              \
  X(KEY_CREATE, "key-create")                                                                                \
  X(KEY_DELETE, "key-delete")                                                                                \
  X(VALUE_SET, "value-set")                                                                                  \
  X(VALUE_DELETE, "value-delete")                                                                            \
  X(UPDATE_INSTALL, "update-install")                                                                        \
  X(REBOOT, "reboot")

/* The kinds as constants: TLSMEND_CHANGE_KEY_CREATE ... */
#define TLSMEND_CHANGE_KIND_(name, text) TLSMEND_CHANGE_##name,
typedef enum tlsmend_change_kind { TLSMEND_CHANGE_KINDS(TLSMEND_CHANGE_KIND_) } tlsmend_change_kind;
#undef TLSMEND_CHANGE_KIND_

/* One file whose version an update is predicted to raise. Owns its path. A version is four numbers of 16 bits, the first in the
 * highest bits: 6.1.7601.23375 is 0x000600011DB15B4F. 0 is "cannot tell". */
typedef struct tlsmend_file_effect {
  /* As the file system of Windows spells it below the system root: "System32\\winhttp.dll". */
  char *path;
  /* The system folder of 64-bit or of 32-bit programs: 64 or 32. */
  int view;
  /* The version as VS_FIXEDFILEINFO has it, now and when the update is installed. */
  uint64_t before, after;
} tlsmend_file_effect;

/* What an update installation is: the package, its file and what is predicted of it. Owned by the change. */
typedef struct tlsmend_update {
  /* "KB3140245". */
  char *kb;
  /* The .msu or .cab, as an absolute path. NULL when it is not yet at hand. */
  char *file;
  /* 64 lower-case hex digits: the SHA-256 of that file. NULL with file. */
  char *sha256;
  /* The identity below Component Based Servicing\Packages that is predicted to be installed. NULL: it is not known. */
  char *package;
  /* What it does to files that answer for it. */
  tlsmend_file_effect *files;
  /* How many these are. */
  size_t file_count;
} tlsmend_update;

/*
 * One effect with its before and after. All strings are owned by the change; NULL where the kind has none. What a kind promises:
 *   KEY_CREATE      a key that is not there; the values are not used
 *   KEY_DELETE      a key that is there, and empty by then; the values are not used
 *   VALUE_SET       after is the value, with its bytes; before the one that it replaces, or absent
 *   VALUE_DELETE    before is the value, after absent
 *   UPDATE_INSTALL  `update`; no key, no values
 *   REBOOT          nothing but why, runbook and phase
 * The inverse of a change has before and after exchanged: a KEY_CREATE becomes a KEY_DELETE, a VALUE_SET one that writes what was
 * there, or a VALUE_DELETE. An update and a restart have none. Changes are carried out in the order of the plan, and taken back in the
 * other one.
 */
typedef struct tlsmend_change {
  /* Says which of the members below mean something. */
  tlsmend_change_kind kind;
  /* Canonical path, as in tlsmend_key. NULL for UPDATE_INSTALL and REBOOT. */
  char *key;
  /* 64 or 32, as in tlsmend_key. */
  int view;
  /* The value's name; "" is the default value. NULL unless VALUE_SET or VALUE_DELETE. */
  char *name;
  /* The value that is there, and the one that will be. */
  tlsmend_value before, after;
  /* For people: why it is needed. */
  char *why;
  /* The id of the runbook that proposed it. */
  char *runbook;
  /* 0 before the first restart of the plan, 1 after it ... */
  unsigned phase;
  /* UPDATE_INSTALL only. */
  tlsmend_update update;
  /* before and after are shown to nobody. */
  bool secret;
  /* Who else sets this value and will set it again. NULL: nobody that is known. */
  char *owner;
} tlsmend_change;

/* What tlsmend_machine_ops.apply reports beside success. Zeroed before the call: a back end that has nothing to tell leaves it so. What
 * it says goes into the journal and the report. */
typedef struct tlsmend_outcome {
  /* What an installer ended with, as Windows shows it (3010, 0x800F081E); 0 where none ran. */
  uint32_t exit_code;
  /* The effect needs a restart to be complete. */
  bool restart;
  /* REBOOT: the machine has restarted already, as simulated ones do. */
  bool restarted;
  /* One line for the report, or "". */
  char note[256];
} tlsmend_outcome;

/* A server to be asked, by whoever asks: a runbook that declares it in needs.probes, or `tlsmend probe`. Borrowed for the call. Nothing
 * but a TLS handshake is sent to it. */
typedef struct tlsmend_endpoint {
  /* A name or an address. */
  const char *host;
  /* 1 to 65535. */
  unsigned port;
  /* The server name to ask for (SNI). NULL: `host`. */
  const char *name;
  /* Milliseconds for each step. */
  unsigned timeout;
} tlsmend_endpoint;

/*
 * What a question about TLS comes to: name, word in texts. Silence is never "off".
 *   ON       the server goes on with it
 *   OFF      it says that it will not
 *   SILENT   silence, or what says neither yes nor no
 *   BLOCKED  refused, or answered by something that is no TLS
 */
#define TLSMEND_PROBE_STATES(X)                                                                              \
  X(ON, "on")                                                                                                \
  X(OFF, "off")                                                                                              \
  X(SILENT, "no answer")                                                                                     \
  X(BLOCKED, "blocked before TLS")

/* The states as constants: TLSMEND_PROBE_ON ... */
#define TLSMEND_PROBE_STATE_(name, text) TLSMEND_PROBE_##name,
typedef enum tlsmend_probe_state { TLSMEND_PROBE_STATES(TLSMEND_PROBE_STATE_) } tlsmend_probe_state;
#undef TLSMEND_PROBE_STATE_

/* The answer of a server to one question. Only ON and OFF are the server's word; what leads to the others may pass, or stand in the
 * way between. */
typedef struct tlsmend_probe_answer {
  /* What it comes to. */
  tlsmend_probe_state state;
  /* "TLS 1.2": what was asked for, or what was agreed on; "" for nothing. */
  char protocol[16];
  /* "TLS_...", of ON; "" where it cannot be told. */
  char suite[64];
  /* Why, one line, or "". */
  char detail[160];
} tlsmend_probe_answer;

/* What a line in the machine's log is about. The numbers are the event ids of Windows' log; they are never reused. */
typedef enum tlsmend_log_kind {
  /* A run begins or goes on. */
  TLSMEND_LOG_START = 1,
  /* It has ended, or waits for a restart or its confirmation. */
  TLSMEND_LOG_END = 2,
  /* Nothing was written. */
  TLSMEND_LOG_REFUSAL = 3,
  /* It failed and was undone, or something is left. */
  TLSMEND_LOG_FAILURE = 4
} tlsmend_log_kind;

#ifdef __cplusplus
}
#endif
#endif
