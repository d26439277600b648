/* The native modules as a runbook sees them, on a dry run over a snapshot: registry, facts, log, files, update, errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plan/change.h"
#include "registry/value.h"
#include "machine/backends.h"
#include "machine/machine.h"
#include "machine/overlay.h"
#include "os/os.h"
#include "script/script.h"
#include "unit/script/where.h"

#define SITE "HKLM\\\\SOFTWARE\\\\Site"

/* What stands on the machine beside a fresh Windows 7. */
static const char site[] =
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site]\r\n"
    "@=\"default\"\r\n"
    "\"Number\"=dword:ffffffff\r\n"
    "\"Big\"=hex(b):ff,ff,ff,ff,ff,ff,ff,7f\r\n"
    "\"Text\"=\"\xC3\xA4\xE2\x82\xAC\"\r\n"
    "\"Path\"=hex(2):25,00,41,00,25,00,00,00\r\n"
    "\"List\"=hex(7):61,00,00,00,62,00,00,00,00,00\r\n"
    "\"Short\"=hex(4):01,02\r\n"
    "\"Odd\"=hex(1):61,00,62\r\n"
    "\"Bytes\"=hex:00,01,ff\r\n"
    "\"Strange\"=hex(abcd):01\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site\\b]\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site\\A]\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Wow6432Node\\Site]\r\n"
    "\"Number\"=dword:00000020\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based "
    "Servicing\\Packages\\Package_for_KB3140245~31bf3856ad364e35~amd64~~6.1.1.0]\r\n"
    "\"CurrentState\"=dword:00000070\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based "
    "Servicing\\Packages\\Package_2_for_KB3140245~31bf3856ad364e35~amd64~~6.1.1.0]\r\n"
    "\"CurrentState\"=dword:ffffff90\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based "
    "Servicing\\Packages\\Package_for_RollupFix~31bf3856ad364e35~amd64~~7601.1.1]\r\n"
    "\"CurrentState\"=dword:00000050\r\n";

typedef struct run_state {
  tlsmend_machine *snapshot, *overlay;
  tlsmend_plan *plan;
  script_runbook *runbook;
  char said[4096]; /* log lines, unknowns and findings */
} run_state;

static char file[160];

static void hear(void *data, tlsmend_event event, const char *text) {
  run_state *run = data;
  size_t used = strlen(run->said);
  snprintf(run->said + used, sizeof run->said - used, "%s%s\n",
           event == TLSMEND_EVENT_WARNING ? "warning: " : "", text);
}

static int unknown(void *data, const char *text, tlsmend_error *error) {
  (void)error;
  run_state *run = data;
  strcat(strcat(strcat(run->said, "unknown: "), text), "\n");
  return TLSMEND_OK;
}

static int finding(void *data, const char *text, tlsmend_error *error) {
  run_state *run = data;
  strcat(strcat(strcat(run->said, "finding: "), text), "\n");
  return strcmp(text, "full") == 0 ? tlsmend_error_set(error, TLSMEND_E_MEMORY, "the plan is full")
                                   : TLSMEND_OK;
}

static void open_snapshot(run_state *run) {
  char *text;
  tlsmend_error error;
  assert_int_equal(script_builtin_machine(NULL, "win7-sp1-x64", &text, &error), TLSMEND_OK);
  text = realloc(text, strlen(text) + sizeof site);
  assert_non_null(text);
  strcat(text, site);
  backend_request request = {.argument = "try", .state = "", .text = text};
  if (sim_open(&request, &run->snapshot, &error) != TLSMEND_OK)
    fail_msg("%s", error.text);
  free(text);
}

static void begin(run_state *run, const char *text, const script_options *options) {
  tlsmend_error error;
  memset(run, 0, sizeof *run);
  open_snapshot(run);
  assert_int_equal(os_file_replace(file, text, strlen(text), &error), TLSMEND_OK);
  script_options used = options ? *options : where_options();
  used.in_process = !where_is_worker;
  used.log = hear;
  used.log_data = run;
  if (script_open(&used, file, &run->runbook, &error) != TLSMEND_OK)
    fail_msg("%s", error.text);
  script_param(run->runbook, "place", "tests", &error); /* where there is one: a file named by the operator */
  run->plan = plan_new();
  assert_int_equal(overlay_open(run->snapshot, run->plan, &run->overlay, &error), TLSMEND_OK);
  overlay_set_runbook(run->overlay, "try");
}

