/* Registration files: what is written is read again without a difference, what regedit accepts is read,
 * everything else is refused with its line, and a file that was cut off never means something else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "registry/regfile.h"
#include "base/unicode.h"
#include "unit/random.h"

#define V5 "Windows Registry Editor Version 5.00"

/* One line for each event: "key PATH", "del PATH", "val PATH|NAME|TYPE|HEX", "vdl PATH|NAME". */
typedef struct event_log {
  char *text;
  size_t length, room;
  size_t fail_at, count; /* the event that is answered with an error, from 1 */
} event_log;

static void log_put(event_log *to, const char *text, size_t length) {
  if (to->length + length + 1 > to->room) {
    to->room = (to->length + length + 1) * 2;
    to->text = realloc(to->text, to->room);
    assert_non_null(to->text);
  }
  memcpy(to->text + to->length, text, length);
  to->length += length;
  to->text[to->length] = '\0';
}

static void log_line(event_log *to, const char *kind, const char *path, const char *name,
                     const tlsmend_value *value) {
  static const char digits[] = "0123456789abcdef";
  char number[16];
  log_put(to, kind, strlen(kind));
  log_put(to, path, strlen(path));
  if (name) {
    log_put(to, "|", 1);
    log_put(to, name, strlen(name));
  }
  if (value) {
    snprintf(number, sizeof number, "|%x|", (unsigned)value->type);
    log_put(to, number, strlen(number));
    for (size_t i = 0; i < value->size; i++) {
      const char hex[2] = {digits[value->data[i] >> 4], digits[value->data[i] & 15]};
      log_put(to, hex, sizeof hex);
    }
  }
  log_put(to, "\n", 1);
}

static int answer(event_log *to, tlsmend_error *error) {
  if (++to->count != to->fail_at)
    return TLSMEND_OK;
  return tlsmend_error_set(error, TLSMEND_E_DENIED, "not wanted");
}

static int on_key(void *data, const char *path, tlsmend_error *error) {
  log_line(data, "key ", path, NULL, NULL);
  return answer(data, error);
}

static int on_key_delete(void *data, const char *path, tlsmend_error *error) {
  log_line(data, "del ", path, NULL, NULL);
  return answer(data, error);
}

static int on_value(void *data, const char *path, const char *name, const tlsmend_value *value,
                    tlsmend_error *error) {
  assert_true(value->present);
  assert_true((value->size == 0) == !value->data);
  log_line(data, "val ", path, name, value);
  return answer(data, error);
}

static int on_value_delete(void *data, const char *path, const char *name, tlsmend_error *error) {
  log_line(data, "vdl ", path, name, NULL);
  return answer(data, error);
}

static const regfile_events events = {on_key, on_key_delete, on_value, on_value_delete, NULL};

/* Reads a copy of exactly `size` bytes, so that a sanitizer sees a step too far. */
static int read_bytes(const void *bytes, size_t size, event_log *log, tlsmend_error *error) {
  unsigned char *copy = malloc(size ? size : 1);
  if (size)
    memcpy(copy, bytes, size);
  int code = regfile_read("x.reg", size ? copy : NULL, size, &events, log, error);
  free(copy);
  return code;
}

static void means(const char *text, const char *as) {
  event_log log = {0};
  tlsmend_error error = {0};
  log_put(&log, "", 0);
  if (read_bytes(text, strlen(text), &log, &error))
    fail_msg("%s\nwas refused: %s", text, error.text);
  assert_string_equal(log.text, as);
  free(log.text);
}

/* The body below a key. */
static void value_means(const char *line, const char *as) {
  char text[1024], listing[1024];
  snprintf(text, sizeof text, V5 "\r\n\r\n[HKEY_LOCAL_MACHINE\\k]\r\n%s\r\n", line);
  snprintf(listing, sizeof listing, "key HKLM\\k\nval HKLM\\k|%s\n", as);
  means(text, listing);
}

