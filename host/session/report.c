/* Reports, previews and the list of runs, as text and as JSON. All of them are views of a journal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/change.h"
#include "base/text.h"
#include "signing/trust.h"
#include "os/os.h"
#include "session/session.h"

#define REPORT_SCHEMA "tlsmend-report/1"
#define STATUS_SCHEMA "tlsmend-status/1"

tlsmend_report *report_new(const tlsmend_session *self, journal *journal, tlsmend_result result) {
  tlsmend_report *report = calloc(1, sizeof *report);
  if (!report)
    return NULL;
  report->machine = strdup(self->spec);
  report->state = strdup(journal ? session_folder(self, journal) : self->state);
  if (!report->machine || !report->state) {
    tlsmend_report_free(report);
    return NULL;
  }
  report->journal = journal;
  report->result = result;
  return report;
}

void tlsmend_report_free(tlsmend_report *report) {
  if (!report)
    return;
  journal_close(report->journal);
  tlsmend_plan_free(report->plan);
  free(report->machine);
  free(report->state);
  free(report);
}

tlsmend_result tlsmend_report_result(const tlsmend_report *report) { return report->result; }

int tlsmend_report_exit(const tlsmend_report *report) {
  switch (report->result) {
  case TLSMEND_RESULT_NOTHING:
  case TLSMEND_RESULT_DONE:
    return 0;
  case TLSMEND_RESULT_RESTART:
    return 3010;
  case TLSMEND_RESULT_UNDONE:
    return report->rolled_back && !report->journal->lost ? 0 : 1;
  case TLSMEND_RESULT_AWAITS:
    return report->journal->unchecked ? tlsmend_error_exit(TLSMEND_E_UNKNOWN) : 0;
  case TLSMEND_RESULT_LEFT:
    return 4;
  }
  return 4;
}

static const char *result_name(const tlsmend_report *report) {
  switch (report->result) {
  case TLSMEND_RESULT_NOTHING:
    return "nothing";
  case TLSMEND_RESULT_DONE:
    return "done";
  case TLSMEND_RESULT_RESTART:
    return "restart";
  case TLSMEND_RESULT_UNDONE:
    return report->rolled_back ? "rolled-back" : "failed-undone";
  case TLSMEND_RESULT_AWAITS:
    return "awaits-confirmation";
  case TLSMEND_RESULT_LEFT:
    return report->rolled_back ? "rolled-back-partly" : "failed-left";
  }
  return "?";
}

/* The plan that a report speaks of; NULL if there is none. */
static const tlsmend_plan *plan_of(const tlsmend_report *report) {
  return report->journal ? report->journal->plan : report->plan;
}

/* Until when a run must be confirmed, and what keeps it beside that: texts "ID: SERVERS", or nothing. */
static json_t *confirm_to_json(const journal *journal) {
  char until[32];
  json_t *keepers = plan_keepers(journal->plan);
  os_time_print(journal->deadline, until);
  return json_pack("{s:I, s:o, s:o}", "minutes", (json_int_t)journal->confirm_minutes, "deadline",
                   journal->deadline ? json_string(until) : json_null(), "kept_by",
                   keepers ? keepers : json_array());
}

/* The plan's JSON without what was read, each change with what became of it. */
static json_t *run_to_json(const journal *journal, bool reads) {
  json_t *json = plan_to_json(journal->plan);
  if (!reads)
    json_object_del(json, "reads");
  json_object_del(json, "checksum");
  json_object_del(json, "result");
  json_object_set_new(json, "run", json_string(journal->run));
  json_object_set_new(json, "begun", json_string(journal->begun));
  json_object_set_new(json, "ended", journal->ended ? json_string(journal->ended) : json_null());
  json_object_set_new(json, "failure", journal->failure ? json_string(journal->failure) : json_null());
  if (journal->trust)
    json_object_set(json, "trust", journal->trust);
  json_object_set_new(json, "approval", journal->approval ? json_incref(journal->approval) : json_null());
  if (journal->confirm_minutes) {
    json_object_set_new(json, "confirm", confirm_to_json(journal));
    json_object_set_new(json, "unchecked",
                        journal->unchecked ? json_string(journal->unchecked) : json_null());
  }
  json_t *changes = json_object_get(json, "changes");
  for (size_t i = 0; i < json_array_size(changes); i++) {
    json_t *change = json_array_get(changes, i);
    const journal_step *step = &journal->steps[i];
    json_object_set_new(change, "status", json_string(journal_step_name(step->state)));
    json_object_set_new(change, "note", step->note ? json_string(step->note) : json_null());
  }
  return json;
}

