/*
 * Appending changes to a plan, with merging. What a change may be merged with is found by an index of places (a value, or a key), and
 * what is taken away is only marked, so that each change costs the same among many.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/unicode.h"
#include "plan/change.h"
#include "plan/plan.h"
#include "registry/value.h"

static bool is_value_change(const tlsmend_change *change) {
  return change->kind == TLSMEND_CHANGE_VALUE_SET || change->kind == TLSMEND_CHANGE_VALUE_DELETE;
}

static bool is_key_change(const tlsmend_change *change) {
  return change->kind == TLSMEND_CHANGE_KEY_CREATE || change->kind == TLSMEND_CHANGE_KEY_DELETE;
}

/* The hash of a value's place, or of a key's (no `name`). */
static size_t hash_of(const char *key, const char *name) {
  size_t hash = unicode_name_hash(key, strlen(key));
  return name ? hash * 31 + unicode_name_hash(name, strlen(name)) : hash;
}

/* A place that is looked for. */
typedef struct place {
  size_t hash;
  const char *key, *name; /* no name: a key's */
  int view;
} place;

static bool stands_at(const tlsmend_plan *plan, size_t position, const place *place) {
  const tlsmend_change *change = &plan->changes[position];
  return plan->places.items[position].hash == place->hash && change->view == place->view &&
         is_value_change(change) == (place->name != NULL) && unicode_name_equal(change->key, place->key) &&
         (!place->name || unicode_name_equal(change->name, place->name));
}

/* The slot of a place: the one that holds its last change, or the free one where it belongs. */
static size_t *slot_of(const tlsmend_plan *plan, const place *place) {
  const plan_places *self = &plan->places;
  size_t mask = self->room * 2 - 1, slot = place->hash & mask;
  while (self->slots[slot] && !stands_at(plan, self->slots[slot] - 1, place))
    slot = (slot + 1) & mask;
  return &self->slots[slot];
}

/* The position + 1 of the last change of a place that is not gone; 0: there is none. Only the last of a place is ever taken away. */
static size_t last_of(const tlsmend_plan *plan, const place *place) {
  size_t *slot = slot_of(plan, place);
  const plan_place *last = *slot ? &plan->places.items[*slot - 1] : NULL;
  while (last && last->gone && last->earlier) {
    *slot = last->earlier;
    last = &plan->places.items[*slot - 1];
  }
  return last && !last->gone ? *slot : 0;
}

/* Enters a change that stands in the plan. */
static void enter(tlsmend_plan *plan, size_t position) {
  plan_places *self = &plan->places;
  const tlsmend_change *change = &plan->changes[position];
  self->items[position] = (plan_place){0};
  if (change->kind == TLSMEND_CHANGE_REBOOT)
    self->begin = position + 1;
  if (!is_value_change(change) && !is_key_change(change))
    return;
  place place = {hash_of(change->key, change->name), change->key, change->name, change->view};
  self->items[position].hash = place.hash;
  self->items[position].earlier = last_of(plan, &place);
  *slot_of(plan, &place) = position + 1;
}

void plan_places_clear(plan_places *self) {
  free(self->items);
  free(self->slots);
  *self = (plan_places){0};
}

void plan_settle(tlsmend_plan *plan) {
  const plan_place *places = plan->places.items;
  size_t kept = 0;
  if (!plan->places.gone)
    return;
  for (size_t i = 0; i < plan->change_count; i++) {
    if (places[i].gone)
      change_clear(&plan->changes[i]);
    else
      plan->changes[kept++] = plan->changes[i];
  }
  plan->change_count = kept;
  plan_places_clear(&plan->places); /* the next change that is appended makes it anew */
}

static bool grow(tlsmend_plan *plan, size_t room) {
  tlsmend_change *grown = room > plan->change_room ? realloc(plan->changes, room * sizeof *grown) : NULL;
  if (grown) {
    plan->changes = grown;
    plan->change_room = room;
  }
  return room <= plan->change_room;
}

/* Finds the places of all changes, with room for so many, a power of two: two slots for each. */
static bool enter_all(tlsmend_plan *plan, size_t room) {
  plan_places *self = &plan->places;
  plan_places_clear(self);
  self->items = calloc(room, sizeof *self->items);
  self->slots = calloc(room * 2, sizeof *self->slots);
  if (!self->items || !self->slots) {
    plan_places_clear(self);
    return false;
  }
  self->room = room;
  for (size_t i = 0; i < plan->change_count; i++)
    enter(plan, i);
  return true;
}

