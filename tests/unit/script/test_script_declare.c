/* Declarations and parameters: what is taken, and what a mistake is told as. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "machine/guard.h"
#include "os/os.h"
#include "script/script.h"
#include "signing/manifest.h"
#include "unit/script/params.h"
#include "unit/script/where.h"

static char folder[128];

static char *path_of(const char *name) {
  char *path = os_path_join(folder, name);
  assert_non_null(path);
  return path;
}

static void write_file(const char *name, const void *bytes, size_t size) {
  tlsmend_error error;
  char *path = path_of(name);
  if (os_file_replace(path, bytes, size, &error) != TLSMEND_OK)
    fail_msg("%s", error.text);
  free(path);
}

static int open_bytes(const void *bytes, size_t size, script_runbook **out, tlsmend_error *error) {
  write_file("try.lua", bytes, size);
  char *path = path_of("try.lua");
  script_options options = where_options();
  int code = script_open(&options, path, out, error);
  free(path);
  return code;
}

static int open_text(const char *text, script_runbook **out, tlsmend_error *error) {
  return open_bytes(text, strlen(text), out, error);
}

#define BEGIN "return { id = 'try', version = '1', title = 'Try', "
#define END   "run = function() end }"

typedef struct mistake {
  const char *text, *says;
} mistake;

static const mistake mistakes[] = {
    {"return 42", "try.lua: must return a table"},
    {"", "try.lua: must return a table"},
    {"return {", "try.lua:1: "},
    {"error('no')", "try.lua:1: no"},
    {"return { version = '1', title = 'x', " END, "try.lua: field 'id' must be a string, got nil"},
    {"return { id = 'Try', version = '1', title = 'x', " END,
     "try.lua: field 'id' must be lower-case letters"},
    {"return { id = '../x', version = '1', title = 'x', " END,
     "try.lua: field 'id' must be lower-case letters"},
    {"return { id = 'try', version = 1, title = 'x', " END,
     "try.lua: field 'version' must be a string, got number"},
    {"return { id = 'try', version = '1', title = {}, " END,
     "try.lua: field 'title' must be a string, got table"},
    {"return { id = 'try', version = '1', title = 'a\\nb', " END,
     "field 'title' must be one line of UTF-8 text"},
    {"return { id = 'try', version = '1', title = '\\xff', " END,
     "field 'title' must be one line of UTF-8 text"},
    {"return { id = 'try', version = '1', title = '', " END, "field 'title' must be one line of UTF-8 text"},
    {"return { id = 'try', version = '1', title = 'x' }", "try.lua: field 'run' must be a function, got nil"},
    {BEGIN "aplies = print, " END,
     "try.lua: unknown field 'aplies'; 'applies' is meant? there are id, version, title"},
    {BEGIN "verifies = 'Effect', " END, "try.lua: field 'verifies' must be \"effect\", or left out"},
    {BEGIN "verifies = 'effect\\0', " END, "try.lua: field 'verifies' must be \"effect\""},
    {BEGIN "verifies = 'registry', " END, "try.lua: field 'verifies' must be \"effect\""},
    {BEGIN "verifies = '', " END, "try.lua: field 'verifies' must be \"effect\""},
    {BEGIN "verifies = true, " END, "try.lua: field 'verifies' must be \"effect\", or left out, got boolean"},
    {BEGIN "verifies = { 'effect' }, " END, "try.lua: field 'verifies' must be \"effect\""},
    {BEGIN "verifies = 'effect', " END, "try.lua: field 'verifies' wants verify"},
    {BEGIN "verifies = 'effect', verify = function() end, " END,
     "field 'verifies' wants verify and needs.probes"},
    {BEGIN "verifies = 'effect', verify = function() end, needs = { probes = false }, " END,
     "field 'verifies' wants verify and needs.probes"},
    {BEGIN "verifies = 'effect', verify = function() end, needs = { probes = {} }, " END,
     "field 'verifies' wants verify and needs.probes"},
    {BEGIN "er = print, " END, "try.lua: unknown field 'er'"},
    {BEGIN "[1] = 'x', " END, "try.lua: unknown field '1'"},
    {BEGIN "[''] = 'x', " END, "try.lua: unknown field ''"},
    {BEGIN "['id, version'] = 'x', " END, "try.lua: unknown field 'id, version'"},
    {BEGIN "['title\\0x'] = 'x', " END, "try.lua: unknown field 'title'"},
    {BEGIN "needs = { registry = { 'HKLM\\\\A\\0B' } }, " END,
     "field 'needs.registry' must be a list of key paths"},
    {BEGIN "params = { ['x\\0y'] = { type = 'string' } }, " END, "'x' is not a parameter name"},
    {BEGIN "includes = {}, " END, "try.lua: field 'includes' is reserved"},
    {BEGIN "applies = true, " END, "try.lua: field 'applies' must be a function, got boolean"},
    {BEGIN "verify = 'x', " END, "try.lua: field 'verify' must be a function, got string"},
    {BEGIN "summary = 1, " END, "try.lua: field 'summary' must be a string, got number"},
    {BEGIN "references = 'x', " END, "try.lua: field 'references' must be a list of strings, got string"},
    {BEGIN "references = { 1 }, " END, "try.lua: field 'references' must be a list of strings"},
    {BEGIN "references = { x = 'y' }, " END, "try.lua: field 'references' must be a list of strings"},
    {BEGIN "needs = 1, " END, "try.lua: field 'needs' must be a table"},
    {BEGIN "needs = { regestry = {} }, " END, "try.lua: unknown field 'needs.regestry'; 'registry' is meant? "
                                              "there are registry, reads, updates, packages, files"},
    {BEGIN "needs = { registry = 'HKLM' }, " END,
     "try.lua: field 'needs.registry' must be a list of key paths, got string"},
    {BEGIN "needs = { registry = { 'HKLM\\\\A', 7 } }, " END,
     "field 'needs.registry' must be a list of key paths"},
    {BEGIN "needs = { registry = { [2] = 'HKLM\\\\A' } }, " END,
     "field 'needs.registry' must be a list of key paths"},
    {BEGIN "needs = { registry = { 'HKLM\\\\A', 'SOFTWARE' } }, " END,
     "try.lua: field 'needs.registry[2]': "},
    {BEGIN "needs = { registry = { 'HKLM\\\\SOFTWARE\\\\Wow6432Node' } }, " END,
     "field 'needs.registry[1]': "},
    {BEGIN "needs = { reads = { '32:HKLM\\\\A', '31:HKLM\\\\A' } }, " END, "field 'needs.reads[2]': "},
    {BEGIN "needs = { reads = { 'HKLM\\\\System\\\\ControlSet001\\\\Control' } }, " END,
     "field 'needs.reads[1]': HKLM\\System\\ControlSet001\\Control: which control set is in use"},
    {BEGIN "needs = { packages = { 'ab' } }, " END, "field 'needs.packages[1]' must be the SHA-256"},
    {BEGIN "needs = { files = { 'C:\\\\a', 'C:\\\\a\\\\..\\\\b' } }, " END,
     "field 'needs.files[2]': C:\\a\\..\\b: it goes by"},
    {BEGIN "needs = { reads = { 'HKU\\\\*' } }, " END, "name what is meant of every user"},
    {BEGIN "needs = { registry = { '\\xff' } }, " END, "field 'needs.registry[1]'"},
    {BEGIN "needs = { updates = 'KB3140245' }, " END, "field 'needs.updates' must be a list such as"},
    {BEGIN "needs = { updates = { '3140245' } }, " END,
     "field 'needs.updates[1]' must be like \"KB3140245\""},
    {BEGIN "needs = { updates = { 'KB3140245x' } }, " END,
     "field 'needs.updates[1]' must be like \"KB3140245\""},
    {BEGIN "needs = { probes = 'x:1' }, " END, "field 'needs.probes' must be true, or a list such as"},
    {BEGIN "needs = { probes = { 'x' } }, " END,
     "field 'needs.probes[1]': 'x' is no endpoint: say HOST:PORT"},
    {BEGIN "needs = { reboot = 1 }, " END, "field 'needs.reboot' must be true or false, got number"},
    {BEGIN "params = 'x', " END, "field 'params' must be a table of parameters, got string"},
    {BEGIN "params = { x = 1 }, " END, "field 'params.x' must be a table { type"},
    {BEGIN "params = { X = { type = 'string' } }, " END, "'X' is not a parameter name"},
    {BEGIN "params = { { type = 'string' } }, " END, "'1' is not a parameter name"},
    {BEGIN "params = { x = {} }, " END,
     "field 'params.x.type' must be one of string, integer, boolean, path"},
    {BEGIN "params = { x = { type = 'number' } }, " END,
     "field 'params.x.type' must be one of string, integer"},
    {BEGIN "params = { x = { type = 'string', defualt = '' } }, " END, "unknown field 'params.*.defualt'"},
    {BEGIN "params = { x = { type = 'string', default = 1 } }, " END,
     "field 'params.x.default' must be of its type, string, got number"},
    {BEGIN "params = { x = { type = 'integer', default = 1.5 } }, " END,
     "field 'params.x.default' must be of its type"},
    {BEGIN "params = { x = { type = 'boolean', default = 'true' } }, " END,
     "field 'params.x.default' must be of its"},
    {BEGIN "params = { x = { type = 'string[]', default = { 1 } } }, " END,
     "field 'params.x.default' must be of its"},
    {BEGIN "params = { x = { type = 'string', help = {} } }, " END,
     "field 'params.x.help' must be a string, got table"},
    {BEGIN "params = { x = { type = 'string', choices = {} } }, " END,
     "field 'params.x.choices' must be a list"},
    {BEGIN "params = { x = { type = 'string', choices = { 1 } } }, " END,
     "field 'params.x.choices' must be string"},
    {BEGIN "params = { x = { type = 'string', choices = { 'a' }, default = 'b' } }, " END,
     "field 'params.x.default' must be one of its choices"},
};

static void mistakes_are_named(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
    script_runbook *runbook = (script_runbook *)1;
    tlsmend_error error = {0};
    int code = open_text(mistakes[i].text, &runbook, &error);
    if (code != TLSMEND_E_SCRIPT)
      fail_msg("%s: %s", mistakes[i].text, tlsmend_error_name(code));
    assert_null(runbook);
    char *line = strstr(error.text, "try.lua:1:"); /* where a field has a line it is this one */
    if (line && !strstr(mistakes[i].says, "try.lua:1:"))
      memmove(line + 7, line + 9, strlen(line + 9) + 1);
    if (!strstr(error.text, mistakes[i].says))
      fail_msg("%s: \"%s\" does not say \"%s\"", mistakes[i].text, error.text, mistakes[i].says);
    assert_null(strpbrk(error.text, "\r\n"));
  }
}

