/*
 * Lua's patterns (reference manual 6.4.1), matched with every step charged as an instruction. tests/unit/script/test_script_pattern.c
 * compares it with the standard library on random patterns. What string.find and its like do with a match stands in
 * sandbox/string.c.
 */
#include "script/sandbox/pattern.h"

#include <ctype.h>
#include <string.h>

#include <lauxlib.h>

#include "script/sandbox/limits.h"

enum { PATTERN_OPEN = -1, PATTERN_POSITION = -2, DEPTH = 200, STEPS_AT_ONCE = 4096 };

static const char *match_here(pattern_match *m, const char *s, const char *p);

static void step(pattern_match *m) {
  if (++m->steps < STEPS_AT_ONCE)
    return;
  sandbox_spend(m->L, m->steps);
  m->steps = 0;
}

static bool in_class(int c, int class) {
  bool found;
  switch (tolower(class)) {
  case 'a':
    found = isalpha(c);
    break;
  case 'c':
    found = iscntrl(c);
    break;
  case 'd':
    found = isdigit(c);
    break;
  case 'g':
    found = isgraph(c);
    break;
  case 'l':
    found = islower(c);
    break;
  case 'p':
    found = ispunct(c);
    break;
  case 's':
    found = isspace(c);
    break;
  case 'u':
    found = isupper(c);
    break;
  case 'w':
    found = isalnum(c);
    break;
  case 'x':
    found = isxdigit(c);
    break;
  default:
    return class == c;
  }
  return isupper(class) ? !found : found;
}

/* `p` is at the '[' and `last` at its ']'. */
static bool in_set(int c, const char *p, const char *last) {
  bool inside = true;
  p++;
  if (*p == '^') {
    inside = false;
    p++;
  }
  for (; p < last; p++) {
    if (*p == '%') {
      p++;
      if (in_class(c, (unsigned char)*p))
        return inside;
    } else if (p[1] == '-' && p + 2 < last) {
      if ((unsigned char)p[0] <= c && c <= (unsigned char)p[2])
        return inside;
      p += 2;
    } else if ((unsigned char)*p == c) {
      return inside;
    }
  }
  return !inside;
}

/* Behind the item (a character, a class or a set) that begins at p. A set is read once here and once for each character. */
static const char *item_end(pattern_match *m, const char *p) {
  char first = *p++;
  if (first == '%') {
    if (p == m->pattern_end)
      luaL_error(m->L, "malformed pattern (ends with '%%')");
    return p + 1;
  }
  if (first != '[')
    return p;
  if (*p == '^')
    p++;
  do {
    step(m);
    if (p == m->pattern_end)
      luaL_error(m->L, "malformed pattern (missing ']')");
    if (*p++ == '%' && p < m->pattern_end)
      p++;
  } while (*p != ']');
  return p + 1;
}

static bool match_item(pattern_match *m, const char *s, const char *p, const char *end) {
  step(m);
  if (s >= m->subject_end)
    return false;
  int c = (unsigned char)*s;
  switch (*p) {
  case '.':
    return true;
  case '%':
    return in_class(c, (unsigned char)p[1]);
  case '[':
    m->steps += (unsigned)(end - p) / 16;
    return in_set(c, p, end - 1);
  default:
    return (unsigned char)*p == c;
  }
}

static const char *match_longest(pattern_match *m, const char *s, const char *p, const char *end) {
  ptrdiff_t count = 0;
  while (match_item(m, s + count, p, end))
    count++;
  for (; count >= 0; count--) {
    const char *found = match_here(m, s + count, end + 1);
    if (found)
      return found;
  }
  return NULL;
}

static const char *match_shortest(pattern_match *m, const char *s, const char *p, const char *end) {
  for (;; s++) {
    const char *found = match_here(m, s, end + 1);
    if (found)
      return found;
    if (!match_item(m, s, p, end))
      return NULL;
  }
}

static const char *open_capture(pattern_match *m, const char *s, const char *p, ptrdiff_t kind) {
  if (m->count >= PATTERN_CAPTURES)
    luaL_error(m->L, "too many captures");
  m->captures[m->count++] = (pattern_capture){s, kind};
  const char *found = match_here(m, s, p);
  if (!found)
    m->count--;
  return found;
}

static const char *close_capture(pattern_match *m, const char *s, const char *p) {
  int number = m->count - 1;
  while (number >= 0 && m->captures[number].length != PATTERN_OPEN)
    number--;
  if (number < 0)
    luaL_error(m->L, "invalid pattern capture");
  m->captures[number].length = s - m->captures[number].start;
  const char *found = match_here(m, s, p);
  if (!found)
    m->captures[number].length = PATTERN_OPEN;
  return found;
}

/* %1: what the first capture held once more. */
static const char *match_again(pattern_match *m, const char *s, int digit) {
  int number = digit - '1';
  if (number < 0 || number >= m->count || m->captures[number].length == PATTERN_OPEN)
    luaL_error(m->L, "invalid capture index %%%d", number + 1);
  const pattern_capture *capture = &m->captures[number];
  if (capture->length < 0)
    return NULL; /* a position */
  size_t size = (size_t)capture->length;
  m->steps += (unsigned)(size / 16);
  if ((size_t)(m->subject_end - s) < size || memcmp(capture->start, s, size) != 0)
    return NULL;
  return s + size;
}

