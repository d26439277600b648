/*
 * Runbooks that are not built in: read once, with the files that belong to them, and judged by their signature. Formats are
 * signing's (minisign, manifest, bundle); what a verdict means for a run is decided in session/authorize.c.
 */
#include "script/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file_path.h"
#include "base/module_name.h"
#include "os/os.h"
#include "script/modules/modules.h"
#include "script/requires.h"
#include "script/texts.h"
#include "signing/signature_file.h"
#include "signing/trust_store.h"

void sources_close(source_list *list) {
  for (size_t i = 0; i < list->count; i++) {
    free(list->items[i].name);
    trust_verdict_clear(&list->items[i].verdict);
  }
  free(list->items);
  manifest_clear(&list->files);
  free(list->text);
  *list = (source_list){0};
}

script_options source_options(const script_options *options, const source *source) {
  script_options full = *options;
  full.source = source->script.bytes ? &source->script : NULL;
  return full;
}

json_t *source_verdict(const source *source) { return trust_verdict_to_json(&source->verdict); }

static bool ends_with(const char *name, const char *ending) {
  size_t length = strlen(name), tail = strlen(ending);
  return length > tail && strcmp(name + length - tail, ending) == 0;
}

bool source_is_path(const char *name) {
  return strpbrk(name, "/\\|") || ends_with(name, ".lua") || ends_with(name, ".tlsmend");
}

/* "dir/site.lua" and "acme/part.lua": "dir/acme/part.lua"; malloc'd. */
static char *beside(const char *path, const char *name) {
  size_t folder = (size_t)(file_path_leaf(path) - path), room = folder + strlen(name) + 1;
  char *out = malloc(room);
  if (out)
    snprintf(out, room, "%.*s%s", (int)folder, path, name);
  return out;
}

int source_keys(const source_terms *terms, trust_store *out, tlsmend_error *error) {
  *out = (trust_store){0};
  if (terms->unjudged)
    return TLSMEND_OK;
  return terms->key_count ? trust_from(terms->keys, terms->key_count, out, error)
                          : trust_open(terms->trust, out, error);
}

int sources_add(source_list *list, const char *name, const script_source *script, tlsmend_error *error) {
  source *grown = realloc(list->items, (list->count + 1) * sizeof *grown);
  char *copy = grown ? strdup(name) : NULL;
  if (grown)
    list->items = grown;
  if (!copy)
    return error_no_memory(error);
  grown[list->count] = (source){.name = copy, .script = *script};
  if (script->bytes)
    grown[list->count].script.path = copy;
  list->count++;
  return TLSMEND_OK;
}

typedef struct collection {
  const char *path;
  manifest *out;
  tlsmend_error *error;
} collection;

static bool is_library(const char *name) {
  char path[MODULE_NAME_MOST + 16];
  script_text text;
  if (!module_name_path("stdlib/", name, path, sizeof path) || script_module_find(name))
    return true;
  bool found = script_text_find(NULL, path, &text, NULL) == TLSMEND_OK;
  script_text_clear(&text);
  return found;
}

/* A text that grows. */
typedef struct reading {
  const char *path;
  char *bytes;
  size_t size, most;
  tlsmend_error *error;
} reading;

static int take_bytes(void *data, const void *bytes, size_t size) {
  reading *self = data;
  if (size > self->most - self->size)
    return tlsmend_error_set(self->error, TLSMEND_E_LIMIT, "%s: larger than %zu bytes", self->path,
                             self->most);
  char *grown = realloc(self->bytes, self->size + size + 1);
  if (!grown)
    return error_no_memory(self->error);
  memcpy(grown + self->size, bytes, size);
  self->bytes = grown;
  self->size += size;
  grown[self->size] = 0;
  return TLSMEND_OK;
}

