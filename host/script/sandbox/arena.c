#include "script/sandbox/arena.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A sanitizer watches over each block of malloc's. */
#if defined(__SANITIZE_ADDRESS__)
enum { REGION = 0 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { REGION = 0 };
#else
enum { REGION = 1 << 20 };
#endif
#else
enum { REGION = 1 << 20 };
#endif

/* The region of a state that has ended, for the next one: its pages are there already. */
static _Atomic(char *) spare;

void arena_open(arena *self) {
  *self = (arena){.begin = atomic_exchange(&spare, NULL)};
  if (!self->begin && REGION > 0)
    self->begin = malloc(REGION);
  self->at = self->begin;
  self->end = self->begin ? self->begin + REGION : NULL;
  self->others = (arena_block){&self->others, &self->others};
}

void arena_close(arena *self) {
  for (arena_block *block = self->others.next, *next; block != &self->others; block = next) {
    next = block->next;
    free(block);
  }
  char *none = NULL;
  if (!atomic_compare_exchange_strong(&spare, &none, self->begin))
    free(self->begin);
  *self = (arena){0};
}

static size_t grains(size_t size) { return (size + ARENA_GRAIN - 1) / ARENA_GRAIN; }

static bool is_inside(const arena *self, const void *block) {
  return (uintptr_t)block >= (uintptr_t)self->begin && (uintptr_t)block < (uintptr_t)self->end;
}

/* NULL: it is not for the region. */
static void *take(arena *self, size_t size) {
  if (size > ARENA_SMALL)
    return NULL;
  void **list = &self->freed[grains(size)];
  void *block = *list;
  if (block) {
    memcpy(list, block, sizeof *list);
    return block;
  }
  if ((size_t)(self->end - self->at) < grains(size) * ARENA_GRAIN)
    return NULL;
  block = self->at;
  self->at += grains(size) * ARENA_GRAIN;
  return block;
}

static void give_back(arena *self, void *block, size_t size) {
  void **list = &self->freed[grains(size)];
  memcpy(block, list, sizeof *list);
  *list = block;
}

/* realloc for what is not in the region. */
static void *resize_other(arena *self, void *block, size_t size) {
  arena_block *old = block ? (arena_block *)block - 1 : NULL;
  arena_block at = old ? *old : (arena_block){self->others.next, &self->others};
  arena_block *moved =
      size > 0 && size <= SIZE_MAX - sizeof *moved ? realloc(old, sizeof *moved + size) : NULL;
  if (size == 0)
    free(old);
  else if (!moved)
    return NULL;
  else
    *moved = at;
  at.previous->next = moved ? moved : at.next;
  at.next->previous = moved ? moved : at.previous;
  return moved ? moved + 1 : NULL;
}

static void *make(arena *self, size_t size) {
  void *block = take(self, size);
  return block ? block : resize_other(self, NULL, size);
}

void *arena_resize(arena *self, void *block, size_t old, size_t size) {
  if (!block)
    return size > 0 ? make(self, size) : NULL;
  if (!is_inside(self, block))
    return resize_other(self, block, size);
  if (grains(old) == grains(size))
    return block;
  void *moved = size > 0 ? make(self, size) : NULL;
  if (size > 0 && !moved)
    return NULL;
  if (moved)
    memcpy(moved, block, old < size ? old : size);
  give_back(self, block, old);
  return moved;
}
