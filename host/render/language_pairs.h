/* What a language holds, for the two files that look into it: language.c reads pairs, sentence.c matches sentences with them. */
#ifndef TLSMEND_RENDER_LANGUAGE_PAIRS_H
#define TLSMEND_RENDER_LANGUAGE_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct language_pair {
  const char *english, *local;
  size_t weight; /* letters of the English text that are not of a hole */
  size_t holes;
} language_pair;

/* What was answered before: the same texts are said again and again, and whoever asked holds on to the answer. */
typedef struct language_told language_told;
struct language_told {
  language_told *next;
  char *english, *local; /* NULL: it stays English */
};

struct language {
  char name[8];
  char *bytes;
  language_pair *pairs;           /* by their English texts */
  const language_pair **patterns; /* of them those with holes, the heaviest first */
  size_t count, pattern_count;
  language_told *told; /* the first is empty */
};

/* Whether a hole is here in an English text. */
static inline bool language_is_hole(const char *at) { return at[0] == '%' && (at[1] == 's' || at[1] == 'd'); }

/* Which hole of a translation is here, from 1 on; 0: none. */
static inline size_t language_hole(const char *at) {
  return at[0] == '%' && at[1] >= '1' && at[1] <= '9' ? (size_t)(at[1] - '0') : 0;
}

#endif
