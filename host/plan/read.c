/* What was read: answers, and the list of them, in which each stands once. */
#include "plan/read.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/unicode.h"
#include "registry/value.h"

int plan_answer_value(plan_answer *out, const tlsmend_value *value, tlsmend_error *error) {
  *out = (plan_answer){.found = value->present ? PLAN_PRESENT : PLAN_ABSENT};
  return value_copy(&out->value, value, error);
}

int plan_answer_names(plan_answer *out, const name_list *names, tlsmend_error *error) {
  *out = (plan_answer){.found = PLAN_PRESENT};
  for (size_t i = 0; i < names->count; i++)
    if (unicode_valid(names->items[i], strlen(names->items[i])) &&
        name_list_add(&out->names, names->items[i]) != TLSMEND_OK) {
      plan_answer_clear(out);
      return error_no_memory(error);
    }
  return TLSMEND_OK;
}

bool plan_answer_equal(const plan_answer *a, const plan_answer *b) {
  return a->found == b->found && a->version == b->version && value_equal(&a->value, &b->value) &&
         name_list_equal(&a->names, &b->names);
}

void plan_answer_clear(plan_answer *answer) {
  tlsmend_value_clear(&answer->value);
  name_list_clear(&answer->names);
  *answer = (plan_answer){0};
}

static void read_clear(plan_read *read) {
  free(read->key);
  free(read->name);
  plan_answer_clear(&read->answer);
}

/* A read that borrows the texts of the question. */
static plan_read read_of(const plan_question *question) {
  plan_read read = {.kind = question->kind,
                    .key = (char *)question->key,
                    .view = question->view,
                    .name = (char *)question->name,
                    .hash = unicode_name_hash(question->key, strlen(question->key))};
  if (read.name)
    read.hash = read.hash * 31 + unicode_name_hash(read.name, strlen(read.name));
  return read;
}

static bool read_same(const plan_read *a, const plan_read *b) {
  if (a->hash != b->hash || a->kind != b->kind || a->view != b->view)
    return false;
  return unicode_name_equal(a->key, b->key) && (!b->name || unicode_name_equal(a->name, b->name));
}

/* The slot of a read: the one that holds it, or the free one where it belongs. */
static size_t *slot_of(const plan_reads *self, const plan_read *read) {
  size_t mask = self->slot_room - 1, slot = read->hash & mask;
  while (self->slots[slot] && !read_same(&self->items[self->slots[slot] - 1], read))
    slot = (slot + 1) & mask;
  return &self->slots[slot];
}

/* Makes room for one more read, in the list and in its index: four slots for each, and a power of two. */
static bool reserve(plan_reads *self) {
  if (self->slots && self->count < self->room)
    return true;
  size_t room = 32;
  while (room <= self->count)
    room *= 2;
  plan_read *grown = realloc(self->items, room * sizeof *grown);
  if (grown)
    self->items = grown;
  size_t *slots = grown ? calloc(room * 4, sizeof *slots) : NULL;
  if (!slots)
    return false;
  free(self->slots);
  self->slots = slots;
  self->slot_room = room * 4;
  self->room = room;
  for (size_t i = 0; i < self->count; i++)
    *slot_of(self, &self->items[i]) = i + 1;
  return true;
}

bool plan_reads_know(const plan_reads *self, const plan_question *question) {
  plan_read read = read_of(question);
  return self->slots && *slot_of(self, &read);
}

int plan_reads_add(plan_reads *self, const plan_question *question, plan_answer *answer,
                   tlsmend_error *error) {
  plan_read read = read_of(question);
  size_t *slot = reserve(self) ? slot_of(self, &read) : NULL;
  if (slot && *slot) {
    plan_answer_clear(answer);
    return TLSMEND_OK;
  }
  read.key = strdup(question->key);
  read.name = question->name ? strdup(question->name) : NULL;
  read.answer = *answer;
  *answer = (plan_answer){0};
  if (slot && read.key && (read.name || !question->name)) {
    self->items[self->count++] = read;
    *slot = self->count;
    return TLSMEND_OK;
  }
  read_clear(&read);
  return error_no_memory(error);
}

/* The copy is cleared by whoever has it, also when it is not whole. */
static bool read_copy(plan_read *out, const plan_read *from) {
  *out = (plan_read){.kind = from->kind, .view = from->view, .hash = from->hash};
  out->answer.found = from->answer.found;
  out->answer.version = from->answer.version;
  out->key = strdup(from->key);
  out->name = from->name ? strdup(from->name) : NULL;
  return out->key && (out->name || !from->name) &&
         value_copy(&out->answer.value, &from->answer.value, NULL) == TLSMEND_OK &&
         name_list_copy(&out->answer.names, &from->answer.names);
}

bool plan_reads_copy(plan_reads *out, const plan_reads *from) {
  *out = (plan_reads){.items = calloc(from->count + 1, sizeof *out->items)};
  bool good = out->items; /* the first read that is added makes the index */
  for (size_t i = 0; good && i < from->count; i++)
    good = read_copy(&out->items[out->count++], &from->items[i]);
  if (!good)
    plan_reads_clear(out);
  return good;
}

void plan_reads_clear(plan_reads *self) {
  for (size_t i = 0; i < self->count; i++)
    read_clear(&self->items[i]);
  free(self->items);
  free(self->slots);
  *self = (plan_reads){0};
}
