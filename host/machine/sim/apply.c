/*
 * Snapshots: writing. Each change is checked against its before and done in memory; keys and values are saved by the next flush, what
 * cannot be saved is taken back in memory too. Updates are simulated: what servicing.c predicts is done, and remembered below FACTS_KEY\Updates, so that the
 * restart can complete it and a rollback can take it back exactly.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "plan/change.h"
#include "registry/path.h"
#include "registry/value.h"
#include "machine/facts.h"
#include "machine/update/servicing.h"
#include "machine/sim/sim.h"
#include "machine/sim/snapshot.h"
#include "os/os.h"

#define UPDATES FACTS_KEY "\\Updates"

static int drift(const tlsmend_change *change, const char *now, tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_DRIFT, "%s%s%s%s is not as planned: it is %s", change->key,
                           change->view == 32 ? " [32-bit]" : "", change->name ? " " : "",
                           change->name ? change->name : "", now);
}

static int write_value(const sim *self, const char *path, const char *name, const tlsmend_value *value,
                       tlsmend_error *error) {
  tree_key *key = tree_find(self->tree, path);
  if (!key)
    return tlsmend_error_set(error, TLSMEND_E_DRIFT, "%s does not exist any more", path);
  if (!tree_key_load(key))
    return error_no_memory(error);
  if (!value->present) {
    tree_value_remove(key, name);
    return TLSMEND_OK;
  }
  return tree_value_put(key, name, value) ? TLSMEND_OK : error_no_memory(error);
}

static int change_value(const sim *self, const char *path, const tlsmend_change *change,
                        tlsmend_error *error) {
  const tree_key *key = tree_find(self->tree, path);
  if (key && !tree_key_load(key))
    return error_no_memory(error);
  const tree_value *found = key ? tree_value_find(key, change->name) : NULL;
  tlsmend_value now = found ? found->value : (tlsmend_value){0};
  if (!value_equal(&now, &change->before)) {
    char *text = change_value_print(change, &now);
    int code = drift(change, text ? text : "different", error);
    free(text);
    return code;
  }
  return write_value(self, path, change->name, &change->after, error);
}

static int change_key(const sim *self, char *path, const tlsmend_change *change, tlsmend_error *error) {
  const tree_key *key = tree_find(self->tree, path);
  if (change->kind == TLSMEND_CHANGE_KEY_DELETE) {
    if (!key)
      return drift(change, "absent", error);
    if (tree_key_count(key) || tree_key_has_values(key))
      return drift(change, "not empty", error);
    tree_remove(self->tree, path);
    return TLSMEND_OK;
  }
  if (key)
    return drift(change, "there already", error);
  size_t parent = path_parent(path);
  path[parent] = 0;
  bool has_parent = parent && tree_find(self->tree, path);
  path[parent] = '\\';
  if (!has_parent)
    return drift(change, "without its parent key", error);
  return sim_make(self->tree, path) ? TLSMEND_OK : error_no_memory(error);
}

static int change_registry(const sim *self, const tlsmend_change *change, tlsmend_error *error) {
  char *path = sim_path(self, change->key, change->view);
  if (!path)
    return error_no_memory(error);
  int code = change->name ? change_value(self, path, change, error) : change_key(self, path, change, error);
  free(path);
  return code;
}

/* Effects of one update, each remembered with what was there before. */
typedef struct effects {
  sim *self;
  const char *kb;
} effects;

static tree_key *record_key(const effects *effects, const char *below) {
  char path[512];
  snprintf(path, sizeof path, UPDATES "\\%s%s", effects->kb, below);
  return sim_make(effects->self->tree, path);
}

static int put_text(tree_key *key, const char *name, const char *text, tlsmend_error *error) {
  tlsmend_value value = {0};
  int code = value_set_string(&value, TLSMEND_REG_SZ, text, error);
  if (code == TLSMEND_OK && !tree_value_put(key, name, &value))
    code = error_no_memory(error);
  tlsmend_value_clear(&value);
  return code;
}

