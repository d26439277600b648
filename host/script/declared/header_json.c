/* A header from the JSON of another process. */
#include "script/declared/header_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/names_json.h"
#include "script/declared/param.h"
#include "script/declared/rules.h"

/* How many choices may be compared with elements of defaults: far more than a runbook wants, and over in a moment. */
enum { COMPARED_MOST = 1000000 };

typedef struct reading {
  runbook_header *out;
  size_t compared;
  tlsmend_error *error;
} reading;

static int bad_field(const reading *self, const char *field, const char *expected) {
  return tlsmend_error_set(self->error, TLSMEND_E_SCRIPT, "field '%s' must be %s", field, expected);
}

/* A text without NULs, which would hide what follows them; NULL: it is none. */
static const char *plain_text(const json_t *json) {
  const char *text = json_string_value(json);
  return text && strlen(text) == json_string_length(json) ? text : NULL;
}

static int copy_text(const reading *self, const char *text, char **out) {
  *out = strdup(text);
  return *out ? TLSMEND_OK : error_no_memory(self->error);
}

static int take_line(const reading *self, const json_t *json, const char *field, char **out) {
  const json_t *member = json_object_get(json, field);
  if (!json_is_string(member))
    return bad_field(self, field, "a string");
  int code = rule_line(field, json_string_value(member), json_string_length(member), self->error);
  return code == TLSMEND_OK ? copy_text(self, json_string_value(member), out) : code;
}

static int take_texts(const reading *self, const json_t *json) {
  runbook_header *out = self->out;
  int code = take_line(self, json, "id", &out->id);
  if (code == TLSMEND_OK)
    code = rule_id(out->id, self->error);
  if (code == TLSMEND_OK)
    code = take_line(self, json, "version", &out->version);
  if (code == TLSMEND_OK)
    code = take_line(self, json, "title", &out->title);
  if (code == TLSMEND_OK && json_object_get(json, "summary"))
    code = take_line(self, json, "summary", &out->summary);
  if (code == TLSMEND_OK && !name_list_from_json(json_object_get(json, "references"), &out->references))
    code = bad_field(self, "references", "a list of strings");
  return code;
}

static int take_choices(const reading *self, const json_t *json, const char *field, declared_param *param) {
  char what[128];
  param_type element = param->type == PARAM_TYPE_LIST ? PARAM_TYPE_STRING : param->type;
  snprintf(what, sizeof what, "%s.choices", field);
  if (json_array_size(json) == 0)
    return bad_field(self, what, "a list of values");
  int code = rule_choice_count(what, json_array_size(json), self->error);
  if (code != TLSMEND_OK)
    return code;
  param->choices = calloc(json_array_size(json), sizeof *param->choices);
  if (!param->choices)
    return error_no_memory(self->error);
  for (size_t i = 0; i < json_array_size(json); i++) {
    if (!param_from_json(element, json_array_get(json, i), &param->choices[i]))
      return bad_field(self, what, param_type_word(element));
    param->choice_count++;
  }
  return TLSMEND_OK;
}

static int take_default(reading *self, const json_t *json, const char *field, declared_param *param) {
  char what[128], expected[64];
  snprintf(what, sizeof what, "%s.default", field);
  snprintf(expected, sizeof expected, "of its type, %s", param_type_word(param->type));
  if (!json_is_null(json) && !param_from_json(param->type, json, &param->fallback))
    return bad_field(self, what, expected);
  size_t elements = param->fallback.list.count + 1;
  if (param->choice_count && elements > (COMPARED_MOST - self->compared) / param->choice_count)
    return tlsmend_error_set(self->error, TLSMEND_E_SCRIPT, "field '%s' is too long for its choices", what);
  self->compared += elements * param->choice_count;
  return rule_default(param, field, self->error);
}

static int take_help(const reading *self, const json_t *json, const char *field, declared_param *param) {
  char what[128];
  snprintf(what, sizeof what, "%s.help", field);
  return plain_text(json) ? copy_text(self, plain_text(json), &param->help)
                          : bad_field(self, what, "a string");
}

/* Only true is ever said. */
static int take_secret(const reading *self, const json_t *json, const char *field, declared_param *param) {
  char what[128];
  snprintf(what, sizeof what, "%s.secret", field);
  param->secret = json_is_true(json);
  return json && !param->secret ? bad_field(self, what, "true, or left out")
                                : rule_secret(param, field, self->error);
}

static int take_type(const reading *self, const json_t *json, const char *field, declared_param *param) {
  char what[128];
  snprintf(what, sizeof what, "%s.type", field);
  return plain_text(json) && param_type_find(plain_text(json), &param->type)
             ? TLSMEND_OK
             : bad_field(self, what, "one of " PARAM_TYPE_WORDS);
}

