/*
 * Workers over the life of a session: one that has ended while it waited is not missed, a plan of many runbooks needs few at a time, and
 * texts and values that are large find room however little a runbook may hold. Linux.
 */
#define _GNU_SOURCE

#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "unit/engine.h"

#include "session/session.h"

static const char plain[] =
    "return { id = 'ID', version = '1.0.0', title = 'T', references = {}, params = {},\n"
    "  needs = { registry = { 'HKLM\\\\SOFTWARE\\\\Site' } }, run = function()\n"
    "    require('registry').set('HKLM\\\\SOFTWARE\\\\Site', 'ID', 1) end }\n";

static tlsmend_session *session_with(unsigned long long memory) {
  tlsmend_session *session = NULL;
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  options.machine = "sim:win7-sp1-x64";
  options.memory_limit = (size_t)memory;
  MUST(tlsmend_session_open(&options, &session, &error));
  return session;
}

/* The text with its two "ID" replaced, as ID.lua. What it is called. */
static char *runbook_write(const char *text, const char *id) {
  char whole[1024], file[64];
  const char *first = strstr(text, "ID"), *second = strstr(first + 2, "ID");
  snprintf(whole, sizeof whole, "%.*s%s%.*s%s%s", (int)(first - text), text, id, (int)(second - first - 2),
           first + 2, id, second + 2);
  snprintf(file, sizeof file, "%s.lua", id);
  file_text(file, whole);
  return engine_path(file);
}

static size_t changes_of(tlsmend_session *session, const char *const *names, size_t count) {
  tlsmend_plan *plan = NULL;
  MUST(tlsmend_plan_make(session, names, count, NULL, 0, &plan, &error));
  size_t changes = tlsmend_plan_change_count(plan);
  tlsmend_plan_free(plan);
  return changes;
}

/* Kills what this process has started. How many that were. */
static int kill_children(void) {
  char path[64];
  int found = 0, process;
  snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
  FILE *file = fopen(path, "r");
  while (file && fscanf(file, "%d", &process) == 1)
    found += kill(process, SIGKILL) == 0;
  if (file)
    fclose(file);
  return found;
}

static void test_killed_while_it_waits(void **state) {
  (void)state;
  tlsmend_session *session = session_with(0);
  char *name = runbook_write(plain, "one");
  for (int round = 0; round < 3; round++) {
    assert_int_equal(changes_of(session, (const char *const *)&name, 1), 2);
    if (!kill_children())
      skip(); /* a system without that file */
    os_sleep(50);
  }
  free(name);
  tlsmend_session_close(session);
}

static void test_many_runbooks(void **state) {
  (void)state;
  enum { MANY = 30, FILES = 110 };
  char *names[MANY], id[16];
  struct rlimit files, few;
  for (size_t i = 0; i < MANY; i++) {
    snprintf(id, sizeof id, "r%zu", i);
    names[i] = runbook_write(plain, id);
  }
  getrlimit(RLIMIT_NOFILE, &files);
  few = (struct rlimit){FILES, files.rlim_max};
  setrlimit(RLIMIT_NOFILE, &few);
  tlsmend_session *session = session_with(0);
  assert_int_equal(changes_of(session, (const char *const *)names, MANY), MANY + 1);
  tlsmend_session_close(session);
  setrlimit(RLIMIT_NOFILE, &files);
  for (size_t i = 0; i < MANY; i++)
    free(names[i]);
}

/* What a text says while it loads is said once, though it is loaded again. */
static unsigned said;

static void count_lines(void *data, tlsmend_event event, const char *text) {
  (void)data;
  said += event == TLSMEND_EVENT_LOG && strcmp(text, "loaded") == 0;
}

static void test_many_say_it_once(void **state) {
  (void)state;
  enum { MANY = 20 };
  char *names[MANY], id[16];
  tlsmend_session *session = NULL;
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  for (size_t i = 0; i < MANY; i++) {
    snprintf(id, sizeof id, "s%zu", i);
    names[i] =
        runbook_write("require('log').info('loaded') return { id = 'ID', version = '1.0.0', title = 'ID',\n"
                      "  references = {}, params = {}, needs = {}, run = function() end }\n",
                      id);
  }
  options.machine = "sim:win7-sp1-x64";
  options.event = count_lines;
  said = 0;
  MUST(tlsmend_session_open(&options, &session, &error));
  assert_int_equal(changes_of(session, (const char *const *)names, MANY), 0);
  assert_int_equal(said, MANY);
  tlsmend_session_close(session);
  for (size_t i = 0; i < MANY; i++)
    free(names[i]);
}

