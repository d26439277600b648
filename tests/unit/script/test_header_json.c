/*
 * A header that comes from another process: what a runbook declares arrives as it was, and whatever else is said in its place is refused
 * with one line.
 */
#include "unit/engine.h"

#include "script/declared/header_json.h"
#include "script/script.h"

/* One with everything that there is. */
static const char full[] =
    "return { id = 'full', version = '1.0', title = 'Full', summary = 'All of it',\n"
    "  references = { 'https://example.org/', 'b' }, verifies = 'effect',\n"
    "  params = { a = { type = 'string', default = 'x', choices = { 'x', 'y' }, help = 'h' },\n"
    "    b = { type = 'integer', default = 7 }, c = { type = 'boolean' },\n"
    "    d = { type = 'path', default = 'C:\\\\x' },\n"
    "    e = { type = 'string[]', default = { 'x' }, choices = { 'x', 'y' } },\n"
    "    f = { type = 'string', secret = true } },\n"
    "  needs = { registry = { 'HKLM\\\\SOFTWARE\\\\Site', '32:HKLM\\\\SOFTWARE\\\\Other' },\n"
    "    reads = { 'HKU\\\\*\\\\Software' }, updates = { 'KB3140245' },\n"
    "    packages = { 'signer:acme', ('0a'):rep(32) }, files = { 'System32\\\\winhttp.dll' },\n"
    "    legacy = { 'TLS 1.1' }, off = { 'TLS 1.3' }, probes = { 'server.example:443' }, modules = { 'cmdb' "
    "}, reboot = true },\n"
    "  run = function() end, verify = function() return true end }\n";

static script_runbook *opened(const char *text) {
  script_source source = {"full.lua", "full.lua", text, strlen(text), NULL};
  script_runbook *runbook = NULL;
  MUST(script_open(&(script_options){.source = &source}, "full.lua", &runbook, &error));
  return runbook;
}

static json_t *declared_full(void) {
  script_runbook *runbook = opened(full);
  json_t *out = header_declared_to_json(script_header(runbook));
  script_close(runbook);
  return out;
}

/* What arrives of a header is the header; what the parent knows itself is put beside it. */
static void check_same(const runbook_header *header) {
  runbook_header other;
  json_t *json = header_declared_to_json(header);
  char *sent = json_dumps(json, 0);
  json_t *received = json_loads(sent, JSON_REJECT_DUPLICATES, NULL);
  MUST(header_from_json(received, &other, &error));
  other.source = strdup(header->source);
  other.builtin = header->builtin;
  memcpy(other.sha256, header->sha256, sizeof other.sha256);
  other.files = json_incref(header->files);
  json_t *before = header_to_json(header), *after = header_to_json(&other);
  char *one = json_dumps(before, 0), *two = json_dumps(after, 0);
  assert_string_equal(one, two);
  assert_int_equal(header->has_verify, other.has_verify);
  header_clear(&other);
  json_decref(json), json_decref(received), json_decref(before), json_decref(after);
  free(sent), free(one), free(two);
}

/* Any JSON: refused, or taken for exactly what it says. */
static void check_any(const json_t *json) {
  runbook_header out;
  tlsmend_error error = {0, ""};
  if (header_from_json(json, &out, &error) != TLSMEND_OK) {
    assert_true(error.text[0] && !strchr(error.text, '\n'));
    assert_null(out.id);
    return;
  }
  json_t *again = header_declared_to_json(&out);
  assert_true(json_equal(again, json));
  json_decref(again);
  header_clear(&out);
}

/* Texts that mean something somewhere, and a long one. */
static json_t *other_text(size_t index) {
  static const char *const texts[] = {"",       "a",   "\n", "..", "HKLM\\SOFTWARE\\Wow6432Node\\A",
                                      "effect", "path"};
  return index < sizeof texts / sizeof texts[0] ? json_string(texts[index])
         : index == 7                           ? json_stringn("a\0b", 3)
                                                : NULL;
}

