/* Saved plans: rendering and reading them. What a plan says is plan/plan_json.c's; here are files and formats. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/error.h"
#include "os/os.h"
#include "render/plan_text.h"
#include "plan/plan.h"
#include "render/plan_text.h"
#include "script/script.h"
#include "session/output.h"

enum { PLAN_MOST = 64 * 1024 * 1024 };

/* The digest of the file that the plan was read from, or would be written to. */
static void digest_of(const tlsmend_plan *plan, char out[65]) {
  char *text = NULL;
  out[0] = 0;
  if (plan->origin)
    memcpy(out, plan->origin->sha256, 65);
  if (plan->origin || session_dump(plan_to_json(plan), &text, NULL) != TLSMEND_OK)
    return;
  digest_sha256(text, strlen(text), out);
  free(text);
}

static int print_in(const tlsmend_plan *plan, const char *name, char **out, tlsmend_error *error) {
  language *language = NULL;
  int code = script_language_open(NULL, name, &language, error);
  if (code == TLSMEND_OK)
    code = plan_print(plan, language, out, error);
  language_close(language);
  return code;
}

int tlsmend_plan_render(const tlsmend_plan *plan, tlsmend_format format, char **out, tlsmend_error *error) {
  return tlsmend_plan_render_in(plan, format, NULL, out, error);
}

int tlsmend_plan_render_in(const tlsmend_plan *plan, tlsmend_format format, const char *language, char **out,
                           tlsmend_error *error) {
  char sha256[65];
  *out = NULL;
  if (format == TLSMEND_FORMAT_TEXT)
    return print_in(plan, language, out, error);
  if (format == TLSMEND_FORMAT_JSON)
    return session_dump(plan_to_json(plan), out, error);
  digest_of(plan, sha256);
  json_t *json = plan_to_json(plan);
  if (json && plan->origin)
    json_object_set_new(json, "approval", plan_origin_to_json(plan->origin));
  return session_write(json, &(session_look){format, language, sha256}, out, error);
}

/* Reads the text of a plan: one spelling, so that what was looked at and signed is what is applied. */
static int read_plan(const char *text, size_t size, tlsmend_plan **out, tlsmend_error *error) {
  json_error_t where;
  char *again = NULL;
  json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);
  if (!json)
    return tlsmend_error_set(error, TLSMEND_E_PLAN, "line %d: not a whole plan: %s", where.line, where.text);
  int code = plan_from_json(json, out, error);
  json_decref(json);
  if (code == TLSMEND_OK)
    code = tlsmend_plan_render(*out, TLSMEND_FORMAT_JSON, &again, error);
  if (code == TLSMEND_OK && (strlen(again) != size || memcmp(again, text, size) != 0))
    code = tlsmend_error_set(
        error, TLSMEND_E_PLAN,
        "the plan is not as tlsmend writes it: it was edited, or changed on its way. Plan again");
  free(again);
  if (code == TLSMEND_OK)
    return code;
  tlsmend_plan_free(*out);
  *out = NULL;
  return code;
}

int tlsmend_plan_load(const char *path, tlsmend_plan **out, tlsmend_error *error) {
  assert(path && out);
  char *text = NULL;
  size_t size = 0;
  tlsmend_error inner = {0, ""};
  *out = NULL;
  int code = os_file_read(path, PLAN_MOST, &text, &size, &inner);
  if (code == TLSMEND_E_ABSENT)
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "there is no plan %s", path);
  if (code != TLSMEND_OK)
    return tlsmend_error_set(error, TLSMEND_E_PLAN, "%s", inner.text);
  code = read_plan(text, size, out, &inner);
  if (code == TLSMEND_OK && !((*out)->origin = plan_origin_new(path, text, size))) {
    tlsmend_plan_free(*out);
    *out = NULL;
    code = error_no_memory(&inner);
  }
  if (code == TLSMEND_OK)
    return code;
  free(text);
  return tlsmend_error_set(error, code, "%s: %s", path, inner.text);
}
