/* The values that parameters may have: as texts of a command line, as JSON, among their choices. */
#include "script/declared/param.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unicode.h"

bool param_text(const char *text, size_t size, param_value *out) {
  if (strlen(text) != size || !unicode_valid(text, size)) /* plans, which are JSON, hold neither */
    return false;
  *out = (param_value){.kind = PARAM_TEXT, .text = strdup(text)};
  return out->text;
}

static bool parse_integer(const char *text, param_value *out) {
  char *end;
  errno = 0;
  if (!*text || isspace((unsigned char)*text))
    return false;
  bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
  long long number = strtoll(text, &end, hex ? 16 : 10);
  *out = (param_value){.kind = PARAM_INTEGER, .integer = number};
  return !*end && errno == 0;
}

static bool parse_boolean(const char *text, param_value *out) {
  static const struct word {
    const char *text;
    bool value;
  } words[] = {{"true", true}, {"yes", true}, {"1", true}, {"false", false}, {"no", false}, {"0", false}};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (strcmp(words[i].text, text) == 0) {
      *out = (param_value){.kind = PARAM_BOOLEAN, .boolean = words[i].value};
      return true;
    }
  return false;
}

static bool parse_json_list(const char *text, param_value *out) {
  json_t *json = json_loads(text, 0, NULL);
  bool good = json_is_array(json) && param_value_from_json(json, out);
  json_decref(json);
  return good;
}

static char *copy_part(const char *text, size_t length) {
  char *copy = malloc(length + 1);
  if (copy) {
    memcpy(copy, text, length);
    copy[length] = '\0';
  }
  return copy;
}

/* Elements between commas, without the spaces around them. An empty text is an empty list, an empty element is a mistake. What has
 * commas, spaces or nothing in it is written as JSON: ["a, b", ""]. */
static bool parse_list(const char *text, param_value *out) {
  if (strncmp(text, "[\"", 2) == 0 || strcmp(text, "[]") == 0)
    return parse_json_list(text, out);
  bool good = unicode_valid(text, strlen(text));
  out->kind = PARAM_LIST;
  for (const char *at = text; *at && good;) {
    const char *comma = at + strcspn(at, ","), *end = comma;
    while (at < end && *at == ' ')
      at++;
    while (end > at && end[-1] == ' ')
      end--;
    bool last = !*comma;
    good = end != at && (last || comma[1]) && name_list_take(&out->list, copy_part(at, (size_t)(end - at)));
    at = last ? comma : comma + 1;
  }
  return good;
}

static bool parse(param_type type, const char *text, param_value *out) {
  switch (type) {
  case PARAM_TYPE_INTEGER:
    return parse_integer(text, out);
  case PARAM_TYPE_BOOLEAN:
    return parse_boolean(text, out);
  case PARAM_TYPE_LIST:
    return parse_list(text, out);
  case PARAM_TYPE_STRING:
  case PARAM_TYPE_PATH:
    break;
  }
  return param_text(text, strlen(text), out);
}

/* Whether a text is among the choices, or there are none. */
static bool text_allowed(const declared_param *param, const char *text) {
  bool found = param->choice_count == 0;
  for (size_t i = 0; !found && i < param->choice_count; i++)
    found = strcmp(param->choices[i].text, text) == 0;
  return found;
}

bool param_allowed(const declared_param *param, const param_value *value) {
  bool found = param->choice_count == 0;
  if (value->kind == PARAM_LIST) {
    for (size_t i = 0; i < value->list.count; i++)
      if (!text_allowed(param, value->list.items[i]))
        return false;
    return true;
  }
  for (size_t i = 0; !found && i < param->choice_count; i++)
    found = param_value_equal(&param->choices[i], value);
  return found;
}

/* An empty text is most often a variable of somebody's script that is not set. It is taken where the declaration begins with
 * nothing itself, and so knows what to do with that. */
static bool may_be_empty(const declared_param *param) {
  const param_value *value = &param->fallback;
  return (value->kind == PARAM_TEXT && !*value->text) ||
         (value->kind == PARAM_LIST && value->list.count == 0);
}

/* A secret is not said, however wrong it is. */
static int mistaken(const declared_param *param, const char *expected, const char *text,
                    tlsmend_error *error) {
  if (param->secret)
    return tlsmend_error_set(error, TLSMEND_E_USAGE,
                             "parameter '%s' takes %s; it is a secret, and got another", param->name,
                             expected);
  return tlsmend_error_set(error, TLSMEND_E_USAGE, "parameter '%s' takes %s, got '%s'", param->name, expected,
                           text);
}

static bool param_typed(param_type type, const param_value *value) {
  static const param_kind kinds[] = {[PARAM_TYPE_STRING] = PARAM_TEXT,
                                     [PARAM_TYPE_INTEGER] = PARAM_INTEGER,
                                     [PARAM_TYPE_BOOLEAN] = PARAM_BOOLEAN,
                                     [PARAM_TYPE_PATH] = PARAM_TEXT,
                                     [PARAM_TYPE_LIST] = PARAM_LIST};
  return value->kind == kinds[type];
}

bool param_is(const declared_param *param, const param_value *value) {
  return param_typed(param->type, value) && param_allowed(param, value);
}

bool param_from_json(param_type type, const json_t *json, param_value *out) {
  if (param_value_from_json(json, out) && param_typed(type, out))
    return true;
  param_value_clear(out);
  return false;
}

static int not_a_choice(const declared_param *param, const char *text, tlsmend_error *error) {
  json_t *list = json_array();
  for (size_t i = 0; i < param->choice_count; i++)
    json_array_append_new(list, param_value_to_json(&param->choices[i]));
  char *choices = json_dumps(list, JSON_ENSURE_ASCII), wanted[700];
  json_decref(list);
  snprintf(wanted, sizeof wanted, "one of %s", choices ? choices : "its choices");
  free(choices);
  return mistaken(param, wanted, text, error);
}

int param_parse(const declared_param *param, const char *text, param_value *out, tlsmend_error *error) {
  const char *expected = param_type_expected(param->type);
  *out = (param_value){0};
  if (!*text && !may_be_empty(param))
    return tlsmend_error_set(
        error, TLSMEND_E_USAGE,
        "parameter '%s' is empty (a variable that is not set?): it takes %s, or leave it out", param->name,
        expected);
  bool parsed = parse(param->type, text, out);
  if (parsed && param_allowed(param, out))
    return TLSMEND_OK;
  param_value_clear(out);
  return parsed ? not_a_choice(param, text, error) : mistaken(param, expected, text, error);
}