static json_t *other_value(size_t index) {
  json_t *text = other_text(index);
  if (text)
    return text;
  static const char *const values[] = {"null", "true", "false", "1",       "1.5",    "[]",
                                       "{}",   "[1]",  "[[]]",  "[\"a\"]", "[null]", "{\"secret\": true}"};
  size_t number = index - 8;
  return number < sizeof values / sizeof values[0] ? json_loads(values[number], JSON_DECODE_ANY, NULL) : NULL;
}

static void exchange(const json_t *whole, json_t *object, const char *name) {
  json_t *kept = json_incref(json_object_get(object, name)), *other;
  for (size_t i = 0; (other = other_value(i)); i++) {
    json_object_set_new(object, name, other);
    check_any(whole);
  }
  json_object_del(object, name);
  check_any(whole);
  json_object_set_new(object, name, kept);
}

static void mutate(const json_t *whole, json_t *part);

static void mutate_object(const json_t *whole, json_t *object) {
  json_t *names = json_deep_copy(object), *value;
  const char *name;
  runbook_header out;
  json_object_foreach(names, name, value) {
    exchange(whole, object, name);
    mutate(whole, json_object_get(object, name));
  }
  json_decref(names);
  json_object_set_new(object, "other", json_null());
  MUST_FAIL(TLSMEND_E_SCRIPT, header_from_json(whole, &out, &error));
  json_object_del(object, "other");
}

/* Each member of `part` (a part of `whole`) is removed, exchanged, or given twice, and so is what lies in it. */
static void mutate(const json_t *whole, json_t *part) {
  if (json_is_object(part))
    mutate_object(whole, part);
  for (size_t at = 0; json_is_array(part) && at < json_array_size(part); at++) {
    json_t *kept = json_incref(json_array_get(part, at)), *other;
    for (size_t i = 0; (other = other_value(i)); i++) {
      json_array_set_new(part, at, other);
      check_any(whole);
    }
    json_array_set(part, at, kept);
    json_array_append(part, kept);
    check_any(whole);
    json_array_remove(part, json_array_size(part) - 1);
    mutate(whole, kept);
    json_decref(kept);
  }
}

static void check_header(const runbook_header *header, bool whole) {
  check_same(header);
  if (!whole)
    return;
  json_t *json = header_declared_to_json(header);
  mutate(json, json);
  check_any(json);
  json_decref(json);
}

static void test_full(void **state) {
  (void)state;
  script_runbook *runbook = opened(full);
  check_header(script_header(runbook), true);
  script_close(runbook);
}

typedef struct seen {
  size_t count;
} seen;

static int take_builtin(void *data, const char *id) {
  seen *self = data;
  script_runbook *runbook = NULL;
  MUST(script_open(NULL, id, &runbook, &error));
  check_header(script_header(runbook), self->count++ % 4 == 0);
  script_close(runbook);
  return TLSMEND_OK;
}

static void test_builtin(void **state) {
  (void)state;
  seen all = {0};
  MUST(script_each_runbook(NULL, take_builtin, &all, &error));
  assert_true(all.count > 5);
}

/* Those of lint, whose declarations load. */
static const char *const fixtures[] = {"bad/needs",     "bad/needs_wide", "bad/programs",  "bad/registry",
                                       "bad/schannel",  "bad/text",       "bad/windows",   "good/needs",
                                       "good/programs", "good/registry",  "good/schannel", "good/text",
                                       "good/windows"};

typedef struct fixture_folder {
  const char *path;
  size_t count;
} fixture_folder;

static int take_fixture(void *data, const char *name) {
  fixture_folder *self = data;
  char path[400];
  char *bytes = NULL;
  size_t size = 0;
  script_runbook *runbook = NULL;
  tlsmend_error error;
  snprintf(path, sizeof path, "%s/%s", self->path, name);
  if (os_file_read(path, 1 << 20, &bytes, &size, &error) != TLSMEND_OK)
    return TLSMEND_OK;
  script_source source = {path, name, bytes, size, NULL};
  if (script_open(&(script_options){.source = &source}, path, &runbook, &error) == TLSMEND_OK) {
    check_same(script_header(runbook));
    self->count++;
  }
  script_close(runbook);
  free(bytes);
  return TLSMEND_OK;
}

