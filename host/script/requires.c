/* As much of Lua's lexer as it takes to tell `require "x"` from the same words in a comment or a string. */
#include "script/requires.h"

#include <ctype.h>
#include <string.h>

#include <tlsmend/tlsmend.h>

#include "base/module_name.h"

typedef struct scan {
  const char *at, *end;
} scan;

/* The level of a long bracket that opens here ("[==[" is 2), or -1. */
static int long_level(const scan *self) {
  const char *at = self->at;
  int level = 0;
  if (at == self->end || *at++ != '[')
    return -1;
  for (; at < self->end && *at == '='; at++)
    level++;
  return at < self->end && *at == '[' ? level : -1;
}

/* Skips a long bracket; [*from, *to) is what is in it. */
static void skip_long(scan *self, int level, const char **from, const char **to) {
  self->at += level + 2;
  *from = self->at;
  for (; self->at < self->end; self->at++) {
    if (*self->at != ']' || self->end - self->at < level + 2 || self->at[level + 1] != ']')
      continue;
    int equals = 0;
    while (equals < level && self->at[equals + 1] == '=')
      equals++;
    if (equals < level)
      continue;
    *to = self->at;
    self->at += level + 2;
    return;
  }
  *to = self->end;
}

static void skip_short(scan *self, const char **from, const char **to) {
  char quote = *self->at++;
  *from = self->at;
  while (self->at < self->end && *self->at != quote && *self->at != '\n')
    self->at += *self->at == '\\' && self->end - self->at > 1 ? 2 : 1;
  *to = self->at;
  if (self->at < self->end)
    self->at++;
}

static void skip_comment(scan *self) {
  const char *from, *to;
  self->at += 2;
  int level = long_level(self);
  if (level >= 0) {
    skip_long(self, level, &from, &to);
    return;
  }
  while (self->at < self->end && *self->at != '\n')
    self->at++;
}

static bool begins_comment(const scan *self) {
  return self->end - self->at >= 2 && self->at[0] == '-' && self->at[1] == '-';
}

static void skip_blank(scan *self) {
  while (self->at < self->end) {
    if (isspace((unsigned char)*self->at))
      self->at++;
    else if (begins_comment(self))
      skip_comment(self);
    else
      return;
  }
}

/* A string literal, if one stands here. */
static bool take_string(scan *self, const char **from, const char **to) {
  int level = self->at < self->end ? long_level(self) : -1;
  if (level >= 0)
    skip_long(self, level, from, to);
  else if (self->at < self->end && (*self->at == '"' || *self->at == '\''))
    skip_short(self, from, to);
  else
    return false;
  return true;
}

/* Behind the word `require`: hands on the literal that follows, bare or in a parenthesis. */
static int take_name(scan *self, int (*fn)(void *data, const char *name), void *data) {
  const char *from, *to;
  char name[MODULE_NAME_MOST];
  skip_blank(self);
  if (self->at < self->end && *self->at == '(') {
    self->at++;
    skip_blank(self);
  }
  if (!take_string(self, &from, &to) || (size_t)(to - from) >= sizeof name)
    return TLSMEND_OK;
  memcpy(name, from, (size_t)(to - from));
  name[to - from] = 0;
  return strlen(name) == (size_t)(to - from) && module_name_good(name) ? fn(data, name) : TLSMEND_OK;
}

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

int requires_each(const char *text, size_t size, int (*fn)(void *data, const char *name), void *data) {
  scan self = {text, text + size};
  const char *from, *to;
  int code = TLSMEND_OK;
  while (code == TLSMEND_OK) {
    skip_blank(&self);
    if (self.at == self.end)
      return code;
    if (take_string(&self, &from, &to))
      continue;
    if (!is_word(*self.at)) {
      self.at++;
      continue;
    }
    from = self.at;
    while (self.at < self.end && is_word(*self.at))
      self.at++;
    if (self.at - from == 7 && memcmp(from, "require", 7) == 0)
      code = take_name(&self, fn, data);
  }
  return code;
}
