/*
 * Snapshots: reading. The registry of the snapshot is a tree of physical paths, as an export shows them; facts that a
 * registry does not hold stand below FACTS_KEY. Writing is in sim/apply.c, the file in sim/file.c.
 */
#include "machine/sim/sim.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/unicode.h"
#include "plan/change.h"
#include "registry/path.h"
#include "registry/value.h"
#include "machine/facts.h"
#include "machine/sim/snapshot.h"
#include "os/os.h"

/* The node of a key, NULL if it does not exist. */
static const tree_key *find(tlsmend_machine *machine, const tlsmend_key *key) {
  const sim *self = (const sim *)machine;
  if (!*self->set && (!self->x64 || key->view == 64))
    return tree_find(self->tree, key->path);
  char *path = sim_path(self, key->path, key->view);
  tree_key *found = path ? tree_find(self->tree, path) : NULL;
  free(path);
  return found;
}

/* Values are decoded when they are asked for. */
static int load(const tree_key *key, tlsmend_error *error) {
  return !key || tree_key_load(key) ? TLSMEND_OK : error_no_memory(error);
}

static int key_exists(tlsmend_machine *machine, const tlsmend_key *key, bool *out, tlsmend_error *error) {
  (void)error;
  *out = find(machine, key);
  return TLSMEND_OK;
}

static int value_get(tlsmend_machine *machine, const tlsmend_key *key, const char *name, tlsmend_value *out,
                     tlsmend_error *error) {
  const tree_key *found = find(machine, key);
  int code = load(found, error);
  const tree_value *value = found && code == TLSMEND_OK ? tree_value_find(found, name) : NULL;
  return value ? value_copy(out, &value->value, error) : code;
}

static int each_key(tlsmend_machine *machine, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                    tlsmend_error *error) {
  const sim *self = (const sim *)machine;
  const tree_key *found = find(machine, key);
  if (!found)
    return tlsmend_error_set(error, TLSMEND_E_ABSENT, "%s does not exist", key->path);
  int code = TLSMEND_OK;
  for (size_t i = 0; code == TLSMEND_OK && i < tree_key_count(found); i++)
    code = fn(data, tree_key_name(tree_key_at(found, i)));
  if (code == TLSMEND_OK && *self->set && unicode_name_equal(key->path, "HKLM\\SYSTEM"))
    code = fn(data, SIM_CURRENT_SET);
  return code;
}

static int each_value(tlsmend_machine *machine, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                      tlsmend_error *error) {
  const tree_key *found = find(machine, key);
  if (!found)
    return tlsmend_error_set(error, TLSMEND_E_ABSENT, "%s does not exist", key->path);
  int code = load(found, error);
  for (size_t i = 0; code == TLSMEND_OK && i < tree_value_count(found); i++)
    code = fn(data, tree_value_at(found, i)->name);
  return code;
}

/* The text of a fact; malloc'd, NULL if it is not there. */
static int fact(const sim *self, const char *key, const char *name, char **out, tlsmend_error *error) {
  const tree_key *found = tree_find(self->tree, key);
  int code = load(found, error);
  const tree_value *value = found && code == TLSMEND_OK ? tree_value_find(found, name) : NULL;
  *out = value ? value_text(&value->value) : NULL;
  return code;
}

static int derive(tlsmend_machine *machine, tlsmend_system *out, tlsmend_error *error) {
  char *architecture = NULL;
  int code = facts_derive(machine, out, error);
  if (code == TLSMEND_OK)
    code = fact((sim *)machine, FACTS_KEY, "Architecture", &architecture, error);
  if (architecture && strlen(architecture) < sizeof out->architecture)
    snprintf(out->architecture, sizeof out->architecture, "%s", architecture);
  free(architecture);
  return code;
}

static int file_version(tlsmend_machine *machine, const char *path, int view, uint64_t *out,
                        tlsmend_error *error) {
  const sim *self = (const sim *)machine;
  const char *key = view == 32 ? FACTS_KEY "\\Files\\32" : FACTS_KEY "\\Files\\64";
  if (!tree_find(self->tree, key))
    return tlsmend_error_set(error, TLSMEND_E_UNKNOWN, "the snapshot has no file versions (no %s)", key);
  char *text = NULL;
  int code = fact(self, key, path, &text, error);
  if (code != TLSMEND_OK)
    return code;
  if (!text)
    return tlsmend_error_set(error, TLSMEND_E_ABSENT, "the snapshot has no file %s", path);
  bool good = version_parse(text, out);
  free(text);
  if (good)
    return TLSMEND_OK;
  return tlsmend_error_set(error, TLSMEND_E_CORRUPT, "%s: value %s is no version like 6.1.7601.23375", key,
                           path);
}

static int each_hotfix(tlsmend_machine *machine, tlsmend_name_fn fn, void *data, tlsmend_error *error) {
  const sim *self = (const sim *)machine;
  const tree_key *key = tree_find(self->tree, FACTS_KEY "\\Hotfixes");
  if (!key)
    return tlsmend_error_set(error, TLSMEND_E_UNKNOWN,
                             "the snapshot has no list of hotfixes (no " FACTS_KEY "\\Hotfixes)");
  int code = load(key, error);
  for (size_t i = 0; code == TLSMEND_OK && i < tree_value_count(key); i++)
    code = fn(data, tree_value_at(key, i)->name);
  return code;
}

static void close_sim(tlsmend_machine *machine) {
  sim *self = (sim *)machine;
  tree_free(self->tree);
  free(self->path);
  free(self->state);
  free(self->former);
  free(self);
}

static int may_write(tlsmend_machine *machine, tlsmend_error *error) {
  const sim *self = (const sim *)machine;
  return self->path ? os_file_may_replace(self->path, error) : TLSMEND_OK;
}

