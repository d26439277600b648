/* Runbooks as a catalogue: what there is, and the declared header of one. No machine is opened. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "render/say.h"
#include "machine/guard.h"
#include "script/source.h"
#include "session/options.h"
#include "session/output.h"

#define LIST_SCHEMA "tlsmend-runbooks/1"
#define SHOW_SCHEMA "tlsmend-runbook/1"

static const char *text_of(const json_t *json, const char *name) {
  const char *text = json_string_value(json_object_get(json, name));
  return text ? text : "";
}

typedef struct listing {
  const script_options *options;
  json_t *runbooks;
  text_builder text;
  tlsmend_error *error;
} listing;

static bool is_library(const json_t *file) { return strcmp(text_of(file, "name"), "--library") == 0; }

/* The runbook and the files of its own; the library stands beside it only in plans. */
static json_t *shown(const runbook_header *header) {
  json_t *json = header_to_json(header), *files = json_object_get(json, "files");
  size_t count = json_array_size(files);
  if (count == 0 || !is_library(json_array_get(files, count - 1)))
    return json;
  json_t *own = json_copy(files); /* the header keeps its own list */
  json_array_remove(own, count - 1);
  if (count > 1)
    json_object_set(json, "files", own);
  else
    json_object_del(json, "files");
  json_decref(own);
  return json;
}

static int list_one(void *data, const char *id) {
  listing *listing = data;
  script_runbook *runbook = NULL;
  int code = script_open(listing->options, id, &runbook, listing->error);
  if (code != TLSMEND_OK)
    return code;
  const runbook_header *header = script_header(runbook);
  text_add(&listing->text, "%-24s %-8s ", id, header->version);
  text_add(&listing->text, "%s", text_said(&listing->text, header->title));
  text_add(&listing->text, "\n");
  json_array_append_new(listing->runbooks, shown(header));
  script_close(runbook);
  return TLSMEND_OK;
}

int tlsmend_runbook_list(const tlsmend_options *options, tlsmend_format format, char **out,
                         tlsmend_error *error) {
  assert(options && out);
  *out = NULL;
  script_options script = session_script_options(options);
  script.workers = worker_pool_new();
  listing listing = {&script, json_array(), {0}, error};
  char *text = NULL;
  language *language = NULL;
  int code = session_language(options, &language, error);
  listing.text.language = language;
  if (code == TLSMEND_OK)
    code = session_library_read(&script, error);
  if (code == TLSMEND_OK)
    code = script_each_runbook(&script, list_one, &listing, error);
  int finished = text_finish(&listing.text, &text, error);
  if (code == TLSMEND_OK)
    code = finished;
  if (code == TLSMEND_OK && format == TLSMEND_FORMAT_TEXT) {
    *out = text;
    text = NULL;
  } else if (code == TLSMEND_OK) {
    code = session_dump(
        json_pack("{s:s, s:O, s:s}", "schema", LIST_SCHEMA, "runbooks", listing.runbooks, "result", "done"),
        out, error);
  }
  free(text);
  language_close(language);
  json_decref(listing.runbooks);
  worker_pool_free(script.workers);
  session_library_clear(&script);
  return code;
}

enum { INDENT = 2, COLUMN = 13 };

/* The label of the first of several lines. */
static void show_begin(const char *label, size_t indent, bool first, text_builder *out) {
  text_add(out, "%*s", first ? (int)indent : 0, "");
  text_label(out, first ? label : NULL);
}

static void show_texts(const char *title, size_t indent, const name_list *list, text_builder *out) {
  for (size_t i = 0; i < list->count; i++) {
    show_begin(title, indent, i == 0, out);
    text_add(out, "%s\n", list->items[i]);
  }
}

