/*
 * Rollback: takes a run back, value by value, last step first; and shows beforehand what that would do. The whole of it is
 * checked before the first write.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "plan/change.h"
#include "machine/machine.h"
#include "machine/sim/sim.h"
#include "os/os.h"
#include "session/session.h"

/* The run that is named, or the last one. That being undone already is no reason to take back the one before it: *out is NULL. */
static int find_undoable(const tlsmend_session *self, const char *run, journal **out, tlsmend_error *error) {
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

static int check(const tlsmend_session *self, const journal *journal, int flags, undo_fn fn, void *data,
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
  int code = check(self, journal, flags, NULL, NULL, error);
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

int tlsmend_rollback(tlsmend_session *self, const char *run, int flags, tlsmend_report **out,
                     tlsmend_error *error) {
  assert(self && out);
  *out = NULL;
  os_lock *lock = NULL;
  journal *journal = NULL;
  commit_result result = COMMIT_DONE;
  int code = find_undoable(self, run, &journal, error);
  if (code == TLSMEND_OK && !journal)
    return session_hand_out(self, NULL, TLSMEND_RESULT_NOTHING, out, error);
  journal_close(journal);
  journal = NULL;
  if (code == TLSMEND_OK)
    code = machine_may_write(self->machine, error);
  if (code == TLSMEND_OK)
    code = session_lock(self, "rollback", &lock, error);
  if (code == TLSMEND_OK)
    code = find_undoable(self, run, &journal, error);
  if (code == TLSMEND_OK && journal)
    code = session_hide(self, journal->plan, error);
  if (code == TLSMEND_OK && journal)
    session_log_start(self, "rollback", journal);
  if (code == TLSMEND_OK && journal)
    code = session_note_undo(self, journal, error);
  if (code == TLSMEND_OK && journal)
    code = session_undo(self, journal, flags, &result, error);
  session_note_end(self, journal);
  if (code == TLSMEND_OK)
    code = session_hand_out(self, journal, journal ? session_result(result) : TLSMEND_RESULT_NOTHING, out,
                            error);
  else
    journal_close(journal);
  if (*out)
    (*out)->rolled_back = true;
  secrets_mask_error(&self->hidden, error);
  session_log_end(self, "rollback", code, *out, error);
  os_lock_release(lock);
  return code;
}

/* What `commit_check_undo` hands over, as plans that can be rendered. */
typedef struct preview {
  tlsmend_plan *inverse, *skipped;
} preview;

static int collect(void *data, const tlsmend_change *inverse, bool skipped) {
  const preview *preview = data;
  tlsmend_change copy;
  if (change_copy(&copy, inverse, NULL) != TLSMEND_OK)
    return TLSMEND_E_MEMORY;
  free(copy.why);
  copy.why = NULL;
  copy.phase = 0;
  int code = plan_append(skipped ? preview->skipped : preview->inverse, &copy, NULL);
  change_clear(&copy);
  return code;
}

int tlsmend_rollback_preview(tlsmend_session *self, const char *run, int flags, tlsmend_format format,
                             char **out, size_t *steps, tlsmend_error *error) {
  assert(self && out && steps);
  *out = NULL;
  *steps = 0;
  journal *journal = NULL;
  preview preview = {plan_new(), plan_new()};
  int code =
      preview.inverse && preview.skipped ? find_undoable(self, run, &journal, error) : error_no_memory(error);
  if (code == TLSMEND_OK)
    code = sim_reread(self->machine, error);
  if (code == TLSMEND_OK && journal)
    code = check(self, journal, flags, collect, &preview, error);
  if (code == TLSMEND_OK)
    code = report_preview(self, journal, preview.inverse, preview.skipped, format, out, error);
  if (code == TLSMEND_OK && journal)
    *steps = preview.inverse->change_count + report_updates_to_remove(self, journal);
  journal_close(journal);
  tlsmend_plan_free(preview.inverse);
  tlsmend_plan_free(preview.skipped);
  return code;
}
