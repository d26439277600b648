/* Texts by their format. A translation is data: it says where arguments go, and never how they are printed. */
#include "render/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/language_pairs.h"

/* The length of the placeholder at a '%': "%s", "%.16s", "%zu", "%lld"; texts for people have no others. */
static size_t placeholder(const char *at) { return strcspn(at, "dus") + 1; }

/* The format as the language files have it. */
static void write_key(const char *format, char *out) {
  while (*format) {
    size_t size = *format == '%' ? placeholder(format) : 1;
    *out++ = *format;
    if (*format == '%')
      *out++ = format[size - 1] == 's' ? 's' : 'd';
    format += size;
  }
  *out = 0;
}

static long long take_number(const char *one, va_list *list) {
  if (strstr(one, "ll"))
    return va_arg(*list, long long);
  if (strchr(one, 'z'))
    return (long long)va_arg(*list, size_t);
  if (strchr(one, 'l'))
    return va_arg(*list, long);
  return strchr(one, 'u') ? (long long)va_arg(*list, unsigned) : va_arg(*list, int);
}

/* Takes one argument, printed: a text as the placeholder says, a number in digits. malloc'd. */
static char *take_argument(const char *at, size_t size, va_list *list) {
  char one[16] = "", *text = NULL;
  text_builder out = {.failed = size >= sizeof one};
  memcpy(one, at, out.failed ? 0 : size);
  if (at[size - 1] == 's')
    text_add(&out, one, va_arg(*list, const char *));
  else
    text_add(&out, "%lld", take_number(one, list));
  text_finish(&out, &text, NULL);
  return text;
}

void text_fill(text_builder *self, const char *local, const char *const *arguments) {
  while (*local) {
    size_t hole = language_hole(local), run = hole ? 2 : 1 + strcspn(local + 1, "%");
    if (hole)
      text_add(self, "%s", arguments[hole - 1]);
    else
      text_add(self, "%.*s", (int)run, local);
    local += run;
  }
}

/* malloc'd. The format is the program's own; that the translation takes as many arguments was checked when the
 * language was read. */
static char *translate(const char *format, const char *local, va_list list) {
  char *arguments[LANGUAGE_HOLES_MOST] = {NULL}, *text = NULL;
  text_builder out = {0};
  size_t count = 0;
  va_list rest;
  va_copy(rest, list);
  for (const char *at = strchr(format, '%'); at; at = strchr(at, '%')) {
    size_t size = placeholder(at);
    arguments[count] = take_argument(at, size, &rest);
    out.failed = out.failed || !arguments[count++];
    at += size;
  }
  va_end(rest);
  if (!out.failed)
    text_fill(&out, local, (const char *const *)arguments);
  text_finish(&out, &text, NULL);
  while (count)
    free(arguments[--count]);
  return text;
}

static char *print(const char *format, va_list list) {
  va_list again;
  va_copy(again, list);
  int length = vsnprintf(NULL, 0, format, again);
  va_end(again);
  char *text = length < 0 ? NULL : malloc((size_t)length + 1);
  if (text)
    vsnprintf(text, (size_t)length + 1, format, list);
  return text;
}

char *text_compose(text_builder *self, const char *format, va_list list) {
  const char *local = NULL;
  if (self->language) {
    char *key = malloc(strlen(format) + 1);
    if (key) {
      write_key(format, key);
      local = language_format(self->language, key);
    }
    free(key);
  }
  char *text = local ? translate(format, local, list) : print(format, list);
  self->failed = self->failed || !text;
  return text;
}

void text_say(text_builder *self, const char *format, ...) {
  va_list list;
  va_start(list, format);
  char *text = text_compose(self, format, list);
  va_end(list);
  text_add(self, "%s", text ? text : "");
  free(text);
}

const char *text_said(const text_builder *self, const char *english) {
  return language_text(self->language, english);
}

#if defined(__GNUC__)
__attribute__((format(printf, 2, 0)))
#endif
static char *
compose(text_builder *self, const char *format, ...) {
  va_list list;
  va_start(list, format);
  char *text = text_compose(self, format, list);
  va_end(list);
  return text;
}

const char *text_count(text_builder *self, char out[TEXT_COUNT_SIZE], size_t count, const char *one,
                       const char *many) {
  char *text = count == 1 ? NULL : compose(self, many, count);
  snprintf(out, TEXT_COUNT_SIZE, "%s", count == 1 ? text_said(self, one) : text ? text : "?");
  free(text);
  return out;
}

/* Stands behind each label until text_align puts blanks there; text_add lets no such byte in. */
#define STOP "\x01"

void text_label(text_builder *self, const char *label) {
  text_add(self, "%s", label ? text_said(self, label) : "");
  text_append(self, STOP);
}

static size_t columns_of_last_line(const char *text) {
  const char *line = strrchr(text, '\n');
  line = line ? line + 1 : text;
  return text_columns(line, strlen(line));
}

void text_align(text_builder *self, size_t least) {
  text_builder out = {.language = self->language};
  size_t column = least;
  if (self->failed || !self->length)
    return;
  self->bytes[self->length] = 0; /* a printer may have taken back some of what it had added */
  for (char *at = self->bytes, *stop; (stop = strchr(at, *STOP)); at = stop + 1) {
    *stop = 0;
    size_t wide = columns_of_last_line(at) + 1;
    column = wide > column ? wide : column;
    *stop = *STOP;
  }
  char *at = self->bytes;
  for (char *stop; (stop = strchr(at, *STOP)); at = stop + 1) {
    *stop = 0;
    text_append(&out, at);
    text_add(&out, "%*s", (int)(column - columns_of_last_line(at)), "");
  }
  text_append(&out, at);
  free(self->bytes);
  *self = out;
}

void text_tell(text_builder *self, size_t indent, size_t width, const char *prose) {
  text_wrap(self, indent, width, text_said(self, prose));
}
