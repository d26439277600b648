/*
 * Owns the encodings of registration files and their header. Version 5 is UTF-16LE with a BOM, or UTF-8;
 * REGEDIT4 without a BOM is ANSI and read as Windows-1252. Nothing is guessed: a version 5 file whose
 * bytes are not UTF-8 is refused, because its code page is that of a machine nobody knows.
 */
#include "registry/regfile_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/unicode.h"

static const char header_5[] = "Windows Registry Editor Version 5.00";
static const char header_4[] = "REGEDIT4";

/* The number of the line on which `at` stands; a line ends with CRLF, LF or CR. */
static size_t line_of(const char *text, const char *at) {
  size_t line = 1;
  for (; text < at; text++)
    line += *text == '\n' || (*text == '\r' && text[1] != '\n');
  return line;
}

/* 0x80 to 0x9F; the five bytes without a character stay what they are, as Windows converts them. */
static const uint16_t ansi_high[32] = {0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                       0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
                                       0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                       0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

uint16_t regfile_ansi_unit(unsigned char byte) {
  return byte >= 0x80 && byte < 0xA0 ? ansi_high[byte - 0x80] : byte;
}

static int no_memory(const char *label, tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_MEMORY, "%s: out of memory", label);
}

/* Room for `more` bytes and a NUL. */
static bool reserve(regfile_decoder *self, size_t more) {
  if (more > SIZE_MAX / 4 - self->length)
    return false;
  if (self->text && self->length + more < self->room)
    return true;
  size_t room = (self->length + more) * 3 / 2 + 64;
  if (self->expected < SIZE_MAX / 4 && room < self->expected * 3 / 2 + 64)
    room = self->expected * 3 / 2 + 64; /* what is never used of it costs addresses, not memory */
  char *text = realloc(self->text, room);
  if (!text)
    return false;
  self->text = text;
  self->room = room;
  return true;
}

static bool add_narrow(regfile_decoder *self, const unsigned char *bytes, size_t size) {
  if (!reserve(self, size))
    return false;
  memcpy(self->text + self->length, bytes, size);
  self->length += size;
  return true;
}

static bool add_units(regfile_decoder *self, const unsigned char *bytes, size_t count) {
  if (count > SIZE_MAX / 4 || !reserve(self, count * 3))
    return false;
  self->length += unicode_narrow(bytes, count, self->text + self->length);
  return true;
}

static bool is_high(const unsigned char *unit) { return unit[1] >= 0xD8 && unit[1] <= 0xDB; }

/* What waits is complete with the unit behind it, unless that is the first of a pair itself. */
static bool add_carried(regfile_decoder *self) {
  size_t left = self->carried == 4 && is_high(self->carry + 2) ? 2 : 0;
  if (!add_units(self, self->carry, (self->carried - left) / 2))
    return false;
  memcpy(self->carry, self->carry + 2, left);
  self->carried = left;
  return true;
}

/* Half a unit, and the first of a pair, wait for what follows. */
static bool add_wide(regfile_decoder *self, const unsigned char *bytes, size_t size) {
  while (self->carried && size) {
    self->carry[self->carried++] = *bytes++;
    size--;
    bool waits = self->carried == 3 || (self->carried == 2 && is_high(self->carry));
    if (!waits && !add_carried(self))
      return false;
  }
  if (!size)
    return true;
  size_t keep = size % 2;
  if (size >= 2 && is_high(bytes + size - keep - 2))
    keep += 2;
  memcpy(self->carry, bytes + size - keep, keep);
  self->carried = keep;
  return add_units(self, bytes, (size - keep) / 2);
}

bool regfile_decoder_add(regfile_decoder *self, const void *bytes_in, size_t size) {
  const unsigned char *bytes = bytes_in;
  if (!size)
    return true;
  self->total += size;
  if (self->utf16)
    return add_wide(self, bytes, size);
  if (!add_narrow(self, bytes, size))
    return false;
  if (self->length < 2 || memcmp(self->text, "\xFF\xFE", 2) != 0)
    return true;
  /* Its BOM can only just have come. */
  self->utf16 = true;
  self->length = 0;
  size_t rest = self->total - 2;
  return rest == 0 || add_wide(self, bytes + size - rest, rest);
}

void regfile_decoder_clear(regfile_decoder *self) {
  free(self->text);
  *self = (regfile_decoder){0};
}

