/*
 * Owns the grammar of registration files: keys, values, deletions, comments. What is not understood is an
 * error with its line, because a line that is skipped is a setting that silently does not exist.
 * Encodings stand in regfile_text.c. Where regedit's own rule is known it holds: a key ends at the last
 * "]" of its line, strings may run over lines.
 */
#include "registry/regfile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/path.h"
#include "base/unicode.h"

/* Bytes that grow; kept from value to value so that a value costs no allocation. */
typedef struct bytes {
  unsigned char *data;
  size_t size, room;
} bytes;

typedef struct reader {
  const char *label;
  const regfile_events *events;
  void *data;
  tlsmend_error *error;
  const char *at; /* the text ends with its only NUL */
  size_t line;
  bool ansi_strings;
  char *path; /* the key that values go into; NULL before the first key and behind a deleted one */
  bytes name, text, value;
} reader;

static int fail_memory(const reader *self) {
  return tlsmend_error_set(self->error, TLSMEND_E_MEMORY, "%s: line %zu: out of memory", self->label,
                           self->line);
}

/* "expected WHAT, found REST OF LINE". Returns TLSMEND_E_CORRUPT. */
static int expected(const reader *self, const char *what) {
  const char *end = self->at;
  while (end - self->at < 40 && *end && *end != '\r' && *end != '\n')
    unicode_next(&end);
  const char *quote = end == self->at ? "" : "\"";
  const char *nothing = !*end ? "the end of the file: it may be cut off" : "the end of the line";
  return tlsmend_error_set(
      self->error, TLSMEND_E_CORRUPT, "%s: line %zu: expected %s, found %s%.*s%s", self->label, self->line,
      what, quote, *quote ? (int)(end - self->at) : (int)strlen(nothing), *quote ? self->at : nothing, quote);
}

/* As expected, where a text may have swallowed lines because its closing quote is missing: then that is
 * what is said. */
static int expected_behind(reader *self, size_t first_line, const char *what) {
  if (self->line == first_line)
    return expected(self, what);
  self->line = first_line;
  return expected(self, "a closing quote for the text that begins on this line");
}

/* Puts label and line in front of what somebody else said about the line. */
static int at_line(const reader *self, int code, const tlsmend_error *said) {
  return tlsmend_error_set(self->error, code == TLSMEND_E_USAGE ? TLSMEND_E_CORRUPT : code,
                           "%s: line %zu: %s", self->label, self->line, said->text);
}

static bool bytes_reserve(bytes *self, size_t more) {
  if (more > SIZE_MAX / 2 - self->size)
    return false;
  if (self->data && self->size + more <= self->room)
    return true;
  size_t room = (self->size + more) * 2 + 64;
  unsigned char *data = realloc(self->data, room);
  if (!data)
    return false;
  self->data = data;
  self->room = room;
  return true;
}

static bool bytes_put(bytes *self, const void *data, size_t size) {
  if (!bytes_reserve(self, size))
    return false;
  memcpy(self->data + self->size, data, size);
  self->size += size;
  return true;
}

static void skip_blanks(reader *self) {
  while (*self->at == ' ' || *self->at == '\t')
    self->at++;
}

static void skip_line(reader *self) {
  while (*self->at && *self->at != '\r' && *self->at != '\n')
    self->at++;
}

/* Moves over one line break if there is one. */
static bool skip_break(reader *self) {
  if (*self->at != '\r' && *self->at != '\n')
    return false;
  self->at += self->at[0] == '\r' && self->at[1] == '\n' ? 2 : 1;
  self->line++;
  return true;
}

static bool skip_word(reader *self, const char *word) {
  size_t length = strlen(word);
  if (strncmp(self->at, word, length) != 0)
    return false;
  self->at += length;
  return true;
}

/* Nothing but blanks and a comment may follow on the line. Leaves the line break to the caller. */
static int finish_line(reader *self, size_t first_line) {
  skip_blanks(self);
  if (*self->at == ';')
    skip_line(self);
  if (*self->at && *self->at != '\r' && *self->at != '\n')
    return expected_behind(self, first_line, "the end of the line or a ;comment");
  return TLSMEND_OK;
}

static int hex_digit(char digit) {
  static const unsigned char value_plus_1[256] = {
      ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
      ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
      ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16};
  return value_plus_1[(unsigned char)digit] - 1;
}

