/* Whether the journals of a state folder are whole: the chain of each, record by record. Reads only. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "session.h"

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
    text_add(&self->text, ", %zu records, head %.16s", journal->lines, journal->chain);
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

int tlsmend_status_verify(tlsmend_session *session, tlsmend_format format, char **out, size_t *damaged,
                          tlsmend_error *error) {
  assert(session && out && damaged);
  *out = NULL;
  inspection self = {.journals = json_array()};
  char *text = NULL;
  int code = journal_each(session->state, inspect, &self, error);
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
