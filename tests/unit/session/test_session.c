/*
 * Apply, resume and rollback through the public interface: what is refused, and that nothing is written then. Every single
 * thing that was read is changed once; every step is made to fail once.
 */
#include "unit/session/site.h"

#include <tlsmend/tlsmend.h>

#include "commit/journal.h"
#include "session/authorize.h"
#include "session/session.h"

/* A plan of nothing would be empty, and an empty plan says that all is well. */
static void test_no_runbook(void **state) {
  (void)state;
  write_machine();
  tlsmend_session *session = open_session();
  const char *none[] = {NULL};
  tlsmend_plan *plan = NULL;
  MUST_FAIL(TLSMEND_E_USAGE, tlsmend_plan_make(session, none, 0, NULL, 0, &plan, &error));
  assert_null(plan);
  tlsmend_session_close(session);
}

static void assert_no_journal(void) {
  char *state = engine_path("state");
  assert_false(os_dir_exists(state));
  free(state);
}

/* Changes the snapshot by hand, through a machine of its own. */
static void edit(tlsmend_change *change) {
  char *path = engine_path("pc.reg");
  backend_request request = {.argument = path, .path = path};
  tlsmend_machine *machine = NULL;
  tlsmend_outcome outcome;
  MUST(sim_open(&request, &machine, &error));
  change->before = (tlsmend_value){0};
  if (change->name)
    MUST(machine_value_get(machine, change->key, change->view, change->name, &change->before, &error));
  MUST(machine_apply(machine, change, &outcome, &error));
  MUST(machine_flush(machine, change, 1, &error));
  tlsmend_value_clear(&change->before);
  machine_close(machine);
  free(path);
}

/* One edit of the machine between plan and apply, and whether it moves something that the plan rests on. */
typedef struct mutation {
  tlsmend_change_kind kind;
  const char *key, *name;
  int view;
  bool matters;
} mutation;

static const mutation mutations[] = {
    {TLSMEND_CHANGE_VALUE_SET, SITE, "v", 64, true},
    {TLSMEND_CHANGE_VALUE_DELETE, SITE, "v", 64, true},
    {TLSMEND_CHANGE_VALUE_DELETE, SITE, "old", 64, true},
    {TLSMEND_CHANGE_VALUE_SET, SITE, "old", 64, true},
    {TLSMEND_CHANGE_KEY_CREATE, SITE "\\New", NULL, 64, true},
    {TLSMEND_CHANGE_KEY_CREATE, "HKLM\\SOFTWARE", NULL, 32, true},
    {TLSMEND_CHANGE_VALUE_SET, SITE "\\Seen", "v", 64, true},
    {TLSMEND_CHANGE_VALUE_DELETE, SITE "\\Seen", "v", 64, true},
    {TLSMEND_CHANGE_KEY_CREATE, SITE "\\List\\More", NULL, 64, true},
    {TLSMEND_CHANGE_KEY_DELETE, SITE "\\List\\Below", NULL, 64, true},
    {TLSMEND_CHANGE_VALUE_SET, SITE "\\List", "two", 64, true},
    {TLSMEND_CHANGE_VALUE_DELETE, SITE "\\List", "one", 64, true},
    {TLSMEND_CHANGE_VALUE_SET, SITE "\\Tree", "t", 64, true},
    {TLSMEND_CHANGE_VALUE_SET, SITE "\\Tree", "more", 64, true},
    {TLSMEND_CHANGE_KEY_CREATE, SITE "\\Tree\\More", NULL, 64, true},
    {TLSMEND_CHANGE_VALUE_SET, SITE "\\Tree\\Inner", "i", 64, true},
    {TLSMEND_CHANGE_VALUE_SET, SITE, "unread", 64, false},
    {TLSMEND_CHANGE_VALUE_SET, SITE, "another", 64, false},
    {TLSMEND_CHANGE_VALUE_SET, SITE "\\Seen", "unread", 64, false},
    {TLSMEND_CHANGE_VALUE_SET, SITE "\\List", "one", 64, false}, /* its name was read, not its data */
    {TLSMEND_CHANGE_KEY_CREATE, SITE "\\Unread", NULL, 64, false},
    {TLSMEND_CHANGE_VALUE_SET, SITE "\\List\\Below", "v", 64, false},
};

static void mutate(const mutation *mutation) {
  tlsmend_change change = {.kind = mutation->kind,
                           .key = (char *)mutation->key,
                           .name = (char *)mutation->name,
                           .view = mutation->view};
  if (mutation->kind == TLSMEND_CHANGE_VALUE_SET)
    MUST(value_set_string(&change.after, TLSMEND_REG_SZ, "somebody else", &error));
  edit(&change);
  tlsmend_value_clear(&change.after);
}

