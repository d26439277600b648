/*
 * `tlsmend test`: the author's bench. Goes through runbooks and machines and hands the records to the report. Machines
 * live in memory; the only files are stand-ins for update packages, in a temporary folder.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/error.h"
#include "base/names_json.h"
#include "base/file_path.h"
#include "bench/beside.h"
#include "bench/copy.h"
#include "bench/machine.h"
#include "machine/update/package.h"
#include "os/os.h"
#include "script/host_lua.h"
#include "script/source.h"
#include "session/options.h"
#include "session/output.h"
#include "session/plan.h"

#define TEST_SCHEMA "tlsmend-test/1"
enum { EXPECT_MOST = 1 << 20 };

static int call(const bench *self, const char *module, const char *function, const json_t *argument,
                json_t **out, tlsmend_error *error) {
  script_tool_call request = {module, function, argument};
  return script_tool_run(self->tool, &request, out, error);
}

static int write_package(bench *self, const char *name, tlsmend_error *error) {
  static const char text[] = "stands in for an update package\n";
  char *path = os_path_join(self->packages, name);
  int code = path ? os_file_replace(path, text, sizeof text - 1, error) : error_no_memory(error);
  if (code == TLSMEND_OK)
    code = package_sha256(path, self->stand_in, error);
  self->script.stand_in = self->stand_in;
  free(path);
  return code;
}

/* A folder with a file for each update that the runbook needs. */
static int make_packages(bench *self, const runbook_header *header, tlsmend_error *error) {
  json_t *names = NULL;
  json_t *updates = name_list_to_json(&header->needs.updates);
  int code = os_dir_temporary(&self->packages, error);
  if (code == TLSMEND_OK)
    code = call(self, "bench.policy", "packages", updates, &names, error);
  for (size_t i = 0; code == TLSMEND_OK && i < json_array_size(names); i++)
    code = write_package(self, json_string_value(json_array_get(names, i)), error);
  json_decref(names);
  json_decref(updates);
  return code;
}

static int remove_package(void *data, const char *name) {
  char *path = os_path_join(data, name);
  if (path)
    os_file_remove(path, NULL);
  free(path);
  return TLSMEND_OK;
}

static void drop_packages(bench *self) {
  if (!self->packages)
    return;
  os_dir_each(self->packages, remove_package, self->packages, NULL);
  os_dir_remove(self->packages, NULL);
  free(self->packages);
  self->packages = NULL;
}

static bool is_param(const char *given, const char *name) {
  size_t length = strlen(name);
  return strncmp(given, name, length) == 0 && given[length] == '=';
}

/* Takes the request's parameters that this runbook has; a path that nobody gave is the folder of packages. */
static int take_param(bench *self, script_runbook *open, const declared_param *param, tlsmend_error *error) {
  const char *name = param->name;
  for (size_t i = 0; i < self->request->param_count; i++)
    if (is_param(self->request->params[i], name)) {
      self->taken[i] = true;
      self->params[self->param_count++] = strdup(self->request->params[i]);
      return self->params[self->param_count - 1]
                 ? script_param(open, name, self->request->params[i] + strlen(name) + 1, error)
                 : error_no_memory(error);
    }
  if (param->type != PARAM_TYPE_PATH || param->fallback.kind != PARAM_NONE)
    return TLSMEND_OK;
  int code = self->packages ? TLSMEND_OK : make_packages(self, script_header(open), error);
  if (code != TLSMEND_OK)
    return code;
  size_t room = strlen(name) + strlen(self->packages) + 2;
  char *text = malloc(room);
  if (!text)
    return error_no_memory(error);
  snprintf(text, room, "%s=%s", name, self->packages);
  self->params[self->param_count++] = text;
  return TLSMEND_OK;
}

static int take_params(bench *self, script_runbook *open, tlsmend_error *error) {
  const runbook_header *header = script_header(open);
  self->params = calloc(header->param_count + self->request->param_count + 1, sizeof *self->params);
  int code = self->params ? TLSMEND_OK : error_no_memory(error);
  for (size_t i = 0; code == TLSMEND_OK && i < header->param_count; i++)
    code = take_param(self, open, &header->params[i], error);
  return code;
}

