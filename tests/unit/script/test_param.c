/* A parameter is what it was, from a command line or a plan to the runbook and to the plan of its second run: type and bytes. */
#include "unit/engine.h"

#include "script/runbook.h"
#include "script/script.h"
#include "unit/script/params.h"
#include "unit/script/where.h"

static const char text[] =
    "return { id = 'typed', version = '1', title = 'x', needs = {}, run = function() end, params = {\n"
    "  text = { type = 'string' }, number = { type = 'integer' }, flag = { type = 'boolean' },\n"
    "  file = { type = 'path' }, list = { type = 'string[]' }, hidden = { type = 'string', secret = true },\n"
    "  first = { type = 'string', default = 'a, b' }, second = { type = 'string[]', default = { 'a, b', '' } "
    "} } }\n";

static script_runbook *opened(void) {
  script_source source = {"typed.lua", "typed.lua", text, sizeof text - 1, NULL};
  script_options options = where_options();
  options.source = &source;
  script_runbook *runbook = NULL;
  MUST(script_open(&options, "typed.lua", &runbook, &error));
  return runbook;
}

/* A few characters that mean something somewhere, and any others. */
static json_t *random_text(void) {
  static const char *const pieces[] = {",",  " ",    "\"",   "[",  "]", "[\"", "\\",
                                       "=",  "\t",   "\n",   "'",  "a", "ä",   "\xF0\x9F\x94\x91",
                                       "{}", "null", "true", "0x1"};
  char out[80] = "";
  for (size_t count = random_below(8); count > 0; count--)
    strcat(out, pieces[random_below(sizeof pieces / sizeof pieces[0])]);
  return json_string(out);
}

static json_t *random_list(void) {
  json_t *list = json_array();
  for (size_t count = random_below(5); count > 0; count--)
    json_array_append_new(list, random_text());
  return list;
}

static json_t *random_number(void) {
  static const json_int_t edges[] = {0, 1, -1, INT64_MAX, INT64_MIN, 1LL << 53, (1LL << 53) + 1};
  return json_integer(random_below(2) ? edges[random_below(7)] : (json_int_t)random_next() - INT32_MAX);
}

/* Any values, null where none was given. */
static json_t *random_params(void) {
  json_t *params = json_object();
  json_object_set_new(params, "text", random_below(4) ? random_text() : json_null());
  json_object_set_new(params, "hidden", random_below(4) ? random_text() : json_null());
  json_object_set_new(params, "file", random_below(4) ? random_text() : json_null());
  json_object_set_new(params, "list", random_below(4) ? random_list() : json_null());
  json_object_set_new(params, "number", random_below(4) ? random_number() : json_null());
  json_object_set_new(params, "flag", random_below(3) ? json_boolean(random_below(2)) : json_null());
  json_object_set_new(params, "first", random_below(2) ? random_text() : json_string("a, b"));
  json_object_set_new(params, "second", random_below(2) ? random_list() : json_pack("[s,s]", "a, b", ""));
  return params;
}

/* As a plan hands them on. */
static json_t *taken(const json_t *params) {
  char *dump = json_dumps(params, 0);
  json_t *read = json_loads(dump, 0, NULL), *value;
  const char *name;
  script_runbook *runbook = opened();
  json_object_foreach(read, name, value) if (!json_is_null(value))
      MUST(set_param_json(runbook, name, value, &error));
  json_t *out = params_of(runbook);
  script_close(runbook);
  json_decref(read);
  free(dump);
  return out;
}

static void test_round_trip(void **state) {
  (void)state;
  for (int round = 0; round < 300; round++) {
    json_t *params = random_params(), *once = taken(params), *twice = taken(once);
    char *dump = json_dumps(params, JSON_ENCODE_ANY);
    if (!json_equal(params, once) || !json_equal(once, twice))
      fail_msg("is not what it was: %s", dump);
    free(dump);
    json_decref(params), json_decref(once), json_decref(twice);
  }
}