/* `kept`: the session that has made the plan applies it, with a machine in memory that is older than the file. */
static void check_mutations(void **state, bool kept) {
  for (size_t i = 0; i < sizeof mutations / sizeof *mutations; i++) {
    engine_setup(state);
    write_machine();
    tlsmend_session *session = open_session();
    tlsmend_plan *plan = make_plan(session, "site.lua");
    if (!kept)
      tlsmend_session_close(session);
    mutate(&mutations[i]);
    size_t size = 0;
    char *bytes = file_read("pc.reg", &size);
    if (!kept)
      session = open_session();
    tlsmend_report *report = NULL;
    tlsmend_error error = {0, ""};
    int code = tlsmend_apply(session, plan, &report, &error);
    if (code != (mutations[i].matters ? TLSMEND_E_DRIFT : TLSMEND_OK))
      fail_msg("mutation %zu (%s %s): %s %s", i, mutations[i].key, mutations[i].name ? mutations[i].name : "",
               tlsmend_error_name(code), error.text);
    if (mutations[i].matters) {
      assert_file("pc.reg", bytes, size);
      assert_no_journal();
      assert_null(report);
    } else {
      assert_int_equal(tlsmend_report_result(report), TLSMEND_RESULT_DONE);
      tlsmend_report_free(report);
      MUST(tlsmend_rollback(session, NULL, 0, &report, &error));
      assert_file("pc.reg", bytes, size);
    }
    tlsmend_report_free(report);
    tlsmend_plan_free(plan);
    tlsmend_session_close(session);
    free(bytes);
  }
}

static void test_mutations(void **state) { check_mutations(state, false); }

static void test_mutations_behind(void **state) { check_mutations(state, true); }

static int stop_one(void *data, const char *path) {
  (void)data;
  size_t size = 0;
  char *bytes = NULL;
  MUST(os_file_read(path, (size_t)1 << 30, &bytes, &size, &error));
  char *second = strchr(bytes, '\n') + 1;
  MUST(os_file_replace(path, bytes, (size_t)(strchr(second, '\n') + 1 - bytes), &error));
  free(bytes);
  return TLSMEND_OK;
}

/* Leaves of the journal its beginning and the record that begins the batch: as if killed behind the last write. */
static void stop_in_batch(void) {
  char *state = engine_path("state");
  MUST(journal_each(state, stop_one, NULL, &error));
  free(state);
}

/* Somebody changes what a run has written: rollback refuses all of it, or leaves that and undoes the rest. */
static void check_skip_changed(bool stopped) {
  write_machine();
  tlsmend_session *session = open_session();
  tlsmend_plan *plan = make_plan(session, "site.lua");
  tlsmend_report *report = NULL;
  char *text = NULL, *original = NULL;
  size_t steps = 0, size = 0, original_size = 0;
  original = file_read("pc.reg", &original_size);
  MUST(tlsmend_apply(session, plan, &report, &error));
  tlsmend_report_free(report);
  tlsmend_session_close(session);
  if (stopped)
    stop_in_batch();
  mutate(&(mutation){TLSMEND_CHANGE_VALUE_SET, SITE, "v", 64, true});
  mutate(&(mutation){TLSMEND_CHANGE_VALUE_SET, SITE "\\New\\Key", "foreign", 64, true});
  char *bytes = file_read("pc.reg", &size);
  session = open_session();
  MUST_FAIL(TLSMEND_E_DRIFT, tlsmend_rollback(session, NULL, 0, &report, &error));
  MUST_FAIL(TLSMEND_E_DRIFT,
            tlsmend_rollback_preview(session, NULL, 0, TLSMEND_FORMAT_TEXT, &text, &steps, &error));
  assert_file("pc.reg", bytes, size);
  int skip = TLSMEND_ROLLBACK_SKIP_CHANGED;
  MUST(tlsmend_rollback_preview(session, NULL, skip, TLSMEND_FORMAT_TEXT, &text, &steps, &error));
  assert_non_null(strstr(text, "somebody else"));
  assert_true(steps > 3);
  assert_file("pc.reg", bytes, size);
  tlsmend_text_free(text);
  MUST(tlsmend_rollback(session, NULL, skip, &report, &error));
  assert_int_equal(tlsmend_report_result(report), TLSMEND_RESULT_UNDONE);
  tlsmend_report_free(report);
  MUST(tlsmend_rollback(session, NULL, 0, &report, &error));
  assert_int_equal(tlsmend_report_result(report), TLSMEND_RESULT_NOTHING);
  tlsmend_report_free(report);
  tlsmend_session_close(session);
  free(bytes);
  /* Nothing but the two values of somebody else, and the keys that hold one of them, is left. */
  tlsmend_value value = {0};
  MUST(value_set_dword(&value, 1, &error));
  tlsmend_change back = {
      .kind = TLSMEND_CHANGE_VALUE_SET, .key = SITE, .name = "v", .view = 64, .after = value};
  edit(&back);
  tlsmend_change last = {
      .kind = TLSMEND_CHANGE_VALUE_DELETE, .key = SITE "\\New\\Key", .name = "foreign", .view = 64};
  edit(&last);
  edit(&(tlsmend_change){.kind = TLSMEND_CHANGE_KEY_DELETE, .key = SITE "\\New\\Key", .view = 64});
  edit(&(tlsmend_change){.kind = TLSMEND_CHANGE_KEY_DELETE, .key = SITE "\\New", .view = 64});
  tlsmend_machine *now = sim_of_file("pc.reg");
  char *end = show_site(now);
  machine_close(now);
  file_write("pc.reg", original, original_size);
  now = sim_of_file("pc.reg");
  char *wanted = show_site(now);
  machine_close(now);
  assert_same_text(end, wanted);
  free(end), free(wanted), free(original);
  tlsmend_value_clear(&value);
  tlsmend_plan_free(plan);
}