static void values_of_all_forms(void **state) {
  (void)state;
  value_means("\"a\"=\"b\"", "a|1|62000000");
  value_means("@=\"\"", "|1|0000");
  value_means("\"\"=\"\"", "|1|0000");
  value_means("\"q\\\"\\\\n\"=\"\\\\\\\"\"", "q\"\\n|1|5c0022000000");
  value_means("\"a\"=\"\xC3\xA4\xF0\x9F\x98\x80\"", "a|1|e4003dd800de0000");
  value_means("\"a\"=\"one\r\ntwo\nthree\"", "a|1|6f006e0065000d000a00740077006f000a007400680072006500650000"
                                             "00");
  value_means("\"a\nb\"=dword:1", "a\nb|4|01000000");
  value_means("\"a\"=dword:00000A0f", "a|4|0f0a0000");
  value_means("\"a\"=dword: 5", "a|4|05000000");
  value_means("\"a\"=dword:ffffffff ; all", "a|4|ffffffff");
  value_means("\"a\"=hex:", "a|3|");
  value_means("\"a\"=hex:1,2f,", "a|3|012f");
  value_means("\"a\"=hex: 01, 02 ;c", "a|3|0102");
  value_means("\"a\"=hex(0):00", "a|0|00");
  value_means("\"a\"=hex(1):61,00", "a|1|6100");
  value_means("\"a\"=hex(2):25,00,00,00", "a|2|25000000");
  value_means("\"a\"=hex(4):01,00", "a|4|0100");
  value_means("\"a\"=hex(7):61,00,00,00,00,00", "a|7|610000000000");
  value_means("\"a\"=hex(b):01,00,00,00,00,00,00,00", "a|b|0100000000000000");
  value_means("\"a\"=hex(FFFFffff):01", "a|ffffffff|01");
  value_means("\"a\"=hex:01,\\\r\n  02,\\\n\t03", "a|3|010203");
  value_means("\"a\"=hex:\\\r\n  01", "a|3|01");
  value_means("\"a\"=hex:01,\\ \r\n; c\r\n\r\n  02", "a|3|0102");
  value_means("\t \"a\" \t = \t \"b\" \t ; c", "a|1|62000000");
  value_means("  @  =  dword:0", "|4|00000000");
  value_means("\"a=b;c]\"=\"[d];e\"", "a=b;c]|1|5b0064005d003b0065000000");
}

static void files_of_all_forms(void **state) {
  static const char listing[] =
      "key HKLM\\A\nval HKLM\\A|n|4|01000000\nvdl HKLM\\A|m\ndel HKCU\\B\nkey HKLM\\A\\[C]\n";
  (void)state;
  means(V5 "\n\n[HKEY_LOCAL_MACHINE\\A]\n\"n\"=dword:00000001\n\"m\"=-\n\n[-HKEY_CURRENT_USER\\B]\n["
           "HKLM\\A\\[C]]\n",
        listing);
  means(V5 "\r[hklm\\A]\r\"n\"=dword:00000001\r\"m\"=-\r[-HKCU\\B]\r[HKLM\\A\\[C]]", listing);
  means("\xEF\xBB\xBF  " V5
        " \r\n ; c\r\n [HKLM\\A\\] ; c\r\n\"n\"=dword:1 \r\n \"m\" = - ;\r\n[-HKCU\\B]\r\n[HKLM\\A\\[C]]",
        listing);
  means(V5, "");
  means("REGEDIT4\r\n", "");
  means(V5 "\r\n;end", "");
  means(V5 "\r\n[HKEY_LOCAL_MACHINE]\r\n@=-\r\n[HKLM\\SOFTWARE\\Wow6432Node\\x]\r\n",
        "key HKLM\nvdl HKLM|\nkey HKLM\\SOFTWARE\\Wow6432Node\\x\n");
  means(V5 "\r\n[HKCR\\a]\r\n@=\"b\"", "key HKCR\\a\nval HKCR\\a||1|62000000\n");
}

