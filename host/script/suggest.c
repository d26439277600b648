/* What a misspelled name was meant to be: the nearest one by letters that were changed, added or dropped. */
#include "script/suggest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <lauxlib.h>

#include "script/sandbox/limits.h"
#include "script/sandbox/pairs.h"
#include "script/sandbox/text.h"

typedef struct nearest {
  const char *name;
  size_t least; /* one more than what is still near */
  char *out;
} nearest;

static bool same(char a, char b) { return tolower((unsigned char)a) == tolower((unsigned char)b); }

/* Letters that were changed, added, dropped, or swapped with the next. Both texts are shorter than SUGGESTION_SIZE. */
static size_t distance(const char *a, size_t a_size, const char *b, size_t b_size) {
  size_t rows[3][SUGGESTION_SIZE];
  for (size_t i = 0; i <= a_size; i++) {
    size_t *row = rows[i % 3];
    const size_t *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];
    row[0] = i;
    for (size_t j = 1; j <= b_size; j++) {
      size_t best = row[j - 1] + 1;
      if (i > 0 && above[j] + 1 < best)
        best = above[j] + 1;
      if (i > 0 && above[j - 1] + !same(a[i - 1], b[j - 1]) < best)
        best = above[j - 1] + !same(a[i - 1], b[j - 1]);
      bool swapped = i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]);
      if (swapped && second[j - 2] + 1 < best)
        best = second[j - 2] + 1;
      row[j] = best;
    }
  }
  return rows[a_size % 3][b_size];
}

static nearest begin(const char *name, char out[SUGGESTION_SIZE]) {
  size_t size = strlen(name), near = size / 3 > 1 ? size / 3 : 1;
  out[0] = 0;
  return (nearest){name, near + 1, out};
}

static void consider(nearest *self, const char *word, size_t size) {
  size_t name = strlen(self->name);
  if (size >= SUGGESTION_SIZE || name >= SUGGESTION_SIZE)
    return;
  size_t far = distance(self->name, name, word, size);
  if (far >= self->least)
    return;
  self->least = far;
  memcpy(self->out, word, size);
  self->out[size] = 0;
}

bool suggest_listed(const char *list, const char *name, char out[SUGGESTION_SIZE]) {
  nearest found = begin(name, out);
  for (const char *at = list; *at; at += strspn(at, ", ")) {
    size_t size = strcspn(at, ", ");
    consider(&found, at, size);
    at += size;
  }
  return out[0];
}

bool suggest_element(lua_State *L, int index, const char *name, char out[SUGGESTION_SIZE]) {
  nearest found = begin(name, out);
  lua_Integer count = (lua_Integer)lua_rawlen(L, index);
  sandbox_spend(L, 8 * (unsigned long long)count);
  for (lua_Integer i = 1; i <= count; i++) {
    if (lua_rawgeti(L, index, i) == LUA_TSTRING)
      consider(&found, lua_tostring(L, -1), (size_t)lua_rawlen(L, -1));
    lua_pop(L, 1);
  }
  return out[0];
}

bool suggest_key(lua_State *L, const char *name, char out[SUGGESTION_SIZE]) {
  sandbox_keys(L, 1);
  bool near = suggest_element(L, lua_gettop(L), name, out);
  lua_pop(L, 1);
  return near;
}

/* Upvalue: the module's name. */
static int l_no_member(lua_State *L) {
  char suggestion[SUGGESTION_SIZE];
  const char *module = lua_tostring(L, lua_upvalueindex(1));
  const char *name = sandbox_text(L, 2);
  if (suggest_key(L, name, suggestion))
    return luaL_error(L, "%s has no '%s'; '%s' is meant?", module, name, suggestion);
  return luaL_error(L, "%s has no '%s'", module, name);
}

void suggest_members(lua_State *L, const char *module) {
  if (!lua_istable(L, -1))
    return;
  if (lua_getmetatable(L, -1)) {
    lua_pop(L, 1);
    return;
  }
  lua_createtable(L, 0, 2);
  lua_pushstring(L, module);
  lua_pushcclosure(L, l_no_member, 1);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
}