int source_read_beside(const char *path, const char *name, size_t most, char **out, size_t *size,
                       tlsmend_error *error) {
  char *full = os_path_absolute(path), *file = full ? beside(full, name) : NULL;
  os_nofollow *reached = NULL;
  reading self = {.path = file, .most = most, .error = error};
  *out = NULL;
  *size = 0;
  int code = file ? os_nofollow_open(file, (size_t)(file_path_leaf(full) - full), &reached, error)
                  : error_no_memory(error);
  if (code == TLSMEND_OK)
    code = take_bytes(&self, "", 0);
  if (code == TLSMEND_OK)
    code = os_nofollow_stream(reached, take_bytes, &self, error);
  os_nofollow_close(reached);
  if (code == TLSMEND_OK) {
    *out = self.bytes;
    *size = self.size;
  } else {
    free(self.bytes);
  }
  free(file);
  free(full);
  return code;
}

/* Reads a module beside the runbook. E_ABSENT if there is none. */
static int read_module(const char *path, const char *name, manifest_file *out, tlsmend_error *error) {
  size_t size = 0;
  *out = (manifest_file){.kind = MANIFEST_MODULE, .name = (char *)name};
  if (file_path_mistake(name)) /* "con.lua" is a device, whatever folder it is looked for in */
    return TLSMEND_E_ABSENT;
  int code = source_read_beside(path, name, MANIFEST_TEXT_MOST, &out->bytes, &size, error);
  if (code != TLSMEND_OK)
    return code;
  out->size = size;
  digest_sha256(out->bytes, size, out->sha256);
  return code;
}

static int collect(void *data, const char *module) {
  const collection *self = data;
  char name[MODULE_NAME_MOST + 8];
  manifest_file file;
  tlsmend_error inner = {0, ""};
  if (is_library(module) || !module_name_path("", module, name, sizeof name) ||
      manifest_find(self->out, MANIFEST_MODULE, name))
    return TLSMEND_OK;
  int code = read_module(self->path, name, &file, &inner);
  if (code == TLSMEND_E_ABSENT)
    return TLSMEND_OK; /* said by `require`, if it comes to that */
  if (code == TLSMEND_OK)
    code = manifest_add(self->out, &file, &inner);
  return code == TLSMEND_OK ? code : tlsmend_error_set(self->error, code, "%s: %s", self->path, inner.text);
}

int source_collect(const char *path, const char *text, size_t size, manifest *out, tlsmend_error *error) {
  collection self = {path, out, error};
  size_t done = out->count;
  int code = requires_each(text, size, collect, &self);
  for (; code == TLSMEND_OK && done < out->count; done++) /* modules ask for more of them */
    if (out->files[done].bytes)
      code = requires_each(out->files[done].bytes, (size_t)out->files[done].size, collect, &self);
  return code;
}

/* Reads the modules that the signature names, and nothing else: each must be the one that was signed. */
static int read_signed(const char *path, const manifest *named, manifest *out, tlsmend_error *error) {
  int code = TLSMEND_OK;
  for (size_t i = 0; code == TLSMEND_OK && i < named->count; i++) {
    manifest_file file;
    code = read_module(path, named->files[i].name, &file, error);
    if (code == TLSMEND_E_ABSENT)
      return tlsmend_error_set(error, TLSMEND_E_APPROVAL,
                               "%s is not beside %s, and its signature covers both: get all of them again",
                               named->files[i].name, path);
    if (code == TLSMEND_OK && strcmp(file.sha256, named->files[i].sha256) != 0) {
      free(file.bytes);
      return tlsmend_error_set(error, TLSMEND_E_APPROVAL,
                               "%s beside %s is not the file that was signed: get all of them again",
                               named->files[i].name, path);
    }
    if (code == TLSMEND_OK)
      code = manifest_add(out, &file, error);
  }
  return code;
}