/* Remembers what stands at a value now, or, without a name, that a key does not exist yet (`made`) or does. */
static int remember(const effects *effects, const char *path, const char *name, bool made,
                    tlsmend_error *error) {
  tree_key *before = record_key(effects, "\\Before");
  if (!before)
    return error_no_memory(error);
  char below[32];
  snprintf(below, sizeof below, "\\Before\\%04zu", tree_key_count(before));
  tree_key *entry = record_key(effects, below);
  if (!entry)
    return error_no_memory(error);
  int code = put_text(entry, "Key", path, error);
  if (code != TLSMEND_OK || !name)
    return code == TLSMEND_OK ? put_text(entry, made ? "Made" : "Gone", "", error) : code;
  code = put_text(entry, "Name", name, error);
  const tree_key *key = tree_find(effects->self->tree, path);
  if (code == TLSMEND_OK && key && !tree_key_load(key))
    code = error_no_memory(error);
  const tree_value *value = code == TLSMEND_OK && key ? tree_value_find(key, name) : NULL;
  if (value && !tree_value_put(entry, "Value", &value->value))
    code = error_no_memory(error);
  return code;
}

static int effect_key_create(void *data, const char *path, tlsmend_error *error) {
  const effects *effects = data;
  if (tree_find(effects->self->tree, path))
    return TLSMEND_OK;
  char *parent = strdup(path);
  if (!parent)
    return error_no_memory(error);
  parent[path_parent(path)] = 0;
  int code = *parent ? effect_key_create(data, parent, error) : TLSMEND_OK;
  free(parent);
  if (code == TLSMEND_OK)
    code = remember(effects, path, NULL, true, error);
  if (code == TLSMEND_OK && !sim_make(effects->self->tree, path))
    code = error_no_memory(error);
  return code;
}

static int effect_value_set(void *data, const char *path, const char *name, const tlsmend_value *value,
                            tlsmend_error *error) {
  const effects *effects = data;
  int code = effect_key_create(data, path, error);
  if (code == TLSMEND_OK)
    code = remember(effects, path, name, false, error);
  return code == TLSMEND_OK ? write_value(effects->self, path, name, value, error) : code;
}

static int effect_key_delete(void *data, const char *path, tlsmend_error *error) {
  const effects *effects = data;
  if (!tree_find(effects->self->tree, path))
    return TLSMEND_OK;
  int code = effects->kb ? remember(effects, path, NULL, false, error) : TLSMEND_OK;
  if (code == TLSMEND_OK)
    tree_remove(effects->self->tree, path);
  return code;
}

static int effect_file_set(void *data, const char *path, int view, uint64_t version, tlsmend_error *error) {
  char text[32];
  tlsmend_value value = {0};
  version_print(version, text);
  int code = value_set_string(&value, TLSMEND_REG_SZ, text, error);
  if (code == TLSMEND_OK)
    code = effect_value_set(data, view == 32 ? FACTS_KEY "\\Files\\32" : FACTS_KEY "\\Files\\64", path,
                            &value, error);
  tlsmend_value_clear(&value);
  return code;
}

/* A snapshot that does not list hotfixes does not begin to. */
static int effect_hotfix_add(void *data, const char *kb, tlsmend_error *error) {
  const effects *effects = data;
  if (!tree_find(effects->self->tree, FACTS_KEY "\\Hotfixes"))
    return TLSMEND_OK;
  tlsmend_value value = {0};
  int code = value_set_string(&value, TLSMEND_REG_SZ, "", error);
  if (code == TLSMEND_OK)
    code = effect_value_set(data, FACTS_KEY "\\Hotfixes", kb, &value, error);
  tlsmend_value_clear(&value);
  return code;
}

static servicing_writer writer_of(effects *effects) {
  return (servicing_writer){effect_value_set, effect_key_create, effect_key_delete,
                            effect_file_set,  effect_hotfix_add, effects};
}

/* Keeps what the restart will need: the package and its files. The key's absence says "not pending". */
static int keep_pending(const effects *effects, const tlsmend_update *update, tlsmend_error *error) {
  tree_key *key = record_key(effects, "\\Pending");
  if (!key)
    return error_no_memory(error);
  int code = update->package ? put_text(key, "Package", update->package, error) : TLSMEND_OK;
  for (size_t i = 0; code == TLSMEND_OK && i < update->file_count; i++) {
    char text[32];
    version_print(update->files[i].after, text);
    tree_key *files = record_key(effects, update->files[i].view == 32 ? "\\Pending\\32" : "\\Pending\\64");
    code = files ? put_text(files, update->files[i].path, text, error) : error_no_memory(error);
  }
  return code;
}

