/* Values and needs of a runbook, made from its header. */
#include "script/declared/declared.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "script/declared/param.h"

/* What is declared of packages, and beside it the stand-ins of the bench. */
static bool lend_packages(declared_runbook *self, const char *stand_in) {
  const name_list *packages = &self->header.needs.packages;
  guard_needs *out = &self->needs;
  out->packages = (const char *const *)packages->items;
  out->package_count = packages->count;
  if (packages->count == 0 || !stand_in)
    return true;
  self->packages = calloc(packages->count + 1, sizeof *self->packages);
  if (!self->packages)
    return false;
  memcpy(self->packages, packages->items, packages->count * sizeof *packages->items);
  self->packages[out->package_count++] = stand_in;
  out->packages = self->packages;
  return true;
}

/* What the guard is made of. */
static void lend_needs(declared_runbook *self) {
  const runbook_header *header = &self->header;
  const declared_needs *needs = &header->needs;
#define LIST(from, to, number) .to = (const char *const *)needs->from.items, .number = needs->from.count
  self->needs = (guard_needs){.runbook = header->id,
                              LIST(registry, registry, registry_count),
                              LIST(reads, reads, read_count),
                              LIST(updates, updates, update_count),
                              LIST(files, files, file_count),
                              LIST(probes, probes, probe_count),
                              LIST(modules, modules, module_count),
                              .any_probe = needs->any_probe,
                              .reboot = needs->reboot};
#undef LIST
}

/* What the operator says of a parameter of type path, or NULL. The default is the author's word, whoever repeats it: it must be
 * declared. */
static const char *operators_path(const declared_runbook *self, size_t index) {
  const declared_param *param = &self->header.params[index];
  const param_value *value = &self->values[index];
  return param->type == PARAM_TYPE_PATH && !param_value_equal(value, &param->fallback) ? value->text : NULL;
}

/* What the operator has named by parameters of type path. */
static void lend_given(declared_runbook *self) {
  guard_needs *needs = &self->needs;
  needs->given_count = 0;
  for (size_t i = 0; i < self->header.param_count; i++) {
    const char *path = operators_path(self, i);
    if (path)
      self->given[needs->given_count++] = path;
  }
  needs->given = self->given;
}

bool declared_begin(declared_runbook *self, const char *stand_in) {
  size_t count = self->header.param_count;
  self->values = calloc(count + 1, sizeof *self->values);
  self->given = calloc(count + 1, sizeof *self->given);
  lend_needs(self);
  if (!self->values || !self->given || !lend_packages(self, stand_in))
    return false;
  lend_given(self);
  return true;
}

void declared_clear(declared_runbook *self) {
  for (size_t i = 0; self->values && i < self->header.param_count; i++)
    param_value_clear(&self->values[i]);
  header_clear(&self->header);
  free(self->values);
  free(self->packages);
  free(self->given);
  *self = (declared_runbook){0};
}

/* Takes the value over. */
static void set_value(declared_runbook *self, const declared_param *param, param_value *value) {
  param_value *given = &self->values[param - self->header.params];
  param_value_clear(given);
  *given = *value;
  lend_given(self);
}

int declared_parse(declared_runbook *self, const char *name, const char *text, tlsmend_error *error) {
  const declared_param *param = header_param(&self->header, name);
  param_value value;
  if (!param)
    return tlsmend_error_set(error, TLSMEND_E_ABSENT,
                             "%s has no parameter '%s'; `tlsmend show %s` lists what it has", self->header.id,
                             name, self->header.id);
  int code = param_parse(param, text, &value, error);
  if (code == TLSMEND_OK)
    set_value(self, param, &value);
  return code;
}

int declared_put(declared_runbook *self, const char *name, const param_value *value, tlsmend_error *error) {
  const declared_param *param = header_param(&self->header, name);
  param_value copy;
  if (param && param_value_equal(value, &param->fallback))
    return TLSMEND_OK;
  if (!param || !param_is(param, value))
    return tlsmend_error_set(error, TLSMEND_E_PLAN,
                             "%s has no parameter '%s' that may be what the plan holds: plan again",
                             self->header.id, name);
  if (!param_value_copy(&copy, value))
    return error_no_memory(error);
  set_value(self, param, &copy);
  return TLSMEND_OK;
}

const param_value *declared_value(const declared_runbook *self, size_t index) {
  const param_value *given = &self->values[index];
  return given->kind != PARAM_NONE ? given : &self->header.params[index].fallback;
}

json_t *declared_values_to_json(const declared_runbook *self) {
  json_t *out = json_array();
  for (size_t i = 0; out && i < self->header.param_count; i++)
    if (json_array_append_new(out, param_value_to_json(declared_value(self, i))) != 0) {
      json_decref(out);
      out = NULL;
    }
  return out;
}

/* A value may be none only where nothing is declared instead. */
static bool take_value(declared_runbook *self, size_t index, const json_t *json) {
  const declared_param *param = &self->header.params[index];
  param_value value = {0};
  if (json_is_null(json))
    return param->fallback.kind == PARAM_NONE;
  if (!param_from_json(param->type, json, &value))
    return false;
  if (!param_allowed(param, &value)) {
    param_value_clear(&value);
    return false;
  }
  set_value(self, param, &value);
  return true;
}

bool declared_values_from_json(declared_runbook *self, const json_t *json) {
  bool good = json_is_array(json) && json_array_size(json) == self->header.param_count;
  for (size_t i = 0; good && i < self->header.param_count; i++)
    good = take_value(self, i, json_array_get(json, i));
  return good;
}
