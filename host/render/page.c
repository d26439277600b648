/* The page as a whole: head, and the sections that are only text. */
#include "render/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/html.h"
#include "signing/trust.h"

static void fact(text_builder *out, const char *term, const char *text) {
  if (!*text)
    return;
  html_said(out, "dt", term);
  text_add(out, "<dd><bdi>");
  html_text(out, text);
  text_add(out, "</bdi></dd>\n");
}

/* Who has signed a runbook that is not part of tlsmend. */
static void runbook_signer(const json_t *runbook, text_builder *out) {
  char signer[400];
  const json_t *signature = json_object_get(runbook, "signature");
  if (!json_is_object(signature))
    return;
  trust_print(signature, signer, sizeof signer);
  text_add(out, ", ");
  html_say(out, "signature: %s", text_said(out, signer));
}

static void runbooks(const json_t *json, text_builder *out) {
  size_t index;
  json_t *runbook;
  json_array_foreach(json_object_get(json, "runbooks"), index, runbook) {
    if (json_is_string(runbook))
      fact(out, "Runbook", json_string_value(runbook));
    if (!json_is_object(runbook))
      continue;
    html_said(out, "dt", "Runbook");
    text_add(out, "<dd><bdi>");
    html_text(out, json_text(runbook, "id"));
    text_add(out, " ");
    html_text(out, json_text(runbook, "version"));
    text_add(out, "</bdi>: ");
    html_say(out, "%s", text_said(out, json_text(runbook, "title")));
    text_add(out, "<br><span class=\"quiet\">");
    html_say(out,
             json_is_true(json_object_get(runbook, "builtin")) ? "part of tlsmend" : "not part of tlsmend");
    runbook_signer(runbook, out);
    text_add(out, ", SHA-256 <code>");
    html_text(out, json_text(runbook, "sha256"));
    text_add(out, "</code></span>");
    if (json_is_false(json_object_get(runbook, "applies"))) {
      text_add(out, "<br>");
      html_say(out, "does not apply here: %s", text_said(out, json_text(runbook, "reason")));
    }
    text_add(out, "</dd>\n");
  }
}

static void facts(const page_document *document, text_builder *out) {
  const json_t *json = document->json, *machine = json_object_get(json, "machine");
  text_add(out, "<dl class=\"facts\">\n");
  fact(out, "Machine", json_text(machine, "computer"));
  if (*json_text(machine, "nt")) {
    text_add(out, "<dt>Windows</dt><dd>");
    html_text(out, json_text(machine, "product"));
    text_add(out, ", ");
    html_text(out, json_text(machine, "nt"));
    text_add(out, ".%lld", json_number(machine, "build"));
    if (json_number(machine, "service_pack"))
      text_add(out, " SP%lld", json_number(machine, "service_pack"));
    text_add(out, ", ");
    html_text(out, json_text(machine, "architecture"));
    text_add(out, "</dd>\n");
  }
  fact(out, "Named as", json_text(machine, "spec"));
  runbooks(json, out);
  fact(out, "Planned", json_text(json, "created"));
  fact(out, "By", json_text(json_object_get(json, "by"), "user"));
  fact(out, "On", json_text(json_object_get(json, "by"), "host"));
  fact(out, "Run", json_text(json, "run"));
  fact(out, "Begun", json_text(json, "begun"));
  fact(out, "Ended", json_text(json, "ended"));
  fact(out, "Why it failed", json_text(json, "failure"));
  fact(out, "File", document->name ? document->name : "");
  text_add(out, "</dl>\n");
}

static void lines(const json_t *list, text_builder *out) {
  size_t index;
  json_t *line;
  json_array_foreach(list, index, line)
      html_said(out, "li", json_string_value(line) ? json_string_value(line) : "?");
}

/* Who else sets values of this plan. */
static void owners(const json_t *json, text_builder *out) {
  size_t index;
  json_t *change;
  json_array_foreach(json_object_get(json, "changes"), index, change) {
    if (!*json_text(change, "owner"))
      continue;
    text_add(out, "<li>");
    html_say(out, "Step %zu will not stay: %s is %s", index + 1, json_text(change, "name"),
             text_said(out, json_text(change, "owner")));
    text_add(out, "</li>\n");
  }
}

/* The begin of a section with its heading; the id is the page's, not the reader's. */
static void section(text_builder *out, const char *id, const char *title) {
  text_add(out, "<section id=\"%s\" aria-labelledby=\"h-%s\"><h2 id=\"h-%s\">", id, id, id);
  html_say(out, "%s", text_said(out, title));
  text_add(out, "</h2>\n");
}

