/*
 * The plan tells the truth: what an overlay with the plan's changes shows is what the machine shows after the apply, key by key
 * and byte by byte. For random runbooks on random machines, and for every shipped runbook on every built-in machine, over its
 * restarts. A run that is taken back leaves the file as it was.
 */
#include "unit/drift.h"

#include "plan/change.h"
#include "registry/value.h"
#include "machine/facts.h"
#include "machine/overlay.h"

#if defined(_WIN32) || defined(__SANITIZE_ADDRESS__)
enum { ROUNDS = 30, DONE_LEAST = 10, STRIDE = 7, SHIPPED_LEAST = 5 };
#else
enum { ROUNDS = 250, DONE_LEAST = 80, STRIDE = 1, SHIPPED_LEAST = 100 };
#endif

static void print_key(tlsmend_machine *machine, const char *path, int view, text_builder *out) {
  tlsmend_error error = {0, ""};
  name_list keys = {0}, values = {0};
  if (strcmp(path, "HKLM\\SOFTWARE\\tlsmend") == 0)
    return; /* how a snapshot keeps what a registry does not hold: asked for below */
  if (strlen(path) > 12 && strcmp(path + strlen(path) - 12, "\\Wow6432Node") == 0)
    return; /* the 32-bit view under its stored name, which no runbook can spell; walked as a view */
  world_must(machine_values(machine, path, view, &values, &error), &error, path);
  text_add(out, "[%s %d]\n", path, view);
  for (size_t i = 0; i < values.count; i++) {
    tlsmend_value value = {0};
    world_must(machine_value_get(machine, path, view, values.items[i], &value, &error), &error, path);
    json_t *json = value_to_json(&value);
    char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT);
    text_add(out, "%s=%s\n", values.items[i], text);
    free(text);
    json_decref(json);
    tlsmend_value_clear(&value);
  }
  world_must(machine_keys(machine, path, view, &keys, &error), &error, path);
  for (size_t i = 0; i < keys.count; i++) {
    char child[2048];
    snprintf(child, sizeof child, "%s\\%s", path, keys.items[i]);
    print_key(machine, child, view, out);
  }
  name_list_clear(&keys);
  name_list_clear(&values);
}

static void print_facts(tlsmend_machine *machine, text_builder *out) {
  static const char *const files[] = {"System32\\winhttp.dll", "System32\\webio.dll",
                                      "System32\\schannel.dll"};
  name_list hotfixes = {0};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    for (int view = 32; view <= 64; view += 32) {
      uint64_t version = 0;
      int code = machine_file_version(machine, files[i], view, &version, NULL);
      text_add(out, "%s %d: %d %llx\n", files[i], view, code, (unsigned long long)version);
    }
  text_add(out, "hotfixes: %d", machine_hotfixes(machine, &hotfixes, NULL));
  for (size_t i = 0; i < hotfixes.count; i++)
    text_add(out, " %s", hotfixes.items[i]);
  name_list_clear(&hotfixes);
}

static char *print_machine(tlsmend_machine *machine) {
  static const char *const roots[] = {"HKLM\\SOFTWARE", "HKLM\\SYSTEM"};
  text_builder out = {0};
  char *text = NULL;
  tlsmend_error error = {0, ""};
  for (size_t i = 0; i < 2; i++)
    for (int view = 32; view <= 64; view += 32) {
      bool exists = false;
      world_must(machine_key_exists(machine, roots[i], view, &exists, &error), &error, roots[i]);
      if (exists)
        print_key(machine, roots[i], view, &out);
    }
  print_facts(machine, &out);
  world_must(text_finish(&out, &text, &error), &error, "a machine as text");
  return text;
}

/* What the plan promises: its changes on an overlay over the machine as it is now. */
static char *predict(tlsmend_session *session, const tlsmend_plan *plan) {
  tlsmend_error error = {0, ""};
  tlsmend_machine *overlay = NULL;
  tlsmend_outcome outcome;
  tlsmend_plan *scratch = plan_new();
  world_must(overlay_open(session->machine, scratch, &overlay, &error), &error, "overlay");
  for (size_t i = 0; i < plan->change_count; i++)
    world_must(machine_apply(overlay, &plan->changes[i], &outcome, &error), &error,
               "a change on the overlay");
  char *text = print_machine(overlay);
  machine_close(overlay);
  tlsmend_plan_free(scratch);
  return text;
}

