/*
 * What administrators read in the machine's own log: that a run begins, how it ends, and what was refused. Also the
 * registration as a source of that log, which is never a side effect.
 */
#include "session/event_log.h"

#include <assert.h>
#include <stdio.h>

#include "base/text.h"
#include "machine/machine.h"
#include "plan/plan.h"
#include "session/session.h"

void session_log_start(tlsmend_session *self, const char *verb, const journal *journal) {
  char text[1500];
  size_t used =
      (size_t)snprintf(text, sizeof text, "tlsmend %s: run %s begins on %s:", verb, journal->run, self->spec);
  for (size_t i = 0; i < journal->plan->runbook_count && used < sizeof text; i++)
    used += (size_t)snprintf(text + used, sizeof text - used, "%s %s %s", i ? "," : "",
                             journal->plan->runbooks[i].id, journal->plan->runbooks[i].version);
  if (used < sizeof text)
    snprintf(text + used, sizeof text - used, ". %zu change%s, restarts among them: %zu. Journal: %s",
             journal->plan->change_count, text_plural(journal->plan->change_count),
             plan_reboot_count(journal->plan), journal->path);
  machine_log(self->machine, TLSMEND_LOG_START, text);
}

static const char *outcome_of(const tlsmend_report *report) {
  switch (report->result) {
  case TLSMEND_RESULT_NOTHING:
    return "nothing was to be done";
  case TLSMEND_RESULT_DONE:
    return "done";
  case TLSMEND_RESULT_RESTART:
    return "done so far, a restart is needed to go on";
  case TLSMEND_RESULT_AWAITS:
    return "done, and undone again unless it is confirmed";
  case TLSMEND_RESULT_UNDONE:
    return report->rolled_back ? "rolled back" : "failed, and everything was taken back";
  case TLSMEND_RESULT_LEFT:
    return "not everything could be taken back";
  }
  return "?";
}

void session_log_end(tlsmend_session *self, const char *verb, int code, const tlsmend_report *report,
                     const tlsmend_error *error) {
  char text[2000];
  if (code != TLSMEND_OK) {
    snprintf(text, sizeof text, "tlsmend %s on %s was refused (%s): %s", verb, self->spec,
             tlsmend_error_name(code), error ? error->text : "");
    machine_log(self->machine, TLSMEND_LOG_REFUSAL, text);
    return;
  }
  if (!report->journal)
    return;
  bool failed = report->result == TLSMEND_RESULT_LEFT ||
                (report->result == TLSMEND_RESULT_UNDONE && !report->rolled_back);
  const char *why = failed && report->journal->failure ? report->journal->failure : "";
  snprintf(text, sizeof text, "tlsmend %s: run %s on %s: %s%s%s. Journal: %s", verb, report->journal->run,
           self->spec, outcome_of(report), *why ? ": " : "", why, report->journal->path);
  machine_log(self->machine, failed ? TLSMEND_LOG_FAILURE : TLSMEND_LOG_END, text);
}

int tlsmend_install(tlsmend_session *session, int install, char out[256], tlsmend_error *error) {
  assert(session && out);
  int code = machine_may_write(session->machine, error);
  *out = 0;
  return code == TLSMEND_OK ? machine_log_source(session->machine, install != 0, out, error) : code;
}
