/*
 * The register of a machine: in its own folder one record for each run whose journal stands elsewhere, because --state
 * said so. It is on the disk before the run begins and stays: what is open, and which plan was applied, is known
 * without that folder.
 */
#include "session/runs/register.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/error.h"
#include "base/file_path.h"
#include "os/os.h"

#define REGISTER_SCHEMA "tlsmend-run/1"

enum { RECORD_MOST = 64 * 1024 };

void registered_run_clear(registered_run *self) {
  json_decref(self->json);
  free(self->path);
  free(self->journal);
  *self = (registered_run){0};
}

/* A journal in the folder that holds the machine's own is found from there, so that the two may be moved and copied
 * together. */
static const char beside[] = "..";

static bool lies_beside(const tlsmend_session *self, const char *path) {
  char *folder = os_path_join(self->home, beside),
       *name = folder ? os_path_join(folder, file_path_leaf(path)) : NULL;
  bool same = name && os_path_same(name, path);
  free(name);
  free(folder);
  return same;
}

static const char *spelled(const tlsmend_session *self, const char *path) {
  return lies_beside(self, path) ? file_path_leaf(path) : path;
}

static char *absolute(const tlsmend_session *self, const char *journal) {
  if (strcmp(file_path_leaf(journal), journal) != 0)
    return strdup(journal);
  char *folder = os_path_join(self->home, beside), *name = folder ? os_path_join(folder, journal) : NULL;
  char *real = name ? os_path_real(name) : NULL;
  free(name);
  free(folder);
  return real;
}

static const char *text_of(const registered_run *self, const char *member) {
  return json_string_value(json_object_get(self->json, member));
}

static bool take(registered_run *self, const tlsmend_session *session) {
  const char *schema = text_of(self, "schema");
  self->run = text_of(self, "run");
  const char *journal = text_of(self, "journal");
  self->journal = journal ? absolute(session, journal) : NULL;
  self->machine = text_of(self, "machine");
  self->state = text_of(self, "state");
  self->plan = text_of(self, "plan");
  self->begun = text_of(self, "time");
  return schema && strcmp(schema, REGISTER_SCHEMA) == 0 && self->run && self->journal && self->machine &&
         self->state;
}

int register_read(const tlsmend_session *session, const char *name, registered_run *out,
                  tlsmend_error *error) {
  char *text = NULL;
  size_t size = 0;
  *out = (registered_run){.path = os_path_join(session->home, name)};
  int code =
      out->path ? os_file_read_nofollow(out->path, RECORD_MOST, &text, &size, error) : error_no_memory(error);
  if (code == TLSMEND_OK)
    out->json = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
  free(text);
  if (code == TLSMEND_OK && (!take(out, session) || strncmp(name, out->run, strlen(out->run)) != 0 ||
                             strcmp(name + strlen(out->run), REGISTER_ENDING) != 0))
    code =
        tlsmend_error_set(error, TLSMEND_E_CORRUPT,
                          "%s is not what tlsmend has written there: restore it, or, if its run has ended, "
                          "remove it",
                          out->path);
  return code;
}

static int put(const tlsmend_session *self, const char *run, json_t *record, tlsmend_error *error) {
  os_folder *home = NULL;
  char name[64], *text = record ? json_dumps(record, JSON_COMPACT) : NULL;
  json_decref(record);
  snprintf(name, sizeof name, "%.40s%s", run, REGISTER_ENDING);
  int code =
      text ? os_folder_open(self->home, self->backend->private_state, &home, error) : error_no_memory(error);
  if (code == TLSMEND_OK)
    code = os_folder_put(home, name, text, strlen(text), error);
  os_folder_close(home);
  free(text);
  return code;
}

/* Of a run as its journal tells it. */
static int put_state(const tlsmend_session *self, const journal *journal, const char *state,
                     tlsmend_error *error) {
  return put(self, journal->run,
             json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s, s:s}", "schema", REGISTER_SCHEMA, "run", journal->run,
                       "journal", spelled(self, journal->path), "machine", journal->machine, "plan",
                       journal->plan->id, "time", journal->begun, "state", state),
             error);
}

static bool elsewhere(const tlsmend_session *self, const journal *journal) {
  return self->home && journal->state && !os_path_same(self->home, journal->state);
}

static void remove_record(const tlsmend_session *self, const char *run) {
  os_folder *home = NULL;
  char name[64];
  snprintf(name, sizeof name, "%.40s%s", run, REGISTER_ENDING);
  if (os_folder_open(self->home, self->backend->private_state, &home, NULL) == TLSMEND_OK)
    os_folder_remove(home, name, NULL);
  os_folder_close(home);
}

void session_unclaim(session_claiming *self) {
  if (*self->run)
    remove_record(self->session, self->run);
  self->run[0] = '\0';
}

int session_claim(void *data, const char *run, const char *path, tlsmend_error *error) {
  session_claiming *self = data;
  char now[32];
  if (os_path_same(self->session->home, self->session->state))
    return TLSMEND_OK;
  session_unclaim(self); /* somebody else has taken that id in the same folder */
  snprintf(self->run, sizeof self->run, "%s", run);
  calendar_print(os_time(), now);
  return put(self->session, run,
             json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s, s:s}", "schema", REGISTER_SCHEMA, "run", run,
                       "journal", spelled(self->session, path), "machine", self->session->spec, "plan",
                       self->plan->id, "time", now, "state", "begins"),
             error);
}

int session_note(const tlsmend_session *self, const journal *journal, tlsmend_error *error) {
  if (!journal || journal->in_memory || !elsewhere(self, journal))
    return TLSMEND_OK;
  return put_state(self, journal, journal->result == RUN_OPEN ? "open" : "ended", error);
}

void session_forget(const tlsmend_session *self, const journal *journal) {
  if (elsewhere(self, journal))
    remove_record(self, journal->run);
}

void session_note_end(const tlsmend_session *self, const journal *journal) {
  tlsmend_error why = {0, ""};
  if (session_note(self, journal, &why) != TLSMEND_OK)
    session_tell(self, TLSMEND_EVENT_WARNING, "%s", why.text);
}

int session_note_undo(const tlsmend_session *self, const journal *journal, tlsmend_error *error) {
  if (journal->in_memory || !elsewhere(self, journal))
    return TLSMEND_OK;
  return put_state(self, journal, "open", error);
}
