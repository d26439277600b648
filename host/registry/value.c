/*
 * Owns the making, reading and comparing of registry values and their one-line spelling. The bytes are
 * kept as Windows stores them; nothing here repairs them. JSON stands in value_json.c.
 */
#include "registry/value.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/unicode.h"

#define ROW(number, name) #name,
static const char *const type_names[] = {TLSMEND_REG_TYPES(ROW)};
#undef ROW

enum { TYPE_COUNT = sizeof type_names / sizeof *type_names };

const char *value_type_name(uint32_t type) { return type < TYPE_COUNT ? type_names[type] : NULL; }

bool value_type_parse(const char *name, uint32_t *out) {
  static const char prefix[] = "REG_0x";
  for (uint32_t type = 0; type < TYPE_COUNT; type++)
    if (strcmp(name, type_names[type]) == 0) {
      *out = type;
      return true;
    }
  if (strncmp(name, prefix, sizeof prefix - 1) != 0)
    return false;
  const char *digits = name + sizeof prefix - 1;
  size_t length = strspn(digits, "0123456789abcdefABCDEF");
  if (length == 0 || length > 8 || digits[length])
    return false;
  *out = (uint32_t)strtoul(digits, NULL, 16);
  return true;
}

void value_type_print(uint32_t type, char out[32]) {
  if (type < TYPE_COUNT)
    snprintf(out, 32, "%s", type_names[type]);
  else
    snprintf(out, 32, "REG_0x%08" PRIx32, type);
}

int value_copy(tlsmend_value *out, const tlsmend_value *from, tlsmend_error *error) {
  if (from->present)
    return tlsmend_value_set(out, from->type, from->data, from->size, error);
  tlsmend_value_clear(out);
  return TLSMEND_OK;
}

bool value_equal(const tlsmend_value *a, const tlsmend_value *b) {
  if (!a->present || !b->present)
    return a->present == b->present;
  return a->type == b->type && a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

static void put_little(unsigned char *out, uint64_t number, size_t size) {
  for (size_t i = 0; i < size; i++)
    out[i] = (unsigned char)(number >> 8 * i & 0xFF);
}

int value_set_dword(tlsmend_value *out, uint32_t number, tlsmend_error *error) {
  unsigned char data[4];
  put_little(data, number, sizeof data);
  return tlsmend_value_set(out, TLSMEND_REG_DWORD, data, sizeof data, error);
}

int value_set_qword(tlsmend_value *out, uint64_t number, tlsmend_error *error) {
  unsigned char data[8];
  put_little(data, number, sizeof data);
  return tlsmend_value_set(out, TLSMEND_REG_QWORD, data, sizeof data, error);
}

int value_set_string(tlsmend_value *out, uint32_t type, const char *text, tlsmend_error *error) {
  if (type != TLSMEND_REG_SZ && type != TLSMEND_REG_EXPAND_SZ)
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "a text is REG_SZ or REG_EXPAND_SZ, not type %" PRIu32,
                             type);
  size_t size = 0;
  unsigned char *data = unicode_to_utf16(text, strlen(text) + 1, &size); /* with its NUL */
  if (!data)
    return error_no_memory(error);
  tlsmend_value_clear(out);
  *out = (tlsmend_value){true, type, size, data};
  return TLSMEND_OK;
}

int value_set_multi(tlsmend_value *out, const char *const *texts, size_t count, tlsmend_error *error) {
  size_t length = 1;
  for (size_t i = 0; i < count; i++) {
    if (!texts[i][0])
      return tlsmend_error_set(error, TLSMEND_E_USAGE,
                               "REG_MULTI_SZ: text %zu is empty, which would end the list; leave it out",
                               i + 1);
    length += strlen(texts[i]) + 1;
  }
  char *joined = malloc(length);
  if (!joined)
    return error_no_memory(error);
  char *at = joined;
  for (size_t i = 0; i < count; i++) {
    size_t size = strlen(texts[i]) + 1;
    memcpy(at, texts[i], size);
    at += size;
  }
  *at = '\0';
  size_t size = 0;
  unsigned char *data = unicode_to_utf16(joined, length, &size);
  free(joined);
  if (!data)
    return error_no_memory(error);
  tlsmend_value_clear(out);
  *out = (tlsmend_value){true, TLSMEND_REG_MULTI_SZ, size, data};
  return TLSMEND_OK;
}

bool value_number(const tlsmend_value *value, uint64_t *out) {
  bool big = value->type == TLSMEND_REG_DWORD_BIG_ENDIAN;
  bool dword = big || value->type == TLSMEND_REG_DWORD;
  if (!value->present || (!dword && value->type != TLSMEND_REG_QWORD))
    return false;
  if (value->size != (dword ? 4u : 8u))
    return false;
  uint64_t number = 0;
  for (size_t i = 0; i < value->size; i++)
    number = number << 8 | value->data[big ? i : value->size - 1 - i];
  *out = number;
  return true;
}

/* The bytes of the text that begins at `from` up to its NUL; *end is where that stands, or the end of the
 * data. */
static size_t text_end(const tlsmend_value *value, size_t from) {
  size_t at = from;
  while (at + 1 < value->size && (value->data[at] != 0 || value->data[at + 1] != 0))
    at += 2;
  return at;
}

static bool is_nul(const tlsmend_value *value, size_t at) {
  return value->data[at] == 0 && value->data[at + 1] == 0;
}

