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

static int decode_ansi(const char *label, const unsigned char *bytes, size_t size, regfile_text *out,
                       tlsmend_error *error) {
  if (size > SIZE_MAX / 2 - 1)
    return no_memory(label, error);
  unsigned char *units = malloc(size * 2 + 1);
  if (!units)
    return no_memory(label, error);
  for (size_t i = 0; i < size; i++) {
    uint16_t unit = regfile_ansi_unit(bytes[i]);
    units[2 * i] = (unsigned char)(unit & 0xFF);
    units[2 * i + 1] = (unsigned char)(unit >> 8);
  }
  out->text = unicode_from_utf16(units, size * 2, &out->length);
  free(units);
  return out->text ? TLSMEND_OK : no_memory(label, error);
}

static int decode_utf8(const char *label, const unsigned char *bytes, size_t size, regfile_text *out,
                       tlsmend_error *error) {
  out->text = calloc(size + 1, 1);
  if (!out->text)
    return no_memory(label, error);
  memcpy(out->text, bytes, size);
  out->length = size;
  size_t broken = unicode_broken(out->text, size);
  if (broken >= size || memchr(out->text, '\0', broken))
    return TLSMEND_OK; /* a NUL says more: see check_nuls */
  return tlsmend_error_set(
      error, TLSMEND_E_CORRUPT,
      "%s: line %zu: expected UTF-8, found the byte 0x%02x; save the file as UTF-16 (\"Unicode\") "
      "or UTF-8",
      label, line_of(out->text, out->text + broken), bytes[broken]);
}

static int decode_utf16(const char *label, const unsigned char *bytes, size_t size, regfile_text *out,
                        tlsmend_error *error) {
  if (size % 2 != 0)
    return tlsmend_error_set(
        error, TLSMEND_E_CORRUPT,
        "%s: expected UTF-16, found an odd number of bytes: the file is cut off; copy it again", label);
  out->text = unicode_from_utf16(bytes, size, &out->length);
  return out->text ? TLSMEND_OK : no_memory(label, error);
}

static const char *skip_blanks(const char *at) { return at + strspn(at, " \t"); }

static bool is_ansi(const unsigned char *bytes, size_t size) {
  while (size && (*bytes == ' ' || *bytes == '\t'))
    bytes++, size--;
  return size >= sizeof header_4 - 1 && memcmp(bytes, header_4, sizeof header_4 - 1) == 0;
}

static int decode(const char *label, const unsigned char *bytes, size_t size, regfile_text *out,
                  tlsmend_error *error) {
  if (size >= 2 && bytes[0] == 0xFF && bytes[1] == 0xFE)
    return decode_utf16(label, bytes + 2, size - 2, out, error);
  if (size >= 2 && bytes[0] == 0xFE && bytes[1] == 0xFF)
    return tlsmend_error_set(
        error, TLSMEND_E_CORRUPT,
        "%s: expected UTF-16 in little endian, found big endian; save the file as UTF-16LE or UTF-8", label);
  if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
    return decode_utf8(label, bytes + 3, size - 3, out, error);
  return is_ansi(bytes, size) ? decode_ansi(label, bytes, size, out, error)
                              : decode_utf8(label, bytes, size, out, error);
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

int regfile_text_decode(const char *label, const void *bytes, size_t size, regfile_text *out,
                        tlsmend_error *error) {
  static const unsigned char nothing[1];
  *out = (regfile_text){0};
  const unsigned char *file = size ? bytes : nothing;
  bool utf16 = size >= 2 && file[0] == 0xFF && file[1] == 0xFE;
  int code = decode(label, file, size, out, error);
  if (!code)
    code = check_nuls(label, out, error);
  if (!code)
    code = check_header(label, out, error);
  if (!code)
    out->ansi_strings = !utf16 && strncmp(skip_blanks(out->text), header_4, sizeof header_4 - 1) == 0;
  if (code) {
    free(out->text);
    *out = (regfile_text){0};
  }
  return code;
}
