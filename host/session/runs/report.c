/* Reports, as text and as JSON: views of a journal. */
#include "session/runs/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/error.h"
#include "commit/journal.h"
#include "render/change_text.h"
#include "script/script.h"
#include "session/output.h"
#include "session/runs/run.h"
#include "signing/trust.h"

void tlsmend_report_free(tlsmend_report *report) {
  if (!report)
    return;
  journal_close(report->journal);
  tlsmend_plan_free(report->plan);
  free(report->machine);
  free(report->state);
  free(report);
}

static tlsmend_report *report_new(const tlsmend_session *self, journal *journal, tlsmend_result result) {
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

int session_hand_out(const tlsmend_session *self, journal *journal, tlsmend_result result,
                     tlsmend_report **out, tlsmend_error *error) {
  /* Nothing more is written. While it is open nobody else on Windows can open it, and a report may be kept for long. */
  if (journal) {
    os_log_close(journal->log);
    journal->log = NULL;
  }
  *out = report_new(self, journal, result);
  if (*out)
    return TLSMEND_OK;
  journal_close(journal);
  return error_no_memory(error);
}

tlsmend_result session_result(commit_result result) {
  switch (result) {
  case COMMIT_DONE:
    return TLSMEND_RESULT_DONE;
  case COMMIT_AWAITS:
    return TLSMEND_RESULT_AWAITS;
  case COMMIT_BARRIER:
    return TLSMEND_RESULT_RESTART;
  case COMMIT_UNDONE:
    return TLSMEND_RESULT_UNDONE;
  case COMMIT_LEFT:
    return TLSMEND_RESULT_LEFT;
  }
  return TLSMEND_RESULT_LEFT;
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
  calendar_print(journal->deadline, until);
  return json_pack("{s:I, s:o, s:o}", "minutes", (json_int_t)journal->confirm_minutes, "deadline",
                   journal->deadline ? json_string(until) : json_null(), "kept_by",
                   keepers ? keepers : json_array());
}

/* The plan's JSON without what was read, each change with what became of it. */
json_t *report_run_to_json(const journal *journal, bool reads) {
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

void report_note(const journal_step *step, text_builder *out) {
  text_add(out, step->note ? ": %s\n" : "\n", step->note ? text_said(out, step->note) : "");
}

/* The last of the steps from `first` on of which the same is to be told; what stays is named one by one. */
static size_t last_alike(const journal *journal, size_t first) {
  const journal_step *steps = journal->steps;
  size_t last = first;
  while (last + 1 < journal->plan->change_count && steps[first].state != STEP_LEFT && steps[first].note &&
         steps[last + 1].state == steps[first].state && steps[last + 1].note &&
         strcmp(steps[last + 1].note, steps[first].note) == 0)
    last++;
  return last;
}

static void print_notes(const journal *journal, text_builder *out) {
  for (size_t i = 0; i < journal->plan->change_count; i++) {
    const journal_step *step = &journal->steps[i];
    size_t first = i;
    i = last_alike(journal, i);
    if (!step->note && step->state != STEP_LEFT)
      continue;
    if (i > first) {
      text_add(out, "  ");
      text_say(out, "steps %zu to %zu: %s", first + 1, i + 1, text_said(out, journal_step_name(step->state)));
      report_note(step, out);
      continue;
    }
    char *line = change_print_in(out->language, &journal->plan->changes[i], plan_has_views(journal->plan));
    text_add(out, "  ");
    text_say(out, "step %zu, %s: %s", i + 1, line ? line : "?",
             text_said(out, step->state == STEP_LEFT ? "not undone" : journal_step_name(step->state)));
    report_note(step, out);
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
    print_line(out, "%s: signature: %s", json_string_value(json_object_get(row, "runbook")),
               text_said(out, signer));
  }
  if (json_is_true(json_object_get(trust, "allow_unsigned")))
    print_line(out, "applied with --allow-unsigned");
}

void report_waiting(const journal *journal, const char *indent, text_builder *out) {
  char until[32], *keepers = NULL;
  calendar_print(journal->deadline, until);
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
  print_line(out, "run %s, %s, journal %s", journal->run,
             TEXT_COUNT(out, journal->plan->change_count, "1 step", "%zu steps"), journal->path);
  print_trust(journal->trust, out);
  if (journal->failure && !report->rolled_back)
    print_line(out, "why: %s", text_said(out, journal->failure));
  if (report->result == TLSMEND_RESULT_AWAITS)
    report_waiting(journal, "  ", out);
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
  text_add(&text, "%s", text_said(&text, headline(report)));
  text_add(&text, "\n");
  if (report->journal)
    print_run_lines(report, &text);
  for (size_t i = 0; plan && i < plan->runbook_count; i++) {
    const plan_runbook *runbook = &plan->runbooks[i];
    if (!runbook->applies && runbook->reason)
      print_line(&text, "%s does not apply here: %s", runbook->id, text_said(&text, runbook->reason));
    else if (!runbook->applies)
      print_line(&text, "%s does not apply here", runbook->id);
  }
  if (plan && plan->findings.list.count)
    print_line(&text, "attention:");
  for (size_t i = 0; plan && i < plan->findings.list.count; i++)
    text_tell(&text, 4, 79, plan->findings.list.items[i]);
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
  json_t *json = report->journal ? report_run_to_json(report->journal, page) : empty_to_json(report);
  json_object_set_new(json, "schema", json_string(REPORT_SCHEMA));
  json_object_set_new(json, "result", json_string(result_name(report)));
  return session_write(json, &(session_look){format, name, NULL}, out, error);
}