/* REGEDIT4 is ANSI: names, texts, and the bytes of text types. */
static void version_4_is_ansi(void **state) {
  (void)state;
  means("REGEDIT4\r\n\r\n[HKEY_CURRENT_USER\\M\xFCller]\r\n\"\x80\"=\"\x99\"\r\n\"e\"=hex(2):25,80,"
        "00\r\n\"m\"=hex(7):e4,00,00\r\n"
        "\"b\"=hex:80,00\r\n\"s\"=hex(1):41\r\n",
        "key HKCU\\M\xC3\xBCller\nval HKCU\\M\xC3\xBCller|\xE2\x82\xAC|1|22210000\nval "
        "HKCU\\M\xC3\xBCller|e|2|2500ac200000\n"
        "val HKCU\\M\xC3\xBCller|m|7|e40000000000\nval HKCU\\M\xC3\xBCller|b|3|8000\nval "
        "HKCU\\M\xC3\xBCller|s|1|4100\n");
}

/* Reads a text as UTF-16LE behind a BOM; `cut` bytes are left out at the end. */
static int read_utf16(const char *text, size_t cut, event_log *log, tlsmend_error *error) {
  size_t size = 0;
  unsigned char *units = unicode_to_utf16(text, strlen(text), &size), *file = malloc(size + 2);
  memcpy(file, "\xFF\xFE", 2);
  memcpy(file + 2, units, size);
  int code = read_bytes(file, size + 2 - cut, log, error);
  free(units);
  free(file);
  return code;
}

static void utf16_is_read(void **state) {
  event_log log = {0};
  tlsmend_error error = {0};
  (void)state;
  assert_int_equal(
      read_utf16(V5 "\r\n\r\n[HKLM\\\xC3\xA4]\r\n\"n\"=\"\xF0\x9F\x98\x80\"\r\n\"e\"=hex(2):25,00\r\n", 0,
                 &log, &error),
      TLSMEND_OK);
  assert_int_equal(read_utf16("REGEDIT4\r\n[HKLM\\b]\r\n\"e\"=hex(2):25,00\r\n", 0, &log, &error),
                   TLSMEND_OK);
  assert_string_equal(log.text,
                      "key HKLM\\\xC3\xA4\nval HKLM\\\xC3\xA4|n|1|3dd800de0000\nval HKLM\\\xC3\xA4|e|2|2500\n"
                      "key HKLM\\b\nval HKLM\\b|e|2|2500\n");
  assert_int_equal(read_utf16(V5 "\r\n", 1, &log, &error), TLSMEND_E_CORRUPT);
  assert_non_null(strstr(error.text, "odd"));
  assert_int_equal(read_bytes("W\0i\0\xE4\0", 6, &log, &error), TLSMEND_E_CORRUPT); /* no BOM */
  assert_non_null(strstr(error.text, "NUL"));
  assert_int_equal(read_bytes("\xFE\xFF\0W", 4, &log, &error), TLSMEND_E_CORRUPT);
  assert_non_null(strstr(error.text, "big endian"));
  free(log.text);
}

static void refuses(const char *text, size_t size, size_t line, const char *word) {
  event_log log = {0};
  tlsmend_error error = {0};
  char where[32];
  if (read_bytes(text, size, &log, &error) != TLSMEND_E_CORRUPT)
    fail_msg("was not refused: %s", text);
  snprintf(where, sizeof where, "x.reg: line %zu: ", line);
  if (strncmp(error.text, where, strlen(where)) != 0)
    fail_msg("%s\ndoes not begin with: %s", error.text, where);
  if (!strstr(error.text, word))
    fail_msg("%s\ndoes not say: %s", error.text, word);
  free(log.text);
}

static void refuses_value(const char *line, size_t line_number, const char *word) {
  char text[512];
  snprintf(text, sizeof text, V5 "\r\n\r\n[HKEY_LOCAL_MACHINE\\k]\r\n%s", line);
  refuses(text, strlen(text), line_number, word);
}

static void broken_headers_are_refused(void **state) {
  static const char *const texts[] = {"",         "\n" V5,       "Windows Registry Editor Version 5.0",
                                      V5 "0",     V5 " x",       "REGEDIT",
                                      "REGEDIT5", "[HKLM\\a]\n", "; c\n" V5};
  (void)state;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    refuses(texts[i], strlen(texts[i]), 1, V5);
  refuses(V5 "\r\n\0", sizeof V5 + 2, 2, "NUL");
  refuses(V5 "\r\n;\xE4\r\n", sizeof V5 + 5, 2, "UTF-8");
}

