/*
 * The overlay: pending changes in a tree over the machine below. In the tree, a key that is marked created or deleted hides
 * everything below it; a plain one lets the machine below show through. The two views are two roots of the tree, because on
 * the overlay a key is addressed by path and view.
 */
#include "machine/overlay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "plan/change.h"
#include "registry/tree.h"
#include "base/unicode.h"
#include "registry/value.h"
#include "machine/machine.h"
#include "machine/spelling.h"
#include "machine/update/cbs.h"
#include "machine/update/servicing.h"

enum { REBOOT_BUDGET = 5 }; /* more restarts than this in one plan are a loop, not a remedy */

typedef struct overlay_file {
  char *path;
  int view;
  uint64_t version;
} overlay_file;

typedef struct overlay {
  tlsmend_machine base;
  tlsmend_plan *plan;
  tree *pending;
  const char *runbook;
  unsigned phase;
  size_t taken;
  tlsmend_change *installs; /* run, but not yet effective */
  size_t install_count;
  overlay_file *files; /* versions after simulated restarts */
  size_t file_count;
  char **hotfixes;
  size_t hotfix_count;
  spelling spelled;
} overlay;

/* What the overlay knows of a key. */
typedef struct sight {
  tree_key *key; /* its node, NULL if nothing is pending at it */
  bool hidden;   /* the machine below does not show through */
  bool exists;   /* if hidden: whether the key is there */
} sight;

static char *tree_path(const char *path, int view) {
  size_t length = strlen(path);
  char *out = malloc(length + 4);
  if (out) {
    memcpy(out, view == 32 ? "32\\" : "64\\", 3);
    memcpy(out + 3, path, length + 1);
  }
  return out;
}

/* Finds the node of a key, or else its nearest ancestor, and what they hide. */
static int look(const overlay *self, const char *path, int view, sight *out, tlsmend_error *error) {
  *out = (sight){0};
  char *place = tree_path(path, view);
  if (!place)
    return error_no_memory(error);
  const tree_key *key = tree_find(self->pending, place);
  out->key = (tree_key *)key;
  for (size_t end = strlen(place); !key && end;) {
    while (end && place[--end] != '\\') {
    }
    place[end] = 0;
    key = tree_find(self->pending, place);
  }
  free(place);
  out->exists = out->key && tree_key_mark(out->key) == TREE_CREATED;
  for (; key && !out->hidden; key = tree_key_parent(key))
    out->hidden = tree_key_mark(key) != TREE_PLAIN;
  return TLSMEND_OK;
}

/* Whether an answer is to be recorded: there is a plan, which does not have it yet. */
static bool is_new(const overlay *self, const plan_question *question) {
  return self->plan && !plan_reads_know(&self->plan->reads, question);
}

static int record_names(overlay *self, const plan_question *question, const name_list *names,
                        tlsmend_error *error) {
  plan_answer answer;
  if (!is_new(self, question))
    return TLSMEND_OK;
  int code = plan_answer_names(&answer, names, error);
  return code == TLSMEND_OK ? plan_reads_add(&self->plan->reads, question, &answer, error) : code;
}

/* Records that something is absent, or that it cannot be told. */
static int record_found(overlay *self, const plan_question *question, plan_found found,
                        tlsmend_error *error) {
  plan_answer answer = {.found = found};
  return self->plan ? plan_reads_add(&self->plan->reads, question, &answer, error) : TLSMEND_OK;
}

static int key_exists(tlsmend_machine *machine, const tlsmend_key *key, bool *out, tlsmend_error *error) {
  overlay *self = (overlay *)machine;
  sight sight;
  int code = look(self, key->path, key->view, &sight, error);
  if (code != TLSMEND_OK)
    return code;
  if (sight.hidden) {
    *out = sight.exists;
    return TLSMEND_OK;
  }
  code = machine_key_exists(machine->below, key->path, key->view, out, error);
  if (code != TLSMEND_OK)
    return code;
  return record_found(self, &(plan_question){PLAN_READ_KEY, key->path, key->view, NULL},
                      *out ? PLAN_PRESENT : PLAN_ABSENT, error);
}