/* Reads up to `most` hex digits; returns how many there were. */
static unsigned read_hex(reader *self, unsigned most, uint32_t *out) {
  unsigned count = 0;
  *out = 0;
  for (int digit; count < most && (digit = hex_digit(*self->at)) >= 0; count++, self->at++)
    *out = *out << 4 | (uint32_t)digit;
  return count;
}

/* A text in quotes, in front of whose opening quote the reader stands, into out with a NUL that is not
 * counted. */
static int read_quoted(reader *self, bytes *out) {
  size_t first_line = self->line;
  out->size = 0;
  self->at++;
  for (;;) {
    const char *run = self->at;
    while (*self->at && *self->at != '"' && *self->at != '\\')
      if (!skip_break(self))
        self->at++;
    if (!bytes_put(out, run, (size_t)(self->at - run)))
      return fail_memory(self);
    if (*self->at == '"')
      break;
    if (!*self->at) {
      self->line = first_line;
      return expected(self, "a closing quote for the text that begins on this line");
    }
    if (self->at[1] != '\\' && self->at[1] != '"')
      return expected_behind(self, first_line, "\\\\ for a backslash or \\\" for a quote within a text");
    if (!bytes_put(out, self->at + 1, 1))
      return fail_memory(self);
    self->at += 2;
  }
  self->at++;
  if (!bytes_put(out, "", 1))
    return fail_memory(self);
  out->size--;
  return TLSMEND_OK;
}

static void put_unit(bytes *out, uint32_t unit) {
  out->data[out->size++] = (unsigned char)(unit & 0xFF);
  out->data[out->size++] = (unsigned char)(unit >> 8 & 0xFF);
}

static int read_text_data(reader *self, tlsmend_value *out) {
  int code = read_quoted(self, &self->text);
  if (code)
    return code;
  bytes *data = &self->value;
  if (!bytes_reserve(data, (self->text.size + 1) * 2))
    return fail_memory(self);
  const char *at = (const char *)self->text.data;
  while (*at) {
    uint32_t point = (unsigned char)*at < 0x80 ? (unsigned char)*at++ : unicode_next(&at);
    if (point >= 0x10000) {
      put_unit(data, 0xD800 + (point - 0x10000) / 0x400);
      point = 0xDC00 + (point - 0x10000) % 0x400;
    }
    put_unit(data, point);
  }
  put_unit(data, 0);
  out->type = TLSMEND_REG_SZ;
  return TLSMEND_OK;
}

/* Whether the text ends here, behind something that could have gone on. A file that was cut off within a
 * number or a row of bytes must not be taken for a whole one with another value. */
static int refuse_end(const reader *self) {
  if (*self->at)
    return TLSMEND_OK;
  return expected(self, "a line break behind the data (if the file is whole, end its last line with one)");
}

static int read_dword(reader *self, tlsmend_value *out) {
  uint32_t number = 0;
  skip_blanks(self);
  unsigned digits = read_hex(self, 8, &number);
  if (digits == 0)
    return expected(self, "1 to 8 hex digits behind dword:");
  if (hex_digit(*self->at) >= 0)
    return expected(self, "no more than 8 hex digits behind dword:");
  if (digits < 8 && refuse_end(self))
    return TLSMEND_E_CORRUPT;
  if (!bytes_reserve(&self->value, 4))
    return fail_memory(self);
  put_unit(&self->value, number & 0xFFFF);
  put_unit(&self->value, number >> 16);
  out->type = TLSMEND_REG_DWORD;
  return TLSMEND_OK;
}

/* Behind the backslash at the end of a line: goes on to the next line that holds more than blanks and a
 * comment. */
static int continue_row(reader *self) {
  self->at++;
  do {
    int code = finish_line(self, self->line);
    if (code)
      return code;
    if (!skip_break(self))
      return expected(self, "the line that continues the bytes");
    skip_blanks(self);
  } while (*self->at == ';' || *self->at == '\r' || *self->at == '\n');
  return TLSMEND_OK;
}

/* Bytes in the form of regedit, two digits and a comma; what else there is, is left to read_row. */
static void read_plain_row(reader *self) {
  bytes *out = &self->value;
  const char *at = self->at;
  for (int high, low; out->size < out->room; at += 3) {
    if ((high = hex_digit(at[0])) < 0 || (low = hex_digit(at[1])) < 0 || at[2] != ',')
      break;
    out->data[out->size++] = (unsigned char)(high << 4 | low);
  }
  self->at = at;
}

