/* Reads the last two lines of a journal: the one before the last for its digest, with which that of the last is made. */
#include "commit/journal_glance.h"

#include <string.h>

#include "os/os.h"

enum { END = 8192, DIGEST = 64, FRAME = DIGEST + 1 }; /* of a line, its digest and the blank */

/* The start of the line that ends before `end`; NULL if it is not seen. */
static const char *line_before(const char *bytes, const char *end) {
  while (end > bytes && end[-1] != '\n')
    end--;
  return end > bytes ? end : NULL;
}

static bool has_frame(const char *line, const char *end) {
  return end - line > FRAME && line[DIGEST] == ' ' && strspn(line, "0123456789abcdef") == DIGEST;
}

/* The record of the last line, if that is whole and fits, and how long that line is. */
static json_t *last_record(const char *bytes, size_t size, size_t *length) {
  if (!size || bytes[size - 1] != '\n')
    return NULL;
  const char *end = bytes + size - 1;
  const char *last = line_before(bytes, end), *before = last ? line_before(bytes, last - 1) : NULL;
  char chain[DIGEST + 1] = "", digest[DIGEST + 1];
  if (!before || !has_frame(before, last - 1) || !has_frame(last, end))
    return NULL;
  *length = (size_t)(bytes + size - last);
  memcpy(chain, before, DIGEST);
  journal_digest(chain, last + FRAME, (size_t)(end - last) - FRAME, digest);
  if (memcmp(digest, last, DIGEST) != 0)
    return NULL;
  return json_loadb(last + FRAME, (size_t)(end - last) - FRAME, JSON_REJECT_DUPLICATES, NULL);
}

static bool is_end(const json_t *record) {
  const char *kind = json_string_value(json_object_get(record, "record"));
  return kind && strcmp(kind, "end") == 0;
}

bool journal_glance(const char *path, const char *run, journal_summary *out) {
  char bytes[END];
  size_t size = 0, length = 0;
  uint64_t whole = 0;
  json_t *record =
      os_file_end(path, bytes, sizeof bytes, &size, &whole) ? last_record(bytes, size, &length) : NULL;
  *out = (journal_summary){0};
  if (!is_end(record)) {
    json_decref(record);
    return false;
  }
  if (journal_summary_take(record, out) && out->result != RUN_OPEN && strcmp(out->run, run) == 0 &&
      out->before + length == whole)
    return true;
  journal_summary_clear(out);
  return false;
}
