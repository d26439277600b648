/* What keeps a run that nobody confirms: runbooks whose verify looks at an effect, if all of them do. */
#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static json_t *told(const plan_runbook *runbook) {
  text_builder text = {0};
  char *line = NULL;
  text_add(&text, "%s: ", runbook->id);
  for (size_t i = 0; i < runbook->effect.count; i++)
    text_add(&text, "%s%s", i ? ", " : "", runbook->effect.items[i]);
  json_t *out = text_finish(&text, &line, NULL) == TLSMEND_OK ? json_string(line) : NULL;
  free(line);
  return out;
}

json_t *plan_keepers(const tlsmend_plan *plan) {
  json_t *out = json_array();
  bool all = true;
  for (size_t i = 0; all && i < plan->runbook_count; i++) {
    const plan_runbook *runbook = &plan->runbooks[i];
    if (runbook->applies)
      all = runbook->effect.count && json_array_append_new(out, told(runbook)) == 0;
  }
  if (all && json_array_size(out))
    return out;
  json_decref(out);
  return NULL;
}

int tlsmend_plan_keepers(const tlsmend_plan *plan, char **out, tlsmend_error *error) {
  text_builder text = {0};
  json_t *keepers = plan_keepers(plan);
  *out = NULL;
  for (size_t i = 0; i < json_array_size(keepers); i++)
    text_add(&text, "%s%s", i ? "; " : "", json_string_value(json_array_get(keepers, i)));
  int code = keepers ? text_finish(&text, out, error) : TLSMEND_OK;
  json_decref(keepers);
  return code;
}
