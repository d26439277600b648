/* Lists of names: growing, sorting, handing on. */
#include "base/names.h"

#include <stdlib.h>
#include <string.h>

#include <tlsmend/tlsmend.h>

#include "base/unicode.h"

bool name_list_take(name_list *self, char *name) {
  if (name && self->count == self->room) {
    size_t room = self->room ? self->room * 2 : 16;
    char **grown = realloc(self->items, room * sizeof *grown);
    if (!grown) {
      free(name);
      return false;
    }
    self->items = grown;
    self->room = room;
  }
  if (name)
    self->items[self->count++] = name;
  return name;
}

int name_list_add(void *self, const char *name) {
  return name_list_take(self, strdup(name)) ? TLSMEND_OK : TLSMEND_E_MEMORY;
}

bool name_list_copy(name_list *out, const name_list *from) {
  *out = (name_list){0};
  if (name_list_each(from, name_list_add, out) == TLSMEND_OK)
    return true;
  name_list_clear(out);
  return false;
}

bool name_list_equal(const name_list *a, const name_list *b) {
  bool equal = a->count == b->count;
  for (size_t i = 0; equal && i < a->count; i++)
    equal = strcmp(a->items[i], b->items[i]) == 0;
  return equal;
}

static int compare(const void *a, const void *b) {
  return unicode_name_compare(*(char *const *)a, *(char *const *)b);
}

static int compare_bytes(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

void name_list_sort(name_list *self) {
  if (self->count)
    qsort(self->items, self->count, sizeof *self->items, compare);
}

void name_list_sort_bytes(name_list *self) {
  if (self->count)
    qsort(self->items, self->count, sizeof *self->items, compare_bytes);
}

int name_list_each(const name_list *self, int (*fn)(void *data, const char *name), void *data) {
  int code = TLSMEND_OK;
  for (size_t i = 0; code == TLSMEND_OK && i < self->count; i++)
    code = fn(data, self->items[i]);
  return code;
}

void name_list_clear(name_list *self) {
  for (size_t i = 0; i < self->count; i++)
    free(self->items[i]);
  free(self->items);
  *self = (name_list){0};
}
