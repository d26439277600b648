/* What the fuzz targets share: how a failure is judged, files of their own, and plans whose checksum is made to fit. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <tlsmend/machine.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The target's own; abort, because libFuzzer then keeps the input. */
#define MUST(condition)                                                                                      \
  do {                                                                                                       \
    if (!(condition))                                                                                        \
      fuzz_broken(__FILE__, __LINE__, #condition);                                                           \
  } while (0)
void fuzz_broken(const char *file, int line, const char *condition);

/* Success, or a code with one line that says why. */
void fuzz_judge(int code, const tlsmend_error *error);

/* The path of a file in this process's own folder, which is removed at the end. Static for each of 8 calls. */
const char *fuzz_path(const char *name);

/* Makes that file hold these bytes, and hands out its path. */
const char *fuzz_file(const char *name, const void *bytes, size_t size);

/* Whether the file holds these bytes. */
bool fuzz_holds(const char *path, const void *bytes, size_t size);

/* Replaces the checksum of a plan by the one that it should have: what lies behind the checksum is tried too. */
void fuzz_checksum(json_t *plan);

/* The lines as the records of a journal: each gets the digest that chains it to the one before, the plan of the first one its
 * checksum and the machine `spec`. free() */
char *fuzz_chain(const uint8_t *lines, size_t size, const char *spec, size_t *out_size);

/* The bytes with a NUL behind them, in a block of their own, so that a read beyond them is seen. free() */
char *fuzz_text(const uint8_t *data, size_t size);

/* A small 64-bit Windows 7 as .reg text. */
extern const char fuzz_windows[];

#endif
