/* Values of parameters: copying, comparing, and their JSON. */
#include "plan/param.h"

#include <stdlib.h>
#include <string.h>

#include "base/names_json.h"

bool param_value_copy(param_value *out, const param_value *from) {
  *out = (param_value){.kind = from->kind, .boolean = from->boolean, .integer = from->integer};
  out->text = from->text ? strdup(from->text) : NULL;
  if ((out->text || !from->text) && name_list_copy(&out->list, &from->list))
    return true;
  param_value_clear(out);
  return false;
}

bool param_value_equal(const param_value *a, const param_value *b) {
  if (a->kind != b->kind || a->boolean != b->boolean || a->integer != b->integer)
    return false;
  return name_list_equal(&a->list, &b->list) && (a->text == b->text || strcmp(a->text, b->text) == 0);
}

void param_value_clear(param_value *value) {
  free(value->text);
  name_list_clear(&value->list);
  *value = (param_value){0};
}

json_t *param_value_to_json(const param_value *value) {
  switch (value->kind) {
  case PARAM_TEXT:
    return json_string(value->text);
  case PARAM_INTEGER:
    return json_integer(value->integer);
  case PARAM_BOOLEAN:
    return json_boolean(value->boolean);
  case PARAM_LIST:
    return name_list_to_json(&value->list);
  case PARAM_HIDDEN:
    return json_pack("{s:b}", "secret", 1);
  case PARAM_NONE:
    break;
  }
  return json_null();
}

static bool text_from_json(const json_t *json, param_value *out) {
  out->kind = PARAM_TEXT;
  out->text =
      strlen(json_string_value(json)) == json_string_length(json) ? strdup(json_string_value(json)) : NULL;
  return out->text;
}

bool param_value_from_json(const json_t *json, param_value *out) {
  bool good = true;
  *out = (param_value){0};
  if (json_is_string(json))
    good = text_from_json(json, out);
  else if (json_is_integer(json))
    *out = (param_value){.kind = PARAM_INTEGER, .integer = json_integer_value(json)};
  else if (json_is_boolean(json))
    *out = (param_value){.kind = PARAM_BOOLEAN, .boolean = json_is_true(json)};
  else if (json_is_array(json)) {
    out->kind = PARAM_LIST;
    good = name_list_from_json(json, &out->list);
  } else if (json_object_size(json) == 1 && json_is_true(json_object_get(json, "secret")))
    out->kind = PARAM_HIDDEN;
  else
    good = json_is_null(json);
  if (!good)
    param_value_clear(out);
  return good;
}
