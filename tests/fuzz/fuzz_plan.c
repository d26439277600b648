/*
 * libFuzzer target: any bytes are a saved plan. What is read is written as the same bytes, and every format can be made of it.
 * First byte even: the bytes as they are; odd: as JSON, with a checksum that fits, so that what lies behind it is tried too.
 */
#include "fuzz/fuzz.h"

#include "plan/plan.h"

static void render_all(const tlsmend_plan *plan) {
  for (tlsmend_format format = TLSMEND_FORMAT_TEXT; format <= TLSMEND_FORMAT_SARIF; format++) {
    char *text = NULL;
    tlsmend_error error = {0};
    int code = tlsmend_plan_render(plan, format, &text, &error);
    fuzz_judge(code, &error);
    MUST((code == TLSMEND_OK) == (text != NULL));
    tlsmend_text_free(text);
  }
  MUST(tlsmend_plan_change_count(plan) >= tlsmend_plan_reboot_count(plan));
}

static void load(const void *bytes, size_t size) {
  tlsmend_plan *plan = NULL;
  tlsmend_error error = {0};
  char *again = NULL;
  const char *path = fuzz_file("x.plan", bytes, size);
  int code = tlsmend_plan_load(path, &plan, &error);
  fuzz_judge(code, &error);
  MUST((code == TLSMEND_OK) == (plan != NULL));
  if (!plan)
    return;
  MUST(tlsmend_plan_render(plan, TLSMEND_FORMAT_JSON, &again, &error) == TLSMEND_OK);
  MUST(strlen(again) == size && memcmp(again, bytes, size) == 0);
  tlsmend_text_free(again);
  render_all(plan);
  tlsmend_plan_free(plan);
}

/* A plan that was read is written in one spelling, and that is read as the same plan. */
static void respell(const tlsmend_plan *plan) {
  char *text = NULL;
  tlsmend_error error = {0};
  tlsmend_plan *again = NULL;
  MUST(tlsmend_plan_render(plan, TLSMEND_FORMAT_JSON, &text, &error) == TLSMEND_OK);
  const char *path = fuzz_file("y.plan", text, strlen(text));
  int code = tlsmend_plan_load(path, &again, &error);
  fuzz_judge(code, &error);
  if (code == TLSMEND_OK)
    MUST(plan_same(plan, again));
  tlsmend_plan_free(again);
  tlsmend_text_free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  if (data[0] % 2 == 0) {
    load(data + 1, size - 1);
    return 0;
  }
  json_t *json = json_loadb((const char *)data + 1, size - 1, JSON_REJECT_DUPLICATES, NULL);
  tlsmend_plan *plan = NULL;
  tlsmend_error error = {0};
  fuzz_checksum(json);
  if (json) {
    int code = plan_from_json(json, &plan, &error);
    fuzz_judge(code, &error);
    MUST((code == TLSMEND_OK) == (plan != NULL));
  }
  json_decref(json);
  if (plan) {
    render_all(plan);
    respell(plan);
  }
  tlsmend_plan_free(plan);
  return 0;
}
