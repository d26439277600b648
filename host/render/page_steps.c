/* What is done: a list of steps that can be opened and filtered, and the registry difference in the spelling of regedit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/change.h"
#include "render/html.h"
#include "render/page_parts.h"
#include "registry/path.h"
#include "registry/regfile.h"
#include "registry/value.h"

static const char *verb(const char *kind) {
  static const char *const verbs[][2] = {
      {"key-create", "Create key"},     {"key-delete", "Delete key"},         {"value-set", "Set value"},
      {"value-delete", "Delete value"}, {"update-install", "Install update"}, {"reboot", "Restart"}};
  for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
    if (strcmp(verbs[i][0], kind) == 0)
      return verbs[i][1];
  return "Do";
}

static const char *group_of(const char *kind) {
  return strcmp(kind, "update-install") == 0 ? "update"
         : strcmp(kind, "reboot") == 0       ? "restart"
                                             : "registry";
}

/* A value for people. malloc'd. */
static char *shown(const text_builder *out, const json_t *json) {
  tlsmend_value value = {0};
  if (json_object_get(json, "secret"))
    return strdup(text_said(out, "a secret"));
  if (json_is_null(json))
    return strdup(text_said(out, "absent"));
  char *text = value_from_json(json, &value, NULL) == TLSMEND_OK ? value_print(&value) : NULL;
  tlsmend_value_clear(&value);
  return text ? text : strdup("?");
}

static void row(text_builder *out, const char *term, const char *text) {
  if (!*text)
    return;
  html_said(out, "dt", term);
  html_element(out, "dd", text);
}

/* As row, with a text of the program or of a runbook. */
static void row_said(text_builder *out, const char *term, const char *english) {
  if (!*english)
    return;
  html_said(out, "dt", term);
  html_said(out, "dd", english);
}

static const char *count_sentence(const json_t *change) {
  static const char *const words[][2] = {
      {"at-once", "at once"},
      {"next-read", "when the program that uses it reads it again"},
      {"new-process", "for programs that are started from then on"},
      {"new-credentials", "for programs and services that are started anew; a restart reaches all"},
      {"service-restart", "when the service is restarted"},
      {"restart", "after the next restart of Windows"}};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (strcmp(words[i][0], json_text(change, "effective")) == 0)
      return words[i][1];
  return "";
}

static void references(const json_t *json, const char *runbook, text_builder *out) {
  size_t index, at;
  json_t *item, *reference;
  json_array_foreach(json_object_get(json, "runbooks"), index, item) {
    if (strcmp(json_text(item, "id"), runbook) != 0 || !json_array_size(json_object_get(item, "references")))
      continue;
    html_said(out, "dt", "References");
    text_add(out, "<dd><ul>");
    json_array_foreach(json_object_get(item, "references"), at, reference) {
      text_add(out, "<li>");
      html_link(out, json_string_value(reference) ? json_string_value(reference) : "");
      text_add(out, "</li>");
    }
    text_add(out, "</ul></dd>");
  }
}

static void update_rows(const json_t *change, bool views, text_builder *out) {
  size_t index;
  json_t *file;
  if (*json_text(change, "file"))
    row(out, "Package", json_text(change, "file"));
  else
    row_said(out, "Package", "not at hand: plan again with it before this can be applied");
  row(out, "SHA-256", json_text(change, "sha256"));
  json_array_foreach(json_object_get(change, "files"), index, file) {
    html_said(out, "dt", "Brings");
    text_add(out, "<dd>");
    html_say(out,
             views && json_number(file, "view") == 32 ? "%s (32-bit): %s \xE2\x86\x92 %s or later"
                                                      : "%s: %s \xE2\x86\x92 %s or later",
             json_text(file, "path"),
             *json_text(file, "before") ? json_text(file, "before") : text_said(out, "unknown"),
             json_text(file, "after"));
    text_add(out, "</dd>");
  }
}

/* The last two names of a path: "Client" alone says nothing. */
static const char *tail_of(const char *key) {
  const char *leaf = path_leaf(key);
  for (const char *at = leaf - 1; leaf > key && at > key; at--)
    if (at[-1] == '\\')
      return at;
  return leaf;
}