static int go(run_state *run, bool *applies, char **reason, tlsmend_error *error) {
  script_sink sink = {unknown, finding, run};
  return script_run(run->runbook, &(script_ground){run->overlay, NULL, &sink}, applies, reason, error);
}

static void end(run_state *run) {
  script_close(run->runbook);
  machine_close(run->overlay);
  machine_close(run->snapshot);
  tlsmend_plan_free(run->plan);
}

#define HEAD                                                                                                 \
  "local registry, log, files = require 'registry', require 'log', require 'files'\n"                        \
  "local SITE = 'HKLM\\\\SOFTWARE\\\\Site'\n"                                                                \
  "return { id = 'try', version = '1', title = 'Try it', needs = { registry = { SITE }, reboot = true, "     \
  "updates = { 'KB3140245' }, files = { 'System32' } },\n"                                                   \
  "params = { list = { type = 'string[]', default = { 'a', 'b' } }, number = { type = 'integer', default = " \
  "7 }, "                                                                                                    \
  "none = { type = 'path' }, place = { type = 'path' }, no = { type = 'boolean', "                           \
  "default = false } },\n"

/* Runs the body of `run`. The plan, in one text with a line for each change, goes to *plan if that is not NULL. */
static int run_body(const char *body, char **plan, tlsmend_error *error) {
  run_state run;
  char *text = malloc(strlen(body) + 2048), *reason;
  bool applies;
  assert_non_null(text);
  sprintf(text, HEAD "run = function(params)\n%s\nend }\n", body);
  begin(&run, text, NULL);
  free(text);
  int code = go(&run, &applies, &reason, error);
  assert_true(applies == (code == TLSMEND_OK));
  assert_null(reason);
  if (plan) {
    *plan = calloc(1, 8192);
    plan_settle(run.plan);
    for (size_t i = 0; i < run.plan->change_count; i++) {
      char *line = change_print(&run.plan->changes[i], true);
      strcat(strcat(strcat(strcat(*plan, line), " | "), run.plan->changes[i].why), "\n");
      free(line);
    }
  }
  end(&run);
  return code;
}

