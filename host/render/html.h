/*
 * Pieces of HTML: text of others is escaped here and nowhere else. What cannot be seen (control characters, and those that turn
 * the direction of writing) is shown by name, so that a page says what the machine holds and nothing hides on it.
 */
#ifndef TLSMEND_RENDER_HTML_H
#define TLSMEND_RENDER_HTML_H

#include <jansson.h>

#include "render/say.h"

/* Text, also inside a quoted attribute. NULL adds nothing. */
void html_text(text_builder *out, const char *text);

/* A text of the program in the builder's language, as text_say. What stands between backticks becomes <code>. */
#if defined(__MINGW32__)
__attribute__((format(gnu_printf, 2, 3)))
#elif defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void html_say(text_builder *out, const char *format, ...);

/* <tag>text</tag> with a text of the program. */
void html_said(text_builder *out, const char *open, const char *english);

/* <tag>text</tag>; `open` may hold attributes: "p class=\"why\"". */
void html_element(text_builder *out, const char *open, const char *text);

/* A reference: a link if it is http or https, plain text otherwise. */
void html_link(text_builder *out, const char *address);

/* A member that is a string, "" otherwise; a number or 0. Borrowed. */
const char *json_text(const json_t *json, const char *name);
long long json_number(const json_t *json, const char *name);

#endif