static void compare(const char *predicted, const char *applied, const char *label) {
  if (strcmp(predicted, applied) == 0)
    return;
  size_t at = 0;
  while (predicted[at] == applied[at])
    at++;
  while (at > 0 && predicted[at - 1] != '\n')
    at--;
  fail_msg("%s: predicted \"%.200s\", applied \"%.200s\"", label, predicted + at, applied + at);
}

/* Applies, restarts a simulated machine as often as it takes. */
static tlsmend_result carry_out(tlsmend_session *session, const tlsmend_plan *plan, const char *label) {
  tlsmend_error error = {0, ""};
  tlsmend_report *report = NULL;
  world_must(tlsmend_apply(session, plan, &report, &error), &error, label);
  tlsmend_result result = tlsmend_report_result(report);
  tlsmend_report_free(report);
  for (int restarts = 0; result == TLSMEND_RESULT_RESTART && restarts < 6; restarts++) {
    world_must(tlsmend_resume(session, 0, &report, &error), &error, label);
    result = tlsmend_report_result(report);
    tlsmend_report_free(report);
  }
  return result;
}

static void test_random(void **state) {
  (void)state;
  size_t done = 0, undone = 0, size = 0, size_after = 0;
  for (int round = 0; round < ROUNDS; round++) {
    char label[32];
    snprintf(label, sizeof label, "round %d", round);
    random_state = 0xE7037ED1A0B428DBu * (uint64_t)(round + 1);
    random_machine("pc.reg");
    random_runbook("random.lua");
    tlsmend_session *session = session_of("pc.reg");
    tlsmend_plan *plan = plan_of(session, "random.lua");
    char *predicted = predict(session, plan), *bytes = bytes_of("pc.reg", &size);
    tlsmend_result result = carry_out(session, plan, label);
    tlsmend_session_close(session);
    session = session_of("pc.reg"); /* what stands in the file, not what the session remembers */
    char *applied = print_machine(session->machine);
    if (result == TLSMEND_RESULT_DONE || result == TLSMEND_RESULT_NOTHING) {
      compare(predicted, applied, label);
      done += result == TLSMEND_RESULT_DONE;
    } else { /* a runbook that does not converge is undone */
      char *after = bytes_of("pc.reg", &size_after);
      assert_int_equal(result, TLSMEND_RESULT_UNDONE);
      if (size != size_after || memcmp(bytes, after, size) != 0)
        fail_msg("%s: undone, and the file differs", label);
      free(after);
      undone++;
    }
    free(bytes);
    free(predicted);
    free(applied);
    tlsmend_plan_free(plan);
    tlsmend_session_close(session);
    world_forget("state");
  }
  print_message("%zu done, %zu undone\n", done, undone);
  /* None of the first 30 is undone. */
  assert_true(done >= DONE_LEAST && (undone >= 1 || ROUNDS <= 30));
}

typedef struct listing {
  char names[64][80];
  size_t count;
} listing;

static int list_runbook(void *data, const char *id) {
  listing *list = data;
  snprintf(list->names[list->count++ % 64], 80, "%s", id);
  return TLSMEND_OK;
}

/* RELEASE-ARCH of the rows of host/lua/machines/builtin.lua that can be opened. */
static size_t list_machines(listing *out) {
  static const char *const releases[] = {
      "ws2008-sp2", "vista-sp2",  "win7",       "win7-sp1",   "ws2008r2",   "ws2008r2-sp1",
      "win8",       "ws2012",     "win81",      "ws2012r2",   "win10-1507", "win10-1607",
      "win10-1809", "win10-21h2", "win10-22h2", "ws2016",     "ws2019",     "ws2022",
      "ws2025",     "win11-21h2", "win11-22h2", "win11-23h2", "win11-24h2"};
  static const char *const tails[] = {"-x64", "-x86", "-x64+KB3140245"};
  for (size_t i = 0; i < sizeof releases / sizeof *releases; i++)
    for (size_t j = 0; j < sizeof tails / sizeof *tails && out->count < 64; j++) {
      tlsmend_session *session = NULL;
      tlsmend_options options = TLSMEND_OPTIONS_INIT;
      char spec[80];
      snprintf(spec, sizeof spec, "sim:%s%s", releases[i], tails[j]);
      options.machine = spec;
      options.state = world_path("state");
      if (tlsmend_session_open(&options, &session, NULL) == TLSMEND_OK)
        snprintf(out->names[out->count++], 80, "%s", spec);
      tlsmend_session_close(session);
    }
  return out->count;
}

