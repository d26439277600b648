/* What resume and rollback have in common: a run is found, the machine locked, something done, and all of it told. */
#include "session/runs/take_up.h"

#include "session/event_log.h"
#include "session/runs/register.h"
#include "session/runs/run.h"

static int go(tlsmend_session *self, const take_up *how, journal *journal, commit_result *result,
              tlsmend_error *error) {
  int code = session_hide(self, journal->plan, error);
  if (code != TLSMEND_OK)
    return code;
  session_log_start(self, how->verb, journal);
  return how->go(self, journal, how->data, result, error);
}

int session_take_up(tlsmend_session *self, const take_up *how, tlsmend_report **out, tlsmend_error *error) {
  os_lock *lock = NULL;
  journal *journal = NULL;
  commit_result result = COMMIT_DONE;
  *out = NULL;
  int code = how->find(self, how->data, &journal, error);
  if (code == TLSMEND_OK && !journal)
    return session_hand_out(self, NULL, TLSMEND_RESULT_NOTHING, out, error);
  journal_close(journal);
  journal = NULL;
  if (code == TLSMEND_OK)
    code = session_authorize(self, how->way, NULL, NULL, error);
  if (code == TLSMEND_OK)
    code = session_lock(self, how->verb, &lock, error);
  if (code == TLSMEND_OK)
    code = how->find(self, how->data, &journal, error); /* now that nobody else may write */
  if (code == TLSMEND_OK && journal)
    code = go(self, how, journal, &result, error);
  session_note_end(self, journal);
  if (code == TLSMEND_OK)
    code = session_hand_out(self, journal, journal ? session_result(result) : TLSMEND_RESULT_NOTHING, out,
                            error);
  else
    journal_close(journal);
  if (*out)
    (*out)->rolled_back = how->way == AUTHORIZE_ROLLBACK;
  secrets_mask_error(&self->hidden, error);
  session_log_end(self, how->verb, code, *out, error);
  os_lock_release(lock);
  return code;
}
