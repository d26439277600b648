/* Lines of a plan for people, each of which stands once. */
#ifndef TLSMEND_PLAN_LINES_H
#define TLSMEND_PLAN_LINES_H

#include <tlsmend/values.h>

#include "base/names.h"

/* Empty is {0}. The index holds positions + 1 by hash, 0 is free: a line costs the same among many. */
typedef struct plan_lines {
  name_list list;
  size_t *slots, slot_room;
} plan_lines;

/* Adds a line, unless it is there. E_MEMORY. */
int plan_lines_add(plan_lines *self, const char *text, tlsmend_error *error);

/* Copies them into *out, which is empty. False: out of memory. */
bool plan_lines_copy(plan_lines *out, const plan_lines *from);
void plan_lines_clear(plan_lines *self);

#endif