/* %b(): from the first to the balancing second character. */
static const char *match_balance(pattern_match *m, const char *s, const char *p) {
  if (p >= m->pattern_end - 1)
    luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
  if (s >= m->subject_end || *s != p[0])
    return NULL;
  int open = 1;
  while (++s < m->subject_end) {
    step(m);
    if (*s == p[1]) {
      if (--open == 0)
        return s + 1;
    } else if (*s == p[0]) {
      open++;
    }
  }
  return NULL;
}

/* %f[set]: between a character outside of the set and one inside. Returns the rest of the pattern or NULL. */
static const char *match_frontier(pattern_match *m, const char *s, const char *p) {
  if (*p != '[')
    luaL_error(m->L, "missing '[' after '%%f' in pattern");
  const char *end = item_end(m, p);
  m->steps += (unsigned)(end - p) / 8;
  int before = s == m->subject ? 0 : (unsigned char)s[-1];
  int here = s == m->subject_end ? 0 : (unsigned char)*s;
  return !in_set(before, p, end - 1) && in_set(here, p, end - 1) ? end : NULL;
}

/* Takes a '%' item that is not a class; sets *s and *p behind it. False: does not match. */
static bool match_special(pattern_match *m, const char **s, const char **p) {
  if ((*p)[1] == 'f') {
    *p = match_frontier(m, *s, *p + 2);
    return *p;
  }
  if ((*p)[1] == 'b') {
    *s = match_balance(m, *s, *p + 2);
    *p += 4;
  } else {
    *s = match_again(m, *s, (unsigned char)(*p)[1]);
    *p += 2;
  }
  return *s;
}

static bool is_special(const pattern_match *m, const char *p) {
  return *p == '%' && p + 1 < m->pattern_end && (p[1] == 'b' || p[1] == 'f' || isdigit((unsigned char)p[1]));
}

/* An item with its suffix. *done: the answer is final; otherwise *s and *p stand behind what matched. */
static const char *match_suffixed(pattern_match *m, const char **s, const char **p, bool *done) {
  const char *end = item_end(m, *p);
  char suffix = end < m->pattern_end ? *end : '\0';
  *done = true;
  switch (suffix) {
  case '*':
    return match_longest(m, *s, *p, end);
  case '+':
    return match_item(m, *s, *p, end) ? match_longest(m, *s + 1, *p, end) : NULL;
  case '-':
    return match_shortest(m, *s, *p, end);
  case '?': {
    const char *found = match_item(m, *s, *p, end) ? match_here(m, *s + 1, end + 1) : NULL;
    if (found)
      return found;
    *p = end + 1;
    break;
  }
  default:
    if (!match_item(m, *s, *p, end))
      return NULL;
    *s += 1;
    *p = end;
    break;
  }
  *done = false;
  return NULL;
}

static const char *match_here(pattern_match *m, const char *s, const char *p) {
  if (m->depth-- == 0)
    luaL_error(m->L, "pattern too complex");
  const char *found = NULL;
  for (;;) {
    step(m);
    if (p == m->pattern_end) {
      found = s;
    } else if (*p == '(') {
      found =
          p[1] == ')' ? open_capture(m, s, p + 2, PATTERN_POSITION) : open_capture(m, s, p + 1, PATTERN_OPEN);
    } else if (*p == ')') {
      found = close_capture(m, s, p + 1);
    } else if (*p == '$' && p + 1 == m->pattern_end) {
      found = s == m->subject_end ? s : NULL;
    } else if (is_special(m, p)) {
      if (match_special(m, &s, &p))
        continue;
    } else {
      bool done;
      found = match_suffixed(m, &s, &p, &done);
      if (!done)
        continue;
    }
    break;
  }
  m->depth++;
  return found;
}

void pattern_init(pattern_match *match, lua_State *L, int subject, int pattern, bool anchors) {
  size_t size;
  memset(match, 0, offsetof(pattern_match, captures));
  match->L = L;
  match->subject = luaL_checklstring(L, subject, &size);
  match->subject_end = match->subject + size;
  match->pattern = luaL_checklstring(L, pattern, &size);
  match->pattern_end = match->pattern + size;
  match->anchored = anchors && *match->pattern == '^';
  if (match->anchored)
    match->pattern++;
}

const char *pattern_try(pattern_match *match, const char *at) {
  match->count = 0;
  match->depth = DEPTH;
  const char *found = match_here(match, at, match->pattern);
  return found;
}

void pattern_push(pattern_match *match, int number, const char *from, const char *to) {
  lua_State *L = match->L;
  if (number >= match->count) {
    if (number != 0)
      luaL_error(L, "invalid capture index %%%d", number + 1);
    lua_pushlstring(L, from, (size_t)(to - from));
    return;
  }
  const pattern_capture *capture = &match->captures[number];
  if (capture->length == PATTERN_OPEN)
    luaL_error(L, "unfinished capture");
  if (capture->length == PATTERN_POSITION) {
    lua_pushinteger(L, capture->start - match->subject + 1);
  } else {
    lua_pushlstring(L, capture->start, (size_t)capture->length);
  }
}

int pattern_push_all(pattern_match *match, const char *from, const char *to) {
  int count = match->count == 0 && from ? 1 : match->count;
  luaL_checkstack(match->L, count, "too many captures");
  for (int i = 0; i < count; i++)
    pattern_push(match, i, from, to);
  return count;
}
