/* Error codes and their texts; the bytes of a value. Everything that the two public headers promise about plain data. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tlsmend/values.h>

#include "base/error.h"
#include "base/unicode.h"

typedef struct error_row {
  int code;
  const char *name;
  int exit_code;
} error_row;

#define ROW(number, name, exit_code, text) {number, #name, exit_code},
static const error_row error_rows[] = {TLSMEND_ERRORS(ROW)};
#undef ROW

static const error_row *error_find(int code) {
  for (size_t i = 0; i < sizeof error_rows / sizeof *error_rows; i++)
    if (error_rows[i].code == code)
      return &error_rows[i];
  return NULL;
}

const char *tlsmend_version(void) { return TLSMEND_VERSION; }

const char *tlsmend_error_name(int code) {
  const error_row *row = error_find(code);
  return row ? row->name : "?";
}

int tlsmend_error_exit(int code) {
  const error_row *row = error_find(code);
  return row ? row->exit_code : 1;
}

/* A line that was cut off must not end within a character: JSON refuses half of one. */
static void whole_characters(char *text, size_t length) {
  size_t start = length;
  while (start && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
    start--;
  unsigned char lead = start ? (unsigned char)text[start - 1] : 0;
  size_t wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  if (lead >= 0xc0 && length - start + 1 < wanted)
    text[start - 1] = 0;
}

int tlsmend_error_set(tlsmend_error *error, int code, const char *format, ...) {
  if (!error)
    return code;
  char text[sizeof error->text]; /* an argument may be the caller's own error text */
  va_list list;
  va_start(list, format);
  int length = vsnprintf(text, sizeof text, format, list);
  va_end(list);
  if (length >= (int)sizeof text)
    whole_characters(text, sizeof text - 1);
  unicode_plain(text, strlen(text), ""); /* arguments may come from a file, a script or a command line */
  memcpy(error->text, text, sizeof text);
  error->code = code;
  return code;
}

int error_no_memory(tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_MEMORY, "out of memory");
}

void tlsmend_value_clear(tlsmend_value *value) {
  free(value->data);
  *value = (tlsmend_value){0};
}

int tlsmend_value_set(tlsmend_value *out, uint32_t type, const void *data, size_t size,
                      tlsmend_error *error) {
  unsigned char *copy = NULL;
  if (size) {
    copy = malloc(size);
    if (!copy)
      return error_no_memory(error);
    memcpy(copy, data, size);
  }
  tlsmend_value_clear(out);
  *out = (tlsmend_value){true, type, size, copy};
  return TLSMEND_OK;
}