static void broken_lines_are_refused(void **state) {
  (void)state;
  refuses_value("\"a\"", 4, "=");
  refuses_value("\"a\"=\r\n", 4, "dword:");
  refuses_value("\"a\"=b\r\n", 4, "\"b\"");
  refuses_value("\"a\"=DWORD:1\r\n", 4, "lower case");
  refuses_value("\"a\"=dword:\r\n", 4, "hex digits");
  refuses_value("\"a\"=dword:123456789\r\n", 4, "8 hex digits");
  refuses_value("\"a\"=dword:0x1\r\n", 4, "\"x1\"");
  refuses_value("\"a\"=dword:1 2\r\n", 4, "end of the line");
  refuses_value("\"a\"=hex\r\n", 4, ":");
  refuses_value("\"a\"=hex():01\r\n", 4, "type");
  refuses_value("\"a\"=hex(123456789):01\r\n", 4, ")");
  refuses_value("\"a\"=hex(2:01\r\n", 4, ")");
  refuses_value("\"a\"=hex:0g\r\n", 4, "comma");
  refuses_value("\"a\"=hex:001\r\n", 4, "comma");
  refuses_value("\"a\"=hex:01,,02\r\n", 4, "byte");
  refuses_value("\"a\"=hex:01,\\\r\n\"b\"=dword:1\r\n", 5, "byte");
  refuses_value("\"a\"=hex:01,\\ 02\r\n", 4, "end of the line");
  refuses_value("\"a\"=hex:01,\r\n  02\r\n", 5, "[key]");
  refuses_value("\"a\"=\"b\" c\r\n", 4, "end of the line");
  refuses_value("\"a\"=\"C:\\new\"\r\n", 4, "\\\\");
  refuses_value("\"a\"=\"b\r\n\r\n[HKLM\\c]\r\n", 4, "closing quote");
  refuses_value("\"a\"=\"b\r\n\"c\"=dword:1\r\n", 4, "closing quote");
  refuses_value("\"a=dword:1\r\n\"b\"=dword:1\r\n", 4, "closing quote");
  refuses_value("\"a=dword:1\r\n", 4, "closing quote");
  refuses_value("\"a\"=-1\r\n", 4, "end of the line");
  refuses_value("a=dword:1\r\n", 4, "[key]");
  refuses_value("# c\r\n", 4, ";comment");
  refuses_value("[HKLM\\a\r\n", 4, "]");
  refuses_value("[HKLM\\a] b\r\n", 4, "end of the line");
  refuses_value("[]\r\n", 4, "root");
  refuses_value("[\\]\r\n", 4, "root");
  refuses_value("[ HKLM\\a]\r\n", 4, "root");
  refuses_value("[HKXX\\a]\r\n", 4, "HKLM");
  refuses_value("[HKLM\\a\\\\b]\r\n", 4, "backslash");
  refuses_value("[-HKLM\\a]\r\n\"b\"=dword:1\r\n", 5, "deleted");
  refuses(V5 "\r\n\"a\"=dword:1\r\n", sizeof V5 + 14, 2, "[key]");
}

static void an_answer_stops_the_reading(void **state) {
  static const char text[] =
      V5 "\n[HKLM\\a]\n\"b\"=dword:1\n\"c\"=\"1\n2\"\n\"d\"=-\n[-HKLM\\e]\n[HKLM\\f]\n";
  static const size_t lines[] = {2, 3, 5, 6, 7, 8};
  (void)state;
  for (size_t i = 0; i < 6; i++) {
    event_log log = {.fail_at = i + 1};
    tlsmend_error error = {0};
    char expected[64];
    assert_int_equal(read_bytes(text, sizeof text - 1, &log, &error), TLSMEND_E_DENIED);
    snprintf(expected, sizeof expected, "x.reg: line %zu: not wanted", lines[i]);
    assert_string_equal(error.text, expected);
    assert_int_equal(log.count, i + 1);
    free(log.text);
  }
}

