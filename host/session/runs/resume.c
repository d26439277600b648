/*
 * Resume: goes on with the open run after a restart, a kill or a power cut. What was done is looked up in the machine
 * before anything is written; where the machine is not as the run left it, nothing is.
 */
#include "session/runs/resume.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "machine/machine.h"
#include "plan/plan.h"
#include "session/runs/confirm.h"
#include "session/runs/forward.h"
#include "session/runs/kept.h"
#include "session/runs/known.h"
#include "session/runs/run.h"
#include "session/runs/take_up.h"
#include "session/runs/watch.h"

enum { SPARE_RESTARTS = 2 }; /* beside those of the plan: for a power cut or somebody who was impatient */

/* The step at which a run stands: the first that is not done. */
static size_t first_open(const journal *journal) {
  size_t step = 0;
  while (step < journal->plan->change_count && journal->steps[step].state == STEP_DONE)
    step++;
  return step;
}

/* A simulated machine has nobody to press its button; where time does not pass, it is one. */
static bool simulated(tlsmend_session *self) { return machine_pause(self->machine, 0, NULL) != TLSMEND_OK; }

/* Restarts a simulated machine, and any machine if that was asked for. *passed: it has restarted, *boot is the new
 * one. */
static int restart(tlsmend_session *self, const tlsmend_change *change, char boot[64], bool *passed,
                   tlsmend_error *error) {
  tlsmend_outcome outcome;
  int code = machine_apply(self->machine, change, &outcome, error);
  *passed = code == TLSMEND_OK && outcome.restarted;
  if (!*passed)
    return code;
  session_tell(self, TLSMEND_EVENT_NOTE, "the simulated machine was restarted");
  return machine_boot_id(self->machine, boot, error);
}

/* Whether the machine has restarted since the barrier. */
static int pass_barrier(tlsmend_session *self, journal *journal, int flags, char boot[64], bool *passed,
                        tlsmend_error *error) {
  size_t step = first_open(journal);
  /* a simulated machine knows its restarts better */
  bool told = (flags & TLSMEND_RESUME_STARTED) && !simulated(self);
  bool may = self->reboot == TLSMEND_REBOOT_AUTO || (self->reboot == TLSMEND_REBOOT_ASK && simulated(self));
  int code = TLSMEND_OK;
  *passed = strcmp(boot, journal->boot) != 0 || told;
  if (!*passed) { /* whoever stopped the run may have done so before this was arranged */
    commit commit = session_commit(self, journal);
    commit_arrange(&commit);
    if (may)
      code = restart(self, &journal->plan->changes[step], boot, passed, error);
  }
  return code == TLSMEND_OK && *passed ? journal_restarted(journal, step, boot, error) : code;
}

/* A machine that restarts again and again would never come to an end by itself. */
static bool over_budget(const journal *journal, tlsmend_error *why) {
  size_t planned = plan_reboot_count(journal->plan);
  if (journal->boots <= planned + SPARE_RESTARTS)
    return false;
  tlsmend_error_set(
      why, TLSMEND_E_LIMIT,
      "the machine has restarted %u time%s in this run, %zu planned: something restarts it, or the run "
      "is stopped again and again; look into the event log before you apply again",
      journal->boots, text_plural(journal->boots), planned);
  return true;
}

/* What was installed must be there, what was written must stand, and the rest must still be as planned. */
static int go_on(tlsmend_session *self, journal *journal, commit_result *out, tlsmend_error *error) {
  commit commit = session_commit(self, journal);
  tlsmend_error inner = {0, ""};
  size_t step = first_open(journal);
  int code = over_budget(journal, &inner) ? TLSMEND_E_FAILED : commit_redetect(&commit, &inner);
  if (code == TLSMEND_E_FAILED) {
    session_tell(self, TLSMEND_EVENT_WARNING, "%s", inner.text);
    return commit_backward(&commit, inner.text, out, error);
  }
  if (code == TLSMEND_OK)
    code = commit_check_undo(self->machine, journal, UNDO_STRICT, NULL, NULL, &inner);
  if (code == TLSMEND_OK)
    code = commit_check_steps(self->machine, journal->plan, journal, &inner);
  if (code == TLSMEND_OK)
    code = commit_keep_packages(self->machine, journal->plan, step, true, &inner);
  if (code == TLSMEND_E_DRIFT || code == TLSMEND_E_REFUSED)
    return tlsmend_error_set(
        error, code, "run %s cannot go on: %s. Put it back and resume, or give the run up: tlsmend rollback",
        journal->run, inner.text);
  if (code != TLSMEND_OK)
    return tlsmend_error_set(error, code, "%s", inner.text);
  return session_forward(self, journal, out, error);
}

