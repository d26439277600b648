/*
 * `tlsmend lint`: reads files, runs each on some built-in machines (on an overlay that is thrown away, and behind the
 * guard that every run has) and hands what was seen to host/lua/lint, where the rules are.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "bench/beside.h"
#include "machine/backends.h"
#include "machine/machine.h"
#include "machine/overlay.h"
#include "script/host_lua.h"
#include "script/source.h"
#include "script/texts.h"
#include "session/options.h"
#include "session/output.h"

#define LINT_SCHEMA "tlsmend-lint/1"

typedef struct lint {
  script_options script;
  const char *trust;
  const char *name;  /* of the runbook at hand, for script_open */
  script_tool *tool; /* knows the machines */
  json_t *machines;  /* their names */
  json_t *files;     /* results */
  size_t findings;
} lint;

static int call(script_tool *tool, const char *module, const char *function, json_t *argument, json_t **out,
                tlsmend_error *error) {
  script_tool_call request = {module, function, argument};
  int code = script_tool_run(tool, &request, out, error);
  json_decref(argument);
  return code;
}

static bool is_snapshot(const char *name) {
  size_t length = strlen(name);
  return length > 4 && strcmp(name + length - 4, ".reg") == 0;
}

/* A machine that forgets. */
typedef struct bed {
  tlsmend_machine *machine, *overlay;
} bed;

static void bed_close(bed *self) {
  machine_close(self->overlay);
  machine_close(self->machine);
}

/* `name` is that of a built-in machine, or the path of a snapshot. */
static int bed_open(const lint *self, const char *name, bed *out, tlsmend_error *error) {
  json_t *text = NULL;
  *out = (bed){.overlay = NULL};
  bool file = is_snapshot(name);
  int code = file ? TLSMEND_OK : call(self->tool, "bench.policy", "text", json_string(name), &text, error);
  backend_request request = {.argument = name, .text = json_string_value(text)};
  if (code == TLSMEND_OK && !file && !request.text)
    code = error_no_memory(error);
  if (code == TLSMEND_OK)
    code = sim_open(&request, &out->machine, error);
  if (code == TLSMEND_OK)
    code = overlay_open(out->machine, NULL, &out->overlay, error);
  json_decref(text);
  return code;
}

/* Cannot tell, and findings: nobody reads the plan of a try. */
static int ignore(void *data, const char *text, tlsmend_error *error) {
  (void)data, (void)text, (void)error;
  return TLSMEND_OK;
}

static int watch(const lint *self, tlsmend_machine *machine, json_t **trace, tlsmend_error *error) {
  script_options options = self->script;
  script_runbook *runbook = NULL;
  script_sink sink = {ignore, ignore, NULL};
  options.watch = "lint.record";
  int code = script_open(&options, self->name, &runbook, error);
  if (code == TLSMEND_OK)
    code = script_watch(runbook, &(script_ground){machine, NULL, &sink}, trace, error);
  script_close(runbook);
  return code;
}

/* What a run on one machine did. A run that is refused something, or goes beyond a limit, is one that fails. */
static int try_on(const lint *self, const char *name, json_t *traces, tlsmend_error *error) {
  bed bed;
  tlsmend_error inner = {0, ""};
  json_t *trace = NULL;
  int code = bed_open(self, name, &bed, error);
  if (code == TLSMEND_OK &&
      (watch(self, bed.overlay, &trace, &inner) != TLSMEND_OK || !json_is_object(trace))) {
    json_decref(trace);
    trace = json_pack("{s:[], s:{s:s}}", "findings", "error", "text", inner.text);
  }
  if (trace) {
    json_object_set_new(trace, "machine", json_string(name));
    json_array_append_new(traces, trace);
  }
  bed_close(&bed);
  return code;
}

static int judge(lint *self, const char *file, json_t *about, tlsmend_error *error) {
  bed bed;
  script_tool *tool = NULL; /* on a machine, because some modules of the library ask one when they load */
  json_t *found = NULL;
  const char *name = json_string_value(json_array_get(self->machines, 0));
  int code = bed_open(self, name, &bed, error);
  if (code == TLSMEND_OK)
    code = script_tool_open_apart(&self->script, bed.overlay, &tool, error);
  if (code == TLSMEND_OK)
    code = call(tool, "lint.check", "check", json_incref(about), &found, error);
  script_tool_close(tool);
  bed_close(&bed);
  if (code != TLSMEND_OK)
    return code;
  self->findings += json_array_size(json_object_get(found, "findings"));
  json_object_set_new(found, "file", json_string(file));
  json_array_append_new(self->files, found);
  return TLSMEND_OK;
}

typedef struct beside {
  const lint *lint;
  json_t *traces;
} beside;

static int try_file(void *data, const char *path, tlsmend_error *error) {
  const beside *self = data;
  return try_on(self->lint, path, self->traces, error);
}

/* The author's own machines beside the file: what applies to them alone is seen there. */
static int try_beside(const lint *self, const char *file, json_t *traces, tlsmend_error *error) {
  char *folder = NULL;
  int code = bench_folder(file, &folder, error);
  if (folder)
    code = bench_each_beside(folder, try_file, &(beside){self, traces}, error);
  free(folder);
  return code;
}

