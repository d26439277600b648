/* The fence: every kind of read and write, inside, above and outside of what is declared. */
#include "unit/engine.h"

#include "machine/guard.h"

static const char *const registry[] = {SITE "\\Mine"};
static const char *const updates[] = {"KB3140245"};
static const char *const probes[] = {"server.example:443", "[::1]:8443"};
static guard_needs needs = {"book", registry, 1, updates, 1, true, false, probes, 2};
static tlsmend_machine *machine, *guard;

static int setup(void **state) {
  (void)state;
  needs.reboot = true;
  machine = sim_of_text(windows7);
  MUST(guard_open(machine, &needs, &guard, &error));
  return 0;
}

static int teardown(void **state) {
  (void)state;
  machine_close(guard);
  machine_close(machine);
  return 0;
}

static int nothing(void *data, const char *name) { return (void)data, (void)name, 0; }

static int set(const char *key, tlsmend_error *error) {
  tlsmend_value value = {0};
  int code = value_set_dword(&value, 1, error);
  if (code == TLSMEND_OK)
    code = propose_value_set(guard, key, 64, "v", &value, NULL, error);
  tlsmend_value_clear(&value);
  return code;
}

static void test_inside(void **state) {
  (void)state;
  tlsmend_value value = {0};
  bool exists = false;
  MUST(set(SITE "\\Mine\\Below", &error)); /* also makes what lies above it */
  MUST(set(SITE "\\MINE", &error));
  MUST(machine_value_get(guard, SITE "\\Mine", 64, "v", &value, &error));
  assert_true(value.present);
  tlsmend_value_clear(&value);
  MUST(machine_key_exists(guard, SITE, 64, &exists, &error)); /* on the way down */
  assert_true(exists);
  MUST(machine_each_key(guard, SITE "\\Mine", 64, nothing, NULL, &error));
  MUST(propose_key_delete(guard, SITE "\\Mine", 64, NULL, &error));
  MUST(propose_reboot(guard, "why", &error));
}

static void test_outside(void **state) {
  (void)state;
  tlsmend_value value = {0};
  bool exists = false;
  char *before = sim_text(machine);
  static const char *const outside[] = {SITE "\\Other", SITE "\\MineElse", "HKLM\\SYSTEM\\x",
                                        "HKCU\\SOFTWARE\\Site\\Mine"};
  for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
    const char *key = outside[i];
    MUST_FAIL(TLSMEND_E_REFUSED, machine_key_exists(guard, key, 64, &exists, &error));
    MUST_FAIL(TLSMEND_E_REFUSED, machine_value_get(guard, key, 64, "v", &value, &error));
    MUST_FAIL(TLSMEND_E_REFUSED, machine_each_key(guard, key, 64, nothing, NULL, &error));
    MUST_FAIL(TLSMEND_E_REFUSED, machine_each_value(guard, key, 64, nothing, NULL, &error));
    MUST_FAIL(TLSMEND_E_REFUSED, set(key, &error));
    MUST_FAIL(TLSMEND_E_REFUSED, propose_key_create(guard, key, 64, NULL, &error));
    MUST_FAIL(TLSMEND_E_REFUSED, propose_key_delete(guard, key, 64, NULL, &error));
    MUST_FAIL(TLSMEND_E_REFUSED, propose_value_delete(guard, key, 64, "v", NULL, &error));
  }
  /* On the way down a key may be seen and made, nothing else. */
  MUST_FAIL(TLSMEND_E_REFUSED, machine_each_key(guard, SITE, 64, nothing, NULL, &error));
  MUST_FAIL(TLSMEND_E_REFUSED, machine_value_get(guard, SITE, 64, "v", &value, &error));
  tlsmend_change delete = {.kind = TLSMEND_CHANGE_KEY_DELETE, .key = SITE, .view = 64};
  tlsmend_outcome outcome;
  MUST_FAIL(TLSMEND_E_REFUSED, machine_apply(guard, &delete, &outcome, &error));
  char *after = sim_text(machine);
  assert_same_text(after, before);
  free(before), free(after);
}

static void test_updates(void **state) {
  (void)state;
  tlsmend_update mine = {.kb = "KB3140245"}, shorter = {.kb = "KB314024"}, longer = {.kb = "KB31402455"};
  MUST(propose_update(guard, &mine, NULL, &error));
  MUST_FAIL(TLSMEND_E_REFUSED, propose_update(guard, &shorter, NULL, &error));
  MUST_FAIL(TLSMEND_E_REFUSED, propose_update(guard, &longer, NULL, &error));
  needs.reboot = false;
  MUST_FAIL(TLSMEND_E_REFUSED, propose_reboot(guard, "why", &error));
}

/* The machine is a snapshot: what is let through ends at "cannot tell", what is not before. */
static void test_probes(void **state) {
  (void)state;
  tlsmend_probe_answer answer;
  tlsmend_endpoint mine = {.host = "SERVER.example", .port = 443}, second = {.host = "::1", .port = 8443};
  tlsmend_endpoint port = {.host = "server.example", .port = 444},
                   host = {.host = "server.example.org", .port = 443};
  MUST_FAIL(TLSMEND_E_UNKNOWN, machine_may_probe(guard, &mine, &error));
  MUST_FAIL(TLSMEND_E_UNKNOWN, machine_schannel_probe(guard, &mine, &answer, &error));
  MUST_FAIL(TLSMEND_E_UNKNOWN, machine_may_probe(guard, &second, &error));
  MUST_FAIL(TLSMEND_E_REFUSED, machine_may_probe(guard, &port, &error));
  MUST_FAIL(TLSMEND_E_REFUSED, machine_may_probe(guard, &host, &error));
  MUST_FAIL(TLSMEND_E_REFUSED, machine_schannel_probe(guard, &host, &answer, &error));
  needs.any_probe = true;
  MUST_FAIL(TLSMEND_E_UNKNOWN, machine_may_probe(guard, &host, &error));
  needs.any_probe = false;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_inside, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_outside, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_updates, setup, teardown),
                                     cmocka_unit_test_setup_teardown(test_probes, setup, teardown)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
