/*
 * A run forwards: the steps that are open, then the question whether it is right. A "no" takes it back; if a runbook
 * could not be asked, it stays open.
 */
#include "session/runs/forward.h"

#include <string.h>

#include "base/text.h"
#include "plan/plan.h"
#include "session/rerun.h"
#include "session/runs/deadline.h"
#include "session/runs/run.h"

/* Compliant means that the plan is empty: the runbooks run once more, then they verify by effect. */
static int check_outcome(tlsmend_session *self, const journal *journal, tlsmend_error *error) {
  tlsmend_plan *again = NULL;
  int code = session_plan_again(self, journal->plan, &again, error);
  if (code == TLSMEND_OK && again->change_count)
    code = tlsmend_error_set(
        error, TLSMEND_E_FAILED,
        "after the last step the runbook still proposes %zu change%s: something else sets these values, "
        "or the runbook does not converge",
        again->change_count, text_plural(again->change_count));
  tlsmend_plan_free(again);
  return code == TLSMEND_OK ? session_verify(self, journal->plan, NULL, error) : code;
}

/* Whether the runbooks said "no", or could not be asked: docs/JOURNAL.md has the list. Only a "no" takes a run back. */
static bool is_no(const tlsmend_session *self, int code) {
  return self->asked && (code == TLSMEND_E_FAILED || code == TLSMEND_E_SCRIPT || code == TLSMEND_E_LIMIT ||
                         code == TLSMEND_E_REFUSED);
}

void session_stall(journal *journal, const tlsmend_error *why) {
  if (why && journal->result == RUN_OPEN && !journal->lost &&
      (journal->log || journal_continue(journal, NULL) == TLSMEND_OK) &&
      !(journal->stalled && strcmp(journal->stalled, why->text) == 0))
    journal_stalled(journal, why->text, NULL);
}

/* Done, and nobody knows whether it is right. */
static int cannot_tell(tlsmend_session *self, const journal *journal, const char *why, tlsmend_error *error) {
  tlsmend_error text;
  tlsmend_error_set(
      &text, TLSMEND_E_UNKNOWN,
      "every step of run %s is done, but its runbooks could not be asked whether it is right: %s",
      journal->run, why);
  if (!journal->confirm_minutes)
    return tlsmend_error_set(error, TLSMEND_E_UNKNOWN,
                             "%s. Remove the cause and let it be asked again: tlsmend resume; or undo it: "
                             "tlsmend rollback",
                             text.text);
  session_tell(self, TLSMEND_EVENT_WARNING, "%s", text.text);
  return TLSMEND_OK;
}

/* Only a "no" takes a run back. If the runbooks could not be asked, a run with a time to confirm waits for that, any
 * other stays open. */
int session_judge(tlsmend_session *self, journal *journal, commit_result *out, tlsmend_error *error) {
  commit commit = session_commit(self, journal);
  tlsmend_error why = {0, ""};
  int code = self->unchecked ? TLSMEND_OK : check_outcome(self, journal, &why);
  bool told = code == TLSMEND_OK;
  if (is_no(self, code)) {
    session_tell(self, TLSMEND_EVENT_WARNING, "%s", why.text);
    return commit_backward(&commit, why.text, out, error);
  }
  secrets_mask_error(&self->hidden, &why); /* before it is written down */
  if (!told)
    code = cannot_tell(self, journal, why.text, error);
  if (code != TLSMEND_OK)
    return code;
  if (!journal->confirm_minutes)
    return commit_end(&commit, out, error);
  journal_deadline end = session_deadline(self, journal);
  end.unchecked = told ? NULL : why.text;
  return commit_await(&commit, &end, out, error);
}

int session_forward(tlsmend_session *self, journal *journal, commit_result *out, tlsmend_error *error) {
  commit commit = session_commit(self, journal);
  int code = commit_forward(&commit, out, error);
  return code == TLSMEND_OK && *out == COMMIT_DONE ? session_judge(self, journal, out, error) : code;
}