static int take_param(reading *self, const json_t *json, declared_param *param) {
  char field[96];
  const char *name = plain_text(json_object_get(json, "name")), *shown = name ? name : "?";
  int code = rule_param_name(name, shown, self->error);
  if (code != TLSMEND_OK)
    return code;
  snprintf(field, sizeof field, "params.%.64s", shown);
  code = copy_text(self, shown, &param->name);
  if (code == TLSMEND_OK)
    code = take_type(self, json_object_get(json, "type"), field, param);
  if (code == TLSMEND_OK && json_object_get(json, "choices"))
    code = take_choices(self, json_object_get(json, "choices"), field, param);
  if (code == TLSMEND_OK)
    code = take_default(self, json_object_get(json, "default"), field, param);
  if (code == TLSMEND_OK)
    code = take_help(self, json_object_get(json, "help"), field, param);
  if (code == TLSMEND_OK)
    code = take_secret(self, json_object_get(json, "secret"), field, param);
  return code;
}

static int take_params(reading *self, const json_t *json) {
  runbook_header *out = self->out;
  if (!json_is_array(json))
    return bad_field(self, "params", "a list of parameters");
  size_t count = json_array_size(json);
  int code = rule_param_count(count, self->error);
  if (code != TLSMEND_OK)
    return code;
  out->params = calloc(count + 1, sizeof *out->params);
  if (!out->params)
    return error_no_memory(self->error);
  for (size_t i = 0; code == TLSMEND_OK && i < count; i++) {
    declared_param *param = &out->params[out->param_count++];
    code = take_param(self, json_array_get(json, i), param);
    if (code == TLSMEND_OK && i > 0 && strcmp(param[-1].name, param->name) >= 0)
      code = bad_field(self, "params", "in the order of their names, each once");
  }
  return code;
}

static int take_need(const reading *self, const need_rule *rule, const json_t *json) {
  declared_needs *needs = &self->out->needs;
  if (!json && rule->given)
    return TLSMEND_OK;
  if (rule->or_true && json_is_true(json)) {
    needs->any_probe = true;
    return TLSMEND_OK;
  }
  if (!json_is_array(json))
    return bad_field(self, rule->field, rule->expected);
  int code = rule_need_count(rule->field, json_array_size(json), self->error);
  for (size_t i = 0; code == TLSMEND_OK && i < json_array_size(json); i++) {
    const char *text = plain_text(json_array_get(json, i));
    code = text ? rule_need(rule, text, i + 1, needs, self->error)
                : bad_field(self, rule->field, rule->expected);
    if (code == TLSMEND_OK && strcmp(rule_need_list(rule, needs)->items[i], text) != 0)
      code = tlsmend_error_set(self->error, TLSMEND_E_SCRIPT, "field '%s[%zu]' is not spelled as it is kept",
                               rule->field, i + 1);
  }
  rule_need_given(rule, needs);
  return code;
}

static int take_needs(const reading *self, const json_t *json) {
  const json_t *reboot = json_object_get(json, "reboot");
  int code =
      json_is_object(json) ? TLSMEND_OK : bad_field(self, "needs", "a table (what the runbook may touch)");
  for (size_t i = 0; code == TLSMEND_OK && i < NEED_RULES; i++)
    code = take_need(self, &need_rules[i], json_object_get(json, need_rules[i].name));
  if (code == TLSMEND_OK && !json_is_boolean(reboot))
    code = bad_field(self, "needs.reboot", "true or false");
  self->out->needs.reboot = json_is_true(reboot);
  return code;
}

static int take_verifies(const reading *self, const json_t *json) {
  const json_t *verify = json_object_get(json, "verify"), *verifies = json_object_get(json, "verifies");
  const char *effect = plain_text(verifies);
  if (!json_is_boolean(verify))
    return bad_field(self, "verify", "true or false");
  self->out->has_verify = json_is_true(verify);
  self->out->verifies_effect = effect && strcmp(effect, DECLARED_EFFECT) == 0;
  return verifies && !self->out->verifies_effect ? bad_field(self, "verifies", "\"effect\", or left out")
                                                 : rule_verifies(self->out, self->error);
}

/* There is one spelling of a header: what else was said is nothing that was understood. */
static int check_whole(const reading *self, const json_t *json) {
  json_t *again = header_declared_to_json(self->out);
  int code = again ? TLSMEND_OK : error_no_memory(self->error);
  if (code == TLSMEND_OK && !json_equal(json, again))
    code = tlsmend_error_set(self->error, TLSMEND_E_SCRIPT,
                             "its declaration has members that no declaration has");
  json_decref(again);
  return code;
}

int header_from_json(const json_t *json, runbook_header *out, tlsmend_error *error) {
  reading self = {.out = out, .error = error};
  *out = (runbook_header){0};
  int code = json_is_object(json) ? take_texts(&self, json)
                                  : tlsmend_error_set(error, TLSMEND_E_SCRIPT, "it declares nothing");
  if (code == TLSMEND_OK)
    code = take_params(&self, json_object_get(json, "params"));
  if (code == TLSMEND_OK)
    code = take_needs(&self, json_object_get(json, "needs"));
  if (code == TLSMEND_OK)
    code = take_verifies(&self, json);
  if (code == TLSMEND_OK)
    code = check_whole(&self, json);
  if (code != TLSMEND_OK)
    header_clear(out);
  return code;
}
