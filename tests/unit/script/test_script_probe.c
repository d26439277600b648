/* require "probe" as a runbook sees it: only in verify, only what needs declares, nil on a snapshot, and answers of a machine that
 * can be asked. No server is needed: nobody listens on the port that is asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "machine/backends.h"
#include "machine/machine.h"
#include "os/os.h"
#include "script/script.h"
#include "unit/script/where.h"

static char file[160];

static int live_may_probe(tlsmend_machine *self, const tlsmend_endpoint *endpoint, tlsmend_error *error) {
  (void)self, (void)error;
  assert_int_equal(endpoint->timeout, 2000);
  return TLSMEND_OK;
}

static int live_probe(tlsmend_machine *self, const tlsmend_endpoint *endpoint, tlsmend_probe_answer *out,
                      tlsmend_error *error) {
  (void)self, (void)error;
  assert_string_equal(endpoint->name, "name.example");
  *out = (tlsmend_probe_answer){TLSMEND_PROBE_ON, "TLS 1.2", "TLS_RSA_WITH_AES_128_CBC_SHA", ""};
  return TLSMEND_OK;
}

static const tlsmend_machine_ops live_ops = {.version = TLSMEND_MACHINE_OPS_VERSION,
                                             .name = "asked",
                                             .may_probe = live_may_probe,
                                             .schannel_probe = live_probe};

/* Loads a runbook with these needs and this body of a function; runs it in `run` or in `verify`. */
static int go(const char *needs, const char *function, const char *body, bool live, tlsmend_error *error) {
  char text[2048], *reg, *reason = NULL;
  script_runbook *runbook;
  tlsmend_machine *snapshot, asked = {.ops = &live_ops};
  bool verify = strcmp(function, "verify") == 0, applies;
  snprintf(text, sizeof text,
           "local probe = require 'probe'\nreturn { id = 'try', version = '1', title = 'Try', needs = %s,\n"
           "run = function() end, %s = function() %s return true end }\n",
           needs, function, body);
  assert_int_equal(os_file_replace(file, text, strlen(text), error), TLSMEND_OK);
  script_options options = where_options();
  int code = script_open(&options, file, &runbook, error);
  if (code != TLSMEND_OK)
    return code;
  assert_int_equal(script_builtin_machine(NULL, "win7-sp1-x64", &reg, error), TLSMEND_OK);
  backend_request request = {.argument = "try", .state = "", .text = reg};
  assert_int_equal(sim_open(&request, &snapshot, error), TLSMEND_OK);
  asked.below = snapshot;
  script_sink sink = {0};
  script_ground ground = {live ? &asked : snapshot, NULL, &sink};
  code = verify ? script_verify(runbook, &ground, error)
                : script_run(runbook, &ground, &applies, &reason, error);
  free(reason);
  free(reg);
  script_close(runbook);
  machine_close(snapshot);
  return code;
}

static void must(const char *body, bool live) {
  tlsmend_error error;
  if (go("{ probes = true }", "verify", body, live, &error) != TLSMEND_OK)
    fail_msg("%s: %s", body, error.text);
}

static void must_fail(int code, const char *text, const char *needs, const char *function, const char *body) {
  tlsmend_error error;
  int got = go(needs, function, body, true, &error);
  if (got != code || !strstr(error.text, text))
    fail_msg("%s: %d, %s", body, got, got == TLSMEND_OK ? "done" : error.text);
}

static void a_snapshot_cannot_tell(void **state) {
  (void)state;
  must("assert(select('#', probe.versions('127.0.0.1', 1)) == 1 and probe.versions('127.0.0.1', 1) == nil)",
       false);
  must("assert(probe.default_client('127.0.0.1', 1) == nil)", false);
  must("local good, why = probe.client '127.0.0.1:1' assert(good == nil and why:find 'cannot ask')", false);
}

