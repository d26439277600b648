/*
 * Faults that do not kill: full disk, short writes, input/output errors, a read-only file system, a state folder that vanishes,
 * at every call that they can strike, for good or once. Whatever was struck: what was written is taken back or the run is done;
 * a refusal has written nothing; and when the fault is gone, `resume` or `rollback` lead out. On a machine like a live Windows: each
 * change of a batch fails, before and after it was made, and each flush.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault/world.h"
#include "script/script.h"

static size_t faults[FAULT_COUNT][VERB_COUNT], ends[8], refused, worlds;

/* What the command says must be true of the machine at once. */
static void check_answer(const char *what, verb verb, fault_kind kind, const outcome *outcome) {
  bool contents_only = kind == FAULT_VANISH || verb == ROLLBACK; /* the original bytes were in the folder */
  bool original = contents_only ? world_original_contents() : world_original();
  if (outcome->code != TLSMEND_OK) {
    refused++;
    if (verb == APPLY && !original)
      world_fail(what, "refused (%d), but something was written", outcome->code);
    if (!world_known() && !original)
      world_fail(what, "refused (%d) in no state between two steps", outcome->code);
    return;
  }
  ends[outcome->result]++;
  bool of_change = kind == FAULT_CHANGE || kind == FAULT_CHANGE_LATE || kind == FAULT_FLUSH_ONCE;
  if (of_change && verb != ROLLBACK && outcome->result != TLSMEND_RESULT_UNDONE)
    world_fail(what, "is not undone");
  switch (outcome->result) {
  case TLSMEND_RESULT_DONE:
    if (!world_planned())
      world_fail(what, "says done and is not as planned");
    break;
  case TLSMEND_RESULT_UNDONE:
    if (!original)
      world_fail(what, "says undone and is not as before");
    break;
  case TLSMEND_RESULT_RESTART:
    if (!world_known())
      world_fail(what, "is in no state between two steps");
    break;
  case TLSMEND_RESULT_AWAITS:
    world_fail(what, "waits to be confirmed");
    break;
  case TLSMEND_RESULT_LEFT:
    break; /* one undo that failed does not stop the others: what is left is told by the ways out */
  case TLSMEND_RESULT_NOTHING: /* right, if the journal vanished before it was read */
    if (kind != FAULT_VANISH || verb == APPLY || !world_known())
      world_fail(what, "says that nothing was to be done");
  }
}

/* With the fault gone: both ways out. */
static void check_ways_out(const char *what, const outcome *outcome) {
  size_t open = 0;
  bool undone_unwritten = outcome->code == TLSMEND_OK && outcome->result == TLSMEND_RESULT_UNDONE;
  bool left = outcome->code == TLSMEND_OK && outcome->result == TLSMEND_RESULT_LEFT;
  world *after = world_save();
  if (world_seen(after, 2 * undone_unwritten + left)) {
    world_free(after);
    return;
  }
  worlds++;
  if (!world_status(&open) || open > 1)
    world_fail(what, "status does not understand it");
  bool before = world_original();
  struct outcome resumed = world_resume();
  if (resumed.code == TLSMEND_E_DRIFT && !undone_unwritten)
    world_fail(what, "resume sees a drift that nobody made");
  if (resumed.code != TLSMEND_OK && resumed.code != TLSMEND_E_DRIFT)
    world_fail(what, "resume answers %d", resumed.code);
  if (open && resumed.code == TLSMEND_OK && resumed.result == TLSMEND_RESULT_DONE && !world_planned())
    world_fail(what, "resumed, but not as planned");
  if (!open && !before && !world_planned() && !left)
    world_fail(what, "no run is open, and the machine is half changed");
  world_restore(after);
  world_roll_back(what);
  world_restore(after);
  world_free(after);
}

static void strike_everywhere(const scenario *scenario, verb verb, fault_kind kind) {
  char what[300];
  world *before = world_save();
  for (size_t n = 1;; n++) {
    bool struck = false;
    world_restore(before);
    outcome outcome = world_run(verb, kind, n, &struck);
    if (!struck)
      break;
    faults[kind][verb]++;
    snprintf(what, sizeof what, "%s, %s, %s, call %zu", scenario->name, verb_names[verb], fault_name(kind),
             n);
    if (outcome.killed)
      world_fail(what, "died");
    check_answer(what, verb, kind, &outcome);
    if (kind != FAULT_VANISH)
      check_ways_out(what, &outcome);
  }
  world_restore(before);
  world_free(before);
}

static void try_scenario(const scenario *scenario, fault_kind first, fault_kind last) {
  world_make(scenario);
  world *fresh = world_save();
  size_t changes = world_learn();
  for (fault_kind kind = first; changes && kind <= last; kind++)
    for (verb verb = APPLY; verb < VERB_COUNT; verb++) {
      world_restore(fresh);
      if (world_prepare(verb))
        strike_everywhere(scenario, verb, kind);
    }
  printf("  %-16s on %s, %zu changes: each fault at each call\n", scenario->name, scenario->machine, changes);
  world_free(fresh);
}

int main(void) {
  static const scenario shipped = {"winhttp-tls12", "winhttp-tls12", false, "win7-sp1-x64", NULL, true};
  static const char *const results[] = {"nothing", "done", "restart", "undone", "left"};
  size_t sum = 0;
  setvbuf(stdout, NULL, _IOLBF, 0);
  world_begin();
  for (const scenario *scenario = getenv("FAULT_SHIPPED_ONLY") ? scenarios + 3 : scenarios; scenario->name;
       scenario++)
    try_scenario(scenario, FAULT_FULL, FAULT_VANISH);
  try_scenario(&shipped, FAULT_FULL, FAULT_VANISH);
  world_live(true);
  for (const scenario *scenario = scenarios; scenario->name; scenario++)
    try_scenario(scenario, FAULT_CHANGE, FAULT_FLUSH_ONCE);
  try_scenario(&shipped, FAULT_CHANGE, FAULT_FLUSH_ONCE);
  for (int kind = 0; kind < FAULT_COUNT; kind++) {
    size_t *row = faults[kind];
    if (row[APPLY])
      printf("%s: apply %zu, resume %zu, rollback %zu\n", fault_name((fault_kind)kind), row[APPLY],
             row[RESUME], row[ROLLBACK]);
    sum += row[APPLY] + row[RESUME] + row[ROLLBACK];
  }
  printf("faults injected: %zu, which left %zu worlds, lost: 0; refused %zu", sum, worlds, refused);
  for (int i = 0; i < 5; i++)
    printf(", %s %zu", results[i], ends[i]);
  printf("\n");
  world_end();
  return sum > 100 ? 0 : 1;
}