static void restarts(const json_t *json, text_builder *out) {
  size_t index;
  json_t *change;
  section(out, "restarts", "Restarts");
  if (!json_number(json, "reboots"))
    html_said(out, "p", "None.");
  text_add(out, json_number(json, "reboots") ? "<ul>\n" : "\n");
  json_array_foreach(json_object_get(json, "changes"), index, change) {
    if (strcmp(json_text(change, "kind"), "reboot") != 0)
      continue;
    text_add(out, "<li>");
    html_say(out, "Step %zu: %s", index + 1, text_said(out, json_text(change, "why")));
    text_add(out, "</li>\n");
  }
  text_add(out, "%s</section>\n", json_number(json, "reboots") ? "</ul>" : "");
}

static void unknowns(const json_t *json, text_builder *out) {
  bool any = json_array_size(json_object_get(json, "unknowns")) > 0;
  section(out, "unknowns", "What cannot be told");
  text_add(out, any ? "<p><strong>" : "<p>");
  html_say(out, any ? "The plan rests on these. Find them out before it is approved."
                    : "Nothing: every question that decided this plan was answered.");
  text_add(out, any ? "</strong></p><ul>\n" : "</p>\n");
  lines(json_object_get(json, "unknowns"), out);
  text_add(out, "%s</section>\n", any ? "</ul>" : "");
}

static void risks(const json_t *json, text_builder *out) {
  section(out, "risks", "Risks");
  text_add(out, "<ul>\n");
  lines(json_object_get(json, "findings"), out);
  owners(json, out);
  lines(json_object_get(json, "irreversible"), out);
  html_said(out, "li", "Programs that are running go on with the old settings until they are started anew.");
  text_add(out, "\n");
  html_said(out, "li",
            "`tlsmend rollback` takes every key and value back to what stands here as before, and deletes "
            "nothing that this plan did not create.");
  text_add(out, "\n</ul></section>\n");
  unknowns(json, out);
}

static void reads(const json_t *json, text_builder *out) {
  size_t index;
  json_t *read;
  const json_t *list = json_object_get(json, "reads");
  if (!json_array_size(list))
    return;
  section(out, "reads", "What was read");
  html_said(out, "p", "If one of these has moved, an apply of the saved plan is refused.");
  text_add(out, "\n<details class=\"more\"><summary>");
  html_say(out, json_array_size(list) == 1 ? "1 reading" : "%zu readings", json_array_size(list));
  text_add(out, "</summary><div class=\"scroll\"><table><thead><tr>");
  html_said(out, "th scope=\"col\"", "What");
  html_said(out, "th scope=\"col\"", "Where");
  html_said(out, "th scope=\"col\"", "Answer");
  text_add(out, "</tr></thead><tbody>\n");
  json_array_foreach(list, index, read) {
    char *answer = json_dumps(json_object_get(read, "answer"), JSON_ENCODE_ANY | JSON_COMPACT);
    text_add(out, "<tr><td>");
    html_say(out, "%s", text_said(out, json_text(read, "kind")));
    if (page_has_views(json) && json_number(read, "view") == 32)
      html_say(out, " (32-bit)");
    text_add(out, "</td><td><bdi>");
    html_text(out, json_text(read, "key"));
    if (json_object_get(read, "name"))
      text_add(out, "</bdi> <bdi class=\"name\">");
    html_text(out, json_object_get(read, "name") && !*json_text(read, "name") ? "(Default)"
                                                                              : json_text(read, "name"));
    text_add(out, "</bdi></td><td><bdi>");
    if (answer && strcmp(answer, "null") != 0)
      html_text(out, answer);
    else
      html_say(out, "absent");
    text_add(out, "</bdi></td></tr>\n");
    free(answer);
  }
  text_add(out, "</tbody></table></div></details></section>\n");
}

static void approvals_held(const json_t *approvals, text_builder *out) {
  size_t index;
  json_t *approval;
  json_array_foreach(approvals, index, approval) {
    text_add(out, "<li>");
    if (*json_text(approval, "approver"))
      html_text(out, json_text(approval, "approver"));
    else
      html_say(out, "somebody");
    text_add(out, ", ");
    html_say(out, "key `%s`", json_text(approval, "key"));
    if (*json_text(approval, "ticket")) {
      text_add(out, ", ");
      html_say(out, "ticket %s", json_text(approval, "ticket"));
    }
    if (*json_text(approval, "expires")) {
      text_add(out, ", ");
      html_say(out, "until %s", json_text(approval, "expires"));
    }
    text_add(out, "</li>\n");
  }
}

static void sign_here(text_builder *out) {
  html_said(
      out, "p",
      "To approve exactly this: `tlsmend approve FILE.plan -s KEY --approver NAME --ticket ID --expires "
      "14d`. The digest of FILE.plan must be the one above.");
  text_add(out, "\n<table class=\"sign\"><thead><tr>");
  html_said(out, "th scope=\"col\"", "Name");
  html_said(out, "th scope=\"col\"", "Date");
  html_said(out, "th scope=\"col\"", "Signature");
  text_add(out,
           "</tr></thead><tbody><tr><td>&nbsp;</td><td>&nbsp;</td><td>&nbsp;</td></tr><tr><td>&nbsp;</td>"
           "<td>&nbsp;</td><td>&nbsp;</td></tr></tbody></table>\n");
}

