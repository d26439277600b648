/*
 * Compare and swap, for thousands of random machines and runbooks: any single thing that was read is changed, and the apply is
 * refused, names it and writes nothing; something that was not read is changed, and the plan is applied.
 */
#include "unit/drift.h"

#include "base/unicode.h"
#include "registry/value.h"
#include "machine/facts.h"
#include "machine/propose.h"

#if defined(_WIN32) || defined(__SANITIZE_ADDRESS__)
enum { ROUNDS = 200, APPLIED = 20, FEW = 1 }; /* under Wine and sanitizers the same, shorter */
#else
enum { ROUNDS = 2000, APPLIED = 100, FEW = 5 };
#endif

/* Another value: other data, another type, or none at all. */
static void other_value(tlsmend_machine *machine, const char *key, int view, const char *name,
                        tlsmend_error *error) {
  tlsmend_value now = {0}, next = {0};
  world_must(machine_value_get(machine, key, view, name, &now, error), error, key);
  size_t how = now.present ? random_below(3) : 1;
  if (how == 0) {
    world_must(propose_value_delete(machine, key, view, name, "somebody", error), error, key);
  } else if (how == 1) {
    tlsmend_value_set(&next, TLSMEND_REG_BINARY, "\xaa\xbb\xcc", 3, error);
    world_must(propose_value_set(machine, key, view, name, &next, "somebody", error), error, key);
  } else { /* the same bytes as another type */
    tlsmend_value_set(&next, now.type == TLSMEND_REG_NONE ? TLSMEND_REG_BINARY : TLSMEND_REG_NONE, now.data,
                      now.size, error);
    world_must(propose_value_set(machine, key, view, name, &next, "somebody", error), error, key);
  }
  tlsmend_value_clear(&now);
  tlsmend_value_clear(&next);
}

static void other_key(tlsmend_machine *machine, const char *key, int view, tlsmend_error *error) {
  bool exists = false;
  world_must(machine_key_exists(machine, key, view, &exists, error), error, key);
  world_must(exists ? propose_key_delete(machine, key, view, "somebody", error)
                    : propose_key_create(machine, key, view, "somebody", error),
             error, key);
}

/* One name more or one less. */
static void other_names(tlsmend_machine *machine, const plan_read *read, tlsmend_error *error) {
  name_list names = {0};
  bool keys = read->kind == PLAN_READ_KEYS;
  int code = (keys ? machine_keys : machine_values)(machine, read->key, read->view, &names, error);
  char path[600];
  bool less = code == TLSMEND_OK && names.count && random_below(2);
  const char *name = less ? names.items[random_below(names.count)] : "somebody's";
  snprintf(path, sizeof path, "%s\\%s", read->key, name);
  if (keys)
    other_key(machine, path, read->view, error);
  else if (less)
    world_must(propose_value_delete(machine, read->key, read->view, name, "somebody", error), error, path);
  else
    other_value(machine, read->key, read->view, name, error);
  name_list_clear(&names);
}

static void move(tlsmend_machine *machine, const plan_read *read) {
  tlsmend_error error = {0, ""};
  switch (read->kind) {
  case PLAN_READ_VALUE:
    other_value(machine, read->key, read->view, read->name, &error);
    break;
  case PLAN_READ_KEY:
    other_key(machine, read->key, read->view, &error);
    break;
  case PLAN_READ_KEYS:
  case PLAN_READ_VALUES:
    other_names(machine, read, &error);
    break;
  case PLAN_READ_FILE: {
    tlsmend_value version = {0};
    value_set_string(&version, TLSMEND_REG_SZ, "6.1.7601.60000", &error);
    world_must(propose_value_set(machine,
                                 read->view == 32 ? FACTS_KEY "\\Files\\32" : FACTS_KEY "\\Files\\64", 0,
                                 read->key, &version, "somebody", &error),
               &error, "file");
    tlsmend_value_clear(&version);
    break;
  }
  case PLAN_READ_HOTFIXES:
    other_value(machine, FACTS_KEY "\\Hotfixes", 64, "KB999999", &error);
    break;
  }
}

static int count_one(void *data, const char *path) {
  (void)path;
  ++*(size_t *)data;
  return TLSMEND_OK;
}

static size_t journals(void) {
  size_t count = 0;
  journal_each(world_path("state"), count_one, &count, NULL);
  return count;
}

/* Whether the line names what was moved, or a part of its end. */
static bool names_it(const char *line, const plan_read *read) {
  if (read->kind == PLAN_READ_HOTFIXES)
    return strstr(line, "hotfixes");
  const char *leaf = strrchr(read->key, '\\');
  return strstr(line, leaf ? leaf + 1 : read->key) &&
         (!read->name || !*read->name || strstr(line, read->name));
}

