/*
 * Kill points: apply, resume and rollback are killed before every call that changes something, in the middle of every write,
 * and lose what was not flushed; then killed once more while they go on. Afterwards the machine is in a state between two
 * steps, `status` understands the journals, `resume` ends in the planned state and `rollback` in the original bytes.
 * All points are tried, for every shipped runbook and for some nasty ones; and once more on a machine like a live Windows, where each
 * change of a batch is a point. What a power cut leaves of a batch there: test_batch.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault/ways.h"
#include "script/script.h"

static size_t points[FAULT_COUNT][VERB_COUNT], twice, live;
static bool on_live;

enum { KILLED_AGAIN = WAYS_NOTES };

/* Kills, or cuts the power of, what goes on in a world, at each point. */
static void kill_after(const char *before, const world *here, verb next, fault_kind kind) {
  char what[500];
  bool struck = false;
  for (size_t n = 1;; n++) {
    world_restore(here);
    world_run(next, kind, n, &struck);
    if (!struck)
      break;
    twice++;
    snprintf(what, sizeof what, "%s, then %s %s, call %zu", before, verb_names[next], fault_name(kind), n);
    ways_check(what, true);
  }
}

/* Kills a verb at each point; with `again`, what goes on afterwards too, at each of its points. */
static void kill_everywhere(const scenario *scenario, verb verb, fault_kind kind, bool again) {
  char what[300];
  world *before = world_save();
  for (size_t n = 1;; n++) {
    bool struck = false;
    world_restore(before);
    world_run(verb, kind, n, &struck);
    if (!struck)
      break;
    points[kind][verb]++;
    live += on_live;
    snprintf(what, sizeof what, "%s, %s %s, call %zu", scenario->name, verb_names[verb], fault_name(kind), n);
    ways_check(what, true);
    world *after = again ? world_save() : NULL;
    bool more = again && !world_seen(after, KILLED_AGAIN);
    for (enum verb next = RESUME; more && next <= ROLLBACK; next++) {
      kill_after(what, after, next, FAULT_KILL);
      if (on_live) /* what waits to be flushed has survived the kill, and is lost now */
        kill_after(what, after, next, FAULT_POWER);
    }
    if (after)
      world_free(after);
  }
  world_restore(before);
  world_free(before);
}

/* Power cuts take their time and depend on the order of calls, not on the runbook: the shipped ones but the first are killed.
 * `again`: kills only, and twice in a row. */
static void try_scenario(const scenario *scenario, bool again, bool power) {
  static const fault_kind kinds[] = {FAULT_KILL, FAULT_TEAR, FAULT_POWER, FAULT_POWER_BYTES};
  size_t count = again ? 1 : power ? 4 : 2;
  world_make(scenario);
  world *fresh = world_save();
  size_t changes = world_learn();
  if (!changes) {
    fprintf(stderr, "NOTE: %s proposes nothing on %s: there is nothing to kill\n", scenario->name,
            scenario->machine);
  } else {
    for (size_t i = 0; i < count; i++)
      for (verb verb = APPLY; verb < VERB_COUNT; verb++) {
        world_restore(fresh);
        if (world_prepare(verb))
          kill_everywhere(scenario, verb, kinds[i], again);
      }
    printf("  %-16s on %s%s, %zu changes: each point\n", scenario->name, on_live ? "a live " : "",
           scenario->machine, changes);
  }
  world_free(fresh);
}

/* A shipped runbook, on the first of these machines on which it has something to do. */
static int try_shipped(void *data, const char *id) {
  static const char *const machines[] = {"win7-sp1-x64", "ws2012r2-x64", "win10-22h2-x64", "ws2008-sp2-x64"};
  (void)data;
  scenario scenario = {id, id, false, NULL, NULL, true};
  for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
    scenario.machine = machines[i];
    world_make(&scenario);
    if (!world_learn())
      continue;
    try_scenario(&scenario, false, strcmp(id, "winhttp-tls12") == 0);
    return 0;
  }
  fprintf(stderr, "NOTE: the shipped runbook %s proposes nothing on any machine of this test\n", id);
  return 0;
}

/* With an argument: the scenario of that name, killed twice in a row. */
int main(int argc, char **argv) {
  script_options options = {0};
  tlsmend_error error;
  size_t sum = 0;
  setvbuf(stdout, NULL, _IOLBF, 0);
  world_begin();
  for (int kind = 0; kind < 2; kind++) {
    world_live(on_live = kind);
    for (const scenario *scenario = scenarios; scenario->name; scenario++)
      if (argc < 2 || strcmp(argv[1], scenario->name) == 0)
        try_scenario(scenario, argc > 1, true);
    if (argc < 2 && script_each_runbook(&options, try_shipped, NULL, &error) != TLSMEND_OK)
      world_fail("list", "%s", error.text);
  }
  for (int kind = 0; kind < FAULT_COUNT; kind++) {
    size_t *row = points[kind];
    if (row[APPLY])
      printf("%s: apply %zu, resume %zu, rollback %zu\n", fault_name((fault_kind)kind), row[APPLY],
             row[RESUME], row[ROLLBACK]);
    sum += row[APPLY] + row[RESUME] + row[ROLLBACK];
  }
  printf("kill points tried: %zu, of which %zu on a live machine, twice in a row: %zu, which left %zu "
         "worlds, lost: 0 (%zu resumes ended in a "
         "completed undo)\n",
         sum, live, twice, ways_worlds, ways_undone);
  world_end();
  return sum > 100 ? 0 : 1;
}