/* Each is a body of asserts that must run through. */
static const char *const true_things[] = {
    "local d, t = registry.get(SITE, 'Number') assert(d == 0xFFFFFFFF and t == 'REG_DWORD' and math.type(d) "
    "== 'integer')",
    "local d, t = registry.get(SITE, 'number', 64) assert(d == 0xFFFFFFFF)",
    "local d, t = registry.get(SITE, 'Number', 32) assert(d == 0x20)",
    "local d, t = registry.get('HKEY_LOCAL_MACHINE\\\\software\\\\SITE', 'NUMBER') assert(d == 0xFFFFFFFF)",
    "local d, t = registry.get(SITE, 'Big') assert(d == math.maxinteger and t == 'REG_QWORD')",
    "local d, t = registry.get(SITE, '') assert(d == 'default' and t == 'REG_SZ')",
    "local d, t = registry.get(SITE, 'Text') assert(d == '\\u{E4}\\u{20AC}' and t == 'REG_SZ')",
    "local d, t = registry.get(SITE, 'Path') assert(d == '%A%' and t == 'REG_EXPAND_SZ')",
    "local d, t = registry.get(SITE, 'List') assert(#d == 2 and d[1] == 'a' and d[2] == 'b' and t == "
    "'REG_MULTI_SZ')",
    "local d, t = registry.get(SITE, 'Short') assert(d == '\\1\\2' and t == 'REG_DWORD')",
    "local d, t = registry.get(SITE, 'Odd') assert(d == 'a\\0b' and t == 'REG_SZ')",
    "local d, t = registry.get(SITE, 'Bytes') assert(d == '\\0\\1\\255' and t == 'REG_BINARY')",
    "local d, t = registry.get(SITE, 'Strange') assert(d == '\\1' and t == 'REG_0x0000abcd')",
    "assert(select('#', registry.get(SITE, 'Absent')) == 1 and registry.get(SITE, 'Absent') == nil)",
    "assert(registry.get(SITE .. '\\\\Absent', 'x') == nil)",
    "local d, t = registry.raw(SITE, 'Number') assert(d == '\\255\\255\\255\\255' and t == 'REG_DWORD')",
    "local d, t = registry.raw(SITE, 'Text') assert(d == '\\xE4\\0\\xAC\\x20\\0\\0' and t == 'REG_SZ')",
    "assert(registry.raw(SITE, 'Absent') == nil)",
    "assert(registry.exists(SITE) and registry.exists(SITE .. '\\\\a') and not registry.exists(SITE .. "
    "'\\\\x'))",
    "assert(not registry.exists(SITE .. '\\\\a', 32))",
    "local k = registry.keys(SITE) assert(#k == 2 and k[1] == 'A' and k[2] == 'b')",
    "assert(#registry.keys(SITE .. '\\\\A') == 0 and registry.keys(SITE .. '\\\\x') == nil)",
    "local v = registry.values(SITE, 32) assert(#v == 1 and v[1] == 'Number')",
    "assert(#registry.values(SITE) == 10 and registry.values(SITE)[1] == '' and registry.values(SITE .. "
    "'\\\\x') == nil)",
    "local v = registry.views(SITE) assert(#v == 2 and v[1] == 64 and v[2] == 32)",
    "local v = registry.views('HKLM\\\\SYSTEM\\\\CurrentControlSet') assert(#v == 1 and v[1] == 64)",
    "assert(registry.unknown(SITE) == nil and registry.unknown('HKLM\\\\SYSTEM\\\\CurrentControlSet\\\\x') "
    "== "
    "nil)",
    "assert(registry.unknown('HKU\\\\S-1-5-21-1\\\\Software') == nil)",
    /* reads see writes */
    "registry.set(SITE, 'New', 5) assert(registry.get(SITE, 'new') == 5)",
    "registry.set(SITE, 'New', 'x') local d, t = registry.get(SITE, 'New') assert(d == 'x' and t == "
    "'REG_SZ')",
    "registry.set(SITE, 'New', {'x', 'y'}) local d, t = registry.get(SITE, 'New') assert(#d == 2 and t == "
    "'REG_MULTI_SZ')",
    "registry.set(SITE, 'New', {}) local d = registry.get(SITE, 'New') assert(#d == 0)",
    "registry.set(SITE, 'New', 1 << 40, {type = 'REG_QWORD'}) assert(registry.get(SITE, 'New') == 1 << 40)",
    "registry.set(SITE, 'New', '\\0\\1', {type = 'REG_BINARY'}) assert(registry.get(SITE, 'New') == "
    "'\\0\\1')",
    "registry.set(SITE, 'New', '', {type = 'REG_NONE'}) local d, t = registry.get(SITE, 'New') assert(d == "
    "'' and "
    "t == 'REG_NONE')",
    "registry.set(SITE, 'New', '%A%', {type = 'REG_EXPAND_SZ'}) assert(select(2, registry.get(SITE, 'New')) "
    "== "
    "'REG_EXPAND_SZ')",
    "registry.set(SITE, 'Number', 1, {view = 32}) assert(registry.get(SITE, 'Number', 32) == 1 and "
    "registry.get(SITE, 'Number') == 0xFFFFFFFF)",
    "registry.delete(SITE, 'Number') assert(registry.get(SITE, 'Number') == nil and registry.get(SITE, "
    "'Number', 32))",
    "registry.create(SITE .. '\\\\c\\\\d') assert(registry.exists(SITE .. '\\\\C') and #registry.keys(SITE) "
    "== 3)",
    "registry.delete_key(SITE .. '\\\\a') assert(not registry.exists(SITE .. '\\\\A') and "
    "#registry.keys(SITE) == 1)",
    /* parameters */
    "assert(params.list[1] == 'a' and #params.list == 2 and params.number == 7 and params.none == nil and "
    "params.no == false)",
    /* the rest */
    "assert(files.exists('tests') and files.mode('tests') == 'directory' and not files.exists('tests/none'))",
    "assert(#files.list('tests') > 3 and files.list('tests/none') == nil)",
    "assert(rawget(_G, 'lfs') == nil)",
    "local s = require 'system' assert(s.major == 6 and s.minor == 1 and s.build == 7601 and s.bits == 64)",
    "local s = require 'system' assert(s.nt < '6.3' and s.nt < '10.0' and s.architecture == 'x64' and "
    "s.server == false)",
    "local h = require 'hotfix' local p = h.packages 'KB3140245' assert(#p == 2)\n"
    "local by = {} for _, x in ipairs(p) do by[x.state_name] = x end\n"
    "assert(by.installed.state == 0x70 and by.broken.state == -112 and by.broken.name:find "
    "'^Package_2_for_')",
    "local h = require 'hotfix' assert(#h.packages 'KB314024' == 0 and #h.packages 'KB31402456' == 0)",
    "local h = require 'hotfix' local p = h.packages 'RollupFix' assert(#p == 1 and p[1].state_name == "
    "'superseded')",
    "local h = require 'hotfix' assert(h.file_version 'System32\\\\nothere.dll' ~= true)",
    "local h = require 'hotfix' assert(h.file_version('System32\\\\winhttp.dll'):find '^6%.1%.7601%.%d+$')",
    "require('reboot').barrier 'why' registry.set(SITE, 'New', 1) assert(registry.get(SITE, 'New') == 1)",
};

