/* Runs the suite: every test on every machine of the table, each test on a fresh machine with nothing below BASE. */
#include "conformance/conformance.h"

#include <stdio.h>

const conformance_machine *subject;
tlsmend_machine *machine;

void must(int code, const tlsmend_error *error, const char *call) {
  if (code != TLSMEND_OK)
    fail_msg("%s: %s answers %s: %s", subject->name, call, tlsmend_error_name(code), error->text);
}

void skip_because(const char *why) {
  fprintf(stderr, "SKIPPED on %s: %s\n", subject->name, why);
  skip();
}

tlsmend_value get(tlsmend_machine *from, const char *path, int view, const char *name) {
  tlsmend_value value = {0};
  MUST(machine_value_get(from, path, view, name, &value, &error));
  return value;
}

void set(const char *path, int view, const char *name, uint32_t type, const void *data, size_t size) {
  tlsmend_value value = {0};
  MUST(tlsmend_value_set(&value, type, data, size, &error));
  MUST(propose_value_set(machine, path, view, name, &value, "conformance", &error));
  tlsmend_value_clear(&value);
}

bool exists(const char *path, int view) {
  bool answer = false;
  MUST(machine_key_exists(machine, path, view, &answer, &error));
  return answer;
}

static void assert_names(const name_list *found, const char *const *names, size_t count, const char *path) {
  if (found->count != count)
    fail_msg("%s: %s has %zu names, not %zu", subject->name, path, found->count, count);
  for (size_t i = 0; i < count; i++)
    if (!unicode_name_equal(found->items[i], names[i]))
      fail_msg("%s: name %zu of %s is \"%s\", not \"%s\"", subject->name, i, path, found->items[i], names[i]);
}

void assert_keys(const char *path, int view, const char *const *names, size_t count) {
  name_list found = {0};
  MUST(machine_keys(machine, path, view, &found, &error));
  assert_names(&found, names, count, path);
  name_list_clear(&found);
}

void assert_values(const char *path, int view, const char *const *names, size_t count) {
  name_list found = {0};
  MUST(machine_values(machine, path, view, &found, &error));
  assert_names(&found, names, count, path);
  name_list_clear(&found);
}

uint32_t roll(dice *self, uint32_t sides) {
  self->state ^= self->state << 13;
  self->state ^= self->state >> 7;
  self->state ^= self->state << 17;
  return (uint32_t)(self->state >> 16) % sides;
}

static void sweep(tlsmend_machine *from) {
  propose_key_delete(from, BASE, 64, "conformance", NULL);
  propose_key_delete(from, BASE, 32, "conformance", NULL);
  propose_key_delete(from, SHARED, 64, "conformance", NULL);
}

static int begin(void **state) {
  (void)state;
  if (!subject->open(&machine))
    return -1;
  sweep(subject->before(machine)); /* what an interrupted run left on a live machine */
  return 0;
}

static int end(void **state) {
  (void)state;
  sweep(subject->before(machine));
  subject->close(machine);
  machine = NULL;
  return 0;
}

static const struct CMUnitTest *const groups[] = {value_tests, name_tests,     tree_tests,  model_tests,
                                                  right_tests, physical_tests, probe_tests, kept_tests};

static int run_machine(const conformance_machine *which) {
  struct CMUnitTest tests[64];
  size_t count = 0;
  for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
    for (const struct CMUnitTest *test = groups[i]; test->test_func; test++) {
      if (count == sizeof tests / sizeof *tests)
        abort();
      tests[count] = *test;
      tests[count].setup_func = begin;
      tests[count].teardown_func = end;
      count++;
    }
  subject = which;
  printf("[ MACHINE  ] %s\n", which->name);
  fflush(stdout);
  return _cmocka_run_group_tests(which->name, tests, count, NULL, NULL);
}

int conformance_run(void) {
  int failures = 0;
  for (const conformance_machine *row = conformance_machines; row->name; row++)
    failures += run_machine(row);
  return failures;
}

int main(void) { return conformance_run(); }
