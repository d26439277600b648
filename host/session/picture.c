/*
 * What the model says of a machine before a plan and after it: asked on overlays that are thrown away, once over the machine and once
 * over the machine with the plan's changes.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "machine/machine.h"
#include "machine/overlay.h"
#include "script/host_lua.h"
#include "session/session.h"

static int ask(const tlsmend_session *self, tlsmend_machine *machine, json_t **out, tlsmend_error *error) {
  script_options quiet = self->script;
  script_tool *tool = NULL;
  script_tool_call call = {"state.picture", "read", NULL};
  quiet.log = NULL;
  int code = script_tool_open(&quiet, machine, &tool, error);
  if (code == TLSMEND_OK)
    code = script_tool_run(tool, &call, out, error);
  script_tool_close(tool);
  return code;
}

/* The plan's changes once more, on an overlay that makes no plan of them. */
static int look_after(const tlsmend_session *self, const tlsmend_plan *plan, size_t changes, json_t **out,
                      tlsmend_error *error) {
  tlsmend_machine *overlay = NULL;
  tlsmend_outcome outcome;
  int code = overlay_open(self->machine, NULL, &overlay, error);
  for (size_t i = 0; code == TLSMEND_OK && i < changes; i++)
    code = machine_apply(overlay, &plan->changes[i], &outcome, error);
  if (code == TLSMEND_OK)
    code = ask(self, overlay, out, error);
  machine_close(overlay);
  return code;
}

/* A secret that a runbook has written where the model looks would stand in its reasons. */
static bool tells_secret(const tlsmend_session *self, const json_t *picture) {
  char *text = self->hidden.count ? json_dumps(picture, JSON_COMPACT) : NULL;
  char *masked = text ? secrets_mask(&self->hidden, text) : NULL;
  bool tells = self->hidden.count && (!masked || strcmp(text, masked) != 0);
  free(masked);
  free(text);
  return tells;
}

int tlsmend_plan_picture(tlsmend_session *self, tlsmend_plan *plan, tlsmend_error *error) {
  assert(self && plan);
  json_t *before = NULL, *after = NULL;
  int code = look_after(self, plan, 0, &before, error);
  if (code == TLSMEND_OK)
    code = look_after(self, plan, plan->change_count, &after, error);
  json_t *picture = code == TLSMEND_OK ? json_pack("{s:O, s:O}", "before", before, "after", after) : NULL;
  if (code == TLSMEND_OK && !picture)
    code = error_no_memory(error);
  if (picture && !tells_secret(self, picture)) {
    json_decref(plan->picture);
    plan->picture = json_incref(picture);
  }
  json_decref(picture);
  json_decref(before);
  json_decref(after);
  return code;
}
