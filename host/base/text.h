/* A text that grows. Running out of memory is remembered and told at the end, so that a printer needs no checks of its own. */
#ifndef TLSMEND_BASE_TEXT_H
#define TLSMEND_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdarg.h>

#include <tlsmend/tlsmend.h>

#include "render/language.h"

typedef struct text_builder {
  char *bytes;
  size_t length, room;
  bool failed;
  const language *language; /* of what is said to people; NULL: English. Borrowed */
} text_builder;

/* Adds a text that is plain to look at, whatever the arguments hold (see unicode_plain): line breaks come from the format only. */
#if defined(__MINGW32__)
__attribute__((format(gnu_printf, 2, 3)))
#elif defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void text_add(text_builder *self, const char *format, ...);

/* Adds a text of the program in the builder's language. The English one stands in the language files, with %s and %d for what
 * `format` takes; blanks and line breaks around it are layout, and are added by text_add. */
#if defined(__MINGW32__)
__attribute__((format(gnu_printf, 2, 3)))
#elif defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void text_say(text_builder *self, const char *format, ...);

/* As text_say, but handed out (malloc'd) instead of added; NULL when out of memory, which the builder remembers. */
char *text_compose(text_builder *self, const char *format, va_list list);

/* An English text in the builder's language. malloc'd; NULL when out of memory, which the builder remembers. */
char *text_said(text_builder *self, const char *english);

/* A label in the builder's language, filled with blanks to `width` columns. */
void text_label(text_builder *self, const char *label, size_t width);

/* As text_wrap, in the builder's language. */
void text_tell(text_builder *self, size_t indent, size_t width, const char *prose);

/* Adds bytes as they are: JSON, and texts of the program itself. */
void text_append(text_builder *self, const char *bytes);

/* Adds prose, broken into lines of at most `width` columns; every line begins with `indent` blanks. */
void text_wrap(text_builder *self, size_t indent, size_t width, const char *prose);

/* Hands the text out (malloc'd), empties the builder. TLSMEND_E_MEMORY if any step failed. */
int text_finish(text_builder *self, char **out, tlsmend_error *error);

#endif
