/*
 * Saying texts of the program to people, in the language of the text they go into. A text is looked up by its format, before
 * anything is filled in; what is filled in stays as it is. A sentence that comes from elsewhere (a runbook, a plan) goes in
 * through text_said, which looks it up as a whole: text_say(out, "why: %s", text_said(out, reason)).
 */
#ifndef TLSMEND_RENDER_SAY_H
#define TLSMEND_RENDER_SAY_H

#include <stdarg.h>

#include "base/text.h"
#include "render/language.h"

/* Adds a text. The format is the English one of the language files, where %zu and the like are %d, and %.16s and the like %s.
 * Blanks and line breaks around it are layout, and are added by text_add. */
#if defined(__MINGW32__)
__attribute__((format(gnu_printf, 2, 3)))
#elif defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void text_say(text_builder *self, const char *format, ...);

/* As text_say, but handed out (malloc'd) instead of added; NULL when out of memory, which the builder remembers. */
char *text_compose(text_builder *self, const char *format, va_list list);

/* Adds a translation with %1 to %9 filled in: as many arguments as the language has for its English text. */
void text_fill(text_builder *self, const char *local, const char *const *arguments);

/* A whole English text in the builder's language. Borrowed, as long as the language and the text live. */
const char *text_said(const text_builder *self, const char *english);

/* A number of things, such as "1 step" and "%zu steps": the languages there are have one text for one thing and one for more.
 * TEXT_COUNT is a text to be filled in, and lives as long as the block around it. */
enum { TEXT_COUNT_SIZE = 64 };
const char *text_count(text_builder *self, char out[TEXT_COUNT_SIZE], size_t count, const char *one,
                       const char *many);
#define TEXT_COUNT(self, count, one, many) text_count(self, (char[TEXT_COUNT_SIZE]){""}, count, one, many)

/* A label in the builder's language, behind what the line has already; what it names is added next. NULL: one more line of what
 * the label above names. */
void text_label(text_builder *self, const char *label);

/* Puts what the labels name into one column: `least`, or the one behind the widest label. Once, when all of the text is there. */
void text_align(text_builder *self, size_t least);

/* As text_wrap, in the builder's language. */
void text_tell(text_builder *self, size_t indent, size_t width, const char *prose);

#endif
