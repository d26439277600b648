/*
 * A run runs the texts that it was begun with, and nothing else: runbook, modules, library and bundle are exchanged at every moment
 * between plan and the end of the run. A text that was put there says so: it raises "hostile", or writes 666.
 */
#include "unit/session/kept.h"

static void other_runbook(void) { file_text("site.lua", other); }
static void hostile_runbook(void) { file_text("site.lua", hostile); }
static void broken_runbook(void) { file_text("site.lua", "return {"); }
static void no_runbook(void) { away("site.lua"); }
static void other_module(void) { file_text("acme/part.lua", bad_part); }
static void hostile_module(void) { file_text("acme/part.lua", hostile); }
static void no_module(void) { away("acme"); }
static void bad_signature(void) { file_text("site.lua.minisig", "garbage\n"); }
static void other_bundle(void) { write_bundle(other, part); }
static void other_bundled_module(void) { write_bundle(runbook, hostile); }
static void cut_bundle(void) { file_text("site.tlsmend", "untrusted comment: x\n"); }
static void no_bundle(void) { away("site.tlsmend"); }
static void other_library_runbook(void) { file_text("lib/runbooks/site.lua", other); }
static void hostile_library_module(void) { file_text("lib/stdlib/acme/part.lua", hostile); }
static void planted_library_module(void) { file_text("lib/stdlib/registry.lua", hostile); }
static void no_library(void) { away("lib"); }
static void no_key(void) { away("store/acme.pub"); }
static void no_store(void) { away("store"); }
static void garbage_store(void) { file_text("store/more.pub", "no key\n"); }
#ifndef _WIN32
static void link_to(const char *from, const char *to) {
  char *path = engine_path(from), *target = engine_path(to);
  remove(path);
  assert_int_equal(symlink(target, path), 0);
  free(path), free(target);
}
static void linked_runbook(void) {
  file_text("elsewhere.lua", hostile);
  link_to("site.lua", "elsewhere.lua");
}
static void linked_module(void) {
  file_text("elsewhere.lua", hostile);
  link_to("acme/part.lua", "elsewhere.lua");
}
static void dangling_runbook(void) { link_to("site.lua", "nowhere"); }
static void open_store(void) {
  char *path = engine_path("store");
  assert_int_equal(chmod(path, 0777), 0);
  free(path);
}
#endif

typedef struct attack {
  const char *name;
  how how;
  void (*strike)(void);
} attack;

#ifdef _WIN32
#define LINKS
#else
#define LINKS                                                                                                \
  {"linked runbook", FILES, linked_runbook}, {"linked module", FILES, linked_module},                        \
      {"dangling runbook", FILES, dangling_runbook}, {"open store", BUNDLE, open_store},
#endif
static const attack attacks[] = {{"other runbook", FILES, other_runbook},
                                 {"hostile runbook", FILES, hostile_runbook},
                                 {"broken runbook", FILES, broken_runbook},
                                 {"no runbook", FILES, no_runbook},
                                 {"other module", FILES, other_module},
                                 {"hostile module", FILES, hostile_module},
                                 {"no module", FILES, no_module},
                                 {"bad signature", FILES, bad_signature},
                                 {"other bundle", BUNDLE, other_bundle},
                                 {"other module in the bundle", BUNDLE, other_bundled_module},
                                 {"cut bundle", BUNDLE, cut_bundle},
                                 {"no bundle", BUNDLE, no_bundle},
                                 {"other runbook of the library", LIBRARY, other_library_runbook},
                                 {"hostile module of the library", LIBRARY, hostile_library_module},
                                 {"planted module of the library", LIBRARY, planted_library_module},
                                 {"no library", LIBRARY, no_library},
                                 {"no key", BUNDLE, no_key},
                                 {"no store", BUNDLE, no_store},
                                 {"garbage in the store", BUNDLE, garbage_store},
                                 LINKS{NULL, FILES, NULL}};

/* Between the restart and the resume: the run ends as it was begun, whatever lies there; also over the second restart. */
static void test_before_resume(void **unused) {
  (void)unused;
  for (const attack *attack = attacks; attack->name; attack++) {
    fresh();
    ending begun = begin_run(attack->how, NULL);
    if (begun.code != TLSMEND_OK || begun.result != TLSMEND_RESULT_RESTART)
      fail_msg("%s: apply: %s", attack->name, begun.text);
    attack->strike();
    ending end = resume_all(FILES);
    if (end.code != TLSMEND_OK || end.result != TLSMEND_RESULT_DONE || value_now() != 3)
      fail_msg("%s: %d, %d, %s; the value is %d", attack->name, end.code, (int)end.result, end.text,
               value_now());
  }
}

