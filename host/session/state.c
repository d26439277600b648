/*
 * The effective TLS state of a machine. What is read and what it means is Lua (host/lua/state/state.lua); it runs on an
 * overlay that is thrown away, so that nothing can be written whatever it does.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "machine/machine.h"
#include "machine/overlay.h"
#include "script/host_lua.h"
#include "session/output.h"
#include "session/policy/group_policy.h"
#include "session/session.h"

typedef struct render_look {
  tlsmend_format format;
  const language *language; /* NULL: English */
} render_look;

static tlsmend_verdict verdict_of(const json_t *state) {
  const char *result = json_string_value(json_object_get(state, "result"));
  if (result && strcmp(result, "compliant") == 0)
    return TLSMEND_VERDICT_COMPLIANT;
  return result && strcmp(result, "not-compliant") == 0 ? TLSMEND_VERDICT_NOT_COMPLIANT
                                                        : TLSMEND_VERDICT_UNKNOWN;
}

static int read_state(tlsmend_session *self, script_tool *tool, json_t **out, tlsmend_error *error) {
  json_t *about = json_pack("{s:s}", "spec", self->spec);
  script_tool_call call = {"state.state", "read", about};
  int code = about ? script_tool_run(tool, &call, out, error) : error_no_memory(error);
  json_decref(about);
  return code;
}

/* Adds what policy files make of the values that the state rests on. */
static int add_policy(const tlsmend_session *self, const plan_reads *reads, json_t *state,
                      tlsmend_error *error) {
  json_t *values = NULL;
  int code = session_policy_values(self, reads, &values, error);
  if (code == TLSMEND_OK && json_object_set(state, "policy_values", values) != 0)
    code = error_no_memory(error);
  json_decref(values);
  return code;
}

/* Adds what the report will say, translated, to the state: the matching of texts is not Lua's. */
static int translate(script_tool *tool, const language *language, json_t *state, tlsmend_error *error) {
  json_t *list = NULL, *item, *texts = json_object();
  size_t index;
  script_tool_call call = {"state.page", "texts", state};
  int code = script_tool_run(tool, &call, &list, error);
  json_array_foreach(list, index, item) {
    const char *english = json_string_value(item);
    if (json_object_set_new(texts, english, json_string(language_text(language, english))) != 0)
      code = error_no_memory(error);
  }
  json_decref(list);
  json_object_set_new(state, "said",
                      json_pack("{s:s, s:o}", "language", language_name(language), "texts", texts));
  return code;
}

static int render(script_tool *tool, const render_look *look, json_t *state, char **out,
                  tlsmend_error *error) {
  json_t *text = NULL;
  tlsmend_format format = look->format;
  if (format == TLSMEND_FORMAT_JSON)
    return session_dump(json_incref(state), out, error);
  int translated = look->language ? translate(tool, look->language, state, error) : TLSMEND_OK;
  if (translated != TLSMEND_OK)
    return translated;
  bool page = format == TLSMEND_FORMAT_HTML;
  script_tool_call call = {page ? "state.page" : "state.report", page ? "html" : "text", state};
  int code = script_tool_run(tool, &call, &text, error);
  if (code == TLSMEND_OK && !(*out = strdup(json_string_value(text))))
    code = error_no_memory(error);
  json_decref(text);
  return code;
}

int tlsmend_state(tlsmend_session *self, tlsmend_format format, char **out, tlsmend_verdict *verdict,
                  tlsmend_error *error) {
  assert(self && out && verdict);
  *out = NULL;
  *verdict = TLSMEND_VERDICT_UNKNOWN;
  tlsmend_machine *overlay = NULL;
  script_tool *tool = NULL;
  json_t *state = NULL;
  script_options quiet = self->script;
  quiet.log = NULL;
  tlsmend_plan *scratch = plan_new();
  int code = scratch ? overlay_open(self->machine, scratch, &overlay, error) : error_no_memory(error);
  if (code == TLSMEND_OK)
    code = script_tool_open(&quiet, overlay, &tool, error);
  if (code == TLSMEND_OK)
    code = read_state(self, tool, &state, error);
  if (code == TLSMEND_OK)
    code = add_policy(self, &scratch->reads, state, error);
  if (code == TLSMEND_OK)
    code = render(tool, &(render_look){format, self->language}, state, out, error);
  if (code == TLSMEND_OK)
    *verdict = verdict_of(state);
  json_decref(state);
  script_tool_close(tool);
  machine_close(overlay);
  tlsmend_plan_free(scratch);
  return code;
}