static void test_fixtures(void **state) {
  (void)state;
  size_t count = 0;
  for (size_t i = 0; i < sizeof fixtures / sizeof fixtures[0]; i++) {
    char path[300];
    snprintf(path, sizeof path, TLSMEND_SOURCE "/tests/lint/%s", fixtures[i]);
    fixture_folder folder = {path, 0};
    MUST(os_dir_each(path, take_fixture, &folder, &error));
    count += folder.count;
  }
  assert_true(count > 100);
}

typedef struct lie {
  const char *at;    /* "needs.registry", "params.0.type" */
  const char *value; /* JSON; NULL: it is left out */
  const char *says;
} lie;

#define HEX "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"

static const lie lies[] = {
    {"id", NULL, "field 'id' must be a string"},
    {"id", "\"A\"", "field 'id' must be lower-case letters"},
    {"id", "\"a/b\"", "field 'id' must be lower-case letters"},
    {"id", "\"a\\u0000b\"", "field 'id' must be one line"},
    {"id", "\"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg\"", "63 at most"},
    {"version", NULL, "field 'version' must be a string"},
    {"version", "\"\"", "field 'version' must be one line"},
    {"title", "\"a\\u001b[2J\"", "field 'title' must be one line"},
    {"title", "7", "field 'title' must be a string"},
    {"summary", "\"a\\nb\"", "field 'summary' must be one line"},
    {"summary", "null", "field 'summary' must be a string"},
    {"references", NULL, "field 'references' must be a list"},
    {"references", "[1]", "field 'references' must be a list"},
    {"references", "[\"a\\u0000\"]", "field 'references' must be a list"},
    {"source", "\"built-in\"", "members that no declaration has"},
    {"builtin", "true", "members that no declaration has"},
    {"sha256", "\"" HEX "\"", "members that no declaration has"},
    {"files", "[]", "members that no declaration has"},
    {"verify", NULL, "field 'verify' must be true or false"},
    {"verify", "false", "field 'verifies' wants verify and needs.probes"},
    {"verifies", "\"cause\"", "field 'verifies' must be"},
    {"verifies", "\"effect\\u0000\"", "field 'verifies' must be"},
    {"params", NULL, "field 'params' must be a list"},
    {"params", "{}", "field 'params' must be a list"},
    {"params.0", "[]", "is not a parameter name"},
    {"params.0.name", NULL, "is not a parameter name"},
    {"params.0.name", "\"A\"", "'A' is not a parameter name"},
    {"params.0.name", "\"a\\u0000\"", "is not a parameter name"},
    {"params.0.name", "\"z\"", "in the order of their names"},
    {"params.1.name", "\"a\"", "in the order of their names"},
    {"params.0.type", "\"text\"", "field 'params.a.type' must be one of"},
    {"params.0.type", "\"integer\"", "field 'params.a.choices' must be integer"},
    {"params.0.choices", "[]", "field 'params.a.choices' must be a list"},
    {"params.0.choices", "[\"x\", 1]", "field 'params.a.choices' must be string"},
    {"params.0.choices", "[\"y\"]", "field 'params.a.default' must be one of its choices"},
    {"params.0.default", NULL, "field 'params.a.default' must be of its type"},
    {"params.0.default", "{\"secret\": true}", "field 'params.a.default' must be of its type"},
    {"params.1.default", "7.0", "field 'params.b.default' must be of its type, integer"},
    {"params.1.default", "true", "field 'params.b.default' must be of its type, integer"},
    {"params.3.default", "\"\\\\\\\\server\\\\share\"", "leads to another computer"},
    {"params.3.default", "\"//server/share\"", "leads to another computer"},
    {"params.3.default", "\"\\\\??\\\\UNC\\\\server\\\\share\"", "leads to another computer"},
    {"params.3.secret", "true", "a path is no secret"},
    {"params.4.default", "[\"z\"]", "field 'params.e.default' must be one of its choices"},
    {"params.5.secret", "false", "field 'params.f.secret' must be true, or left out"},
    {"params.5.help", NULL, "field 'params.f.help' must be a string"},
    {"needs", NULL, "field 'needs' must be a table"},
    {"needs", "[]", "field 'needs' must be a table"},
    {"needs.registry", NULL, "field 'needs.registry' must be a list"},
    {"needs.registry", "true", "field 'needs.registry' must be a list"},
    {"needs.registry", "[1]", "field 'needs.registry' must be a list"},
    {"needs.registry", "[\"HKLM\\\\A\\u0000\"]", "field 'needs.registry' must be a list"},
    {"needs.registry", "[\"HKEY_LOCAL_MACHINE\\\\SOFTWARE\\\\A\"]", "not spelled as it is kept"},
    {"needs.registry", "[\"hklm\\\\SOFTWARE\\\\A\"]", "not spelled as it is kept"},
    {"needs.registry", "[\"HKLM\\\\SOFTWARE\\\\\\\\A\"]", "field 'needs.registry[1]'"},
    {"needs.registry", "[\"HKLM\\\\SOFTWARE\\\\A\\\\\"]", "field 'needs.registry[1]'"},
    {"needs.registry", "[\"HKLM\\\\SOFTWARE\\\\Wow6432Node\\\\A\"]", "Wow6432Node"},
    {"needs.registry", "[\"48:HKLM\\\\SOFTWARE\\\\A\"]", "field 'needs.registry[1]'"},
    {"needs.registry", "[\"HKLM\\\\SYSTEM\\\\ControlSet001\\\\A\"]", "field 'needs.registry[1]'"},
    {"needs.reads", "[\"HKU\\\\*\"]", "field 'needs.reads[1]'"},
    {"needs.updates", "[\"KB1\"]", "field 'needs.updates[1]' must be like"},
    {"needs.updates", "[\"KB3140245\\n\"]", "field 'needs.updates[1]' must be like"},
    {"needs.packages", "[\"" HEX "0\"]", "field 'needs.packages[1]' must be the SHA-256"},
    {"needs.packages", "[\"0A" HEX "\"]", "field 'needs.packages[1]' must be the SHA-256"},
    {"needs.packages", "[\"0A0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a\"]",
     "not spelled as it is kept"},
    {"needs.packages", "[\"signer:\"]", "field 'needs.packages[1]'"},
    {"needs.packages", "[\"signer:../x\"]", "field 'needs.packages[1]'"},
    {"needs.files", "[\"..\\\\x\"]", "write its plain path"},
    {"needs.files", "[\"C:\\\\a\\\\..\\\\b\"]", "write its plain path"},
    {"needs.files", "[\"\\\\\\\\server\\\\share\\\\a\"]", "leads to another computer"},
    {"needs.files", "[\"//server/share/a\"]", "leads to another computer"},
    {"needs.files", "[\"a:b\"]", "write its plain path"},
    {"needs.files", "[\"*\"]", "write its plain path"},
    {"needs.legacy", "[\"TLS 1.2\"]", "field 'needs.legacy[1]' must be"},
    {"needs.legacy", "null", "field 'needs.legacy' must be a list"},
    {"needs.off", "[\"TLS 1.1\"]", "field 'needs.off[1]' must be"},
    {"needs.off", "true", "field 'needs.off' must be a list"},
    {"needs.probes", "false", "field 'needs.probes' must be true, or a list"},
    {"needs.probes", "[\"server\"]", "field 'needs.probes[1]'"},
    {"needs.probes", "[\"server:99999\"]", "field 'needs.probes[1]'"},
    {"needs.probes", NULL, "field 'verifies' wants verify and needs.probes"},
    {"needs.probes", "[]", "field 'verifies' wants verify and needs.probes"},
    {"needs.modules", "true", "field 'needs.modules' must be a list"},
    {"needs.reboot", NULL, "field 'needs.reboot' must be true or false"},
    {"needs.reboot", "1", "field 'needs.reboot' must be true or false"},
    {"needs.other", "[]", "members that no declaration has"}};

