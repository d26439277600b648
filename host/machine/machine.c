/* The calls to a machine: a NULL op passes to the machine below, keys get the view that this Windows has for them. */
#include "machine/machine.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "registry/path.h"
#include "machine/facts.h"

/* The nearest machine, from the top, that has the op; NULL if none has. Needs the op's member name, hence a macro. */
#define OWNER(self, op)                                                                                      \
  tlsmend_machine *owner = (self);                                                                           \
  while (owner && !owner->ops->op)                                                                           \
  owner = owner->below

void machine_close(tlsmend_machine *self) {
  if (self)
    self->ops->close(self);
}

int machine_system(tlsmend_machine *self, const tlsmend_system **out, tlsmend_error *error) {
  while (self->below)
    self = self->below; /* wrappers never change what Windows it is */
  if (!self->facts_known) {
    int code = self->ops->system ? self->ops->system(self, &self->facts, error)
                                 : facts_derive(self, &self->facts, error);
    if (code != TLSMEND_OK)
      return code;
    self->facts_known = true;
  }
  *out = &self->facts;
  return TLSMEND_OK;
}

bool machine_is_file(const tlsmend_machine *self) {
  while (self->below)
    self = self->below;
  return self->ops->told;
}

bool machine_is_64bit(const tlsmend_system *system) { return strcmp(system->architecture, "x86") != 0; }

/* The view in which this machine keeps a canonical path. */
static int view_of(tlsmend_machine *self, const char *path, int view, int *out, tlsmend_error *error) {
  const tlsmend_system *system = NULL;
  int code = machine_system(self, &system, error);
  if (code != TLSMEND_OK)
    return code;
  if (view != 0 && view != 64 && view != 32)
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "%s: a view is 64 or 32, not %d", path, view);
  *out = 64;
  if (!machine_is_64bit(system)) {
    *out = 32;
  } else if (view == 32 && path_redirected(path)) {
    if (!*system->architecture)
      return tlsmend_error_set(
          error, TLSMEND_E_UNKNOWN,
          "the machine does not say whether it is a 32-bit or a 64-bit Windows, which decides where "
          "the 32-bit view of %s is: a snapshot needs REG_SZ Architecture (x86, x64) below " FACTS_KEY,
          path);
    *out = 32;
  }
  return TLSMEND_OK;
}

int machine_told(tlsmend_machine *self, const char *path, int view, unsigned *above, tlsmend_error *error) {
  *above = 0;
  tlsmend_key key = {path, 0};
  int code = view_of(self, path, view, &key.view, error);
  OWNER(self, told);
  return code == TLSMEND_OK && owner ? owner->ops->told(owner, &key, above, error) : code;
}

int machine_resolve(tlsmend_machine *self, const char *path, int view, machine_key *out,
                    tlsmend_error *error) {
  *out = (machine_key){0};
  int code = path_canonical(path, &out->path, error);
  if (code == TLSMEND_OK)
    code = view_of(self, out->path, view, &out->view, error);
  if (code != TLSMEND_OK)
    machine_key_clear(out);
  return code;
}

void machine_key_clear(machine_key *key) {
  free(key->path);
  *key = (machine_key){0};
}

static int cannot_tell(const char *what, tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_UNKNOWN, "this machine cannot tell %s", what);
}

int machine_key_exists(tlsmend_machine *self, const char *path, int view, bool *out, tlsmend_error *error) {
  *out = false;
  tlsmend_key key = {path, 0};
  int code = view_of(self, path, view, &key.view, error);
  OWNER(self, key_exists);
  return code == TLSMEND_OK ? owner->ops->key_exists(owner, &key, out, error) : code;
}

int machine_value_get(tlsmend_machine *self, const char *path, int view, const char *name, tlsmend_value *out,
                      tlsmend_error *error) {
  *out = (tlsmend_value){0};
  tlsmend_key key = {path, 0};
  int code = view_of(self, path, view, &key.view, error);
  OWNER(self, value_get);
  return code == TLSMEND_OK ? owner->ops->value_get(owner, &key, name, out, error) : code;
}

int machine_each_key(tlsmend_machine *self, const char *path, int view, tlsmend_name_fn fn, void *data,
                     tlsmend_error *error) {
  tlsmend_key key = {path, 0};
  int code = view_of(self, path, view, &key.view, error);
  OWNER(self, each_key);
  return code == TLSMEND_OK ? owner->ops->each_key(owner, &key, fn, data, error) : code;
}

int machine_each_value(tlsmend_machine *self, const char *path, int view, tlsmend_name_fn fn, void *data,
                       tlsmend_error *error) {
  tlsmend_key key = {path, 0};
  int code = view_of(self, path, view, &key.view, error);
  OWNER(self, each_value);
  return code == TLSMEND_OK ? owner->ops->each_value(owner, &key, fn, data, error) : code;
}

static int hand_out(int code, name_list *out, tlsmend_error *error) {
  name_list_sort(out);
  if (code != TLSMEND_OK)
    name_list_clear(out);
  return code == TLSMEND_E_MEMORY ? error_no_memory(error) : code;
}

