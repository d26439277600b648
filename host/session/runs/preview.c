/* What a rollback would do, shown beforehand: the inverse changes of a run, and those that --skip-changed leaves. */
#include <assert.h>
#include <stdlib.h>

#include "base/error.h"
#include "machine/machine.h"
#include "machine/sim/sim.h"
#include "plan/change.h"
#include "plan/plan.h"
#include "render/change_text.h"
#include "session/output.h"
#include "session/runs/known.h"
#include "session/runs/report.h"
#include "session/runs/rollback.h"

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
    char *line = change_print_in(out->language, &plan->changes[i], views);
    if (left)
      text_add(out, "       ");
    else
      text_add(out, "%5zu. ", i + 1);
    if (left)
      text_say(out, "Left as somebody else changed it, not: %s", line ? line : "?");
    else
      text_add(out, "%s", line ? line : "?");
    text_add(out, "\n");
    free(line);
  }
}

/* The updates that a rollback removes: they have no inverse change, but they are something to undo. */
static size_t updates_to_remove(const tlsmend_session *self, const journal *journal) {
  size_t count = 0;
  for (size_t i = 0; journal && machine_removes_updates(self->machine) && i < journal->plan->change_count;
       i++)
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
  bool removed = machine_removes_updates(self->machine);
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

/* `journal` is NULL if nothing is to be undone. */
static int render(const tlsmend_session *self, const journal *journal, const tlsmend_plan *inverse,
                  const tlsmend_plan *skipped, tlsmend_format format, char **out, tlsmend_error *error) {
  if (format == TLSMEND_FORMAT_JSON)
    return preview_json(self, journal, inverse, skipped, out, error);
  size_t steps = inverse->change_count + updates_to_remove(self, journal);
  text_builder text = {.language = self->language};
  if (journal) {
    text_say(&text, "Rollback of run %s (%s) on %s: %s", journal->run, journal->begun, self->spec,
             TEXT_COUNT(&text, steps, "1 step", "%zu steps"));
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
  int code = preview.inverse && preview.skipped ? session_find_undoable(self, run, &journal, error)
                                                : error_no_memory(error);
  if (code == TLSMEND_OK)
    code = sim_reread(self->machine, error);
  if (code == TLSMEND_OK && journal)
    code = session_check_undo(self, journal, flags, collect, &preview, error);
  if (code == TLSMEND_OK) {
    plan_settle(preview.inverse);
    plan_settle(preview.skipped);
    code = render(self, journal, preview.inverse, preview.skipped, format, out, error);
  }
  if (code == TLSMEND_OK && journal)
    *steps = preview.inverse->change_count + updates_to_remove(self, journal);
  journal_close(journal);
  tlsmend_plan_free(preview.inverse);
  tlsmend_plan_free(preview.skipped);
  return code;
}