/* Every beginning of the file is refused, or means a beginning of what the file means. */
static void survives_cutting(const unsigned char *file, size_t size) {
  event_log whole = {0};
  tlsmend_error error;
  assert_int_equal(read_bytes(file, size, &whole, &error), TLSMEND_OK);
  for (size_t cut = 0; cut < size; cut++) {
    event_log part = {0};
    error = (tlsmend_error){0};
    int code = read_bytes(file, cut, &part, &error);
    assert_true(code == TLSMEND_OK || code == TLSMEND_E_CORRUPT);
    assert_int_equal(code != TLSMEND_OK, error.text[0] != '\0');
    if (part.length > whole.length || (part.length && memcmp(part.text, whole.text, part.length) != 0))
      fail_msg("the first %u of %u bytes mean\n%s", (unsigned)cut, (unsigned)size, part.text);
    free(part.text);
  }
  free(whole.text);
}

static void a_cut_off_file_never_means_another(void **state) {
  static const char text[] = V5
      "\r\n\r\n; c\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\\xC3\xA4 x]\r\n@=\"de\xF0\x9F\x98\x80\\\\\\\"f\" ; "
      "\"g\"\r\n"
      "\"n\\\\\\\"m\"=dword:00000a00\r\n\"s\"=dword:12 ; c\r\n\"h\"=hex:01,02 , 3,\\\r\n  ; c\r\n  04,05\r\n"
      "\"q\"=hex(b):01,00,00,00,00,00,00,00\r\n\"t\"=hex(ab12):\r\n\"l\"=\"a\r\nb\"\r\n\"d\"=-\r\n\r\n[-HKEY_"
      "USERS\\x\\y]\r\n\r\n"
      "[HKLM\\z]\r\n\"last\"=\"v\"";
  static const char ansi[] = "REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\\xE4]\r\n\"e\"=hex(2):25,80,\\\r\n  "
                             "00\r\n\"\x80\"=\"\x99\"\r\n[-HKLM\\a]\r\n";
  size_t size = 0;
  (void)state;
  unsigned char *units = unicode_to_utf16(text, sizeof text - 1, &size), *file = malloc(size + 2);
  memcpy(file, "\xFF\xFE", 2);
  memcpy(file + 2, units, size);
  survives_cutting((const unsigned char *)text, sizeof text - 1);
  survives_cutting((const unsigned char *)ansi, sizeof ansi - 1);
  survives_cutting(file, size + 2);
  free(units);
  free(file);
}

/* One byte changed anywhere: an answer, whatever it is, and one line where it is a refusal. */
static void a_changed_byte_never_hurts(void **state) {
  static const char text[] = V5
      "\r\n\r\n[HKEY_LOCAL_MACHINE\\a]\r\n@=\"b\\\\\"\r\n\"n\"=dword:00000a00\r\n\"h\"=hex(7):01,02,\\\r\n  "
      "03\r\n\"d\"=-\r\n\r\n[-HKLM\\c]\r\n";
  unsigned char copy[sizeof text - 1];
  (void)state;
  for (size_t at = 0; at < sizeof copy; at++)
    for (unsigned byte = 0; byte < 256; byte++) {
      event_log log = {0};
      tlsmend_error error = {0};
      memcpy(copy, text, sizeof copy);
      copy[at] = (unsigned char)byte;
      int code = read_bytes(copy, sizeof copy, &log, &error);
      assert_int_equal(code, error.code);
      assert_null(strpbrk(error.text, "\r\n"));
      free(log.text);
    }
}

static void put_value(regfile_writer *writer, const char *name, uint32_t type, const void *data,
                      size_t size) {
  tlsmend_value value = {0};
  assert_int_equal(tlsmend_value_set(&value, type, data, size, NULL), TLSMEND_OK);
  regfile_writer_value(writer, name, &value);
  tlsmend_value_clear(&value);
}

