/* The bench on one machine: plan, apply, restart, resume, plan again, roll back. What is wrong becomes a finding. */
#include "bench/machine.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/names_json.h"
#include "bench/copy.h"
#include "bench/faults.h"
#include "commit/journal.h"
#include "machine/guard.h"
#include "machine/machine.h"
#include "os/os.h"
#include "script/host_lua.h"
#include "session/authorize.h"
#include "session/runs/forward.h"
#include "session/runs/rollback.h"

static json_t *new_record(const bench_machine *machine) {
  return json_pack("{s:s, s:s, s:s, s:[], s:i}", "machine", machine->name, "answer", "failed", "reason", "",
                   "findings", "interruptions", 0);
}

static void set_answer(json_t *record, const char *answer, const char *reason) {
  json_object_set_new(record, "answer", json_string(answer));
  json_object_set_new(record, "reason", json_string(reason ? reason : ""));
}

static void count_changes(json_t *record, const tlsmend_plan *plan) {
  size_t updates = 0, values = 0;
  for (size_t i = 0; i < plan->change_count; i++) {
    updates += plan->changes[i].kind == TLSMEND_CHANGE_UPDATE_INSTALL;
    values += plan->changes[i].name ? 1 : 0;
  }
  json_object_set_new(record, "changes", json_integer((json_int_t)plan->change_count));
  json_object_set_new(record, "updates", json_integer((json_int_t)updates));
  json_object_set_new(record, "values", json_integer((json_int_t)values));
  json_object_set_new(record, "restarts", json_integer((json_int_t)plan_reboot_count(plan)));
  json_object_set_new(record, "unknowns", name_list_to_json(&plan->unknowns.list));
}

/* A plan that could not be made: a refusal with a reason is an answer, the rest is the runbook's mistake. */
static void judge_failure(json_t *record, const tlsmend_error *why) {
  bool undeclared = strstr(why->text, GUARD_WAY_OUT);
  bool says_so = why->code == TLSMEND_E_SCRIPT && strstr(why->text, "blocked, ");
  if (says_so || (why->code == TLSMEND_E_REFUSED && !undeclared)) {
    set_answer(record, "blocked", why->text);
    return;
  }
  set_answer(record, "failed", why->text);
  bench_find(record,
             undeclared                     ? "needs"
             : why->code == TLSMEND_E_LIMIT ? "limit"
                                            : "error",
             "%s", why->text);
}

static void judge_plan(json_t *record, const tlsmend_plan *plan) {
  const plan_runbook *runbook = &plan->runbooks[0];
  count_changes(record, plan);
  if (!runbook->applies) {
    set_answer(record, "does not apply", runbook->reason);
    if (!runbook->reason || !*runbook->reason)
      bench_find(record, "no-reason",
                 "applies answers false without a reason: return false, \"why, and what to do\"");
    return;
  }
  const char *unknown = plan->unknowns.list.count ? plan->unknowns.list.items[0] : runbook->reason;
  set_answer(record,
             plan->unknowns.list.count ? "cannot tell"
             : plan->change_count      ? "changes"
                                       : "nothing to do",
             unknown);
}

/* The first line in which two machines differ. */
static void describe_difference(const sim *wanted, const sim *found, char out[160]) {
  unsigned char *a = NULL, *b = NULL;
  size_t a_size = 0, b_size = 0, at = 0, start = 0, length = 0;
  if (sim_print(wanted, false, &a, &a_size, NULL) == TLSMEND_OK)
    sim_print(found, false, &b, &b_size, NULL);
  while (at < a_size && at < b_size && a[at] == b[at]) {
    if (a[at] == '\n')
      start = at + 1;
    at++;
  }
  for (size_t i = start; i < b_size && b[i] != '\r' && b[i] != '\n' && length < 150; i++)
    if (b[i] >= 32)
      out[length++] = (char)b[i];
  out[length] = 0;
  free(a);
  free(b);
}

static const char *failure_of(const journal *journal, const tlsmend_error *error, int code) {
  if (code != TLSMEND_OK)
    return error->text;
  return journal && journal->failure ? journal->failure : "the run did not come to its end";
}

/* Applies, restarts and resumes. Afterwards the host itself has planned again and verified: session_forward does. */
static int go(bench_copy *copy, bench_states *states, journal **journal, json_t *record) {
  tlsmend_error inner = {0, ""};
  commit_result result = COMMIT_LEFT;
  char boot[64];
  int code = session_authorize(&copy->session, AUTHORIZE_BENCH, states->plan, NULL, &inner);
  if (code == TLSMEND_OK)
    code = machine_boot_id(copy->session.machine, boot, &inner);
  if (code == TLSMEND_OK)
    code = journal_create_in_memory(states->plan, boot, journal, &inner);
  if (code == TLSMEND_OK)
    code = session_forward(&copy->session, *journal, &result, &inner);
  if (code == TLSMEND_OK)
    code = bench_finish(copy, *journal, &result, &inner);
  if (code != TLSMEND_OK || result != COMMIT_DONE) {
    const char *why = failure_of(*journal, &inner, code);
    bench_find(record, strstr(why, "still proposes") ? "converges" : "apply", "%s", why);
    return 0;
  }
  return sim_clone(bench_sim(copy), &states->after, NULL) == TLSMEND_OK;
}

static void go_back(bench_copy *copy, const bench_states *states, journal *journal, json_t *record) {
  tlsmend_error inner = {0, ""};
  commit_result result = COMMIT_LEFT;
  char line[160];
  const sim *before = (const sim *)states->before, *now = bench_sim(copy);
  int code = session_undo(&copy->session, journal, 0, &result, &inner);
  if (code != TLSMEND_OK || result != COMMIT_UNDONE) {
    bench_find(record, "rollback", "rolling back failed: %s", failure_of(journal, &inner, code));
  } else if (!sim_equal(before, now)) {
    describe_difference(before, now, line);
    bench_find(record, "rollback", "rolled back, the machine is not what it was: %s", line);
  }
}

