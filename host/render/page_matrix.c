/*
 * The matrix of protocols: what Schannel and WinHTTP are told before and after the plan, from its changes and from what was
 * read. "default" is Windows' own choice, "not read" is what nobody looked at: neither is guessed.
 */
#include <stdio.h>
#include <string.h>

#include "render/html.h"
#include "render/page_parts.h"
#include "base/unicode.h"
#include "tls/version.h"

#define SCHANNEL "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols"
#define WINHTTP  "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\WinHttp"

enum { COLUMNS = 4, ROWS = TLS_VERSION_COUNT };

typedef enum cell { NOT_READ, DEFAULT, ON, OFF, ASKED, HALF } cell;
static const char *const cell_names[] = {"not read", "default", "on", "off", "if asked for", "half set"};
static const char *const cell_classes[] = {"none", "default", "on", "off", "asked", "half"};

static const char *const columns[COLUMNS] = {"Schannel client", "Schannel server", "WinHTTP 64-bit",
                                             "WinHTTP 32-bit"};

typedef enum known { UNKNOWN, ABSENT, NUMBER, OTHER } known;

static known take(const json_t *value, long long *out) {
  const json_t *data = json_object_get(value, "data");
  if (json_is_null(value))
    return ABSENT;
  if (!json_is_integer(data))
    return OTHER;
  *out = (long long)json_integer_value(data);
  return NUMBER;
}

static bool about(const json_t *json, const char *key, int view, const char *name) {
  return json_number(json, "view") == view && unicode_name_equal(json_text(json, "key"), key) &&
         json_is_string(json_object_get(json, "name")) && unicode_name_equal(json_text(json, "name"), name);
}

/* Whether the key, or one above it, was seen to be absent. */
static bool key_absent(const json_t *reads, const char *key, int view) {
  size_t index;
  json_t *read;
  json_array_foreach(reads, index, read) {
    const char *path = json_text(read, "key");
    size_t length = strlen(path);
    if (strcmp(json_text(read, "kind"), "key") == 0 && json_is_false(json_object_get(read, "answer")) &&
        json_number(read, "view") == view && strncmp(path, key, length) == 0 &&
        (!key[length] || key[length] == '\\'))
      return true;
  }
  return false;
}

/* What a value was, or will be. */
static known look(const json_t *json, const char *key, int view, const char *name, bool after,
                  long long *out) {
  size_t index;
  json_t *item, *found = NULL;
  const json_t *reads = json_object_get(json, "reads");
  json_array_foreach(json_object_get(json, "changes"), index, item) {
    if (about(item, key, view, name) && (after || !found))
      found = item;
  }
  if (found)
    return take(json_object_get(found, after ? "after" : "before"), out);
  json_array_foreach(reads, index, item) {
    if (strcmp(json_text(item, "kind"), "value") == 0 && about(item, key, view, name))
      return take(json_object_get(item, "answer"), out);
  }
  return key_absent(reads, key, view) ? ABSENT : UNKNOWN;
}

bool page_has_views(const json_t *json) {
  return strcmp(json_text(json_object_get(json, "machine"), "architecture"), "x86") != 0;
}

static cell schannel_cell(const json_t *json, const char *protocol, const char *role, bool after) {
  char key[200];
  long long enabled = 0, disabled = 0;
  int view = page_has_views(json) ? 64 : 32;
  snprintf(key, sizeof key, "%s\\%s\\%s", SCHANNEL, protocol, role);
  known on = look(json, key, view, "Enabled", after, &enabled);
  known hidden = look(json, key, view, "DisabledByDefault", after, &disabled);
  if (on == UNKNOWN && hidden == UNKNOWN)
    return NOT_READ;
  if (on == NUMBER && enabled == 0)
    return OFF;
  if (on == ABSENT && hidden == ABSENT)
    return DEFAULT;
  if (hidden == NUMBER && disabled != 0)
    return ASKED;
  return on == NUMBER && hidden == NUMBER ? ON : HALF;
}

static cell winhttp_cell(const json_t *json, long long bit, int view, bool after) {
  long long bits = 0;
  known found = look(json, WINHTTP, view, "DefaultSecureProtocols", after, &bits);
  if (found == UNKNOWN)
    return NOT_READ;
  return found == ABSENT ? DEFAULT : found == OTHER ? HALF : bits & bit ? ON : OFF;
}

static cell cell_of(const json_t *json, int row, int column, bool after) {
  if (column < 2)
    return schannel_cell(json, tls_version_name((tls_version)row), column ? "Server" : "Client", after);
  return winhttp_cell(json, tls_version_bit((tls_version)row), column == 2 ? 64 : 32, after);
}

typedef struct matrix {
  cell before[ROWS][COLUMNS], after[ROWS][COLUMNS];
  bool any;
} matrix;

