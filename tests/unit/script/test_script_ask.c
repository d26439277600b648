/*
 * It makes no difference to a text whether its host is in this process: each text is run both ways, and ends with the same words at the
 * same place. The other host has an account of its own, as it has where a pipe lies between.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "machine/backends.h"
#include "machine/guard.h"
#include "machine/machine.h"
#include "machine/overlay.h"
#include "machine/sim/sim.h"
#include "plan/plan.h"
#include "script/primitives/ask.h"
#include "script/primitives/remote.h"
#include "script/require.h"
#include "script/sandbox/sandbox.h"

static const char windows[] =
    "Windows Registry Editor Version 5.00\r\n\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]\r\n"
    "\"CurrentBuildNumber\"=\"7601\"\r\n\"CurrentVersion\"=\"6.1\"\r\n\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\tlsmend\\Facts]\r\n\"Architecture\"=\"x64\"\r\n\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site]\r\n\"Name\"=\"value\"\r\n\r\n";

static const char *const texts[] = {
    "local registry = require 'registry'\n"
    "assert(registry.get('HKLM\\\\SOFTWARE\\\\Site', 'Name') == 'value')\n"
    "registry.set('HKLM\\\\SOFTWARE\\\\Site', 'Other', { 'a', 'b' })\n"
    "assert(#registry.values 'HKLM\\\\SOFTWARE\\\\Site' == 2 and #registry.views 'HKLM\\\\SOFTWARE\\\\Site' "
    "== 2)\n"
    "assert(require('reboot').needed() == false and require('hotfix').installed 'KB3140245' == nil)\n",
    "\nrequire('registry').get('HKLM\\\\SOFTWARE\\\\Site')",
    "\nrequire('registry').get('Site', 'Name')",
    "\nrequire('registry').get('HKLM\\\\SOFTWARE\\\\Other', 'Name')",
    "\npcall(require('registry').get, 'HKLM\\\\SOFTWARE\\\\Other', 'Name')\nerror 'it went on'",
    "\ncoroutine.wrap(function()\n require('registry').get('HKLM\\\\SOFTWARE\\\\Other', 'Name') end)()",
    "\nwhile true do\n require('registry').get('HKLM\\\\SOFTWARE\\\\Site', 'Name') end",
    "\nwhile true do\n pcall(require('registry').get, 'HKLM\\\\SOFTWARE\\\\Site', 'Name') end",
    "\nrequire('registry').set('HKLM\\\\SOFTWARE\\\\Site', 'a', ('x'):rep(1 << 22))",
    "\nfor i = 1, 1e6 do\n print(('x'):rep(1000)) end",
    "\nrequire('probe').versions('localhost', 443)",
    "\nlocal ok, e = pcall(require('inventory').owner, {})\nerror(e.code .. ' ' .. tostring(ok))",
    "\nrequire('inventory').owner({})",
    "\nerror(require('inventory').owner(1))",
    "\nrequire('secrets').owner()",
    "\nrequire('update').sha256 '/tmp'",
    "\nrequire('hotfix').file_version(1)",
    "\nrequire('reboot').barrier 'why'",
};

static int l_owner(void *data, tlsmend_call *call, tlsmend_error *error) {
  long long number;
  (void)data;
  if (tlsmend_call_type(call, 1) == TLSMEND_TYPE_OTHER)
    return tlsmend_error_set(error, TLSMEND_E_REFUSED, "not this one");
  int code = tlsmend_call_integer(call, 1, &number, error);
  return code == TLSMEND_OK ? tlsmend_call_answer_text(call, "somebody", error) : code;
}

static const tlsmend_module_function functions[] = {{"owner", l_owner}, {NULL, NULL}};
static const tlsmend_module inventory = {TLSMEND_MODULE_VERSION, "inventory", functions, NULL, 0},
                            other = {TLSMEND_MODULE_VERSION, "secrets", functions, NULL, 0};
static const tlsmend_module *const modules[] = {&inventory, &other, NULL};

typedef struct outcome {
  int code;
  tlsmend_error error;
  size_t changes;
} outcome;

static int l_text(lua_State *L) {
  const char *text = lua_touserdata(L, 1);
  script_require_register(L);
  script_compile(L, text, strlen(text), "@site.lua");
  lua_call(L, 0, 0);
  return 0;
}

static int ask_other(void *data, primitive_id id, tlsmend_call *call, int *exceeded, tlsmend_error *error) {
  script_host *host = data;
  int code = primitive_call(host, id, call, error);
  *exceeded = host->account->exceeded;
  return code;
}

static bool never(void *data) {
  (void)data;
  return false;
}

static outcome run(const char *text, bool other) {
  static const char *const trees[] = {"HKLM\\SOFTWARE\\Site"}, *const names[] = {"inventory"};
  const guard_needs needs = {
      .runbook = "site", .registry = trees, .registry_count = 1, .modules = names, .module_count = 1};
  const script_options options = {.modules = modules, .limit = {[TLSMEND_LIMIT_READS] = 100}};
  outcome out = {0};
  tlsmend_error *error = &out.error;
  tlsmend_machine *machine, *overlay;
  tlsmend_plan *plan = plan_new();
  script_context *context;
  script_account account;
  script_host apart;
  backend_request request = {.argument = "ask", .text = windows};
  assert_non_null(plan);
  assert_int_equal(sim_open(&request, &machine, error), TLSMEND_OK);
  assert_int_equal(overlay_open(machine, plan, &overlay, error), TLSMEND_OK);
  overlay_set_runbook(overlay, "site");
  assert_int_equal(sandbox_open(&options, &context, error), TLSMEND_OK);
  strcpy(context->file, "site.lua");
  account_open(&account, options.limit);
  script_host_open(&apart, &options, &account);
  const script_remote remote = {.ask = ask_other, .stopped = never, .data = &apart};
  script_host *host = other ? &apart : &context->host;
  context->remote = other ? &remote : NULL;
  const script_ground ground = {overlay, NULL, NULL};
  assert_int_equal(script_host_begin(host, &needs, &ground, error), TLSMEND_OK);
  sandbox_enter(context, host->system);
  lua_pushcfunction(context->L, l_text);
  lua_pushlightuserdata(context->L, (void *)(uintptr_t)text);
  out.code = sandbox_call(context, 1, 0, error);
  out.changes = plan->change_count;
  sandbox_close(context);
  script_host_close(&apart);
  machine_close(overlay);
  machine_close(machine);
  tlsmend_plan_free(plan);
  return out;
}

static void another_process_makes_no_difference(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    outcome here = run(texts[i], false), there = run(texts[i], true);
    assert_string_equal(here.error.text, there.error.text);
    assert_int_equal(here.code, there.code);
    assert_int_equal(here.changes, there.changes);
    if (i == 0 ? here.code != TLSMEND_OK || here.changes != 1 : here.code == TLSMEND_OK)
      fail_msg("text %zu: %d %s", i, here.code, here.error.text);
    if (i > 0 && strncmp(here.error.text, "site.lua:", 9) != 0)
      fail_msg("text %zu has no place: %s", i, here.error.text);
  }
}

/* What a host says that was never asked for ends nothing else: an error without an end may be caught. */
static void errors_that_end_nothing_are_caught(void **state) {
  (void)state;
  outcome out = run("assert(not pcall(require('registry').get, 'Site', 'Name'))\n"
                    "assert(not pcall(require('inventory').owner, {}))\n",
                    true);
  assert_int_equal(out.code, TLSMEND_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(another_process_makes_no_difference),
                                     cmocka_unit_test(errors_that_end_nothing_are_caught)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
