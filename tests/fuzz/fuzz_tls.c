/*
 * libFuzzer target: any bytes are read as a server's answer, piece by piece. What fewer bytes have said, more bytes never contradict,
 * and what is no answer at the end is no TLS. The first byte says which version was asked for.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tls/hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes in a block of their own size, so that a read beyond them is seen. */
static void read_some(tls_version asked, const uint8_t *data, size_t size, tls_answer *out) {
  unsigned char *bytes = malloc(size + !size);
  if (!bytes)
    abort();
  memcpy(bytes, data, size);
  tls_answer_read(asked, bytes, size, out);
  free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  tls_answer last, before = {.kind = TLS_ANSWER_PARTIAL};
  if (size == 0)
    return 0;
  tls_version asked = (tls_version)(data[0] % TLS_VERSION_COUNT);
  data++;
  size--;
  for (size_t some = 0; some <= size; some++) {
    memset(&last, 0xA5, sizeof last);
    read_some(asked, data, some, &last);
    if (before.kind != TLS_ANSWER_PARTIAL &&
        (last.kind != before.kind || last.version != before.version || last.suite != before.suite ||
         last.alert != before.alert || last.retry != before.retry || strcmp(last.plain, before.plain) != 0))
      abort(); /* more bytes say something else */
    before = last;
  }
  if (last.kind == TLS_ANSWER_HELLO && (unsigned)last.version >= TLS_VERSION_COUNT)
    abort(); /* a version that has no name */
  tls_answer_end(data, size, &last);
  if (size > 0 && last.kind == TLS_ANSWER_PARTIAL)
    abort(); /* the end is no end */
  return 0;
}
