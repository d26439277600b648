/*
 * tlsmend/machine.h: for authors of machine back ends.
 *
 * A machine is something that has a registry, a version, updates and a restart. This header is the table of functions that a
 * back end fills in; what passes through them is declared in <tlsmend/values.h>. Programs that only run runbooks need
 * <tlsmend/tlsmend.h> and nothing from here. docs/BACKENDS.md says how to begin; tests/embed/own.c is a whole back end.
 *
 * WHO CALLS
 *   Only the library does, on the thread that called it. It calls a machine in three situations, which the comments below name:
 *     planning      reads only, and any number of them. A runbook works on an overlay, which keeps what it writes; the back end is
 *                   asked for what is not there, and once more before a plan is applied.
 *     applying      `apply` for one change after the other, reads in between. So are a rollback, and going on after a restart.
 *     around it     rights, the package files, the start after a restart, the machine's log.
 *
 * RETURN VALUES
 *   Every function returns TLSMEND_OK, or a negative code with one line in `error` (tlsmend_error_set): it names the thing and the
 *   way out. `error` may be NULL. Each comment lists the codes that mean something to the caller; TLSMEND_E_MEMORY, TLSMEND_E_IO,
 *   and TLSMEND_E_DENIED where the operating system refuses, may come from all of them and end what is being done.
 *   TLSMEND_E_UNKNOWN is "cannot tell", never "no": the plan says so, and applying it needs the operator's word.
 *
 * MEMBERS THAT ARE NULL
 *   NULL means "not mine": the host derives the answer from the registry, or answers what the comment says.
 *   `close`, `key_exists`, `value_get`, `each_key` and `each_value` must be there.
 *
 * Stability: weaker than tlsmend.h. The table carries a version, and a library refuses every other one when it opens the machine.
 * Only `version`, `name` and `close` stand at the same place in all versions, so that it can close what it refuses.
 * Encoding: every string is UTF-8.
 * Threads: a machine is used by one thread at a time.
 */
#ifndef TLSMEND_MACHINE_H
#define TLSMEND_MACHINE_H

#include <tlsmend/tlsmend.h>
#include <tlsmend/values.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tlsmend_machine tlsmend_machine;

/* Called for each name of an enumeration. `name` is borrowed for the call. A return other than 0 ends the enumeration, and is what
 * the enumerating function must return. */
typedef int (*tlsmend_name_fn)(void *data, const char *name);

/* The version of the table below. It rises whenever a member comes, goes or changes its meaning. */
#define TLSMEND_MACHINE_OPS_VERSION 4