static int read_expect(bench *self, const char *folder, tlsmend_error *error) {
  char *path = os_path_join(folder, "expect.lua"), *text = NULL;
  size_t size = 0;
  int code = path ? source_read_beside(path, "expect.lua", EXPECT_MOST, &text, &size, error)
                  : error_no_memory(error);
  if (code == TLSMEND_OK)
    code = script_data(&self->script, path, text, size, &self->expect, error);
  if (code == TLSMEND_OK && !json_is_object(self->expect) && json_array_size(self->expect))
    code = tlsmend_error_set(
        error, TLSMEND_E_SCRIPT,
        "%s: must return a table of machines, such as { [\"win7-sp1-x64\"] = { answer = \"changes\" } }",
        path);
  free(text);
  free(path);
  return code == TLSMEND_E_ABSENT ? TLSMEND_OK : code;
}

typedef struct beside {
  const bench *bench;
  json_t *records;
} beside;

static int test_file(void *data, const char *path, tlsmend_error *error) {
  const beside *self = data;
  char *name = strdup(file_path_leaf(path));
  json_t *record = NULL;
  if (!name)
    return error_no_memory(error);
  name[strlen(name) - strlen(".reg")] = 0;
  int code = bench_test(self->bench, &(bench_machine){name, NULL, path}, &record, error);
  if (code == TLSMEND_OK)
    json_array_append(self->records, record);
  json_decref(record);
  free(name);
  return code;
}

/* Who is expected must exist: a name with a typing error would be a test that never fails. */
static void find_strangers(const bench *self, json_t *records) {
  const char *name;
  json_t *expected;
  json_object_foreach(self->expect, name, expected) {
    bool there = false;
    for (size_t i = 0; !there && i < json_array_size(records); i++)
      there = strcmp(json_string_value(json_object_get(json_array_get(records, i), "machine")), name) == 0;
    if (there)
      continue;
    json_t *record = json_pack("{s:s, s:s, s:s, s:[], s:i, s:i}", "machine", name, "answer", "failed",
                               "reason", "", "findings", "interruptions", 0, "milliseconds", 0);
    bench_find(record, "expect", "expect.lua names a machine that does not exist");
    json_array_append_new(records, record);
  }
}

static int no_machine(const char *name, const char *reason, tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_USAGE, "there is no built-in machine %s%s %s", name,
                           reason ? ":" : ";",
                           reason ? reason : "they are named like win7-sp1-x64 or ws2012-x64+KB3140245");
}

static int test_builtin(const bench *self, const char *name, json_t *records, tlsmend_error *error) {
  json_t *argument = json_string(name), *text = NULL, *record = NULL;
  int code = call(self, "bench.policy", "text", argument, &text, error);
  json_decref(argument);
  if (code == TLSMEND_OK && !json_is_string(text))
    code = no_machine(name, json_string_value(json_object_get(text, "reason")), error);
  if (code == TLSMEND_OK) {
    bench_machine machine = {name, json_string_value(text), NULL};
    code = bench_test(self, &machine, &record, error);
  }
  if (code == TLSMEND_OK)
    json_array_append(records, record);
  json_decref(record);
  json_decref(text);
  return code;
}

static int test_machines(bench *self, json_t *records, tlsmend_error *error) {
  json_t *names = NULL;
  char *folder = NULL;
  const char *only = self->options->machine, *given = self->request->machines;
  int code = given ? TLSMEND_OK : bench_folder(self->runbook, &folder, error);
  if (given && !(folder = strdup(given)))
    code = error_no_memory(error);
  if (code == TLSMEND_OK && folder)
    code = read_expect(self, folder, error);
  if (code == TLSMEND_OK && only) {
    size_t length = strlen(only);
    const char *argument;
    const backend *row = backend_find(only, &argument);
    bool file = length > 4 && strcmp(only + length - 4, ".reg") == 0;
    bench_machine machine = {argument, NULL, argument};
    json_t *record = NULL;
    if (!row || !row->snapshot)
      code = tlsmend_error_set(error, TLSMEND_E_USAGE,
                               "%s: the bench tests on sim:NAME and sim:FILE.reg only", only);
    else if (file)
      code = bench_test(self, &machine, &record, error);
    else
      code = test_builtin(self, argument, records, error);
    if (record)
      json_array_append_new(records, record);
    free(folder);
    return code;
  }
  if (code == TLSMEND_OK)
    code = call(self, "bench.policy", "machines", NULL, &names, error);
  for (size_t i = 0; code == TLSMEND_OK && i < json_array_size(names); i++)
    code = test_builtin(self, json_string_value(json_array_get(names, i)), records, error);
  if (code == TLSMEND_OK && folder)
    code = bench_each_beside(folder, test_file, &(beside){self, records}, error);
  if (code == TLSMEND_OK)
    find_strangers(self, records);
  json_decref(names);
  free(folder);
  return code;
}

