/* The controls of a page, which filter its rows and open them. */
#include "render/page_parts.h"

#include "render/html.h"

static void button(text_builder *out, const char *id, const char *label) {
  text_add(out, "<button type=\"button\" id=\"%s\">", id);
  html_say(out, "%s", text_said(out, label));
  text_add(out, "</button> ");
}

void page_controls(const char *const groups[][2], text_builder *out) {
  text_add(out, "<form class=\"controls\" hidden role=\"search\"><label>");
  html_say(out, "Filter");
  text_add(out, " <input type=\"search\" id=\"filter\" autocomplete=\"off\"></label> <label>");
  html_say(out, "Show");
  text_add(out, " <select id=\"group\">");
  for (; (*groups)[0]; groups++) {
    text_add(out, "<option value=\"%s\">", (*groups)[0]);
    html_say(out, "%s", text_said(out, (*groups)[1]));
    text_add(out, "</option>");
  }
  text_add(out, "</select></label> ");
  button(out, "expand", "Expand all");
  button(out, "collapse", "Collapse all");
  text_add(out, "<output id=\"shown\" aria-live=\"polite\" data-steps=\"");
  html_say(out, "Steps: %s of %s", "{1}", "{2}");
  text_add(out, "\" data-rows=\"");
  html_say(out, "Rows: %s of %s", "{1}", "{2}");
  text_add(out, "\"></output></form>\n");
}
