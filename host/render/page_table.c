/* Many plans, reports and states as one table, which can be filtered; each row opens to its changes. */
#include <stdlib.h>
#include <string.h>

#include "render/html.h"
#include "render/page_parts.h"

static void cell(text_builder *out, const char *text) {
  text_add(out, "<td><bdi>");
  html_text(out, text);
  text_add(out, "</bdi></td>");
}

static void runbook_names(const json_t *json, text_builder *out) {
  size_t index;
  json_t *runbook;
  text_add(out, "<td>");
  json_array_foreach(json_object_get(json, "runbooks"), index, runbook) {
    text_add(out, "%s", index ? ", " : "");
    html_text(out, json_is_string(runbook) ? json_string_value(runbook) : json_text(runbook, "id"));
  }
  text_add(out, "</td>");
}

static void change_line(const json_t *change, bool views, text_builder *out) {
  text_add(out, "<li>");
  html_say(out, "%s", text_said(out, json_text(change, "kind")));
  text_add(out, " ");
  html_text(out, *json_text(change, "key") ? json_text(change, "key") : json_text(change, "kb"));
  if (views && json_number(change, "view") == 32)
    html_say(out, " (32-bit)");
  if (*json_text(change, "name"))
    text_add(out, " <b>");
  html_text(out, json_text(change, "name"));
  if (*json_text(change, "name"))
    text_add(out, "</b>");
  if (*json_text(change, "status")) {
    text_add(out, " ");
    html_said(out, "span class=\"tag\"", json_text(change, "status"));
  }
  text_add(out, "</li>\n");
}

static void details(const json_t *json, text_builder *out) {
  const json_t *changes = json_object_get(json, "changes");
  size_t index;
  json_t *item;
  text_add(out, "<td>");
  if (json_array_size(changes)) {
    text_add(out, "<details><summary>");
    html_say(out, json_array_size(changes) == 1 ? "1 step" : "%zu steps", json_array_size(changes));
    text_add(out, "</summary><ol>\n");
    json_array_foreach(changes, index, item) change_line(item, page_has_views(json), out);
    text_add(out, "</ol></details>");
  }
  json_array_foreach(json_object_get(json, "unknowns"), index, item) {
    text_add(out, "<p class=\"tag warn\">");
    html_say(out, "cannot tell: %s", json_string_value(item) ? text_said(out, json_string_value(item)) : "?");
    text_add(out, "</p>");
  }
  text_add(out, "</td>");
}

static void row(const page_document *document, const json_t *json, text_builder *out) {
  const json_t *machine = json_object_get(json, "machine");
  const char *kind = "changes";
  char *sentence = NULL;
  text_builder text = {.language = out->language};
  page_verdict(json, &kind, &text);
  if (text_finish(&text, &sentence, NULL) != TLSMEND_OK)
    out->failed = true;
  text_add(out, "<tr class=\"machine\" data-kind=\"%s\"><th scope=\"row\"><bdi>", kind);
  html_text(out,
            *json_text(machine, "computer") ? json_text(machine, "computer") : json_text(machine, "spec"));
  text_add(out, "</bdi></th>");
  cell(out, json_text(machine, "product"));
  runbook_names(json, out);
  text_add(out, "<td><span class=\"dot %s\" aria-hidden=\"true\"></span> %s</td>", kind,
           sentence ? sentence : "");
  free(sentence);
  cell(out, *json_text(json, "ended")   ? json_text(json, "ended")
            : *json_text(json, "begun") ? json_text(json, "begun")
                                        : json_text(json, "created"));
  details(json, out);
  text_add(out, "<td><bdi>");
  html_text(out, document->name ? document->name : "");
  text_add(out, "</bdi>");
  if (document->sha256)
    text_add(out, "<br><code class=\"digest\">%s</code>", document->sha256);
  text_add(out, "</td></tr>\n");
}

static void rows(const page_document *document, text_builder *out) {
  size_t index;
  json_t *run;
  const json_t *runs = json_object_get(document->json, "runs");
  if (!json_array_size(runs))
    row(document, document->json, out);
  json_array_foreach(runs, index, run) row(document, run, out);
}

void page_table(const page_document *documents, size_t count, text_builder *out) {
  static const char *const groups[][2] = {{"", "all"},          {"good", "good"},
                                          {"changes", "to do"}, {"unknown", "cannot tell"},
                                          {"bad", "failed"},    {NULL, NULL}};
  static const char *const columns[] = {"Machine", "Windows", "Runbooks", "Verdict",
                                        "When",    "Changes", "File"};
  page_controls(groups, out);
  text_add(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
  html_say(out, "Machines");
  text_add(out, "\"><table class=\"machines\"><thead><tr>");
  for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
    html_said(out, "th scope=\"col\"", columns[i]);
  text_add(out, "</tr></thead><tbody>\n");
  for (size_t i = 0; i < count; i++)
    rows(&documents[i], out);
  text_add(out, "</tbody></table></div>\n");
}