static void draw_half(text_builder *out, cell cell, int x, int y, const char *when) {
  text_add(out, "<g class=\"cell %s %s\"><rect x=\"%d\" y=\"%d\" width=\"82\" height=\"30\" rx=\"5\"/>",
           cell_classes[cell], when, x, y);
  text_add(out, "<text x=\"%d\" y=\"%d\">", x + 41, y + 20);
  html_say(out, "%s", text_said(out, cell_names[cell]));
  text_add(out, "</text></g>\n");
}

static void draw_text(text_builder *out, const char *class, int x, int y, const char *english) {
  text_add(out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class, x, y);
  html_say(out, "%s", text_said(out, english));
  text_add(out, "</text>");
}

static void draw(const matrix *matrix, text_builder *out) {
  text_add(out, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"");
  html_say(out, "Protocols before and after, a picture");
  text_add(out,
           "\">\n<svg class=\"matrix\" viewBox=\"0 0 860 %d\" role=\"img\" aria-labelledby=\"matrix-title "
           "matrix-text\">\n",
           60 + ROWS * 38);
  html_said(out, "title id=\"matrix-title\"", "Protocols before and after");
  text_add(out, "\n");
  html_said(out, "desc id=\"matrix-text\"", "The same stands in the table below.");
  text_add(out, "\n");
  for (int column = 0; column < COLUMNS; column++) {
    draw_text(out, "head", 165 + column * 196, 22, columns[column]);
    draw_text(out, "sub", 119 + column * 196, 42, "before");
    draw_text(out, "sub", 211 + column * 196, 42, "after");
    text_add(out, "\n");
  }
  for (int row = 0; row < ROWS; row++) {
    int y = 52 + row * 38;
    text_add(out, "<text class=\"row\" x=\"0\" y=\"%d\">%s</text>\n", y + 20,
             tls_version_name((tls_version)row));
    for (int column = 0; column < COLUMNS; column++) {
      bool moves = matrix->before[row][column] != matrix->after[row][column];
      int x = 78 + column * 196;
      draw_half(out, matrix->before[row][column], x, y, "before");
      if (moves)
        text_add(out, "<path class=\"arrow\" d=\"M%d %d h6 m-3 -4 l4 4 l-4 4\"/>\n", x + 84, y + 15);
      draw_half(out, matrix->after[row][column], x + 94, y, moves ? "moves" : "stays");
    }
  }
  text_add(out, "</svg></div>\n");
}

static void tabulate(const matrix *matrix, text_builder *out) {
  text_add(out, "<details class=\"more\">");
  html_said(out, "summary", "The same as a table");
  text_add(out, "<div class=\"scroll\"><table>\n<thead><tr>");
  html_said(out, "th scope=\"col\"", "Protocol");
  for (int column = 0; column < COLUMNS; column++)
    html_said(out, "th scope=\"col\"", columns[column]);
  text_add(out, "</tr></thead><tbody>\n");
  for (int row = 0; row < ROWS; row++) {
    text_add(out, "<tr><th scope=\"row\">%s</th>", tls_version_name((tls_version)row));
    for (int column = 0; column < COLUMNS; column++) {
      cell before = matrix->before[row][column], after = matrix->after[row][column];
      text_add(out, before == after ? "<td>" : "<td><strong>");
      if (before == after)
        html_say(out, "%s", text_said(out, cell_names[before]));
      else
        html_say(out, "%s, then %s", text_said(out, cell_names[before]), text_said(out, cell_names[after]));
      text_add(out, before == after ? "</td>" : "</strong></td>");
    }
    text_add(out, "</tr>\n");
  }
  text_add(out, "</tbody></table></div></details>\n");
}

void page_matrix(const json_t *json, text_builder *out) {
  static const char legend[] = "\xE2\x80\x9C"
                               "default\xE2\x80\x9D: no value is set, this Windows decides. \xE2\x80\x9Cif "
                               "asked for\xE2\x80\x9D: only for "
                               "programs that ask for this protocol. \xE2\x80\x9Cnot read\xE2\x80\x9D: "
                               "nothing in this plan looked at it. "
                               "WinHTTP uses only what Schannel offers as a client.";
  matrix matrix = {.any = false};
  for (int row = 0; row < ROWS; row++)
    for (int column = 0; column < COLUMNS; column++) {
      matrix.before[row][column] = cell_of(json, row, column, false);
      matrix.after[row][column] = cell_of(json, row, column, true);
      matrix.any =
          matrix.any || matrix.after[row][column] != NOT_READ || matrix.before[row][column] != NOT_READ;
    }
  if (!matrix.any)
    return;
  text_add(out, "<section id=\"protocols\" aria-labelledby=\"h-protocols\"><h2 id=\"h-protocols\">");
  html_say(out, "Protocols before and after");
  text_add(out, "</h2>\n");
  draw(&matrix, out);
  tabulate(&matrix, out);
  html_said(out, "p class=\"quiet\"", legend);
  text_add(out, "\n</section>\n");
}