/* Packages by their SHA-256, or by who has signed them. */
static void show_packages(const name_list *list, text_builder *out) {
  for (size_t i = 0; i < list->count; i++) {
    const char *text = list->items[i];
    bool signer = strncmp(text, GUARD_SIGNER, strlen(GUARD_SIGNER)) == 0;
    show_begin("packages", INDENT, i == 0, out);
    if (signer)
      text_say(out, "any that %s has signed", text + strlen(GUARD_SIGNER));
    else
      text_add(out, "%s", text);
    text_add(out, "\n");
  }
}

static void show_said(const char *label, size_t indent, const char *text, text_builder *out) {
  show_begin(label, indent, true, out);
  text_add(out, "%s", text_said(out, text));
  text_add(out, "\n");
}

/* Trees of keys; a view is said in words. */
static void show_trees(const char *title, const name_list *list, text_builder *out) {
  for (size_t i = 0; i < list->count; i++) {
    const char *tree = list->items[i];
    bool one_view = tree[2] == ':';
    show_begin(title, INDENT, i == 0, out);
    text_add(out, "%s%s", one_view ? tree + 3 : tree, one_view ? " " : "");
    if (one_view)
      text_say(out, tree[0] == '3' ? "(32-bit view)" : "(64-bit view)");
    text_add(out, "\n");
  }
}

/* The parameters whose files may be looked at: whoever gives one, lets it. */
static void show_given(const runbook_header *header, bool first, text_builder *out) {
  for (size_t i = 0; i < header->param_count; i++) {
    if (header->params[i].type != PARAM_TYPE_PATH)
      continue;
    show_begin("files", INDENT, first, out);
    text_say(out, "what the parameter %s names", header->params[i].name);
    text_add(out, "\n");
    first = false;
  }
}

static void show_needs(const runbook_header *header, text_builder *out) {
  const declared_needs *needs = &header->needs;
  text_add(out, "\n");
  text_say(out, "It may touch nothing but:");
  text_add(out, "\n");
  show_trees("changes", &needs->registry, out);
  show_trees("reads", &needs->reads, out);
  show_texts("updates", INDENT, &needs->updates, out);
  show_packages(&needs->packages, out);
  show_texts("files", INDENT, &needs->files, out);
  show_given(header, needs->files.count == 0, out);
  show_texts("probes", INDENT, &needs->probes, out);
  show_texts("modules", INDENT, &needs->modules, out);
  if (needs->any_probe)
    show_said("probes", INDENT, "the servers that parameters name", out);
  show_said("restart", INDENT, needs->reboot ? "yes, if the plan needs one" : "no", out);
}

/* What may keep a run that nobody has confirmed. */
static void show_effect(const runbook_header *header, text_builder *out) {
  if (!header->verifies_effect)
    return;
  show_said("verify", INDENT, "asks a server, whose answer may keep a run that nobody confirms", out);
}

static void show_default(const param_value *value, text_builder *out) {
  switch (value->kind) {
  case PARAM_LIST:
    for (size_t i = 0; i < value->list.count; i++)
      text_add(out, "%s%s", i ? "," : "", value->list.items[i]);
    return;
  case PARAM_TEXT:
    text_add(out, "%s", value->text);
    return;
  case PARAM_INTEGER:
    text_add(out, "%lld", (long long)value->integer);
    return;
  case PARAM_BOOLEAN:
    text_add(out, "%s", value->boolean ? "true" : "false");
    return;
  case PARAM_HIDDEN:
  case PARAM_NONE:
    return;
  }
}

static void show_param(const declared_param *param, text_builder *out) {
  text_add(out, "  -p %s=%s", param->name, param_type_word(param->type));
  if (param->fallback.kind != PARAM_NONE) {
    text_add(out, "   ");
    text_say(out, "default");
    text_add(out, " ");
    show_default(&param->fallback, out);
  }
  text_add(out, "\n");
  text_tell(out, 5, 79, param->help);
}