/* Puts a value at a place, NULL removes what is there. */
static void put(json_t *json, const char *at, json_t *value) {
  char name[64];
  const char *dot = strchr(at, '.');
  snprintf(name, sizeof name, "%.*s", dot ? (int)(dot - at) : (int)strlen(at), at);
  bool array = json_is_array(json);
  size_t index = array ? strtoul(name, NULL, 10) : 0;
  if (dot)
    put(array ? json_array_get(json, index) : json_object_get(json, name), dot + 1, value);
  else if (array)
    json_array_set_new(json, index, value);
  else if (value)
    json_object_set_new(json, name, value);
  else
    json_object_del(json, name);
}

static void refused(const json_t *json, const char *what, const char *says) {
  runbook_header out;
  tlsmend_error error = {0, ""};
  if (header_from_json(json, &out, &error) != TLSMEND_E_SCRIPT)
    fail_msg("%s is taken", what);
  if (!strstr(error.text, says) || strchr(error.text, '\n'))
    fail_msg("%s says \"%s\", not \"%s\"", what, error.text, says);
  assert_null(out.id);
  assert_null(out.params);
}

static void test_lies(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
    char what[200];
    json_t *json = declared_full();
    put(json, lies[i].at,
        lies[i].value ? json_loads(lies[i].value, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL) : NULL);
    snprintf(what, sizeof what, "%s = %s", lies[i].at, lies[i].value ? lies[i].value : "nothing");
    refused(json, what, lies[i].says);
    json_decref(json);
  }
  refused(NULL, "nothing", "it declares nothing");
}

