/* The fence around what a runbook declared. Every op of the table stands here, so that nothing passes by default. */
#include "machine/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/path.h"
#include "core/unicode.h"
#include "machine/machine.h"

typedef struct guard {
  tlsmend_machine base;
  const guard_needs *needs;
} guard;

/* Whether the key is declared, or lies below a declared one; or, for `above`, on the way down to one. */
static bool declared(const guard *self, const char *path, bool above) {
  for (size_t i = 0; i < self->needs->registry_count; i++) {
    const char *tree = self->needs->registry[i];
    if (path_within(path, tree) || (above && path_within(tree, path)))
      return true;
  }
  return false;
}

static int refuse(const guard *self, const char *what, const char *thing, tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_REFUSED,
                           "%s may not %s %s: add it to `needs` of the runbook if it should",
                           self->needs->runbook, what, thing);
}

static int key_exists(tlsmend_machine *machine, const tlsmend_key *key, bool *out, tlsmend_error *error) {
  const guard *self = (const guard *)machine;
  if (!declared(self, key->path, true))
    return refuse(self, "read", key->path, error);
  return machine_key_exists(machine->below, key->path, key->view, out, error);
}

static int value_get(tlsmend_machine *machine, const tlsmend_key *key, const char *name, tlsmend_value *out,
                     tlsmend_error *error) {
  const guard *self = (const guard *)machine;
  if (!declared(self, key->path, false))
    return refuse(self, "read", key->path, error);
  return machine_value_get(machine->below, key->path, key->view, name, out, error);
}

static int each_key(tlsmend_machine *machine, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                    tlsmend_error *error) {
  const guard *self = (const guard *)machine;
  if (!declared(self, key->path, false))
    return refuse(self, "list", key->path, error);
  return machine_each_key(machine->below, key->path, key->view, fn, data, error);
}

static int each_value(tlsmend_machine *machine, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                      tlsmend_error *error) {
  const guard *self = (const guard *)machine;
  if (!declared(self, key->path, false))
    return refuse(self, "list", key->path, error);
  return machine_each_value(machine->below, key->path, key->view, fn, data, error);
}

static bool update_declared(const guard *self, const char *kb) {
  for (size_t i = 0; i < self->needs->update_count; i++)
    if (strcmp(self->needs->updates[i], kb) == 0)
      return true;
  return false;
}

static int apply(tlsmend_machine *machine, const tlsmend_change *change, tlsmend_outcome *outcome,
                 tlsmend_error *error) {
  const guard *self = (const guard *)machine;
  switch (change->kind) {
  case TLSMEND_CHANGE_KEY_CREATE: /* also the missing keys on the way down to a declared one */
    if (!declared(self, change->key, true))
      return refuse(self, "create", change->key, error);
    break;
  case TLSMEND_CHANGE_KEY_DELETE:
  case TLSMEND_CHANGE_VALUE_SET:
  case TLSMEND_CHANGE_VALUE_DELETE:
    if (!declared(self, change->key, false))
      return refuse(self, "write to", change->key, error);
    break;
  case TLSMEND_CHANGE_UPDATE_INSTALL:
    if (!update_declared(self, change->update.kb))
      return refuse(self, "install", change->update.kb, error);
    break;
  case TLSMEND_CHANGE_REBOOT:
    if (!self->needs->reboot)
      return refuse(self, "restart", "the machine", error);
    break;
  }
  return machine_apply(machine->below, change, outcome, error);
}

/* The spelling of an endpoint in `needs`: "[::1]:443" for what has colons of its own. */
static bool probe_declared(const guard *self, const char *spelled) {
  for (size_t i = 0; i < self->needs->probe_count; i++)
    if (unicode_name_equal(self->needs->probes[i], spelled))
      return true;
  return self->needs->any_probe;
}

static int may_probe(tlsmend_machine *machine, const tlsmend_endpoint *endpoint, tlsmend_error *error) {
  const guard *self = (const guard *)machine;
  char spelled[300];
  snprintf(spelled, sizeof spelled, strchr(endpoint->host, ':') ? "[%.256s]:%u" : "%.256s:%u", endpoint->host,
           endpoint->port);
  if (!probe_declared(self, spelled))
    return refuse(self, "probe", spelled, error);
  return machine_may_probe(machine->below, endpoint, error);
}

static int schannel_probe(tlsmend_machine *machine, const tlsmend_endpoint *endpoint,
                          tlsmend_probe_answer *out, tlsmend_error *error) {
  int code = may_probe(machine, endpoint, error);
  return code == TLSMEND_OK ? machine_schannel_probe(machine->below, endpoint, out, error) : code;
}

static void close_guard(tlsmend_machine *machine) { free(machine); }

static const tlsmend_machine_ops guard_ops = {.version = TLSMEND_MACHINE_OPS_VERSION,
                                              .name = "guard",
                                              .close = close_guard,
                                              .key_exists = key_exists,
                                              .value_get = value_get,
                                              .each_key = each_key,
                                              .each_value = each_value,
                                              .apply = apply,
                                              .may_probe = may_probe,
                                              .schannel_probe = schannel_probe};

int guard_open(tlsmend_machine *below, const guard_needs *needs, tlsmend_machine **out,
               tlsmend_error *error) {
  *out = NULL;
  guard *self = calloc(1, sizeof *self);
  if (!self)
    return tlsmend_error_set(error, TLSMEND_E_MEMORY, "out of memory for a guard");
  self->base = (tlsmend_machine){.ops = &guard_ops, .below = below};
  self->needs = needs;
  *out = &self->base;
  return TLSMEND_OK;
}