static const char whole[] =
    "\xEF\xBB\xBFreturn { id = 'try', version = '1.2.3', title = 'Try it', summary = 'More', references = { "
    "'https://x' },\n"
    "  params = { number = { type = 'integer', default = 10, choices = { 10, 20 } },\n"
    "    list = { type = 'string[]', default = { 'a', 'b' }, help = 'letters', choices = { 'a', 'b', 'c' } "
    "},\n"
    "    flag = { type = 'boolean' }, file = { type = 'path' }, text = { type = 'string', default = 'x' } "
    "},\n"
    "  needs = { registry = { 'HKEY_LOCAL_MACHINE\\\\SOFTWARE\\\\Site', 'hkcu\\\\Software' }, updates = { "
    "'KB3140245' }, reads = { '32:hklm\\\\SOFTWARE\\\\A', 'HKU\\\\*\\\\Software' },\n"
    "    probes = { 'server.example:443' }, reboot = true },\n"
    "  applies = function() return true end, run = function() end, verify = function() return true end }\n";

static void declaration_becomes_a_header(void **state) {
  (void)state;
  script_runbook *runbook;
  tlsmend_error error;
  assert_int_equal(open_text(whole, &runbook, &error), TLSMEND_OK);
  json_t *wanted = json_loads(
      "{\"id\": \"try\", \"version\": \"1.2.3\", \"title\": \"Try it\", \"summary\": \"More\", "
      "\"references\": [\"https://x\"],"
      "\"params\": [{\"name\": \"file\", \"type\": \"path\", \"default\": null, \"help\": \"\"},"
      "{\"name\": \"flag\", \"type\": \"boolean\", \"default\": null, \"help\": \"\"},"
      "{\"name\": \"list\", \"type\": \"string[]\", \"default\": [\"a\", \"b\"], \"help\": \"letters\","
      "\"choices\": [\"a\", \"b\", \"c\"]},"
      "{\"name\": \"number\", \"type\": \"integer\", \"default\": 10, \"help\": \"\", \"choices\": [10, 20]},"
      "{\"name\": \"text\", \"type\": \"string\", \"default\": \"x\", \"help\": \"\"}],"
      "\"needs\": {\"registry\": [\"HKLM\\\\SOFTWARE\\\\Site\", \"HKCU\\\\Software\"], "
      "\"reads\": [\"32:HKLM\\\\SOFTWARE\\\\A\", \"HKU\\\\*\\\\Software\"], \"updates\": "
      "[\"KB3140245\"], \"packages\": [], \"files\": [], \"probes\": [\"server.example:443\"],"
      "\"reboot\": true}, \"builtin\": false}",
      0, NULL);
  assert_non_null(wanted);
  json_t *copy = header_to_json(script_header(runbook));
  char *path = path_of("try.lua");
  assert_string_equal(json_string_value(json_object_get(copy, "source")), path);
  free(path);
  assert_int_equal(json_string_length(json_object_get(copy, "sha256")), 64);
  json_object_del(copy, "source");
  json_object_del(copy, "sha256");
  if (!json_equal(copy, wanted))
    fail_msg("%s", json_dumps(copy, 0));
  json_decref(copy);
  json_decref(wanted);
  const guard_needs *needs = script_needs(runbook);
  assert_string_equal(needs->runbook, "try");
  assert_int_equal(needs->registry_count, 2);
  assert_string_equal(needs->registry[1], "HKCU\\Software");
  assert_int_equal(needs->update_count, 1);
  assert_string_equal(needs->updates[0], "KB3140245");
  assert_true(needs->reboot);
  script_close(runbook);
}