/* The table of functions: one for all machines of a kind, alive for as long as any of them. */
typedef struct tlsmend_machine_ops {
  /* TLSMEND_MACHINE_OPS_VERSION. */
  int version;

  /* A word for messages: "a NAME machine takes no changes". Nothing is decided by it. */
  const char *name;

  /* Frees the machine. Called once and last, also for a machine that was refused when it was opened. */
  void (*close)(tlsmend_machine *self);

  /* Whether a key exists: *out. Called while planning and applying. Opens nothing with write access: an account that may only
   * look must be able to plan. E_DENIED if it may not even look. */
  int (*key_exists)(tlsmend_machine *self, const tlsmend_key *key, bool *out, tlsmend_error *error);

  /* Reads a value: type and bytes exactly as they are stored, whatever the type promises. Nothing is repaired, expanded or
   * terminated. `name` "" is the key's default value. An absent value, or key, is TLSMEND_OK with out->present false. Fill *out with
   * tlsmend_value_set; the caller clears it, also after a failure. Called while planning and applying. E_DENIED. */
  int (*value_get)(tlsmend_machine *self, const tlsmend_key *key, const char *name, tlsmend_value *out,
                   tlsmend_error *error);

  /* Calls `fn` with the name of each subkey of a key, or of each of its values, as they are spelled; in any order, each once. The
   * host sorts. `fn` calls no function of the machine. Called while planning and applying. E_ABSENT: there is no such key. */
  int (*each_key)(tlsmend_machine *self, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                  tlsmend_error *error);
  int (*each_value)(tlsmend_machine *self, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                    tlsmend_error *error);

  /* What Windows it is. Called once, before everything else but `close`, and the host keeps the answer. NULL:
   * it is derived from HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion and its neighbours. */
  int (*system)(tlsmend_machine *self, tlsmend_system *out, tlsmend_error *error);

  /* The version of a file (VS_FIXEDFILEINFO, as one 64-bit number) below the folder of Windows: `path` "System32\\winhttp.dll",
   * in the view of 64-bit or 32-bit programs. Called while planning, and before a plan is applied, to see which updates are there.
   * Opens the file for reading only. E_ABSENT: there is no such file. E_UNKNOWN: it has no version, or cannot be read. NULL: E_UNKNOWN. */
  int (*file_version)(tlsmend_machine *self, const char *path, int view, uint64_t *out, tlsmend_error *error);

  /* Calls `fn` with each update that this Windows lists as installed (Win32_QuickFixEngineering.HotFixID: "KB3140245"), in any order.
   * May take seconds. Called while planning, where a runbook asks for an update. E_UNKNOWN: the list cannot be had. NULL: E_UNKNOWN. */
  int (*each_hotfix)(tlsmend_machine *self, tlsmend_name_fn fn, void *data, tlsmend_error *error);

  /* Writes a text, NUL at its end, that stays the same for as long as the machine has not restarted, and is never used again after.
   * Called when a run begins, at each of its restarts, and when it goes on: the difference is the proof that the machine has
   * restarted. E_UNKNOWN ends the call before anything is written. NULL: E_UNKNOWN, so such a machine can be planned for only. */
  int (*boot_id)(tlsmend_machine *self, char out[64], tlsmend_error *error);

  /* Lets `milliseconds` pass. Called when a run goes on after a restart, while Windows finishes an update; with 0, to ask whether time
   * passes at all. NULL: it does not, as on every made-up machine: there is nothing to wait for, and `tlsmend resume` carries out the
   * restart that is due. */
  int (*pause)(tlsmend_machine *self, unsigned milliseconds, tlsmend_error *error);

  /* Lets go of what was kept to answer sooner, such as keys that are open: nothing may be asked for a long while. Called when planning
   * ends, and when checks do; it may be called at any time, and changes no answer. NULL: nothing is kept. */
  void (*idle)(tlsmend_machine *self);

  /* Whether the caller may write at all. Called before a run begins, goes on or is undone, and by `tlsmend install`. Tries nothing
   * out that would leave a trace. E_DENIED, with the way out ("start it as an administrator"). NULL: yes. */
  int (*may_write)(tlsmend_machine *self, tlsmend_error *error);

  /*
   * The one door: carries out one change, so that reads see it. An update and a restart would survive a power cut when it returns;
   * a key or a value need not before `flush`. Called while applying, never while planning; the journal says that the step is about to
   * be done, and will say that it is. `outcome` is zeroed by the caller; fill in what is to be told. For KEY_CREATE the parent is there, for KEY_DELETE the key is empty. Does not journal, retry or undo: to
   * take a step back, the host calls it with the inverse change.
   * E_DRIFT: `before` does not hold any more, and nothing was done. E_UNSUPPORTED: a kind of change that this machine does not
   * know. E_FAILED: it was tried and did not work. After any failure the host looks for itself how far it came.
   * NULL: the machine can be planned for, and takes no changes (E_UNSUPPORTED).
   */
  int (*apply)(tlsmend_machine *self, const tlsmend_change *change, tlsmend_outcome *outcome,
               tlsmend_error *error);

  /* Takes an update back that `apply` has installed: an UPDATE_INSTALL of the run that is undone. Called while rolling back, at the
   * step's turn. E_UNSUPPORTED: this one stays, which is no failure of the rollback; other codes are. NULL: updates stay, and plans
   * and reports say so beforehand. */
  int (*update_remove)(tlsmend_machine *self, const tlsmend_change *change, tlsmend_error *error);

  /* Arranges that `tlsmend resume` is run after the restart without anybody logging on, or takes that back (`run` is NULL). `run` is
   * the id of the run and `state` the folder with its journal, an absolute path. `how` receives one line for the report, "" for
   * nothing to tell. Called before a restart is asked for, and when the run has ended. Must be safe to call again. A failure is told
   * as a warning: then, as with NULL, the operator types `tlsmend resume`. */
  int (*resume_arrange)(tlsmend_machine *self, const char *run, const char *state, char how[256],
                        tlsmend_error *error);

  /* Whether this computer's network is the machine's, so that a server that is asked from here answers what it would answer the
   * machine. Called before each probe of a runbook or of `tlsmend probe`. Sends nothing. E_UNKNOWN: it is not, or cannot be told.
   * NULL: E_UNKNOWN. */
  int (*may_probe)(tlsmend_machine *self, const tlsmend_endpoint *endpoint, tlsmend_error *error);

  /* What a client gets from a server that asks this machine's Schannel for nothing in particular: the protocol and suite that were
   * agreed on, or why none were. Called after `may_probe` said yes. Checks no certificate, sends nothing but a handshake, and ends
   * within endpoint->timeout a step. *out holds PROBE_SILENT before. E_UNKNOWN: the host has no address, or there is no Schannel
   * to ask. NULL: E_UNKNOWN. */
  int (*schannel_probe)(tlsmend_machine *self, const tlsmend_endpoint *endpoint, tlsmend_probe_answer *out,
                        tlsmend_error *error);

  /* Writes one line into the machine's own log for administrators (the event log of Windows). Called when a run begins, ends or is
   * refused. Its failure is ignored, and `error` is NULL: the journal is what counts. NULL: it has no such log. */
  int (*log)(tlsmend_machine *self, tlsmend_log_kind kind, const char *text, tlsmend_error *error);

  /* Registers this program as a source of that log (`install`), or takes that back. `how` receives one line for people. Called by
   * tlsmend_install only, after `may_write`: it is never a side effect. NULL: E_UNSUPPORTED, there is nothing to register. */
  int (*log_source)(tlsmend_machine *self, bool install, char how[256], tlsmend_error *error);

  /* Takes the package of an UPDATE_INSTALL into the machine's own keeping, checked against the SHA-256 of the plan: whoever goes on
   * with the run after a restart may not reach the drive that it lies on. Called before a run begins, and before it goes on
   * (`begun`: then what is kept already is enough). What is kept is thrown away by `resume_arrange` without a run. E_REFUSED: the package
   * is missing, or not the right one. NULL, or E_UNSUPPORTED: packages are read where they lie. */
  int (*update_keep)(tlsmend_machine *self, const tlsmend_change *change, bool begun, tlsmend_error *error);

  /* For machines that are a file, such as an export, which may hold only some branches of a registry: how many keys above this one the
   * nearest one is that the file lists; 0: it lists the key itself; UINT_MAX: none. Who exports a key exports all that is below, so the
   * file tells of that, whatever there is; keys that are in it only as the way to another tell nothing. Called while planning and before
   * a plan is applied. NULL: the machine is no such file; what is absent in it is absent. */
  int (*told)(tlsmend_machine *self, const tlsmend_key *key, unsigned *above, tlsmend_error *error);

  /* Returns once these changes of keys and values would survive a power cut; what else was applied before may come along. Called while
   * applying, after a batch of them, and after a kill for those that are found to be there; then nothing may be waiting. Until it
   * returns, a power cut may take any of them away, but no key without what is in it. A failure has the batch undone.
   * NULL: each change is on the disk when `apply` returns. */
  int (*flush)(tlsmend_machine *self, const tlsmend_change *changes, size_t count, tlsmend_error *error);
} tlsmend_machine_ops;