/* What the policy in Lua says of the plan: what it lowers, and whether it is what the author expects. */
static int judge_policy(const bench *self, const tlsmend_plan *plan, const char *function, json_t *extra,
                        json_t *record, tlsmend_error *error) {
  json_t *argument = plan ? plan_to_json(plan) : json_object(), *found = NULL;
  json_object_set_new(argument, "extra", extra);
  json_object_set(argument, "record", record);
  script_tool_call call = {"bench.policy", function, argument};
  int code = script_tool_run(self->tool, &call, &found, error);
  for (size_t i = 0; code == TLSMEND_OK && i < json_array_size(found); i++) {
    const json_t *row = json_array_get(found, i);
    bench_find(record, json_string_value(json_object_get(row, "rule")), "%s",
               json_string_value(json_object_get(row, "text")));
  }
  json_decref(found);
  json_decref(argument);
  return code;
}

/* What decides a handshake of a machine, as the model takes it. */
static int read_facts(const bench *self, tlsmend_machine *machine, json_t **out, tlsmend_error *error) {
  script_tool *tool = NULL;
  script_tool_call call = {"bench.facts", "read", NULL};
  int code = script_tool_open(&self->script, machine, &tool, error);
  if (code == TLSMEND_OK)
    code = script_tool_run(tool, &call, out, error);
  script_tool_close(tool);
  return code;
}

/* What the plan lowers, by the facts of the machine before it and after it. */
static int judge_lowered(const bench *self, const bench_states *states, json_t *record,
                         tlsmend_error *error) {
  json_t *before = NULL, *after = NULL;
  int code = read_facts(self, states->before, &before, error);
  if (code == TLSMEND_OK)
    code = read_facts(self, states->after, &after, error);
  json_t *extra = code == TLSMEND_OK ? json_copy(self->declared) : NULL;
  json_object_set(extra, "before", before);
  json_object_set(extra, "after", after);
  json_decref(before);
  json_decref(after);
  return code == TLSMEND_OK ? judge_policy(self, states->plan, "lowered", extra, record, error) : code;
}

/* What is done to a machine does not depend on the rest of it: the same changes are broken once. */
static int break_once(const bench *self, const bench_states *states, json_t *record, tlsmend_error *error) {
  json_t *plan = plan_to_json(states->plan);
  char *changes = json_dumps(json_object_get(plan, "changes"), JSON_COMPACT);
  json_decref(plan);
  if (!changes)
    return error_no_memory(error);
  json_t *as = json_object_get(self->broken, changes);
  int code = TLSMEND_OK;
  if (as) {
    json_object_set(record, "as", as);
  } else {
    json_object_set_new(self->broken, changes, json_string(states->name));
    code = bench_break(self, states, record, error);
  }
  free(changes);
  return code;
}

/* The plan is made and has changes: everything that can be done with it. */
static int run_through(const bench *self, bench_copy *copy, bench_states *states, json_t *record) {
  tlsmend_error inner = {0, ""};
  journal *journal = NULL;
  int code = TLSMEND_OK;
  if (!sim_equal(bench_sim(copy), (const sim *)states->before))
    bench_find(record, "planning-writes", "the machine changed while it was only planned for");
  if (go(copy, states, &journal, record)) {
    go_back(copy, states, journal, record);
    code = break_once(self, states, record, &inner);
  }
  journal_close(journal);
  if (code != TLSMEND_OK)
    bench_find(record, "bench", "%s", inner.text);
  return code;
}

/* The machine that nothing has happened to, and a copy to work on. */
static int open_machine(const bench *self, const bench_machine *machine, bench_states *states,
                        bench_copy *copy, tlsmend_error *error) {
  backend_request request = {.argument = machine->text ? machine->name : machine->path,
                             .text = machine->text};
  states->name = machine->name;
  int code = sim_open(&request, &states->before, error);
  if (code == TLSMEND_OK)
    code = bench_copy_open(self, machine->name, (const sim *)states->before, copy, error);
  return code;
}

int bench_test(const bench *self, const bench_machine *machine, json_t **out, tlsmend_error *error) {
  bench_copy copy = {0};
  bench_states states = {0};
  tlsmend_error inner = {0, ""};
  uint64_t begun = os_clock();
  json_t *record = *out = new_record(machine);
  if (!record)
    return error_no_memory(error);
  int code = open_machine(self, machine, &states, &copy, error);
  if (code == TLSMEND_OK) {
    if (tlsmend_plan_make(&copy.session, &self->runbook, 1, self->params, self->param_count, &states.plan,
                          &inner) != TLSMEND_OK)
      judge_failure(record, &inner);
    else
      judge_plan(record, states.plan);
  }
  if (code == TLSMEND_OK && states.plan && states.plan->change_count) {
    run_through(self, &copy, &states, record);
    if (states.after) /* else it did not come so far, which is a finding by itself */
      code = judge_lowered(self, &states, record, error);
  }
  json_t *expected = json_object_get(self->expect, machine->name);
  if (code == TLSMEND_OK && expected)
    code = judge_policy(self, states.plan, "expected", json_incref(expected), record, error);
  json_object_set_new(record, "milliseconds", json_integer((json_int_t)(os_clock() - begun)));
  tlsmend_plan_free(states.plan);
  machine_close(states.before);
  machine_close(states.after);
  bench_copy_close(&copy);
  return code;
}
