/*
 * Memory of one Lua state. A state that plans makes some ten thousand small blocks and gives them all back together: they are carved from
 * one region, kept by their size where they are freed before, and everything else is malloc's. The region never grows, so that a
 * script gains no memory by the order in which it frees.
 */
#ifndef TLSMEND_SCRIPT_SANDBOX_ARENA_H
#define TLSMEND_SCRIPT_SANDBOX_ARENA_H

#include <stddef.h>

enum { ARENA_GRAIN = 16, ARENA_SMALL = 512 };

typedef struct arena {
  char *begin, *at, *end;                     /* of the region, and where it is free; NULL: there is none */
  void *freed[ARENA_SMALL / ARENA_GRAIN + 1]; /* by size in grains; each begins with the next one */
} arena;

/* Without memory for a region there is none, which is good, too. */
void arena_open(arena *self);

/* What lies in the region is gone; what malloc gave must have been freed. */
void arena_close(arena *self);

/* As realloc, and with size 0 as free. `old` is the size of the block that there is. */
void *arena_resize(arena *self, void *block, size_t old, size_t size);

#endif