/* Between plan and apply: refused before a byte of it is run, or the same texts. The keys of the store are of no account on a
 * snapshot. */
static void test_before_apply(void **unused) {
  (void)unused;
  for (const attack *attack = attacks; attack->name; attack++) {
    fresh();
    tlsmend_session *session = open_with(attack->how, NULL);
    tlsmend_plan *plan = plan_of(session, attack->how, NULL);
    tlsmend_session_close(session);
    attack->strike();
    session = open_with(attack->how, NULL);
    ending end = apply_on(session, plan);
    if (end.code == TLSMEND_E_SCRIPT || end.code == TLSMEND_E_LIMIT || strstr(end.text, "hostile") ||
        (end.code != TLSMEND_OK && value_now() != -1) || (end.code == TLSMEND_OK && value_now() != 1))
      fail_msg("%s: %d, %s; the value is %d", attack->name, end.code, end.text, value_now());
    bool of_keys = strstr(attack->name, "store") || strstr(attack->name, "key");
    if (end.code == TLSMEND_OK && !of_keys)
      fail_msg("%s is not noticed", attack->name);
    tlsmend_plan_free(plan);
    tlsmend_session_close(session);
  }
}

/* While it runs: the second plan and `verify` are those of the same texts. */
static void (*strike_now)(void);
static void strike_at_step(void *data, tlsmend_event event, const char *text) {
  (void)data, (void)text;
  if (event == TLSMEND_EVENT_STEP && strike_now) {
    strike_now();
    strike_now = NULL;
  }
}

static void test_while_it_runs(void **unused) {
  (void)unused;
  for (const attack *attack = attacks; attack->name; attack++) {
    fresh();
    tlsmend_session *session = open_with(attack->how, strike_at_step);
    tlsmend_plan *plan = plan_of(session, attack->how, NULL);
    strike_now = attack->strike;
    ending end = apply_on(session, plan);
    assert_null(strike_now);
    if (end.code == TLSMEND_OK && end.result == TLSMEND_RESULT_RESTART)
      end = resume_all(FILES);
    if (end.code != TLSMEND_OK || end.result != TLSMEND_RESULT_DONE || value_now() != 3)
      fail_msg("%s: %d, %d, %s; the value is %d", attack->name, end.code, (int)end.result, end.text,
               value_now());
    tlsmend_plan_free(plan);
    tlsmend_session_close(session);
  }
}

/* What is part of tlsmend stays that: a library that was empty when it was planned does not come in later. */
static void test_library_of_builtin(void **unused) {
  (void)unused;
  fresh();
  away("lib");
  folder("lib");
  tlsmend_session *session = open_with(LIBRARY, NULL);
  const char *runbooks[] = {"schannel-tls12"};
  tlsmend_plan *plan = NULL;
  MUST(tlsmend_plan_make(session, runbooks, 1, NULL, 0, &plan, &error));
  assert_true(plan->runbooks[0].builtin && plan->change_count);
  tlsmend_session_close(session);
  folder("lib/stdlib/tls");
  file_text("lib/stdlib/tls/schannel.lua", hostile);
  folder("lib/runbooks");
  file_text("lib/runbooks/schannel-tls12.lua", hostile);
  session = open_with(LIBRARY, NULL);
  ending end = apply_on(session, plan);
  assert_int_equal(end.code, TLSMEND_OK);
  assert_int_equal(end.result, TLSMEND_RESULT_DONE);
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
}

static void test_options(void **unused) {
  (void)unused;
  fresh();
  begin_run(FILES, NULL);
  file_text("lib/stdlib/acme/part.lua", hostile);
  file_text("lib/stdlib/registry.lua", hostile);
  tlsmend_session *session = open_with(LIBRARY, NULL); /* a library that the run does not have */
  session->script.limit[TLSMEND_LIMIT_INSTRUCTIONS] = 1;
  session->script.limit[TLSMEND_LIMIT_OUTPUT] = 1;
  ending end = resume_on(session);
  end = end.code == TLSMEND_OK && end.result == TLSMEND_RESULT_RESTART ? resume_on(session) : end;
  if (end.code != TLSMEND_OK || end.result != TLSMEND_RESULT_DONE)
    fail_msg("%d, %d, %s", end.code, (int)end.result, end.text);
  assert_int_equal(session->script.limit[TLSMEND_LIMIT_INSTRUCTIONS], 1); /* they are the caller's again */
  tlsmend_session_close(session);
}

