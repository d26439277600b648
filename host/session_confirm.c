/*
 * Commit-confirm: a run that is done stays open until somebody confirms it. When its time is over it is kept only if the runbooks
 * verify it by effect, and undone otherwise: for people who change a server's TLS over the connection that they may cut.
 */
#include <assert.h>
#include <stdio.h>

#include "machine/machine.h"
#include "os/os.h"
#include "session.h"

/* Nobody has confirmed it in time. */
static int expire(tlsmend_session *self, journal *journal, commit_result *out, tlsmend_error *error) {
  commit commit = session_commit(self, journal);
  tlsmend_error why = {0, ""};
  bool sure = false;
  if (session_verify(self, journal->plan, &sure, &why) == TLSMEND_OK && sure) {
    session_tell(self, TLSMEND_EVENT_NOTE,
                 "nobody has confirmed the run, but its runbooks verify it: it is kept");
    *out = COMMIT_DONE;
    return commit_end(&commit, out, error);
  }
  char text[1200];
  snprintf(text, sizeof text, "not confirmed within %u minutes%s%s", journal->confirm_minutes,
           *why.text ? ", and " : "", why.text);
  session_tell(self, TLSMEND_EVENT_WARNING, "%s", text);
  return commit_backward(&commit, text, out, error);
}

int session_decide(tlsmend_session *self, journal *journal, commit_result *out, tlsmend_error *error) {
  char how[256];
  *out = COMMIT_AWAITS;
  if (self->clock() < journal->deadline)
    return TLSMEND_OK;
  int code = machine_resume_arrange(self->machine, NULL, session_folder(self, journal), how, error);
  return code == TLSMEND_OK ? expire(self, journal, out, error) : code;
}

bool session_wait(tlsmend_session *self) {
  for (bool waited = false;; waited = true) {
    journal *journal = NULL;
    bool waits = session_find_run(self, NULL, true, &journal, NULL) == TLSMEND_OK && journal &&
                 journal->deadline && self->clock() < journal->deadline;
    journal_close(journal);
    if (!waits)
      return waited;
    os_sleep(1000);
  }
}

int tlsmend_status_deadline(tlsmend_session *session, long long *deadline, tlsmend_error *error) {
  assert(session && deadline);
  journal *journal = NULL;
  *deadline = 0;
  int code = session_find_run(session, NULL, true, &journal, error);
  if (code == TLSMEND_OK && journal)
    *deadline = journal->deadline;
  journal_close(journal);
  return code;
}

static int keep(tlsmend_session *self, journal *journal, tlsmend_error *error) {
  char how[256];
  int code = journal_continue(journal, error);
  if (code == TLSMEND_OK)
    code = machine_resume_arrange(self->machine, NULL, session_folder(self, journal), how, error);
  return code == TLSMEND_OK ? journal_end(journal, RUN_DONE, error) : code;
}

int tlsmend_confirm(tlsmend_session *self, tlsmend_report **out, tlsmend_error *error) {
  assert(self && out);
  *out = NULL;
  os_lock *lock = NULL;
  journal *journal = NULL;
  int code = session_find_run(self, NULL, true, &journal, error);
  bool waits = code == TLSMEND_OK && journal && journal->deadline;
  journal_close(journal);
  journal = NULL;
  if (code == TLSMEND_OK && !waits)
    return session_hand_out(self, NULL, TLSMEND_RESULT_NOTHING, out, error);
  if (code == TLSMEND_OK)
    code = session_lock(self, "confirm", &lock, error);
  if (code == TLSMEND_OK)
    code = session_find_run(self, NULL, true, &journal, error);
  waits = code == TLSMEND_OK && journal && journal->deadline;
  if (waits)
    code = keep(self, journal, error);
  if (code == TLSMEND_OK && !waits) {
    journal_close(journal);
    journal = NULL;
  }
  session_note_end(self, journal);
  if (code == TLSMEND_OK)
    code = session_hand_out(self, journal, waits ? TLSMEND_RESULT_DONE : TLSMEND_RESULT_NOTHING, out, error);
  else
    journal_close(journal);
  os_lock_release(lock);
  return code;
}