/* What the loader has against the declaration, if anything; the limits are judged with the runs. */
static int try_load(const lint *self, json_t *about, tlsmend_error *error) {
  tlsmend_error inner = {0, ""};
  script_runbook *runbook = NULL;
  int code = script_open(&self->script, self->name, &runbook, &inner);
  script_close(runbook);
  if (code == TLSMEND_E_SCRIPT)
    return json_object_set_new(about, "refused", json_string(inner.text)) == 0 ? TLSMEND_OK
                                                                               : error_no_memory(error);
  return code == TLSMEND_E_MEMORY ? error_no_memory(error) : TLSMEND_OK;
}

/* The files that `require` finds besides the library. */
static json_t *own_files(const script_source *source) {
  json_t *names = json_array();
  const manifest *files = source ? source->files : NULL;
  for (size_t i = 0; files && i < files->count; i++)
    json_array_append_new(names, json_string(files->files[i].name));
  return names;
}

/* The text of a file, without the mark that editors on Windows put before it. */
static json_t *text_json(const script_text *text) {
  size_t mark = text->size >= 3 && memcmp(text->bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  return json_stringn(text->bytes + mark, text->size - mark);
}

static int lint_text(lint *self, const char *file, const script_text *text, tlsmend_error *error) {
  int code = TLSMEND_OK;
  json_t *traces = json_array(), *about = json_object();
  json_object_set_new(about, "text", text_json(text));
  json_object_set_new(about, "own", own_files(self->script.source));
  if (self->script.source)
    json_object_set_new(about, "file", json_string(self->script.source->file));
  if (!json_object_get(about, "text"))
    code = tlsmend_error_set(error, TLSMEND_E_SCRIPT, "%s: is not UTF-8", file);
  if (code == TLSMEND_OK)
    code = try_load(self, about, error);
  bool loads = !json_object_get(about, "refused");
  for (size_t i = 0; code == TLSMEND_OK && loads && i < json_array_size(self->machines); i++)
    code = try_on(self, json_string_value(json_array_get(self->machines, i)), traces, error);
  if (code == TLSMEND_OK && loads)
    code = try_beside(self, file, traces, error);
  json_object_set(about, "traces", traces);
  if (code == TLSMEND_OK)
    code = judge(self, file, about, error);
  json_decref(about);
  json_decref(traces);
  return code;
}

/* A file, with the modules beside it, or each runbook of a bundle. */
static int lint_file(lint *self, const char *file, tlsmend_error *error) {
  source_list list;
  source_terms terms = {.trust = self->trust};
  int code = sources_open(&terms, file, &list, error);
  for (size_t i = 0; code == TLSMEND_OK && i < list.count; i++) {
    struct lint one = *self;
    script_text text = {0};
    one.script = source_options(&self->script, &list.items[i]);
    one.name = list.items[i].name;
    code = script_text_runbook(&one.script, list.items[i].name, &text, error);
    if (code == TLSMEND_OK)
      code = script_text_unpack(&text, error);
    if (code == TLSMEND_OK)
      code = lint_text(&one, list.count == 1 ? file : list.items[i].name, &text, error);
    self->findings = one.findings;
    script_text_clear(&text);
  }
  sources_close(&list);
  return code;
}

static int render(lint *self, tlsmend_format format, char **out, tlsmend_error *error) {
  json_t *text = NULL;
  json_t *result = json_pack("{s:s, s:O, s:s}", "schema", LINT_SCHEMA, "files", self->files, "result",
                             self->findings ? "findings" : "clean");
  if (!result)
    return error_no_memory(error);
  if (format == TLSMEND_FORMAT_JSON)
    return session_dump(result, out, error);
  int code = call(self->tool, "lint.check", "text", result, &text, error);
  if (code == TLSMEND_OK && !(*out = strdup(json_string_value(text))))
    code = error_no_memory(error);
  json_decref(text);
  return code;
}

int tlsmend_lint(const tlsmend_options *options, const tlsmend_lint_request *request, char **out,
                 size_t *findings, tlsmend_error *error) {
  assert(options && request && out && findings);
  *out = NULL;
  *findings = 0;
  lint lint = {.script = session_script_options(options), .files = json_array()};
  lint.script.log = NULL;
  lint.script.workers = worker_pool_new();
  lint.trust = session_trust_folder(options);
  int code = lint.files ? session_library_read(&lint.script, error) : error_no_memory(error);
  if (code == TLSMEND_OK)
    code = script_tool_open(&lint.script, NULL, &lint.tool, error);
  if (code == TLSMEND_OK)
    code = call(lint.tool, "lint.check", "machines", NULL, &lint.machines, error);
  for (size_t i = 0; code == TLSMEND_OK && i < request->file_count; i++)
    code = lint_file(&lint, request->files[i], error);
  if (code == TLSMEND_OK)
    code = render(&lint, request->format, out, error);
  *findings = lint.findings;
  json_decref(lint.machines);
  json_decref(lint.files);
  script_tool_close(lint.tool);
  worker_pool_free(lint.script.workers);
  session_library_clear(&lint.script);
  return code;
}
