/* `tlsmend status`: the list of a machine's runs, as text and as JSON. */
#include <stdlib.h>

#include "plan/plan.h"
#include "render/change_text.h"
#include "session/output.h"
#include "session/runs/deadline.h"
#include "session/runs/known.h"
#include "session/runs/report.h"
#include "session/runs/run.h"
#include "session/runs/watch.h"

typedef struct status {
  const tlsmend_session *session;
  json_t *runs;
  text_builder text;
  size_t open, count;
} status;

static const char *run_state(const journal *journal) {
  if (journal->result == RUN_DONE)
    return "done";
  if (journal->result == RUN_UNDONE)
    return "undone";
  if (journal->result == RUN_LEFT)
    return "failed, something is left";
  if (journal->undoing)
    return "open: stopped while undoing";
  if (journal->deadline)
    return "open: waits for tlsmend confirm";
  return journal->at_barrier ? "open: waits for a restart" : "open: stopped in the middle";
}

/* Whether the end of the time will be noticed. */
static void print_watch(status *status, const journal *journal) {
  const char *said = NULL;
  json_t *keepers = plan_keepers(journal->plan);
  if (session_is_over(status->session, journal))
    said = keepers ? "its time is over: tlsmend resume undoes it, or keeps it"
                   : "its time is over: tlsmend resume undoes it";
  else if (session_watched(status->session, journal) == 0)
    said = "no process waits for the end of that time: tlsmend resume starts one";
  json_decref(keepers);
  if (!said)
    return;
  text_add(&status->text, "    ");
  text_add(&status->text, "%s", text_said(&status->text, said));
  text_add(&status->text, "\n");
}

/* A batch that was stopped: which of its steps are done, only the machine can tell. */
static void print_begun(status *status, size_t first, size_t last) {
  text_add(&status->text, "    ");
  text_say(&status->text, "steps %zu to %zu begun: tlsmend resume looks which of them are done", first + 1,
           last + 1);
  text_add(&status->text, "\n");
}

/* What was begun and what was not undone. */
static void print_steps(status *status, const journal *journal) {
  size_t count = journal->plan->change_count, end;
  for (size_t i = 0; i < count; i = end) {
    const journal_step *step = &journal->steps[i];
    for (end = i + 1; end < count && step->state == STEP_INTENDED &&
                      journal->steps[end].state == STEP_INTENDED && !step->note && !journal->steps[end].note;)
      end++;
    if (step->state != STEP_LEFT && step->state != STEP_INTENDED)
      continue;
    if (end > i + 1) {
      print_begun(status, i, end - 1);
      continue;
    }
    char *line =
        change_print_in(status->text.language, &journal->plan->changes[i], plan_has_views(journal->plan));
    text_add(&status->text, "    ");
    text_say(&status->text, step->state == STEP_LEFT ? "step %zu not undone: %s" : "step %zu begun: %s",
             i + 1, line ? line : "?");
    report_note(step, &status->text);
    free(line);
  }
}

static void print_run(status *status, const journal *journal) {
  size_t done = 0;
  for (size_t i = 0; i < journal->plan->change_count; i++)
    done += journal->steps[i].state == STEP_DONE;
  text_add(&status->text, "%s  %s  ", journal->run, journal->begun);
  text_say(&status->text, journal->plan->change_count == 1 ? "%s, %zu of 1 step" : "%s, %zu of %zu steps",
           text_said(&status->text, run_state(journal)), done, journal->plan->change_count);
  for (size_t i = 0; i < journal->plan->runbook_count; i++)
    text_add(&status->text, "%s %s", i ? "," : " ", journal->plan->runbooks[i].id);
  text_add(&status->text, "\n");
  if (journal->result == RUN_OPEN && journal->deadline) {
    report_waiting(journal, "    ", &status->text);
    print_watch(status, journal);
  }
  if (journal->result == RUN_OPEN && journal->stalled) {
    text_add(&status->text, "    ");
    text_say(&status->text, "it could not go on: %s", text_said(&status->text, journal->stalled));
    text_add(&status->text, "\n");
  }
  print_steps(status, journal);
  if (!journal->torn)
    return;
  text_add(&status->text, "    ");
  text_say(&status->text,
           "the last record is torn (the program was stopped while it wrote): it counts as not written");
  text_add(&status->text, "\n");
}

