/*
 * Restarts: every order of crashes, restarts and resumes up to a depth on the simulated machine. Whatever came: the run ends as
 * planned, or, where the machine restarts more often than a run allows, undone. And what a resume has to recognise: a machine
 * that has not restarted, was changed in between, or lost what was installed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault/world.h"

#define PACKAGES "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages\\"

static size_t orders, worlds, done, undone;

/* Early, in the middle, late: a kill before the n-th call of a resume. */
static const size_t kills[] = {9, 13, 25, 41};
enum { EVENTS = 2 + sizeof kills / sizeof *kills };

/* Lets one thing happen; spells it. */
static char happen(int event) {
  if (event == 0) {
    world_restart();
    return 'R';
  }
  if (event == 1) {
    world_resume_only();
    return 'n';
  }
  world_run(RESUME, FAULT_KILL, kills[event - 2], NULL);
  return (char)('a' + event - 2);
}

static void check_end(const char *what, const world *here, bool budget_kept) {
  size_t open = 0;
  if (world_seen(here, budget_kept))
    return;
  worlds++;
  if (!world_known())
    world_fail(what, "the machine is in no state between two steps");
  if (!world_status(&open))
    world_fail(what, "status does not understand it");
  outcome last = world_resume();
  if (last.code != TLSMEND_OK)
    world_fail(what, "resume is refused (%d)", last.code);
  if (world_planned())
    done++;
  else if (world_original())
    undone++;
  else
    world_fail(what, "ends neither as planned nor as before");
  if (budget_kept && !world_planned())
    world_fail(what, "was given up although the machine did not restart too often");
  world_restore(here);
  last = world_run(ROLLBACK, FAULT_KILL, 0, NULL);
  if (last.code != TLSMEND_OK || !world_original())
    world_fail(what, "cannot be rolled back (%d)", last.code);
}

static void enumerate(const char *name, char *order, int length, int depth) {
  char what[100];
  snprintf(what, sizeof what, "%s, order %.*s", name, length, order);
  size_t restarts = 0;
  for (int i = 0; i < length; i++)
    restarts += order[i] == 'R';
  world *here = world_save();
  check_end(what, here, restarts <= 2);
  /* Orders that begin with this one, of which each leads where it led the last time from the same world. */
  size_t below = 1;
  for (int left = depth - length; left > 0; left--)
    below = below * EVENTS + 1;
  bool again = world_seen(here, 2 + 16 * (depth - length) + (int)restarts);
  orders += again ? below : 1;
  for (int event = 0; length < depth && !again && event < (int)EVENTS; event++) {
    world_restore(here);
    order[length] = happen(event);
    enumerate(name, order, length + 1, depth);
  }
  world_free(here);
}

static void try_orders(const scenario *scenario, size_t first_kill, int depth) {
  char order[32];
  world_make(scenario);
  if (!world_learn())
    world_fail(scenario->name, "proposes nothing");
  if (first_kill)
    world_run(APPLY, FAULT_KILL, first_kill, NULL);
  else
    world_run(APPLY, FAULT_KILL, 0, NULL);
  enumerate(scenario->name, order, 0, depth);
}

static void begin(const scenario *scenario) {
  world_make(scenario);
  world_learn();
  if (world_run(APPLY, FAULT_KILL, 0, NULL).result != TLSMEND_RESULT_RESTART)
    world_fail(scenario->name, "has no restart");
}

static void expect(const char *what, outcome now, int code, tlsmend_result result) {
  if (now.code != code || (code == TLSMEND_OK && now.result != result))
    world_fail(what, "answers %d, %d; expected %d, %d", now.code, (int)now.result, code, (int)result);
}

static void recognise(const scenario *update, const scenario *phases) {
  begin(update);
  for (int i = 0; i < 3; i++)
    expect("not restarted", world_resume_only(), TLSMEND_OK, TLSMEND_RESULT_RESTART);
  world_restart();
  world_restart();
  expect("restarted twice", world_resume_only(), TLSMEND_OK, TLSMEND_RESULT_DONE);
  if (!world_planned())
    world_fail("restarted twice", "is not as planned");

  begin(update); /* Windows took the installation back while it restarted */
  world_restart();
  world_set(PACKAGES "Package_for_KB3140245~31bf3856ad364e35~amd64~~6.1.1.5", "CurrentState", NULL);
  world_set("HKLM\\SOFTWARE\\tlsmend\\Facts\\Files\\64", "System32\\winhttp.dll", "6.1.7601.17514");
  expect("lost update", world_resume_only(), TLSMEND_OK, TLSMEND_RESULT_UNDONE);

  begin(phases); /* somebody changed what the first phase wrote */
  world_restart();
  world_set("HKLM\\SOFTWARE\\Site", "v", "somebody else");
  expect("changed in between", world_resume_only(), TLSMEND_E_DRIFT, TLSMEND_RESULT_NOTHING);
  expect("changed in between, rolled back", world_run(ROLLBACK, FAULT_KILL, 0, NULL), TLSMEND_E_DRIFT,
         TLSMEND_RESULT_NOTHING);

  begin(phases); /* somebody changed what the second phase will write */
  world_restart();
  world_set("HKLM\\SOFTWARE\\Site", "Value", "somebody else");
  expect("changed before the next phase", world_resume_only(), TLSMEND_E_DRIFT, TLSMEND_RESULT_NOTHING);
  expect("given up", world_run(ROLLBACK, FAULT_KILL, 0, NULL), TLSMEND_OK, TLSMEND_RESULT_UNDONE);

  /* a machine that restarts again and again, killing the run each time before it has got anywhere */
  begin(phases);
  outcome last = {0};
  int restarts = 0;
  for (; restarts < 20; restarts++) {
    world_restart();
    /* behind the record of the restart, before the next write */
    last = world_run(RESUME, FAULT_KILL, 16, NULL);
    if (!last.killed)
      break;
  }
  last = world_resume();
  if (last.result == TLSMEND_RESULT_DONE || !world_original())
    world_fail("restart loop", "is not given up");
}

int main(void) {
  static const scenario update = {"winhttp-tls12", "winhttp-tls12", false, "win7-sp1-x64", NULL, true};
  const scenario *phases = scenarios;
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (strcmp(phases->name, "phases") != 0)
    phases++;
  world_begin();
  recognise(&update, phases);
  try_orders(phases, 0, 4);
  try_orders(phases, 25, 3);
  try_orders(&update, 0, 3);
  try_orders(&update, 30, 3);
  printf("orders of crash, restart and resume enumerated: %zu, which lead to %zu worlds, of which end as "
         "planned %zu, "
         "given up and undone %zu, lost 0\n",
         orders, worlds, done, undone);
  world_end();
  return orders > 100 ? 0 : 1;
}
