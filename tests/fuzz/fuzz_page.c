/*
 * libFuzzer target: any bytes are a plan, report or status that a page is made of. Whatever stands in it, the page has the one script
 * that belongs to it, and its markup is not broken by what was read.
 */
#include "fuzz/fuzz.h"

static size_t occurrences(const char *text, const char *word) {
  size_t count = 0;
  for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
    count++;
  return count;
}

/* Every tag is closed, quotes what its attributes hold, and calls no script; what was read is text. `at` stands behind a '<'. */
static const char *tag_end(const char *at) {
  while (*at && *at != '>') {
    MUST(*at != ' ' || strncmp(at + 1, "on", 2) != 0);
    if (*at++ == '=') {
      MUST(*at == '"');
      at = strchr(at + 1, '"');
      MUST(at);
      at++;
    }
  }
  MUST(*at == '>');
  return at;
}

static void judge_markup(const char *page) {
  for (const char *at = strchr(page, '<'); at; at = strchr(at, '<')) {
    const char *raw = strncmp(at, "<script", 7) == 0  ? "</script"
                      : strncmp(at, "<style", 6) == 0 ? "</style"
                                                      : NULL;
    at = tag_end(at + 1);
    if (raw) {
      at = strstr(at, raw);
      MUST(at);
      at++;
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  tlsmend_error error = {0};
  char *page = NULL;
  const char *file = fuzz_file("x.json", data, size), *files[] = {file, file};
  size_t count = size % 2 + 1;
  int code = tlsmend_page(files, count, &page, &error);
  fuzz_judge(code, &error);
  MUST((code == TLSMEND_OK) == (page != NULL));
  if (page) {
    MUST(occurrences(page, "<script") <= 1 && occurrences(page, "</script") <= 1);
    MUST(occurrences(page, "<html") == 1 && occurrences(page, "</html>") == 1);
    MUST(occurrences(page, "<img") + occurrences(page, "<iframe") == 0);
    judge_markup(page);
  }
  tlsmend_text_free(page);
  return 0;
}
