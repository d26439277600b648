/*
 * The dry run: what the overlay shows is what the machine shows after the plan is carried out, and carrying the plan out and
 * back leaves the bytes as they were. Random registries, random writes, fixed seed.
 */
#include "unit/engine.h"

#include "machine/update/cbs.h"

enum { ROUNDS = 1500, WRITES = 25 };

static tlsmend_machine *below, *overlay;
static tlsmend_plan *plan;

static void start(tlsmend_machine *machine) {
  below = machine;
  plan = plan_new();
  MUST(overlay_open(below, plan, &overlay, &error));
}

static void stop(void) {
  machine_close(overlay);
  machine_close(below);
  tlsmend_plan_free(plan);
}

static void carry_out(bool backwards) {
  tlsmend_outcome outcome;
  plan_settle(plan);
  for (size_t i = 0; i < plan->change_count; i++) {
    const tlsmend_change *change = &plan->changes[backwards ? plan->change_count - 1 - i : i];
    tlsmend_change inverse = {0};
    if (backwards)
      MUST(change_invert(change, &inverse, &error));
    MUST(machine_apply(below, backwards ? &inverse : change, &outcome, &error));
    change_clear(&inverse);
  }
}

static void test_predicts(void **state) {
  (void)state;
  size_t changes = 0;
  for (size_t round = 0; round < ROUNDS; round++) {
    start(random_machine());
    char *before = sim_text(below);
    for (size_t i = random_below(WRITES); i > 0; i--)
      random_write(overlay);
    char *untouched = sim_text(below), *predicted = show_site(overlay);
    assert_same_text(untouched, before);
    carry_out(false);
    char *done = show_site(below);
    assert_same_text(done, predicted);
    carry_out(true);
    char *undone = sim_text(below);
    assert_same_text(undone, before);
    changes += plan->change_count;
    free(before), free(untouched), free(predicted), free(done), free(undone);
    stop();
  }
  print_message("%d random dry runs, %zu changes: each as predicted, each taken back byte for byte\n", ROUNDS,
                changes);
}

/* A plan that was carried out leaves nothing to propose to the same writes. */
static void test_converges(void **state) {
  (void)state;
  for (size_t round = 0; round < 300; round++) {
    start(random_machine());
    uint64_t seed = random_state;
    for (size_t i = 0; i < 6; i++) { /* sets only: a later deletion makes an earlier set count again */
      tlsmend_value value = {0};
      char key[256];
      snprintf(key, sizeof key, SITE "\\%zu", i);
      random_value(&value);
      MUST(propose_value_set(overlay, key, 64, random_name(), &value, NULL, &error));
      tlsmend_value_clear(&value);
    }
    carry_out(false);
    tlsmend_plan *again = plan_new();
    tlsmend_machine *second = NULL;
    MUST(overlay_open(below, again, &second, &error));
    random_state = seed;
    for (size_t i = 0; i < 6; i++) {
      tlsmend_value value = {0};
      char key[256];
      snprintf(key, sizeof key, SITE "\\%zu", i);
      random_value(&value);
      MUST(propose_value_set(second, key, 64, random_name(), &value, NULL, &error));
      tlsmend_value_clear(&value);
    }
    plan_settle(again);
    assert_int_equal(again->change_count, 0);
    machine_close(second);
    tlsmend_plan_free(again);
    stop();
  }
}

static void set(const char *key, const char *name, uint32_t number) {
  tlsmend_value value = {0};
  MUST(value_set_dword(&value, number, &error));
  MUST(propose_value_set(overlay, key, 64, name, &value, "because", &error));
  tlsmend_value_clear(&value);
}

static void test_merging(void **state) {
  (void)state;
  start(sim_of_text(windows7));
  set(SITE "\\Deep\\Key", "v", 1);
  assert_int_equal(plan->change_count, 4); /* each missing ancestor is a change of its own */
  assert_string_equal(plan->changes[0].key, SITE);
  assert_string_equal(plan->changes[1].key, SITE "\\Deep");
  set(SITE "\\Deep\\Key", "V", 2);
  assert_int_equal(plan->change_count, 4);
  uint64_t number = 0;
  assert_true(value_number(&plan->changes[3].after, &number) && number == 2);
  assert_false(plan->changes[3].before.present);
  MUST(propose_value_delete(overlay, SITE "\\Deep\\Key", 64, "v", NULL, &error));
  plan_settle(plan);
  assert_int_equal(plan->change_count, 3); /* back to absent: no change */
  MUST(propose_key_delete(overlay, SITE, 64, NULL, &error));
  plan_settle(plan);
  assert_int_equal(plan->change_count, 0);
  stop();
}

