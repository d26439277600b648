/*
 * libFuzzer target: any bytes are read as a registration file; what is read must come out the same when it is written and
 * read again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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

static const regfile_events events = {on_key, on_key_delete, on_value, on_value_delete};

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  tlsmend_error error = {0};
  sink to = {regfile_writer_new(REGFILE_UTF16), regfile_writer_new(REGFILE_UTF8), 0};
  unsigned char *file = NULL;
  size_t file_size = 0;
  int code = regfile_read("fuzz", data, size, &events, &to, &error);
  if (code != error.code || (code && !error.text[0]))
    abort();
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
