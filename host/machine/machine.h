/*
 * Calls to a machine. Resolves keys (canonical path, view of the architecture), passes a NULL op on to the machine below, or
 * derives the answer from the registry. Everything above the back ends goes through these functions.
 */
#ifndef TLSMEND_MACHINE_MACHINE_H
#define TLSMEND_MACHINE_MACHINE_H

#include <tlsmend/machine.h>

#include "base/names.h"

void machine_close(tlsmend_machine *self);

/* A resolved key; `path` is owned. */
typedef struct machine_key {
  char *path;
  int view;
} machine_key;

/* Canonical path and the view that this machine has for it: `view` is 64, 32, or 0 for the machine's own. */
int machine_resolve(tlsmend_machine *self, const char *path, int view, machine_key *out,
                    tlsmend_error *error);
void machine_key_clear(machine_key *key);

/* The following take canonical paths and resolve the view themselves (see machine_resolve). */
int machine_key_exists(tlsmend_machine *self, const char *path, int view, bool *out, tlsmend_error *error);
int machine_value_get(tlsmend_machine *self, const char *path, int view, const char *name, tlsmend_value *out,
                      tlsmend_error *error);
int machine_each_key(tlsmend_machine *self, const char *path, int view, tlsmend_name_fn fn, void *data,
                     tlsmend_error *error);
int machine_each_value(tlsmend_machine *self, const char *path, int view, tlsmend_name_fn fn, void *data,
                       tlsmend_error *error);

/* Names of an enumeration, sorted as Windows sorts. */
int machine_keys(tlsmend_machine *self, const char *path, int view, name_list *out, tlsmend_error *error);
int machine_values(tlsmend_machine *self, const char *path, int view, name_list *out, tlsmend_error *error);
int machine_hotfixes(tlsmend_machine *self, name_list *out, tlsmend_error *error);

/* Facts, cached in the machine. */
int machine_system(tlsmend_machine *self, const tlsmend_system **out, tlsmend_error *error);

int machine_file_version(tlsmend_machine *self, const char *path, int view, uint64_t *out,
                         tlsmend_error *error);
int machine_boot_id(tlsmend_machine *self, char out[64], tlsmend_error *error);
int machine_pause(tlsmend_machine *self, unsigned milliseconds, tlsmend_error *error);
/* Nothing may be asked for a while. Whoever closes an overlay has said so. */
void machine_idle(tlsmend_machine *self);
int machine_may_write(tlsmend_machine *self, tlsmend_error *error);
int machine_apply(tlsmend_machine *self, const tlsmend_change *change, tlsmend_outcome *outcome,
                  tlsmend_error *error);
int machine_flush(tlsmend_machine *self, const tlsmend_change *changes, size_t count, tlsmend_error *error);
/* Whether a rollback takes updates back from it. */
bool machine_removes_updates(const tlsmend_machine *self);
int machine_update_remove(tlsmend_machine *self, const tlsmend_change *change, tlsmend_error *error);
/* E_UNSUPPORTED: this machine reads packages where they lie. */
int machine_update_keep(tlsmend_machine *self, const tlsmend_change *change, bool begun,
                        tlsmend_error *error);
int machine_resume_arrange(tlsmend_machine *self, const char *run, const char *state, char how[256],
                           tlsmend_error *error);
/* One line for the machine's own log. Failures are nobody's business: the journal is what counts. */
void machine_log(tlsmend_machine *self, tlsmend_log_kind kind, const char *text);
int machine_log_source(tlsmend_machine *self, bool install, char how[256], tlsmend_error *error);
int machine_may_probe(tlsmend_machine *self, const tlsmend_endpoint *endpoint, tlsmend_error *error);
int machine_schannel_probe(tlsmend_machine *self, const tlsmend_endpoint *endpoint, tlsmend_probe_answer *out,
                           tlsmend_error *error);

/* Whether the registry is that of a file, which may lack branches (see anchors.h); and how far above a key the one is by which the file
 * tells of it: 0 where the machine is no file. */
bool machine_is_file(const tlsmend_machine *self);
int machine_told(tlsmend_machine *self, const char *path, int view, unsigned *above, tlsmend_error *error);

/* Whether the view is another key than the 64-bit one on this machine: the views in which a key has to be set. */
bool machine_is_64bit(const tlsmend_system *system);

#endif
