/* Merging, over random sequences of changes: what the index of places finds is what a look at all changes of the phase finds. */
#include "unit/engine.h"

#include "base/unicode.h"

enum { ROUNDS = 3000, MOST = 60 };

/* The rule as it reads, on a list without an index: the changes are looked through backwards for one to merge with. */
typedef struct list {
  tlsmend_change items[MOST];
  size_t count;
} list;

static bool is_value(const tlsmend_change *change) { return change->name; }
static bool is_key(const tlsmend_change *change) { return change->key && !change->name; }
static bool same_key(const tlsmend_change *a, const tlsmend_change *b) {
  return a->key && b->key && a->view == b->view && unicode_name_equal(a->key, b->key);
}

static bool merges(const tlsmend_change *earlier, const tlsmend_change *change) {
  if (!same_key(earlier, change))
    return false;
  if (is_value(change))
    return is_value(earlier) && unicode_name_equal(earlier->name, change->name);
  return change->kind == TLSMEND_CHANGE_KEY_DELETE && earlier->kind == TLSMEND_CHANGE_KEY_CREATE;
}

static size_t find(const list *self, const tlsmend_change *change) {
  for (size_t i = self->count; i-- > 0;) {
    const tlsmend_change *earlier = &self->items[i];
    if (earlier->phase != change->phase || earlier->kind == TLSMEND_CHANGE_REBOOT)
      break;
    if (merges(earlier, change))
      return i;
    if (is_key(earlier) && same_key(earlier, change))
      break;
  }
  return self->count;
}

static void take_out(list *self, size_t at) {
  change_clear(&self->items[at]);
  self->count--;
  memmove(&self->items[at], &self->items[at + 1], (self->count - at) * sizeof *self->items);
}

static void append(list *self, const tlsmend_change *change) {
  size_t at = find(self, change);
  tlsmend_change *earlier = &self->items[at];
  if (at == self->count) {
    MUST(change_copy(&self->items[self->count++], change, &error));
    return;
  }
  if (is_key(change)) {
    take_out(self, at);
    return;
  }
  tlsmend_change from = *change;
  from.key = earlier->key;
  from.runbook = earlier->runbook;
  from.before = earlier->before;
  from.name = change->after.present ? earlier->name : change->name; /* a deletion has its own spelling */
  from.secret = earlier->secret || change->secret;
  tlsmend_change merged;
  MUST(change_copy(&merged, &from, &error));
  change_clear(earlier);
  *earlier = merged;
  if (value_equal(&earlier->before, &earlier->after))
    take_out(self, at);
}

/* Few places, in several spellings and both views, and few values, so that much meets and much goes back. */
static tlsmend_change random_step(unsigned *phase) {
  static const char *const keys[] = {SITE, "HKLM\\SOFTWARE\\SITE", SITE "\\Key", SITE "\\Key\\Deep"},
                           *const names[] = {"", "v", "V", "w"}, *const why[] = {"one", "two"};
  tlsmend_change change = {.kind = (tlsmend_change_kind)random_below(TLSMEND_CHANGE_REBOOT + 1)};
  if (change.kind >= TLSMEND_CHANGE_UPDATE_INSTALL && random_below(8) > 0)
    change.kind = TLSMEND_CHANGE_VALUE_SET;
  change.phase = *phase;
  change.why = strdup(why[random_below(2)]);
  change.runbook = strdup(why[random_below(2)]);
  *phase += change.kind == TLSMEND_CHANGE_REBOOT;
  if (change.kind >= TLSMEND_CHANGE_UPDATE_INSTALL)
    return change;
  change.key = strdup(keys[random_below(4)]);
  change.view = random_below(4) ? 64 : 32;
  if (change.kind != TLSMEND_CHANGE_VALUE_SET && change.kind != TLSMEND_CHANGE_VALUE_DELETE)
    return change;
  change.secret = random_below(8) == 0;
  change.name = strdup(names[random_below(4)]);
  if (change.kind == TLSMEND_CHANGE_VALUE_DELETE || random_below(2))
    MUST(value_set_dword(&change.before, (uint32_t)random_below(2), &error));
  if (change.kind == TLSMEND_CHANGE_VALUE_SET)
    MUST(value_set_dword(&change.after, (uint32_t)random_below(2), &error));
  return change;
}

static void compare(const tlsmend_plan *plan, const list *expected, size_t round) {
  if (plan->change_count != expected->count)
    fail_msg("round %zu: %zu changes, expected %zu", round, plan->change_count, expected->count);
  for (size_t i = 0; i < expected->count; i++) {
    json_t *is = change_to_json(&plan->changes[i], true), *should = change_to_json(&expected->items[i], true);
    if (!json_equal(is, should))
      fail_msg("round %zu, change %zu: %s, expected %s", round, i, json_dumps(is, JSON_COMPACT),
               json_dumps(should, JSON_COMPACT));
    json_decref(is), json_decref(should);
  }
}

/* What a look backwards finds of the same place, or 0. */
static size_t find_place(const list *self, size_t position) {
  const tlsmend_change *change = &self->items[position];
  for (size_t i = position; change->key && i > 0; i--) {
    const tlsmend_change *earlier = &self->items[i - 1];
    if (same_key(earlier, change) && is_value(earlier) == is_value(change) &&
        (!is_value(change) || unicode_name_equal(earlier->name, change->name)))
      return i;
  }
  return 0;
}

/* As of a plan that was read: nobody has appended to it. */
static void compare_places(const tlsmend_plan *plan, const list *expected) {
  tlsmend_plan *copy = NULL;
  MUST(plan_clone(plan, &copy, &error));
  for (size_t i = 0; i < expected->count; i++)
    assert_int_equal(plan_earlier(copy, i), find_place(expected, i));
  tlsmend_plan_free(copy);
}

static void test_merging(void **state) {
  (void)state;
  size_t given = 0, kept = 0;
  for (size_t round = 0; round < ROUNDS; round++) {
    tlsmend_plan *plan = plan_new();
    list expected = {.count = 0};
    unsigned phase = 0;
    for (size_t i = random_below(MOST); i > 0; i--) {
      tlsmend_change change = random_step(&phase);
      append(&expected, &change);
      MUST(plan_append(plan, &change, &error));
      assert_null(change.why);
      given++;
      if (random_below(16) == 0) {
        plan_settle(plan);
        compare(plan, &expected, round);
      }
    }
    plan_settle(plan);
    compare(plan, &expected, round);
    compare_places(plan, &expected);
    kept += expected.count;
    while (expected.count > 0)
      take_out(&expected, expected.count - 1);
    tlsmend_plan_free(plan);
  }
  print_message("%zu changes, of which merging leaves %zu\n", given, kept);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_merging)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
