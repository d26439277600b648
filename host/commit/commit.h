/*
 * The one door: carries a journalled plan out, forwards or backwards, batch by batch: keys and values up to the next
 * update or restart, or one of those. Knows machines, plans and journals; no runbooks. Every step is in the journal, on
 * the disk, before the machine is touched.
 */
#ifndef TLSMEND_COMMIT_COMMIT_H
#define TLSMEND_COMMIT_COMMIT_H

#include <stdbool.h>
#include <stddef.h>

#include <tlsmend/machine.h>

#include "commit/journal.h"

typedef struct commit {
  tlsmend_machine *machine;
  journal *journal;
  const char *state;      /* the folder of journals, for the arrangement to be resumed */
  bool may_restart;       /* ask the machine to restart at a barrier */
  bool skip_changed;      /* going backwards, leave what somebody else has written since */
  tlsmend_event_fn event; /* or NULL */
  void *event_data;
} commit;

typedef enum commit_result {
  COMMIT_DONE,    /* every step is done */
  COMMIT_BARRIER, /* stopped: a restart is needed */
  COMMIT_AWAITS,  /* every step is done; it is undone unless somebody confirms it in time */
  COMMIT_UNDONE,  /* a step failed; what was written is taken back */
  COMMIT_LEFT     /* a step failed, and something could not be taken back */
} commit_result;

/* Compares everything that was read to decide with the machine. E_DRIFT names what moved. */
int commit_check_reads(tlsmend_machine *machine, const tlsmend_plan *plan, tlsmend_error *error);

/* E_REFUSED names the first change that lies in a branch which the machine's file lacks, and what is to be exported. */
int commit_check_branches(tlsmend_machine *machine, const tlsmend_plan *plan, tlsmend_error *error);

/* Compares the before of every step with the machine, taking the steps in front of it into account. Of a run that was
 * `begun` (or NULL) the steps that are done are left out: of a batch that lost its power these may be any. */
int commit_check_steps(tlsmend_machine *machine, const tlsmend_plan *plan, const journal *begun,
                       tlsmend_error *error);

/* Finds and hashes the packages of the updates from `from` on. E_REFUSED names the missing or the wrong one. */
int commit_check_packages(const tlsmend_plan *plan, size_t from, tlsmend_error *error);

/* Has the machine keep these packages, before a run begins or (`begun`) goes on. One that keeps none has them looked
 * at where they lie, as commit_check_packages does. */
int commit_keep_packages(tlsmend_machine *machine, const tlsmend_plan *plan, size_t from, bool begun,
                         tlsmend_error *error);

/* After a kill: finds out for each step that was begun whether it was done. E_DRIFT if it is neither; with
 * `skip_changed` that is left to the undoing. */
int commit_settle(commit *self, tlsmend_error *error);

/* Goes on with the first step that is not done. A step that fails, and a journal that cannot be written, lead
 * backwards. */
int commit_forward(commit *self, commit_result *out, tlsmend_error *error);

/* Takes every step that is done back, last first. `why` stands in the journal. A journal that cannot be written any
 * more does not stop it: what is on the disk is enough to find out later how far it came. */
int commit_backward(commit *self, const char *why, commit_result *out, tlsmend_error *error);

/* Records that the run is done and checked. */
int commit_end(commit *self, commit_result *out, tlsmend_error *error);

/* Records that it is done, checked, and waits until `end` to be confirmed. */
int commit_await(commit *self, const journal_deadline *end, commit_result *out, tlsmend_error *error);

/* Has the machine call `tlsmend resume` after its next restart, or says that a person has to. */
void commit_arrange(commit *self);

/* How the steps that are done are compared with the machine. */
typedef enum undo_check {
  UNDO_STRICT,  /* each must stand as it was left: to go on */
  UNDO_LENIENT, /* one that is back already is fine: to undo */
  UNDO_SKIP     /* also one that somebody else has changed: it will be left */
} undo_check;

/* What undoing would do, last step first. `skipped`: somebody else has changed it, it stays. A return other than 0
 * stops. */
typedef int (*undo_fn)(void *data, const tlsmend_change *inverse, bool skipped);

/* Walks the steps that are done backwards, without writing. E_DRIFT if the machine is not as `check` allows. fn may
 * be NULL. */
int commit_check_undo(tlsmend_machine *machine, const journal *journal, undo_check check, undo_fn fn,
                      void *data, tlsmend_error *error);

/* After a restart: waits until servicing is idle, then checks that the updates before the last restart of the
 * journal are really there. E_FAILED with evidence if one is not. */
int commit_redetect(commit *self, tlsmend_error *error);

#endif
