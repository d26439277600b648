/*
 * Whose text runs where: with a worker that is not there, everything that would run a text which is not part of tlsmend fails, and
 * what is part of it does not notice. And what a program of the host's may look at while it reads a stranger's text.
 */
#include "unit/engine.h"

#include "script/host_lua.h"
#include "session/session.h"

#ifdef _WIN32
#define NOWHERE "C:\\nowhere\\tlsmend.exe"
#else
#define NOWHERE "/nowhere/tlsmend"
#endif

static const char plain[] =
    "return { id = 'site', version = '1.0.0', title = 'T', references = {}, params = {}, needs = {},\n"
    "  run = function() end }\n";

static tlsmend_options nowhere(const char *library) {
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  options.machine = "sim:win7-sp1-x64";
  options.worker = NOWHERE;
  options.library = library;
  return options;
}

/* What is asked, of a text or an id. */
typedef int (*use_fn)(const tlsmend_options *options, const char *name, tlsmend_error *error);

static int use_show(const tlsmend_options *options, const char *name, tlsmend_error *error) {
  char *out = NULL;
  int code = tlsmend_runbook_show(options, name, TLSMEND_FORMAT_TEXT, &out, error);
  tlsmend_text_free(out);
  return code;
}

static int use_list(const tlsmend_options *options, const char *name, tlsmend_error *error) {
  char *out = NULL;
  (void)name;
  int code = tlsmend_runbook_list(options, TLSMEND_FORMAT_TEXT, &out, error);
  tlsmend_text_free(out);
  return code;
}

static int use_plan(const tlsmend_options *options, const char *name, tlsmend_error *error) {
  tlsmend_session *session = NULL;
  tlsmend_plan *plan = NULL;
  int code = tlsmend_session_open(options, &session, error);
  if (code == TLSMEND_OK)
    code = tlsmend_plan_make(session, &name, 1, NULL, 0, &plan, error);
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
  return code;
}

static int use_state(const tlsmend_options *options, const char *name, tlsmend_error *error) {
  tlsmend_session *session = NULL;
  tlsmend_verdict verdict;
  char *out = NULL;
  (void)name;
  int code = tlsmend_session_open(options, &session, error);
  if (code == TLSMEND_OK)
    code = tlsmend_state(session, TLSMEND_FORMAT_TEXT, &out, &verdict, error);
  tlsmend_text_free(out);
  tlsmend_session_close(session);
  return code;
}

static int use_prompt(const tlsmend_options *options, const char *name, tlsmend_error *error) {
  tlsmend_session *session = NULL;
  tlsmend_repl *prompt = NULL;
  (void)name;
  int code = tlsmend_session_open(options, &session, error);
  if (code == TLSMEND_OK)
    code = tlsmend_repl_open(session, &prompt, error);
  tlsmend_repl_close(prompt);
  tlsmend_session_close(session);
  return code;
}

static int use_lint(const tlsmend_options *options, const char *name, tlsmend_error *error) {
  tlsmend_lint_request request = {.files = &name, .file_count = 1, .format = TLSMEND_FORMAT_TEXT};
  size_t findings;
  char *out = NULL;
  int code = tlsmend_lint(options, &request, &out, &findings, error);
  tlsmend_text_free(out);
  return code;
}

static int use_test(const tlsmend_options *options, const char *name, tlsmend_error *error) {
  tlsmend_test_request request = {.runbooks = &name, .runbook_count = 1, .format = TLSMEND_FORMAT_TEXT};
  size_t findings;
  char *out = NULL;
  int code = tlsmend_test(options, &request, &out, &findings, error);
  tlsmend_text_free(out);
  return code;
}

static int use_data(const tlsmend_options *options, const char *name, tlsmend_error *error) {
  script_options script = {.worker = options->worker};
  json_t *out = NULL;
  (void)name;
  int code = script_data(&script, "expect.lua", "return {}", 9, &out, error);
  json_decref(out);
  return code;
}

/* The loader alone, with a path and nothing that was read. */
static int use_path(const tlsmend_options *options, const char *name, tlsmend_error *error) {
  script_options script = {.worker = options->worker};
  script_runbook *runbook = NULL;
  int code = script_open(&script, name, &runbook, error);
  script_close(runbook);
  return code;
}

static void test_where(void **state) {
  (void)state;
  file_text("site.lua", plain);
  char *path = engine_path("site.lua"), *library = engine_path("library");
  MUST(os_dir_make(library, &error));
  const struct row {
    const char *what;
    use_fn use;
    const char *name;
    bool library, apart;
  } rows[] = {
      {"show a file", use_show, path, false, true},
      {"plan a file", use_plan, path, false, true},
      {"lint a file", use_lint, path, false, true},
      {"test a file", use_test, path, false, true},
      {"a prompt", use_prompt, "", false, true},
      {"data", use_data, "", false, true},
      {"a path alone", use_path, path, false, true},
      {"lint of a built-in one", use_lint, "winhttp-tls12", false, true},
      {"show with a library", use_show, "winhttp-tls12", true, true},
      {"list with a library", use_list, "", true, true},
      {"plan with a library", use_plan, "winhttp-tls12", true, true},
      {"state with a library", use_state, "", true, true},
      {"test with a library", use_test, "winhttp-tls12", true, true},
      {"show", use_show, "winhttp-tls12", false, false},
      {"list", use_list, "", false, false},
      {"plan", use_plan, "winhttp-tls12", false, false},
      {"state", use_state, "", false, false},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    tlsmend_error error = {0, ""};
    tlsmend_options options = nowhere(rows[i].library ? library : NULL);
    int code = rows[i].use(&options, rows[i].name, &error);
    bool missed = code != TLSMEND_OK && strstr(error.text, NOWHERE);
    if (missed != rows[i].apart || (!missed && code != TLSMEND_OK))
      fail_msg("%s: %s %s", rows[i].what, tlsmend_error_name(code), error.text);
  }
  free(library);
  free(path);
}

/* What a program of the host's answers that looks at a file, with a stranger's text in its hands or without. */
static int looks(int (*open)(const script_options *, tlsmend_machine *, script_tool **, tlsmend_error *)) {
  tlsmend_session *session = NULL;
  script_tool *tool = NULL;
  json_t *out = NULL, *typed = json_string("require('files').exists('/')");
  tlsmend_error error = {0, ""};
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  options.machine = "sim:win7-sp1-x64";
  options.in_process = 1;
  MUST(tlsmend_session_open(&options, &session, &error));
  MUST(open(&session->script, session->machine, &tool, &error));
  int code = script_tool_run(tool, &(script_tool_call){"repl.repl", "run", typed}, &out, &error);
  script_tool_close(tool);
  tlsmend_session_close(session);
  json_decref(typed);
  json_decref(out);
  return code;
}

static void test_looks_no_further(void **state) {
  (void)state;
  assert_int_equal(looks(script_tool_open), TLSMEND_OK);
  assert_int_equal(looks(script_tool_open_apart), TLSMEND_E_REFUSED);
}

int main(void) {
  const struct CMUnitTest tests[] = {ENGINE_TEST(test_where), ENGINE_TEST(test_looks_no_further)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
