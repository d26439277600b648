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

typedef struct chunk {
  char *bytes;
  size_t size, room;
  bool wanted; /* again: it was compiled once, or is expected to be */
} chunk;

struct script_chunks {
  chunk *rows; /* one for each embedded text */
};

script_chunks *script_chunks_new(void) {
  script_chunks *chunks = calloc(1, sizeof *chunks);
  if (chunks != NULL)
    chunks->rows = calloc(embedded_text_count + 1, sizeof *chunks->rows);
  if (chunks == NULL || chunks->rows != NULL)
    return chunks;
  free(chunks);
  return NULL;
}

void script_chunks_free(script_chunks *chunks) {
  if (chunks == NULL)
    return;
  for (size_t i = 0; i < embedded_text_count; i++)
    free(chunks->rows[i].bytes);
  free(chunks->rows);
  free(chunks);
}

void script_chunks_expect(script_chunks *chunks, const char *name) {
  for (size_t i = 0; chunks != NULL && i < embedded_text_count; i++)
    chunks->rows[i].wanted |= strcmp(embedded_texts[i].name, name) == 0;
}

int script_chunks_push(const script_chunks *chunks, lua_State *L, const embedded_text *text) {
  const chunk *chunk = chunks != NULL ? &chunks->rows[text - embedded_texts] : NULL;
  if (chunk == NULL || chunk->bytes == NULL)
    return -1;
  return luaL_loadbufferx(L, chunk->bytes, chunk->size, text->name, "b");
}

/* A writer for lua_dump, which stops at an answer that is not 0. */
static int add(lua_State *L, const void *bytes, size_t size, void *data) {
  (void)L;
  chunk *chunk = data;
  if (size > chunk->room - chunk->size) {
    size_t room = chunk->size + size > 2 * chunk->room ? chunk->size + size : 2 * chunk->room;
    char *grown = realloc(chunk->bytes, room);
    if (grown == NULL)
      return 1;
    chunk->bytes = grown;
    chunk->room = room;
  }
  memcpy(chunk->bytes + chunk->size, bytes, size);
  chunk->size += size;
  return 0;
}

void script_chunks_keep(script_chunks *chunks, lua_State *L, const embedded_text *text) {
  chunk *row = chunks != NULL ? &chunks->rows[text - embedded_texts] : NULL;
  if (row == NULL || row->bytes != NULL)
    return;
  if (!row->wanted) {
    row->wanted = true;
    return;
  }
  chunk whole = {.bytes = malloc(text->size * 2), .room = text->size * 2, .wanted = true};
  if (whole.bytes != NULL && lua_dump(L, add, &whole, 0) == 0)
    *row = whole;
  else
    free(whole.bytes);
}
