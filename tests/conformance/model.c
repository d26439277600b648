/*
 * Random writes against a model so simple that it is right by inspection: a list of keys and a list of values. Half of the writes
 * happen before the machine under test is asked to do anything, so that on an overlay created, changed and deleted things meet
 * what was there. Then names and values are compared everywhere, and again after the plan has been carried out.
 */
#include "conformance/conformance.h"

#include <stdio.h>

/* All that the random writes can name. Keys form a tree by their paths; the views count as different keys. */
static const char *const keys[] = {BASE,          BASE "\\a",       BASE "\\a\\x",   BASE "\\a\\x\\deep",
                                   BASE "\\A b",  BASE "\\b",       BASE "\\b\\c/d", BASE "\\ab",
                                   BASE "\\b\\x", BASE "\\\xc3\xa9"};
static const char *const names[] = {"", "one", "Two", "a", "\xc3\x84"};
enum { KEYS = sizeof keys / sizeof *keys, NAMES = sizeof names / sizeof *names, VIEWS = 2 };

typedef struct model {
  bool key[VIEWS][KEYS];
  uint32_t value[VIEWS][KEYS][NAMES]; /* 0: absent; else one more than the number that is stored */
} model;

static bool within(size_t inner, size_t outer) { return path_within(keys[inner], keys[outer]); }

static void model_create(model *self, int view, size_t key) {
  for (size_t i = 0; i < KEYS; i++)
    if (within(key, i))
      self->key[view][i] = true;
}

static void model_delete(model *self, int view, size_t key) {
  for (size_t i = 0; i < KEYS; i++)
    if (within(i, key)) {
      self->key[view][i] = false;
      memset(self->value[view][i], 0, sizeof self->value[view][i]);
    }
}

/* One random write, to a machine and to the model. */
static void write_one(tlsmend_machine *to, model *self, dice *random) {
  size_t key = roll(random, KEYS), name = roll(random, NAMES);
  int view = (int)roll(random, VIEWS), number = view ? 32 : 64;
  uint32_t action = roll(random, 10);
  if (action < 5) {
    uint32_t data = roll(random, 3);
    tlsmend_value value = {0};
    MUST(value_set_dword(&value, data, &error));
    MUST(propose_value_set(to, keys[key], number, names[name], &value, "model", &error));
    tlsmend_value_clear(&value);
    model_create(self, view, key);
    self->value[view][key][name] = data + 1;
  } else if (action < 7) {
    MUST(propose_value_delete(to, keys[key], number, names[name], "model", &error));
    self->value[view][key][name] = 0;
  } else if (action < 8) {
    MUST(propose_key_create(to, keys[key], number, "model", &error));
    model_create(self, view, key);
  } else {
    MUST(propose_key_delete(to, keys[key], number, "model", &error));
    model_delete(self, view, key);
  }
}

static void compare_values(tlsmend_machine *with, const model *self, int view, size_t key) {
  size_t expected = 0;
  for (size_t name = 0; name < NAMES; name++) {
    tlsmend_value found = get(with, keys[key], view ? 32 : 64, names[name]);
    uint64_t number = 0;
    uint32_t stored = found.present && value_number(&found, &number) ? (uint32_t)number + 1 : 0;
    if (stored != self->value[view][key][name])
      fail_msg("%s: %s (view %d) \"%s\" is %d, not %d (-1 is absent)", subject->name, keys[key], view,
               names[name], (int)stored - 1, (int)self->value[view][key][name] - 1);
    expected += stored != 0;
    tlsmend_value_clear(&found);
  }
  name_list list = {0};
  MUST(machine_values(with, keys[key], view ? 32 : 64, &list, &error));
  assert_int_equal(list.count, expected);
  for (size_t i = 0; i < list.count; i++) {
    bool known = false;
    for (size_t name = 0; name < NAMES; name++)
      known |= self->value[view][key][name] && unicode_name_equal(names[name], list.items[i]);
    assert_true(known);
  }
  name_list_clear(&list);
}

static void compare_keys(tlsmend_machine *with, const model *self, int view, size_t key) {
  name_list list = {0};
  MUST(machine_keys(with, keys[key], view ? 32 : 64, &list, &error));
  size_t expected = 0;
  for (size_t child = 0; child < KEYS; child++) {
    if (!self->key[view][child] || path_parent(keys[child]) != strlen(keys[key]) || !within(child, key))
      continue;
    bool listed = false;
    for (size_t i = 0; i < list.count; i++)
      listed |= unicode_name_equal(path_leaf(keys[child]), list.items[i]);
    if (!listed)
      fail_msg("%s: %s (view %d) is not listed", subject->name, keys[child], view);
    expected++;
  }
  if (list.count != expected)
    fail_msg("%s: %s (view %d) lists %zu keys, not %zu", subject->name, keys[key], view, list.count,
             expected);
  name_list_clear(&list);
}

static void compare(tlsmend_machine *with, const model *self) {
  for (int view = 0; view < VIEWS; view++)
    for (size_t key = 0; key < KEYS; key++) {
      bool there = false;
      MUST(machine_key_exists(with, keys[key], view ? 32 : 64, &there, &error));
      if (there != self->key[view][key])
        fail_msg("%s: %s (view %d) is %s", subject->name, keys[key], view, there ? "there" : "gone");
      if (there) {
        compare_values(with, self, view, key);
        compare_keys(with, self, view, key);
      }
    }
}

static void play(uint64_t seed) {
  dice random = {seed};
  model state = {0};
  const tlsmend_system *system = NULL;
  MUST(machine_system(machine, &system, &error));
  if (!machine_is_64bit(system))
    skip_because("a 32-bit Windows has one view, the model has two");
  for (int i = 0; i < 30; i++)
    write_one(subject->before(machine), &state, &random);
  compare(machine, &state);
  for (int i = 0; i < 40; i++) {
    write_one(machine, &state, &random);
    if (i % 8 == 7)
      compare(machine, &state);
  }
  if (subject->settle)
    subject->settle(machine);
  compare(subject->before(machine), &state);
}

static void random_writes(void **state) {
  (void)state;
  play(0x7157);
}
static void more_random_writes(void **state) {
  (void)state;
  play(0xdecade);
}
static void still_more_random_writes(void **state) {
  (void)state;
  play(0xf00d5eed);
}

const struct CMUnitTest model_tests[] = {cmocka_unit_test(random_writes),
                                         cmocka_unit_test(more_random_writes),
                                         cmocka_unit_test(still_more_random_writes),
                                         {0}};