static void summary(const json_t *change, bool views, text_builder *out) {
  const char *kind = json_text(change, "kind"), *key = json_text(change, "key");
  text_add(out, "<summary><span class=\"verb %s\">", group_of(kind));
  html_say(out, "%s", text_said(out, verb(kind)));
  text_add(out, "</span> ");
  if (json_is_string(json_object_get(change, "name"))) {
    char *before = shown(out, json_object_get(change, "before")),
         *after = shown(out, json_object_get(change, "after"));
    html_element(out, "bdi class=\"name\"",
                 *json_text(change, "name") ? json_text(change, "name") : "(Default)");
    text_add(out, " <span class=\"move\"><bdi>");
    html_text(out, before);
    text_add(out, "</bdi> <span aria-hidden=\"true\">&rarr;</span>");
    html_said(out, "span class=\"sr\"", "becomes");
    text_add(out, " <bdi>");
    html_text(out, after);
    text_add(out, "</bdi></span>");
    free(before);
    free(after);
  } else {
    html_element(out, "bdi class=\"name\"", *key ? tail_of(key) : json_text(change, "kb"));
  }
  if (json_is_string(json_object_get(change, "name"))) {
    text_add(out, " <span class=\"quiet\">");
    html_say(out, "in %s", tail_of(key));
    text_add(out, "</span>");
  }
  if (strcmp(kind, "reboot") == 0)
    html_said(out, "span class=\"quiet\"", json_text(change, "why"));
  if (views && json_number(change, "view") == 32 && *key) {
    text_add(out, " ");
    html_said(out, "span class=\"tag\"", "32-bit");
  }
  if (*json_text(change, "owner")) {
    text_add(out, " ");
    html_said(out, "span class=\"tag warn\"", "set by policy");
  }
  if (*json_text(change, "status")) {
    text_add(out, " <span class=\"tag status-");
    html_text(out, json_text(change, "status"));
    text_add(out, "\">");
    html_say(out, "%s", text_said(out, json_text(change, "status")));
    text_add(out, "</span>");
  }
  text_add(out, "</summary>");
}

static void step(const json_t *json, const json_t *change, size_t number, text_builder *out) {
  const char *kind = json_text(change, "kind");
  text_add(out, "<li class=\"step\" value=\"%zu\" data-group=\"%s\" data-status=\"", number, group_of(kind));
  html_text(out, json_text(change, "status"));
  text_add(out, "\"><details>");
  bool views = page_has_views(json);
  summary(change, views, out);
  text_add(out, "<dl>");
  row(out, "Key", json_text(change, "key"));
  row_said(out, "Why", json_text(change, "why"));
  if (strcmp(kind, "update-install") == 0)
    update_rows(change, views, out);
  row_said(out, "Counts", count_sentence(change));
  row_said(out, "Owner", json_text(change, "owner"));
  row_said(out, "Note", json_text(change, "note"));
  row(out, "Runbook", json_text(change, "runbook"));
  references(json, json_text(change, "runbook"), out);
  text_add(out, "</dl></details></li>\n");
}

void page_steps(const json_t *json, text_builder *out) {
  const json_t *changes = json_object_get(json, "changes");
  size_t index;
  long long phase = -1;
  json_t *change;
  if (!json_array_size(changes))
    return;
  static const char *const groups[][2] = {{"", "everything"},
                                          {"registry", "registry"},
                                          {"update", "updates"},
                                          {"restart", "restarts"},
                                          {NULL, NULL}};
  text_add(out, "<section id=\"steps\" aria-labelledby=\"h-steps\"><h2 id=\"h-steps\">");
  html_say(out, "Steps");
  text_add(out, "</h2>\n");
  page_controls(groups, out);
  json_array_foreach(changes, index, change) {
    if (json_number(change, "phase") != phase) {
      phase = json_number(change, "phase");
      text_append(out, index ? "</ol>\n" : "");
      if (phase)
        text_add(out, "<h3>"), html_say(out, "After restart %lld", phase), text_add(out, "</h3>\n");
      else if (json_number(json, "reboots"))
        html_said(out, "h3", "Before the restart"), text_add(out, "\n");
      text_add(out, "<ol class=\"steps\">\n");
    }
    step(json, change, index + 1, out);
  }
  text_add(out, "</ol></section>\n");
}

