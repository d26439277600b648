/* Parameters of runbooks: their types, as Lua values, as texts of a command line, and as JSON. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unicode.h"
#include "script/runbook.h"
#include "script/sandbox/error.h"

bool param_type_known(const char *type) {
  static const char *const types[] = {"string", "integer", "boolean", "path", "string[]", NULL};
  for (const char *const *row = types; *row != NULL; row++)
    if (strcmp(*row, type) == 0)
      return true;
  return false;
}

static json_t *text_from_lua(lua_State *L, int index) {
  size_t size;
  if (lua_type(L, index) != LUA_TSTRING)
    return NULL;
  const char *text = lua_tolstring(L, index, &size);
  return strlen(text) == size ? json_stringn(text, size) : NULL; /* plans hold no NUL */
}

static json_t *list_from_lua(lua_State *L, int index) {
  if (!lua_istable(L, index))
    return NULL;
  size_t count = (size_t)lua_rawlen(L, index), members = 0;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
    members++;
  json_t *list = members == count ? json_array() : NULL;
  for (size_t i = 0; i < count && list != NULL; i++) {
    lua_rawgeti(L, index, (lua_Integer)i + 1);
    if (json_array_append_new(list, text_from_lua(L, lua_gettop(L))) != 0) {
      json_decref(list);
      list = NULL;
    }
    lua_pop(L, 1);
  }
  return list;
}

json_t *param_from_lua(lua_State *L, int index, const char *type) {
  if (strcmp(type, "string[]") == 0)
    return list_from_lua(L, index);
  if (strcmp(type, "integer") == 0)
    return lua_isinteger(L, index) ? json_integer(lua_tointeger(L, index)) : NULL;
  if (strcmp(type, "boolean") == 0)
    return lua_isboolean(L, index) ? json_boolean(lua_toboolean(L, index)) : NULL;
  return text_from_lua(L, index);
}