/* A list of `count` texts, each made of its number. */
static json_t *many(const char *format, size_t count) {
  json_t *list = json_array();
  for (size_t i = 0; i < count; i++)
    json_array_append_new(list, json_sprintf(format, (int)i));
  return list;
}

static json_t *many_params(size_t count) {
  json_t *list = json_array();
  for (size_t i = 0; i < count; i++)
    json_array_append_new(list, json_pack("{s:o, s:s, s:n, s:s}", "name", json_sprintf("p%03d", (int)i),
                                          "type", "string", "default", "help", ""));
  return list;
}

static void test_sizes(void **state) {
  (void)state;
  json_t *json = declared_full();
  runbook_header out;
  put(json, "params", many_params(100));
  put(json, "needs.registry", many("HKLM\\SOFTWARE\\Site%d", 1000));
  MUST(header_from_json(json, &out, &error));
  header_clear(&out);
  put(json, "params", many_params(101));
  refused(json, "101 parameters", "more than 100 parameters");
  put(json, "params", many_params(1));
  put(json, "needs.registry", many("HKLM\\SOFTWARE\\Site%d", 1001));
  refused(json, "1001 trees", "more than 1000 elements");
  json_decref(json);
  json = declared_full();
  put(json, "params.4.choices", many("x%d", 200));
  put(json, "params.4.default", many("x0", 1));
  MUST(header_from_json(json, &out, &error));
  header_clear(&out);
  put(json, "params.4.choices", many("x%d", 201));
  refused(json, "201 choices", "more than 200 values");
  put(json, "params.4.choices", many("x%d", 200));
  put(json, "params.4.default", many("x199", 5000));
  refused(json, "a million comparisons", "too long for its choices");
  json_decref(json);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_full), cmocka_unit_test(test_builtin),
                                     cmocka_unit_test(test_fixtures), cmocka_unit_test(test_lies),
                                     cmocka_unit_test(test_sizes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
