/*
 * JUnit, the subset that readers agree on: testsuites, testsuite, testcase, failure, skipped. classname and name together are
 * unique, totals add up, characters that XML 1.0 has not are spelled out.
 */
#include <stdlib.h>
#include <string.h>

#include "render/format_common.h"
#include "render/formats.h"

typedef struct suite {
  text_builder cases;
  size_t tests, failures, skipped;
} suite;

static void open_case(suite *self, const char *runbook, const char *name) {
  self->tests++;
  text_add(&self->cases, "    <testcase classname=\"tlsmend.");
  /* what HTML needs escaped is what XML needs escaped */
  html_text(&self->cases, *runbook ? runbook : "plan");
  text_add(&self->cases, "\" name=\"");
  html_text(&self->cases, name);
  text_add(&self->cases, "\" time=\"0\"");
}

static void close_case(suite *self, const char *outcome, const char *type, const char *message) {
  if (!outcome) {
    text_add(&self->cases, "/>\n");
    return;
  }
  text_add(&self->cases, ">\n      <%s message=\"", outcome);
  html_text(&self->cases, message);
  text_add(&self->cases, "\"");
  if (type)
    text_add(&self->cases, " type=\"%s\"", type);
  text_add(&self->cases, "/>\n    </testcase>\n");
}

/* Takes the name over. */
static void add_change(suite *self, const json_t *change, char *name) {
  char *demand = change_demand(change);
  bool open = change_is_open(change);
  open_case(self, json_text(change, "runbook"), name ? name : "?");
  close_case(self, open ? "failure" : NULL, "tlsmend.change",
             *json_text(change, "note") ? json_text(change, "note")
             : demand                   ? demand
                                        : "?");
  self->failures += open;
  free(name);
  free(demand);
}

static void add_rest(suite *self, const json_t *plan) {
  size_t index;
  json_t *item;
  bool changes = json_array_size(json_object_get(plan, "changes")) > 0;
  json_array_foreach(json_object_get(plan, "runbooks"), index, item) {
    bool applies = !json_is_false(json_object_get(item, "applies"));
    if (changes)
      continue;
    open_case(self, json_text(item, "id"), "nothing is to be done");
    close_case(self, applies ? NULL : "skipped", NULL, "does not apply here");
    self->skipped += !applies;
  }
  json_array_foreach(json_object_get(plan, "unknowns"), index, item) {
    const char *text = json_string_value(item);
    open_case(self, "unknown", text ? text : "?");
    close_case(self, "skipped", NULL, "the machine cannot tell");
    self->skipped++;
  }
}

int junit_from_plan(const json_t *plan, char **out, tlsmend_error *error) {
  suite suite = {.tests = 0};
  size_t index;
  json_t *change;
  char *cases = NULL;
  const json_t *machine = json_object_get(plan, "machine");
  const char *time = *json_text(plan, "begun") ? json_text(plan, "begun") : json_text(plan, "created");
  bool *again = changes_again(json_object_get(plan, "changes"));
  json_array_foreach(json_object_get(plan, "changes"), index, change)
      add_change(&suite, change, change_address(change, index, again));
  free(again);
  add_rest(&suite, plan);
  *out = NULL;
  int code = text_finish(&suite.cases, &cases, error);
  text_builder text = {0};
  if (code != TLSMEND_OK)
    return code;
  text_add(&text,
           "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<testsuites name=\"tlsmend\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" "
           "time=\"0\">\n  <testsuite name=\"",
           suite.tests, suite.failures, suite.skipped);
  html_text(&text,
            *json_text(machine, "computer") ? json_text(machine, "computer") : json_text(machine, "spec"));
  text_add(&text,
           "\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" time=\"0\" "
           "timestamp=\"%.19s\">\n%s  </testsuite>\n</testsuites>\n",
           suite.tests, suite.failures, suite.skipped, *time ? time : "1970-01-01T00:00:00", cases);
  free(cases);
  return text_finish(&text, out, error);
}