static void test_skip_changed(void **state) {
  (void)state;
  check_skip_changed(false);
}

static void test_skip_changed_stopped(void **state) {
  (void)state;
  check_skip_changed(true);
}

/* A batch that was stopped before its first write: one line tells of all its steps. */
static void test_stopped_told(void **state) {
  (void)state;
  size_t size = 0;
  char *text = NULL;
  tlsmend_report *report = NULL;
  write_machine();
  char *original = file_read("pc.reg", &size);
  tlsmend_session *session = open_session();
  tlsmend_plan *plan = make_plan(session, "site.lua");
  MUST(tlsmend_apply(session, plan, &report, &error));
  tlsmend_report_free(report);
  tlsmend_session_close(session);
  stop_in_batch();
  file_write("pc.reg", original, size);
  session = open_session();
  MUST(tlsmend_rollback(session, NULL, 0, &report, &error));
  MUST(tlsmend_report_render(report, TLSMEND_FORMAT_TEXT, &text, &error));
  char *told = strstr(text, "steps 1 to ");
  assert_non_null(told);
  told = strstr(told, ": open: found out after the program was stopped\n");
  assert_non_null(told);
  assert_null(strstr(strchr(told, '\n'), "found out"));
  assert_file("pc.reg", original, size);
  tlsmend_text_free(text);
  tlsmend_report_free(report);
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
  free(original);
}

static void make_other_machine(void) {
  size_t size = 0;
  char *bytes = file_read("pc.reg", &size);
  memcpy(strstr(bytes, "7601"), "7600", 4);
  file_write("pc.reg", bytes, size);
  free(bytes);
}
static void move_read(void) { mutate(&(mutation){TLSMEND_CHANGE_VALUE_SET, SITE "\\Seen", "v", 64, true}); }
static void move_value(void) { mutate(&(mutation){TLSMEND_CHANGE_VALUE_SET, SITE, "v", 64, true}); }
static void move_deleted(void) { mutate(&(mutation){TLSMEND_CHANGE_VALUE_DELETE, SITE, "old", 64, true}); }
static void move_nothing(void) {}

/* What happens to the machine behind a plan, and which ways in refuse it with what. Of a plan without reads nothing but its steps
 * says what it rests on. */
static const struct {
  void (*happen)(void);
  bool reads;
  int code;
  unsigned ways;
} refusals[] = {
#define WAY(name) (1u << AUTHORIZE_##name)
    {move_nothing, true, TLSMEND_OK, 0},
    {make_other_machine, true, TLSMEND_E_REFUSED,
     WAY(NOTHING) | WAY(APPLY) | WAY(LOCKED) | WAY(COMPLETE) | WAY(BENCH)},
    {move_read, true, TLSMEND_E_DRIFT, WAY(NOTHING) | WAY(APPLY) | WAY(LOCKED) | WAY(COMPLETE) | WAY(BENCH)},
    {move_value, false, TLSMEND_E_DRIFT, WAY(APPLY) | WAY(LOCKED) | WAY(BENCH)},
    {move_deleted, false, TLSMEND_E_DRIFT, WAY(APPLY) | WAY(LOCKED) | WAY(BENCH)},
#undef WAY
};

