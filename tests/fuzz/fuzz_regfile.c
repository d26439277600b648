/*
 * libFuzzer target: any bytes are read as a registration file; what is read must come out the same when it is written and
 * read again. Decoded in pieces it is the same text, which encodes as the same bytes. Lines that are handed out as they stand mean what
 * they mean one by one, and are spelled as a writer spells them.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unicode.h"
#include "registry/regfile.h"

/* Two writers fed with the same events, and a sum of what they were fed. */
typedef struct sink {
  regfile_writer *wide, *narrow;
  uint64_t sum;
} sink;

static void add(sink *to, const void *data, size_t size) {
  const unsigned char *bytes = data;
  for (size_t i = 0; i < size; i++)
    to->sum = (to->sum ^ bytes[i]) * 1099511628211u;
  to->sum = (to->sum ^ 0x100) * 1099511628211u;
}

static int on_key(void *data, const char *path, tlsmend_error *error) {
  sink *to = data;
  (void)error;
  add(to, path, strlen(path));
  if (to->wide)
    regfile_writer_key(to->wide, path);
  if (to->narrow)
    regfile_writer_key(to->narrow, path);
  return TLSMEND_OK;
}

static int on_key_delete(void *data, const char *path, tlsmend_error *error) {
  sink *to = data;
  (void)error;
  add(to, path, strlen(path));
  if (to->wide)
    regfile_writer_key_delete(to->wide, path);
  if (to->narrow)
    regfile_writer_key_delete(to->narrow, path);
  return TLSMEND_OK;
}

static int on_value(void *data, const char *path, const char *name, const tlsmend_value *value,
                    tlsmend_error *error) {
  sink *to = data;
  (void)error;
  add(to, path, strlen(path));
  add(to, name, strlen(name));
  add(to, &value->type, sizeof value->type);
  add(to, value->data, value->size);
  if (to->wide)
    regfile_writer_value(to->wide, name, value);
  if (to->narrow)
    regfile_writer_value(to->narrow, name, value);
  return TLSMEND_OK;
}

static int on_value_delete(void *data, const char *path, const char *name, tlsmend_error *error) {
  sink *to = data;
  (void)error;
  add(to, path, strlen(path));
  add(to, name, strlen(name));
  if (to->wide)
    regfile_writer_value_delete(to->wide, name);
  if (to->narrow)
    regfile_writer_value_delete(to->narrow, name);
  return TLSMEND_OK;
}

static const regfile_events events = {on_key, on_key_delete, on_value, on_value_delete, NULL};

/* Reads what a writer made and compares the sum; the text behind abort is for whoever reads the trace. */
static void check(regfile_writer *writer, uint64_t sum) {
  unsigned char *file = NULL;
  size_t size = 0;
  tlsmend_error error = {0};
  sink again = {NULL, NULL, 0};
  if (regfile_writer_finish(writer, &file, &size, &error))
    abort(); /* a key that was read cannot be written */
  if (regfile_read("again", file, size, &events, &again, &error))
    abort(); /* what was written cannot be read */
  if (again.sum != sum)
    abort(); /* what was written means something else */
  free(file);
}

/* What is read with whole lines, and how far the one who reads has come. */
typedef struct gathered {
  sink values;
  char before[4 * 4096]; /* the name of the value before */
  size_t count;
  bool sorted;
} gathered;

static int on_line(void *data, const char *path, const char *name, const tlsmend_value *value,
                   tlsmend_error *error) {
  gathered *to = data;
  (void)path;
  to->sorted = to->sorted && (!to->count || unicode_name_compare(to->before, name) < 0);
  to->count++;
  snprintf(to->before, sizeof to->before, "%s", name);
  return on_value(&to->values, "", name, value, error);
}

/* The bytes between the header and the last line break of what a writer has written. */
static bool spells(regfile_writer *writer, const char *text, size_t length) {
  static const char header[] = "Windows Registry Editor Version 5.00\r\n";
  unsigned char *file = NULL;
  size_t size = 0;
  tlsmend_error error;
  bool same = regfile_writer_finish(writer, &file, &size, &error) == TLSMEND_OK &&
              size == sizeof header - 1 + length + 2 && memcmp(file + sizeof header - 1, text, length) == 0;
  free(file);
  return same;
}

