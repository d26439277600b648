/*
 * Rollback: takes a run back, value by value, last step first. The whole of it is checked before the first write.
 */
#include "session/runs/rollback.h"

#include <assert.h>

#include "session/runs/known.h"
#include "session/runs/register.h"
#include "session/runs/run.h"
#include "session/runs/take_up.h"

int session_find_undoable(const tlsmend_session *self, const char *run, journal **out, tlsmend_error *error) {
  int code = session_find_run(self, run, false, out, error);
  if (code != TLSMEND_OK)
    return code;
  if (run && !*out)
    return tlsmend_error_set(error, TLSMEND_E_USAGE,
                             "there is no run %s of this machine: `tlsmend status` lists them", run);
  if (*out && (*out)->result == RUN_UNDONE) {
    if (run)
      code = tlsmend_error_set(error, TLSMEND_E_USAGE, "run %s is undone already", run);
    journal_close(*out);
    *out = NULL;
  }
  return code;
}

int session_check_undo(const tlsmend_session *self, const journal *journal, int flags, undo_fn fn, void *data,
                       tlsmend_error *error) {
  tlsmend_error inner = {0, ""};
  undo_check how = flags & TLSMEND_ROLLBACK_SKIP_CHANGED ? UNDO_SKIP : UNDO_LENIENT;
  int code = commit_check_undo(self->machine, journal, how, fn, data, &inner);
  if (code == TLSMEND_E_DRIFT)
    return tlsmend_error_set(
        error, code,
        "%s: somebody has changed it since, and nothing was undone. Put it back, or pass "
        "--skip-changed to leave what was changed and undo the rest",
        inner.text);
  return code == TLSMEND_OK ? code : tlsmend_error_set(error, code, "%s", inner.text);
}

int session_undo(tlsmend_session *self, journal *journal, int flags, commit_result *out,
                 tlsmend_error *error) {
  commit commit = session_commit(self, journal);
  commit.skip_changed = (flags & TLSMEND_ROLLBACK_SKIP_CHANGED) != 0;
  int code = session_check_undo(self, journal, flags, NULL, NULL, error);
  if (code == TLSMEND_OK)
    code = journal_continue(journal, error);
  if (code == TLSMEND_OK && !journal->undoing)
    code = commit_settle(&commit, error);
  if (code == TLSMEND_OK)
    code = commit_backward(&commit, "rolled back", out, error);
  if (code == TLSMEND_OK)
    session_unarrange(self, journal);
  return code;
}

typedef struct rolling_back {
  const char *run;
  int flags;
} rolling_back;

static int find(const tlsmend_session *self, const void *data, journal **out, tlsmend_error *error) {
  return session_find_undoable(self, ((const rolling_back *)data)->run, out, error);
}

static int undo_noted(tlsmend_session *self, journal *journal, const void *data, commit_result *out,
                      tlsmend_error *error) {
  int code = session_note_undo(self, journal, error);
  return code == TLSMEND_OK ? session_undo(self, journal, ((const rolling_back *)data)->flags, out, error)
                            : code;
}

int tlsmend_rollback(tlsmend_session *self, const char *run, int flags, tlsmend_report **out,
                     tlsmend_error *error) {
  assert(self && out);
  const rolling_back data = {run, flags};
  return session_take_up(self, &(take_up){"rollback", AUTHORIZE_ROLLBACK, find, undo_noted, &data}, out,
                         error);
}
