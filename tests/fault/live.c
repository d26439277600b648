/* The machine whose registry waits to be flushed. */
#include "fault/live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "fault/fault.h"
#include "machine/backends.h"
#include "machine/machine.h"
#include "machine/sim/sim.h"

void (*live_on_change)(void);

typedef struct live {
  tlsmend_machine base;
  char path[300], waiting[320];
} live;

static bool is_registry(const tlsmend_change *change) {
  return change->kind != TLSMEND_CHANGE_UPDATE_INSTALL && change->kind != TLSMEND_CHANGE_REBOOT;
}

/* FILE.waiting is a row of these, each with its bytes behind it. */
typedef struct row {
  int kind, view;
  bool named, was, is;
  uint32_t was_type, is_type;
  size_t key, name, was_size, is_size;
} row;

static void append(const live *self, const tlsmend_change *change) {
  FILE *file = fopen(self->waiting, "ab");
  row row = {(int)change->kind,
             change->view,
             change->name,
             change->before.present,
             change->after.present,
             change->before.type,
             change->after.type,
             strlen(change->key) + 1,
             change->name ? strlen(change->name) + 1 : 0,
             change->before.size,
             change->after.size};
  if (!file || fwrite(&row, sizeof row, 1, file) != 1 || fwrite(change->key, 1, row.key, file) != row.key ||
      fwrite(change->name, 1, row.name, file) != row.name ||
      fwrite(change->before.data, 1, row.was_size, file) != row.was_size ||
      fwrite(change->after.data, 1, row.is_size, file) != row.is_size || fclose(file) != 0)
    abort();
}

/* Calls fn with each waiting change; answers how many there are. */
static size_t each_waiting(const char *waiting,
                           bool (*fn)(void *data, size_t n, const tlsmend_change *change), void *data) {
  FILE *file = fopen(waiting, "rb");
  size_t count = 0;
  row row;
  for (; file && fread(&row, sizeof row, 1, file) == 1; count++) {
    size_t size = row.key + row.name + row.was_size + row.is_size;
    char *bytes = malloc(size);
    if (!bytes || fread(bytes, 1, size, file) != size)
      abort();
    unsigned char *was = (unsigned char *)bytes + row.key + row.name;
    tlsmend_change change = {.kind = (tlsmend_change_kind)row.kind,
                             .view = row.view,
                             .key = bytes,
                             .name = row.named ? bytes + row.key : NULL,
                             .before = {row.was, row.was_type, row.was_size, was},
                             .after = {row.is, row.is_type, row.is_size, was + row.was_size}};
    bool go_on = !fn || fn(data, count, &change);
    free(bytes);
    if (!go_on)
      break;
  }
  if (file)
    fclose(file);
  return count;
}

/* What waits is seen. A change that is there already was flushed before the note of it was gone. */
static bool see(void *data, size_t n, const tlsmend_change *change) {
  tlsmend_outcome outcome;
  (void)n;
  machine_apply(data, change, &outcome, NULL);
  return true;
}

static int apply(tlsmend_machine *machine, const tlsmend_change *change, tlsmend_outcome *outcome,
                 tlsmend_error *error) {
  live *self = (live *)machine;
  bool late = false;
  if (is_registry(change) && fault_change(&late) && !late)
    return tlsmend_error_set(error, TLSMEND_E_FAILED, "a change that fails");
  int code = machine_apply(machine->below, change, outcome, error);
  machine->facts_known = false;
  if (code != TLSMEND_OK)
    return code;
  if (is_registry(change))
    append(self, change);
  else
    unlink(self->waiting);
  if (live_on_change)
    live_on_change();
  return late ? tlsmend_error_set(error, TLSMEND_E_FAILED, "a change that fails when it is made")
              : TLSMEND_OK;
}

static int flush(tlsmend_machine *machine, const tlsmend_change *changes, size_t count,
                 tlsmend_error *error) {
  live *self = (live *)machine;
  if (fault_flush())
    return tlsmend_error_set(error, TLSMEND_E_IO, "a flush that fails");
  int code = machine_flush(machine->below, changes, count, error);
  if (code == TLSMEND_OK)
    unlink(self->waiting);
  else /* the snapshot has read its file again */
    each_waiting(self->waiting, see, machine->below);
  return code;
}