static int judge_file(source_list *list, const source_terms *terms, const minisign_signature *signature,
                      tlsmend_error *error) {
  trust_store store = {0};
  manifest named = {0};
  source *item = &list->items[0];
  int code = source_keys(terms, &store, error);
  const trust_key *key = code == TLSMEND_OK ? trust_find(&store, signature->id) : NULL;
  if (code == TLSMEND_OK && key &&
      !minisign_verify(&key->key, signature, item->script.bytes, item->script.size))
    code = signature_file_misfit(item->name, error);
  if (code == TLSMEND_OK && !trust_judge(signature->id, key, os_time(), &item->verdict))
    code = error_no_memory(error);
  if (code == TLSMEND_OK)
    code = manifest_comment_read(signature->trusted, &named, &item->verdict.comment, error);
  if (code == TLSMEND_OK)
    code = read_signed(item->name, &named, &list->files, error);
  manifest_clear(&named);
  trust_clear(&store);
  return code;
}

static int open_file(const source_terms *terms, const char *path, source_list *out, tlsmend_error *error) {
  minisign_signature signature = {0};
  script_source script = {.file = file_path_leaf(path), .files = &out->files};
  int code = os_file_read(path, MANIFEST_TEXT_MOST, &out->text, &script.size, error);
  if (code == TLSMEND_E_ABSENT)
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "there is no runbook file %s", path);
  script.bytes = out->text;
  if (code == TLSMEND_OK)
    code = sources_add(out, path, &script, error);
  if (code == TLSMEND_OK)
    code = signature_file_read(path, &signature, &out->is_signed, error);
  if (code == TLSMEND_OK)
    out->items[0].script.file = file_path_leaf(out->items[0].name);
  if (code == TLSMEND_OK)
    code = out->is_signed ? judge_file(out, terms, &signature, error)
                          : source_collect(path, out->text, script.size, &out->files, error);
  minisign_signature_clear(&signature);
  return code;
}

/* One runbook of a bundle. */
static int add_inner(source_list *list, const char *path, const bundle *bundle, const manifest_file *file,
                     tlsmend_error *error) {
  size_t room = strlen(path) + strlen(file->name) + 2;
  char *name = malloc(room);
  script_source script = {
      .file = file->name, .bytes = file->bytes, .size = (size_t)file->size, .files = &list->files};
  if (!name)
    return error_no_memory(error);
  snprintf(name, room, "%s|%s", path, file->name);
  int code = sources_add(list, name, &script, error);
  free(name);
  if (code != TLSMEND_OK)
    return code;
  trust_verdict *verdict = &list->items[list->count - 1].verdict;
  manifest none;
  if (!trust_judge(bundle->signature.id, bundle->key, os_time(), verdict))
    return error_no_memory(error);
  code = manifest_comment_read(bundle->signature.trusted, &none, &verdict->comment, error);
  manifest_clear(&none);
  return code;
}

/* `inner` is the one that is wanted, or NULL: all. */
static int open_bundle(const source_terms *terms, const char *path, const char *inner, source_list *out,
                       tlsmend_error *error) {
  trust_store store = {0};
  bundle bundle = {0};
  int code = source_keys(terms, &store, error);
  if (code == TLSMEND_OK)
    code = signature_file_bundle(path, &(bundle_look){.keys = &store}, &bundle, error);
  if (code == TLSMEND_E_ABSENT)
    code = tlsmend_error_set(error, TLSMEND_E_USAGE, "there is no bundle %s", path);
  for (size_t i = 0; code == TLSMEND_OK && i < bundle.files.count; i++) {
    const manifest_file *file = &bundle.files.files[i];
    if (file->kind == MANIFEST_RUNBOOK && (!inner || strcmp(inner, file->name) == 0))
      code = add_inner(out, path, &bundle, file, error);
  }
  if (code == TLSMEND_OK && !out->count)
    code =
        tlsmend_error_set(error, TLSMEND_E_USAGE,
                          "there is no runbook %s in %s: `tlsmend verify %s` lists them", inner, path, path);
  out->files = bundle.files;
  out->is_signed = true;
  bundle.files = (manifest){0};
  bundle_clear(&bundle);
  trust_clear(&store);
  return code;
}