/* Byte for byte what `reg export` writes; rows compared with real exports. */
static void the_form_is_that_of_regedit(void **state) {
  static const char expected[] = V5 "\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\a]\r\n@=\"d\"\r\n\"q\\\"\\\\\"="
                                    "\"\\\\\\\"\"\r\n\"n\"=dword:00000a0f\r\n"
                                    "\"n3\"=hex(4):01,02,03\r\n\"z\"=hex(b):01,00,00,00,00,00,00,00\r\n\"e\"="
                                    "hex(2):61,00,00,00\r\n\"x\"=hex:\r\n"
                                    "\"o\"=hex(1):61,00\r\n\"i\"=hex(1):61,00,00,00,62,00,00,00\r\n\"l\"=hex("
                                    "1):0a,00,00,00\r\n\"t\"=hex(abcd):01\r\n\"u\"=hex(1):00,d8,00,00\r\n"
                                    "\"MultiValue0\"=hex(7):31,00,32,00,41,00,42,00,5c,00,30,00,43,00,44,00,"
                                    "45,00,46,\\\r\n  00,00,00,00,00\r\n"
                                    "\"MultiValueComma\"=hex(7):31,00,32,00,41,00,42,00,2c,00,43,00,44,00,45,"
                                    "00,46,00,\\\r\n  00,00,00,00\r\n"
                                    "\"w\"=hex:00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,00,"
                                    "00,00,00,\\\r\n  00,00,00,00,00,00,00,00,00,00,00,00,"
                                    "00,00,00,00,00,00,00,00,00,00,00,00,00,\\\r\n  00\r\n"
                                    "\"gone\"=-\r\n\r\n[-HKEY_USERS\\b]\r\n\r\n[HKEY_CLASSES_ROOT]\r\n\r\n";
  static const char zeros[49] = {0};
  regfile_writer *writer = regfile_writer_new(REGFILE_UTF8);
  unsigned char *file = NULL;
  size_t size = 0;
  (void)state;
  regfile_writer_key(writer, "HKLM\\SOFTWARE\\a");
  put_value(writer, "", 1, "d\0\0\0", 4);
  put_value(writer, "q\"\\", 1, "\\\0\"\0\0\0", 6);
  put_value(writer, "n", 4, "\x0F\x0A\0\0", 4);
  put_value(writer, "n3", 4, "\1\2\3", 3);
  put_value(writer, "z", 11, "\1\0\0\0\0\0\0\0", 8);
  put_value(writer, "e", 2, "a\0\0\0", 4);
  put_value(writer, "x", 3, "", 0);
  put_value(writer, "o", 1, "a\0", 2);
  put_value(writer, "i", 1, "a\0\0\0b\0\0\0", 8);
  put_value(writer, "l", 1, "\n\0\0\0", 4);
  put_value(writer, "t", 0xABCD, "\1", 1);
  put_value(writer, "u", 1, "\0\xD8\0\0", 4); /* a lone surrogate is no UTF-8 */
  put_value(writer, "MultiValue0", 7, "1\0002\0A\0B\0\\\0000\0C\0D\0E\0F\0\0\0\0\0", 24);
  put_value(writer, "MultiValueComma", 7, "1\0002\0A\0B\0,\0C\0D\0E\0F\0\0\0\0\0", 22);
  put_value(writer, "w", 3, zeros, sizeof zeros);
  regfile_writer_value_delete(writer, "gone");
  regfile_writer_key_delete(writer, "HKU\\b");
  regfile_writer_key(writer, "HKCR");
  assert_int_equal(regfile_writer_finish(writer, &file, &size, NULL), TLSMEND_OK);
  assert_int_equal(size, sizeof expected - 1);
  assert_memory_equal(file, expected, size);
  free(file);
}