static void test_ways(void **state) {
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
    for (authorize_way way = AUTHORIZE_NOTHING; way <= AUTHORIZE_BENCH; way++) {
      engine_setup(state);
      write_machine();
      tlsmend_session *session = open_session();
      tlsmend_plan *plan = make_plan(session, "site.lua");
      tlsmend_session_close(session);
      if (!refusals[i].reads)
        plan_reads_clear(&plan->reads);
      refusals[i].happen();
      session = open_session();
      tlsmend_error error = {0, ""};
      int code = session_authorize(session, way, plan, NULL, &error);
      if (code != (refusals[i].ways & (1u << way) ? refusals[i].code : TLSMEND_OK))
        fail_msg("refusal %zu, way %d: %s %s", i, (int)way, tlsmend_error_name(code), error.text);
      tlsmend_plan_free(plan);
      tlsmend_session_close(session);
    }
}

/* A plan for another machine: each fact that makes it another. */
static void test_other_machine(void **state) {
  (void)state;
  static const char *const others[][2] = {{"7601", "7600"}, {"\"6.1\"", "\"6.2\""}, {"\"x64\"", "\"arm64\""}};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    engine_setup(state);
    write_machine();
    tlsmend_session *session = open_session();
    tlsmend_plan *plan = make_plan(session, "site.lua");
    tlsmend_session_close(session);
    size_t size = 0;
    char *bytes = file_read("pc.reg", &size), other[4096], *at = strstr(bytes, others[i][0]);
    assert_non_null(at);
    snprintf(other, sizeof other, "%.*s%s%s", (int)(at - bytes), bytes, others[i][1],
             at + strlen(others[i][0]));
    file_text("pc.reg", other);
    session = open_session();
    tlsmend_report *report = NULL;
    MUST_FAIL(TLSMEND_E_REFUSED, tlsmend_apply(session, plan, &report, &error));
    assert_file("pc.reg", other, strlen(other));
    assert_no_journal();
    tlsmend_plan_free(plan);
    tlsmend_session_close(session);
    free(bytes);
  }
}

/* A saved plan without its secrets is not applied; with them it is. */
static void test_withheld(void **state) {
  static const char secret[] =
      "local registry = require 'registry'\n"
      "return { id = 'site', version = '1.0.0', title = 'Site', references = {},\n"
      "  params = { token = { type = 'string', secret = true } }, needs = { registry = { "
      "'HKLM\\\\SOFTWARE\\\\Site' } },\n"
      "  run = function(p) registry.set('HKLM\\\\SOFTWARE\\\\Site', 'v', p.token, { secret = true }) end }\n";
  (void)state;
  write_machine();
  file_text("site.lua", secret);
  tlsmend_session *session = open_session();
  char *path = engine_path("site.lua"), *saved = engine_path("saved.plan"), *text = NULL;
  const char *runbooks[] = {path}, *params[] = {"token=hush"};
  tlsmend_plan *plan = NULL;
  tlsmend_report *report = NULL;
  MUST(tlsmend_plan_make(session, runbooks, 1, params, 1, &plan, &error));
  MUST(tlsmend_plan_render(plan, TLSMEND_FORMAT_JSON, &text, &error));
  file_text("saved.plan", text);
  tlsmend_plan_free(plan);
  MUST(tlsmend_plan_load(saved, &plan, &error));
  size_t size = 0;
  char *bytes = file_read("pc.reg", &size);
  tlsmend_error error;
  assert_int_equal(tlsmend_apply(session, plan, &report, &error), TLSMEND_E_PLAN);
  assert_non_null(strstr(error.text, "-p token=VALUE"));
  assert_file("pc.reg", bytes, size);
  assert_no_journal();
  MUST(tlsmend_plan_complete(session, plan, params, 1, &error));
  MUST(tlsmend_apply(session, plan, &report, &error));
  tlsmend_report_free(report);
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
  tlsmend_text_free(text);
  free(path), free(saved), free(bytes);
}

/* A state folder that cannot be made: nothing is written. */
static void test_state_folder(void **state) {
  (void)state;
  write_machine();
  size_t size = 0;
  char *bytes = file_read("pc.reg", &size);
  file_text("state", "a file where the folder should be");
  tlsmend_session *session = open_session();
  tlsmend_plan *plan = make_plan(session, "site.lua");
  tlsmend_report *report = NULL;
  tlsmend_error error = {0, ""};
  int code = tlsmend_apply(session, plan, &report, &error);
  assert_true(code < 0 && *error.text);
  assert_file("pc.reg", bytes, size);
  free(bytes);
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
}

