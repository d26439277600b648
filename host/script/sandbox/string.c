/*
 * string.find, match, gmatch and gsub of a runbook, on the counting matcher of sandbox/pattern.c. They answer what the
 * standard ones answer.
 */
#include "script/sandbox/string.h"

#include <string.h>

#include <lauxlib.h>

#include "script/sandbox/limits.h"
#include "script/sandbox/pattern.h"
#include "script/sandbox/text.h"

static void settle(pattern_match *match) {
  sandbox_spend(match->L, match->steps);
  match->steps = 0;
}

/* The offset that argument 3 says: 1 is the first byte, negative counts from the end. May lie behind the end. */
static size_t start_offset(lua_State *L, size_t size) {
  lua_Integer position = luaL_optinteger(L, 3, 1);
  if (position > 0)
    return (size_t)position - 1;
  if (position == 0 || position < -(lua_Integer)size)
    return 0;
  return size - (size_t)-position;
}

static bool has_specials(const char *text, size_t size) {
  for (size_t i = 0; i < size; i++)
    if (text[i] && strchr("^$*+?.([%-", text[i]))
      return true;
  return false;
}

static int find_plain(lua_State *L, size_t offset) {
  size_t size, wanted_size;
  const char *text = lua_tolstring(L, 1, &size), *wanted = lua_tolstring(L, 2, &wanted_size);
  const char *at = text + offset, *end = text + size;
  while (wanted_size == 0 || (size_t)(end - at) >= wanted_size) {
    const char *from = at;
    if (wanted_size > 0)
      at = memchr(at, wanted[0], (size_t)(end - at) - wanted_size + 1);
    size_t passed = (size_t)((at ? at : end) - from);
    /* The next charge looks at it. */
    sandbox_context(L)->account.used[TLSMEND_LIMIT_INSTRUCTIONS] += 1 + passed / 64;
    if (!at)
      break;
    if (wanted_size > 64)
      sandbox_spend(L, wanted_size / 64);
    if (memcmp(at, wanted, wanted_size) == 0) {
      lua_pushinteger(L, at - text + 1);
      lua_pushinteger(L, at - text + (lua_Integer)wanted_size);
      return 2;
    }
    at++;
  }
  luaL_pushfail(L);
  return 1;
}

static int find_pattern(lua_State *L, size_t offset, bool find) {
  pattern_match match;
  pattern_init(&match, L, 1, 2, true);
  const char *from = match.subject + offset;
  do {
    const char *to = pattern_try(&match, from);
    if (!to)
      continue;
    settle(&match);
    if (!find)
      return pattern_push_all(&match, from, to);
    lua_pushinteger(L, from - match.subject + 1);
    lua_pushinteger(L, to - match.subject);
    return pattern_push_all(&match, NULL, NULL) + 2;
  } while (from++ < match.subject_end && !match.anchored);
  settle(&match);
  luaL_pushfail(L);
  return 1;
}

static int find_or_match(lua_State *L, bool find) {
  size_t size, pattern_size;
  luaL_checklstring(L, 1, &size);
  const char *pattern = luaL_checklstring(L, 2, &pattern_size);
  size_t offset = start_offset(L, size);
  if (offset > size) {
    luaL_pushfail(L);
    return 1;
  }
  /* and for what is gone through, not for what lies before or behind it */
  sandbox_spend(L, pattern_size / 64);
  if (find && (lua_toboolean(L, 4) || !has_specials(pattern, pattern_size)))
    return find_plain(L, offset);
  return find_pattern(L, offset, find);
}

int l_find(lua_State *L) { return find_or_match(L, true); }

int l_match(lua_State *L) { return find_or_match(L, false); }