static void true_things_are_true(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof true_things / sizeof *true_things; i++) {
    tlsmend_error error = {0};
    if (run_body(true_things[i], NULL, &error) != TLSMEND_OK)
      fail_msg("%s\n  %s", true_things[i], error.text);
  }
}

typedef struct failing {
  const char *body;
  int code;
  const char *says;
} failing;

static const failing failures[] = {
    {"registry.get('HKLM\\\\SYSTEM', 'x')", TLSMEND_E_REFUSED, "try.lua:6: try may not read HKLM\\SYSTEM"},
    {"registry.set('HKLM\\\\SOFTWARE\\\\Site2', 'x', 1)", TLSMEND_E_REFUSED,
     "try may not touch HKLM\\SOFTWARE\\Site2: if it should, write registry = { "
     "\"HKLM\\\\SOFTWARE\\\\Site2\" } (or "
     "reads, if it only looks) in its `needs`"},
    {"local ok, e = pcall(registry.get, 'HKLM\\\\SYSTEM', 'x') error(e)", TLSMEND_E_REFUSED, "HKLM\\SYSTEM"},
    {"local ok, e = pcall(registry.get, 'HKLM\\\\SYSTEM', 'x') error(e, 0)", TLSMEND_E_REFUSED,
     "HKLM\\SYSTEM"},
    {"registry.get('HKXX\\\\SYSTEM', 'x')", TLSMEND_E_SCRIPT, "try.lua:6: "},
    {"registry.get('HKLM\\\\SOFTWARE\\\\Wow6432Node\\\\Site', 'x')", TLSMEND_E_SCRIPT, "Wow6432Node"},
    {"registry.get(SITE)", TLSMEND_E_SCRIPT, "the value name must be a string, got no value"},
    {"registry.get(SITE, 1)", TLSMEND_E_SCRIPT, "the value name must be a string, got number"},
    {"registry.get(nil, 'x')", TLSMEND_E_SCRIPT, "the key must be a string, got nil"},
    {"registry.get(SITE, 'x', 16)", TLSMEND_E_SCRIPT, "the view must be 64, 32 or nil, got 16"},
    {"registry.get(SITE, 'x', '64')", TLSMEND_E_SCRIPT, "the view must be 64, 32 or nil, got 64"},
    {"registry.get(SITE, 'a\\0b')", TLSMEND_E_SCRIPT, "NUL"},
    {"registry.get(SITE, '\\xff')", TLSMEND_E_SCRIPT, "UTF-8"},
    {"registry.set(SITE, 'x', -1)", TLSMEND_E_SCRIPT,
     "HKLM\\SOFTWARE\\Site 'x': -1 does not fit into a REG_DWORD"},
    {"registry.set(SITE, 'x', 1 << 32)", TLSMEND_E_SCRIPT, "4294967296 does not fit into a REG_DWORD"},
    {"registry.set(SITE, 'x', 1.5)", TLSMEND_E_SCRIPT, "'x': REG_DWORD takes an integer, got number"},
    {"registry.set(SITE, 'x', -1, {type = 'REG_QWORD'})", TLSMEND_E_SCRIPT, "-1 is negative"},
    {"registry.set(SITE, 'x', '1', {type = 'REG_DWORD'})", TLSMEND_E_SCRIPT,
     "REG_DWORD takes an integer, got string"},
    {"registry.set(SITE, 'x', 1, {type = 'REG_SZ'})", TLSMEND_E_SCRIPT, "REG_SZ takes a string, got number"},
    {"registry.set(SITE, 'x', 1, {type = 'REG_BINARY'})", TLSMEND_E_SCRIPT, "REG_BINARY takes its bytes"},
    {"registry.set(SITE, 'x', 'y', {type = 'REG_MULTI_SZ'})", TLSMEND_E_SCRIPT, "REG_MULTI_SZ takes a list"},
    {"registry.set(SITE, 'x', {1})", TLSMEND_E_SCRIPT, "each text of a REG_MULTI_SZ must be a string"},
    {"registry.set(SITE, 'x', {a = 'b'})", TLSMEND_E_SCRIPT, "without gaps and names"},
    {"registry.set(SITE, 'x', {'a', ''})", TLSMEND_E_SCRIPT, "HKLM\\SOFTWARE\\Site 'x': "},
    {"registry.set(SITE, 'x', 'a\\0b')", TLSMEND_E_SCRIPT, "NUL"},
    {"registry.set(SITE, 'x', true)", TLSMEND_E_SCRIPT, "data must be an integer, a string or a list"},
    {"registry.set(SITE, 'x')", TLSMEND_E_SCRIPT, "data must be an integer, a string or a list"},
    {"registry.set(SITE, 'x', 1, {vieew = 32})", TLSMEND_E_SCRIPT,
     "unknown option 'vieew'; there are type, secret, view and why"},
    {"registry.set(SITE, 'x', 1, 'REG_DWORD')", TLSMEND_E_SCRIPT, "the options must be a table"},
    {"registry.set(SITE, 'x', 1, {type = 'DWORD'})", TLSMEND_E_SCRIPT, "'DWORD' is not a registry type"},
    {"registry.delete(SITE, 'x', {type = 'REG_SZ'})", TLSMEND_E_SCRIPT, "unknown option 'type'"},
    {"registry.set(SITE, ('x'):rep(20000), 1)", TLSMEND_E_SCRIPT, ""},
    {"log.info(nil)", TLSMEND_E_SCRIPT, "log.info: the text must be a string"},
    {"log.finding 'full'", TLSMEND_E_MEMORY, "the plan is full"},
    {"require('hotfix').listed('3140245')", TLSMEND_E_SCRIPT, "KB3140245"},
    {"require('update').sha256('tests/none')", TLSMEND_E_ABSENT, "tests/none"},
    {"require('reboot').barrier()", TLSMEND_E_SCRIPT, "barrier"},
    {"local function f() error 'deep' end f()", TLSMEND_E_SCRIPT, "try.lua:6: deep"},
};

