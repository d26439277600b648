/* A text that grows. Running out of memory is remembered and told at the end, so that a printer needs no checks of its own. */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <tlsmend/machine.h>

typedef struct text_builder {
  char *bytes;
  size_t length, room;
  bool failed;
} text_builder;

#if defined(__MINGW32__)
__attribute__((format(gnu_printf, 2, 3)))
#elif defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void text_add(text_builder *self, const char *format, ...);

/* Adds prose, broken into lines of at most `width` columns; every line begins with `indent` blanks. */
void text_wrap(text_builder *self, size_t indent, size_t width, const char *prose);

/* Hands the text out (malloc'd), empties the builder. TLSMEND_E_MEMORY if any step failed. */
int text_finish(text_builder *self, char **out, tlsmend_error *error);

#endif