static void approval(const page_document *document, text_builder *out) {
  const json_t *held = json_object_get(document->json, "approval");
  const char *digest = document->sha256 ? document->sha256 : json_text(held, "plan_sha256");
  bool done = *json_text(document->json, "run") != 0;
  section(out, "approval", "Approval");
  text_add(out, "<dl class=\"facts\">\n");
  fact(out, "Plan", json_text(document->json, "id"));
  if (*digest) {
    html_said(out, "dt", "SHA-256 of the saved plan");
    text_add(out, "<dd>");
    html_element(out, "code class=\"digest\"", digest);
    text_add(out, "</dd>\n");
  }
  text_add(out, "</dl>\n");
  if (json_array_size(json_object_get(held, "approvals"))) {
    html_said(out, "p", "Approved by:");
    text_add(out, "<ul>\n");
    approvals_held(json_object_get(held, "approvals"), out);
    text_add(out, "</ul>\n");
  } else if (done) {
    html_said(out, "p", "This run had no signed approval.");
    text_add(out, "\n");
  }
  if (!done)
    sign_here(out);
  text_add(out, "</section>\n");
}

static void print_lines(const char *const *at, text_builder *out) {
  for (; *at; at++)
    text_add(out, "%s\n", *at);
}

static void title(const page_document *documents, size_t count, text_builder *out) {
  const json_t *machine = json_object_get(documents[0].json, "machine");
  const char *schema = json_text(documents[0].json, "schema");
  const char *name =
      *json_text(machine, "computer") ? json_text(machine, "computer") : json_text(machine, "spec");
  if (count > 1)
    html_say(out, "Machines and plans: %zu files", count);
  else if (strncmp(schema, "tlsmend-report/", 15) == 0)
    html_say(out, "Report on %s", name);
  else if (strncmp(schema, "tlsmend-status/", 15) == 0)
    html_say(out, "State of %s", name);
  else
    html_say(out, "Plan for %s", name);
}

static void head(const page_document *documents, size_t count, text_builder *out) {
  text_add(
      out,
      "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" "
      "content=\"no-referrer\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n<title>",
      language_name(out->language));
  title(documents, count, out);
  text_add(out, "</title>\n<style>\n");
  print_lines(page_style, out);
  text_add(out, "</style>\n</head>\n<body%s>\n", count > 1 ? " class=\"wide\"" : "");
  html_said(out, "a class=\"skip\" href=\"#main\"", "Skip to the content");
  text_add(out, "\n<header><p class=\"brand\">tlsmend</p><h1>");
  title(documents, count, out);
  text_add(out, "</h1>\n");
}

static void one(const page_document *document, text_builder *out) {
  const char *kind = "changes";
  text_builder sentence = {.language = out->language};
  char *text = NULL;
  page_verdict(document->json, &kind, &sentence);
  if (text_finish(&sentence, &text, NULL) != TLSMEND_OK)
    out->failed = true;
  text_add(out, "<p class=\"verdict %s\">%s</p></header>\n<main id=\"main\">\n", kind, text ? text : "");
  free(text);
  facts(document, out);
  if (strncmp(json_text(document->json, "schema"), "tlsmend-status/", 15) == 0) {
    page_table(document, 1, out);
    return;
  }
  const char *result = json_text(document->json, "result");
  if (strncmp(result, "failed", 6) == 0 || strncmp(result, "rolled", 6) == 0) {
    text_add(out, "<p>");
    html_said(out, "strong",
              "Below stands what was planned. This run was taken back: the machine is as it was before, but "
              "for the steps marked left.");
    text_add(out, "</p>\n");
  }
  page_matrix(document->json, out);
  page_steps(document->json, out);
  page_difference(document->json, out);
  restarts(document->json, out);
  risks(document->json, out);
  approval(document, out);
  reads(document->json, out);
}

int page_render(const page_set *set, char **out, tlsmend_error *error) {
  const page_document *documents = set->documents;
  size_t count = set->count;
  text_builder text = {.language = set->language};
  head(documents, count, &text);
  if (count == 1) {
    one(&documents[0], &text);
  } else {
    text_add(&text, "</header>\n<main id=\"main\">\n");
    page_table(documents, count, &text);
  }
  text_add(&text, "</main>\n<footer>");
  html_said(&text, "p", "This page needs no network and holds no secret values.");
  text_add(&text, "</footer>\n<script>\n");
  print_lines(page_script, &text);
  text_add(&text, "</script>\n</body>\n</html>\n");
  return text_finish(&text, out, error);
}