static void test_moved(void **state) {
  (void)state;
  size_t kinds[PLAN_READ_HOTFIXES + 1] = {0};
  for (int round = 0; round < ROUNDS; round++) {
    random_state = 0x9E3779B97F4A7C15u * (uint64_t)(round + 1);
    random_machine("pc.reg");
    random_runbook("random.lua");
    tlsmend_session *before = session_of("pc.reg");
    tlsmend_plan *plan = plan_of(before, "random.lua");
    tlsmend_session_close(before);
    const plan_read *read = plan->reads.count ? &plan->reads.items[random_below(plan->reads.count)] : NULL;
    /* a Windows without HKLM\SOFTWARE is none */
    if (read && (read->kind != PLAN_READ_KEY || strstr(read->key, "World"))) {
      tlsmend_session *session = session_of("pc.reg");
      move(session->machine, read);
      size_t size = 0, size_after = 0;
      char *bytes = bytes_of("pc.reg", &size);
      tlsmend_report *report = NULL;
      tlsmend_error error = {0, ""};
      int code = tlsmend_apply(session, plan, &report, &error);
      if (code != TLSMEND_E_DRIFT)
        fail_msg("round %d: %s %s was moved, apply says %d %s", round, read->key,
                 read->name ? read->name : "", code, error.text);
      if (strchr(error.text, '\n') || !names_it(error.text, read))
        fail_msg("round %d: %s %s is not named: %s", round, read->key, read->name ? read->name : "",
                 error.text);
      char *after = bytes_of("pc.reg", &size_after);
      assert_int_equal(size, size_after);
      assert_memory_equal(bytes, after, size);
      assert_int_equal(journals(), 0);
      kinds[read->kind]++;
      free(bytes);
      free(after);
      tlsmend_session_close(session);
    }
    tlsmend_plan_free(plan);
  }
  for (int kind = 0; kind <= PLAN_READ_HOTFIXES; kind++)
    if (kinds[kind] < FEW)
      fail_msg("kind %d of reads was moved only %zu times", kind, kinds[kind]);
}

/* Sets a value that nobody has read or will write, in a key that is there; false if this machine has none. */
static bool move_unread(tlsmend_machine *machine, const tlsmend_plan *plan) {
  tlsmend_error error = {0, ""};
  for (int attempt = 0; attempt < 30; attempt++) {
    const char *key = world_keys[random_below(WORLD_KEYS)], *name = world_names[random_below(WORLD_NAMES)];
    int view = random_below(2) ? 64 : 32;
    machine_key resolved;
    bool exists = false, touched = false;
    world_must(machine_resolve(machine, key, view, &resolved, &error), &error, key);
    view = resolved.view;
    machine_key_clear(&resolved);
    world_must(machine_key_exists(machine, key, view, &exists, &error), &error, key);
    for (size_t i = 0; i < plan->reads.count; i++) {
      const plan_read *read = &plan->reads.items[i];
      touched = touched || (read->view == view && unicode_name_equal(read->key, key) &&
                            (read->kind == PLAN_READ_VALUES ||
                             (read->kind == PLAN_READ_VALUE && unicode_name_equal(read->name, name))));
    }
    if (!exists || touched)
      continue;
    other_value(machine, key, view, name, &error);
    return true;
  }
  return false;
}

static void test_unread(void **state) {
  (void)state;
  size_t applied = 0;
  for (int round = 0; round < 10 * APPLIED && applied < APPLIED; round++) {
    random_state = 0xD1B54A32D192ED03u * (uint64_t)(round + 1);
    random_machine("pc.reg");
    random_runbook("random.lua");
    tlsmend_session *session = session_of("pc.reg");
    tlsmend_plan *plan = plan_of(session, "random.lua");
    if (plan->change_count && move_unread(session->machine, plan)) {
      tlsmend_report *report = NULL;
      tlsmend_error error = {0, ""};
      int code = tlsmend_apply(session, plan, &report, &error);
      if (code != TLSMEND_OK)
        fail_msg("round %d: what was not read was moved, and apply says: %s", round, error.text);
      /* some runbooks do not converge, and are undone */
      applied += tlsmend_report_result(report) == TLSMEND_RESULT_DONE;
      tlsmend_report_free(report);
      world_forget("state");
    }
    tlsmend_plan_free(plan);
    tlsmend_session_close(session);
  }
  assert_int_equal(applied, APPLIED);
}

/* Everything that moved is named, up to five. */
static void test_all_named(void **state) {
  (void)state;
  tlsmend_error error = {0, ""};
  tlsmend_report *report = NULL;
  text_builder text = {0};
  text_add(&text, "local registry = require \"registry\"\nreturn { id = \"many\", version = \"1.0.0\", title "
                  "= \"many\",\n"
                  "needs = { registry = { [[" WORLD "]] } }, run = function()\n"
                  "for i = 1, 8 do registry.set([[" WORLD "\\many]], \"value\" .. i, i) end end }\n");
  world_write("many.lua", &text);
  random_machine("pc.reg");
  tlsmend_session *session = session_of("pc.reg");
  other_value(session->machine, WORLD "\\many", 64, "there", &error);
  tlsmend_plan *plan = plan_of(session, "many.lua");
  char key[] = WORLD "\\many", name[] = "value1";
  for (char number = '1'; number <= '7'; number++) {
    name[5] = number;
    other_value(session->machine, key, 64, name, &error);
  }
  assert_int_equal(tlsmend_apply(session, plan, &report, &error), TLSMEND_E_DRIFT);
  for (char number = '1'; number <= '5'; number++) {
    name[5] = number;
    if (!strstr(error.text, name))
      fail_msg("%s is not named: %s", name, error.text);
  }
  assert_non_null(strstr(error.text, "; and 2 more"));
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
}