static int value_get(tlsmend_machine *machine, const tlsmend_key *key, const char *name, tlsmend_value *out,
                     tlsmend_error *error) {
  overlay *self = (overlay *)machine;
  sight sight;
  int code = look(self, key->path, key->view, &sight, error);
  if (code != TLSMEND_OK)
    return code;
  const tree_value *pending = sight.key ? tree_value_find(sight.key, name) : NULL;
  if (pending)
    return value_copy(out, &pending->value, error); /* a deleted one is kept as an absent value */
  if (sight.hidden)
    return TLSMEND_OK;
  plan_question question = {PLAN_READ_VALUE, key->path, key->view, name};
  plan_answer answer;
  code = machine_value_get(machine->below, key->path, key->view, name, out, error);
  if (code != TLSMEND_OK || !is_new(self, &question))
    return code;
  code = plan_answer_value(&answer, out, error);
  return code == TLSMEND_OK ? plan_reads_add(&self->plan->reads, &question, &answer, error) : code;
}

/* Names of the machine below, none if the key is not there; recorded either way. */
static int names_below(overlay *self, const tlsmend_key *key, plan_read_kind kind, name_list *out,
                       tlsmend_error *error) {
  int code = kind == PLAN_READ_KEYS ? machine_keys(self->base.below, key->path, key->view, out, error)
                                    : machine_values(self->base.below, key->path, key->view, out, error);
  bool absent = code == TLSMEND_E_ABSENT;
  if (code != TLSMEND_OK && !absent)
    return code;
  plan_question question = {kind, key->path, key->view, NULL};
  int recorded =
      absent ? record_found(self, &question, PLAN_ABSENT, error) : record_names(self, &question, out, error);
  return recorded == TLSMEND_OK ? code : recorded;
}

static int absent_key(const char *path, tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_ABSENT, "%s does not exist", path);
}

/* What the plan has of a key, and the names that the machine below has in it. */
static int look_into(overlay *self, const tlsmend_key *key, plan_read_kind kind, sight *sight,
                     name_list *below, tlsmend_error *error) {
  int code = look(self, key->path, key->view, sight, error);
  if (code == TLSMEND_OK && sight->hidden)
    return sight->exists ? TLSMEND_OK : absent_key(key->path, error);
  return code == TLSMEND_OK ? names_below(self, key, kind, below, error) : code;
}

static int each_key(tlsmend_machine *machine, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                    tlsmend_error *error) {
  sight sight;
  name_list below = {0};
  int code = look_into((overlay *)machine, key, PLAN_READ_KEYS, &sight, &below, error);
  for (size_t i = 0; code == TLSMEND_OK && i < below.count; i++) {
    const tree_key *child = sight.key ? tree_key_child(sight.key, below.items[i]) : NULL;
    if (!child || tree_key_mark(child) == TREE_PLAIN)
      code = fn(data, below.items[i]);
  }
  for (size_t i = 0; code == TLSMEND_OK && sight.key && i < tree_key_count(sight.key); i++) {
    const tree_key *child = tree_key_at(sight.key, i);
    if (tree_key_mark(child) == TREE_CREATED)
      code = fn(data, tree_key_name(child));
  }
  name_list_clear(&below);
  return code;
}

static int compare_name(const void *name, const void *item) {
  return unicode_name_compare(name, *(char *const *)item);
}

/* Whether a name is among names, which are sorted. */
static bool names_have(const name_list *names, const char *name) {
  return names->count && bsearch(name, names->items, names->count, sizeof *names->items, compare_name);
}

