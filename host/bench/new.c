/*
 * `tlsmend new`: writes the files of a new runbook. What stands in them is said by host/lua/bench/template.lua; this
 * checks the name, looks that nothing is in the way, and writes.
 */
#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "os/os.h"
#include "script/host_lua.h"
#include "session/options.h"
#include "session/output.h"

#define NEW_SCHEMA "tlsmend-new/1"
enum { ID_MOST = 63 };

static bool is_id(const char *id) {
  if (!islower((unsigned char)*id) && !isdigit((unsigned char)*id))
    return false;
  size_t length = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-");
  return !id[length] && length <= ID_MOST;
}

/* Splits "site/my-runbook.lua" into the folder (malloc'd, "." without one) and the id (malloc'd). */
static int split(const char *path, char **folder, char **id, tlsmend_error *error) {
  const char *name = path;
  for (const char *at = path; *at; at++)
    if (*at == '/' || *at == '\\')
      name = at + 1;
  *folder = name == path ? strdup(".") : strdup(path);
  *id = strdup(name);
  if (!*folder || !*id)
    return error_no_memory(error);
  if (name != path)
    (*folder)[name - path] = 0;
  size_t length = strlen(*id);
  if (length > 4 && strcmp(*id + length - 4, ".lua") == 0)
    (*id)[length - 4] = 0;
  if (!is_id(*id))
    return tlsmend_error_set(
        error, TLSMEND_E_USAGE,
        "'%s' cannot be the id of a runbook: lower-case letters, digits and '-', such as "
        "my-runbook",
        *id);
  if (!os_dir_exists(*folder))
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "there is no folder %s; make it first", *folder);
  return TLSMEND_OK;
}

static int find_files(const tlsmend_options *options, const char *id, json_t **out, tlsmend_error *error) {
  script_options script = session_script_options(options);
  script_tool *tool = NULL;
  json_t *argument = json_string(id);
  script_tool_call call = {"bench.template", "files", argument};
  int code = argument ? session_library_read(&script, error) : error_no_memory(error);
  if (code == TLSMEND_OK)
    code = script_tool_open(&script, NULL, &tool, error);
  if (code == TLSMEND_OK)
    code = script_tool_run(tool, &call, out, error);
  script_tool_close(tool);
  session_library_clear(&script);
  json_decref(argument);
  return code;
}

/* The path of a file below the folder; malloc'd. */
static char *path_of(const char *folder, const json_t *file) {
  const char *name = json_string_value(json_object_get(file, "name"));
  return strcmp(folder, ".") == 0 ? strdup(name) : os_path_join(folder, name);
}

static int look(const char *folder, const json_t *file, tlsmend_error *error) {
  char *path = path_of(folder, file);
  int code = path ? TLSMEND_OK : error_no_memory(error);
  if (code == TLSMEND_OK && os_file_exists(path))
    code = tlsmend_error_set(error, TLSMEND_E_REFUSED,
                             "%s is there already and is not overwritten; take another id or move it away",
                             path);
  free(path);
  return code;
}

static int write_file(const char *folder, const json_t *file, json_t *written, tlsmend_error *error) {
  char *path = path_of(folder, file), *parent = path ? strdup(path) : NULL;
  int code = parent ? TLSMEND_OK : error_no_memory(error);
  const json_t *text = json_object_get(file, "text");
  if (code == TLSMEND_OK && strchr(json_string_value(json_object_get(file, "name")), '/')) {
    parent[strlen(path) - strlen(strrchr(json_string_value(json_object_get(file, "name")), '/'))] = 0;
    code = os_dir_make_plain(parent, error);
  }
  if (code == TLSMEND_OK)
    code = os_file_replace(path, json_string_value(text), json_string_length(text), error);
  if (code == TLSMEND_OK)
    json_array_append_new(written, json_string(path));
  free(path);
  free(parent);
  return code;
}

static int render(json_t *written, tlsmend_format format, char **out, tlsmend_error *error) {
  if (format == TLSMEND_FORMAT_JSON)
    return session_dump(
        json_pack("{s:s, s:O, s:s}", "schema", NEW_SCHEMA, "files", written, "result", "done"), out, error);
  text_builder text = {0};
  for (size_t i = 0; i < json_array_size(written); i++)
    text_add(&text, "%s\n", json_string_value(json_array_get(written, i)));
  return text_finish(&text, out, error);
}

int tlsmend_runbook_new(const tlsmend_options *options, const char *path, tlsmend_format format, char **out,
                        tlsmend_error *error) {
  assert(options && path && out);
  char *folder = NULL, *id = NULL;
  json_t *files = NULL, *written = json_array();
  *out = NULL;
  int code = written ? split(path, &folder, &id, error) : error_no_memory(error);
  if (code == TLSMEND_OK)
    code = find_files(options, id, &files, error);
  for (size_t i = 0; code == TLSMEND_OK && i < json_array_size(files); i++)
    code = look(folder, json_array_get(files, i), error);
  for (size_t i = 0; code == TLSMEND_OK && i < json_array_size(files); i++)
    code = write_file(folder, json_array_get(files, i), written, error);
  if (code == TLSMEND_OK)
    code = render(written, format, out, error);
  json_decref(files);
  json_decref(written);
  free(folder);
  free(id);
  return code;
}
