/* A text that grows. Running out of memory is remembered and told at the end, so that a printer needs no checks of its own. */
#ifndef TLSMEND_BASE_TEXT_H
#define TLSMEND_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include <tlsmend/tlsmend.h>

typedef struct text_builder {
  char *bytes;
  size_t length, room;
  bool failed;
  /* carried for render/say.h, which alone looks at it; NULL: English. Borrowed */
  const struct language *language;
} text_builder;

/* Adds a text that is plain to look at, whatever the arguments hold (see unicode_plain): line breaks come from the format only. */
#if defined(__MINGW32__)
__attribute__((format(gnu_printf, 2, 3)))
#elif defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void text_add(text_builder *self, const char *format, ...);

/* Adds bytes as they are: JSON, and texts of the program itself. */
void text_append(text_builder *self, const char *bytes);

/* Adds prose, broken into lines of at most `width` columns; every line begins with `indent` blanks. */
void text_wrap(text_builder *self, size_t indent, size_t width, const char *prose);

/* What an English noun has behind a number: "%zu step%s". For errors; texts of people are counted by TEXT_COUNT of render/say.h. */
static inline const char *text_plural(size_t count) { return count == 1 ? "" : "s"; }

/* How many columns UTF-8 text takes: code points, which is right for the languages of the program. */
size_t text_columns(const char *bytes, size_t length);

/* Hands the text out (malloc'd), empties the builder. TLSMEND_E_MEMORY if any step failed. */
int text_finish(text_builder *self, char **out, tlsmend_error *error);

#endif