/* What a report holds without any run: the same members, empty. */
static json_t *empty_to_json(const tlsmend_report *report) {
  if (report->plan) {
    json_t *json = plan_to_json(report->plan);
    json_object_del(json, "reads");
    json_object_del(json, "checksum");
    return json;
  }
  return json_pack("{s:s, s:{s:s}, s:[], s:[], s:i, s:[], s:[]}", "schema", REPORT_SCHEMA, "machine", "spec",
                   report->machine, "runbooks", "changes", "reboots", 0, "unknowns", "findings");
}

static void print_notes(const journal *journal, text_builder *out) {
  for (size_t i = 0; i < journal->plan->change_count; i++) {
    const journal_step *step = &journal->steps[i];
    if (!step->note && step->state != STEP_LEFT)
      continue;
    char *line = change_print(&journal->plan->changes[i], plan_has_views(journal->plan));
    text_add(out, "  ");
    text_say(out, "step %zu, %s: %s%s%s", i + 1, line ? line : "?",
             step->state == STEP_LEFT ? "not undone" : journal_step_name(step->state), step->note ? ": " : "",
             step->note ? step->note : "");
    text_add(out, "\n");
    free(line);
  }
}

static const char *headline(const tlsmend_report *report) {
  const tlsmend_plan *plan = plan_of(report);
  switch (report->result) {
  case TLSMEND_RESULT_NOTHING:
    return plan && plan->runbook_count && !plan_applying_count(plan) ? "Nothing to do: it does not apply."
                                                                     : "Nothing to do.";
  case TLSMEND_RESULT_DONE:
    return report->journal && report->journal->deadline ? "Done. It is kept."
                                                        : "Done. A second plan is empty.";
  case TLSMEND_RESULT_RESTART:
    return "Done so far. A restart is needed to go on.";
  case TLSMEND_RESULT_UNDONE:
    return report->rolled_back ? "Rolled back." : "Failed. Everything that was written has been taken back.";
  case TLSMEND_RESULT_AWAITS:
    return "Done. It will be undone unless it is confirmed.";
  case TLSMEND_RESULT_LEFT:
    return report->rolled_back ? "Rolled back, but not everything."
                               : "Failed, and not everything could be taken back.";
  }
  return "?";
}

/* The lines below the headline stand two columns in. */
#define print_line(out, ...) (text_add(out, "  "), text_say(out, __VA_ARGS__), text_add(out, "\n"))

/* Who has signed what was run, and whether it was run although nobody has. */
static void print_trust(const json_t *trust, text_builder *out) {
  size_t index;
  json_t *row;
  json_array_foreach(json_object_get(trust, "runbooks"), index, row) {
    char signer[400];
    trust_print(row, signer, sizeof signer);
    print_line(out, "%s: signature: %s", json_string_value(json_object_get(row, "runbook")), signer);
  }
  if (json_is_true(json_object_get(trust, "allow_unsigned")))
    print_line(out, "applied with --allow-unsigned");
}

/* Of a run that waits: until when, what keeps it beside confirming it, and whether its runbooks have been asked. */
static void print_waiting(const journal *journal, const char *indent, text_builder *out) {
  char until[32], *keepers = NULL;
  os_time_print(journal->deadline, until);
  tlsmend_plan_keepers(journal->plan, &keepers, NULL);
  text_add(out, "%s", indent);
  text_say(out, "confirm it before %s: tlsmend confirm", until);
  text_add(out, "\n%s", indent);
  if (keepers)
    text_say(out, "it is kept too if then its verify passes, which connects to a server: %s", keepers);
  else
    text_say(out, "nothing else keeps it");
  text_add(out, "\n");
  free(keepers);
  if (!journal->unchecked)
    return;
  text_add(out, "%s", indent);
  text_say(out, "its runbooks could not be asked whether it is right: %s", journal->unchecked);
  text_add(out, "\n");
}

static void print_run_lines(const tlsmend_report *report, text_builder *out) {
  const journal *journal = report->journal;
  print_line(out, "run %s, %zu steps, journal %s", journal->run, journal->plan->change_count, journal->path);
  print_trust(journal->trust, out);
  if (journal->failure && !report->rolled_back)
    print_line(out, "why: %s", journal->failure);
  if (report->result == TLSMEND_RESULT_AWAITS)
    print_waiting(journal, "  ", out);
  print_notes(journal, out);
  if (journal->lost)
    print_line(out,
               "the journal could not be written to the end: `tlsmend rollback` closes the run when it can "
               "be");
}