void param_push(lua_State *L, const json_t *value) {
  switch (json_typeof(value)) {
  case JSON_STRING:
    lua_pushlstring(L, json_string_value(value), json_string_length(value));
    return;
  case JSON_INTEGER:
    lua_pushinteger(L, (lua_Integer)json_integer_value(value));
    return;
  case JSON_TRUE:
    lua_pushboolean(L, 1);
    return;
  case JSON_FALSE:
    lua_pushboolean(L, 0);
    return;
  case JSON_ARRAY:
    lua_createtable(L, (int)json_array_size(value), 0);
    for (size_t i = 0; i < json_array_size(value); i++) {
      param_push(L, json_array_get(value, i));
      lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return;
  case JSON_OBJECT:
  case JSON_REAL:
  case JSON_NULL:
    lua_pushnil(L);
    return;
  }
}

static json_t *parse_integer(const char *text) {
  char *end;
  errno = 0;
  if (*text == '\0' || isspace((unsigned char)*text))
    return NULL;
  bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
  long long number = strtoll(text, &end, hex ? 16 : 10);
  return *end == '\0' && errno == 0 ? json_integer(number) : NULL;
}

static json_t *parse_boolean(const char *text) {
  static const struct word {
    const char *text;
    int value;
  } words[] = {{"true", 1}, {"yes", 1}, {"1", 1}, {"false", 0}, {"no", 0}, {"0", 0}};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (strcmp(words[i].text, text) == 0)
      return json_boolean(words[i].value);
  return NULL;
}

static bool is_text(const json_t *value) { return json_is_string(value); }

static bool is_list(const json_t *value) {
  bool good = json_is_array(value);
  for (size_t i = 0; good && i < json_array_size(value); i++)
    good = json_is_string(json_array_get(value, i));
  return good;
}

static bool is_integer(const json_t *value) { return json_is_integer(value); }
static bool is_boolean(const json_t *value) { return json_is_boolean(value); }

/* Elements between commas, without the spaces around them. An empty text is an empty list, an empty element is a mistake. What has
 * commas, spaces or nothing in it is written as JSON: ["a, b", ""]. */
static json_t *parse_list(const char *text) {
  if (strncmp(text, "[\"", 2) == 0 || strcmp(text, "[]") == 0) {
    json_t *json = json_loads(text, 0, NULL);
    if (is_list(json))
      return json;
    json_decref(json);
    return NULL;
  }
  json_t *list = json_array();
  for (const char *at = text; *at != '\0' && list != NULL;) {
    const char *comma = at + strcspn(at, ","), *end = comma;
    while (at < end && *at == ' ')
      at++;
    while (end > at && end[-1] == ' ')
      end--;
    bool last = *comma == '\0';
    if (end == at || (!last && comma[1] == '\0') ||
        json_array_append_new(list, json_stringn(at, (size_t)(end - at))) != 0) {
      json_decref(list);
      return NULL;
    }
    at = last ? comma : comma + 1;
  }
  return list;
}

bool param_allowed(const json_t *param, const json_t *value) {
  const json_t *choices = json_object_get(param, "choices");
  if (!json_is_array(choices))
    return true;
  if (json_is_array(value)) {
    for (size_t i = 0; i < json_array_size(value); i++)
      if (!param_allowed(param, json_array_get(value, i)))
        return false;
    return true;
  }
  for (size_t i = 0; i < json_array_size(choices); i++)
    if (json_equal(json_array_get(choices, i), value))
      return true;
  return false;
}

/* An empty text is most often a variable of somebody's script that is not set. It is taken where the declaration begins with
 * nothing itself, and so knows what to do with that. */
static bool may_be_empty(const json_t *param) {
  const json_t *value = json_object_get(param, "default");
  return (json_is_string(value) && json_string_length(value) == 0) ||
         (json_is_array(value) && json_array_size(value) == 0);
}

/* A secret is not said, however wrong it is. */
static int mistaken(const json_t *param, const char *expected, const char *text, tlsmend_error *error) {
  const char *name = json_string_value(json_object_get(param, "name"));
  if (json_is_true(json_object_get(param, "secret")))
    return tlsmend_error_set(error, TLSMEND_E_USAGE,
                             "parameter '%s' takes %s; it is a secret, and got another", name, expected);
  return tlsmend_error_set(error, TLSMEND_E_USAGE, "parameter '%s' takes %s, got '%s'", name, expected, text);
}

static const struct form {
  const char *type;
  json_t *(*parse)(const char *text);
  bool (*is)(const json_t *value);
  const char *expected;
} forms[] = {
    {"integer", parse_integer, is_integer, "an integer such as 10 or 0xA00"},
    {"boolean", parse_boolean, is_boolean, "true or false"},
    {"string[]", parse_list, is_list, "texts separated by commas, or JSON such as [\"a, b\", \"c\"]"},
    {"string", json_string, is_text, "a UTF-8 text"},
    {"path", json_string, is_text, "a UTF-8 text"},
};

bool param_is(const json_t *param, const json_t *value) {
  const char *type = json_string_value(json_object_get(param, "type"));
  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
    if (strcmp(forms[i].type, type) == 0)
      return forms[i].is(value) && param_allowed(param, value);
  return false;
}

int param_parse(const json_t *param, const char *text, json_t **out, tlsmend_error *error) {
  const char *type = json_string_value(json_object_get(param, "type"));
  const char *name = json_string_value(json_object_get(param, "name"));
  *out = NULL;
  const char *expected = "";
  bool empty = *text == '\0' && !may_be_empty(param);
  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
    if (strcmp(forms[i].type, type) != 0)
      continue;
    *out = empty ? NULL : forms[i].parse(text);
    expected = forms[i].expected;
  }
  if (empty)
    return tlsmend_error_set(
        error, TLSMEND_E_USAGE,
        "parameter '%s' is empty (a variable that is not set?): it takes %s, or leave it out", name,
        expected);
  if (*out == NULL)
    return mistaken(param, expected, text, error);
  if (param_allowed(param, *out))
    return TLSMEND_OK;
  json_decref(*out);
  *out = NULL;
  char *choices = json_dumps(json_object_get(param, "choices"), JSON_ENSURE_ASCII), wanted[700];
  snprintf(wanted, sizeof wanted, "one of %s", choices != NULL ? choices : "its choices");
  free(choices);
  return mistaken(param, wanted, text, error);
}

const json_t *declare_param(const script_runbook *runbook, const char *name) {
  const json_t *params = json_object_get(runbook->header, "params");
  for (size_t i = 0; i < json_array_size(params); i++) {
    const json_t *param = json_array_get(params, i);
    if (strcmp(json_string_value(json_object_get(param, "name")), name) == 0)
      return param;
  }
  return NULL;
}

/* What the operator says of a parameter, or NULL. The default is the author's word, whoever repeats it: it must be declared. */
static const json_t *operators_word(const script_runbook *runbook, const json_t *param) {
  const json_t *value = json_object_get(runbook->values, json_string_value(json_object_get(param, "name")));
  return value != NULL && !json_equal(value, json_object_get(param, "default")) ? value : NULL;
}

bool declare_given(script_runbook *runbook) {
  const json_t *params = json_object_get(runbook->header, "params");
  if (runbook->given == NULL)
    runbook->given = calloc(json_array_size(params) + 1, sizeof *runbook->given);
  guard_needs *needs = &runbook->needs;
  needs->given_count = 0;
  for (size_t i = 0; runbook->given != NULL && i < json_array_size(params); i++) {
    const json_t *param = json_array_get(params, i);
    const char *value = json_string_value(operators_word(runbook, param));
    if (value != NULL && strcmp(json_string_value(json_object_get(param, "type")), "path") == 0)
      runbook->given[needs->given_count++] = value;
  }
  needs->given = runbook->given;
  return runbook->given != NULL;
}

json_t *declare_value(const script_runbook *runbook, const json_t *param) {
  json_t *given = json_object_get(runbook->values, json_string_value(json_object_get(param, "name")));
  return given != NULL ? given : json_object_get(param, "default");
}
