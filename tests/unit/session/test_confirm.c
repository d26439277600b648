/* Commit-confirm: what keeps a run that waits, when its time is over, and who waits for that. */
#include "unit/session/site.h"

#include "os/os.h"
#include "session/runs/known.h"
#include "session/runs/report.h"

/* The clock that people set, the one that nobody does, and the name of the start. */
static int64_t now = 1000000, ticks = 500;
static const char *start = "start-1";
static int64_t test_clock(void) { return now; }
static bool test_boot_clock(int64_t *seconds, char boot[64]) {
  *seconds = ticks;
  snprintf(boot, 64, "%s", start);
  return *start;
}

static void pass(int64_t seconds) {
  now += seconds;
  ticks += seconds;
}

static void set_clocks(tlsmend_session *session) {
  session->clock = test_clock;
  session->boot_clock = test_boot_clock;
}

static const char verified[] =
    "local registry = require 'registry'\n"
    "return { id = 'verified', version = '1.0.0', title = 'Site', references = {}, params = {},\n"
    "  needs = { registry = { 'HKLM\\\\SOFTWARE\\\\Site' } },\n"
    "  run = function() registry.set('HKLM\\\\SOFTWARE\\\\Site', 'v', 2) end,\n"
    "  verify = function() return registry.get('HKLM\\\\SOFTWARE\\\\Site', 'reachable') == nil, 'not "
    "reachable' end }\n";

static tlsmend_result resumed(tlsmend_session *session) {
  tlsmend_report *report = NULL;
  MUST(tlsmend_resume(session, 0, &report, &error));
  tlsmend_result result = tlsmend_report_result(report);
  tlsmend_report_free(report);
  return result;
}

static tlsmend_session *apply_for_ten_minutes(const char *book) {
  tlsmend_session *session = open_session();
  tlsmend_plan *plan = make_plan(session, book);
  tlsmend_report *report = NULL;
  set_clocks(session);
  session->confirm_minutes = 10;
  MUST(tlsmend_apply(session, plan, &report, &error));
  assert_int_equal(tlsmend_report_result(report), TLSMEND_RESULT_AWAITS);
  assert_int_equal(tlsmend_report_exit(report), 0);
  assert_null(report->journal->log); /* on Windows nobody could confirm or undo while a report is kept */
  tlsmend_report_free(report);
  tlsmend_plan_free(plan);
  assert_int_equal(resumed(session), TLSMEND_RESULT_AWAITS); /* too early to decide */
  return session;
}

static void test_confirm(void **state) {
  size_t size = 0;
  tlsmend_report *report = NULL;
  /* Confirmed: it stays, whatever the time. A second apply is refused before. */
  write_machine();
  char *original = file_read("pc.reg", &size);
  tlsmend_session *session = apply_for_ten_minutes("site.lua");
  file_text("verified.lua", verified);
  tlsmend_plan *plan = make_plan(session, "verified.lua");
  assert_int_equal(tlsmend_plan_change_count(plan), 0);
  tlsmend_plan_free(plan);
  MUST(tlsmend_confirm(session, &report, &error));
  assert_int_equal(tlsmend_report_result(report), TLSMEND_RESULT_DONE);
  tlsmend_report_free(report);
  pass(601);
  assert_int_equal(resumed(session), TLSMEND_RESULT_NOTHING);
  MUST(tlsmend_confirm(session, &report, &error));
  assert_int_equal(tlsmend_report_result(report), TLSMEND_RESULT_NOTHING);
  tlsmend_report_free(report);
  tlsmend_session_close(session);
  /* Not confirmed, and no verify: undone, byte for byte. */
  engine_setup(state);
  write_machine();
  session = apply_for_ten_minutes("site.lua");
  pass(599);
  assert_int_equal(resumed(session), TLSMEND_RESULT_AWAITS);
  pass(1);
  assert_int_equal(resumed(session), TLSMEND_RESULT_UNDONE);
  assert_file("pc.reg", original, size);
  tlsmend_error error;
  assert_int_equal(tlsmend_confirm(session, &report, &error), TLSMEND_E_FAILED); /* too late */
  assert_non_null(strstr(error.text, "is not kept: it is undone (not confirmed within 10 minutes)"));
  tlsmend_session_close(session);
  free(original);
}

/* A verify that passes keeps nothing unless it looks at an effect: neither one that reads the registry, nor one that says "effect" and
 * got no answer; a snapshot asks no server. */
