/* What a run says of itself when it ends, written and read. */
#include "commit/journal_summary.h"

#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "plan/plan.h"

static const char *const result_names[] = {"open", "done", "undone", "left"};

bool journal_result_of(const char *name, run_result *out) {
  for (int i = RUN_OPEN; name && i <= RUN_LEFT; i++)
    if (strcmp(name, result_names[i]) == 0) {
      *out = (run_result)i;
      return true;
    }
  return false;
}

const char *journal_result_name(run_result result) { return result_names[result]; }

static size_t count(const journal *self, step_state state, step_state other) {
  size_t out = 0;
  for (size_t i = 0; i < self->plan->change_count; i++)
    out += self->steps[i].state == state || self->steps[i].state == other;
  return out;
}

/* The formats stand in it because a newer tlsmend may end a run with a plan that this one does not know: such a journal is to be read
 * whole, which says so. */
json_t *journal_summary_member(const journal *self) {
  json_t *runbooks = json_array();
  for (size_t i = 0; i < self->plan->runbook_count; i++)
    json_array_append_new(runbooks, json_string(self->plan->runbooks[i].id));
  return json_pack("{s:s, s:s, s:I, s:s, s:s?, s:s?, s:s, s:o, s:I, s:I, s:I}", "schema", JOURNAL_SCHEMA,
                   "plan_schema", PLAN_SCHEMA, "before", (json_int_t)self->size, "run", self->run, "machine",
                   self->machine, "plan", self->plan->id, "begun", self->begun, "runbooks", runbooks, "steps",
                   (json_int_t)self->plan->change_count, "done",
                   (json_int_t)count(self, STEP_DONE, STEP_DONE), "told",
                   (json_int_t)count(self, STEP_LEFT, STEP_INTENDED));
}

static bool text(const json_t *from, const char *member, const char **out) {
  *out = json_string_value(json_object_get(from, member));
  return *out;
}

static bool number(const json_t *from, const char *member, uint64_t *out) {
  const json_t *value = json_object_get(from, member);
  *out = (uint64_t)json_integer_value(value);
  return json_is_integer(value) && json_integer_value(value) >= 0;
}

static bool amount(const json_t *from, const char *member, size_t *out) {
  uint64_t value;
  bool is = number(from, member, &value) && value <= SIZE_MAX;
  *out = is ? (size_t)value : 0;
  return is;
}

static bool texts(const json_t *list) {
  size_t index;
  json_t *item;
  json_array_foreach((json_t *)(uintptr_t)list, index, item) if (!json_is_string(item)) return false;
  return json_is_array(list);
}

static bool is(const json_t *from, const char *member, const char *expected) {
  const char *found;
  return text(from, member, &found) && strcmp(found, expected) == 0;
}

bool journal_summary_take(json_t *record, journal_summary *out) {
  const json_t *from = json_object_get(record, "summary");
  const char *result;
  *out = (journal_summary){.record = record};
  text(from, "plan", &out->plan);
  out->runbooks = json_object_get(from, "runbooks");
  if (is(from, "schema", JOURNAL_SCHEMA) && is(from, "plan_schema", PLAN_SCHEMA) &&
      text(from, "run", &out->run) && text(from, "machine", &out->machine) &&
      text(from, "begun", &out->begun) && texts(out->runbooks) && amount(from, "steps", &out->steps) &&
      amount(from, "done", &out->done) && amount(from, "told", &out->told) &&
      number(from, "before", &out->before) && text(record, "result", &result) &&
      journal_result_of(result, &out->result))
    return true;
  journal_summary_clear(out);
  return false;
}

int journal_summary_of(const journal *self, journal_summary *out, tlsmend_error *error) {
  json_t *record = json_pack("{s:s, s:o}", "result", journal_result_name(self->result), "summary",
                             journal_summary_member(self));
  if (record && journal_summary_take(record, out))
    return TLSMEND_OK;
  *out = (journal_summary){0};
  return error_no_memory(error);
}

void journal_summary_clear(journal_summary *self) {
  json_decref(self->record);
  *self = (journal_summary){0};
}