static int each_value(tlsmend_machine *machine, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                      tlsmend_error *error) {
  sight sight;
  name_list below = {0};
  int code = look_into((overlay *)machine, key, PLAN_READ_VALUES, &sight, &below, error);
  /* a value that is set keeps its spelling */
  for (size_t i = 0; code == TLSMEND_OK && i < below.count; i++) {
    const tree_value *pending = sight.key ? tree_value_find(sight.key, below.items[i]) : NULL;
    if (!pending || pending->value.present)
      code = fn(data, below.items[i]);
  }
  for (size_t i = 0; code == TLSMEND_OK && sight.key && i < tree_value_count(sight.key); i++) {
    const tree_value *value = tree_value_at(sight.key, i);
    if (value->value.present && !names_have(&below, value->name))
      code = fn(data, value->name);
  }
  name_list_clear(&below);
  return code;
}

static int file_version(tlsmend_machine *machine, const char *path, int view, uint64_t *out,
                        tlsmend_error *error) {
  overlay *self = (overlay *)machine;
  for (size_t i = 0; i < self->file_count; i++) {
    if (self->files[i].view != view || !unicode_name_equal(self->files[i].path, path))
      continue;
    *out = self->files[i].version;
    return TLSMEND_OK;
  }
  int code = machine_file_version(machine->below, path, view, out, error);
  if (!self->plan || (code != TLSMEND_OK && code != TLSMEND_E_ABSENT && code != TLSMEND_E_UNKNOWN))
    return code;
  plan_answer answer = {.found = code == TLSMEND_E_ABSENT ? PLAN_ABSENT
                                 : *out                   ? PLAN_PRESENT
                                                          : PLAN_UNKNOWN,
                        .version = code == TLSMEND_E_ABSENT ? 0 : *out};
  int recorded =
      plan_reads_add(&self->plan->reads, &(plan_question){PLAN_READ_FILE, path, view, NULL}, &answer, error);
  return recorded == TLSMEND_OK ? code : recorded;
}

static int each_hotfix(tlsmend_machine *machine, tlsmend_name_fn fn, void *data, tlsmend_error *error) {
  overlay *self = (overlay *)machine;
  name_list below = {0};
  int code = machine_hotfixes(machine->below, &below, error);
  if (code == TLSMEND_OK || code == TLSMEND_E_UNKNOWN) {
    plan_question question = {PLAN_READ_HOTFIXES, "", 64, NULL};
    int recorded = code == TLSMEND_OK ? record_names(self, &question, &below, error)
                                      : record_found(self, &question, PLAN_UNKNOWN, error);
    if (recorded != TLSMEND_OK)
      code = recorded;
  }
  for (size_t i = 0; code == TLSMEND_OK && i < below.count; i++)
    code = fn(data, below.items[i]);
  for (size_t i = 0; code == TLSMEND_OK && i < self->hotfix_count; i++)
    code = fn(data, self->hotfixes[i]);
  name_list_clear(&below);
  return code;
}

static tree_key *make(overlay *self, const char *path, int view) {
  char *place = tree_path(path, view);
  tree_key *key = place ? tree_make(self->pending, place) : NULL;
  free(place);
  return key;
}

/* A key that was deleted and is made again has the spelling of its second maker. */
static void forget_deleted(overlay *self, const char *path, int view) {
  char *place = tree_path(path, view);
  const tree_key *key = place ? tree_find(self->pending, place) : NULL;
  if (key && tree_key_mark(key) == TREE_DELETED)
    tree_remove(self->pending, place);
  free(place);
}

static int mark_created(overlay *self, const char *path, int view, tlsmend_error *error) {
  forget_deleted(self, path, view);
  tree_key *key = make(self, path, view);
  if (!key)
    return error_no_memory(error);
  tree_key_set_mark(key, TREE_CREATED);
  return TLSMEND_OK;
}

static int mark_deleted(overlay *self, const char *path, int view, tlsmend_error *error) {
  char *place = tree_path(path, view);
  if (!place)
    return error_no_memory(error);
  tree_remove(self->pending, place);
  tree_key *key = tree_make(self->pending, place);
  free(place);
  if (!key)
    return error_no_memory(error);
  tree_key_set_mark(key, TREE_DELETED);
  return TLSMEND_OK;
}

