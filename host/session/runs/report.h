/* A report: what became of a run, or of a call that found nothing to do. */
#ifndef TLSMEND_SESSION_RUNS_REPORT_H
#define TLSMEND_SESSION_RUNS_REPORT_H

#include "commit/commit.h"
#include "render/say.h"
#include "session/session.h"

/* What the JSON of a report, and of the list of runs, calls itself. */
#define REPORT_SCHEMA "tlsmend-report/1"
#define STATUS_SCHEMA "tlsmend-status/1"

struct tlsmend_report {
  tlsmend_result result;
  journal *journal; /* owned; NULL if no run was open or nothing was to be done */
  char *machine, *state;
  tlsmend_plan *plan; /* owned; without a journal: the empty plan, or NULL */
  bool rolled_back;   /* a rollback, not a failure, led to UNDONE or LEFT */
};

tlsmend_result session_result(commit_result result);

/* Makes the report; the journal (or NULL) goes into it, and is closed if there is none. */
int session_hand_out(const tlsmend_session *self, journal *journal, tlsmend_result result,
                     tlsmend_report **out, tlsmend_error *error);

/* The JSON of a run: its plan, with or without what was read, each change with what became of it. */
json_t *report_run_to_json(const journal *journal, bool reads);

/* What is noted of a step, behind its line; the end of the line if nothing is. */
void report_note(const journal_step *step, text_builder *out);

/* Of a run that waits: until when, what keeps it beside confirming it, and whether its runbooks have been asked. */
void report_waiting(const journal *journal, const char *indent, text_builder *out);

#endif
