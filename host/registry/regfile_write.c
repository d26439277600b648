/*
 * Owns the spelling of registration files as regedit writes them: version 5, CRLF, long root names, hex
 * rows wrapped at 80 columns. One difference: a text that holds line breaks is written as hex(1), where
 * regedit writes the breaks as they are, because not every reader takes those.
 */
#include "base/error.h"
#include "registry/regfile.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/path.h"
#include "base/unicode.h"
#include "registry/value.h"

/* Text goes on when there is this much of it. */
enum { PIECE = 64 * 1024 };

struct regfile_writer {
  regfile_encoding encoding;
  char *text; /* UTF-8 that has not been handed on */
  size_t length, room;
  unsigned char *file; /* the bytes of the file so far */
  size_t file_size, file_room;
  bool (*listen)(void *data, const char *text, size_t length);
  void *data;
  int code; /* the first failure; nothing is written after it */
  tlsmend_error error;
};

static void fail(regfile_writer *self, int code, const char *text) {
  if (!self->code)
    self->code = tlsmend_error_set(&self->error, code, "%s", text);
}

static bool reserve(regfile_writer *self, size_t more) {
  if (self->code)
    return false;
  if (more <= self->room - self->length)
    return true;
  size_t room = more > SIZE_MAX / 2 - self->room ? 0 : (self->room + more) * 2;
  char *text = room ? realloc(self->text, room) : NULL;
  if (!text) {
    fail(self, TLSMEND_E_MEMORY, "out of memory for a registration file");
    return false;
  }
  self->text = text;
  self->room = room;
  return true;
}

static void put(regfile_writer *self, const char *text, size_t length) {
  if (!reserve(self, length))
    return;
  memcpy(self->text + self->length, text, length);
  self->length += length;
}

static void puts_text(regfile_writer *self, const char *text) { put(self, text, strlen(text)); }

static bool reserve_file(regfile_writer *self, size_t more) {
  if (more <= self->file_room - self->file_size)
    return true;
  size_t room = more > SIZE_MAX / 4 - self->file_room ? 0 : (self->file_room + more) * 3 / 2;
  unsigned char *file = room ? realloc(self->file, room) : NULL;
  if (!file) {
    fail(self, TLSMEND_E_MEMORY, "out of memory for a registration file");
    return false;
  }
  self->file = file;
  self->file_room = room;
  return true;
}

/* Hands on what has been written. */
static void flush(regfile_writer *self) {
  if (!self->code && self->listen && !self->listen(self->data, self->text, self->length))
    fail(self, TLSMEND_E_REFUSED, "nobody listens");
  bool wide = self->encoding == REGFILE_UTF16;
  if (!self->code && self->encoding != REGFILE_NOTHING &&
      reserve_file(self, wide ? self->length * 2 : self->length)) {
    if (wide)
      self->file_size += unicode_widen(self->text, self->length, self->file + self->file_size);
    else
      memcpy(self->file + self->file_size, self->text, self->length);
    self->file_size += wide ? 0 : self->length;
  }
  self->length = 0;
}

static void flush_piece(regfile_writer *self) {
  if (self->length >= PIECE)
    flush(self);
}

regfile_writer *regfile_writer_new(regfile_encoding encoding) {
  regfile_writer *self = calloc(1, sizeof *self);
  if (!self)
    return NULL;
  self->encoding = encoding;
  if (encoding == REGFILE_UTF16 && reserve_file(self, 2)) {
    memcpy(self->file, "\xFF\xFE", 2);
    self->file_size = 2;
  }
  puts_text(self, "Windows Registry Editor Version 5.00\r\n");
  return self;
}

void regfile_writer_listen(regfile_writer *writer, bool (*fn)(void *data, const char *text, size_t length),
                           void *data) {
  if (!writer)
    return;
  writer->listen = fn;
  writer->data = data;
}

bool regfile_writer_failed(const regfile_writer *writer) { return writer->code != TLSMEND_OK; }

static void put_key(regfile_writer *self, const char *before, const char *path) {
  const char *root = path_root_long(path);
  if (!root || strpbrk(path, "\r\n")) {
    char text[400];
    snprintf(text, sizeof text, "key \"%.300s\": %s", path,
             root ? "a name with a line break cannot stand in a registration file" : "unknown root");
    fail(self, TLSMEND_E_UNSUPPORTED, text);
    return;
  }
  flush_piece(self);
  puts_text(self, before);
  puts_text(self, root);
  puts_text(self, path + strcspn(path, "\\"));
  puts_text(self, "]\r\n");
}

