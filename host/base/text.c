/* The growing text. */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/unicode.h"

static bool reserve(text_builder *self, size_t more) {
  if (self->failed)
    return false;
  if (self->room - self->length > more)
    return true;
  size_t room = (self->length + more + 1) * 2;
  char *grown = realloc(self->bytes, room);
  self->failed = !grown;
  if (!grown)
    return false;
  self->bytes = grown;
  self->room = room;
  return true;
}

void text_append(text_builder *self, const char *bytes) {
  size_t length = strlen(bytes);
  if (!reserve(self, length))
    return;
  memcpy(self->bytes + self->length, bytes, length + 1);
  self->length += length;
}

static size_t lines(const char *text) {
  size_t count = 0;
  for (; *text; text++)
    count += *text == '\n';
  return count;
}

/* More line breaks than the format has come from an argument: then only those that the format begins and ends with stay. */
static void make_plain(char *text, const char *format) {
  size_t length = strlen(text), end = strlen(format);
  if (lines(text) == lines(format)) {
    unicode_plain(text, length, "\n\t");
    return;
  }
  size_t begin = strspn(format, "\n");
  while (length && end && format[end - 1] == '\n') {
    length--;
    end--;
  }
  if (length > begin)
    unicode_plain(text + begin, length - begin, "\t");
}

void text_add(text_builder *self, const char *format, ...) {
  va_list list;
  size_t room = self->room > self->length ? self->room - self->length : 0;
  va_start(list, format);
  int length = vsnprintf(room ? self->bytes + self->length : NULL, room, format, list);
  va_end(list);
  if (length < 0 || !reserve(self, (size_t)length))
    return;
  if ((size_t)length >= room) {
    va_start(list, format);
    vsnprintf(self->bytes + self->length, (size_t)length + 1, format, list);
    va_end(list);
  }
  make_plain(self->bytes + self->length, format);
  self->length += (size_t)length;
}

size_t text_columns(const char *bytes, size_t length) {
  size_t count = 0;
  for (size_t i = 0; i < length; i++)
    count += ((unsigned char)bytes[i] & 0xc0) != 0x80;
  return count;
}

void text_wrap(text_builder *self, size_t indent, size_t width, const char *prose) {
  size_t column = 0;
  while (*prose) {
    size_t length = strcspn(prose, " \n");
    size_t wide = text_columns(prose, length);
    if (length && column && column + 1 + wide > width) {
      text_add(self, "\n");
      column = 0;
    }
    if (length) {
      text_add(self, "%*s%.*s", column ? 1 : (int)indent, "", (int)length, prose);
      column += wide + (column ? 1 : indent);
    }
    prose += length;
    if (*prose)
      prose++;
  }
  if (column)
    text_add(self, "\n");
}

int text_finish(text_builder *self, char **out, tlsmend_error *error) {
  *out = NULL;
  bool good = reserve(self, 0);
  if (good) {
    self->bytes[self->length] = 0;
    *out = self->bytes;
  } else {
    free(self->bytes);
  }
  *self = (text_builder){0};
  return good ? TLSMEND_OK : error_no_memory(error);
}
