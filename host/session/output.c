/* Texts for the caller: JSON, and the formats that are made of it. */
#include "session/output.h"

#include <stdlib.h>

#include "base/error.h"
#include "render/formats.h"
#include "render/language.h"
#include "render/page.h"
#include "script/script.h"

int session_dump(json_t *json, char **out, tlsmend_error *error) {
  char *bytes = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
  json_decref(json);
  *out = NULL;
  if (!bytes)
    return error_no_memory(error);
  text_builder text = {0};
  text_append(&text, bytes);
  text_append(&text, "\n");
  free(bytes);
  return text_finish(&text, out, error);
}

static int write_page(const json_t *json, const session_look *look, char **out, tlsmend_error *error) {
  page_document document = {.json = json, .sha256 = look->sha256};
  language *language = NULL;
  int code = script_language_open(NULL, look->language, &language, error);
  if (code == TLSMEND_OK)
    code = page_render(&(page_set){&document, 1, language}, out, error);
  language_close(language);
  return code;
}

int session_write(json_t *json, const session_look *look, char **out, tlsmend_error *error) {
  *out = NULL;
  int code = TLSMEND_OK;
  switch (look->format) {
  case TLSMEND_FORMAT_HTML:
    code = write_page(json, look, out, error);
    break;
  case TLSMEND_FORMAT_TERRAFORM:
    code = session_dump(terraform_from_plan(json), out, error);
    break;
  case TLSMEND_FORMAT_SARIF:
    code = session_dump(sarif_from_plan(json), out, error);
    break;
  case TLSMEND_FORMAT_JUNIT:
    code = junit_from_plan(json, out, error);
    break;
  case TLSMEND_FORMAT_TEXT:
  case TLSMEND_FORMAT_JSON:
    return session_dump(json, out, error);
  }
  json_decref(json);
  return code;
}