/* The hash is that of the file: sha256sum says the same. */
static void hash_is_of_the_bytes(void **state) {
  (void)state;
  static const char text[] = BEGIN END "\n";
  script_runbook *runbook;
  tlsmend_error error;
  assert_int_equal(open_text(text, &runbook, &error), TLSMEND_OK);
  assert_string_equal(script_header(runbook)->sha256,
                      "b2dc74e0033017781be4479ea0802ba8679dddaab4e9f8881b2b239899378324");
  script_close(runbook);
}

static void nothing_declared_is_nothing_allowed(void **state) {
  (void)state;
  script_runbook *runbook;
  tlsmend_error error;
  assert_int_equal(open_text(BEGIN END, &runbook, &error), TLSMEND_OK);
  const guard_needs *needs = script_needs(runbook);
  assert_int_equal(needs->registry_count + needs->update_count, 0);
  assert_false(needs->reboot);
  script_close(runbook);
}

typedef struct param_case {
  const char *name, *text;
  int code;
  const char *result; /* JSON of the value, or a word of the message */
} param_case;

static const param_case param_cases[] = {
    {"number", "20", TLSMEND_OK, "20"},
    {"number", "0x14", TLSMEND_OK, "20"},
    {"number", "30", TLSMEND_E_USAGE, "one of [10, 20]"},
    {"number", "", TLSMEND_E_USAGE, "parameter 'number' is empty"},
    {"number", " 10", TLSMEND_E_USAGE, "integer"},
    {"number", "10x", TLSMEND_E_USAGE, "integer"},
    {"number", "99999999999999999999", TLSMEND_E_USAGE, "integer"},
    {"flag", "true", TLSMEND_OK, "true"},
    {"flag", "no", TLSMEND_OK, "false"},
    {"flag", "maybe", TLSMEND_E_USAGE, "true or false, got 'maybe'"},
    {"list", "a,c", TLSMEND_OK, "[\"a\", \"c\"]"},
    {"list", " a , c ", TLSMEND_OK, "[\"a\", \"c\"]"},
    {"list", "", TLSMEND_E_USAGE, "parameter 'list' is empty"},
    {"file", "", TLSMEND_E_USAGE, "parameter 'file' is empty"},
    {"text", "", TLSMEND_E_USAGE, "parameter 'text' is empty"},
    {"list", "a,", TLSMEND_E_USAGE, "separated by commas"},
    {"list", ",a", TLSMEND_E_USAGE, "separated by commas"},
    {"list", "a,,b", TLSMEND_E_USAGE, "separated by commas"},
    {"list", "a,d", TLSMEND_E_USAGE, "one of"},
    {"file", "C:\\a, b.msu", TLSMEND_OK, "\"C:\\\\a, b.msu\""},
    {"text", "\xC3\xA4", TLSMEND_OK, "\"\xC3\xA4\""},
    {"text", "\xff", TLSMEND_E_USAGE, "UTF-8"},
    {"txet", "x", TLSMEND_E_ABSENT, "try has no parameter 'txet'"},
};

