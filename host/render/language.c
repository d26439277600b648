/* Pairs of texts: reading them, and finding one by its English text. */
#include "render/language.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "render/language_pairs.h"

/* Counts the letters and holes of a pair's English text. False: the translation leaves out an argument, or takes
 * another. */
static bool measure(language_pair *pair) {
  size_t holes = 0;
  unsigned used = 0;
  pair->weight = strlen(pair->english);
  for (const char *at = pair->english; *at; at++)
    holes += language_is_hole(at);
  for (const char *at = pair->local; *at; at++)
    if (language_hole(at))
      used |= 1u << (language_hole(at) - 1);
  pair->weight -= 2 * holes;
  pair->holes = holes;
  return holes <= LANGUAGE_HOLES_MOST && used == (1u << holes) - 1;
}

static int by_english(const void *a, const void *b) {
  return strcmp(((const language_pair *)a)->english, ((const language_pair *)b)->english);
}

static int heavier(const void *a, const void *b) {
  const language_pair *left = *(const language_pair *const *)a, *right = *(const language_pair *const *)b;
  if (left->weight != right->weight)
    return left->weight > right->weight ? -1 : 1;
  return by_english(left, right);
}

/* Cuts the next line off; the bytes end with a zero. */
static char *take_line(char **at) {
  char *line = *at, *end = line + strcspn(line, "\n");
  *at = *end ? end + 1 : end;
  *end = 0;
  if (end > line && end[-1] == '\r')
    end[-1] = 0;
  return line;
}

static int parse_lines(language *self, tlsmend_error *error) {
  const char *english = NULL;
  unsigned number = 0;
  for (char *at = self->bytes; *at;) {
    char *line = take_line(&at);
    number++;
    if (*line == '#' || !*line)
      continue;
    if ((*line == '\t') != (english != NULL))
      return tlsmend_error_set(error, TLSMEND_E_CORRUPT,
                               "texts of the language %s, line %u: an English line and, behind a tab, its "
                               "translation take turns",
                               self->name, number);
    if (english) {
      language_pair pair = {.english = english, .local = line + 1};
      if (!measure(&pair))
        return tlsmend_error_set(
            error, TLSMEND_E_CORRUPT,
            "texts of the language %s, line %u: for each %%s and %%d of the English line "
            "the translation has its %%1 to %%9, and no other",
            self->name, number);
      self->pairs[self->count++] = pair;
    }
    english = english ? NULL : line;
  }
  if (english)
    return tlsmend_error_set(error, TLSMEND_E_CORRUPT,
                             "texts of the language %s: the last has no translation", self->name);
  return TLSMEND_OK;
}

/* The pairs in the order of their English texts, and those with holes the heaviest first. */
static void sort(language *self) {
  qsort(self->pairs, self->count, sizeof *self->pairs, by_english);
  for (size_t i = 0; i < self->count; i++)
    if (self->pairs[i].holes)
      self->patterns[self->pattern_count++] = &self->pairs[i];
  qsort(self->patterns, self->pattern_count, sizeof *self->patterns, heavier);
}

int language_parse(const char *name, const char *bytes, size_t size, language **out, tlsmend_error *error) {
  *out = NULL;
  size_t lines = 1;
  for (size_t i = 0; i < size; i++)
    lines += bytes[i] == '\n';
  language *self = calloc(1, sizeof *self);
  if (!self)
    return error_no_memory(error);
  self->bytes = calloc(1, size + 1);
  self->pairs = calloc(lines, sizeof *self->pairs);
  self->patterns = calloc(lines, sizeof *self->patterns);
  self->told = calloc(1, sizeof *self->told);
  int code = self->bytes && self->pairs && self->patterns && self->told ? TLSMEND_OK : error_no_memory(error);
  if (code == TLSMEND_OK) {
    memcpy(self->bytes, bytes, size);
    strncpy(self->name, name, sizeof self->name - 1);
    code = parse_lines(self, error);
  }
  if (code != TLSMEND_OK) {
    language_close(self);
    return code;
  }
  sort(self);
  *out = self;
  return TLSMEND_OK;
}

static void forget(language_told *told) {
  while (told) {
    language_told *next = told->next;
    free(told->english);
    free(told->local);
    free(told);
    told = next;
  }
}

void language_close(language *self) {
  if (!self)
    return;
  forget(self->told);
  free(self->bytes);
  free(self->pairs);
  free(self->patterns);
  free(self);
}

const char *language_name(const language *self) { return self ? self->name : "en"; }

const char *language_format(const language *self, const char *english) {
  language_pair key = {.english = english};
  const language_pair *found = self ? bsearch(&key, self->pairs, self->count, sizeof key, by_english) : NULL;
  return found ? found->local : NULL;
}