/* Texts are no memory of the runbook's. */
static void test_large_texts(void **state) {
  (void)state;
  enum { LARGE = 4 << 20, MODULES = 5 };
  char *text = malloc(LARGE), file[32], code[512] = "";
  for (int i = 0; i < MODULES; i++) {
    memset(text, 'x', LARGE);
    memcpy(text, "return 1 --", 11);
    snprintf(file, sizeof file, "m%d.lua", i);
    file_write(file, text, LARGE);
    snprintf(code + strlen(code), sizeof code - strlen(code), "require 'm%d' ", i);
  }
  strcat(code, "return { id = 'ID', version = '1.0.0', title = 'ID', references = {}, params = {},\n"
               "  needs = {}, run = function() end }\n");
  tlsmend_session *session = session_with(1 << 20);
  char *name = runbook_write(code, "large");
  assert_int_equal(changes_of(session, (const char *const *)&name, 1), 0);
  free(name);
  free(text);
  tlsmend_session_close(session);
}

/* A third of what a runbook may hold, sent to the host: each time the same is said, and nothing is kept. */
static void test_large_arguments(void **state) {
  (void)state;
  tlsmend_session *session = session_with(0);
  char *name = runbook_write(
      "return { id = 'ID', version = '1.0.0', title = 'T', references = {}, params = {},\n"
      "  needs = { registry = { 'HKLM\\\\SOFTWARE\\\\Site' } }, run = function()\n"
      "    require('registry').set('HKLM\\\\SOFTWARE\\\\Site', 'ID', ('x'):rep(20000000)) end }\n",
      "much");
  for (int round = 0; round < 3; round++) {
    tlsmend_plan *plan = NULL;
    tlsmend_error error = {0, ""};
    int code = tlsmend_plan_make(session, (const char *const *)&name, 1, NULL, 0, &plan, &error);
    assert_int_equal(code, TLSMEND_E_LIMIT);
    assert_non_null(strstr(error.text, "bytes in one value"));
  }
  free(name);
  tlsmend_session_close(session);
}

/* The prompt goes on in another process: with what is pending, without its variables. */
static void test_prompt_goes_on(void **state) {
  (void)state;
  int more = 0;
  tlsmend_repl *prompt = NULL;
  tlsmend_session *session = session_with(0);
  MUST(tlsmend_repl_open(session, &prompt, &error));
  MUST(tlsmend_repl_run(prompt, "kept = 1 registry.set([[HKLM\\SOFTWARE\\Site]], [[v]], 1)", &more, &error));
  MUST(tlsmend_repl_run(prompt, "assert(kept == 1)", &more, &error));
  if (!kill_children())
    skip();
  MUST_FAIL(TLSMEND_E_SCRIPT, tlsmend_repl_run(prompt, "assert(kept == 1)", &more, &error));
  MUST(tlsmend_repl_run(
      prompt,
      "assert(not pcall(function() return kept end) and registry.get([[HKLM\\SOFTWARE\\Site]], [[v]]) == 1)",
      &more, &error));
  tlsmend_repl_close(prompt);
  tlsmend_session_close(session);
}

/* The thread that has planned runs where it ran before. The first of all, because a thread that was left where it was asked stays there. */
static void test_thread_is_left_alone(void **state) {
  (void)state;
  cpu_set_t before, after;
  tlsmend_session *session = session_with(0);
  char *path = runbook_write(plain, "site");
  const char *name = path;
  assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
  assert_int_equal(changes_of(session, &name, 1), 2);
  assert_int_equal(sched_getaffinity(0, sizeof after, &after), 0);
  assert_true(CPU_EQUAL(&before, &after));
  tlsmend_session_close(session);
  free(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      ENGINE_TEST(test_thread_is_left_alone), ENGINE_TEST(test_killed_while_it_waits),
      ENGINE_TEST(test_many_runbooks),        ENGINE_TEST(test_many_say_it_once),
      ENGINE_TEST(test_large_texts),          ENGINE_TEST(test_large_arguments),
      ENGINE_TEST(test_prompt_goes_on)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
