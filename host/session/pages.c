/* One page of many files: plans, reports and states that were brought together from many machines. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/error.h"
#include "os/os.h"
#include "plan/plan.h"
#include "render/html.h"
#include "render/language.h"
#include "render/page.h"
#include "script/script.h"
#include "session/runs/report.h"

enum { FILE_MOST = 64 * 1024 * 1024 };

typedef struct page_source {
  json_t *json;
  char sha256[65];
} page_source;

/* Only what this program writes; which of it is for the page to say. */
static bool is_ours(const json_t *json) {
  static const char *const schemas[] = {PLAN_SCHEMA, REPORT_SCHEMA, STATUS_SCHEMA};
  for (size_t i = 0; i < sizeof schemas / sizeof schemas[0]; i++)
    if (strcmp(json_text(json, "schema"), schemas[i]) == 0)
      return true;
  return false;
}

static int read_source(const char *path, page_source *out, tlsmend_error *error) {
  char *text = NULL;
  size_t size = 0;
  json_error_t where;
  tlsmend_error inner = {0, ""};
  int code = os_file_read(path, FILE_MOST, &text, &size, &inner);
  if (code == TLSMEND_E_ABSENT)
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "there is no file %s", path);
  if (code != TLSMEND_OK)
    return tlsmend_error_set(error, TLSMEND_E_PLAN, "%s", inner.text);
  out->json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);
  digest_sha256(text, size, out->sha256);
  free(text);
  if (!out->json)
    return tlsmend_error_set(error, TLSMEND_E_PLAN, "%s, line %d: %s", path, where.line, where.text);
  if (!is_ours(out->json))
    return tlsmend_error_set(error, TLSMEND_E_PLAN,
                             "%s is not a plan, report or status of this tlsmend (--format json writes them)",
                             path);
  return TLSMEND_OK;
}

int tlsmend_page(const char *const *files, size_t count, char **out, tlsmend_error *error) {
  return tlsmend_page_in(files, count, NULL, out, error);
}

int tlsmend_page_in(const char *const *files, size_t count, const char *name, char **out,
                    tlsmend_error *error) {
  assert(files && out && count);
  language *language = NULL;
  *out = NULL;
  page_source *sources = calloc(count, sizeof *sources);
  page_document *documents = calloc(count, sizeof *documents);
  int code = sources && documents ? TLSMEND_OK : error_no_memory(error);
  for (size_t i = 0; code == TLSMEND_OK && i < count; i++) {
    code = read_source(files[i], &sources[i], error);
    bool plan = strncmp(json_text(sources[i].json, "schema"), "tlsmend-plan/", 13) == 0;
    documents[i] = (page_document){sources[i].json, files[i], plan ? sources[i].sha256 : NULL};
  }
  if (code == TLSMEND_OK)
    code = script_language_open(NULL, name, &language, error);
  if (code == TLSMEND_OK)
    code = page_render(&(page_set){documents, count, language}, out, error);
  language_close(language);
  for (size_t i = 0; sources && i < count; i++)
    json_decref(sources[i].json);
  free(documents);
  free(sources);
  return code;
}