static int print_report(const tlsmend_report *report, const language *language, char **out,
                        tlsmend_error *error) {
  text_builder text = {.language = language};
  const tlsmend_plan *plan = plan_of(report);
  text_say(&text, "%s", headline(report));
  text_add(&text, "\n");
  if (report->journal)
    print_run_lines(report, &text);
  for (size_t i = 0; plan && i < plan->runbook_count; i++) {
    const plan_runbook *runbook = &plan->runbooks[i];
    if (!runbook->applies)
      print_line(&text, "%s does not apply here%s%s", runbook->id, runbook->reason ? ": " : "",
                 runbook->reason ? runbook->reason : "");
  }
  if (plan && plan->finding_count)
    print_line(&text, "attention:");
  for (size_t i = 0; plan && i < plan->finding_count; i++)
    text_tell(&text, 4, 79, plan->findings[i]);
  return text_finish(&text, out, error);
}

int tlsmend_report_render(const tlsmend_report *report, tlsmend_format format, char **out,
                          tlsmend_error *error) {
  return tlsmend_report_render_in(report, format, NULL, out, error);
}

int tlsmend_report_render_in(const tlsmend_report *report, tlsmend_format format, const char *name,
                             char **out, tlsmend_error *error) {
  *out = NULL;
  language *language = NULL;
  if (format == TLSMEND_FORMAT_TEXT) {
    int code = script_language_open(NULL, name, &language, error);
    if (code == TLSMEND_OK)
      code = print_report(report, language, out, error);
    language_close(language);
    return code;
  }
  bool page = format == TLSMEND_FORMAT_HTML;
  json_t *json = report->journal ? run_to_json(report->journal, page) : empty_to_json(report);
  json_object_set_new(json, "schema", json_string(REPORT_SCHEMA));
  json_object_set_new(json, "result", json_string(result_name(report)));
  return session_write(json, &(session_look){format, name, NULL}, out, error);
}

static json_t *changes_to_json(const tlsmend_plan *plan) {
  json_t *changes = json_array();
  for (size_t i = 0; i < plan->change_count; i++)
    json_array_append_new(changes, change_to_json(&plan->changes[i], false));
  return changes;
}

static int preview_json(const tlsmend_session *self, const journal *journal, const tlsmend_plan *inverse,
                        const tlsmend_plan *skipped, char **out, tlsmend_error *error) {
  json_t *runbooks = json_array();
  for (size_t i = 0; journal && i < journal->plan->runbook_count; i++)
    json_array_append_new(runbooks, json_string(journal->plan->runbooks[i].id));
  return session_dump(json_pack("{s:s, s:{s:s}, s:o, s:o, s:o, s:o, s:i, s:[], s:s}", "schema", REPORT_SCHEMA,
                                "machine", "spec", self->spec, "run",
                                journal ? json_string(journal->run) : json_null(), "runbooks", runbooks,
                                "changes", changes_to_json(inverse), "skipped", changes_to_json(skipped),
                                "reboots", 0, "unknowns", "result", journal ? "rollback" : "nothing"),
                      out, error);
}

static void print_inverse(const tlsmend_plan *plan, bool views, bool left, text_builder *out) {
  for (size_t i = 0; i < plan->change_count; i++) {
    char *line = change_print(&plan->changes[i], views);
    if (left)
      text_add(out, "       ");
    else
      text_add(out, "%5zu. ", i + 1);
    text_say(out, left ? "Left as somebody else changed it, not: %s" : "%s", line ? line : "?");
    text_add(out, "\n");
    free(line);
  }
}

size_t report_updates_to_remove(const tlsmend_session *self, const journal *journal) {
  size_t count = 0;
  for (size_t i = 0; journal && self->machine->ops->update_remove && i < journal->plan->change_count; i++)
    count += journal->plan->changes[i].kind == TLSMEND_CHANGE_UPDATE_INSTALL &&
             journal->steps[i].state != STEP_OPEN;
  return count;
}