static void parameters_parse(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof param_cases / sizeof *param_cases; i++) {
    const param_case *row = &param_cases[i];
    script_runbook *runbook;
    tlsmend_error error = {0};
    assert_int_equal(open_text(whole, &runbook, &error), TLSMEND_OK);
    int code = script_param(runbook, row->name, row->text, &error);
    if (code != row->code)
      fail_msg("%s=%s: %s", row->name, row->text, tlsmend_error_name(code));
    json_t *params = params_of(runbook);
    json_t *value = json_object_get(params, row->name);
    if (code == TLSMEND_OK) {
      char *text = json_dumps(value, JSON_ENCODE_ANY);
      assert_string_equal(text, row->result);
      free(text);
    } else if (!strstr(error.text, row->result)) {
      fail_msg("%s=%s: \"%s\" does not say \"%s\"", row->name, row->text, error.text, row->result);
    }
    assert_int_equal(json_object_size(params), 5);
    json_decref(params);
    script_close(runbook);
  }
}

static void runbooks_are_found(void **state) {
  (void)state;
  static const char text[] = BEGIN END;
  script_options options = where_options();
  options.library = folder;
  script_runbook *runbook;
  tlsmend_error error;
  char *made = path_of("runbooks");
  assert_int_equal(os_dir_make(made, &error), TLSMEND_OK);
  free(made);
  write_file("runbooks/try.lua", text, strlen(text));
  write_file("runbooks/other.lua", text, strlen(text));
  manifest texts;
  assert_int_equal(script_library_read(folder, &texts, &error), TLSMEND_OK);
  options.texts = &texts;
  assert_int_equal(script_open(&options, "try", &runbook, &error), TLSMEND_OK);
  assert_false(script_header(runbook)->builtin);
  script_close(runbook);
  assert_int_equal(script_open(&options, "other", &runbook, &error), TLSMEND_E_SCRIPT);
  assert_non_null(strstr(error.text, "'id' must be 'other'"));
  assert_int_equal(script_open(NULL, "try", &runbook, &error), TLSMEND_E_USAGE);
  assert_non_null(strstr(error.text, "./try.lua"));
  assert_int_equal(script_open(&options, "..", &runbook, &error), TLSMEND_E_USAGE);
  assert_int_equal(script_open(&options, "", &runbook, &error), TLSMEND_E_USAGE);
  assert_int_equal(script_open(&options, "./nowhere.lua", &runbook, &error), TLSMEND_E_USAGE);
  assert_non_null(strstr(error.text, "./nowhere.lua"));
  manifest_clear(&texts);
}

