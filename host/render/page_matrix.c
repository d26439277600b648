/*
 * The picture of protocols: what the model of the handshake says of the machine before the plan and after it, layer by layer, as it
 * stands in the plan ("picture"). Nothing is judged here; a plan of a tlsmend that did not ask the model has none.
 */
#include <string.h>

#include "render/html.h"
#include "render/page_parts.h"
#include "tls/version.h"

enum { COLUMNS_MOST = 6, ROWS = TLS_VERSION_COUNT, LEFT = 78, WIDE = 196 };

/* The class of a cell: green is what should be, new versions on; old ones that are on are amber, off is no matter. */
static const char *answer_class(const char *answer, int version) {
  bool modern = version >= TLS_1_2;
  if (strcmp(answer, "yes") == 0)
    return modern ? "on" : "asked";
  if (strcmp(answer, "no") == 0)
    return modern ? "off" : "none";
  return strcmp(answer, "not supported") == 0 ? "none" : "half";
}

static const char *layer_title(const char *layer) {
  static const char *const titles[][2] = {{"schannel", "Schannel"},     {"winhttp", "WinHTTP"},
                                          {"wininet", "WinINET"},       {"dotnet", ".NET"},
                                          {"powershell", "PowerShell"}, {"rdp", "Remote Desktop"},
                                          {"http_sys", "http.sys"},     {"sql", "SQL Server"}};
  for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
    if (strcmp(titles[i][0], layer) == 0)
      return titles[i][1];
  return layer;
}

static const json_t *rows_of(const json_t *json, const char *when) {
  return json_object_get(json_object_get(json_object_get(json, "picture"), when), "rows");
}

/* The row of the same program on the other side; NULL: it is not there. */
static const json_t *same_row(const json_t *rows, const json_t *row) {
  size_t index;
  json_t *other;
  json_array_foreach(rows, index, other) {
    if (strcmp(json_text(other, "layer"), json_text(row, "layer")) == 0 &&
        strcmp(json_text(other, "who"), json_text(row, "who")) == 0)
      return other;
  }
  return NULL;
}

bool page_has_views(const json_t *json) {
  return strcmp(json_text(json_object_get(json, "machine"), "architecture"), "x86") != 0;
}

/* Rows that say something of each version: the columns of the picture. */
typedef struct columns {
  const json_t *before[COLUMNS_MOST], *after[COLUMNS_MOST];
  int count;
} columns;

static columns choose(const json_t *json) {
  columns out = {.count = 0};
  size_t index;
  json_t *row;
  json_array_foreach(rows_of(json, "after"), index, row) {
    const json_t *before = same_row(rows_of(json, "before"), row);
    if (out.count == COLUMNS_MOST || !before || !json_is_object(json_object_get(row, "versions")))
      continue;
    out.before[out.count] = before;
    out.after[out.count++] = row;
  }
  return out;
}

static const char *cell(const json_t *row, int version) {
  return json_text(json_object_get(row, "versions"), tls_version_name((tls_version)version));
}

static void draw_half(text_builder *out, const char *class, const char *answer, int x, int y,
                      const char *when) {
  text_add(out, "<g class=\"cell %s %s\"><rect x=\"%d\" y=\"%d\" width=\"82\" height=\"30\" rx=\"5\"/>",
           class, when, x, y);
  text_add(out, "<text x=\"%d\" y=\"%d\">", x + 41, y + 20);
  html_say(out, "%s", text_said(out, answer));
  text_add(out, "</text></g>\n");
}

static void draw_text(text_builder *out, const char *class, int x, int y, const char *english) {
  text_add(out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class, x, y);
  html_say(out, "%s", text_said(out, english));
  text_add(out, "</text>");
}

static void draw_cells(const columns *columns, int version, text_builder *out) {
  int y = 70 + version * 38;
  text_add(out, "<text class=\"row\" x=\"0\" y=\"%d\">%s</text>\n", y + 20,
           tls_version_name((tls_version)version));
  for (int i = 0; i < columns->count; i++) {
    const char *before = cell(columns->before[i], version), *after = cell(columns->after[i], version);
    bool moves = strcmp(before, after) != 0;
    int x = LEFT + i * WIDE;
    draw_half(out, answer_class(before, version), before, x, y, "before");
    if (moves)
      text_add(out, "<path class=\"arrow\" d=\"M%d %d h6 m-3 -4 l4 4 l-4 4\"/>\n", x + 84, y + 15);
    draw_half(out, answer_class(after, version), after, x + 94, y, moves ? "moves" : "stays");
  }
}