/* While one works, apply, resume and rollback are refused with its name; planning and looking are not. */
static void test_one_at_a_time(void **state) {
  (void)state;
  write_machine();
  tlsmend_session *session = open_session();
  tlsmend_plan *plan = make_plan(session, "site.lua");
  tlsmend_report *report = NULL;
  MUST(tlsmend_apply(session, plan, &report, &error));
  tlsmend_report_free(report);
  char *path = engine_path("pc.reg.tlsmend/lock"), *text = NULL;
  size_t open = 0;
  os_lock *lock = NULL;
  MUST(os_lock_take(path, "process 1234, apply", &lock, NULL, 0, &error));
  tlsmend_error error = {0, ""};
  report = NULL;
  assert_int_equal(tlsmend_rollback(session, NULL, 0, &report, &error), TLSMEND_E_BUSY);
  assert_non_null(strstr(error.text, "process 1234, apply"));
  tlsmend_plan_free(plan);
  plan = make_plan(session, "site.lua");
  assert_int_equal(tlsmend_plan_change_count(plan), 0);
  MUST(tlsmend_status(session, TLSMEND_FORMAT_TEXT, &text, &open, &error));
  tlsmend_text_free(text);
  os_lock_release(lock);
  /* the file of the lock stays, the lock does not */
  MUST(tlsmend_rollback(session, NULL, 0, &report, &error));
  tlsmend_report_free(report);
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
  free(path);
}

static char logged[8192];
static tlsmend_machine_ops logging_ops;

static int keep_line(tlsmend_machine *self, tlsmend_log_kind kind, const char *text, tlsmend_error *error) {
  (void)self, (void)error;
  size_t used = strlen(logged);
  snprintf(logged + used, sizeof logged - used, "%d %s\n", (int)kind, text);
  return TLSMEND_OK;
}

static tlsmend_session *open_logged(void) {
  tlsmend_session *session = open_session();
  logging_ops = *session->machine->ops;
  logging_ops.log = keep_line;
  session->machine->ops = &logging_ops;
  *logged = 0;
  return session;
}

static void test_log(void **state) {
  (void)state;
  write_machine();
  tlsmend_session *session = open_logged();
  tlsmend_plan *plan = make_plan(session, "site.lua");
  tlsmend_report *report = NULL;
  MUST(tlsmend_apply(session, plan, &report, &error));
  assert_ptr_equal(strstr(logged, "1 tlsmend apply: run "), logged);
  assert_non_null(strstr(logged, "site 1.0.0. "));
  assert_non_null(strstr(logged, "\n2 tlsmend apply: run "));
  assert_non_null(strstr(logged, ": done. Journal: "));
  tlsmend_report_free(report);
  *logged = 0;
  MUST_FAIL(TLSMEND_E_DRIFT, tlsmend_apply(session, plan, &report, &error)); /* it is done already */
  assert_ptr_equal(strstr(logged, "3 tlsmend apply on sim:"), logged);
  assert_non_null(strstr(logged, "(E_DRIFT): the machine has changed"));
  tlsmend_session_close(session);
  mutate(&(mutation){TLSMEND_CHANGE_VALUE_SET, SITE, "v", 64, true});
  session = open_logged();
  MUST(tlsmend_rollback(session, NULL, TLSMEND_ROLLBACK_SKIP_CHANGED, &report, &error));
  assert_non_null(strstr(logged, "\n2 tlsmend rollback: run "));
  tlsmend_report_free(report);
  *logged = 0;
  MUST(tlsmend_resume(session, 0, &report, &error)); /* nothing is open: nothing to say */
  assert_int_equal(*logged, 0);
  tlsmend_report_free(report);
  char line[256];
  MUST_FAIL(TLSMEND_E_UNSUPPORTED, tlsmend_install(session, 1, line, &error));
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
}

int main(void) {
  const struct CMUnitTest tests[] = {ENGINE_TEST(test_mutations),
                                     ENGINE_TEST(test_stopped_told),
                                     ENGINE_TEST(test_mutations_behind),
                                     ENGINE_TEST(test_no_runbook),
                                     ENGINE_TEST(test_skip_changed),
                                     ENGINE_TEST(test_skip_changed_stopped),
                                     ENGINE_TEST(test_other_machine),
                                     ENGINE_TEST(test_withheld),
                                     ENGINE_TEST(test_ways),
                                     ENGINE_TEST(test_state_folder),
                                     ENGINE_TEST(test_one_at_a_time),
                                     ENGINE_TEST(test_log)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