static void what_cannot_be_written_is_said(void **state) {
  static const char *const paths[] = {"HKLM\\a\nb", "HKLM\\a\r", "HKXX\\a"};
  (void)state;
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    unsigned char *file = (unsigned char *)1;
    size_t size = 1;
    tlsmend_error error = {0};
    regfile_writer *writer = regfile_writer_new(REGFILE_UTF16);
    regfile_writer_key(writer, paths[i]);
    put_value(writer, "a", 3, "b", 1);
    assert_int_equal(regfile_writer_finish(writer, &file, &size, &error), TLSMEND_E_UNSUPPORTED);
    assert_null(file);
    assert_int_equal(size, 0);
    assert_non_null(strstr(error.text, "HK"));
  }
}

/* A name of 1 to 12 units; without what a key cannot hold in a file if `key`. WTF-8, into out. */
static void random_name(char out[64], bool key) {
  unsigned char units[24];
  size_t count = 1 + random_below(12), length = 0;
  random_units(units, count);
  for (size_t i = 0; i < count; i++) {
    bool ascii = units[2 * i + 1] == 0;
    if (key && ascii && strchr("\\\r\n", units[2 * i]))
      units[2 * i] = ']';
    if (!key && random_below(16) == 0)
      memcpy(units + 2 * i, random_below(2) ? "\r\0" : "\n\0", 2);
  }
  char *text = unicode_from_utf16(units, 2 * count, &length);
  memcpy(out, text, length + 1);
  free(text);
}

static void random_value(tlsmend_value *value) {
  static const uint32_t types[] = {0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0xABCD, 0xFFFFFFFF};
  unsigned char data[160];
  size_t size = random_below(3) ? 4 * random_below(sizeof data / 4) : random_below(sizeof data);
  uint32_t type = types[random_below(sizeof types / sizeof *types)];
  random_units(data, sizeof data / 2);
  if (size >= 2 && random_below(3))
    memset(data + size - 2, 0, 2);
  if (size >= 8 && random_below(5) == 0)
    memset(data + 2 * random_below(size / 2), 0, 2);
  if (size >= 8 && random_below(5) == 0)
    memcpy(data, "\r\0\n\0", 4);
  if (type == TLSMEND_REG_DWORD && random_below(2))
    size = 4;
  assert_int_equal(tlsmend_value_set(value, type, data, size, NULL), TLSMEND_OK);
}

/* Writes a random file and what reading it must log. */
static void random_file(regfile_writer *writer, event_log *log) {
  static const char *const roots[] = {"HKLM", "HKCU", "HKU", "HKCR", "HKCC"};
  tlsmend_value value = {0};
  for (size_t keys = random_below(6); keys > 0; keys--) {
    char path[256], name[64];
    strcpy(path, roots[random_below(5)]);
    for (size_t depth = random_below(3); depth > 0; depth--) {
      random_name(name, true);
      strcat(strcat(path, "\\"), name);
    }
    if (random_below(4) == 0) {
      regfile_writer_key_delete(writer, path);
      log_line(log, "del ", path, NULL, NULL);
      continue;
    }
    regfile_writer_key(writer, path);
    log_line(log, "key ", path, NULL, NULL);
    for (size_t values = random_below(6); values > 0; values--) {
      random_name(name, false);
      if (random_below(5) == 0)
        name[0] = '\0';
      if (random_below(5) == 0) {
        regfile_writer_value_delete(writer, name);
        log_line(log, "vdl ", path, name, NULL);
        continue;
      }
      random_value(&value);
      regfile_writer_value(writer, name, &value);
      log_line(log, "val ", path, name, &value);
    }
  }
  tlsmend_value_clear(&value);
}

static int on_lines(void *data, const char *path, const regfile_lines *lines, tlsmend_error *error) {
  return regfile_lines_each(lines, path, &events, data, error);
}