int sources_open(const source_terms *terms, const char *name, source_list *out, tlsmend_error *error) {
  *out = (source_list){0};
  if (sodium_init() < 0)
    return tlsmend_error_set(error, TLSMEND_E_FAILED, "the library for signatures does not start");
  if (!source_is_path(name))
    return sources_add(out, name, &(script_source){0}, error);
  char *path = os_path_absolute(name); /* it keeps its meaning when a run goes on from another folder */
  const char *inner = path ? bundle_inner(path) : NULL;
  int code = path ? TLSMEND_OK : error_no_memory(error);
  if (inner)
    path[inner - path - 1] = 0;
  if (code == TLSMEND_OK)
    code = ends_with(path, ".tlsmend") ? open_bundle(terms, path, inner, out, error)
                                       : open_file(terms, path, out, error);
  free(path);
  if (code != TLSMEND_OK)
    sources_close(out);
  return code;
}

void source_set_clear(source_set *set) {
  for (size_t i = 0; i < set->list_count; i++)
    sources_close(&set->lists[i]);
  free(set->lists);
  free(set->items);
  *set = (source_set){0};
}

int source_set_begin(source_set *set, size_t most, tlsmend_error *error) {
  *set = (source_set){.lists = calloc(most + 1, sizeof *set->lists)};
  return set->lists ? TLSMEND_OK : error_no_memory(error);
}

int source_set_add(source_set *set, const source *source, tlsmend_error *error) {
  const struct source **grown = realloc(set->items, (set->count + 1) * sizeof *grown);
  if (!grown)
    return error_no_memory(error);
  set->items = grown;
  grown[set->count++] = source;
  return TLSMEND_OK;
}

int source_check(const script_options *options, const source *source, const plan_runbook *row,
                 tlsmend_error *error) {
  char sha256[65];
  json_t *files = NULL;
  script_options full = source_options(options, source);
  if (row->builtin)
    full.library = NULL;
  int code = script_identity(&full, source->name, sha256, &files, error);
  bool same = code == TLSMEND_OK && strcmp(sha256, row->sha256) == 0 &&
              (files && row->files ? json_equal(files, row->files) : files == row->files);
  json_decref(files);
  if (code != TLSMEND_OK || same)
    return code;
  return tlsmend_error_set(
      error, TLSMEND_E_REFUSED,
      "the runbook %s is not the one that the plan was made with: its text has changed. Plan again",
      source->name);
}

/* By what name a runbook of a plan is read again: those of tlsmend and of a library by their id. */
static bool is_by_id(const script_options *options, const plan_runbook *row) {
  if (row->builtin || !source_is_path(row->source))
    return true;
  char *inside = options->library ? os_path_join("runbooks", row->id) : NULL;
  char *path = inside ? os_path_join(options->library, inside) : NULL;
  size_t length = path ? strlen(path) : 0;
  bool same = path && strncmp(row->source, path, length) == 0 && strcmp(row->source + length, ".lua") == 0;
  free(inside);
  free(path);
  return same;
}

int sources_take(const script_options *options, const source_terms *terms, const tlsmend_plan *plan,
                 source_set *out, tlsmend_error *error) {
  int code = source_set_begin(out, plan->runbook_count, error);
  for (size_t i = 0; code == TLSMEND_OK && i < plan->runbook_count; i++) {
    const plan_runbook *row = &plan->runbooks[i];
    source_list *list = &out->lists[out->list_count++];
    code = sources_open(terms, is_by_id(options, row) ? row->id : row->source, list, error);
    if (code == TLSMEND_OK)
      code = source_check(options, &list->items[0], row, error);
    if (code == TLSMEND_OK)
      code = source_set_add(out, &list->items[0], error);
  }
  if (code != TLSMEND_OK)
    source_set_clear(out);
  return code;
}
