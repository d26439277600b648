/* The parameters of a runbook as JSON, for tests that compare them. */
#ifndef UNIT_SCRIPT_PARAMS_H
#define UNIT_SCRIPT_PARAMS_H

#include "script/script.h"

/* As they will be used: an object of name to value. New reference. */
static inline json_t *params_of(const script_runbook *runbook) {
  const runbook_header *header = script_header(runbook);
  json_t *out = json_object();
  for (size_t i = 0; i < header->param_count; i++)
    json_object_set_new(out, header->params[i].name, param_value_to_json(script_param_at(runbook, i)));
  return out;
}

/* Sets one from JSON, as a plan that is read does. */
static inline int set_param_json(script_runbook *runbook, const char *name, const json_t *json,
                                 tlsmend_error *error) {
  param_value value;
  if (!param_value_from_json(json, &value))
    return TLSMEND_E_PLAN;
  int code = script_param_value(runbook, name, &value, error);
  param_value_clear(&value);
  return code;
}

#endif