/* Whether each package that is needed was found among the stand-ins. */
static bool has_packages(const tlsmend_plan *plan) {
  for (size_t i = 0; i < plan->change_count; i++)
    if (plan->changes[i].kind == TLSMEND_CHANGE_UPDATE_INSTALL && !plan->changes[i].update.file)
      return false;
  return true;
}

static void check_shipped(const char *machine, const char *runbook, size_t *done) {
  tlsmend_error error = {0, ""};
  tlsmend_session *session = NULL;
  tlsmend_plan *plan = NULL;
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  char package[700], label[160];
  options.machine = machine;
  options.state = world_path("state");
  snprintf(label, sizeof label, "%s on %s", runbook, machine);
  snprintf(package, sizeof package, "package=%s", world_path("packages"));
  const char *names[] = {runbook}, *params[] = {package};
  world_must(tlsmend_session_open(&options, &session, &error), &error, label);
  int code = tlsmend_plan_make(session, names, 1, params, 1, &plan, &error);
  if (code == TLSMEND_E_USAGE) /* it takes no package */
    code = tlsmend_plan_make(session, names, 1, NULL, 0, &plan, &error);
  if (code == TLSMEND_OK && !has_packages(plan)) {
    tlsmend_plan_free(plan);
    plan = NULL;
    code = TLSMEND_E_REFUSED;
  }
  if (code == TLSMEND_OK && plan->change_count) {
    char *predicted = predict(session, plan);
    tlsmend_result result = carry_out(session, plan, label);
    char *applied = print_machine(session->machine);
    if (result != TLSMEND_RESULT_DONE)
      fail_msg("%s ends as %d", label, result);
    compare(predicted, applied, label);
    ++*done;
    free(predicted);
    free(applied);
  } else if (code != TLSMEND_OK && code != TLSMEND_E_REFUSED && code != TLSMEND_E_SCRIPT) {
    fail_msg("%s: %s", label, error.text);
  }
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
  world_forget("state");
}

static void test_shipped(void **state) {
  (void)state;
  static const char *const packages[] = {"windows6.1-kb3140245-x64.msu", "windows6.1-kb3140245-x86.msu",
                                         "windows8-rt-kb3140245-x64.msu", "windows6.0-kb4019276-x64.msu",
                                         "windows6.0-kb4019276-x86.msu"};
  tlsmend_error error = {0, ""};
  static listing runbooks, machines;
  script_options options = {0};
  size_t done = 0;
  os_dir_make(world_path("packages"), NULL);
  for (size_t i = 0; i < sizeof packages / sizeof *packages; i++) {
    char name[80];
    snprintf(name, sizeof name, "packages/%s", packages[i]);
    world_must(os_file_replace(world_path(name), "stand-in", 8, &error), &error, name);
  }
  world_must(script_each_runbook(&options, list_runbook, &runbooks, &error), &error, "list");
  assert_true(list_machines(&machines) >= 15);
  for (size_t i = 0; i < machines.count; i += STRIDE)
    for (size_t j = 0; j < runbooks.count; j++)
      check_shipped(machines.names[i], runbooks.names[j], &done);
  print_message("%zu machines, %zu runbooks, %zu applied\n", machines.count, runbooks.count, done);
  assert_true(done >= SHIPPED_LEAST);
  world_forget("packages");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_random), cmocka_unit_test(test_shipped)};
  return cmocka_run_group_tests(tests, world_open, world_close);
}