/* A list as JSON on the command line is that list; one between commas what it always was. */
static void test_lists(void **state) {
  (void)state;
  script_runbook *runbook = opened();
  for (int round = 0; round < 300; round++) {
    json_t *list = random_list();
    char *dump = json_dumps(list, 0);
    MUST(script_param(runbook, "list", dump, &error));
    json_t *params = params_of(runbook);
    if (!json_equal(json_object_get(params, "list"), list))
      fail_msg("becomes another list: %s", dump);
    json_decref(params);
    json_decref(list);
    free(dump);
  }
  static const char *const rows[][2] = {{"a,b", "[\"a\", \"b\"]"},
                                        {" a , b c ", "[\"a\", \"b c\"]"},
                                        {"[a],b", "[\"[a]\", \"b\"]"},
                                        {"[a", "[\"[a\"]"},
                                        {"\"a\",b", "[\"\\\"a\\\"\", \"b\"]"}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    MUST(script_param(runbook, "list", rows[i][0], &error));
    json_t *params = params_of(runbook);
    char *dump = json_dumps(json_object_get(params, "list"), 0);
    assert_string_equal(dump, rows[i][1]);
    json_decref(params);
    free(dump);
  }
  static const char *const bad[] = {"[\"a\"",           "[\"a\"]x",       "[\"a\", 1]", "[\"a\", null]",
                                    "[\"a\", [\"b\"]]", "[\"a\\u0000\"]", "a,,b",       "a,"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    MUST_FAIL(TLSMEND_E_USAGE, script_param(runbook, "list", bad[i], &error));
  script_close(runbook);
}

/* A plan that was made up holds other types: they are refused, never bent. */
static void test_other_types(void **state) {
  (void)state;
  static const char *const names[] = {"text",   "number", "flag",   "file", "list",
                                      "hidden", "first",  "second", "none"};
  static const char *const values[] = {
      "\"a\"", "1", "true", "1.5", "{}", "[1]", "[[\"a\"]]", "[null]", "{\"secret\": true}", "[\"a\"]"};
  static const char *const fits[] = {"text0", "number1", "flag2",  "file0",
                                     "list9", "hidden0", "first0", "second9"};
  script_runbook *runbook = opened();
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    for (size_t j = 0; j < sizeof values / sizeof values[0]; j++) {
      char pair[32];
      bool fit = false;
      snprintf(pair, sizeof pair, "%s%zu", names[i], j);
      for (size_t k = 0; k < sizeof fits / sizeof fits[0]; k++)
        fit = fit || strcmp(fits[k], pair) == 0;
      json_t *value = json_loads(values[j], JSON_DECODE_ANY, NULL);
      tlsmend_error error;
      if (set_param_json(runbook, names[i], value, &error) != (fit ? TLSMEND_OK : TLSMEND_E_PLAN))
        fail_msg("%s may be %s, or may not", names[i], values[j]);
      json_decref(value);
    }
  script_close(runbook);
}

/* All values at once, as they are handed on to another process: all of them as declared, or none of it. */
static void test_values(void **state) {
  (void)state;
  script_runbook *runbook = opened(), *other = opened();
  for (int round = 0; round < 100; round++) {
    json_t *params = random_params(), *value;
    const char *name;
    json_object_foreach(params, name, value) if (!json_is_null(value))
        MUST(set_param_json(runbook, name, value, &error));
    json_t *once = declared_values_to_json(&runbook->declared);
    assert_true(declared_values_from_json(&other->declared, once));
    json_t *twice = declared_values_to_json(&other->declared);
    assert_true(json_equal(once, twice));
    json_decref(params), json_decref(once), json_decref(twice);
  }
  json_t *values = declared_values_to_json(&runbook->declared);
  for (size_t i = 0; i < json_array_size(values); i++) {
    json_t *bad = json_copy(values);
    json_array_set_new(bad, i, json_pack("{s:b}", "secret", 1));
    assert_false(declared_values_from_json(&other->declared, bad));
    json_array_set_new(bad, i, json_real(1));
    assert_false(declared_values_from_json(&other->declared, bad));
    json_array_remove(bad, i);
    assert_false(declared_values_from_json(&other->declared, bad));
    json_decref(bad);
  }
  json_decref(values);
  assert_false(declared_values_from_json(&other->declared, NULL));
  script_close(runbook);
  script_close(other);
}

int main(int argc, char **argv) {
  where_begin(argc, argv);
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trip), cmocka_unit_test(test_lists),
                                     cmocka_unit_test(test_other_types), cmocka_unit_test(test_values)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