static int decode_ansi(const char *label, regfile_decoder *self, tlsmend_error *error) {
  if (self->length > SIZE_MAX / 2 - 1)
    return no_memory(label, error);
  unsigned char *units = malloc(self->length * 2 + 1);
  if (!units)
    return no_memory(label, error);
  for (size_t i = 0; i < self->length; i++) {
    uint16_t unit = regfile_ansi_unit((unsigned char)self->text[i]);
    units[2 * i] = (unsigned char)(unit & 0xFF);
    units[2 * i + 1] = (unsigned char)(unit >> 8);
  }
  size_t count = self->length;
  self->length = 0;
  bool good = add_units(self, units, count);
  free(units);
  return good ? TLSMEND_OK : no_memory(label, error);
}

static int check_utf8(const char *label, const regfile_decoder *self, tlsmend_error *error) {
  size_t broken = unicode_broken(self->text, self->length);
  if (broken >= self->length || memchr(self->text, '\0', broken))
    return TLSMEND_OK; /* a NUL says more: see check_nuls */
  return tlsmend_error_set(
      error, TLSMEND_E_CORRUPT,
      "%s: line %zu: expected UTF-8, found the byte 0x%02x; save the file as UTF-16 (\"Unicode\") "
      "or UTF-8",
      label, line_of(self->text, self->text + broken), (unsigned char)self->text[broken]);
}

static int finish_utf16(const char *label, regfile_decoder *self, tlsmend_error *error) {
  if (self->total % 2 != 0)
    return tlsmend_error_set(
        error, TLSMEND_E_CORRUPT,
        "%s: expected UTF-16, found an odd number of bytes: the file is cut off; copy it again", label);
  return add_units(self, self->carry, self->carried / 2) ? TLSMEND_OK : no_memory(label, error);
}

static const char *skip_blanks(const char *at) { return at + strspn(at, " \t"); }

static bool is_ansi(const char *text) {
  return strncmp(skip_blanks(text), header_4, sizeof header_4 - 1) == 0;
}

/* What is in the decoder is the file without a BOM of UTF-16. */
static int decode(const char *label, regfile_decoder *self, regfile_text *out, tlsmend_error *error) {
  out->form = self->utf16 ? REGFILE_FORM_UTF16 : REGFILE_FORM_UTF8;
  if (self->utf16)
    return finish_utf16(label, self, error);
  if (strncmp(self->text, "\xFE\xFF", 2) == 0)
    return tlsmend_error_set(
        error, TLSMEND_E_CORRUPT,
        "%s: expected UTF-16 in little endian, found big endian; save the file as UTF-16LE or UTF-8", label);
  if (strncmp(self->text, "\xEF\xBB\xBF", 3) == 0) {
    out->form = REGFILE_FORM_MARKED;
    self->length -= 3;
    memmove(self->text, self->text + 3, self->length + 1);
  } else if (is_ansi(self->text)) {
    out->form = REGFILE_FORM_ANSI;
    return decode_ansi(label, self, error);
  }
  return check_utf8(label, self, error);
}

static int check_nuls(const char *label, const regfile_text *out, tlsmend_error *error) {
  const char *nul = out->text + strlen(out->text);
  if (nul == out->text + out->length)
    return TLSMEND_OK;
  return tlsmend_error_set(
      error, TLSMEND_E_CORRUPT,
      "%s: line %zu: expected text, found a NUL character; UTF-16 files begin with the bytes FF FE", label,
      line_of(out->text, nul));
}

size_t regfile_text_again(const char *at, bool ansi) {
  static const char bom[] = "\xEF\xBB\xBF";
  const char *header = ansi ? header_4 : header_5, *begin = at;
  if (strncmp(at, bom, sizeof bom - 1) == 0)
    at += sizeof bom - 1;
  at = skip_blanks(at);
  return strncmp(at, header, strlen(header)) == 0 ? (size_t)(at - begin) + strlen(header) : 0;
}

static int check_header(const char *label, regfile_text *out, tlsmend_error *error) {
  const char *at = skip_blanks(out->text);
  bool version_4 = strncmp(at, header_4, sizeof header_4 - 1) == 0;
  bool version_5 = strncmp(at, header_5, sizeof header_5 - 1) == 0;
  if (version_4)
    at = skip_blanks(at + sizeof header_4 - 1);
  if (version_5)
    at = skip_blanks(at + sizeof header_5 - 1);
  if ((!version_4 && !version_5) || (*at && *at != '\r' && *at != '\n'))
    return tlsmend_error_set(error, TLSMEND_E_CORRUPT, "%s: line 1: expected \"%s\" or \"%s\", found %s",
                             label, header_5, header_4,
                             *out->text ? "something else: not a registration file" : "an empty file");
  out->body = at;
  return TLSMEND_OK;
}