static void failures_have_code_and_text(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
    tlsmend_error error = {0};
    int code = run_body(failures[i].body, NULL, &error);
    if (code != failures[i].code)
      fail_msg("%s: %s: %s", failures[i].body, tlsmend_error_name(code), error.text);
    if (!strstr(error.text, failures[i].says))
      fail_msg("%s: \"%s\" does not say \"%s\"", failures[i].body, error.text, failures[i].says);
    assert_null(strpbrk(error.text, "\r\n"));
  }
}

static void writes_become_changes(void **state) {
  (void)state;
  char *plan;
  tlsmend_error error = {0};
  if (run_body("registry.set(SITE, 'Number', 0xFFFFFFFF)\n" /* as it is: nothing */
               "registry.set(SITE, 'Number', 1, {why = 'because'})\n"
               "registry.set(SITE .. '\\\\c', 'x', 'y')\n"
               "registry.delete(SITE, 'Absent')\n"
               "registry.delete_key(SITE .. '\\\\b', {why = 'old'})",
               &plan, &error) != TLSMEND_OK)
    fail_msg("%s", error.text);
  static const char *const lines[] = {"Number = REG_DWORD 0x1 (1)", "| because\n",
                                      "HKLM\\SOFTWARE\\Site\\c | Try it\n", "x = REG_SZ \"y\"",
                                      "HKLM\\SOFTWARE\\Site\\b | old\n"};
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
    if (!strstr(plan, lines[i]))
      fail_msg("no \"%s\" in\n%s", lines[i], plan);
  assert_null(strstr(plan, "Absent"));
  free(plan);
}

