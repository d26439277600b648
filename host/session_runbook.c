/* Runbooks as a catalogue: what there is, and the declared header of one. No machine is opened. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "core/trust.h"
#include "script/script.h"
#include "session.h"
#include "session_trust.h"

#define LIST_SCHEMA "tlsmend-runbooks/1"
#define SHOW_SCHEMA "tlsmend-runbook/1"

static const char *text_of(const json_t *json, const char *name) {
  const char *text = json_string_value(json_object_get(json, name));
  return text ? text : "";
}

/* ---- list -------------------------------------------------------------------------------------------------------------- */

typedef struct listing {
  const script_options *options;
  json_t *runbooks;
  text_builder text;
  tlsmend_error *error;
} listing;

static int list_one(void *data, const char *id) {
  listing *listing = data;
  script_runbook *runbook = NULL;
  int code = script_open(listing->options, id, &runbook, listing->error);
  if (code != TLSMEND_OK)
    return code;
  const json_t *header = script_header(runbook);
  text_add(&listing->text, "%-24s %-8s %s\n", id, text_of(header, "version"), text_of(header, "title"));
  json_array_append(listing->runbooks, (json_t *)header);
  script_close(runbook);
  return TLSMEND_OK;
}

int tlsmend_runbook_list(const tlsmend_options *options, tlsmend_format format, char **out,
                         tlsmend_error *error) {
  assert(options && out);
  *out = NULL;
  script_options script = session_script_options(options);
  script.chunks = script_chunks_new();
  listing listing = {&script, json_array(), {0}, error};
  char *text = NULL;
  int code = script_each_runbook(&script, list_one, &listing, error);
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
  json_decref(listing.runbooks);
  script_chunks_free(script.chunks);
  return code;
}

/* ---- show -------------------------------------------------------------------------------------------------------------- */

static void show_texts(const char *title, const json_t *list, text_builder *out) {
  for (size_t i = 0; i < json_array_size(list); i++)
    text_add(out, "%-12s %s\n", i ? "" : title, json_string_value(json_array_get(list, i)));
}

/* Trees of keys; a view is said in words. */
static void show_trees(const char *title, const json_t *list, text_builder *out) {
  for (size_t i = 0; i < json_array_size(list); i++) {
    const char *tree = json_string_value(json_array_get(list, i));
    bool one_view = tree[2] == ':';
    text_add(out, "%-12s %s%s\n", i ? "" : title, one_view ? tree + 3 : tree,
             !one_view        ? ""
             : tree[0] == '3' ? " (32-bit view)"
                              : " (64-bit view)");
  }
}

/* The parameters whose files may be looked at: whoever gives one, lets it. */
static void show_given(const json_t *params, bool first, text_builder *out) {
  for (size_t i = 0; i < json_array_size(params); i++) {
    const json_t *param = json_array_get(params, i);
    if (strcmp(text_of(param, "type"), "path") == 0) {
      text_add(out, "%-12s what the parameter %s names\n", first ? "  files" : "", text_of(param, "name"));
      first = false;
    }
  }
}

static void show_needs(const json_t *needs, const json_t *params, text_builder *out) {
  text_add(out, "\nIt may touch nothing but:\n");
  show_trees("  changes", json_object_get(needs, "registry"), out);
  show_trees("  reads", json_object_get(needs, "reads"), out);
  show_texts("  updates", json_object_get(needs, "updates"), out);
  show_texts("  packages", json_object_get(needs, "packages"), out);
  show_texts("  files", json_object_get(needs, "files"), out);
  show_given(params, json_array_size(json_object_get(needs, "files")) == 0, out);
  show_texts("  probes", json_object_get(needs, "probes"), out);
  show_texts("  modules", json_object_get(needs, "modules"), out);
  if (json_is_true(json_object_get(needs, "probes")))
    text_add(out, "  %-10s %s\n", "probes", "the servers that parameters name");
  text_add(out, "  %-10s %s\n", "restart",
           json_is_true(json_object_get(needs, "reboot")) ? "yes, if the plan needs one" : "no");
}

static void show_default(const json_t *value, text_builder *out) {
  if (json_is_array(value)) {
    for (size_t i = 0; i < json_array_size(value); i++)
      text_add(out, "%s%s", i ? "," : "", json_string_value(json_array_get(value, i)));
    return;
  }
  char *text = json_is_string(value) ? strdup(json_string_value(value)) : json_dumps(value, JSON_ENCODE_ANY);
  text_add(out, "%s", text ? text : "?");
  free(text);
}

static void show_param(const json_t *param, text_builder *out) {
  const json_t *fallback = json_object_get(param, "default");
  text_add(out, "  -p %s=%s", text_of(param, "name"), text_of(param, "type"));
  if (fallback && !json_is_null(fallback)) {
    text_add(out, "   default ");
    show_default(fallback, out);
  }
  text_add(out, "\n");
  text_wrap(out, 5, 79, text_of(param, "help"));
}

static void show_signer(const json_t *header, text_builder *out) {
  char signer[400] = "none needed: part of tlsmend";
  const json_t *signature = json_object_get(header, "signature"), *files = json_object_get(header, "files");
  if (!json_is_true(json_object_get(header, "builtin")))
    trust_print(signature, signer, sizeof signer);
  text_add(out, "%-12s %s\n", "Signer", signer);
  if (*text_of(signature, "comment"))
    text_add(out, "%-12s %s\n", "", text_of(signature, "comment"));
  for (size_t i = 0; i < json_array_size(files); i++)
    text_add(out, "%-12s %s, SHA-256 %s\n", i ? "" : "Files", text_of(json_array_get(files, i), "name"),
             text_of(json_array_get(files, i), "sha256"));
}

static void show_header(const json_t *header, text_builder *out) {
  const json_t *needs = json_object_get(header, "needs"), *params = json_object_get(header, "params");
  text_add(out, "%s %s: %s\n", text_of(header, "id"), text_of(header, "version"), text_of(header, "title"));
  if (*text_of(header, "summary"))
    text_wrap(out, 0, 79, text_of(header, "summary"));
  text_add(out, "\n%-12s %s\n%-12s %s\n", "Source", text_of(header, "source"), "SHA-256",
           text_of(header, "sha256"));
  show_signer(header, out);
  show_texts("References", json_object_get(header, "references"), out);
  show_needs(needs, params, out);
  if (json_array_size(params))
    text_add(out, "\nParameters:\n");
  for (size_t i = 0; i < json_array_size(params); i++)
    show_param(json_array_get(params, i), out);
}

/* Appends the header of one runbook, as text or into `list`. */
static int show_one(const tlsmend_options *options, const source *source, text_builder *text, json_t *list,
                    tlsmend_error *error) {
  script_options library = session_script_options(options), script = source_options(&library, source);
  script_runbook *open = NULL;
  int code = script_open(&script, source->name, &open, error);
  if (code != TLSMEND_OK)
    return code;
  json_t *json = json_deep_copy(script_header(open));
  if (!json_is_true(json_object_get(json, "builtin")))
    json_object_set_new(json, "signature", source_verdict(source));
  text_add(text, "%s", json_array_size(list) ? "\n" : "");
  show_header(json, text);
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
  text_builder text = {0};
  char *shown = NULL;
  json_t *list = json_array();
  int code = sources_open(&terms, runbook, &sources, error);
  for (size_t i = 0; code == TLSMEND_OK && i < sources.count; i++)
    code = show_one(options, &sources.items[i], &text, list, error);
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
  sources_close(&sources);
  return code;
}
