/*
 * Commit-confirm: a run that is done stays open until somebody confirms it. When its time is over it is kept only if
 * the runbooks declare that they verify it by effect and do, and undone otherwise: for people who change a server's TLS
 * over the connection that they may cut. Waiting for the end is watch.c's.
 */
#include "session/runs/confirm.h"

#include <assert.h>
#include <stdio.h>

#include "base/text.h"
#include "machine/machine.h"
#include "plan/plan.h"
#include "session/rerun.h"
#include "session/runs/deadline.h"
#include "session/runs/forward.h"
#include "session/runs/known.h"
#include "session/runs/register.h"
#include "session/runs/report.h"
#include "session/runs/run.h"

/* After a restart the clock that nobody sets begins anew: what is left is written down as this process finds it, so
 * that a clock that is set back from now on moves nothing. */
static int anchor(tlsmend_session *self, journal *journal, tlsmend_error *error) {
  int64_t left;
  journal_deadline end = session_deadline(self, journal);
  if (!*end.boot || session_left_of_boot(self, journal, &left))
    return TLSMEND_OK;
  return journal_await(journal, &end, error);
}

/* Nobody has confirmed it in time. */
static int expire(tlsmend_session *self, journal *journal, commit_result *out, tlsmend_error *error) {
  commit commit = session_commit(self, journal);
  tlsmend_error why = {0, ""};
  bool sure = false;
  json_t *keepers = plan_keepers(journal->plan);
  if (keepers && session_verify(self, journal->plan, &sure, &why) == TLSMEND_OK && sure) {
    json_decref(keepers);
    session_tell(self, TLSMEND_EVENT_NOTE,
                 "nobody has confirmed the run, but its runbooks verify it by its effect: it is kept");
    *out = COMMIT_DONE;
    return commit_end(&commit, out, error);
  }
  char text[1200];
  snprintf(text, sizeof text, "not confirmed within %u minute%s%s%s", journal->confirm_minutes,
           text_plural(journal->confirm_minutes),
           *why.text ? ", and "
           : keepers ? ", and no server has answered its verify"
                     : "",
           why.text);
  json_decref(keepers);
  session_tell(self, TLSMEND_EVENT_WARNING, "%s", text);
  return commit_backward(&commit, text, out, error);
}

int session_decide(tlsmend_session *self, journal *journal, commit_result *out, tlsmend_error *error) {
  char how[256];
  *out = COMMIT_AWAITS;
  bool over = session_is_over(self, journal);
  if (!over && !journal->unchecked)
    return anchor(self, journal, error);
  int code = over ? expire(self, journal, out, error) : session_judge(self, journal, out, error);
  if (code == TLSMEND_OK && journal->result != RUN_OPEN)
    code = machine_resume_arrange(self->machine, NULL, session_folder(self, journal), how, error);
  return code;
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
    code = journal_end(journal, RUN_DONE, error);
  return code == TLSMEND_OK
             ? machine_resume_arrange(self->machine, NULL, session_folder(self, journal), how, error)
             : code;
}

/* No run waits. Whoever comes too early or too late must not believe that his run is kept. */
static int refuse_vain(const tlsmend_session *self, tlsmend_error *error) {
  journal *last = NULL;
  int code = session_find_run(self, NULL, false, &last, error);
  if (code != TLSMEND_OK || !last || !last->confirm_minutes || last->result == RUN_DONE) {
    journal_close(last);
    return code;
  }
  if (last->result == RUN_OPEN && !last->undoing)
    code =
        tlsmend_error_set(error, TLSMEND_E_BUSY,
                          "run %s is not finished, and is not confirmed: `tlsmend resume` continues it, and "
                          "its time to confirm begins at its end",
                          last->run);
  else
    code = tlsmend_error_set(error, TLSMEND_E_FAILED, "run %s is not kept: it %s (%s)", last->run,
                             last->result == RUN_OPEN   ? "is being undone"
                             : last->result == RUN_LEFT ? "is undone, but not wholly"
                                                        : "is undone",
                             last->failure ? last->failure : "?");
  journal_close(last);
  return code;
}

static int answer(const tlsmend_session *self, journal *kept, tlsmend_report **out, tlsmend_error *error) {
  int code = kept ? TLSMEND_OK : refuse_vain(self, error);
  return code == TLSMEND_OK
             ? session_hand_out(self, kept, kept ? TLSMEND_RESULT_DONE : TLSMEND_RESULT_NOTHING, out, error)
             : code;
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
    return answer(self, NULL, out, error);
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
    code = answer(self, journal, out, error);
  else
    journal_close(journal);
  os_lock_release(lock);
  return code;
}