int machine_keys(tlsmend_machine *self, const char *path, int view, name_list *out, tlsmend_error *error) {
  *out = (name_list){0};
  return hand_out(machine_each_key(self, path, view, name_list_add, out, error), out, error);
}

int machine_values(tlsmend_machine *self, const char *path, int view, name_list *out, tlsmend_error *error) {
  *out = (name_list){0};
  return hand_out(machine_each_value(self, path, view, name_list_add, out, error), out, error);
}

int machine_hotfixes(tlsmend_machine *self, name_list *out, tlsmend_error *error) {
  *out = (name_list){0};
  OWNER(self, each_hotfix);
  if (!owner)
    return cannot_tell("which hotfixes are installed", error);
  return hand_out(owner->ops->each_hotfix(owner, name_list_add, out, error), out, error);
}

int machine_file_version(tlsmend_machine *self, const char *path, int view, uint64_t *out,
                         tlsmend_error *error) {
  *out = 0;
  const tlsmend_system *system = NULL;
  int code = machine_system(self, &system, error);
  if (code != TLSMEND_OK)
    return code;
  OWNER(self, file_version);
  if (!owner)
    return cannot_tell("file versions", error);
  return owner->ops->file_version(owner, path, machine_is_64bit(system) && view != 32 ? 64 : 32, out, error);
}

int machine_boot_id(tlsmend_machine *self, char out[64], tlsmend_error *error) {
  OWNER(self, boot_id);
  return owner ? owner->ops->boot_id(owner, out, error) : cannot_tell("whether it has restarted", error);
}

int machine_pause(tlsmend_machine *self, unsigned milliseconds, tlsmend_error *error) {
  OWNER(self, pause);
  return owner ? owner->ops->pause(owner, milliseconds, error) : cannot_tell("the time", error);
}

void machine_idle(tlsmend_machine *self) {
  OWNER(self, idle);
  if (owner)
    owner->ops->idle(owner);
}

int machine_may_write(tlsmend_machine *self, tlsmend_error *error) {
  OWNER(self, may_write);
  return owner ? owner->ops->may_write(owner, error) : TLSMEND_OK;
}

int machine_apply(tlsmend_machine *self, const tlsmend_change *change, tlsmend_outcome *outcome,
                  tlsmend_error *error) {
  *outcome = (tlsmend_outcome){0};
  if (!self->ops->apply)
    return tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED, "a %s machine takes no changes", self->ops->name);
  return self->ops->apply(self, change, outcome, error);
}

int machine_flush(tlsmend_machine *self, const tlsmend_change *changes, size_t count, tlsmend_error *error) {
  return self->ops->flush ? self->ops->flush(self, changes, count, error) : TLSMEND_OK;
}

bool machine_removes_updates(const tlsmend_machine *self) { return self->ops->update_remove; }

int machine_update_remove(tlsmend_machine *self, const tlsmend_change *change, tlsmend_error *error) {
  if (!machine_removes_updates(self))
    return tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED,
                             "%s stays installed: to remove it, wusa /uninstall /kb:%s", change->update.kb,
                             change->update.kb + 2);
  return self->ops->update_remove(self, change, error);
}

int machine_update_keep(tlsmend_machine *self, const tlsmend_change *change, bool begun,
                        tlsmend_error *error) {
  return self->ops->update_keep
             ? self->ops->update_keep(self, change, begun, error)
             : tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED, "this machine keeps no packages");
}

int machine_resume_arrange(tlsmend_machine *self, const char *run, const char *state, char how[256],
                           tlsmend_error *error) {
  *how = 0;
  return self->ops->resume_arrange ? self->ops->resume_arrange(self, run, state, how, error) : TLSMEND_OK;
}

void machine_log(tlsmend_machine *self, tlsmend_log_kind kind, const char *text) {
  OWNER(self, log);
  if (owner)
    owner->ops->log(owner, kind, text, NULL); /* a log that is full stops no run */
}

int machine_log_source(tlsmend_machine *self, bool install, char how[256], tlsmend_error *error) {
  *how = 0;
  OWNER(self, log_source);
  if (!owner)
    return tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED,
                             "a %s machine has no event log: nothing is to be installed on it",
                             self->ops->name);
  return owner->ops->log_source(owner, install, how, error);
}

int machine_may_probe(tlsmend_machine *self, const tlsmend_endpoint *endpoint, tlsmend_error *error) {
  OWNER(self, may_probe);
  return owner ? owner->ops->may_probe(owner, endpoint, error)
               : cannot_tell("what a server answers to it", error);
}

int machine_schannel_probe(tlsmend_machine *self, const tlsmend_endpoint *endpoint, tlsmend_probe_answer *out,
                           tlsmend_error *error) {
  *out = (tlsmend_probe_answer){.state = TLSMEND_PROBE_SILENT};
  OWNER(self, schannel_probe);
  return owner ? owner->ops->schannel_probe(owner, endpoint, out, error)
               : cannot_tell("what its Schannel agrees on with a server", error);
}