/* Why there is nothing to roll back. */
static void print_nothing(const tlsmend_session *self, text_builder *out) {
  journal *last = NULL;
  text_say(out, "Nothing to roll back on %s.", self->spec);
  text_add(out, "\n");
  if (session_find_run(self, NULL, false, &last, NULL) == TLSMEND_OK && last) {
    text_say(out,
             "The last run, %s, is undone already. `tlsmend rollback RUN` undoes an older one; `tlsmend "
             "status` lists them.",
             last->run);
    text_add(out, "\n");
  }
  journal_close(last);
}

/* The updates that were installed, behind the steps in numbers if they are steps. */
static void print_updates(const tlsmend_session *self, const journal *journal, size_t number,
                          text_builder *out) {
  bool removed = self->machine->ops->update_remove != NULL;
  for (size_t i = 0; i < journal->plan->change_count; i++) {
    if (journal->plan->changes[i].kind != TLSMEND_CHANGE_UPDATE_INSTALL ||
        journal->steps[i].state == STEP_OPEN)
      continue;
    if (removed)
      text_add(out, "%5zu. ", ++number);
    else
      text_add(out, "       ");
    text_say(out, removed ? "remove update %s" : "Not undone: %s stays installed.",
             journal->plan->changes[i].update.kb);
    text_add(out, "\n");
  }
}

int report_preview(const tlsmend_session *self, const journal *journal, const tlsmend_plan *inverse,
                   const tlsmend_plan *skipped, tlsmend_format format, char **out, tlsmend_error *error) {
  if (format == TLSMEND_FORMAT_JSON)
    return preview_json(self, journal, inverse, skipped, out, error);
  size_t steps = inverse->change_count + report_updates_to_remove(self, journal);
  text_builder text = {.language = self->language};
  if (journal) {
    text_say(&text, "Rollback of run %s (%s) on %s: %zu steps", journal->run, journal->begun, self->spec,
             steps);
    text_add(&text, "\n");
  } else {
    print_nothing(self, &text);
  }
  bool views = journal && plan_has_views(journal->plan);
  print_inverse(inverse, views, false, &text);
  if (journal)
    print_updates(self, journal, inverse->change_count, &text);
  print_inverse(skipped, views, true, &text);
  return text_finish(&text, out, error);
}

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
  text_say(&status->text, "%s", said);
  text_add(&status->text, "\n");
}

static void print_run(status *status, const journal *journal) {
  size_t done = 0;
  for (size_t i = 0; i < journal->plan->change_count; i++)
    done += journal->steps[i].state == STEP_DONE;
  text_add(&status->text, "%s  %s  ", journal->run, journal->begun);
  text_say(&status->text, "%s, %zu of %zu steps", run_state(journal), done, journal->plan->change_count);
  for (size_t i = 0; i < journal->plan->runbook_count; i++)
    text_add(&status->text, "%s %s", i ? "," : " ", journal->plan->runbooks[i].id);
  text_add(&status->text, "\n");
  if (journal->result == RUN_OPEN && journal->deadline) {
    print_waiting(journal, "    ", &status->text);
    print_watch(status, journal);
  }
  if (journal->result == RUN_OPEN && journal->stalled) {
    text_add(&status->text, "    ");
    text_say(&status->text, "it could not go on: %s", journal->stalled);
    text_add(&status->text, "\n");
  }
  for (size_t i = 0; i < journal->plan->change_count; i++) {
    if (journal->steps[i].state != STEP_LEFT && journal->steps[i].state != STEP_INTENDED)
      continue;
    char *line = change_print(&journal->plan->changes[i], plan_has_views(journal->plan));
    text_add(&status->text, "    ");
    text_say(&status->text, "step %zu %s: %s%s%s", i + 1,
             journal->steps[i].state == STEP_LEFT ? "not undone" : "begun", line ? line : "?",
             journal->steps[i].note ? ": " : "", journal->steps[i].note ? journal->steps[i].note : "");
    text_add(&status->text, "\n");
    free(line);
  }
  if (!journal->torn)
    return;
  text_add(&status->text, "    ");
  text_say(&status->text,
           "the last record is torn (the program was stopped while it wrote): it counts as not written");
  text_add(&status->text, "\n");
}

static int add_run(status *status, const journal *journal) {
  json_t *run = run_to_json(journal, false);
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
  text_label(&status.text, "Machine", 9);
  text_add(&status.text, "%s\n", session->spec);
  text_label(&status.text, "Journals", 9);
  text_add(&status.text, "%s\n", session->state);
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
