/* A look at a machine, opened, asked and closed. */
#include "session/state/look.h"

#include "base/error.h"
#include "machine/overlay.h"

int look_open(tlsmend_session *session, look *out, tlsmend_error *error) {
  script_options quiet = session->script;
  quiet.log = NULL;
  *out = (look){.scratch = plan_new()};
  int code = out->scratch ? overlay_open(session->machine, out->scratch, &out->overlay, error)
                          : error_no_memory(error);
  return code == TLSMEND_OK ? script_tool_open(&quiet, out->overlay, &out->tool, error) : code;
}

void look_close(look *self) {
  script_tool_close(self->tool);
  machine_close(self->overlay);
  tlsmend_plan_free(self->scratch);
}

int look_ask(look *self, const char *module, const char *function, json_t *argument, json_t **out,
             tlsmend_error *error) {
  script_tool_call call = {module, function, argument};
  *out = NULL;
  int code = argument ? script_tool_run(self->tool, &call, out, error) : error_no_memory(error);
  json_decref(argument);
  const char *usage = json_string_value(json_object_get(*out, "usage"));
  if (code != TLSMEND_OK || !usage)
    return code;
  code = tlsmend_error_set(error, TLSMEND_E_USAGE, "%s", usage);
  json_decref(*out);
  *out = NULL;
  return code;
}