static int update_remove(tlsmend_machine *machine, const tlsmend_change *change, tlsmend_error *error) {
  int code = machine_update_remove(machine->below, change, error);
  machine->facts_known = false;
  if (code == TLSMEND_OK)
    unlink(((live *)machine)->waiting);
  return code;
}

static void close_live(tlsmend_machine *machine) {
  machine_close(machine->below);
  free(machine);
}

static int key_exists(tlsmend_machine *machine, const tlsmend_key *key, bool *out, tlsmend_error *error) {
  return machine->below->ops->key_exists(machine->below, key, out, error);
}

static int value_get(tlsmend_machine *machine, const tlsmend_key *key, const char *name, tlsmend_value *out,
                     tlsmend_error *error) {
  return machine->below->ops->value_get(machine->below, key, name, out, error);
}

static int each_key(tlsmend_machine *machine, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                    tlsmend_error *error) {
  return machine->below->ops->each_key(machine->below, key, fn, data, error);
}

static int each_value(tlsmend_machine *machine, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                      tlsmend_error *error) {
  return machine->below->ops->each_value(machine->below, key, fn, data, error);
}

static const tlsmend_machine_ops ops = {.version = TLSMEND_MACHINE_OPS_VERSION,
                                        .name = "mem",
                                        .close = close_live,
                                        .key_exists = key_exists,
                                        .value_get = value_get,
                                        .each_key = each_key,
                                        .each_value = each_value,
                                        .apply = apply,
                                        .flush = flush,
                                        .update_remove = update_remove};

static tlsmend_machine *snapshot_open(const char *path, tlsmend_error *error) {
  char home[400];
  snprintf(home, sizeof home, "%s.tlsmend", path);
  backend_request request = {.argument = path, .path = path, .state = home};
  tlsmend_machine *opened = NULL;
  return sim_open(&request, &opened, error) == TLSMEND_OK ? opened : NULL;
}

static int open_live(void *data, const char *path, tlsmend_machine **out, tlsmend_error *error) {
  (void)data;
  live *self = calloc(1, sizeof *self);
  if (!self)
    abort();
  self->base = (tlsmend_machine){.ops = &ops, .below = snapshot_open(path, error)};
  snprintf(self->path, sizeof self->path, "%s", path);
  snprintf(self->waiting, sizeof self->waiting, "%s.waiting", path);
  if (!self->base.below)
    return free(self), TLSMEND_E_IO;
  each_waiting(self->waiting, see, self->base.below);
  *out = &self->base;
  return TLSMEND_OK;
}

static const tlsmend_backend row_of_table = {"mem", open_live, NULL};
const tlsmend_backend *const live_backends[] = {&row_of_table, NULL};

tlsmend_machine *live_open(const char *path) {
  tlsmend_machine *opened = NULL;
  return open_live(NULL, path, &opened, NULL) == TLSMEND_OK ? opened : NULL;
}

size_t live_waiting(const char *path) {
  char waiting[320];
  snprintf(waiting, sizeof waiting, "%s.waiting", path);
  return each_waiting(waiting, NULL, NULL);
}

typedef struct cut {
  tlsmend_machine *machine;
  uint64_t kept;
  bool possible;
} cut;

static bool keep(void *data, size_t n, const tlsmend_change *change) {
  cut *self = data;
  tlsmend_outcome outcome;
  if (self->kept >> n & 1)
    self->possible = machine_apply(self->machine, change, &outcome, NULL) == TLSMEND_OK;
  return self->possible;
}

bool live_cut(const char *path, uint64_t kept) {
  char waiting[320];
  cut cut = {snapshot_open(path, NULL), kept, true};
  snprintf(waiting, sizeof waiting, "%s.waiting", path);
  each_waiting(waiting, keep, &cut);
  if (cut.possible && machine_flush(cut.machine, NULL, 0, NULL) != TLSMEND_OK)
    abort();
  if (cut.possible)
    unlink(waiting);
  machine_close(cut.machine);
  return cut.possible;
}

bool live_contents(const char *path, unsigned char out[32]) {
  unsigned char *bytes = NULL;
  size_t size = 0;
  tlsmend_machine *machine = live_open(path);
  bool good = machine && sim_print((const sim *)machine->below, false, &bytes, &size, NULL) == TLSMEND_OK;
  if (good)
    crypto_hash_sha256(out, bytes, size);
  free(bytes);
  if (machine)
    machine_close(machine);
  return good;
}