/* The bytes behind "hex:", over as many lines as there are. */
static int read_row(reader *self) {
  for (;;) {
    uint32_t byte = 0;
    skip_blanks(self);
    read_plain_row(self);
    skip_blanks(self);
    if (*self->at == '\\') {
      int code = continue_row(self);
      if (code)
        return code;
      continue;
    }
    if (*self->at == ';' || *self->at == '\r' || *self->at == '\n')
      return TLSMEND_OK;
    if (refuse_end(self))
      return TLSMEND_E_CORRUPT;
    if (read_hex(self, 2, &byte) == 0)
      return expected(self, "a byte of 1 or 2 hex digits, or a backslash");
    if (!bytes_reserve(&self->value, 1))
      return fail_memory(self);
    self->value.data[self->value.size++] = (unsigned char)byte;
    skip_blanks(self);
    if (*self->at == ',')
      self->at++;
    else if (*self->at && *self->at != ';' && *self->at != '\r' && *self->at != '\n')
      return expected(self, "a comma between bytes");
  }
}

/* REGEDIT4 writes the bytes of texts in the code page; the registry holds them in UTF-16. From the end,
 * in place. */
static bool widen(bytes *data) {
  size_t size = data->size;
  if (!bytes_reserve(data, size))
    return false;
  for (size_t i = size; i-- > 0;) {
    uint16_t unit = regfile_ansi_unit(data->data[i]);
    data->data[2 * i] = (unsigned char)(unit & 0xFF);
    data->data[2 * i + 1] = (unsigned char)(unit >> 8);
  }
  data->size = size * 2;
  return true;
}

static bool is_text_type(uint32_t type) {
  return type == TLSMEND_REG_SZ || type == TLSMEND_REG_EXPAND_SZ || type == TLSMEND_REG_MULTI_SZ;
}

static int read_hex_data(reader *self, tlsmend_value *out) {
  out->type = TLSMEND_REG_BINARY;
  if (*self->at == '(') {
    self->at++;
    if (read_hex(self, 8, &out->type) == 0)
      return expected(self, "the number of a type as 1 to 8 hex digits");
    if (*self->at != ')')
      return expected(self, ") behind the number of a type");
    self->at++;
  }
  if (*self->at != ':')
    return expected(self, ": behind hex");
  self->at++;
  int code = read_row(self);
  if (!code && self->ansi_strings && is_text_type(out->type) && self->value.size && !widen(&self->value))
    code = fail_memory(self);
  return code;
}

static int read_data(reader *self, tlsmend_value *out) {
  int code;
  *out = (tlsmend_value){.present = true};
  self->value.size = 0;
  if (*self->at == '"')
    code = read_text_data(self, out);
  else if (skip_word(self, "dword:"))
    code = read_dword(self, out);
  else if (skip_word(self, "hex"))
    code = read_hex_data(self, out);
  else
    code = expected(self, "a \"text\", dword:, hex:, hex(N): or - (in lower case)");
  out->size = self->value.size;
  out->data = out->size ? self->value.data : NULL;
  return code;
}

static int read_name(reader *self) {
  if (*self->at == '"')
    return read_quoted(self, &self->name);
  self->at++; /* @ */
  self->name.size = 0;
  if (!bytes_put(&self->name, "", 1))
    return fail_memory(self);
  self->name.size--;
  return TLSMEND_OK;
}

static int read_value(reader *self) {
  tlsmend_error said = {0};
  tlsmend_value value = {0};
  if (!self->path)
    return expected(self, "a [key] that is not deleted before a value");
  size_t first_line = self->line;
  int code = read_name(self);
  if (code)
    return code;
  const char *name = (const char *)self->name.data;
  skip_blanks(self);
  if (*self->at != '=')
    return expected_behind(self, first_line, "= behind the name of a value");
  self->at++;
  skip_blanks(self);
  bool removed = *self->at == '-';
  if (removed)
    self->at++;
  else
    code = read_data(self, &value);
  if (!code)
    code = finish_line(self, first_line);
  if (code)
    return code;
  code = path_value_name(name, &said);
  if (!code)
    code = removed ? self->events->value_delete(self->data, self->path, name, &said)
                   : self->events->value(self->data, self->path, name, &value, &said);
  return code ? at_line(self, code, &said) : TLSMEND_OK;
}