static int add_run(status *status, const journal *journal) {
  json_t *run = report_run_to_json(journal, false);
  json_object_set_new(run, "state", json_string(run_state(journal)));
  json_object_set_new(run, "stalled", journal->stalled ? json_string(journal->stalled) : json_null());
  json_object_set_new(run, "torn", json_boolean(journal->torn));
  if (journal->result == RUN_OPEN && journal->deadline) {
    int watched = session_watched(status->session, journal);
    json_object_set_new(json_object_get(run, "confirm"), "watched",
                        watched < 0 ? json_null() : json_boolean(watched));
  }
  json_object_set_new(run, "journal", json_string(journal->path));
  status->count++;
  status->open += journal->result == RUN_OPEN;
  print_run(status, journal);
  return json_array_append_new(status->runs, run) == 0 ? TLSMEND_OK : TLSMEND_E_MEMORY;
}

static const char *standing_name(const known_run *run) {
  return run->standing == RUN_STRAY ? "stray" : run->standing == RUN_GONE ? "gone" : "damaged";
}

/* A journal that cannot be read is part of the answer, not the end of it. */
static int add_unreadable(status *status, const known_run *run) {
  status->count++;
  status->open += run->open;
  text_add(&status->text, "%s\n", run->why ? run->why : run->path);
  if (!run->open && run->standing != RUN_STRAY) {
    text_add(&status->text, "    ");
    text_say(&status->text, "it is not in the way of other runs: what was open then has ended since");
    text_add(&status->text, "\n");
  }
  return json_array_append_new(status->runs, json_pack("{s:s, s:s, s:s, s:b}", "journal", run->path, "state",
                                                       standing_name(run), "failure",
                                                       run->why ? run->why : "", "open", run->open)) == 0
             ? TLSMEND_OK
             : TLSMEND_E_MEMORY;
}

static int look_at(status *status, const known_run *run, tlsmend_error *error) {
  journal *journal = NULL;
  if (run->standing != RUN_READABLE)
    return add_unreadable(status, run);
  int code = journal_read(run->path, &journal, error);
  if (code == TLSMEND_OK && session_owns(status->session, journal, true))
    code = add_run(status, journal);
  if (code == TLSMEND_OK && !os_path_same(journal->state, status->session->state))
    text_add(&status->text, "    %s\n", journal->path);
  journal_close(journal);
  return code;
}

int tlsmend_status(tlsmend_session *session, tlsmend_format format, char **out, size_t *open,
                   tlsmend_error *error) {
  *out = NULL;
  status status = {session, json_array(), {.language = session->language}, 0, 0};
  text_label(&status.text, "Machine");
  text_add(&status.text, "%s\n", session->spec);
  text_label(&status.text, "Journals");
  text_add(&status.text, "%s\n", session->state);
  text_align(&status.text, 9);
  known_runs runs;
  int code = session_known(session, &runs, error);
  for (size_t i = 0; code == TLSMEND_OK && i < runs.count; i++)
    code = look_at(&status, &runs.items[i], error);
  known_runs_clear(&runs);
  if (!status.count) {
    text_say(&status.text, "No runs.");
    text_add(&status.text, "\n");
  }
  if (open)
    *open = status.open;
  char *text = NULL;
  int finished = text_finish(&status.text, &text, error);
  if (code == TLSMEND_OK)
    code = finished;
  if (code == TLSMEND_OK && format == TLSMEND_FORMAT_TEXT) {
    *out = text;
    text = NULL;
  } else if (code == TLSMEND_OK) {
    code = session_dump(json_pack("{s:s, s:{s:s}, s:s, s:I, s:O, s:s}", "schema", STATUS_SCHEMA, "machine",
                                  "spec", session->spec, "state", session->state, "open",
                                  (json_int_t)status.open, "runs", status.runs, "result",
                                  status.open ? "open" : "nothing-open"),
                        out, error);
  }
  free(text);
  json_decref(status.runs);
  return code;
}