void regfile_writer_key(regfile_writer *writer, const char *path) { put_key(writer, "\r\n[", path); }

void regfile_writer_key_delete(regfile_writer *writer, const char *path) { put_key(writer, "\r\n[-", path); }

static void put_quoted(regfile_writer *self, const char *text) {
  puts_text(self, "\"");
  while (*text) {
    size_t run = strcspn(text, "\\\"");
    put(self, text, run);
    text += run;
    if (!*text)
      break;
    const char escaped[2] = {'\\', *text++};
    put(self, escaped, sizeof escaped);
  }
  puts_text(self, "\"");
}

static void put_name(regfile_writer *self, const char *name) {
  if (*name)
    put_quoted(self, name);
  else
    puts_text(self, "@");
  puts_text(self, "=");
}

/* Bytes behind "hex:"; `column` is where the line stands already. */
static void put_row(regfile_writer *self, const tlsmend_value *value, size_t column) {
  static const char digits[] = "0123456789abcdef";
  if (value->size > SIZE_MAX / 8 || !reserve(self, value->size * 5 + 8))
    return; /* 3 a byte, 5 more a row */
  char *at = self->text + self->length;
  for (size_t i = 0; i < value->size; i++) {
    *at++ = digits[value->data[i] >> 4];
    *at++ = digits[value->data[i] & 15];
    if (i + 1 == value->size)
      break;
    *at++ = ',';
    column += 3;
    if (column < REGFILE_ROW_FULL)
      continue;
    memcpy(at, REGFILE_ROW_BREAK, sizeof REGFILE_ROW_BREAK - 1);
    at += sizeof REGFILE_ROW_BREAK - 1;
    column = REGFILE_ROW_INDENT;
  }
  self->length = (size_t)(at - self->text);
}

static void put_hex(regfile_writer *self, const tlsmend_value *value, size_t line_begin) {
  char type[24] = "hex:";
  if (value->type != TLSMEND_REG_BINARY)
    snprintf(type, sizeof type, "hex(%" PRIx32 "):", value->type);
  puts_text(self, type);
  if (self->code)
    return;
  size_t column = 0;
  for (size_t i = line_begin; i < self->length; i++)
    column += (self->text[i] & 0xC0) != 0x80;
  put_row(self, value, column);
}

/* Whether a REG_SZ can be written in quotes and read again without a difference by everybody; then *out
 * is its text. */
static bool is_quotable(const tlsmend_value *value, char **out) {
  *out = NULL;
  if (value->type != TLSMEND_REG_SZ || !value_is_plain(value))
    return false;
  *out = value_text(value);
  return *out && !strpbrk(*out, "\r\n") && unicode_valid(*out, strlen(*out));
}

void regfile_writer_value(regfile_writer *writer, const char *name, const tlsmend_value *value) {
  flush_piece(writer);
  size_t line_begin = writer->length;
  uint64_t number = 0;
  char *text = NULL, dword[16];
  assert(value->present);
  put_name(writer, name);
  if (is_quotable(value, &text)) {
    put_quoted(writer, text);
  } else if (value->type == TLSMEND_REG_DWORD && value_number(value, &number)) {
    snprintf(dword, sizeof dword, "dword:%08" PRIx32, (uint32_t)number);
    puts_text(writer, dword);
  } else {
    put_hex(writer, value, line_begin);
  }
  free(text);
  puts_text(writer, "\r\n");
}

void regfile_writer_lines(regfile_writer *writer, const regfile_lines *lines) {
  flush_piece(writer);
  put(writer, lines->text, lines->size);
}

void regfile_writer_value_delete(regfile_writer *writer, const char *name) {
  put_name(writer, name);
  puts_text(writer, "-\r\n");
}

int regfile_writer_finish(regfile_writer *writer, unsigned char **out, size_t *size, tlsmend_error *error) {
  *out = NULL;
  *size = 0;
  if (!writer)
    return error_no_memory(error);
  puts_text(writer, "\r\n");
  flush(writer);
  int code = writer->code;
  if (code) {
    tlsmend_error_set(error, code, "%s", writer->error.text);
    free(writer->file);
  } else {
    *out = writer->file;
    *size = writer->file_size;
  }
  free(writer->text);
  free(writer);
  return code;
}