/* Decoded piece by piece, and its values handed out in lines, a file means the same; and its text is its bytes. */
static void means_the_same_in_pieces(const unsigned char *file, size_t size, const char *as) {
  static const regfile_events in_lines = {on_key, on_key_delete, on_value, on_value_delete, on_lines};
  regfile_decoder decoder = {.expected = random_below(2) ? size : 0};
  regfile_text text;
  event_log log = {0};
  log_put(&log, "", 0);
  for (size_t at = 0, step; at < size; at += step) {
    step = 1 + random_below(random_below(2) ? 5 : 200);
    step = step < size - at ? step : size - at;
    assert_true(regfile_decoder_add(&decoder, file + at, step));
  }
  assert_int_equal(regfile_decoder_finish(&decoder, "x.reg", &text, NULL), TLSMEND_OK);
  assert_int_equal(regfile_parse("x.reg", &text, &in_lines, &log, NULL), TLSMEND_OK);
  assert_string_equal(log.text, as);
  size_t again = 0;
  unsigned char *bytes = regfile_text_encode(&text, &again);
  assert_int_equal(again, size);
  assert_memory_equal(bytes, file, size);
  size_t change = random_below(size + 1);
  regfile_match match = {.text = &text}, other = {.text = &text};
  assert_true(regfile_match_add(&match, file, change) && regfile_match_end(&match) == (change == size));
  assert_true(regfile_match_add(&match, file + change, size - change) && regfile_match_end(&match));
  if (change < size) {
    bytes[change] ^= 1;
    assert_false(regfile_match_add(&other, bytes, size));
  }
  free(bytes);
  free(log.text);
  regfile_text_clear(&text);
}

static void what_is_written_is_read(void **state) {
  (void)state;
  for (int round = 0; round < 3000; round++) {
    event_log log = {0}, back = {0};
    unsigned char *file = NULL;
    size_t size = 0;
    tlsmend_error error = {0};
    regfile_writer *writer = regfile_writer_new(round % 2 ? REGFILE_UTF16 : REGFILE_UTF8);
    log_put(&log, "", 0);
    log_put(&back, "", 0);
    random_file(writer, &log);
    assert_int_equal(regfile_writer_finish(writer, &file, &size, &error), TLSMEND_OK);
    if (read_bytes(file, size, &back, &error))
      fail_msg("round %d: %s", round, error.text);
    assert_string_equal(back.text, log.text);
    means_the_same_in_pieces(file, size, log.text);
    free(file);
    free(log.text);
    free(back.text);
  }
}

static void a_mebibyte_is_a_value_too(void **state) {
  enum { SIZE = 1 << 20 };
  static const uint32_t types[] = {1, 3, 7};
  unsigned char *data = calloc(1, SIZE);
  (void)state;
  random_units(data, SIZE / 2 - 1);
  for (size_t i = 0; i < 6; i++) {
    event_log log = {0}, back = {0};
    unsigned char *file = NULL;
    size_t size = 0;
    tlsmend_value value = {true, types[i / 2], SIZE - i / 4, data};
    regfile_writer *writer = regfile_writer_new(i % 2 ? REGFILE_UTF16 : REGFILE_UTF8);
    regfile_writer_key(writer, "HKLM\\a");
    regfile_writer_value(writer, "big", &value);
    assert_int_equal(regfile_writer_finish(writer, &file, &size, NULL), TLSMEND_OK);
    log_line(&log, "key ", "HKLM\\a", NULL, NULL);
    log_line(&log, "val ", "HKLM\\a", "big", &value);
    assert_int_equal(read_bytes(file, size, &back, NULL), TLSMEND_OK);
    assert_string_equal(back.text, log.text);
    free(file);
    free(log.text);
    free(back.text);
  }
  free(data);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(values_of_all_forms),
                                     cmocka_unit_test(files_of_all_forms),
                                     cmocka_unit_test(version_4_is_ansi),
                                     cmocka_unit_test(utf16_is_read),
                                     cmocka_unit_test(broken_headers_are_refused),
                                     cmocka_unit_test(broken_lines_are_refused),
                                     cmocka_unit_test(an_answer_stops_the_reading),
                                     cmocka_unit_test(a_cut_off_file_never_means_another),
                                     cmocka_unit_test(a_changed_byte_never_hurts),
                                     cmocka_unit_test(the_form_is_that_of_regedit),
                                     cmocka_unit_test(what_cannot_be_written_is_said),
                                     cmocka_unit_test(what_is_written_is_read),
                                     cmocka_unit_test(a_mebibyte_is_a_value_too)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