/* How far above a key the nearest section of the file is. */
static int told(tlsmend_machine *machine, const tlsmend_key *key, unsigned *above, tlsmend_error *error) {
  const sim *self = (const sim *)machine;
  char *path = sim_path(self, key->path, key->view);
  if (!path)
    return error_no_memory(error);
  const char *rest = path;
  const tree_key *found = tree_nearest(self->tree, &rest);
  for (*above = *rest != 0; *rest; rest++)
    *above += *rest == '\\';
  free(path);
  for (; found && tree_key_mark(found) == TREE_PLAIN; ++*above)
    found = tree_key_parent(found);
  if (!found)
    *above = UINT_MAX;
  return TLSMEND_OK;
}

static const tlsmend_machine_ops sim_ops = {.version = TLSMEND_MACHINE_OPS_VERSION,
                                            .name = "sim",
                                            .close = close_sim,
                                            .key_exists = key_exists,
                                            .value_get = value_get,
                                            .each_key = each_key,
                                            .each_value = each_value,
                                            .system = derive,
                                            .file_version = file_version,
                                            .each_hotfix = each_hotfix,
                                            .boot_id = sim_boot_id,
                                            .may_write = may_write,
                                            .apply = sim_apply,
                                            .update_remove = sim_update_remove,
                                            .told = told,
                                            .flush = sim_flush};

/* The snapshot that a machine is; NULL if it is something else, whatever its back end calls itself. */
static sim *sim_of(tlsmend_machine *machine) { return machine->ops == &sim_ops ? (sim *)machine : NULL; }

/* Whether the 32-bit view is a place of its own. Where the architecture is not known, what stands in the file decides. */
static bool has_two_views(sim *self) {
  tlsmend_system system;
  if (derive(&self->base, &system, NULL) != TLSMEND_OK)
    return true;
  return strcmp(system.architecture, "x86") != 0;
}

/* Makes the machine what a text of its file says; the text goes. */
static int become(sim *self, const char *label, regfile_text *text, tlsmend_error *error) {
  int code = sim_fill(self, label, text, error);
  if (code != TLSMEND_OK)
    return code;
  self->base.facts_known = false;
  self->x64 = has_two_views(self);
  return TLSMEND_OK;
}

/* Fills the tree from what was asked for. */
static int fill(sim *self, const backend_request *request, tlsmend_error *error) {
  regfile_text text;
  const char *name = request->argument;
  if (request->text) {
    int code = sim_parse(name, request->text, strlen(request->text), &self->tree, error);
    if (code == TLSMEND_OK) {
      sim_follow(self);
      self->x64 = has_two_views(self);
    }
    return code;
  }
  int code = sim_read_text(name, name, &text, error);
  if (code == TLSMEND_E_ABSENT)
    return tlsmend_error_set(error, TLSMEND_E_USAGE,
                             "there is no snapshot %s, and no built-in machine of that name", name);
  return code == TLSMEND_OK ? become(self, name, &text, error) : code;
}

int sim_open(const backend_request *request, tlsmend_machine **out, tlsmend_error *error) {
  *out = NULL;
  sim *self = calloc(1, sizeof *self);
  if (!self)
    return error_no_memory(error);
  self->base.ops = &sim_ops;
  self->boot = 1;
  if (request->path)
    self->path = strdup(request->path);
  if (request->state)
    self->state = strdup(request->state);
  if (request->former)
    self->former = strdup(request->former);
  int code = TLSMEND_OK;
  if ((request->path && !self->path) || (request->state && !self->state))
    code = error_no_memory(error);
  if (code == TLSMEND_OK)
    code = fill(self, request, error);
  if (code != TLSMEND_OK) {
    close_sim(&self->base);
    return code;
  }
  *out = &self->base;
  return TLSMEND_OK;
}

int sim_reread(tlsmend_machine *machine, tlsmend_error *error) {
  sim *self = sim_of(machine);
  regfile_text text;
  if (!self || !self->path || (!self->on_disk && !os_file_exists(self->path)))
    return TLSMEND_OK;
  bool same = false;
  int code = sim_unchanged(self, &same, error);
  if (code == TLSMEND_OK && !same)
    code = sim_read_text(self->path, self->path, &text, error);
  if (code == TLSMEND_E_ABSENT)
    code = tlsmend_error_set(error, TLSMEND_E_DRIFT, "the snapshot %s is gone since it was read: put it back",
                             self->path);
  return code != TLSMEND_OK || same ? code : become(self, self->path, &text, error);
}

int sim_clone(const sim *self, tlsmend_machine **out, tlsmend_error *error) {
  *out = NULL;
  sim *copy = calloc(1, sizeof *copy);
  if (copy)
    copy->tree = tree_clone(self->tree);
  if (!copy || !copy->tree) {
    free(copy);
    return error_no_memory(error);
  }
  copy->base.ops = &sim_ops;
  copy->utf16 = self->utf16;
  copy->x64 = self->x64;
  memcpy(copy->set, self->set, sizeof copy->set);
  copy->boot = self->boot;
  *out = &copy->base;
  return TLSMEND_OK;
}

bool sim_equal(const sim *a, const sim *b) { return tree_equal(a->tree, b->tree); }

int sim_print(const sim *self, bool utf16, unsigned char **out, size_t *size, tlsmend_error *error) {
  return sim_print_tree(self->tree, utf16, out, size, error);
}

int sim_render(tlsmend_machine *machine, unsigned char **out, size_t *size, tlsmend_error *error) {
  const sim *self = sim_of(machine);
  if (!self)
    return tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED,
                             "snapshots are made of snapshots only: export the keys of a live machine with "
                             "reg export");
  return sim_print(self, self->utf16, out, size, error);
}