bool value_is_plain(const tlsmend_value *value) {
  bool multi = value->type == TLSMEND_REG_MULTI_SZ;
  if (!multi && value->type != TLSMEND_REG_SZ && value->type != TLSMEND_REG_EXPAND_SZ)
    return false;
  if (!value->present || value->size < 2 || value->size % 2 != 0 || !is_nul(value, value->size - 2))
    return false;
  if (!multi)
    return text_end(value, 0) == value->size - 2;
  size_t at = 0, end;
  while ((end = text_end(value, at)) != at)
    at = end + 2;
  return at == value->size - 2;
}

char *value_text(const tlsmend_value *value) {
  if (!value->present || (value->type != TLSMEND_REG_SZ && value->type != TLSMEND_REG_EXPAND_SZ &&
                          value->type != TLSMEND_REG_LINK))
    return NULL;
  size_t length = 0;
  return unicode_from_utf16(value->data, text_end(value, 0), &length);
}

char **value_texts(const tlsmend_value *value, size_t *count) {
  *count = 0;
  if (!value->present || value->type != TLSMEND_REG_MULTI_SZ)
    return NULL;
  size_t room = 1;
  for (size_t at = 0; at + 1 < value->size; at += 2)
    room += value->data[at] == 0 && value->data[at + 1] == 0;
  char **texts = calloc(room, sizeof *texts);
  if (!texts)
    return NULL;
  for (size_t at = 0; at + 1 < value->size;) {
    size_t end = text_end(value, at), length = 0;
    if (end == at)
      break; /* the empty text that ends the list */
    texts[*count] = unicode_from_utf16(value->data + at, end - at, &length);
    if (!texts[*count]) {
      value_texts_free(texts, *count);
      *count = 0;
      return NULL;
    }
    *count += 1;
    at = end + 2;
  }
  return texts;
}

void value_texts_free(char **texts, size_t count) {
  if (!texts)
    return;
  for (size_t i = 0; i < count; i++)
    free(texts[i]);
  free(texts);
}

enum { SHOWN_BYTES = 32, SHOWN_TEXT = 200, SHOWN_TEXTS = 8, LINE_ROOM = 12288 };

/* A line under construction. What does not fit is dropped; the limits above keep every line far below the
 * room. */
typedef struct line {
  char text[LINE_ROOM];
  size_t length;
} line;

#if defined(__MINGW32__)
__attribute__((format(gnu_printf, 2, 3)))
#elif defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
put(line *out, const char *format, ...) {
  va_list list;
  va_start(list, format);
  int used = vsnprintf(out->text + out->length, sizeof out->text - out->length, format, list);
  va_end(list);
  if (used > 0)
    out->length += (size_t)used;
  if (out->length >= sizeof out->text)
    out->length = sizeof out->text - 1;
}

/* Whether a character could break the line, drive a terminal or turn the reading direction around. */
static bool is_unsafe(uint32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || (point >= 0x2028 && point <= 0x202E) ||
         (point >= 0x2066 && point <= 0x2069);
}

static void put_point(line *out, uint32_t point, const char *bytes, size_t length) {
  if (point == '\n')
    put(out, "\\n");
  else if (point == '\r')
    put(out, "\\r");
  else if (point == '\t')
    put(out, "\\t");
  else if (is_unsafe(point))
    put(out, "\\u%04" PRIX32, point);
  else if (point == 0xFFFD || (point >= 0xD800 && point <= 0xDFFF))
    put(out, "\xEF\xBF\xBD");
  else
    put(out, "%.*s", (int)length, bytes);
}

static void put_text(line *out, const char *text) {
  const char *at = text;
  put(out, "\"");
  while (*at && at - text < SHOWN_TEXT) {
    const char *point_at = at;
    uint32_t point = unicode_next(&at);
    put_point(out, point, point_at, (size_t)(at - point_at));
  }
  put(out, *at ? "...\" (%zu characters)" : "\"", unicode_utf16_length(text));
}

static void put_texts(line *out, char **texts, size_t count) {
  put(out, " [");
  for (size_t i = 0; i < count && i < SHOWN_TEXTS; i++) {
    if (i)
      put(out, ", ");
    put_text(out, texts[i]);
  }
  if (count > SHOWN_TEXTS)
    put(out, ", ... (%zu texts)", count);
  put(out, "]");
}

static void put_bytes(line *out, const tlsmend_value *value) {
  for (size_t i = 0; i < value->size && i < SHOWN_BYTES; i++)
    put(out, " %02x", value->data[i]);
  if (value->size > SHOWN_BYTES)
    put(out, " ...");
  put(out, " (%zu byte%s)", value->size, value->size == 1 ? "" : "s");
}

/* Prints the data behind the type's name; bytes where the data is not what its type promises. False: out
 * of memory. */
static bool put_data(line *out, const tlsmend_value *value) {
  uint64_t number = 0;
  size_t count = 0;
  if (value_number(value, &number)) {
    put(out, " 0x%" PRIX64 " (%" PRIu64 ")", number, number);
  } else if (value_is_plain(value) && value->type == TLSMEND_REG_MULTI_SZ) {
    char **texts = value_texts(value, &count);
    if (!texts)
      return false;
    put_texts(out, texts, count);
    value_texts_free(texts, count);
  } else if (value_is_plain(value)) {
    char *text = value_text(value);
    if (!text)
      return false;
    put(out, " ");
    put_text(out, text);
    free(text);
  } else {
    put_bytes(out, value);
  }
  return true;
}

char *value_print(const tlsmend_value *value) {
  line out; /* not cleared: the text is far longer than most lines */
  out.length = 0;
  out.text[0] = 0;
  char type[32];
  if (!value->present) {
    put(&out, "absent");
  } else {
    value_type_print(value->type, type);
    put(&out, "%s", type);
    if (!put_data(&out, value))
      return NULL;
  }
  char *text = malloc(out.length + 1);
  if (text)
    memcpy(text, out.text, out.length + 1);
  return text;
}