static int install(sim *self, const tlsmend_change *change, tlsmend_outcome *outcome, tlsmend_error *error) {
  effects effects = {self, change->update.kb};
  servicing_writer writer = writer_of(&effects);
  int code = keep_pending(&effects, &change->update, error);
  if (code == TLSMEND_OK)
    code = servicing_install(&change->update, &writer, error);
  *outcome = (tlsmend_outcome){.exit_code = 3010, .restart = true};
  return code;
}

/* Reads one view's pending files into the update. */
static bool read_files(const tree_key *key, int view, tlsmend_update *update) {
  for (size_t i = 0; key && i < tree_value_count(key); i++) {
    const tree_value *value = tree_value_at(key, i);
    tlsmend_file_effect *grown = realloc(update->files, (update->file_count + 1) * sizeof *grown);
    if (!grown)
      return false;
    update->files = grown;
    char *text = value_text(&value->value);
    tlsmend_file_effect effect = {value->name, view, 0, 0};
    bool good = text && version_parse(text, &effect.after);
    free(text);
    if (good)
      grown[update->file_count++] = effect;
  }
  return true;
}

/* A snapshot that was read again has other orders of keys and values than the one that was written. */
static int compare_files(const void *a, const void *b) {
  const tlsmend_file_effect *left = a, *right = b;
  return left->view != right->view ? left->view - right->view : strcmp(left->path, right->path);
}

/* Completes the pending installation of one update. */
static int complete(sim *self, const char *kb, tlsmend_error *error) {
  char path[512];
  snprintf(path, sizeof path, UPDATES "\\%s\\Pending", kb);
  const tree_key *pending = tree_find(self->tree, path);
  if (!pending)
    return TLSMEND_OK;
  if (!tree_key_load(pending))
    return error_no_memory(error);
  tlsmend_update update = {.kb = (char *)kb};
  const tree_value *package = tree_value_find(pending, "Package");
  if (package)
    update.package = value_text(&package->value);
  for (size_t i = 0; i < tree_key_count(pending); i++) {
    const tree_key *files = tree_key_at(pending, i);
    read_files(files, strcmp(tree_key_name(files), "32") == 0 ? 32 : 64, &update);
  }
  if (update.file_count)
    qsort(update.files, update.file_count, sizeof *update.files, compare_files);
  effects effects = {self, kb};
  servicing_writer writer = writer_of(&effects);
  int code = servicing_complete(&update, &writer, error);
  if (code == TLSMEND_OK)
    code = servicing_restarted(&writer, error);
  free(update.files); /* the names in it are the tree's */
  free(update.package);
  if (code == TLSMEND_OK)
    tree_remove(self->tree, path);
  return code;
}

/* The number of restarts is no fact of the registry: it stands beside the journals, and a rollback does not turn it back. */
static unsigned boots(const sim *self) {
  if (!self->state)
    return self->boot;
  char *text = NULL;
  size_t size = 0;
  unsigned count = self->boot;
  if (sim_kept(self, "boot", 64, &text, &size))
    count = (unsigned)strtoul(text, NULL, 10);
  free(text);
  return count;
}

int sim_boot_id(tlsmend_machine *machine, char out[64], tlsmend_error *error) {
  (void)error;
  snprintf(out, 64, "boot-%u", boots((const sim *)machine));
  return TLSMEND_OK;
}

static int count_boot(sim *self, tlsmend_error *error) {
  self->boot = boots(self) + 1;
  if (!self->state)
    return TLSMEND_OK;
  char text[32];
  os_folder *folder = NULL;
  int length = snprintf(text, sizeof text, "%u\n", self->boot);
  int code = os_folder_open(self->state, false, &folder, error);
  if (code == TLSMEND_OK)
    code = os_folder_put(folder, "boot", text, (size_t)length, error);
  if (code != TLSMEND_OK)
    self->boot--;
  os_folder_close(folder);
  return code;
}

/* The restart counts when what it completes is on the disk: killed in between, the machine has not restarted yet, and doing it
 * again does no harm. */
static int restart(sim *self, tlsmend_outcome *outcome, tlsmend_error *error) {
  int code = TLSMEND_OK;
  const tree_key *updates = tree_find(self->tree, UPDATES);
  for (size_t i = 0; code == TLSMEND_OK && updates && i < tree_key_count(updates); i++)
    code = complete(self, tree_key_name(tree_key_at(updates, i)), error);
  effects nobody = {self, NULL};
  servicing_writer writer = writer_of(&nobody);
  if (code == TLSMEND_OK)
    code = servicing_restarted(&writer, error);
  if (code == TLSMEND_OK)
    code = sim_save(self, error);
  if (code == TLSMEND_OK)
    code = count_boot(self, error);
  outcome->restarted = true;
  return code;
}