static void test_set_back(void **state) {
  (void)state;
  char snapshot[1024];
  snprintf(snapshot, sizeof snapshot,
           "%s[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site]\r\n\"Value\"=dword:00000007\r\n", windows7);
  start(sim_of_text(snapshot));
  set(SITE, "value", 8);
  assert_int_equal(plan->change_count, 1);
  set(SITE, "VALUE", 7);
  plan_settle(plan);
  assert_int_equal(plan->change_count, 0);
  stop();
}

/* What is deleted comes back in the machine's spelling. */
static void test_spelling(void **state) {
  (void)state;
  char snapshot[1024];
  snprintf(snapshot, sizeof snapshot,
           "%s[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site]\r\n\"Value\"=dword:00000007\r\n\r\n"
           "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site\\Below]\r\n\"Inner\"=dword:00000007\r\n",
           windows7);
  start(sim_of_text(snapshot));
  char *before = sim_text(below);
  MUST(propose_value_delete(overlay, SITE, 64, "VALUE", NULL, &error));
  MUST(propose_key_delete(overlay, SITE "\\BELOW", 64, NULL, &error));
  carry_out(false);
  carry_out(true);
  char *after = sim_text(below);
  assert_same_text(after, before);
  free(before), free(after);
  stop();
}

/* The two views of one key are two keys; a shared key is one. */
static void test_views(void **state) {
  (void)state;
  start(sim_of_text(windows7));
  tlsmend_value value = {0}, read = {0};
  MUST(value_set_dword(&value, 1, &error));
  MUST(propose_value_set(overlay, SITE, 32, "v", &value, NULL, &error));
  MUST(machine_value_get(overlay, SITE, 64, "v", &read, &error));
  assert_false(read.present);
  MUST(propose_value_set(overlay, "HKLM\\SYSTEM\\CurrentControlSet\\Site", 32, "v", &value, NULL, &error));
  MUST(machine_value_get(overlay, "HKLM\\SYSTEM\\CurrentControlSet\\Site", 64, "v", &read, &error));
  assert_true(value_equal(&read, &value));
  tlsmend_value_clear(&read);
  tlsmend_value_clear(&value);
  stop();
}

/* Only what came from the machine below is recorded as read, once. */
static void test_reads(void **state) {
  (void)state;
  start(sim_of_text(windows7));
  tlsmend_value read = {0};
  size_t before = plan->reads.count;
  MUST(machine_value_get(overlay, SITE, 64, "v", &read, &error));
  MUST(machine_value_get(overlay, SITE, 64, "V", &read, &error));
  assert_int_equal(plan->reads.count, before + 1);
  set(SITE, "v", 1);
  size_t written = plan->reads.count;
  MUST(machine_value_get(overlay, SITE, 64, "v", &read, &error));
  assert_int_equal(plan->reads.count, written);
  tlsmend_value_clear(&read);
  stop();
}

static void test_restarts(void **state) {
  (void)state;
  start(sim_of_text(windows7));
  MUST(propose_reboot(overlay, "no cause", &error));
  set(SITE, "v", 1);
  MUST(propose_reboot(overlay, "a cause", &error));
  plan_close(plan);
  assert_int_equal(plan_reboot_count(plan), 1);
  assert_int_equal(plan->changes[0].phase, 0);
  int code = TLSMEND_OK;
  for (int i = 0; i < 20 && code == TLSMEND_OK; i++)
    code = propose_reboot(overlay, "again", NULL);
  assert_int_equal(code, TLSMEND_E_LIMIT);
  stop();
}

/* A first restart has a cause where a package is on its way in or out, whether or not servicing says that it waits. */
static void test_waiting(void **state) {
  (void)state;
  static const struct {
    unsigned package;
    size_t restarts;
  } rows[] = {{0x60, 1}, {0x05, 1}, {0x40, 0}, {0x50, 0}, {0x70, 0}, {0x80, 0}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char text[2000];
    snprintf(text, sizeof text,
             "%s[HKEY_LOCAL_MACHINE\\%s\\Package_for_KB1~x~amd64~~6.1]\r\n\"CurrentState\"=dword:%x\r\n",
             windows7, &CBS_PACKAGES[strlen("HKLM\\")], rows[i].package);
    start(sim_of_text(text));
    MUST(propose_reboot(overlay, "what waits", &error));
    set(SITE, "v", 1);
    plan_close(plan);
    assert_int_equal(plan_reboot_count(plan), rows[i].restarts);
    stop();
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_predicts), cmocka_unit_test(test_converges), cmocka_unit_test(test_merging),
      cmocka_unit_test(test_set_back), cmocka_unit_test(test_spelling),  cmocka_unit_test(test_views),
      cmocka_unit_test(test_reads),    cmocka_unit_test(test_restarts),  cmocka_unit_test(test_waiting)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