static void draw(const columns *columns, text_builder *out) {
  text_add(out, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"");
  html_say(out, "Protocols before and after, a picture");
  text_add(out,
           "\">\n<svg class=\"matrix%s\" viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"matrix-title "
           "matrix-text\">\n",
           columns->count > 4 ? " many" : "", LEFT + columns->count * WIDE, 78 + ROWS * 38);
  html_said(out, "title id=\"matrix-title\"", "Protocols before and after");
  text_add(out, "\n");
  html_said(out, "desc id=\"matrix-text\"", "The same stands in the table below.");
  text_add(out, "\n");
  for (int i = 0; i < columns->count; i++) {
    draw_text(out, "head", LEFT + 87 + i * WIDE, 18, layer_title(json_text(columns->after[i], "layer")));
    draw_text(out, "sub", LEFT + 87 + i * WIDE, 38, json_text(columns->after[i], "who"));
    draw_text(out, "sub", LEFT + 41 + i * WIDE, 58, "before");
    draw_text(out, "sub", LEFT + 135 + i * WIDE, 58, "after");
    text_add(out, "\n");
  }
  for (int version = 0; version < ROWS; version++)
    draw_cells(columns, version, out);
  text_add(out, "</svg></div>\n");
}

/* What stood in the way, or stands in it. */
static void put_why(const json_t *row, text_builder *out) {
  if (!*json_text(row, "why"))
    return;
  text_add(out, "<br><span class=\"quiet\">");
  html_say(out, "%s", text_said(out, json_text(row, "why")));
  text_add(out, "</span>");
}

static void put_answer(const json_t *row, bool moves, text_builder *out) {
  text_add(out, moves ? "<td><strong>" : "<td>");
  html_say(out, "%s", text_said(out, row ? json_text(row, "tls12") : "absent"));
  text_add(out, moves ? "</strong>" : "");
  if (row)
    put_why(row, out);
  text_add(out, "</td>");
}

/* Every layer: whether it finishes a handshake of TLS 1.2 or later, before and after, and what stands in the way. */
static void tabulate(const json_t *json, text_builder *out) {
  const json_t *rows = rows_of(json, "before");
  size_t index;
  json_t *row;
  text_add(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
  html_say(out, "TLS 1.2 or later");
  text_add(out, "\"><table>\n<thead><tr>");
  html_said(out, "th scope=\"col\"", "TLS 1.2 or later");
  html_said(out, "th scope=\"col\"", "before");
  html_said(out, "th scope=\"col\"", "after");
  text_add(out, "</tr></thead><tbody>\n");
  json_array_foreach(rows_of(json, "after"), index, row) {
    const json_t *before = same_row(rows, row);
    bool moves = !before || strcmp(json_text(before, "tls12"), json_text(row, "tls12")) != 0;
    text_add(out, "<tr><th scope=\"row\">");
    html_text(out, layer_title(json_text(row, "layer")));
    text_add(out, ", ");
    html_say(out, "%s", text_said(out, json_text(row, "who")));
    text_add(out, "</th>");
    put_answer(before, false, out);
    put_answer(row, moves, out);
    text_add(out, "</tr>\n");
  }
  text_add(out, "</tbody></table></div>\n");
}

void page_matrix(const json_t *json, text_builder *out) {
  columns columns = choose(json);
  if (!columns.count)
    return;
  text_add(out, "<section id=\"protocols\" aria-labelledby=\"h-protocols\"><h2 id=\"h-protocols\">");
  html_say(out, "Protocols before and after");
  text_add(out, "</h2>\n");
  draw(&columns, out);
  tabulate(json, out);
  html_said(
      out, "p class=\"quiet\"",
      "\xE2\x80\x9Con request\xE2\x80\x9D: only for programs that ask for this protocol. WinHTTP and WinINET "
      "ask for what their values name. A layer gets what Schannel has as a client.");
  text_add(out, "\n</section>\n");
}