/* Makes room for one more change and its place. Half as many as there are fit in before this is done again. */
static bool reserve(tlsmend_plan *plan) {
  size_t room = 16;
  if (plan->change_count < plan->places.room && plan->change_count < plan->change_room)
    return true;
  plan_settle(plan);
  while (room <= plan->change_count + plan->change_count / 2)
    room *= 2;
  return grow(plan, room) && enter_all(plan, room);
}

size_t plan_earlier(tlsmend_plan *plan, size_t position) {
  size_t room = 16;
  while (room < plan->change_count)
    room *= 2;
  return plan->places.room || enter_all(plan, room) ? plan->places.items[position].earlier : 0;
}

/* The position + 1 of the change of the same phase that `change` would be merged into; 0: there is none. A value is not followed past a
 * change of its own key, because there the value begins a new life. */
static size_t find_earlier(const tlsmend_plan *plan, const tlsmend_change *change) {
  place place = {hash_of(change->key, NULL), change->key, NULL, change->view};
  size_t key = last_of(plan, &place), found = key;
  if (is_value_change(change)) {
    place.hash = hash_of(change->key, change->name);
    place.name = change->name;
    found = last_of(plan, &place);
  } else if (key && plan->changes[key - 1].kind != TLSMEND_CHANGE_KEY_CREATE) {
    return 0;
  }
  return found >= key && found > plan->places.begin ? found : 0;
}

static void take_away(tlsmend_plan *plan, size_t position) {
  plan->places.items[position].gone = true;
  plan->places.gone++;
}

/* Gives an earlier write to the same value the new outcome; takes away what is left without effect. */
static void merge(tlsmend_plan *plan, size_t position, tlsmend_change *change) {
  tlsmend_change *earlier = &plan->changes[position];
  if (is_key_change(earlier)) {
    take_away(plan, position);
    change_clear(change);
    return;
  }
  tlsmend_value_clear(&earlier->after);
  earlier->after = change->after;
  change->after = (tlsmend_value){0};
  earlier->kind = earlier->after.present ? TLSMEND_CHANGE_VALUE_SET : TLSMEND_CHANGE_VALUE_DELETE;
  char *why = earlier->why, *name = earlier->name;
  earlier->why = change->why;
  change->why = why;
  earlier->secret = earlier->secret || change->secret;
  if (!earlier->after.present) { /* a deletion spells the name as the machine does, see overlay.c */
    earlier->name = change->name;
    change->name = name;
  }
  if (value_equal(&earlier->before, &earlier->after))
    take_away(plan, position);
  change_clear(change);
}

int plan_append(tlsmend_plan *plan, tlsmend_change *change, tlsmend_error *error) {
  bool merges = is_value_change(change) || change->kind == TLSMEND_CHANGE_KEY_DELETE;
  if (!reserve(plan))
    return error_no_memory(error);
  size_t earlier = merges ? find_earlier(plan, change) : 0;
  if (earlier) {
    merge(plan, earlier - 1, change);
    return TLSMEND_OK;
  }
  plan->changes[plan->change_count++] = *change;
  *change = (tlsmend_change){0};
  enter(plan, plan->change_count - 1);
  return TLSMEND_OK;
}

static void remove_at(tlsmend_plan *plan, size_t index) {
  change_clear(&plan->changes[index]);
  plan->change_count--;
  memmove(&plan->changes[index], &plan->changes[index + 1],
          (plan->change_count - index) * sizeof *plan->changes);
}

/* A restart is kept if something before it may need it, or if the machine waited for one from the beginning. */
static bool has_cause(const tlsmend_plan *plan, size_t reboot) {
  if (reboot == 0)
    return plan->reboot_pending;
  return plan->changes[reboot - 1].kind != TLSMEND_CHANGE_REBOOT;
}

void plan_close(tlsmend_plan *plan) {
  plan_settle(plan);
  plan_places_clear(&plan->places);
  for (size_t i = 0; i < plan->change_count;) {
    if (plan->changes[i].kind == TLSMEND_CHANGE_REBOOT && !has_cause(plan, i)) {
      remove_at(plan, i);
      for (size_t j = i; j < plan->change_count; j++)
        plan->changes[j].phase--;
    } else {
      i++;
    }
  }
}
