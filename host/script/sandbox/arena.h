/*
 * Memory of one Lua state. A state that plans makes some ten thousand small blocks and needs them until its end: they are carved from
 * one region, kept by their size where they are freed before, and everything else is malloc's. The region never grows, so that a
 * script gains no memory by the order in which it frees. At the end all goes at once, without a word to Lua.
 */
#ifndef TLSMEND_SCRIPT_SANDBOX_ARENA_H
#define TLSMEND_SCRIPT_SANDBOX_ARENA_H

#include <stddef.h>

enum { ARENA_GRAIN = 16, ARENA_SMALL = 512 };

/* Before each block of malloc's. */
typedef struct arena_block {
  struct arena_block *next, *previous;
} arena_block;

/* It does not move. */
typedef struct arena {
  char *begin, *at, *end;                     /* of the region, and where it is free; NULL: there is none */
  void *freed[ARENA_SMALL / ARENA_GRAIN + 1]; /* by size in grains; each begins with the next one */
  arena_block others;                         /* the ring of malloc's */
} arena;

/* Without memory for a region there is none, which is good, too. */
void arena_open(arena *self);

/* All blocks are gone. */
void arena_close(arena *self);

/* As realloc, and with size 0 as free. `old` is the size of the block that there is. */
void *arena_resize(arena *self, void *block, size_t old, size_t size);

#endif
