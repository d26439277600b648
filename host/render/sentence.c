/*
 * Finding the pair that a finished sentence was made of. Sentences are put together of others: a reason stands in a sentence,
 * items in a list. Each part must be found too, or be a name; else nothing is, for half a translation helps nobody.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "render/language.h"
#include "render/language_pairs.h"

/* A search that goes deeper or takes longer is given up: no text of the program needs it. */
enum { DEPTH_MOST = 8, STEPS_MOST = 200000 };

typedef struct piece {
  const char *bytes;
  size_t size;
} piece;

typedef struct search {
  const language *language;
  text_builder out;
  size_t steps;
} search;

/* A piece that is tried against a pair. */
typedef struct attempt {
  search *search;
  const language_pair *pair;
  const char *end; /* of the piece */
  piece holes[LANGUAGE_HOLES_MOST];
  size_t prose_most; /* how many words of prose in a row an untranslated hole may hold */
  int depth;
} attempt;

/* Texts that are put together of others: where nothing else fits, each part is a text or a name of its own. */
static const language_pair structures[] = {{"%s; %s", "%1; %2", 2, 2},
                                           {"%s: %s", "%1: %2", 2, 2},
                                           {"%s (%s)", "%1 (%2)", 3, 2},
                                           {"%s, %s", "%1, %2", 2, 2}};
enum { STRUCTURES = sizeof structures / sizeof structures[0] };

static bool translate(search *self, piece text, int depth);

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80; }

/* How many words of small letters follow one another outside quotes: names have none, or one; prose has more. */
static size_t prose(piece text) {
  size_t run = 0, most = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size;) {
    size_t word = i;
    bool small = !quoted;
    for (; i < text.size && text.bytes[i] != ' '; i++) {
      quoted ^= text.bytes[i] == '"';
      small = small && (is_letter(text.bytes[i]) || (strchr(",;:.", text.bytes[i]) && i > word));
    }
    run = small && i > word ? run + 1 : 0;
    most = run > most ? run : most;
    if (i > word && strchr(",;:.", text.bytes[i - 1]))
      run = 0;
    i++;
  }
  return most;
}

/* What stands for %s, in the language if it is a text, as it is if it is a name. */
static bool say_hole(attempt *self, piece hole) {
  if (translate(self->search, hole, self->depth + 1))
    return true;
  if (prose(hole) > self->prose_most)
    return false;
  text_add(&self->search->out, "%.*s", (int)hole.size, hole.bytes);
  return true;
}

static bool say_pair(attempt *self) {
  text_builder *out = &self->search->out;
  size_t mark = out->length;
  for (const char *at = self->pair->local; *at;) {
    size_t hole = language_hole(at);
    size_t run = hole ? 2 : 1 + strcspn(at + 1, "%"); /* letters are not cut: they are more than one byte */
    if (!hole)
      text_add(out, "%.*s", (int)run, at);
    else if (!say_hole(self, self->holes[hole - 1])) {
      out->length = mark;
      return false;
    }
    at += run;
  }
  return true;
}

/* Whether the rest of a pattern fits the rest of the piece, and all of it can be said. */
static bool fits(attempt *self, const char *pattern, const char *at, size_t hole) {
  for (; *pattern && !language_is_hole(pattern); pattern++, at++)
    if (at == self->end || *at != *pattern)
      return false;
  if (!*pattern)
    return at == self->end && say_pair(self);
  bool digits = pattern[1] == 'd';
  for (const char *stop = at; ++self->search->steps < STEPS_MOST; stop++) {
    self->holes[hole] = (piece){at, (size_t)(stop - at)};
    if ((!digits || stop > at) && fits(self, pattern + 2, stop, hole + 1))
      return true;
    if (stop == self->end || (digits && (*stop < '0' || *stop > '9')))
      return false;
  }
  return false;
}

static bool say_by(search *self, const language_pair *pair, piece text, int depth, size_t prose_most) {
  attempt attempt = {self, pair, text.bytes + text.size, .prose_most = prose_most, .depth = depth};
  return pair->weight <= text.size && fits(&attempt, pair->english, text.bytes, 0);
}

static int compare(const void *key, const void *row) {
  const piece *text = key;
  const char *english = ((const language_pair *)row)->english;
  int order = strncmp(text->bytes, english, text->size);
  return order ? order : english[text->size] ? -1 : 0;
}

/* Writes the translation of a piece behind the text. False, and nothing is written: there is none. */
static bool translate(search *self, piece text, int depth) {
  const language *language = self->language;
  if (depth == DEPTH_MOST || !text.size)
    return false;
  const language_pair *pair =
      bsearch(&text, language->pairs, language->count, sizeof *language->pairs, compare);
  if (pair && !pair->holes) {
    text_add(&self->out, "%s", pair->local);
    return true;
  }
  for (size_t i = 0; i < language->pattern_count; i++)
    if (say_by(self, language->patterns[i], text, depth, 1))
      return true;
  for (size_t i = 0; i < STRUCTURES; i++)
    if (say_by(self, &structures[i], text, depth, 0))
      return true;
  return false;
}

/* malloc'd; NULL: it stays English. */
static char *find(const language *self, const char *english) {
  search search = {.language = self};
  char *text = NULL;
  bool found = translate(&search, (piece){english, strlen(english)}, 0);
  if (text_finish(&search.out, &text, NULL) == TLSMEND_OK && found)
    return text;
  free(text);
  return NULL;
}

const char *language_text(const language *self, const char *english) {
  if (!self)
    return english;
  for (language_told *told = self->told->next; told; told = told->next)
    if (strcmp(told->english, english) == 0)
      return told->local ? told->local : english;
  language_told *told = calloc(1, sizeof *told);
  char *copy = strdup(english);
  if (!told || !copy) {
    free(told);
    free(copy);
    return english;
  }
  *told = (language_told){self->told->next, copy, find(self, english)};
  self->told->next = told;
  return told->local ? told->local : english;
}
