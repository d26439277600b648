/*
 * Parsing the standard library is half of what a short command does, and one session makes two states at least, a bench
 * hundreds: what one state has parsed, the next one takes over. What is kept was compiled in this process from an embedded text.
 * It never comes from a file, and no script can reach it: whatever is read elsewhere is compiled as text only (require.c).
 * Keeping costs a tenth of parsing, so a text is kept when it is compiled for the second time, or when that is foreseen.
 */
#include "script/sandbox/bytecode_cache.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

typedef struct bytecode {
  char *bytes;
  size_t size, room;
  bool wanted; /* again: it was compiled once, or is expected to be */
} bytecode;

struct bytecode_cache {
  bytecode *rows; /* one for each embedded text */
};

bytecode_cache *bytecode_cache_new(void) {
  bytecode_cache *self = calloc(1, sizeof *self);
  if (self)
    self->rows = calloc(embedded_text_count + 1, sizeof *self->rows);
  if (!self || self->rows)
    return self;
  free(self);
  return NULL;
}

void bytecode_cache_free(bytecode_cache *self) {
  if (!self)
    return;
  for (size_t i = 0; i < embedded_text_count; i++)
    free(self->rows[i].bytes);
  free(self->rows);
  free(self);
}

void bytecode_cache_expect(bytecode_cache *self, const char *name) {
  for (size_t i = 0; self && i < embedded_text_count; i++)
    self->rows[i].wanted |= strcmp(embedded_texts[i].name, name) == 0;
}

int bytecode_cache_push(const bytecode_cache *self, lua_State *L, const embedded_text *text) {
  const bytecode *row = self ? &self->rows[text - embedded_texts] : NULL;
  if (!row || !row->bytes)
    return -1;
  return luaL_loadbufferx(L, row->bytes, row->size, text->name, "b");
}

/* A writer for lua_dump, which stops at an answer that is not 0. */
static int add(lua_State *L, const void *bytes, size_t size, void *data) {
  (void)L;
  bytecode *out = data;
  if (size > out->room - out->size) {
    size_t room = out->size + size > 2 * out->room ? out->size + size : 2 * out->room;
    char *grown = realloc(out->bytes, room);
    if (!grown)
      return 1;
    out->bytes = grown;
    out->room = room;
  }
  memcpy(out->bytes + out->size, bytes, size);
  out->size += size;
  return 0;
}

void bytecode_cache_keep(bytecode_cache *self, lua_State *L, const embedded_text *text) {
  bytecode *row = self ? &self->rows[text - embedded_texts] : NULL;
  if (!row || row->bytes)
    return;
  if (!row->wanted) {
    row->wanted = true;
    return;
  }
  bytecode whole = {.bytes = malloc(text->size * 2), .room = text->size * 2, .wanted = true};
  if (whole.bytes && lua_dump(L, add, &whole, 0) == 0)
    *row = whole;
  else
    free(whole.bytes);
}
