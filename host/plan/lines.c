/* Lines of a plan, each once. */
#include "plan/lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/unicode.h"

/* The slot of a line: the one that holds it, or the free one where it belongs. */
static size_t *slot_of(const plan_lines *self, const char *text) {
  size_t mask = self->slot_room - 1, slot = unicode_text_hash(text, strlen(text)) & mask;
  while (self->slots[slot] && strcmp(self->list.items[self->slots[slot] - 1], text) != 0)
    slot = (slot + 1) & mask;
  return &self->slots[slot];
}

/* Makes the index long enough for one more line: four slots for each, and a power of two. */
static bool reserve(plan_lines *self) {
  if (self->list.count * 4 < self->slot_room)
    return true;
  size_t room = 64;
  while (room <= self->list.count * 4)
    room *= 2;
  size_t *slots = calloc(room, sizeof *slots);
  if (!slots)
    return false;
  free(self->slots);
  self->slots = slots;
  self->slot_room = room;
  for (size_t i = 0; i < self->list.count; i++)
    *slot_of(self, self->list.items[i]) = i + 1;
  return true;
}

int plan_lines_add(plan_lines *self, const char *text, tlsmend_error *error) {
  size_t *slot = reserve(self) ? slot_of(self, text) : NULL;
  if (slot && *slot)
    return TLSMEND_OK;
  if (!slot || name_list_add(&self->list, text) != TLSMEND_OK)
    return error_no_memory(error);
  *slot = self->list.count;
  return TLSMEND_OK;
}

bool plan_lines_copy(plan_lines *out, const plan_lines *from) {
  *out = (plan_lines){0}; /* the first line that is added makes the index */
  return name_list_copy(&out->list, &from->list);
}

void plan_lines_clear(plan_lines *self) {
  name_list_clear(&self->list);
  free(self->slots);
  *self = (plan_lines){0};
}
