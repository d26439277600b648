/* The memory of a Lua state: every block keeps what was written into it, whatever is made, grown, shrunk and freed around it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "script/sandbox/arena.h"

enum { BLOCKS = 4000, ROUNDS = 200000, LARGEST = 1200 };

typedef struct block {
  unsigned char *at;
  size_t size;
  unsigned char mark;
} block;

static uint32_t next(uint32_t *seed) {
  *seed = *seed * 1664525 + 1013904223;
  return *seed >> 8;
}

static void assert_kept(const block *self, size_t size) {
  for (size_t i = 0; i < size; i++)
    assert_int_equal(self->at[i], self->mark);
}

static void resize(arena *memory, block *self, size_t size, uint32_t *seed) {
  size_t kept = self->size < size ? self->size : size;
  self->at = arena_resize(memory, self->at, self->size, size);
  assert_int_equal(self->at != NULL, size > 0);
  assert_int_equal((uintptr_t)self->at % 16, 0);
  assert_kept(self, kept);
  self->size = size;
  self->mark = (unsigned char)next(seed);
  if (size > 0)
    memset(self->at, self->mark, size);
}

/* More than the region holds, so that blocks of both kinds become the other. */
static void blocks_keep_what_is_in_them(void **state) {
  (void)state;
  static block blocks[BLOCKS];
  uint32_t seed = 7;
  arena memory;
  arena_open(&memory);
  for (int i = 0; i < ROUNDS; i++) {
    block *self = &blocks[next(&seed) % BLOCKS];
    size_t size = next(&seed) % 3 ? next(&seed) % LARGEST : 0;
    assert_kept(self, self->size);
    resize(&memory, self, size, &seed);
  }
  for (size_t i = 0; i < BLOCKS; i++)
    resize(&memory, &blocks[i], 0, &seed);
  arena_close(&memory);
}

static void what_is_freed_is_used_again(void **state) {
  (void)state;
  arena memory;
  arena_open(&memory);
  if (!memory.begin) /* a sanitizer watches malloc */
    return;
  void *first = arena_resize(&memory, NULL, 0, 40);
  arena_resize(&memory, first, 40, 0);
  assert_ptr_equal(arena_resize(&memory, NULL, 0, 48), first);
  assert_ptr_equal(arena_resize(&memory, first, 48, 33), first);
  arena_close(&memory);
}

/* That all goes with it a leak checker sees. */
static void without_a_region_it_is_malloc(void **state) {
  (void)state;
  arena memory;
  arena_open(&memory);
  memory.at = memory.end;
  void *block = arena_resize(&memory, NULL, 0, 40);
  assert_non_null(block);
  block = arena_resize(&memory, block, 40, 80);
  assert_non_null(block);
  for (size_t size = 1; size < 3000; size += 7)
    assert_non_null(arena_resize(&memory, NULL, 0, size));
  assert_null(arena_resize(&memory, block, 80, 0));
  assert_null(arena_resize(&memory, NULL, 0, SIZE_MAX));
  arena_close(&memory);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blocks_keep_what_is_in_them),
      cmocka_unit_test(what_is_freed_is_used_again),
      cmocka_unit_test(without_a_region_it_is_malloc),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