static void only_source_text_runs(void **state) {
  (void)state;
  static const char bytes[] = "\x1bLua\x54";
  script_runbook *runbook;
  tlsmend_error error;
  assert_int_equal(open_bytes(bytes, sizeof bytes, &runbook, &error), TLSMEND_E_SCRIPT);
  assert_string_equal(error.text, "try.lua: is a compiled Lua file; only source text is run");
}

static int count_ids(void *data, const char *id) {
  char *seen = data;
  strcat(strcat(seen, id), " ");
  return TLSMEND_OK;
}

static void list_is_sorted_and_without_doubles(void **state) {
  (void)state;
  static const char text[] = BEGIN END;
  char seen[1024] = " ";
  script_options options = where_options();
  options.library = folder;
  tlsmend_error error;
  write_file("runbooks/winhttp-tls12.lua", text, strlen(text)); /* overrides the embedded one */
  write_file("runbooks/aaa.lua", text, strlen(text));
  write_file("runbooks/README", text, strlen(text));
  manifest texts;
  assert_int_equal(script_library_read(folder, &texts, &error), TLSMEND_OK);
  options.texts = &texts;
  write_file("runbooks/bbb.lua", text, strlen(text)); /* too late: the folder was read */
  assert_int_equal(script_each_runbook(&options, count_ids, seen, &error), TLSMEND_OK);
  assert_null(strstr(seen, "bbb"));
  manifest_clear(&texts);
  assert_int_equal(strncmp(seen, " aaa other try winhttp-tls12 ", 5), 0);
  const char *first = strstr(seen, " winhttp-tls12 ");
  assert_non_null(first);
  assert_null(strstr(first + 1, " winhttp-tls12 "));
  assert_null(strstr(seen, "README"));
}