static void an_update_is_hashed_and_proposed(void **state) {
  (void)state;
  run_state run;
  bool applies;
  char *reason;
  tlsmend_error error = {0};
  static const char body[] = HEAD "run = function()\n"
                                  "  require('update').install { kb = 'KB3140245', from = 'tests' }\n"
                                  "end }";
  begin(&run, body, NULL);
  if (go(&run, &applies, &reason, &error) != TLSMEND_OK)
    fail_msg("%s", error.text);
  assert_int_equal(run.plan->change_count, 1);
  const tlsmend_change *change = &run.plan->changes[0];
  assert_int_equal(change->kind, TLSMEND_CHANGE_UPDATE_INSTALL);
  assert_string_equal(change->update.kb, "KB3140245");
  assert_null(change->update.file);
  assert_null(change->update.sha256);
  assert_int_equal(change->update.file_count, 4); /* two files, two views */
  assert_true(change->update.files[0].after > change->update.files[0].before);
  end(&run);
}

static void applies_answers(void **state) {
  (void)state;
  static const struct row {
    const char *applies;
    int code;
    bool applies_at_all;
    const char *text; /* reason or message */
  } rows[] = {
      {"function(system) return system.nt < '6.3', 'old ' .. system.build end", TLSMEND_OK, true, "old 7601"},
      {"function(system) return system.nt > '6.3', 'built in' end", TLSMEND_OK, false, "built in"},
      {"function() return true end", TLSMEND_OK, true, NULL},
      {"function() return false end", TLSMEND_OK, false, NULL},
      {"function() end", TLSMEND_E_SCRIPT, false, "try.lua: applies must return true or false, got nil"},
      {"function() return 'yes' end", TLSMEND_E_SCRIPT, false,
       "applies must return true or false, got string"},
      {"function() return true, 7 end", TLSMEND_E_SCRIPT, false,
       "applies must return its reason as a string"},
      {"function() error 'no' end", TLSMEND_E_SCRIPT, false, "try.lua:5: no"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    run_state run;
    bool applies = !rows[i].applies_at_all;
    char *reason, text[2048];
    tlsmend_error error = {0};
    snprintf(text, sizeof text, HEAD "applies = %s, run = function() log.info 'ran' end }", rows[i].applies);
    begin(&run, text, NULL);
    int code = go(&run, &applies, &reason, &error);
    if (code != rows[i].code)
      fail_msg("%s: %s %s", rows[i].applies, tlsmend_error_name(code), error.text);
    assert_int_equal(applies, rows[i].applies_at_all);
    assert_int_equal(strcmp(run.said, "ran\n") == 0, rows[i].applies_at_all);
    const char *got = code == TLSMEND_OK ? reason : error.text;
    if (!rows[i].text)
      assert_null(got);
    else if (!got || !strstr(got, rows[i].text))
      fail_msg("%s: \"%s\" does not say \"%s\"", rows[i].applies, got ? got : "", rows[i].text);
    free(reason);
    end(&run);
  }
}

static void verify_answers(void **state) {
  (void)state;
  static const struct row {
    const char *verify;
    int code;
    const char *text;
  } rows[] = {
      {"", TLSMEND_OK, NULL},
      {"verify = function(params) return params.number == 7 end,", TLSMEND_OK, NULL},
      {"verify = function() return false, 'still off' end,", TLSMEND_E_FAILED, "try: verify: still off"},
      {"verify = function() return false end,", TLSMEND_E_FAILED, "try: verify: "},
      {"verify = function() end,", TLSMEND_E_SCRIPT, "verify must return true or false"},
      {"verify = function() return registry.get('HKLM\\\\SYSTEM', 'x') end,", TLSMEND_E_REFUSED,
       "HKLM\\SYSTEM"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    run_state run;
    char text[2048];
    tlsmend_error error = {0};
    snprintf(text, sizeof text, HEAD "%s run = function() end }", rows[i].verify);
    begin(&run, text, NULL);
    script_sink sink = {unknown, finding, &run};
    int code = script_verify(run.runbook, &(script_ground){run.overlay, NULL, &sink}, &error);
    if (code != rows[i].code)
      fail_msg("%s: %s %s", rows[i].verify, tlsmend_error_name(code), error.text);
    if (rows[i].text && !strstr(error.text, rows[i].text))
      fail_msg("%s: \"%s\" does not say \"%s\"", rows[i].verify, error.text, rows[i].text);
    end(&run);
  }
}

static void words_reach_their_listeners(void **state) {
  (void)state;
  run_state run;
  bool applies;
  char *reason;
  tlsmend_error error = {0};
  begin(&run,
        HEAD "run = function()\n"
             "log.info 'one' log.warn 'two' log.debug 'three' log.finding 'four' print('five', 5, nil) end }",
        NULL);
  assert_int_equal(go(&run, &applies, &reason, &error), TLSMEND_OK);
  assert_string_equal(run.said, "one\nwarning: two\ndebug: three\nfinding: four\nfive\t5\tnil\n");
  end(&run);
}

/* A runbook can be run again, on facts as they are by then; the count of instructions begins anew. */
static void a_runbook_runs_twice(void **state) {
  (void)state;
  run_state run;
  bool applies;
  char *reason;
  tlsmend_error error = {0};
  script_options options = {.limit[TLSMEND_LIMIT_INSTRUCTIONS] = 1000000};
  begin(&run, HEAD "run = function() for i = 1, 600000 do end registry.set(SITE, 'Number', 1) end }",
        &options);
  for (int i = 0; i < 3; i++)
    if (go(&run, &applies, &reason, &error) != TLSMEND_OK)
      fail_msg("run %d: %s", i, error.text);
  assert_int_equal(run.plan->change_count, 1);
  end(&run);
}

/* The machines are there only during a run. */
static void nothing_is_kept_after_a_run(void **state) {
  (void)state;
  run_state run;
  bool applies;
  char *reason;
  tlsmend_error error = {0};
  begin(&run,
        HEAD "applies = function() return true end,\n"
             "run = function() log.info(registry.get(SITE, 'Text')) end }",
        NULL);
  assert_int_equal(go(&run, &applies, &reason, &error), TLSMEND_OK);
  assert_int_equal(script_run(run.runbook, &(script_ground){0}, &applies, &reason, &error), TLSMEND_E_SCRIPT);
  assert_non_null(strstr(error.text, "only inside applies, run and verify"));
  end(&run);
}

static int name_file(void **state) {
  (void)state;
  const char *base = getenv("TMPDIR");
  if (!base)
    base = getenv("TEMP");
  snprintf(file, sizeof file, "%.80s/tlsmend-modules-%u", base ? base : "/tmp", os_process_id());
  tlsmend_error error;
  int code = os_dir_make(file, &error);
  strcat(file, "/try.lua");
  return code;
}

static int remove_file(void **state) {
  (void)state;
  remove(file);
  *strrchr(file, '/') = '\0';
  remove(file);
  return 0;
}

int main(int argc, char **argv) {
  where_begin(argc, argv);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(true_things_are_true),
      cmocka_unit_test(failures_have_code_and_text),
      cmocka_unit_test(writes_become_changes),
      cmocka_unit_test(an_update_is_hashed_and_proposed),
      cmocka_unit_test(applies_answers),
      cmocka_unit_test(verify_answers),
      cmocka_unit_test(words_reach_their_listeners),
      cmocka_unit_test(a_runbook_runs_twice),
      cmocka_unit_test(nothing_is_kept_after_a_run),
  };
  return cmocka_run_group_tests(tests, name_file, remove_file);
}