/* The JSON of a plan, all of it. */
static char *text_of(const tlsmend_plan *plan) {
  json_t *json = plan_to_json_clear(plan);
  char *text = json_dumps(json, JSON_COMPACT);
  json_decref(json);
  assert_non_null(text);
  return text;
}

/* A clone says the same as its plan, stays what it is when that is freed, and takes reads and lines as every plan does. */
static void check_clone(tlsmend_plan *plan) {
  tlsmend_error error = {0, ""};
  tlsmend_plan *clone = NULL, *second = NULL;
  char *text = text_of(plan);
  world_must(plan_clone(plan, &clone, &error), &error, "clone");
  world_must(plan_clone(clone, &second, &error), &error, "clone of the clone");
  tlsmend_plan_free(plan);
  char *cloned = text_of(clone);
  assert_string_equal(cloned, text);
  for (size_t i = 0; i < second->reads.count; i++) {
    const plan_read *read = &second->reads.items[i];
    plan_answer other = {.found = PLAN_UNKNOWN};
    plan_question question = {read->kind, read->key, read->view, read->name};
    world_must(plan_reads_add(&clone->reads, &question, &other, &error), &error,
               "a read that is there already");
  }
  for (size_t i = 0; i < second->unknowns.list.count; i++)
    world_must(plan_lines_add(&clone->unknowns, second->unknowns.list.items[i], &error), &error,
               "a line that is there already");
  char *again = text_of(clone);
  assert_string_equal(again, text);
  plan_answer answer = {.found = PLAN_PRESENT};
  plan_question question = {PLAN_READ_KEY, "HKLM\\SOFTWARE\\of the clone", 64, NULL};
  world_must(plan_reads_add(&clone->reads, &question, &answer, &error), &error, "a new read");
  world_must(plan_lines_add(&clone->unknowns, "of the clone", &error), &error, "a new line");
  world_must(plan_lines_add(&clone->findings, "of the clone", &error), &error, "a new line");
  assert_int_equal(clone->reads.count, second->reads.count + 1);
  tlsmend_plan_free(clone);
  char *last = text_of(second);
  assert_string_equal(last, text);
  tlsmend_plan_free(second);
  free(text);
  free(cloned);
  free(again);
  free(last);
}

static void test_clone(void **state) {
  (void)state;
  for (int round = 0; round < 60; round++) {
    random_state = 0x8EBC6AF09C88C6E3u * (uint64_t)(round + 1);
    random_machine("pc.reg");
    random_runbook("random.lua");
    tlsmend_session *session = session_of("pc.reg");
    check_clone(plan_of(session, "random.lua"));
    tlsmend_session_close(session);
  }
}

/* A plan of the runbook that says most, with what a plan has beside changes: updates, restarts, unknowns, parameters. */
static void test_clone_whole(void **state) {
  (void)state;
  tlsmend_error error = {0, ""};
  tlsmend_session *session = NULL;
  tlsmend_plan *plan = NULL;
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  const char *names[] = {"winhttp-tls12", "schannel-tls12"};
  options.machine = "sim:win7-sp1-x64";
  world_must(tlsmend_session_open(&options, &session, &error), &error, options.machine);
  world_must(tlsmend_plan_make(session, names, 2, NULL, 0, &plan, &error), &error, "plan");
  assert_true(plan->unknowns.list.count + plan->findings.list.count && plan_reboot_count(plan));
  check_clone(plan);
  tlsmend_session_close(session);
}

/* The same run gives the same bytes, but for the header. */
static void test_same_bytes(void **state) {
  (void)state;
  for (int round = 0; round < 300; round++) {
    random_state = 0xA0761D6478BD642Fu * (uint64_t)(round + 1);
    random_machine("pc.reg");
    random_runbook("random.lua");
    tlsmend_session *session = session_of("pc.reg");
    tlsmend_plan *one = plan_of(session, "random.lua"), *other = plan_of(session, "random.lua");
    if (!plan_same(one, other))
      fail_msg("round %d: two plans of one run differ", round);
    tlsmend_plan_free(one);
    tlsmend_plan_free(other);
    tlsmend_session_close(session);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_moved),     cmocka_unit_test(test_unread),
                                     cmocka_unit_test(test_all_named), cmocka_unit_test(test_same_bytes),
                                     cmocka_unit_test(test_clone),     cmocka_unit_test(test_clone_whole)};
  return cmocka_run_group_tests(tests, world_open, world_close);
}
