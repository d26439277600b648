/* SARIF 2.1.0 (OASIS): one rule a runbook, one result a change, "open" for what could not be told. */
#include <stdlib.h>
#include <string.h>

#include <tlsmend/tlsmend.h>

#include "render/format_common.h"
#include "render/formats.h"

#define RULE_UNKNOWN   "tlsmend/unknown"
#define RULE_ATTENTION "tlsmend/attention"

static json_t *rules(const json_t *plan) {
  json_t *out = json_array(), *runbook;
  size_t index;
  json_array_foreach(json_object_get(plan, "runbooks"), index, runbook) {
    json_t *rule = json_pack("{s:s, s:{s:s}}", "id", json_text(runbook, "id"), "shortDescription", "text",
                             json_text(runbook, "title"));
    const char *help = json_string_value(json_array_get(json_object_get(runbook, "references"), 0));
    if (rule && help && strncmp(help, "https://", 8) == 0)
      json_object_set_new(rule, "helpUri", json_string(help));
    json_array_append_new(out, rule);
  }
  json_array_append_new(out, json_pack("{s:s, s:{s:s}}", "id", RULE_UNKNOWN, "shortDescription", "text",
                                       "What the machine could not tell and the plan rests on."));
  json_array_append_new(out, json_pack("{s:s, s:{s:s}}", "id", RULE_ATTENTION, "shortDescription", "text",
                                       "What deserves attention."));
  return out;
}

static json_t *result(const char *rule, const char *kind, const char *level, const char *text) {
  json_t *out = json_pack("{s:s, s:s, s:{s:s}}", "kind", kind, "level", level, "message", "text", text);
  if (out && *rule)
    json_object_set_new(out, "ruleId", json_string(rule));
  return out;
}

/* A change: open in a plan, in a report what became of it. Takes the address over. */
static json_t *change_result(const json_t *change, char *address) {
  char *demand = change_demand(change);
  bool open = change_is_open(change), left = strcmp(json_text(change, "status"), "left") == 0;
  text_builder text = {0};
  char *message = NULL;
  text_add(&text, "%s %s%s", address ? address : "?", demand ? demand : "?", open ? "" : " (done)");
  json_t *out = text_finish(&text, &message, NULL) == TLSMEND_OK
                    ? result(json_text(change, "runbook"), open ? "fail" : "pass",
                             left   ? "error"
                             : open ? "warning"
                                    : "none",
                             message)
                    : NULL;
  if (out) {
    json_object_set_new(out, "locations",
                        json_pack("[{s:[{s:s, s:s}]}]", "logicalLocations", "fullyQualifiedName",
                                  address ? address : "?", "kind", json_text(change, "kind")));
    json_object_set_new(out, "partialFingerprints",
                        json_pack("{s:s}", "tlsmendChange/v1", address ? address : "?"));
  }
  free(message);
  free(address);
  free(demand);
  return out;
}

static void lines(json_t *out, const json_t *list, const char *rule, const char *kind) {
  size_t index;
  json_t *line;
  json_array_foreach(list, index, line) {
    json_array_append_new(
        out, result(rule, kind, "none", json_string_value(line) ? json_string_value(line) : "?"));
  }
}

json_t *sarif_from_plan(const json_t *plan) {
  json_t *results = json_array(), *item;
  size_t index;
  bool *again = changes_again(json_object_get(plan, "changes"));
  json_array_foreach(json_object_get(plan, "changes"), index, item)
      json_array_append_new(results, change_result(item, change_address(item, index, again)));
  free(again);
  json_array_foreach(json_object_get(plan, "runbooks"), index, item) {
    if (!json_array_size(json_object_get(plan, "changes")))
      json_array_append_new(
          results, result(json_text(item, "id"),
                          json_is_false(json_object_get(item, "applies")) ? "notApplicable" : "pass", "none",
                          json_is_false(json_object_get(item, "applies")) ? "does not apply here"
                                                                          : "nothing is to be done"));
  }
  lines(results, json_object_get(plan, "unknowns"), RULE_UNKNOWN, "open");
  lines(results, json_object_get(plan, "findings"), RULE_ATTENTION, "informational");
  return json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:o, s:[{s:b}], s:{s:s}}]}", "$schema",
                   "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs", "tool",
                   "driver", "name", "tlsmend", "semanticVersion", TLSMEND_VERSION, "rules", rules(plan),
                   "results", results, "invocations", "executionSuccessful", *json_text(plan, "failure") == 0,
                   "properties", "machine", json_text(json_object_get(plan, "machine"), "spec"));
}
