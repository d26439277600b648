/* The verdict of a page: one sentence that says how it stands. */
#include "render/page_parts.h"

#include <string.h>

#include "render/html.h"

static size_t change_count(const json_t *json) {
  return json_array_size(json_object_get(json, "changes")) - (size_t)json_number(json, "reboots");
}

/* How many runbooks of the plan do not apply to the machine. */
static size_t not_applying(const json_t *json) {
  size_t index, count = 0;
  json_t *runbook;
  json_array_foreach(json_object_get(json, "runbooks"), index, runbook) {
    count += json_is_false(json_object_get(runbook, "applies"));
  }
  return count;
}

static void plan_verdict(const json_t *json, const char **kind, text_builder *out) {
  size_t reboots = (size_t)json_number(json, "reboots"), changes = change_count(json);
  size_t unknowns = json_array_size(json_object_get(json, "unknowns"));
  *kind = unknowns ? "unknown" : changes + reboots ? "changes" : "good";
  size_t aside = not_applying(json), all = json_array_size(json_object_get(json, "runbooks"));
  const char *change_text = TEXT_COUNT(out, changes, "1 change", "%zu changes");
  const char *restart_text = TEXT_COUNT(out, reboots, "1 restart", "%zu restarts");
  if (changes + reboots == 0 && aside && aside == all) {
    *kind = "unknown";
    html_say(out, all == 1 ? "Nothing is planned: the runbook does not apply to this machine."
                           : "Nothing is planned: no runbook applies to this machine.");
  } else if (changes + reboots == 0) {
    html_say(out, "Nothing is to be done: the machine is as it should be.");
  } else if (reboots) {
    html_say(out, "%s and %s are needed; nothing has been written.", change_text, restart_text);
  } else {
    html_say(out,
             changes == 1 ? "%s is needed; nothing has been written."
                          : "%s are needed; nothing has been written.",
             change_text);
  }
  if (aside && aside < all) {
    text_add(out, " ");
    html_say(out, "Runbooks that do not apply here: %zu of %zu.", aside, all);
  }
  if (unknowns) {
    text_add(out, " ");
    html_say(out,
             unknowns == 1 ? "The plan rests on 1 thing that the machine could not tell."
                           : "The plan rests on %zu things that the machine could not tell.",
             unknowns);
  }
}

/* One run of a status. */
static void run_verdict(const json_t *json, const char **kind, text_builder *out) {
  const char *state = json_text(json, "state");
  bool done = strcmp(state, "done") == 0, undone = strcmp(state, "undone") == 0,
       open = strncmp(state, "open", 4) == 0;
  *kind = done || undone ? "good" : open ? "changes" : "bad";
  html_say(out, "Run %s: %s", json_text(json, "run"), text_said(out, state));
  if (!done && *json_text(json, "failure")) {
    text_add(out, ". ");
    html_say(out, "%s", text_said(out, json_text(json, "failure")));
  }
}

static void status_verdict(const json_t *json, const char **kind, text_builder *out) {
  long long open = json_number(json, "open");
  *kind = open ? "changes" : "good";
  if (open > 1)
    html_say(out, "%lld runs not finished: resume or roll back.", open);
  else
    html_say(out, open ? "1 run not finished: resume or roll back." : "No run is open.");
}

void page_verdict(const json_t *json, const char **kind, text_builder *out) {
  static const struct row {
    const char *result, *kind, *sentence;
  } rows[] = {
      {"nothing", "good", "Nothing was to be done: the machine is as it should be."},
      {"done", "good", "Done: every change is made, and a second plan is empty."},
      {"restart", "changes", "Done so far: a restart is needed to go on."},
      {"failed-undone", "bad", "Failed: everything that was written has been taken back."},
      {"failed-left", "bad", "Failed, and not everything could be taken back: see the steps marked left."},
      {"rolled-back", "good", "Rolled back: every value is what it was before."},
      {"rolled-back-partly", "bad", "Rolled back, but not everything: see the steps marked left."},
      {"rollback", "changes", "A rollback would make these changes; nothing has been written."},
      {"error", "bad", "No plan could be made."}};
  const char *result = json_text(json, "result"), *schema = json_text(json, "schema");
  if (*json_text(json, "state") && *json_text(json, "journal")) {
    run_verdict(json, kind, out);
    return;
  }
  if (strncmp(schema, "tlsmend-status/", 15) == 0) {
    status_verdict(json, kind, out);
    return;
  }
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (strcmp(rows[i].result, result) != 0)
      continue;
    *kind = rows[i].kind;
    html_say(out, "%s", text_said(out, rows[i].sentence));
    return;
  }
  plan_verdict(json, kind, out);
}
