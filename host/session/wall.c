/* Which wall there is around strangers' runbooks: a worker is started and asked. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/unicode.h"
#include "os/os.h"
#include "render/say.h"
#include "script/worker/program.h"
#include "script/worker/wall.h"
#include "session/options.h"
#include "session/output.h"

#define VERSION_SCHEMA "tlsmend-version/1"

static int render_json(const char *program, const os_wall *wall, char **out, tlsmend_error *error) {
  json_t *lines = json_array();
  for (size_t i = 0; i < wall->count; i++)
    json_array_append_new(lines, json_string(wall->lines[i]));
  return session_dump(json_pack("{s:s, s:s, s:s, s:o, s:s}", "schema", VERSION_SCHEMA, "version",
                                tlsmend_version(), "program", program, "wall", lines, "result", "done"),
                      out, error);
}

static int render_text(const char *program, const os_wall *wall, const language *language, char **out,
                       tlsmend_error *error) {
  text_builder text = {.language = language};
  text_say(&text, "Runbooks that are not part of tlsmend run in a process of their own, behind this wall:");
  text_add(&text, "\n  program: %s\n", program);
  for (size_t i = 0; i < wall->count; i++)
    text_add(&text, "  %s\n", wall->lines[i]);
  return text_finish(&text, out, error);
}

/* As people know it: the system's own name for the running program says nothing. */
static int name_program(const script_options *options, char **out, tlsmend_error *error) {
  char *path = NULL;
  int code = script_worker_program(options, &path, error);
  if (code == TLSMEND_OK && !(*out = os_path_real(path)))
    code = error_no_memory(error);
  free(path);
  return code;
}

int tlsmend_wall(const tlsmend_options *options, tlsmend_format format, char **out, tlsmend_error *error) {
  assert(options && out);
  *out = NULL;
  script_options script = session_script_options(options);
  language *language = NULL;
  os_wall wall = {.count = 0};
  char *program = NULL;
  int code = session_language(options, &language, error);
  if (code == TLSMEND_OK)
    code = name_program(&script, &program, error);
  if (code == TLSMEND_OK)
    code = script_worker_wall(&script, &wall, error);
  for (size_t i = 0; i < wall.count; i++)
    unicode_plain(wall.lines[i], strlen(wall.lines[i]), "");
  if (code == TLSMEND_OK)
    code = format == TLSMEND_FORMAT_JSON ? render_json(program, &wall, out, error)
                                         : render_text(program, &wall, language, out, error);
  free(program);
  language_close(language);
  return code;
}