/* Upvalues: subject, pattern, offset where to go on, offset behind the last match or -1. */
static int l_gmatch_next(lua_State *L) {
  pattern_match match;
  pattern_init(&match, L, lua_upvalueindex(1), lua_upvalueindex(2), false);
  const char *from = match.subject + lua_tointeger(L, lua_upvalueindex(3));
  lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
  for (; from <= match.subject_end; from++) {
    const char *to = pattern_try(&match, from);
    if (!to || to - match.subject == last)
      continue;
    settle(&match);
    lua_pushinteger(L, to - match.subject);
    lua_pushvalue(L, -1);
    lua_replace(L, lua_upvalueindex(3));
    lua_replace(L, lua_upvalueindex(4));
    return pattern_push_all(&match, from, to);
  }
  settle(&match);
  lua_pushinteger(L, match.subject_end - match.subject + 1);
  lua_replace(L, lua_upvalueindex(3));
  return 0;
}

int l_gmatch(lua_State *L) {
  size_t size;
  luaL_checklstring(L, 1, &size);
  luaL_checkstring(L, 2);
  size_t offset = start_offset(L, size);
  if (offset > size)
    offset = size + 1;
  lua_settop(L, 2);
  lua_pushinteger(L, (lua_Integer)offset);
  lua_pushinteger(L, -1);
  lua_pushcclosure(L, l_gmatch_next, 4);
  return 1;
}

/* Adds the replacement text of gsub, with %0 to %9 and %% in it. */
static void add_template(pattern_match *match, luaL_Buffer *out, const char *from, const char *to) {
  lua_State *L = match->L;
  size_t size;
  const char *text = lua_tolstring(L, 3, &size), *end = text + size;
  for (; text < end; text++) {
    if (*text != '%') {
      luaL_addchar(out, *text);
      continue;
    }
    text++;
    if (text < end && *text == '%') {
      luaL_addchar(out, '%');
    } else if (text < end && *text == '0') {
      luaL_addlstring(out, from, (size_t)(to - from));
    } else if (text < end && *text >= '1' && *text <= '9') {
      pattern_push(match, *text - '1', from, to);
      sandbox_text(L, -1);
      lua_remove(L, -2);
      luaL_addvalue(out);
    } else {
      luaL_error(L, "invalid use of '%%' in replacement string");
    }
  }
  sandbox_spend(L, size / 16 + 1);
}

/* Adds what takes the place of one match. False: the match stays as it is. */
static bool add_replacement(pattern_match *match, luaL_Buffer *out, const char *from, const char *to) {
  lua_State *L = match->L;
  int type = lua_type(L, 3);
  if (type == LUA_TFUNCTION) {
    lua_pushvalue(L, 3);
    lua_call(L, pattern_push_all(match, from, to), 1);
  } else if (type == LUA_TTABLE) {
    pattern_push(match, 0, from, to);
    lua_gettable(L, 3);
  } else {
    add_template(match, out, from, to);
    return true;
  }
  if (!lua_toboolean(L, -1)) {
    lua_pop(L, 1);
    luaL_addlstring(out, from, (size_t)(to - from));
    return false;
  }
  if (!lua_isstring(L, -1))
    luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
  luaL_addvalue(out);
  return true;
}

int l_gsub(lua_State *L) {
  pattern_match match;
  pattern_init(&match, L, 1, 2, true);
  int type = lua_type(L, 3);
  luaL_argexpected(L,
                   type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION || type == LUA_TTABLE,
                   3, "string/function/table");
  if (type == LUA_TNUMBER)
    lua_tolstring(L, 3, NULL);
  lua_Integer most = luaL_optinteger(L, 4, match.subject_end - match.subject + 1), count = 0;
  const char *from = match.subject, *last = NULL;
  bool changed = false;
  luaL_Buffer out;
  luaL_buffinit(L, &out);
  while (count < most) {
    const char *to = pattern_try(&match, from);
    settle(&match);
    if (to && to != last) {
      count++;
      changed = add_replacement(&match, &out, from, to) || changed;
      from = last = to;
    } else if (from < match.subject_end) {
      luaL_addchar(&out, *from++);
    } else {
      break;
    }
    if (match.anchored)
      break;
  }
  luaL_addlstring(&out, from, (size_t)(match.subject_end - from));
  luaL_pushresult(&out);
  if (!changed) {
    lua_pushvalue(L, 1);
    lua_replace(L, -2);
  }
  lua_pushinteger(L, count);
  return 2;
}
