/* The header of a runbook as JSON, and its end. */
#include "script/declared/header.h"

#include <stdlib.h>
#include <string.h>

#include "base/names_json.h"

const char *param_type_word(param_type type) {
  static const char *const words[] = {
#define WORD(name, word, expected) word,
      PARAM_TYPES(WORD)
#undef WORD
  };
  return words[type];
}

const char *param_type_expected(param_type type) {
  static const char *const texts[] = {
#define TEXT(name, word, expected) expected,
      PARAM_TYPES(TEXT)
#undef TEXT
  };
  return texts[type];
}

bool param_type_find(const char *word, param_type *out) {
  for (param_type type = PARAM_TYPE_STRING; type <= PARAM_TYPE_LIST; type++)
    if (strcmp(param_type_word(type), word) == 0) {
      *out = type;
      return true;
    }
  return false;
}

const declared_param *header_param(const runbook_header *self, const char *name) {
  for (size_t i = 0; i < self->param_count; i++)
    if (strcmp(self->params[i].name, name) == 0)
      return &self->params[i];
  return NULL;
}

static json_t *param_to_json(const declared_param *param) {
  json_t *json = json_pack("{s:s, s:s}", "name", param->name, "type", param_type_word(param->type));
  json_t *choices = param->choice_count ? json_array() : NULL;
  for (size_t i = 0; i < param->choice_count; i++)
    json_array_append_new(choices, param_value_to_json(&param->choices[i]));
  if (choices)
    json_object_set_new(json, "choices", choices);
  json_object_set_new(json, "default", param_value_to_json(&param->fallback));
  json_object_set_new(json, "help", json_string(param->help));
  if (param->secret)
    json_object_set_new(json, "secret", json_true());
  return json;
}

static json_t *needs_to_json(const declared_needs *needs) {
  json_t *json = json_object();
  json_object_set_new(json, "registry", name_list_to_json(&needs->registry));
  json_object_set_new(json, "reads", name_list_to_json(&needs->reads));
  json_object_set_new(json, "updates", name_list_to_json(&needs->updates));
  json_object_set_new(json, "packages", name_list_to_json(&needs->packages));
  json_object_set_new(json, "files", name_list_to_json(&needs->files));
  if (needs->has_legacy)
    json_object_set_new(json, "legacy", name_list_to_json(&needs->legacy));
  if (needs->has_off)
    json_object_set_new(json, "off", name_list_to_json(&needs->off));
  if (needs->any_probe || needs->has_probes)
    json_object_set_new(json, "probes", needs->any_probe ? json_true() : name_list_to_json(&needs->probes));
  if (needs->has_modules)
    json_object_set_new(json, "modules", name_list_to_json(&needs->modules));
  json_object_set_new(json, "reboot", json_boolean(needs->reboot));
  return json;
}

static json_t *declared(const runbook_header *self) {
  json_t *params = json_array();
  for (size_t i = 0; i < self->param_count; i++)
    json_array_append_new(params, param_to_json(&self->params[i]));
  json_t *json = json_pack("{s:s, s:s, s:s}", "id", self->id, "version", self->version, "title", self->title);
  if (self->summary)
    json_object_set_new(json, "summary", json_string(self->summary));
  json_object_set_new(json, "references", name_list_to_json(&self->references));
  json_object_set_new(json, "params", params);
  json_object_set_new(json, "needs", needs_to_json(&self->needs));
  if (self->verifies_effect)
    json_object_set_new(json, "verifies", json_string(DECLARED_EFFECT));
  return json;
}

json_t *header_declared_to_json(const runbook_header *self) {
  json_t *json = declared(self);
  json_object_set_new(json, "verify", json_boolean(self->has_verify));
  return json;
}

json_t *header_to_json(const runbook_header *self) {
  json_t *json = declared(self);
  json_object_set_new(json, "source", json_string(self->source));
  json_object_set_new(json, "builtin", json_boolean(self->builtin));
  json_object_set_new(json, "sha256", json_string(self->sha256));
  if (self->files)
    json_object_set(json, "files", self->files);
  return json;
}

static void param_clear(declared_param *param) {
  for (size_t i = 0; i < param->choice_count; i++)
    param_value_clear(&param->choices[i]);
  free(param->choices);
  param_value_clear(&param->fallback);
  free(param->name);
  free(param->help);
}

void header_clear(runbook_header *self) {
  name_list *lists[] = {&self->references,    &self->needs.registry, &self->needs.reads,
                        &self->needs.updates, &self->needs.packages, &self->needs.files,
                        &self->needs.legacy,  &self->needs.off,      &self->needs.probes,
                        &self->needs.modules};
  for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
    name_list_clear(lists[i]);
  for (size_t i = 0; i < self->param_count; i++)
    param_clear(&self->params[i]);
  free(self->params);
  free(self->id);
  free(self->version);
  free(self->title);
  free(self->summary);
  free(self->source);
  json_decref(self->files);
  *self = (runbook_header){0};
}