static void test_confirm_by_verify(void **state) {
  static const char *const books[] = {
      verified,
      "local r, probe = require 'registry', require 'probe'\n"
      "return { id = 'verified', version = '1.0.0', title = 'Site', references = {}, params = {},\n"
      "  needs = { registry = { 'HKLM\\\\SOFTWARE\\\\Site' }, probes = { 'a.example:443' } }, verifies = "
      "'effect',\n"
      "  run = function() r.set('HKLM\\\\SOFTWARE\\\\Site', 'v', 2) end,\n"
      "  verify = function() probe.versions('a.example', 443) return true end }\n",
      "local r = require 'registry'\n"
      "return { id = 'verified', version = '1.0.0', title = 'Site', references = {}, params = {},\n"
      "  needs = { registry = { 'HKLM\\\\SOFTWARE\\\\Site' }, probes = { 'a.example:443' } }, verifies = "
      "'effect',\n"
      "  run = function() r.set('HKLM\\\\SOFTWARE\\\\Site', 'v', 2) end,\n"
      "  verify = function() return true end }\n",
  };
  for (size_t i = 0; i < sizeof books / sizeof books[0]; i++) {
    size_t size = 0;
    engine_setup(state);
    write_machine();
    char *original = file_read("pc.reg", &size);
    file_text("verified.lua", books[i]);
    tlsmend_session *session = apply_for_ten_minutes("verified.lua");
    pass(600);
    assert_int_equal(resumed(session), TLSMEND_RESULT_UNDONE);
    assert_file("pc.reg", original, size);
    tlsmend_session_close(session);
    free(original);
  }
}

/* What is done to the clocks and the machine while a run waits, and how long it then still waits: `after` seconds of real time it does
 * not, one second before it does. Setting the clock back moves nothing, a restart with the clock back gives at most the whole time once
 * more, setting it forward ends it. */
static void test_clocks(void **state) {
  static const struct {
    const char *what;
    int64_t before, set; /* real seconds before it, and how far the clock is set then */
    bool restart, look;  /* whether it restarts then, and somebody resumes then */
    int64_t set_again;   /* how far the clock is set after that */
    int64_t after;       /* real seconds from then on */
    bool no_clock;       /* a system without a clock that nobody sets */
  } rows[] = {
      {"nothing", 0, 0, false, false, 0, 600, false},
      {"back an hour", 300, -3600, false, false, 0, 300, false},
      {"back years", 300, -900000, false, false, 0, 300, false},
      {"back at the last moment", 599, -3600, false, false, 0, 1, false},
      {"back, looked at, back", 300, -3600, false, true, -3600, 300, false},
      {"forward a little", 300, 100, false, false, 0, 200, false},
      {"forward all of it", 300, 300, false, false, 0, 0, false},
      {"forward and back", 300, 3600, false, false, -3600, 300, false},
      {"restart", 300, 0, true, true, 0, 300, false},
      {"restart, nobody looks", 300, 0, true, false, 0, 300, false},
      {"restart, back a little", 300, -100, true, true, 0, 400, false},
      {"restart, back an hour", 300, -3600, true, true, 0, 600, false},
      {"restart, back, looked at, back", 300, -3600, true, true, -3600, 600, false},
      {"restart, looked at, back", 300, 0, true, true, -3600, 300, false},
      {"restart, forward", 300, 3600, true, false, 0, 0, false},
      {"no such clock", 300, 0, false, true, 0, 300, true},
      {"no such clock, forward", 300, 300, false, false, 0, 0, true},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    engine_setup(state);
    write_machine();
    start = rows[i].no_clock ? "" : "start-1";
    tlsmend_session *session = apply_for_ten_minutes("site.lua");
    pass(rows[i].before);
    now += rows[i].set;
    if (rows[i].restart)
      start = "start-2", ticks = 7;
    if (rows[i].look && resumed(session) != TLSMEND_RESULT_AWAITS)
      fail_msg("%s: over before its time", rows[i].what);
    now += rows[i].set_again;
    if (rows[i].after) {
      pass(rows[i].after - 1);
      if (resumed(session) != TLSMEND_RESULT_AWAITS)
        fail_msg("%s: over too early", rows[i].what);
      pass(1);
    }
    if (resumed(session) != TLSMEND_RESULT_UNDONE)
      fail_msg("%s: not over", rows[i].what);
    tlsmend_session_close(session);
  }
  start = "start-1";
}

/* The process that waits: it takes no more time than was said, whatever the clocks do meanwhile, and others see that it is there. */
static int waited;
static int64_t stuck_clock(void) { return now -= 1000; } /* somebody sets it back again and again */
static bool step_clock(int64_t *seconds, char boot[64]) {
  ticks += 100;
  waited++;
  return test_boot_clock(seconds, boot);
}

static bool no_pause(os_watch *watch, unsigned milliseconds) { return (void)watch, milliseconds > 0; }

static void test_watcher(void **state) {
  (void)state;
  tlsmend_report *report = NULL;
  write_machine();
  tlsmend_session *session = apply_for_ten_minutes("site.lua");
  assert_int_equal(tlsmend_status_watched(session), 0);
  session->clock = stuck_clock;
  session->boot_clock = step_clock;
  session->pause = no_pause;
  MUST(tlsmend_resume(session, TLSMEND_RESUME_WAIT, &report, &error));
  assert_int_equal(tlsmend_report_result(report), TLSMEND_RESULT_UNDONE);
  assert_true(waited > 0);
  tlsmend_report_free(report);
  assert_int_equal(tlsmend_status_watched(session), -1);
  tlsmend_session_close(session);
}