static size_t count_findings(const json_t *records) {
  size_t count = 0;
  for (size_t i = 0; i < json_array_size(records); i++)
    count += json_array_size(json_object_get(json_array_get(records, i), "findings"));
  return count;
}

static void clear(bench *self) {
  for (size_t i = 0; i < self->param_count; i++)
    free((char *)self->params[i]);
  free(self->params);
  json_decref(self->declared);
  json_decref(self->expect);
  json_decref(self->broken);
  drop_packages(self);
}

static int test_runbook(bench *self, const source *source, json_t *runbooks, tlsmend_error *error) {
  script_runbook *open = NULL;
  script_options options = source_options(&self->script, source);
  self->runbook = source->name;
  uint64_t begun = os_clock();
  json_t *records = json_array();
  self->broken = json_object();
  int code = script_open(&options, self->runbook, &open, error);
  if (code == TLSMEND_OK) {
    const runbook_header *header = script_header(open);
    self->declared = json_pack("{s:o, s:o}", "legacy", name_list_to_json(&header->needs.legacy), "off",
                               name_list_to_json(&header->needs.off));
    code = take_params(self, open, error);
    if (code == TLSMEND_OK)
      code = test_machines(self, records, error);
    json_t *row = json_pack("{s:s, s:s, s:O, s:I, s:I}", "runbook", header->id, "source", header->source,
                            "machines", records, "findings", (json_int_t)count_findings(records),
                            "milliseconds", (json_int_t)(os_clock() - begun));
    json_array_append_new(runbooks, row);
  }
  script_close(open);
  json_decref(records);
  clear(self);
  return code;
}

/* A bundle may hold several. */
static int test_name(const bench *self, const char *name, json_t *runbooks, tlsmend_error *error) {
  source_list list;
  source_terms terms = {.trust = session_trust_folder(self->options)};
  int code = sources_open(&terms, name, &list, error);
  for (size_t i = 0; code == TLSMEND_OK && i < list.count; i++) {
    bench one = *self;
    code = test_runbook(&one, &list.items[i], runbooks, error);
  }
  sources_close(&list);
  return code;
}

static int render(const bench *self, json_t *result, char **out, tlsmend_error *error) {
  json_t *text = NULL;
  if (self->request->format == TLSMEND_FORMAT_JSON)
    return session_dump(json_incref(result), out, error);
  const char *function = self->request->format == TLSMEND_FORMAT_JUNIT ? "junit" : "text";
  int code = call(self, "bench.report", function, result, &text, error);
  if (code == TLSMEND_OK && !(*out = strdup(json_string_value(text))))
    code = error_no_memory(error);
  json_decref(text);
  return code;
}

int tlsmend_test(const tlsmend_options *options, const tlsmend_test_request *request, char **out,
                 size_t *findings, tlsmend_error *error) {
  assert(options && request && out && findings);
  *out = NULL;
  *findings = 0;
  char now[32];
  bench bench = {.options = options, .request = request, .script = session_script_options(options)};
  bench.script.log = NULL;
  bench.script.workers = worker_pool_new();
  json_t *runbooks = json_array(), *result = NULL;
  bench.taken = calloc(request->param_count + 1, sizeof *bench.taken);
  int code = session_check_params(request->params, request->param_count, error);
  if (code == TLSMEND_OK)
    code = session_library_read(&bench.script, error);
  if (code == TLSMEND_OK)
    code = runbooks && bench.taken ? script_tool_open(&bench.script, NULL, &bench.tool, error)
                                   : error_no_memory(error);
  for (size_t i = 0; code == TLSMEND_OK && i < request->runbook_count; i++)
    code = test_name(&bench, request->runbooks[i], runbooks, error);
  for (size_t i = 0; code == TLSMEND_OK && i < request->param_count; i++)
    if (!bench.taken[i])
      code = session_no_param(request->params[i], error);
  for (size_t i = 0; i < json_array_size(runbooks); i++)
    *findings += (size_t)json_integer_value(json_object_get(json_array_get(runbooks, i), "findings"));
  calendar_print(os_time(), now);
  if (code == TLSMEND_OK) {
    result = json_pack("{s:s, s:s, s:O, s:s}", "schema", TEST_SCHEMA, "at", now, "runbooks", runbooks,
                       "result", *findings ? "findings" : "passed");
    code = result ? render(&bench, result, out, error) : error_no_memory(error);
  }
  json_decref(result);
  json_decref(runbooks);
  free(bench.taken);
  script_tool_close(bench.tool);
  worker_pool_free(bench.script.workers);
  session_library_clear(&bench.script);
  return code;
}