/* A library has no say in what the built-in machines are. */
static void built_in_machines_are_our_own(void **state) {
  (void)state;
  char name[] = "stdlib/windows/releases.lua", bytes[] = "error 'the library'", *text = NULL;
  manifest_file file = {.kind = MANIFEST_MODULE, .name = name, .bytes = bytes, .size = strlen(bytes)};
  manifest texts = {.files = &file, .count = 1};
  script_options options = {.library = folder, .texts = &texts};
  tlsmend_error error;
  assert_int_equal(script_builtin_machine(&options, "win7-sp1-x64", &text, &error), TLSMEND_OK);
  free(text);
}

static void built_in_machines_have_names(void **state) {
  (void)state;
  char *text = (char *)1;
  tlsmend_error error;
  assert_int_equal(script_builtin_machine(NULL, "win7-sp1-x64", &text, &error), TLSMEND_OK);
  assert_int_equal(strncmp(text, "Windows Registry Editor Version 5.00", 36), 0);
  free(text);
  assert_int_equal(script_builtin_machine(NULL, "win12", &text, &error), TLSMEND_E_ABSENT);
  assert_null(text);
  assert_non_null(strstr(error.text, "'win12'"));
}

static int make_folder(void **state) {
  (void)state;
  tlsmend_error error;
  const char *base = getenv("TMPDIR");
  if (!base)
    base = getenv("TEMP");
  snprintf(folder, sizeof folder, "%.80s/tlsmend-declare-%u", base ? base : "/tmp", os_process_id());
  return os_dir_make(folder, &error);
}

static int remove_folder(void **state) {
  (void)state;
  static const char *const files[] = {
      "try.lua",          "runbooks/try.lua", "runbooks/other.lua", "runbooks/winhttp-tls12.lua",
      "runbooks/aaa.lua", "runbooks/bbb.lua", "runbooks/README"};
  tlsmend_error error;
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    char *path = path_of(files[i]);
    os_file_remove(path, &error);
    free(path);
  }
  char *path = path_of("runbooks");
  remove(path);
  free(path);
  remove(folder);
  return 0;
}

int main(int argc, char **argv) {
  where_begin(argc, argv);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mistakes_are_named),
      cmocka_unit_test(declaration_becomes_a_header),
      cmocka_unit_test(hash_is_of_the_bytes),
      cmocka_unit_test(nothing_declared_is_nothing_allowed),
      cmocka_unit_test(parameters_parse),
      cmocka_unit_test(runbooks_are_found),
      cmocka_unit_test(only_source_text_runs),
      cmocka_unit_test(list_is_sorted_and_without_doubles),
      cmocka_unit_test(built_in_machines_are_our_own),
      cmocka_unit_test(built_in_machines_have_names),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