/* What a registration file says of one value: the lines behind its key. malloc'd, NULL when out of memory. */
static char *spelled(const char *name, const json_t *json) {
  tlsmend_value value = {0};
  unsigned char *bytes = NULL;
  size_t size = 0;
  if (value_from_json(json, &value, NULL) != TLSMEND_OK)
    return NULL;
  regfile_writer *writer = regfile_writer_new(REGFILE_UTF8);
  regfile_writer_key(writer, "HKLM\\X");
  regfile_writer_value(writer, name, &value);
  tlsmend_value_clear(&value);
  if (regfile_writer_finish(writer, &bytes, &size, NULL) != TLSMEND_OK)
    return NULL;
  char *text = calloc(1, size + 1), *end = NULL;
  if (text)
    memcpy(text, bytes, size);
  free(bytes);
  char *line = text ? strstr(text, "]\r\n") : NULL;
  if (line)
    memmove(text, line + 3, strlen(line + 3) + 1);
  while (text && (end = strstr(text, "\r")))
    memmove(end, end + 1, strlen(end));
  for (size_t length = text ? strlen(text) : 0; length && text[length - 1] == '\n'; length--)
    text[length - 1] = 0;
  return text;
}

static void difference_line(text_builder *out, const char *sign, const char *tag, const char *text) {
  text_add(out, "<%s>%s ", tag, sign);
  html_text(out, text);
  text_add(out, "</%s>\n", tag);
}

static void difference_value(const json_t *change, const char *member, const char *sign, text_builder *out) {
  const json_t *value = json_object_get(change, member);
  if (json_is_null(value))
    return;
  char *text = json_object_get(value, "secret") ? strdup(text_said(out, "(a secret)"))
                                                : spelled(json_text(change, "name"), value);
  difference_line(out, sign, *sign == '+' ? "ins" : "del", text ? text : "?");
  free(text);
}

/* The key as regedit shows it on this machine. */
static void difference_key(const json_t *change, bool views, bool changed, text_builder *out) {
  const char *key = json_text(change, "key"), *kind = json_text(change, "kind");
  char *stored = path_stored(key, views ? (int)json_number(change, "view") : 64);
  const char *path = stored ? stored : key, *root = path_root_long(path);
  const char *tag = strcmp(kind, "key-create") == 0 ? "ins" : strcmp(kind, "key-delete") == 0 ? "del" : "b";
  if (changed || *tag != 'b') {
    text_add(out, "<%s>%s", tag, *tag == 'i' ? "+ [" : *tag == 'd' ? "- [" : "  [");
    html_text(out, root ? root : "");
    html_text(out, path + strcspn(path, "\\"));
    text_add(out, "]</%s>\n", tag);
  }
  free(stored);
}

void page_difference(const json_t *json, text_builder *out) {
  size_t index, lines = 0;
  json_t *change;
  const char *last = "";
  long long last_view = 0;
  json_array_foreach(json_object_get(json, "changes"), index, change) lines += *json_text(change, "key") != 0;
  if (!lines)
    return;
  text_add(out, "<section id=\"difference\" aria-labelledby=\"h-difference\"><h2 id=\"h-difference\">");
  html_say(out, "Registry difference");
  text_add(out, "</h2>\n<p class=\"quiet\">");
  html_say(out, "As a registration file would say it:");
  text_add(out, " ");
  html_said(out, "del", "- goes");
  text_add(out, ", ");
  html_said(out, "ins", "+ comes");
  text_add(out, ".</p>\n<pre class=\"difference\" tabindex=\"0\" role=\"region\" aria-label=\"");
  html_say(out, "Registry difference");
  text_add(out, "\">");
  json_array_foreach(json_object_get(json, "changes"), index, change) {
    const char *key = json_text(change, "key");
    if (!*key)
      continue;
    bool changed = strcmp(key, last) != 0 || json_number(change, "view") != last_view;
    difference_key(change, page_has_views(json), changed, out);
    last = key;
    last_view = json_number(change, "view");
    if (!json_is_string(json_object_get(change, "name")))
      continue;
    difference_value(change, "before", "-", out);
    difference_value(change, "after", "+", out);
  }
  text_add(out, "</pre></section>\n");
}