static int put_value(overlay *self, const char *path, int view, const char *name, const tlsmend_value *value,
                     tlsmend_error *error) {
  tree_key *key = make(self, path, view);
  const tree_value *pending = key ? tree_value_find(key, name) : NULL;
  if (pending && !pending->value.present)
    tree_value_remove(key, name); /* its next maker spells it */
  return key && tree_value_put(key, name, value) ? TLSMEND_OK : error_no_memory(error);
}

/* What servicing does, seen from here: consequences, not changes of the plan. */

static int view_here(overlay *self) {
  const tlsmend_system *system = NULL;
  return machine_system(&self->base, &system, NULL) == TLSMEND_OK && !machine_is_64bit(system) ? 32 : 64;
}

static int effect_key_create(void *data, const char *path, tlsmend_error *error) {
  overlay *self = data;
  bool exists = false;
  int view = view_here(self);
  int code = machine_key_exists(&self->base, path, view, &exists, error);
  return code == TLSMEND_OK && !exists ? mark_created(self, path, view, error) : code;
}

static int effect_value_set(void *data, const char *path, const char *name, const tlsmend_value *value,
                            tlsmend_error *error) {
  int code = effect_key_create(data, path, error);
  return code == TLSMEND_OK ? put_value(data, path, view_here(data), name, value, error) : code;
}

static int effect_key_delete(void *data, const char *path, tlsmend_error *error) {
  return mark_deleted(data, path, view_here(data), error);
}

static int effect_file_set(void *data, const char *path, int view, uint64_t version, tlsmend_error *error) {
  overlay *self = data;
  overlay_file *grown = realloc(self->files, (self->file_count + 1) * sizeof *grown);
  if (!grown)
    return error_no_memory(error);
  self->files = grown;
  char *copy = strdup(path);
  if (!copy)
    return error_no_memory(error);
  memmove(grown + 1, grown, self->file_count * sizeof *grown); /* the newest answers first */
  grown[0] = (overlay_file){copy, view, version};
  self->file_count++;
  return TLSMEND_OK;
}

static int effect_hotfix_add(void *data, const char *kb, tlsmend_error *error) {
  overlay *self = data;
  char **grown = realloc(self->hotfixes, (self->hotfix_count + 1) * sizeof *grown);
  if (grown)
    self->hotfixes = grown;
  char *copy = grown ? strdup(kb) : NULL;
  if (!copy)
    return error_no_memory(error);
  self->hotfixes[self->hotfix_count++] = copy;
  return TLSMEND_OK;
}

static servicing_writer effects(overlay *self) {
  return (servicing_writer){effect_value_set, effect_key_create, effect_key_delete,
                            effect_file_set,  effect_hotfix_add, self};
}

static int install(overlay *self, const tlsmend_change *change, tlsmend_error *error) {
  tlsmend_change *grown = realloc(self->installs, (self->install_count + 1) * sizeof *grown);
  if (!grown)
    return error_no_memory(error);
  self->installs = grown;
  int code = change_copy(&grown[self->install_count], change, error);
  if (code != TLSMEND_OK)
    return code;
  self->install_count++;
  servicing_writer writer = effects(self);
  return servicing_install(&change->update, &writer, error);
}

static int restart(overlay *self, tlsmend_error *error) {
  if (++self->phase > REBOOT_BUDGET)
    return tlsmend_error_set(error, TLSMEND_E_LIMIT, "%s asks for more than %d restarts: it would never end",
                             self->runbook ? self->runbook : "the runbook", REBOOT_BUDGET);
  servicing_writer writer = effects(self);
  int code = TLSMEND_OK;
  for (size_t i = 0; code == TLSMEND_OK && i < self->install_count; i++)
    code = servicing_complete(&self->installs[i].update, &writer, error);
  for (size_t i = 0; i < self->install_count; i++)
    change_clear(&self->installs[i]);
  self->install_count = 0;
  return code == TLSMEND_OK ? servicing_restarted(&writer, error) : code;
}

/* Whether the machine below waits for a restart of its own accord; read when a runbook first asks for one. */
static int note_pending(overlay *self, tlsmend_error *error) {
  if (self->phase || !self->plan)
    return TLSMEND_OK;
  return cbs_waits(self->base.below, &self->plan->reboot_pending, error);
}

