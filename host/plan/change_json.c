/* The JSON of a change: what plans and journals hold. */
#include <string.h>

#include "plan/change.h"
#include "registry/value.h"

static json_t *text_or_null(const char *text) { return text ? json_string(text) : json_null(); }

static json_t *version_to_json(uint64_t version) {
  if (!version)
    return json_null();
  char text[32];
  version_print(version, text);
  return json_string(text);
}

static json_t *update_to_json(const tlsmend_update *update) {
  json_t *files = json_array();
  for (size_t i = 0; files && i < update->file_count; i++) {
    const tlsmend_file_effect *file = &update->files[i];
    json_array_append_new(files,
                          json_pack("{s:s, s:i, s:o, s:o}", "path", file->path, "view", file->view, "before",
                                    version_to_json(file->before), "after", version_to_json(file->after)));
  }
  return json_pack("{s:o, s:o, s:o, s:o, s:o}", "kb", text_or_null(update->kb), "file",
                   text_or_null(update->file), "sha256", text_or_null(update->sha256), "package",
                   text_or_null(update->package), "files", files);
}

json_t *change_value_hidden(const tlsmend_value *value) {
  char type[32];
  value_type_print(value->type, type);
  return value->present ? json_pack("{s:s, s:b}", "type", type, "secret", 1) : json_null();
}

json_t *change_to_json(const tlsmend_change *change, bool clear) {
  json_t *(*data)(const tlsmend_value *) = change->secret && !clear ? change_value_hidden : value_to_json;
  json_t *json = json_pack(
      "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:i}", "kind", change_kind_name(change->kind),
      "key", text_or_null(change->key), "view", change->key ? json_integer(change->view) : json_null(),
      "name", text_or_null(change->name), "before", data(&change->before), "after", data(&change->after),
      "why", text_or_null(change->why), "runbook", text_or_null(change->runbook), "effective",
      change_effective(change, NULL), "owner", text_or_null(change->owner), "phase", (int)change->phase);
  if (json && change->secret)
    json_object_set_new(json, "secret", json_true());
  if (!json || change->kind != TLSMEND_CHANGE_UPDATE_INSTALL)
    return json;
  json_t *update = update_to_json(&change->update);
  json_object_update_missing(json, update); /* kb, file and sha256 stand beside kind */
  json_decref(update);
  return json;
}

/* Reads a member that is a string or null; false if it is anything else. */
static bool text_from_json(const json_t *json, const char *name, char **out) {
  const json_t *member = json_object_get(json, name);
  if (!member || json_is_null(member))
    return true;
  if (!json_is_string(member) || strlen(json_string_value(member)) != json_string_length(member))
    return false;
  *out = strdup(json_string_value(member));
  return *out;
}

static bool version_from_json(const json_t *json, uint64_t *out) {
  *out = 0;
  if (!json || json_is_null(json))
    return true;
  return json_is_string(json) && version_parse(json_string_value(json), out);
}

static bool file_from_json(const json_t *json, tlsmend_file_effect *out) {
  json_int_t view = json_integer_value(json_object_get(json, "view"));
  out->view = (int)view;
  return text_from_json(json, "path", &out->path) && out->path && (view == 64 || view == 32) &&
         version_from_json(json_object_get(json, "before"), &out->before) &&
         version_from_json(json_object_get(json, "after"), &out->after);
}

static bool update_from_json(const json_t *json, tlsmend_update *out) {
  if (!text_from_json(json, "kb", &out->kb) || !out->kb || !text_from_json(json, "file", &out->file) ||
      !text_from_json(json, "sha256", &out->sha256) || !text_from_json(json, "package", &out->package))
    return false;
  const json_t *files = json_object_get(json, "files");
  size_t count = json_array_size(files);
  if (!count)
    return true;
  out->files = calloc(count, sizeof *out->files);
  if (!out->files)
    return false;
  out->file_count = count;
  for (size_t i = 0; i < count; i++)
    if (!file_from_json(json_array_get(files, i), &out->files[i]))
      return false;
  return true;
}

/* A value, or that there is one which is not said: then only its type is known. */
static bool data_from_json(const json_t *json, const char *name, tlsmend_value *out, tlsmend_error *error) {
  const json_t *data = json_object_get(json, name);
  const char *type = json_string_value(json_object_get(data, "type"));
  if (!change_hides(data))
    return value_from_json(data, out, error) == TLSMEND_OK;
  *out = (tlsmend_value){.present = true};
  return json_is_true(json_object_get(json, "secret")) && type && value_type_parse(type, &out->type);
}

bool change_hides(const json_t *data) {
  return json_is_object(data) && json_object_size(data) == 2 && json_is_true(json_object_get(data, "secret"));
}

static bool kind_from_json(const json_t *json, tlsmend_change_kind *out) {
  const char *name = json_string_value(json_object_get(json, "kind"));
  for (tlsmend_change_kind kind = TLSMEND_CHANGE_KEY_CREATE; name && kind <= TLSMEND_CHANGE_REBOOT; kind++) {
    if (strcmp(name, change_kind_name(kind)) != 0)
      continue;
    *out = kind;
    return true;
  }
  return false;
}

/* Whether the members that this kind needs are there. */
static bool complete(const tlsmend_change *change) {
  bool value = change->kind == TLSMEND_CHANGE_VALUE_SET || change->kind == TLSMEND_CHANGE_VALUE_DELETE;
  bool keyed =
      value || change->kind == TLSMEND_CHANGE_KEY_CREATE || change->kind == TLSMEND_CHANGE_KEY_DELETE;
  if (keyed != (change->key != NULL) || value != (change->name != NULL))
    return false;
  if (keyed && change->view != 64 && change->view != 32)
    return false;
  if (change->kind == TLSMEND_CHANGE_VALUE_SET)
    return change->after.present;
  if (change->kind == TLSMEND_CHANGE_VALUE_DELETE)
    return change->before.present && !change->after.present;
  return true;
}

int change_from_json(const json_t *json, tlsmend_change *out, tlsmend_error *error) {
  *out = (tlsmend_change){0};
  json_int_t phase = json_integer_value(json_object_get(json, "phase"));
  out->view = (int)json_integer_value(json_object_get(json, "view"));
  out->phase = (unsigned)phase;
  out->secret = json_is_true(json_object_get(json, "secret"));
  bool good = kind_from_json(json, &out->kind) && phase >= 0 && phase < 1000 &&
              text_from_json(json, "key", &out->key) && text_from_json(json, "name", &out->name) &&
              text_from_json(json, "why", &out->why) && text_from_json(json, "runbook", &out->runbook) &&
              text_from_json(json, "owner", &out->owner) &&
              data_from_json(json, "before", &out->before, error) &&
              data_from_json(json, "after", &out->after, error) && complete(out) &&
              (out->kind != TLSMEND_CHANGE_UPDATE_INSTALL || update_from_json(json, &out->update));
  if (good)
    return TLSMEND_OK;
  change_clear(out);
  return tlsmend_error_set(error, TLSMEND_E_CORRUPT,
                           "a change is not one (kind, key, view, name, before, after)");
}