/* Forgets what is in memory and reads the file again: after a save that failed, memory and file must not differ. */
static void reload(sim *self) {
  regfile_text text;
  if (self->path && sim_read_text(self->path, self->path, &text, NULL) == TLSMEND_OK)
    sim_fill(self, self->path, &text, NULL);
}

/* Writes the file; what could not be written is not in memory either. */
static int save(sim *self, tlsmend_error *error) {
  int code = sim_save(self, error);
  if (code != TLSMEND_OK)
    reload(self);
  self->unsaved = false;
  return code;
}

int sim_flush(tlsmend_machine *machine, const tlsmend_change *changes, size_t count, tlsmend_error *error) {
  sim *self = (sim *)machine;
  (void)changes;
  (void)count;
  return self->unsaved ? save(self, error) : TLSMEND_OK;
}

int sim_apply(tlsmend_machine *machine, const tlsmend_change *change, tlsmend_outcome *outcome,
              tlsmend_error *error) {
  sim *self = (sim *)machine;
  int code = sim_keep_original(self, error);
  if (code != TLSMEND_OK)
    return code;
  switch (change->kind) {
  case TLSMEND_CHANGE_KEY_CREATE:
  case TLSMEND_CHANGE_KEY_DELETE:
  case TLSMEND_CHANGE_VALUE_SET:
  case TLSMEND_CHANGE_VALUE_DELETE:
    code = change_registry(self, change, error);
    self->unsaved = self->unsaved || code == TLSMEND_OK;
    break;
  case TLSMEND_CHANGE_UPDATE_INSTALL:
    code = install(self, change, outcome, error);
    if (code == TLSMEND_OK)
      code = save(self, error);
    else
      reload(self);
    break;
  case TLSMEND_CHANGE_REBOOT:
    code = restart(self, outcome, error);
    if (code != TLSMEND_OK)
      reload(self);
    break;
  }
  if (code != TLSMEND_OK || facts_rest_on(change))
    self->base.facts_known = false;
  return code;
}

/* Takes one remembered effect back. */
static int take_back(sim *self, const tree_key *entry, tlsmend_error *error) {
  if (!tree_key_load(entry))
    return error_no_memory(error);
  const tree_value *key = tree_value_find(entry, "Key"), *name = tree_value_find(entry, "Name");
  const tree_value *before = tree_value_find(entry, "Value");
  char *path = key ? value_text(&key->value) : NULL, *value_name = name ? value_text(&name->value) : NULL;
  tlsmend_value absent = {0};
  int code = TLSMEND_OK;
  if (path && value_name)
    code = write_value(self, path, value_name, before ? &before->value : &absent, error);
  else if (path && tree_value_find(entry, "Made"))
    tree_remove(self->tree, path);
  else if (path && !sim_make(self->tree, path))
    code = error_no_memory(error);
  free(path);
  free(value_name);
  return code;
}

/* Removes a key, and its ancestors below `tlsmend` as far as they are empty. */
static void prune(sim *self, const char *record) {
  char path[512];
  snprintf(path, sizeof path, "%s", record);
  tree_remove(self->tree, path);
  for (;;) {
    path[path_parent(path)] = 0;
    const tree_key *key = tree_find(self->tree, path);
    if (!path_within(path, "HKLM\\SOFTWARE\\tlsmend") || !key || tree_key_count(key) ||
        tree_key_has_values(key))
      return;
    tree_remove(self->tree, path);
  }
}

int sim_update_remove(tlsmend_machine *machine, const tlsmend_change *change, tlsmend_error *error) {
  sim *self = (sim *)machine;
  char record[512], path[560];
  snprintf(record, sizeof record, UPDATES "\\%s", change->update.kb);
  snprintf(path, sizeof path, "%s\\Before", record);
  const tree_key *before = tree_find(self->tree, path);
  int code = sim_keep_original(self, error);
  for (size_t i = before ? tree_key_count(before) : 0; code == TLSMEND_OK && i-- > 0;) {
    snprintf(path, sizeof path, "%s\\Before\\%04zu", record, i);
    const tree_key *entry = tree_find(self->tree, path);
    if (entry)
      code = take_back(self, entry, error);
  }
  if (code != TLSMEND_OK) {
    reload(self);
    return code;
  }
  prune(self, record);
  return save(self, error);
}