static int take_effect(overlay *self, const tlsmend_change *change, tlsmend_error *error) {
  switch (change->kind) {
  case TLSMEND_CHANGE_KEY_CREATE:
    return mark_created(self, change->key, change->view, error);
  case TLSMEND_CHANGE_KEY_DELETE:
    return mark_deleted(self, change->key, change->view, error);
  case TLSMEND_CHANGE_VALUE_SET:
  case TLSMEND_CHANGE_VALUE_DELETE:
    return put_value(self, change->key, change->view, change->name, &change->after, error);
  case TLSMEND_CHANGE_UPDATE_INSTALL:
    return install(self, change, error);
  case TLSMEND_CHANGE_REBOOT:
    return restart(self, error);
  }
  return TLSMEND_OK;
}

static int apply(tlsmend_machine *machine, const tlsmend_change *change, tlsmend_outcome *outcome,
                 tlsmend_error *error) {
  (void)outcome;
  overlay *self = (overlay *)machine;
  tlsmend_change copy;
  self->taken++;
  if (!self->plan)
    return take_effect(self, change, error);
  int code = change_copy(&copy, change, error);
  if (code != TLSMEND_OK)
    return code;
  copy.phase = self->phase;
  spelling_take(&self->spelled, machine->below, &copy);
  if (self->runbook && !copy.runbook && !(copy.runbook = strdup(self->runbook)))
    code = error_no_memory(error);
  if (code == TLSMEND_OK && change->kind == TLSMEND_CHANGE_REBOOT)
    code = note_pending(self, error);
  if (code == TLSMEND_OK)
    code = take_effect(self, change, error);
  if (code == TLSMEND_OK)
    code = plan_append(self->plan, &copy, error);
  change_clear(&copy);
  return code;
}

static int pause_never(tlsmend_machine *machine, unsigned milliseconds, tlsmend_error *error) {
  (void)machine;
  (void)milliseconds;
  return tlsmend_error_set(error, TLSMEND_E_UNKNOWN, "no time passes while planning");
}

static void close_overlay(tlsmend_machine *machine) {
  overlay *self = (overlay *)machine;
  machine_idle(machine->below);
  tree_free(self->pending);
  for (size_t i = 0; i < self->install_count; i++)
    change_clear(&self->installs[i]);
  for (size_t i = 0; i < self->file_count; i++)
    free(self->files[i].path);
  for (size_t i = 0; i < self->hotfix_count; i++)
    free(self->hotfixes[i]);
  free(self->installs);
  free(self->files);
  free(self->hotfixes);
  spelling_clear(&self->spelled);
  free(self);
}

static const tlsmend_machine_ops overlay_ops = {.version = TLSMEND_MACHINE_OPS_VERSION,
                                                .name = "overlay",
                                                .close = close_overlay,
                                                .key_exists = key_exists,
                                                .value_get = value_get,
                                                .each_key = each_key,
                                                .each_value = each_value,
                                                .file_version = file_version,
                                                .each_hotfix = each_hotfix,
                                                .pause = pause_never,
                                                .apply = apply};

int overlay_open(tlsmend_machine *below, tlsmend_plan *plan, tlsmend_machine **out, tlsmend_error *error) {
  *out = NULL;
  overlay *self = calloc(1, sizeof *self);
  if (!self || !(self->pending = tree_new())) {
    free(self);
    return error_no_memory(error);
  }
  self->base = (tlsmend_machine){.ops = &overlay_ops, .below = below};
  self->plan = plan;
  *out = &self->base;
  return TLSMEND_OK;
}

void overlay_set_runbook(tlsmend_machine *machine, const char *id) { ((overlay *)machine)->runbook = id; }

size_t overlay_taken(const tlsmend_machine *machine) { return ((const overlay *)machine)->taken; }

void overlay_set_plan(tlsmend_machine *machine, tlsmend_plan *plan) { ((overlay *)machine)->plan = plan; }