/* The last "]" of the line: names may hold brackets, and regedit writes them as they are. */
static const char *find_bracket(const reader *self) {
  const char *found = NULL;
  for (const char *at = self->at; *at && *at != '\r' && *at != '\n'; at++)
    if (*at == ']')
      found = at;
  return found;
}

/* Behind the line of a key: the lines that can be taken as they stand. Leaves the last of their breaks to the caller. */
static int read_lines(reader *self) {
  tlsmend_error said = {0};
  regfile_lines lines;
  if (!self->events->lines || self->ansi_strings || self->at[0] != '\r' || self->at[1] != '\n')
    return TLSMEND_OK;
  regfile_lines_scan(self->at + 2, &lines);
  if (!lines.size)
    return TLSMEND_OK;
  self->at += lines.size;
  self->line += lines.breaks;
  int code = self->events->lines(self->data, self->path, &lines, &said);
  return code ? at_line(self, code, &said) : TLSMEND_OK;
}

static int read_key(reader *self) {
  tlsmend_error said = {0};
  const char *end = find_bracket(self);
  if (!end)
    return expected(self, "] at the end of a key");
  const char *begin = self->at + 1;
  bool removed = *begin == '-';
  begin += removed;
  size_t length = (size_t)(end - begin);
  if (length && begin[length - 1] == '\\')
    length--; /* written by hand, accepted by regedit */
  self->name.size = 0;
  if (!bytes_put(&self->name, begin, length) || !bytes_put(&self->name, "", 1))
    return fail_memory(self);
  free(self->path);
  self->path = NULL;
  char *path = NULL;
  int code = path_physical((const char *)self->name.data, &path, &said);
  if (code)
    return at_line(self, code, &said);
  self->path = path;
  self->at = end + 1;
  code = finish_line(self, self->line);
  if (code)
    return code;
  code = removed ? self->events->key_delete(self->data, self->path, &said)
                 : self->events->key(self->data, self->path, &said);
  if (removed) {
    free(self->path);
    self->path = NULL;
  }
  if (code)
    return at_line(self, code, &said);
  return removed ? TLSMEND_OK : read_lines(self);
}

/* Exports that were joined, by `copy /b` or otherwise: each begins with its header, in UTF-16 with a BOM of its own. */
static bool skip_header(reader *self) {
  size_t length = regfile_text_again(self->at, self->ansi_strings);
  if (!length)
    return false;
  self->at += length;
  free(self->path);
  self->path = NULL;
  return true;
}

static int read_line(reader *self) {
  skip_blanks(self);
  if (skip_header(self))
    return finish_line(self, self->line);
  if (*self->at == '[')
    return read_key(self);
  if (*self->at == '"' || *self->at == '@')
    return read_value(self);
  if (*self->at == ';' || *self->at == '\r' || *self->at == '\n' || !*self->at)
    return finish_line(self, self->line);
  return expected(self, "a [key], a \"name\"=value, a ;comment or an empty line");
}

static void reader_clear(reader *self) {
  free(self->path);
  free(self->name.data);
  free(self->text.data);
  free(self->value.data);
}

int regfile_parse(const char *label, const regfile_text *text, const regfile_events *events, void *data,
                  tlsmend_error *error) {
  reader self = {.label = label, .events = events, .data = data, .error = error, .at = text->body, .line = 1};
  int code = TLSMEND_OK;
  self.ansi_strings = text->ansi_strings;
  while (!code && skip_break(&self))
    code = read_line(&self);
  reader_clear(&self);
  return code;
}

int regfile_read(const char *label, const void *bytes, size_t size, const regfile_events *events, void *data,
                 tlsmend_error *error) {
  regfile_text text;
  int code = regfile_text_decode(label, bytes, size, &text, error);
  if (!code)
    code = regfile_parse(label, &text, events, data, error);
  regfile_text_clear(&text);
  return code;
}

int regfile_lines_each(const regfile_lines *lines, const char *path, const regfile_events *events, void *data,
                       tlsmend_error *error) {
  reader self = {.label = "values", .events = events, .data = data, .error = error, .at = lines->text};
  int code = (self.path = strdup(path)) ? TLSMEND_OK : fail_memory(&self);
  while (!code && self.at < lines->text + lines->size) {
    code = read_value(&self);
    skip_break(&self);
  }
  reader_clear(&self);
  return code;
}
