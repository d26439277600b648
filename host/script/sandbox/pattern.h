/* Lua's patterns, matched with every step counted: the standard matcher can take hours within one C call. */
#ifndef TLSMEND_SCRIPT_SANDBOX_PATTERN_H
#define TLSMEND_SCRIPT_SANDBOX_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include <lua.h>

enum { PATTERN_CAPTURES = 32 };

typedef struct pattern_capture {
  const char *start;
  ptrdiff_t length; /* or one of PATTERN_OPEN, PATTERN_POSITION */
} pattern_capture;

/* One matching of one pattern against one subject. Both are borrowed and followed by a NUL, as Lua's strings are. */
typedef struct pattern_match {
  lua_State *L;
  const char *subject, *subject_end;
  const char *pattern, *pattern_end; /* without the anchor */
  bool anchored;
  int depth;
  unsigned steps;
  int count;
  pattern_capture captures[PATTERN_CAPTURES];
} pattern_match;

/* Takes subject and pattern from the stack. `anchors` says that a leading '^' is an anchor. */
void pattern_init(pattern_match *match, lua_State *L, int subject, int pattern, bool anchors);

/* The end of the match that begins at `at`, or NULL. Raises for a malformed pattern and at the instruction limit. */
const char *pattern_try(pattern_match *match, const char *at);

/* Pushes one capture; number 0 of a pattern without captures is the whole match. */
void pattern_push(pattern_match *match, int number, const char *from, const char *to);

/* Pushes all captures, or the whole match if there are none and `from` is not NULL. Returns how many. */
int pattern_push_all(pattern_match *match, const char *from, const char *to);

#endif