/* `--reboot auto` goes on over the second restart; who says otherwise when resuming is heard. */
static void test_consent(void **unused) {
  (void)unused;
  for (int said = 0; said < 3; said++) {
    fresh();
    tlsmend_session *session = open_with(FILES, NULL);
    tlsmend_plan *plan = plan_of(session, FILES, NULL);
    session->reboot = TLSMEND_REBOOT_AUTO;
    ending end = apply_on(session, plan); /* restarts the machine by itself */
    assert_int_equal(end.result, TLSMEND_RESULT_RESTART);
    tlsmend_plan_free(plan);
    tlsmend_session_close(session);
    session = open_with(FILES, NULL);
    tlsmend_report *report = NULL;
    session->reboot = said == 2 ? TLSMEND_REBOOT_NEVER : TLSMEND_REBOOT_ASK;
    MUST(tlsmend_resume(session, said == 1 ? TLSMEND_RESUME_REBOOT : 0, &report, &error));
    assert_int_equal(tlsmend_report_result(report), TLSMEND_RESULT_RESTART);
    tlsmend_report_free(report);
    /* Whether it has restarted at the second barrier can be told by one who does not restart it. */
    session->reboot = TLSMEND_REBOOT_NEVER;
    report = NULL;
    MUST(tlsmend_resume(session, TLSMEND_RESUME_REBOOT, &report, &error));
    assert_int_equal(tlsmend_report_result(report), said == 0 ? TLSMEND_RESULT_DONE : TLSMEND_RESULT_RESTART);
    tlsmend_report_free(report);
    tlsmend_session_close(session);
  }
}

static char param[600];
static const char *looked(void) {
  char *path = engine_path("looked");
  snprintf(param, sizeof param, "folder=%s", path);
  free(path);
  return param;
}

static void test_out_of_reach(void **unused) {
  (void)unused;
  fresh();
  begin_run(FILES, looked());
  away("looked");
  for (int i = 0; i < 2; i++) { /* asked again: the same */
    ending end = resume_all(FILES);
    if (end.code != TLSMEND_E_UNKNOWN || value_now() != 3)
      fail_msg("%d, %d, %s: the value is %d", end.code, (int)end.result, end.text, value_now());
    assert_int_equal(tlsmend_error_exit(end.code), 5);
    char *text = status_text();
    assert_non_null(strstr(text, "open"));
    assert_non_null(strstr(text, "could not be asked"));
    free(text);
  }
  folder("looked");
  file_text("looked/file", "x");
  ending end = resume_all(FILES);
  assert_int_equal(end.result, TLSMEND_RESULT_DONE);

  fresh(); /* the runbook itself says no */
  begin_run(FILES, looked());
  away("looked/file");
  end = resume_all(FILES);
  assert_int_equal(end.code, TLSMEND_OK);
  assert_int_equal(end.result, TLSMEND_RESULT_UNDONE);
  assert_int_equal(value_now(), -1);

  fresh(); /* and what could not be asked can be given up */
  begin_run(FILES, looked());
  away("looked");
  resume_all(FILES);
  tlsmend_session *session = open_with(FILES, NULL);
  tlsmend_report *report = NULL;
  MUST(tlsmend_rollback(session, NULL, 0, &report, &error));
  assert_int_equal(tlsmend_report_result(report), TLSMEND_RESULT_UNDONE);
  assert_int_equal(value_now(), -1);
  tlsmend_report_free(report);
  tlsmend_session_close(session);
}

int main(void) {
  const struct CMUnitTest tests[] = {ENGINE_TEST(test_before_resume), ENGINE_TEST(test_before_apply),
                                     ENGINE_TEST(test_while_it_runs), ENGINE_TEST(test_library_of_builtin),
                                     ENGINE_TEST(test_options),       ENGINE_TEST(test_consent),
                                     ENGINE_TEST(test_out_of_reach)};
  return cmocka_run_group_tests(tests, NULL, told);
}