static void show_signer(const runbook_header *header, const json_t *signature, text_builder *out) {
  char signer[400] = "none needed: part of tlsmend";
  if (!header->builtin)
    trust_print(signature, signer, sizeof signer);
  show_said("Signer", 0, signer, out);
  if (*text_of(signature, "comment")) {
    text_label(out, NULL);
    text_add(out, "%s\n", text_of(signature, "comment"));
  }
  for (size_t i = 0; i < json_array_size(header->files); i++) {
    const json_t *file = json_array_get(header->files, i);
    if (is_library(file))
      continue;
    show_begin("Files", 0, i == 0, out);
    text_add(out, "%s, SHA-256 %s\n", text_of(file, "name"), text_of(file, "sha256"));
  }
}

static void show_header(const runbook_header *header, const json_t *signature, text_builder *out) {
  text_add(out, "%s %s: ", header->id, header->version);
  text_add(out, "%s", text_said(out, header->title));
  text_add(out, "\n");
  if (header->summary)
    text_tell(out, 0, 79, header->summary);
  text_add(out, "\n");
  show_said("Source", 0, header->source, out);
  text_add(out, "SHA-256");
  text_label(out, NULL);
  text_add(out, "%s\n", header->sha256);
  show_signer(header, signature, out);
  show_texts("References", 0, &header->references, out);
  show_needs(header, out);
  show_effect(header, out);
  if (header->param_count) {
    text_add(out, "\n");
    text_say(out, "Parameters:");
    text_add(out, "\n");
  }
  for (size_t i = 0; i < header->param_count; i++)
    show_param(&header->params[i], out);
}

/* Appends the header of one runbook, as text or into `list`. */
static int show_one(const script_options *library, const source *source, text_builder *text, json_t *list,
                    tlsmend_error *error) {
  script_options script = source_options(library, source);
  script_runbook *open = NULL;
  int code = script_open(&script, source->name, &open, error);
  if (code != TLSMEND_OK)
    return code;
  const runbook_header *header = script_header(open);
  json_t *json = shown(header), *signature = header->builtin ? NULL : source_verdict(source);
  if (signature)
    json_object_set_new(json, "signature", signature);
  text_append(text, json_array_size(list) ? "\n" : "");
  show_header(header, signature, text);
  json_object_set_new(json, "schema", json_string(SHOW_SCHEMA));
  json_object_set_new(json, "result", json_string("done"));
  json_array_append_new(list, json);
  script_close(open);
  return TLSMEND_OK;
}

int tlsmend_runbook_show(const tlsmend_options *options, const char *runbook, tlsmend_format format,
                         char **out, tlsmend_error *error) {
  assert(options && runbook && out);
  *out = NULL;
  source_list sources;
  source_terms terms = {.trust = session_trust_folder(options)};
  language *language = NULL;
  int code = session_language(options, &language, error);
  if (code != TLSMEND_OK)
    return code;
  text_builder text = {.language = language};
  char *shown = NULL;
  json_t *list = json_array();
  script_options script = session_script_options(options);
  code = sources_open(&terms, runbook, &sources, error);
  if (code == TLSMEND_OK)
    code = session_library_read(&script, error);
  for (size_t i = 0; code == TLSMEND_OK && i < sources.count; i++)
    code = show_one(&script, &sources.items[i], &text, list, error);
  text_align(&text, COLUMN);
  int finished = text_finish(&text, &shown, error);
  if (code == TLSMEND_OK)
    code = finished;
  if (code == TLSMEND_OK && format != TLSMEND_FORMAT_JSON) {
    *out = shown;
    shown = NULL;
  } else if (code == TLSMEND_OK && json_array_size(list) != 1) {
    code = tlsmend_error_set(error, TLSMEND_E_USAGE, "%s holds %zu runbooks: name one, such as '%s'", runbook,
                             sources.count, sources.items[0].name);
  } else if (code == TLSMEND_OK) {
    code = session_dump(json_incref(json_array_get(list, 0)), out, error);
  }
  free(shown);
  json_decref(list);
  language_close(language);
  session_library_clear(&script);
  sources_close(&sources);
  return code;
}