/* Windows forgets a start from RunOnce when its command has ended, also by a power cut: this one makes sure of the
 * next. */
static void renew(tlsmend_session *self, const journal *journal) {
  char how[256];
  tlsmend_error inner = {0, ""};
  if (machine_resume_arrange(self->machine, journal->run, session_folder(self, journal), how, &inner) !=
      TLSMEND_OK)
    session_tell(self, TLSMEND_EVENT_WARNING, "%s: after another restart, run tlsmend resume", inner.text);
}

int session_continue(tlsmend_session *self, journal *journal, int flags, commit_result *out,
                     tlsmend_error *error) {
  char boot[64] = "";
  commit commit = session_commit(self, journal);
  bool passed = true, undoing = journal->undoing;
  int code = journal_continue(journal, error);
  if (code == TLSMEND_OK && journal->deadline)
    return session_decide(self, journal, out, error);
  if (code == TLSMEND_OK && !undoing)
    code = commit_settle(&commit, error);
  if (code == TLSMEND_OK && !undoing)
    code = machine_boot_id(self->machine, boot, error);
  if (code == TLSMEND_OK && !undoing)
    code = journal->at_barrier ? pass_barrier(self, journal, flags, boot, &passed, error)
                               : journal_resumed(journal, boot, error);
  *out = COMMIT_BARRIER;
  if (code != TLSMEND_OK || !passed)
    return code;
  if (flags & TLSMEND_RESUME_STARTED)
    renew(self, journal);
  code = undoing ? commit_backward(&commit, "continued", out, error) : go_on(self, journal, out, error);
  if (code == TLSMEND_OK)
    session_unarrange(self, journal);
  return code;
}

/* Goes on with the texts and the terms that the run was begun with. Without them nothing runs any more; what needs
 * none goes on: undoing, and what becomes of a run that nobody has confirmed. */
static int continue_begun(tlsmend_session *self, journal *journal, const void *data, commit_result *out,
                          tlsmend_error *error) {
  int flags = *(const int *)data;
  begun_run run;
  int code = session_as_begun(self, journal, &run, error);
  if (flags & TLSMEND_RESUME_REBOOT)
    run.session.reboot = self->reboot;
  if (code == TLSMEND_OK || journal->undoing || journal->deadline)
    code = session_continue(&run.session, journal, flags, out, error);
  begun_run_clear(&run, self);
  secrets_mask_error(&self->hidden, error); /* before it is written down */
  if (code != TLSMEND_OK)
    session_stall(journal, error);
  return code;
}

static int find_open(const tlsmend_session *self, const void *unused, journal **out, tlsmend_error *error) {
  (void)unused;
  return session_find_run(self, NULL, true, out, error);
}

static int resume_once(tlsmend_session *self, int flags, tlsmend_report **out, tlsmend_error *error) {
  const take_up resume = {"resume", AUTHORIZE_RESUME, find_open, continue_begun, &flags};
  int code = session_take_up(self, &resume, out, error);
  if (code == TLSMEND_OK && !(*out)->journal && (flags & TLSMEND_RESUME_STARTED))
    session_unarrange(self, NULL); /* killed between the end of a run and this */
  return code;
}

/* Waiting, a lock that somebody holds for a moment is no reason to leave a run that nobody else would undo. */
int tlsmend_resume(tlsmend_session *self, int flags, tlsmend_report **out, tlsmend_error *error) {
  assert(self && out);
  for (;; flags &= ~TLSMEND_RESUME_STARTED) { /* the start was before the wait */
    int code = resume_once(self, flags, out, error);
    if (!(flags & TLSMEND_RESUME_WAIT) ||
        (code != TLSMEND_E_BUSY && (code != TLSMEND_OK || (*out)->result != TLSMEND_RESULT_AWAITS)))
      return code;
    tlsmend_report_free(*out);
    *out = NULL;
    session_waited waited = code == TLSMEND_OK ? session_wait(self) : SESSION_NO_WAIT;
    if (waited == SESSION_WATCHED)
      return resume_once(self, 0, out, error);
    if (waited == SESSION_NO_WAIT)
      os_sleep(1000);
  }
}
