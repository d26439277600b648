/* Registry trees against a plain list of names: whatever is done, both hold the same. */
#include "unit/engine.h"

#include "core/tree.h"
#include "core/unicode.h"

/* Few and many: the index is made only where a key has many names. */
static const char *name_of(size_t number) {
  static char name[32];
  snprintf(name, sizeof name, random_below(2) ? "name %zu" : "NAME %zu", number);
  return name;
}

typedef struct model {
  bool key[100], value[100];
  uint32_t number[100];
} model;

static void compare(const tree *tree, const model *model, size_t range) {
  const tree_key *parent = tree_find(tree, "HKLM\\Parent");
  size_t keys = 0, values = 0;
  for (size_t i = 0; i < range; i++) {
    char path[64];
    snprintf(path, sizeof path, "hklm\\parent\\%s", name_of(i));
    assert_int_equal(tree_find(tree, path) != NULL, model->key[i]);
    const tree_value *value = tree_value_find(parent, name_of(i));
    assert_int_equal(value != NULL, model->value[i]);
    uint64_t number = 0;
    if (value)
      assert_true(value_number(&value->value, &number) && number == model->number[i]);
    keys += model->key[i];
    values += model->value[i];
  }
  assert_int_equal(tree_key_count(parent), keys);
  assert_int_equal(tree_value_count(parent), values);
}

static void change(tree *tree, model *model, size_t range) {
  size_t i = random_below(range);
  char path[64];
  snprintf(path, sizeof path, "HKLM\\Parent\\%s", name_of(i));
  tree_key *parent = tree_make(tree, "HKLM\\Parent");
  tlsmend_value value = {0};
  switch (random_below(4)) {
  case 0:
    assert_non_null(tree_make(tree, path));
    model->key[i] = true;
    break;
  case 1:
    tree_remove(tree, path);
    model->key[i] = false;
    break;
  case 2:
    model->number[i] = random_next();
    MUST(value_set_dword(&value, model->number[i], &error));
    assert_non_null(tree_value_put(parent, name_of(i), &value));
    model->value[i] = true;
    tlsmend_value_clear(&value);
    break;
  default:
    tree_value_remove(parent, name_of(i));
    model->value[i] = false;
  }
}

static void test_model(void **state) {
  (void)state;
  static const size_t ranges[] = {3, 12, 100}; /* without an index, around its beginning, with one */
  for (size_t round = 0; round < 60; round++) {
    tree *tree = tree_new();
    model model = {0};
    size_t range = ranges[round % 3];
    tree_make(tree, "HKLM\\Parent");
    for (size_t i = 0; i < 400; i++) {
      change(tree, &model, range);
      if (i % 7 == 0)
        compare(tree, &model, range);
    }
    compare(tree, &model, range);
    tree_free(tree);
  }
}

/* A tree of what is in a model, made in another order. */
static tree *made_of(const model *model, size_t range) {
  tree *tree = tree_new();
  tlsmend_value value = {0};
  tree_key *parent = tree_make(tree, "HKLM\\Parent");
  for (size_t i = range; i-- > 0;) {
    char path[64];
    snprintf(path, sizeof path, "HKLM\\Parent\\name %zu", i);
    if (model->key[i])
      assert_non_null(tree_make(tree, path));
    MUST(value_set_dword(&value, model->number[i], &error));
    if (model->value[i])
      assert_non_null(tree_value_put(parent, path + strlen("HKLM\\Parent\\"), &value));
  }
  tlsmend_value_clear(&value);
  return tree;
}

/* A clone is equal, lives for itself, and one change to either makes them differ until it is taken back. */
static void test_clone(void **state) {
  (void)state;
  static const size_t ranges[] = {3, 12, 100};
  for (size_t round = 0; round < 60; round++) {
    model model = {0}, other;
    size_t range = ranges[round % 3], i = random_below(range);
    tree *first = made_of(&model, range);
    for (size_t step = 0; step < 200; step++)
      change(first, &model, range);
    tree_free(first);
    first = made_of(&model, range);
    tree *clone = tree_clone(first), *same = made_of(&model, range);
    assert_true(tree_equal(first, clone) && tree_equal(clone, first) && tree_equal(same, clone));
    other = model;
    for (size_t step = 0; step < 50; step++)
      change(clone, &other, range);
    compare(first, &model, range);
    compare(clone, &other, range);
    assert_true(tree_equal(first, same));
    tree_free(clone);
    other = model;
    other.key[i] = !other.key[i];
    clone = made_of(&other, range);
    assert_false(tree_equal(first, clone) || tree_equal(clone, first));
    tree_free(clone);
    other = model;
    other.number[i]++;
    other.value[i] = true;
    clone = made_of(&other, range);
    assert_false(tree_equal(first, clone) || tree_equal(clone, first));
    tree_free(clone), tree_free(same), tree_free(first);
  }
}

/* The spelling of the one who made a name stays. */
static void test_spelling(void **state) {
  (void)state;
  tree *tree = tree_new();
  tlsmend_value value = {0};
  MUST(value_set_dword(&value, 1, &error));
  tree_key *key = tree_make(tree, "HKLM\\Made");
  assert_ptr_equal(tree_make(tree, "HKLM\\MADE"), key);
  assert_string_equal(tree_key_name(key), "Made");
  tree_value_put(key, "Name", &value);
  tree_value_put(key, "NAME", &value);
  assert_string_equal(tree_value_at(key, 0)->name, "Name");
  assert_int_equal(tree_value_count(key), 1);
  assert_null(tree_find(tree, "HKLM\\Made\\Below"));
  struct tree *shouted = tree_new();
  tree_value_put(tree_make(shouted, "HKLM\\Made"), "NAME", &value);
  assert_false(tree_equal(tree, shouted)); /* as files they differ */
  tree_free(shouted);
  tlsmend_value_clear(&value);
  tree_free(tree);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_model), cmocka_unit_test(test_clone),
                                     cmocka_unit_test(test_spelling)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