int regfile_decoder_finish(regfile_decoder *self, const char *label, regfile_text *out,
                           tlsmend_error *error) {
  *out = (regfile_text){0};
  int code = reserve(self, 0) ? TLSMEND_OK : no_memory(label, error);
  if (!code) {
    self->text[self->length] = 0;
    code = decode(label, self, out, error);
  }
  if (!code) {
    self->text[self->length] = 0;
    char *text = realloc(self->text, self->length + 1);
    out->text = text ? text : self->text;
    out->length = self->length;
    *self = (regfile_decoder){0};
    code = check_nuls(label, out, error);
  }
  if (!code)
    code = check_header(label, out, error);
  if (!code)
    out->ansi_strings = out->form != REGFILE_FORM_UTF16 && is_ansi(out->text);
  regfile_decoder_clear(self);
  if (code)
    regfile_text_clear(out);
  return code;
}

int regfile_text_decode(const char *label, const void *bytes, size_t size, regfile_text *out,
                        tlsmend_error *error) {
  regfile_decoder decoder = {0};
  if (regfile_decoder_add(&decoder, bytes, size))
    return regfile_decoder_finish(&decoder, label, out, error);
  regfile_decoder_clear(&decoder);
  *out = (regfile_text){0};
  return no_memory(label, error);
}

void regfile_text_clear(regfile_text *self) {
  free(self->text);
  *self = (regfile_text){0};
}

static unsigned char ansi_byte(uint32_t point) {
  for (unsigned i = 0; i < 32; i++)
    if (ansi_high[i] == point)
      return (unsigned char)(0x80 + i);
  return (unsigned char)point;
}

/* Encodes what begins at `at`, up to `end`, where a character ends. */
static size_t encode(regfile_form form, const char *at, const char *end, unsigned char *out) {
  size_t size = 0;
  if (form == REGFILE_FORM_UTF16)
    return unicode_widen(at, (size_t)(end - at), out);
  if (form == REGFILE_FORM_ANSI) {
    while (at < end)
      out[size++] = ansi_byte(unicode_next(&at));
    return size;
  }
  memcpy(out, at, (size_t)(end - at));
  return (size_t)(end - at);
}

/* The bytes in front of the text. */
static size_t put_mark(regfile_form form, unsigned char *out) {
  size_t size = form == REGFILE_FORM_UTF16 ? 2 : form == REGFILE_FORM_MARKED ? 3 : 0;
  memcpy(out, form == REGFILE_FORM_UTF16 ? "\xFF\xFE" : "\xEF\xBB\xBF", size);
  return size;
}

unsigned char *regfile_text_encode(const regfile_text *self, size_t *size) {
  *size = 0;
  if (self->length > SIZE_MAX / 2 - 4)
    return NULL;
  unsigned char *out = malloc((self->form == REGFILE_FORM_UTF16 ? self->length * 2 : self->length) + 4);
  if (!out)
    return NULL;
  *size = put_mark(self->form, out);
  *size += encode(self->form, self->text, self->text + self->length, out + *size);
  return out;
}

/* Encodes the next piece, up to where a character begins. */
static void match_more(regfile_match *self) {
  const char *at = self->text->text + self->done;
  size_t left = self->text->length - self->done,
         size = left < REGFILE_MATCH_PIECE ? left : REGFILE_MATCH_PIECE;
  while (size < left && (at[size] & 0xC0) == 0x80)
    size--;
  self->have = self->begun ? 0 : put_mark(self->text->form, self->bytes);
  self->have += encode(self->text->form, at, at + size, self->bytes + self->have);
  self->begun = true;
  self->used = 0;
  self->done += size;
}

bool regfile_match_add(regfile_match *self, const void *bytes_in, size_t size) {
  const unsigned char *bytes = bytes_in;
  while (size) {
    if (self->used == self->have)
      match_more(self);
    size_t some = self->have - self->used < size ? self->have - self->used : size;
    if (!some || memcmp(self->bytes + self->used, bytes, some) != 0)
      return false;
    self->used += some;
    bytes += some;
    size -= some;
  }
  return true;
}

bool regfile_match_end(const regfile_match *self) {
  return self->used == self->have && self->done == self->text->length;
}
