/* `tlsmend status`: the list of a machine's runs, as text and as JSON. */
#include <stdlib.h>
#include <string.h>

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
  json_t *runs; /* NULL: only the text is wanted */
  text_builder text;
  char *folder; /* that of the run before, and whether it is the one that is named above */
  bool above;
  size_t open, count;
} status;

/* Of a run that has ended. */
static const char *end_state(run_result result) {
  return result == RUN_DONE ? "done" : result == RUN_UNDONE ? "undone" : "failed, something is left";
}

static const char *run_state(const journal *journal) {
  if (journal->result != RUN_OPEN)
    return end_state(journal->result);
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

/* The line of a run. */
static void print_head(status *status, const journal_summary *run, const char *state) {
  size_t index;
  json_t *id;
  text_add(&status->text, "%s  %s  ", run->run, run->begun);
  text_say(&status->text, run->steps == 1 ? "%s, %zu of 1 step" : "%s, %zu of %zu steps",
           text_said(&status->text, state), run->done, run->steps);
  json_array_foreach(run->runbooks, index, id)
      text_add(&status->text, "%s %s", index ? "," : " ", json_string_value(id));
  text_add(&status->text, "\n");
}

/* What stands below the line of a run that is open, or has steps to be told of. */
static void print_run(status *status, const journal *journal) {
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
}

static void print_torn(status *status) {
  text_add(&status->text, "    ");
  text_say(&status->text,
           "the last record is torn (the program was stopped while it wrote): it counts as not written");
  text_add(&status->text, "\n");
}

static int add_json(status *status, const journal *journal) {
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
  return json_array_append_new(status->runs, run) == 0 ? TLSMEND_OK : TLSMEND_E_MEMORY;
}

static const char *standing_name(const known_run *run) {
  return run->standing == RUN_STRAY ? "stray" : run->standing == RUN_GONE ? "gone" : "damaged";
}

/* A journal that cannot be read is part of the answer, not the end of it. */
static int add_unreadable(status *status, const known_run *run) {
  const char *why = run->why ? run->why : run->path;
  status->open += run->open;
  text_add(&status->text, "%s\n", why);
  if (!run->open && run->standing != RUN_STRAY) {
    text_add(&status->text, "    ");
    text_say(&status->text, "it is not in the way of other runs: what was open then has ended since");
    text_add(&status->text, "\n");
  }
  return !status->runs || json_array_append_new(status->runs,
                                                json_pack("{s:s, s:s, s:s, s:b}", "journal", run->path,
                                                          "state", standing_name(run), "failure",
                                                          run->why ? run->why : "", "open", run->open)) == 0
             ? TLSMEND_OK
             : TLSMEND_E_MEMORY;
}

/* Its end has told that it has ended, and further up it is damaged. */
static int add_damaged(status *status, const known_run *run, int code, tlsmend_error *error) {
  known_run damaged = *run;
  damaged.standing = code == TLSMEND_E_UNSUPPORTED ? RUN_NEWER : RUN_DAMAGED;
  damaged.why = error->text;
  return add_unreadable(status, &damaged);
}

/* Whether a run's journal lies in the folder that stands above the list. */
static bool lies_above(status *status, const known_run *run) {
  char *folder = journal_folder(run->path);
  if (folder && (!status->folder || strcmp(folder, status->folder) != 0))
    status->above = os_path_same(folder, status->session->state);
  free(status->folder);
  status->folder = folder;
  return folder && status->above;
}

static int look_at(status *status, const known_run *run, tlsmend_error *error) {
  const journal_summary *told = &run->told;
  status->count++;
  if (run->standing != RUN_READABLE)
    return add_unreadable(status, run);
  journal *journal = NULL;
  bool brief = !status->runs && told->result != RUN_OPEN && !told->told;
  int code = brief ? TLSMEND_OK : journal_read(run->path, &journal, error);
  if (code != TLSMEND_OK && code != TLSMEND_E_MEMORY && run->glanced)
    return add_damaged(status, run, code, error);
  if (code != TLSMEND_OK)
    return code;
  status->open += told->result == RUN_OPEN;
  print_head(status, told, journal ? run_state(journal) : end_state(told->result));
  if (journal) {
    session_owns(status->session, journal, true);
    print_run(status, journal);
  }
  if (run->torn)
    print_torn(status);
  if (!lies_above(status, run))
    text_add(&status->text, "    %s\n", run->path);
  if (status->runs)
    code = add_json(status, journal);
  journal_close(journal);
  return code;
}

int tlsmend_status(tlsmend_session *session, tlsmend_format format, char **out, size_t *open,
                   tlsmend_error *error) {
  *out = NULL;
  status status = {.session = session,
                   .runs = format == TLSMEND_FORMAT_TEXT ? NULL : json_array(),
                   .text = {.language = session->language}};
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
  free(status.folder);
  json_decref(status.runs);
  return code;
}
