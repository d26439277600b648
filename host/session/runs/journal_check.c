/* Whether the journals of a state folder are whole: the chain of each, record by record. Reads only. */
#include <assert.h>
#include <stdlib.h>

#include "base/file_path.h"
#include "base/text.h"
#include "os/os.h"
#include "session/output.h"
#include "session/runs/known.h"

#define JOURNALS_SCHEMA "tlsmend-journals/1"

typedef struct inspection {
  text_builder text;
  json_t *journals;
  size_t damaged;
} inspection;

static void tell_one(inspection *self, const char *path, const char *verdict, const journal *journal,
                     const char *detail) {
  text_add(&self->text, "%-12s %s", verdict, path);
  if (journal)
    text_add(&self->text, ", %zu record%s, head %.16s", journal->lines, text_plural(journal->lines),
             journal->chain);
  if (*detail)
    text_add(&self->text, "\n             %s", detail);
  text_add(&self->text, "\n");
  json_t *json = json_pack("{s:s, s:s, s:s}", "journal", path, "verdict", verdict, "detail", detail);
  if (journal) {
    json_object_set_new(json, "run", json_string(journal->run));
    json_object_set_new(json, "machine", json_string(journal->plan->machine));
    json_object_set_new(json, "records", json_integer((json_int_t)journal->lines));
    json_object_set_new(json, "head", json_string(journal->chain));
  }
  json_array_append_new(self->journals, json);
}

static bool lies_in(const char *path, const char *folder) {
  char *name = os_path_join(folder, file_path_leaf(path));
  bool same = name && os_path_same(name, path);
  free(name);
  return same;
}

static int inspect(void *data, const char *path) {
  inspection *self = data;
  journal *journal = NULL;
  tlsmend_error error = {0, ""};
  int code = journal_read(path, &journal, &error);
  if (code == TLSMEND_OK && journal->torn)
    tell_one(self, path, "torn", journal,
             "the last record is not whole: it was being written when the program was stopped, and counts as "
             "not written");
  else if (code == TLSMEND_OK)
    tell_one(self, path, "intact", journal, "");
  else if (code == TLSMEND_E_ABSENT)
    tell_one(self, path, "never-began", NULL,
             "its first record is not whole: nothing was written to the machine");
  else
    tell_one(self, path, code == TLSMEND_E_UNSUPPORTED ? "newer" : "damaged", NULL, error.text);
  if (code != TLSMEND_OK && code != TLSMEND_E_ABSENT)
    self->damaged++;
  journal_close(journal);
  return TLSMEND_OK;
}

/* The journals of the machine's folder, of the one that --state names, and those that the register names. */
static int inspect_all(const tlsmend_session *session, inspection *self, tlsmend_error *error) {
  known_runs runs;
  bool named = !os_path_same(session->home, session->state);
  int code = session_known(session, &runs, error);
  if (code == TLSMEND_OK)
    code = journal_each(session->home, inspect, self, error);
  if (code == TLSMEND_OK && named)
    code = journal_each(session->state, inspect, self, error);
  for (size_t i = 0; code == TLSMEND_OK && i < runs.count; i++) {
    const char *path = runs.items[i].path;
    if (!lies_in(path, session->home) && !lies_in(path, session->state) && runs.items[i].standing != RUN_GONE)
      code = inspect(self, path);
  }
  known_runs_clear(&runs);
  return code;
}

int tlsmend_status_verify(tlsmend_session *session, tlsmend_format format, char **out, size_t *damaged,
                          tlsmend_error *error) {
  assert(session && out && damaged);
  *out = NULL;
  inspection self = {.journals = json_array()};
  char *text = NULL;
  int code = inspect_all(session, &self, error);
  if (!json_array_size(self.journals))
    text_add(&self.text, "No journals in %s.\n", session->state);
  int finished = text_finish(&self.text, &text, error);
  if (code == TLSMEND_OK)
    code = finished;
  *damaged = self.damaged;
  if (code == TLSMEND_OK && format == TLSMEND_FORMAT_TEXT) {
    *out = text;
    text = NULL;
  } else if (code == TLSMEND_OK) {
    code = session_dump(json_pack("{s:s, s:s, s:O, s:s}", "schema", JOURNALS_SCHEMA, "state", session->state,
                                  "journals", self.journals, "result", self.damaged ? "damaged" : "intact"),
                        out, error);
  }
  free(text);
  json_decref(self.journals);
  return code;
}