/* Port 1 of loopback: nobody listens there. */
static void a_machine_that_can_be_asked_is(void **state) {
  (void)state;
  must("local all = probe.versions('127.0.0.1', 1, { timeout = 2 }) local count = 0\n"
       "for name, answer in pairs(all) do count = count + 1 assert(answer.protocol == name) "
       "assert(answer.state == 'blocked before TLS' and answer.detail == 'connection refused') end\n"
       "assert(count == 6 and all['TLS 1.3'] and all['SSL 2.0'])",
       true);
  must("local answer = probe.default_client('127.0.0.1', 1, { timeout = 2, name = 'name.example' })\n"
       "assert(answer.state == 'on' and answer.protocol == 'TLS 1.2' and answer.detail == nil)\n"
       "assert(answer.suite == 'TLS_RSA_WITH_AES_128_CBC_SHA')",
       true);
  must("local all, why = probe.versions('nosuch.invalid', 1, { timeout = 2 }) assert(all == nil and why:find "
       "'nosuch')",
       true);
  must("local host, port = probe.split '[::1]:8443' assert(host == '::1' and port == 8443)", true);
}

static void what_is_not_declared_is_refused(void **state) {
  (void)state;
  static const char ask[] = "probe.versions('127.0.0.1', 1, { timeout = 2 })";
  must_fail(TLSMEND_E_REFUSED,
            "try may not probe 127.0.0.1:1: if it should, write probes = { \"127.0.0.1:1\" } in its `needs`",
            "{}", "verify", ask);
  must_fail(TLSMEND_E_REFUSED, "127.0.0.1:1", "{ probes = false }", "verify", ask);
  must_fail(TLSMEND_E_REFUSED, "127.0.0.1:1", "{ probes = { '127.0.0.1:2' } }", "verify", ask);
  must_fail(TLSMEND_E_REFUSED, "127.0.0.1:1", "{ probes = { '127.0.0.1:2' } }", "verify",
            "probe.default_client('127.0.0.1', 1, { timeout = 2 })");
  must_fail(TLSMEND_OK, "", "{ probes = { '127.0.0.1:2', '127.0.0.1:1' } }", "verify", ask);
}

static void a_plan_asks_nobody(void **state) {
  (void)state;
  static const char needs[] = "{ probes = true }", text[] = "only inside verify";
  must_fail(TLSMEND_E_SCRIPT, text, needs, "run", "probe.versions('127.0.0.1', 1)");
  must_fail(TLSMEND_E_SCRIPT, text, needs, "applies", "probe.default_client('127.0.0.1', 1)");
  must_fail(TLSMEND_OK, "", needs, "applies", "probe.split 'a:1'");
}

static void arguments_are_checked(void **state) {
  (void)state;
  static const char needs[] = "{ probes = true }";
  must_fail(TLSMEND_E_SCRIPT, "the port must be a number from 1 to 65535, got 0", needs, "verify",
            "probe.versions('h', 0)");
  must_fail(TLSMEND_E_SCRIPT, "got 65536", needs, "verify", "probe.versions('h', 65536)");
  must_fail(TLSMEND_E_SCRIPT, "the host must be a string", needs, "verify", "probe.versions({}, 1)");
  must_fail(TLSMEND_E_SCRIPT, "opts.timeout must be seconds", needs, "verify",
            "probe.versions('h', 1, { timeout = 61 })");
  must_fail(TLSMEND_E_SCRIPT, "opts.timeout must be seconds", needs, "verify",
            "probe.versions('h', 1, { timeout = 'x' })");
  must_fail(TLSMEND_E_SCRIPT, "opts.name must be a string", needs, "verify",
            "probe.versions('h', 1, { name = 1 })");
  must_fail(TLSMEND_E_USAGE, "'h' is no endpoint", needs, "verify", "probe.split 'h'");
}

int main(int argc, char **argv) {
  where_begin(argc, argv);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_snapshot_cannot_tell),          cmocka_unit_test(a_machine_that_can_be_asked_is),
      cmocka_unit_test(what_is_not_declared_is_refused), cmocka_unit_test(a_plan_asks_nobody),
      cmocka_unit_test(arguments_are_checked),
  };
  snprintf(file, sizeof file, "test_script_probe.%u.lua", os_process_id());
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  os_file_remove(file, NULL);
  return failed;
}
