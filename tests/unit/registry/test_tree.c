/* Registry trees against a plain list of names: whatever is done, both hold the same. */
#include "unit/engine.h"

#include "registry/tree.h"
#include "base/unicode.h"

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

/* From wherever one comes, a path is the same key. */
static void test_beside(void **state) {
  (void)state;
  static const char *const paths[] = {"HKLM",        "HKLM\\a", "HKLM\\a\\b",   "HKLM\\ab",
                                      "HKLM\\ab\\b", "HKU",     "HKU\\a\\b\\c", "HKLM\\a\\b\\c\\d",
                                      "HKLM\\A",     "hklm",    "HKLM\\A\\B"};
  enum { COUNT = sizeof paths / sizeof *paths };
  for (size_t i = 0; i < COUNT * COUNT; i++) {
    const char *from = paths[i / COUNT], *to = paths[i % COUNT];
    tree *tree = tree_new();
    tree_key *made = tree_make_beside(tree_make(tree, from), from, to);
    if (made != tree_make(tree, to))
      fail_msg("%s beside %s", to, from);
    tree_free(tree);
  }
}

/* A tree whose values stand in its text, in an order of their own if backwards. */
static tree *with_lines(const model *model, size_t range, bool backwards) {
  tree *tree = tree_new();
  tree_key *parent = tree_make(tree, "HKLM\\Parent");
  char *body = calloc(range + 1, 64), *at = body;
  at += sprintf(at, "Windows Registry Editor Version 5.00");
  size_t begin = (size_t)(at - body);
  regfile_text text;
  regfile_lines lines;
  for (size_t i = 0; i < range; i++) {
    size_t n = backwards ? range - 1 - i : i;
    if (model->value[n])
      at += sprintf(at, "\"name %zu\"=dword:%08x\r\n", n, (unsigned)model->number[n]);
    char path[64];
    snprintf(path, sizeof path, "HKLM\\Parent\\name %zu", n);
    if (model->key[n])
      tree_make(tree, path);
  }
  text = (regfile_text){.text = body, .length = strlen(body)};
  assert_true(tree_keep_text(tree, &text));
  regfile_lines_scan(body + begin, &lines);
  assert_int_equal(lines.size, strlen(body + begin));
  if (lines.size)
    tree_key_set_lines(parent, &lines);
  return tree;
}

/* Values that stand in a text are as good as others: looked at, changed, cloned and compared. */
static void test_lines(void **state) {
  (void)state;
  static const size_t ranges[] = {3, 12, 100};
  for (size_t round = 0; round < 60; round++) {
    model model = {0};
    size_t range = ranges[round % 3];
    tree *first = made_of(&model, range);
    for (size_t step = 0; step < 200; step++)
      change(first, &model, range);
    tree_free(first);
    first = made_of(&model, range); /* names as they are spelled there */
    tree *read = with_lines(&model, range, random_below(2)), *clone = tree_clone(read);
    assert_true(tree_equal(read, clone));
    if (random_below(2))
      tree_key_sort_lines(tree_find(read, "HKLM\\Parent"));
    if (random_below(2))
      assert_true(tree_equal(first, read) && tree_equal(clone, first));
    tree_free(read);
    compare(clone, &model, range);
    tree_free(clone), tree_free(first);
    read = with_lines(&model, range, random_below(2));
    for (size_t step = 0; step < 20; step++)
      change(read, &model, range);
    compare(read, &model, range);
    tree_free(read);
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

/* FNV-1a without a key, which whoever writes a snapshot can compute too. */
static uint32_t hash_without_key(const char *name) {
  uint32_t hash = 2166136261u;
  for (; *name; name++)
    hash = (hash ^ (unsigned char)(*name >= 'a' && *name <= 'z' ? *name - 0x20 : *name)) * 16777619u;
  return hash ^ hash >> 15;
}

/* Names that are chosen to meet in one slot of such a hash are spread by the one with a key. */
static void test_chosen_names(void **state) {
  (void)state;
  enum { NAMES = 300, SLOTS = 4096 };
  static bool taken[SLOTS];
  size_t names = 0, slots = 0;
  for (unsigned number = 0; names < NAMES; number++) {
    char name[32];
    int length = snprintf(name, sizeof name, "Value%u", number);
    if (hash_without_key(name) % SLOTS)
      continue;
    names++;
    bool *slot = &taken[unicode_name_hash(name, (size_t)length) % SLOTS];
    slots += !*slot;
    *slot = true;
  }
  assert_true(slots > 240); /* 289 are expected; one by chance so far off that nobody will see it */
}

/* Long names too, whatever their case; a name is not its beginning. */
static void test_long_names(void **state) {
  (void)state;
  char name[400], upper[400];
  for (size_t length = 0; length < sizeof name; length++) {
    assert_int_equal(unicode_name_hash(name, length), unicode_name_hash(upper, length));
    if (length) {
      assert_int_not_equal(unicode_name_hash(name, length), unicode_name_hash(name, length - 1));
      name[0] ^= 1;
      assert_int_not_equal(unicode_name_hash(name, length), unicode_name_hash(upper, length));
      name[0] ^= 1;
    }
    name[length] = (char)('b' + random_below(20));
    upper[length] = (char)(name[length] - 0x20);
  }
}

/* What a file makes and removes again costs as much as it has names, in whichever order. */
static void test_removed_names(void **state) {
  (void)state;
  enum { NAMES = 20000 };
  tlsmend_value value = {0};
  MUST(value_set_dword(&value, 1, &error));
  for (int mode = 0; mode < 3; mode++) {
    tree *tree = tree_new();
    tree_key *parent = tree_make(tree, "HKLM\\Parent");
    for (size_t i = 0; i < 2 * NAMES; i++) {
      size_t number = i < NAMES || mode == 0 ? i % NAMES : mode == 1 ? 2 * NAMES - 1 - i : i * 7 % NAMES;
      char path[64];
      snprintf(path, sizeof path, "HKLM\\Parent\\name %zu", number);
      if (i < NAMES) {
        assert_non_null(tree_make(tree, path));
        assert_non_null(tree_value_put(parent, path + strlen("HKLM\\Parent\\"), &value));
      } else {
        tree_remove(tree, path);
        tree_value_remove(parent, path + strlen("HKLM\\Parent\\"));
      }
      if (mode == 2) { /* one that comes and goes beside them */
        tree_make(tree, "HKLM\\Parent\\other");
        tree_remove(tree, "HKLM\\Parent\\other");
      }
    }
    assert_int_equal(tree_key_count(parent), 0);
    assert_int_equal(tree_value_count(parent), 0);
    assert_true(tree_key_work(parent) < (size_t)NAMES * 2 * 8);
    tree_free(tree);
  }
  tlsmend_value_clear(&value);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_model),      cmocka_unit_test(test_clone),
                                     cmocka_unit_test(test_beside),     cmocka_unit_test(test_lines),
                                     cmocka_unit_test(test_spelling),   cmocka_unit_test(test_chosen_names),
                                     cmocka_unit_test(test_long_names), cmocka_unit_test(test_removed_names)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
