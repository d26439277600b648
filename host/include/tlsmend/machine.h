/*
 * tlsmend/machine.h: for authors of machine back ends.
 *
 * A machine is something that has a registry, a version, updates and a restart. This header is the table of functions that a
 * back end fills in; what passes through them is declared in <tlsmend/values.h>. Programs that only run runbooks need
 * <tlsmend/tlsmend.h> and nothing from here.
 *
 * Stability: weaker than tlsmend.h. The table carries a version, and a library refuses every other one when it opens the machine.
 * Only `version`, `name` and `close` stand at the same place in all versions, so that it can close what it refuses.
 * Encoding: every string is UTF-8.
 * Threads: a machine is used by one thread at a time.
 */
#ifndef TLSMEND_MACHINE_H
#define TLSMEND_MACHINE_H

#include <tlsmend/values.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tlsmend_machine tlsmend_machine;

/* Called for each name; a return other than 0 stops the enumeration and is handed back. `name` is borrowed. */
typedef int (*tlsmend_name_fn)(void *data, const char *name);

/*
 * All functions return TLSMEND_OK or a negative code with one line in `error`. A NULL member means "not mine": a
 * wrapper passes the call to the machine below, otherwise the host derives the answer from the registry, or
 * answers TLSMEND_E_UNKNOWN ("cannot tell"). Only `apply` never passes through.
 */
#define TLSMEND_MACHINE_OPS_VERSION 2
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

#ifdef __cplusplus
}
#endif
#endif
