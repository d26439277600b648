/* Escaping. */
#include "render/html.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/unicode.h"

/* The code point at *at, which is moved behind it; 0xFFFD for bytes that are no UTF-8. */
static unsigned long take_point(const unsigned char **at) {
  const unsigned char *byte = *at;
  unsigned long point = *byte;
  int more = point < 0x80             ? 0
             : (point & 0xE0) == 0xC0 ? 1
             : (point & 0xF0) == 0xE0 ? 2
             : (point & 0xF8) == 0xF0 ? 3
                                      : -1;
  *at = byte + 1;
  if (more < 0)
    return 0xFFFD;
  if (more)
    point &= 0x3Fu >> more;
  for (int i = 1; i <= more; i++) {
    if ((byte[i] & 0xC0) != 0x80)
      return 0xFFFD;
    point = point << 6 | (byte[i] & 0x3F);
  }
  *at = byte + 1 + more;
  return point;
}

void html_text(text_builder *out, const char *text) {
  for (const unsigned char *at = (const unsigned char *)text; at && *at;) {
    const unsigned char *start = at;
    unsigned long point = take_point(&at);
    if (point == '&')
      text_add(out, "&amp;");
    else if (point == '<')
      text_add(out, "&lt;");
    else if (point == '>')
      text_add(out, "&gt;");
    else if (point == '"')
      text_add(out, "&quot;");
    else if (point == '\'')
      text_add(out, "&#39;");
    else if (point == '\n' || point == '\t')
      text_add(out, point == '\n' ? "\n" : "\t");
    else if (point == 0xFFFD)
      text_add(out, "\xEF\xBF\xBD");
    else if (unicode_invisible((uint32_t)point))
      text_add(out, "[U+%04lX]", point);
    else
      text_add(out, "%.*s", (int)(at - start), (const char *)start);
  }
}

/* Prose: what stands between backticks is what is typed or named. */
static void add_prose(text_builder *out, char *text) {
  bool code = false;
  for (char *at = text; at && *at;) {
    size_t length = strcspn(at, "`");
    bool tick = at[length] == '`';
    at[length] = 0;
    html_text(out, at);
    at += length + tick;
    if (!tick)
      continue;
    code = !code;
    text_add(out, code ? "<code>" : "</code>");
  }
  if (code)
    text_add(out, "</code>");
}

void html_say(text_builder *out, const char *format, ...) {
  va_list list;
  va_start(list, format);
  char *text = text_compose(out, format, list);
  va_end(list);
  add_prose(out, text);
  free(text);
}

void html_said(text_builder *out, const char *open, const char *english) {
  text_add(out, "<%s>", open);
  html_say(out, "%s", text_said(out, english));
  text_add(out, "</%.*s>", (int)strcspn(open, " "), open);
}

void html_element(text_builder *out, const char *open, const char *text) {
  text_add(out, "<%s>", open);
  html_text(out, text);
  text_add(out, "</%.*s>", (int)strcspn(open, " "), open);
}

void html_link(text_builder *out, const char *address) {
  bool web = strncmp(address, "https://", 8) == 0 || strncmp(address, "http://", 7) == 0;
  if (web) {
    text_add(out, "<a rel=\"noreferrer\" href=\"");
    html_text(out, address);
    text_add(out, "\">");
  }
  html_text(out, address);
  if (web)
    text_add(out, "</a>");
}

const char *json_text(const json_t *json, const char *name) {
  const char *text = json_string_value(json_object_get(json, name));
  return text ? text : "";
}

long long json_number(const json_t *json, const char *name) {
  return (long long)json_integer_value(json_object_get(json, name));
}