/* In the order of their names they are as many, and sorted. */
static void check_sorted(const regfile_lines *lines) {
  regfile_lines again;
  char *sorted = regfile_lines_sort(lines);
  char *text = sorted ? realloc(sorted, lines->size + 1) : NULL;
  if (!text) {
    if (lines->sorted)
      abort();
    return;
  }
  text[lines->size] = 0;
  regfile_lines_scan(text, &again);
  if (!again.sorted || again.size != lines->size || again.count != lines->count ||
      again.breaks != lines->breaks)
    abort();
  free(text);
}

static int on_lines(void *data, const char *path, const regfile_lines *lines, tlsmend_error *error) {
  static const regfile_events one = {.value = on_line};
  gathered gathered = {.values.narrow = regfile_writer_new(REGFILE_UTF8), .sorted = true};
  if (regfile_lines_each(lines, path, &one, &gathered, error))
    abort(); /* what was recognised cannot be read */
  check_sorted(lines);
  if (gathered.count != lines->count || (lines->sorted && !gathered.sorted))
    abort();
  if (!spells(gathered.values.narrow, lines->text, lines->size))
    abort(); /* a writer spells it differently */
  regfile_writer *again = regfile_writer_new(REGFILE_UTF8);
  regfile_writer_lines(again, lines);
  if (!spells(again, lines->text, lines->size))
    abort();
  return regfile_lines_each(lines, path, &events, data, error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The same file in pieces, whose sizes its bytes say. */
static void check_pieces(const uint8_t *data, size_t size) {
  regfile_text whole, pieces;
  tlsmend_error error = {0}, other = {0};
  regfile_decoder decoder = {.expected = size % 3 * 100};
  int code = regfile_text_decode("fuzz", data, size, &whole, &error);
  regfile_match match = {.text = &whole};
  bool same = code == TLSMEND_OK;
  for (size_t at = 0, step; at < size; at += step) {
    step = 1 + data[at] % 7 + (size > 100 ? data[at] / 8 : 0);
    step = step < size - at ? step : size - at;
    if (!regfile_decoder_add(&decoder, data + at, step))
      abort();
    same = same && regfile_match_add(&match, data + at, step);
  }
  if (regfile_decoder_finish(&decoder, "fuzz", &pieces, &other) != code ||
      strcmp(error.text, other.text) != 0)
    abort();
  if (code != TLSMEND_OK)
    return;
  if (!same || !regfile_match_end(&match) || pieces.length != whole.length || pieces.form != whole.form ||
      memcmp(pieces.text, whole.text, whole.length + 1) != 0)
    abort();
  size_t again = 0;
  unsigned char *bytes = regfile_text_encode(&whole, &again);
  if (!bytes || again != size || memcmp(bytes, data, size) != 0)
    abort();
  free(bytes);
  regfile_text_clear(&whole);
  regfile_text_clear(&pieces);
}

/* The same file, lines at once. */
static void check_lines(const uint8_t *data, size_t size, int code, const sink *one_by_one,
                        const tlsmend_error *said) {
  static const regfile_events with_lines = {on_key, on_key_delete, on_value, on_value_delete, on_lines};
  sink to = {NULL, NULL, 0};
  tlsmend_error error = {0};
  if (regfile_read("fuzz", data, size, &with_lines, &to, &error) != code ||
      strcmp(error.text, said->text) != 0)
    abort();
  if (to.sum != one_by_one->sum)
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  tlsmend_error error = {0};
  sink to = {regfile_writer_new(REGFILE_UTF16), regfile_writer_new(REGFILE_UTF8), 0};
  unsigned char *file = NULL;
  size_t file_size = 0;
  int code = regfile_read("fuzz", data, size, &events, &to, &error);
  if (code != error.code || (code && !error.text[0]))
    abort();
  check_lines(data, size, code, &to, &error);
  check_pieces(data, size);
  if (code == TLSMEND_OK) {
    check(to.wide, to.sum);
    check(to.narrow, to.sum);
    return 0;
  }
  regfile_writer_finish(to.wide, &file, &file_size, &error);
  free(file);
  regfile_writer_finish(to.narrow, &file, &file_size, &error);
  free(file);
  return 0;
}
