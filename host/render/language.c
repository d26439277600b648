/* Pairs of texts, and finding the one that fits. */
#include "render/language.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

/* A text nests in another (a reason in a sentence, a list item by item); anything deeper is not ours. */
enum { HOLES_MOST = 9, DEPTH_MOST = 16, STEPS_MOST = 20000 };

typedef struct pair {
  const char *english, *local;
  size_t weight; /* letters of the English text that are not of a placeholder */
} pair;

struct language {
  char name[8];
  char *bytes;
  pair *pairs; /* the heaviest first */
  size_t count;
};

static bool is_hole(const char *at) { return at[0] == '%' && (at[1] == 's' || at[1] == 'd'); }

static size_t weight_of(const char *english) {
  size_t weight = 0;
  for (; *english; english++) {
    if (is_hole(english))
      english++;
    else
      weight++;
  }
  return weight;
}

static int heavier(const void *a, const void *b) {
  const pair *left = a, *right = b;
  if (left->weight != right->weight)
    return left->weight > right->weight ? -1 : 1;
  return strcmp(left->english, right->english);
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
    if (english)
      self->pairs[self->count++] = (pair){english, line + 1, weight_of(english)};
    english = english ? NULL : line;
  }
  if (english)
    return tlsmend_error_set(error, TLSMEND_E_CORRUPT,
                             "texts of the language %s: the last has no translation", self->name);
  return TLSMEND_OK;
}

int language_parse(const char *name, const char *bytes, size_t size, language **out, tlsmend_error *error) {
  *out = NULL;
  size_t lines = 1;
  for (size_t i = 0; i < size; i++)
    lines += bytes[i] == '\n';
  language *self = calloc(1, sizeof *self);
  char *copy = malloc(size + 1);
  pair *pairs = calloc(lines, sizeof *pairs);
  if (!self || !copy || !pairs) {
    free(self);
    free(copy);
    free(pairs);
    return error_no_memory(error);
  }
  memcpy(copy, bytes, size);
  copy[size] = 0;
  self->bytes = copy;
  self->pairs = pairs;
  strncpy(self->name, name, sizeof self->name - 1);
  int code = parse_lines(self, error);
  if (code != TLSMEND_OK) {
    language_close(self);
    return code;
  }
  qsort(pairs, self->count, sizeof *pairs, heavier);
  *out = self;
  return TLSMEND_OK;
}

void language_close(language *self) {
  if (!self)
    return;
  free(self->bytes);
  free(self->pairs);
  free(self);
}

const char *language_name(const language *self) { return self ? self->name : "en"; }

size_t language_count(const language *self) { return self ? self->count : 0; }

void language_pair(const language *self, size_t index, const char **english, const char **local) {
  *english = self->pairs[index].english;
  *local = self->pairs[index].local;
}

typedef struct piece {
  const char *bytes;
  size_t size;
} piece;

/* A text that is tried against a pattern; what the placeholders stand for. */
typedef struct attempt {
  const char *end;
  piece holes[HOLES_MOST];
  size_t steps;
} attempt;

static bool fits(const char *pattern, attempt *self, const char *at, size_t hole) {
  for (; *pattern && !is_hole(pattern); pattern++, at++)
    if (at == self->end || *at != *pattern)
      return false;
  if (!*pattern)
    return at == self->end;
  bool digits = pattern[1] == 'd';
  if (hole == HOLES_MOST)
    return false;
  for (const char *stop = at; ++self->steps < STEPS_MOST; stop++) {
    self->holes[hole] = (piece){at, (size_t)(stop - at)};
    if ((!digits || stop > at) && fits(pattern + 2, self, stop, hole + 1))
      return true;
    if (stop == self->end || (digits && (*stop < '0' || *stop > '9')))
      return false;
  }
  return false;
}

bool language_fits(const char *pattern, const char *english) {
  attempt attempt = {.end = english + strlen(english)};
  return fits(pattern, &attempt, english, 0);
}

/* Texts that are put together of others: where nothing else fits, each part is a text of its own. */
static const pair structures[] = {
    {"%s; %s", "%1; %2", 2}, {"%s: %s", "%1: %2", 2}, {"%s (%s)", "%1 (%2)", 3}, {"%s, %s", "%1, %2", 2}};
enum { STRUCTURES = sizeof structures / sizeof structures[0] };

static const pair *find(const language *self, piece text, attempt *attempt) {
  for (size_t i = 0; i < self->count + STRUCTURES; i++) {
    const pair *row = i < self->count ? &self->pairs[i] : &structures[i - self->count];
    if (row->weight > text.size)
      continue;
    attempt->end = text.bytes + text.size;
    attempt->steps = 0;
    if (fits(row->english, attempt, text.bytes, 0))
      return row;
  }
  return NULL;
}

static void translate(const language *self, piece text, int depth, text_builder *out) {
  attempt attempt;
  const pair *row = depth < DEPTH_MOST && text.size ? find(self, text, &attempt) : NULL;
  if (!row) {
    text_add(out, "%.*s", (int)text.size, text.bytes);
    return;
  }
  for (const char *at = row->local; *at;) {
    bool hole = at[0] == '%' && at[1] >= '1' && at[1] <= '9';
    size_t run = hole ? 2 : 1 + strcspn(at + 1, "%"); /* letters are not cut: they are more than one byte */
    if (hole)
      translate(self, attempt.holes[at[1] - '1'], depth + 1, out);
    else
      text_add(out, "%.*s", (int)run, at);
    at += run;
  }
}

char *language_text(const language *self, const char *english) {
  text_builder out = {0};
  char *text = NULL;
  if (self)
    translate(self, (piece){english, strlen(english)}, 0, &out);
  else
    text_add(&out, "%s", english);
  return text_finish(&out, &text, NULL) == TLSMEND_OK ? text : NULL;
}
