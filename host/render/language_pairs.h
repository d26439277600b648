/* What a language holds, for the two files that look into it: language.c reads pairs, sentence.c matches sentences with them. */
#ifndef TLSMEND_RENDER_LANGUAGE_PAIRS_H
#define TLSMEND_RENDER_LANGUAGE_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct language_pair {
  const char *english, *local;
  size_t weight; /* letters of the English text outside its holes */
  size_t holes;
} language_pair;

/* An answer that was given before. The same texts are asked for again and again, and answers are borrowed. */
typedef struct language_told language_told;
struct language_told {
  language_told *next;
  char *english, *local; /* NULL: it stays English */
};

struct language {
  char name[8];
  char *bytes;
  language_pair *pairs;           /* by their English texts */
  const language_pair **patterns; /* those of them that have holes, the heaviest first */
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