/* It waits for its deadline, looking at the clocks each minute, and for a change in the folder. */
static size_t pauses, confirm_at;
static bool pass_pause(os_watch *watch, unsigned milliseconds) {
  assert_non_null(watch); /* both systems tell of changes */
  assert_true(milliseconds > 0 && milliseconds % 1000 == 0);
  assert_false(os_watch_wait(watch, 0));
  if (++pauses == confirm_at) {
    tlsmend_session *other = open_session();
    tlsmend_report *report = NULL;
    set_clocks(other);
    MUST(tlsmend_confirm(other, &report, &error));
    tlsmend_report_free(report);
    tlsmend_session_close(other);
    assert_true(os_watch_wait(watch, 60000));
  } else {
    pass(milliseconds / 1000);
  }
  return true;
}

static void test_events(void **state) {
  static const struct {
    size_t confirm_at, pauses;
    tlsmend_result result;
    int64_t passes; /* how long it waits in all */
  } rows[] = {{0, 10, TLSMEND_RESULT_UNDONE, 600}, {4, 4, TLSMEND_RESULT_NOTHING, 180}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    tlsmend_report *report = NULL;
    engine_setup(state);
    write_machine();
    tlsmend_session *session = apply_for_ten_minutes("site.lua");
    int64_t begun = now;
    pauses = 0;
    confirm_at = rows[i].confirm_at;
    session->pause = pass_pause;
    MUST(tlsmend_resume(session, TLSMEND_RESUME_WAIT, &report, &error));
    assert_int_equal(tlsmend_report_result(report), rows[i].result);
    assert_int_equal(pauses, rows[i].pauses);
    assert_int_equal(now - begun, rows[i].passes);
    tlsmend_report_free(report);
    tlsmend_session_close(session);
  }
}

/* The folder is moved away, and is there again some seconds later, or is not. */
static size_t away, back_at;
static bool move_pause(os_watch *watch, unsigned milliseconds) {
  char *state = engine_path("state"), *moved = engine_path("moved");
  if (watch && ++pauses == 2)
    assert_int_equal(rename(state, moved), 0);
  if (!watch && ++away == back_at)
    assert_int_equal(rename(moved, state), 0);
  if (!watch)
    assert_int_equal(milliseconds, 1000);
  free(state), free(moved);
  pass(milliseconds / 1000);
  return true;
}

static void test_moved_folder(void **state) {
  static const struct {
    size_t back_at, away;
    int code;
  } rows[] = {{5, 5, TLSMEND_OK}, {0, 15, TLSMEND_E_REFUSED}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    tlsmend_report *report = NULL;
    engine_setup(state);
    write_machine();
    tlsmend_session *session = apply_for_ten_minutes("site.lua");
    pauses = away = 0;
    back_at = rows[i].back_at;
    session->pause = move_pause;
    assert_int_equal(tlsmend_resume(session, TLSMEND_RESUME_WAIT, &report, NULL), rows[i].code);
    assert_int_equal(report ? tlsmend_report_result(report) : TLSMEND_RESULT_UNDONE, TLSMEND_RESULT_UNDONE);
    assert_int_equal(away, rows[i].away);
    tlsmend_report_free(report);
    tlsmend_session_close(session);
  }
}

/* A second one sees that somebody waits and leaves; so does status. */
static void test_one_watcher(void **state) {
  (void)state;
  tlsmend_report *report = NULL;
  os_lock *lock = NULL;
  char *text = NULL, name[64];
  write_machine();
  tlsmend_session *session = apply_for_ten_minutes("site.lua");
  journal *journal = NULL;
  MUST(session_find_run(session, NULL, true, &journal, &error));
  snprintf(name, sizeof name, "%.40s.watch", journal->run);
  char *path = os_path_join(session->state, name);
  journal_close(journal);
  MUST(tlsmend_status(session, TLSMEND_FORMAT_TEXT, &text, NULL, &error));
  assert_non_null(strstr(text, "nothing else keeps it"));
  assert_non_null(strstr(text, "no process waits for the end of that time"));
  tlsmend_text_free(text);
  MUST(os_lock_take(path, "somebody", &lock, NULL, 0, &error));
  assert_int_equal(tlsmend_status_watched(session), 1);
  MUST(tlsmend_status(session, TLSMEND_FORMAT_JSON, &text, NULL, &error));
  assert_non_null(strstr(text, "\"watched\": true"));
  tlsmend_text_free(text);
  MUST(tlsmend_resume(session, TLSMEND_RESUME_WAIT, &report, &error));
  assert_int_equal(tlsmend_report_result(report), TLSMEND_RESULT_AWAITS);
  tlsmend_report_free(report);
  os_lock_release(lock);
  assert_int_equal(tlsmend_status_watched(session), 0);
  pass(600);
  MUST(tlsmend_status(session, TLSMEND_FORMAT_TEXT, &text, NULL, &error));
  assert_non_null(strstr(text, "its time is over: tlsmend resume undoes it\n"));
  tlsmend_text_free(text);
  tlsmend_session_close(session);
  free(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {ENGINE_TEST(test_confirm),    ENGINE_TEST(test_confirm_by_verify),
                                     ENGINE_TEST(test_clocks),     ENGINE_TEST(test_watcher),
                                     ENGINE_TEST(test_events),     ENGINE_TEST(test_moved_folder),
                                     ENGINE_TEST(test_one_watcher)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