/* The head of every machine. A back end's own struct begins with it; it sets `ops` and leaves the rest zeroed (calloc). */
struct tlsmend_machine {
  const tlsmend_machine_ops *ops;

  /* The machine that one of the host's own wrappers stands over. NULL in a back end. */
  tlsmend_machine *below;

  /* The host's copy of what `system` answered. Back ends leave both alone. */
  tlsmend_system facts;
  bool facts_known;

  /* To be called every few seconds while `apply` waits for something that takes long, such as an installer, with the seconds that it
   * has taken so far: people see that it is still at it. The host sets both before `apply`; NULL: nobody listens. */
  void (*progress)(void *data, unsigned seconds);
  void *progress_data;
};

/* A kind of machine that an embedding program adds (tlsmend_options.backends). Alive until the sessions that use it are closed. */
typedef struct tlsmend_backend {
  /* The word before the colon: "lab" opens what is named "lab:ARGUMENT". None that the library uses itself (E_USAGE). */
  const char *prefix;

  /* Opens a machine, for reading: creates and writes nothing. `argument` is what follows the colon, "" if nothing does, `data` the
   * member below. *out is closed by the library, with `close`. Called by tlsmend_session_open, which hands its code and line on:
   * E_USAGE for an argument that names none, E_ABSENT, E_IO, E_DENIED. */
  int (*open)(void *data, const char *argument, tlsmend_machine **out, tlsmend_error *error);

  /* Whatever `open` needs. The program's. */
  void *data;
} tlsmend_backend;

#ifdef __cplusplus
}
#endif
#endif
