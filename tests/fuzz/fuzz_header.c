/* libFuzzer target: any JSON is the declaration of a runbook in another process. What is taken is what it says, and needs are made of it. */
#include "fuzz/fuzz.h"

#include "script/declared/declared.h"
#include "script/declared/header_json.h"

/* The values that a process like that is sent arrive as they were. */
static void check_values(declared_runbook *runbook) {
  MUST(declared_begin(runbook, NULL));
  MUST(runbook->needs.registry_count == runbook->header.needs.registry.count);
  json_t *values = declared_values_to_json(runbook);
  MUST(declared_values_from_json(runbook, values));
  json_t *again = declared_values_to_json(runbook);
  MUST(json_equal(values, again));
  json_decref(values);
  json_decref(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  declared_runbook runbook = {0};
  tlsmend_error error = {0};
  json_t *json = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
  int code = header_from_json(json, &runbook.header, &error);
  fuzz_judge(code, &error);
  MUST(code == TLSMEND_OK || code == TLSMEND_E_SCRIPT);
  if (code == TLSMEND_OK) {
    json_t *again = header_declared_to_json(&runbook.header);
    MUST(json_equal(json, again));
    json_decref(again);
    check_values(&runbook);
  }
  declared_clear(&runbook);
  json_decref(json);
  return 0;
}
