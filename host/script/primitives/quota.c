/*
 * Counts what a script asks of a machine and proposes to it, above the guard of `needs`. Refuses nothing itself but what is
 * beyond a limit; adds nothing to what is asked.
 */
#include "script/primitives/quota.h"

#include <string.h>

#include "machine/machine.h"

/* What is asked is noted in the plan with its names: long ones count as more questions. */
enum { BYTES_PER_READ = 256 };

static size_t length(const char *text) { return text ? strlen(text) : 0; }

static int count_read(tlsmend_machine *self, const char *path, const char *name, tlsmend_error *error) {
  size_t cost = 1 + (length(path) + length(name)) / BYTES_PER_READ;
  return account_count(((script_quota *)self)->account, TLSMEND_LIMIT_READS, cost, error);
}

static int key_exists(tlsmend_machine *self, const tlsmend_key *key, bool *out, tlsmend_error *error) {
  int code = count_read(self, key->path, NULL, error);
  return code == TLSMEND_OK ? machine_key_exists(self->below, key->path, key->view, out, error) : code;
}

static int value_get(tlsmend_machine *self, const tlsmend_key *key, const char *name, tlsmend_value *out,
                     tlsmend_error *error) {
  int code = count_read(self, key->path, name, error);
  return code == TLSMEND_OK ? machine_value_get(self->below, key->path, key->view, name, out, error) : code;
}

static int each_key(tlsmend_machine *self, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                    tlsmend_error *error) {
  int code = count_read(self, key->path, NULL, error);
  return code == TLSMEND_OK ? machine_each_key(self->below, key->path, key->view, fn, data, error) : code;
}

static int each_value(tlsmend_machine *self, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                      tlsmend_error *error) {
  int code = count_read(self, key->path, NULL, error);
  return code == TLSMEND_OK ? machine_each_value(self->below, key->path, key->view, fn, data, error) : code;
}

static int file_version(tlsmend_machine *self, const char *path, int view, uint64_t *out,
                        tlsmend_error *error) {
  int code = count_read(self, path, NULL, error);
  return code == TLSMEND_OK ? machine_file_version(self->below, path, view, out, error) : code;
}

static size_t update_size(const tlsmend_update *update) {
  size_t size = length(update->kb) + length(update->file) + length(update->package);
  for (size_t i = 0; i < update->file_count; i++)
    size += sizeof update->files[i] + length(update->files[i].path);
  return size;
}

static int apply(tlsmend_machine *self, const tlsmend_change *change, tlsmend_outcome *outcome,
                 tlsmend_error *error) {
  script_account *account = ((script_quota *)self)->account;
  size_t size = sizeof *change + length(change->key) + length(change->name) + length(change->why) +
                change->after.size + update_size(&change->update);
  int code = account_count(account, TLSMEND_LIMIT_CHANGES, 1, error);
  if (code == TLSMEND_OK)
    code = account_count(account, TLSMEND_LIMIT_VALUE, change->after.size, error);
  if (code == TLSMEND_OK)
    code = account_count(account, TLSMEND_LIMIT_OUTPUT, size, error);
  return code == TLSMEND_OK ? machine_apply(self->below, change, outcome, error) : code;
}

static int may_probe(tlsmend_machine *self, const tlsmend_endpoint *endpoint, tlsmend_error *error) {
  int code = count_read(self, endpoint->host, endpoint->name, error);
  return code == TLSMEND_OK ? machine_may_probe(self->below, endpoint, error) : code;
}

static void close_quota(tlsmend_machine *self) { (void)self; } /* part of its owner */

static const tlsmend_machine_ops quota_ops = {.version = TLSMEND_MACHINE_OPS_VERSION,
                                              .name = "quota",
                                              .close = close_quota,
                                              .key_exists = key_exists,
                                              .value_get = value_get,
                                              .each_key = each_key,
                                              .each_value = each_value,
                                              .file_version = file_version,
                                              .apply = apply,
                                              .may_probe = may_probe};

void quota_set(script_quota *quota, tlsmend_machine *below, script_account *account) {
  *quota = (script_quota){.base = {.ops = &quota_ops, .below = below}, .account = account};
}
