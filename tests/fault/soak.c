/*
 * soak [RUNS [SEED]]: random runbooks on random machines, killed at random, again and again, then resumed or rolled back. A
 * command of its own, because it takes its time: what it found stands in docs/PROOFS.md.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault/live.h"
#include "fault/world.h"
#include "unit/random.h"

static const char *const keys[] = {"a", "b", "c\\\\d", "AES 128/128", "e"};
static const char *const names[] = {"v", "w", "", "x y"};

static void add(char *out, const char *format, const char *key, const char *name, unsigned number) {
  size_t used = strlen(out);
  snprintf(out + used, 8000 - used, format, key, name, number);
}

/* One registry call for each place at most: a runbook that contradicts itself would never converge. */
static void random_runbook(char *out, size_t run) {
  bool phases = random_below(3) == 0;
  sprintf(out,
          "local r, reboot = require 'registry', require 'reboot' local K = 'HKLM\\\\SOFTWARE\\\\Site\\\\'\n"
          "return { id = 'soak%zu', version = '1.0.0', title = 'Soak', references = {}, params = {},\n"
          "  needs = { registry = { 'HKLM\\\\SOFTWARE\\\\Site' }, reboot = true }, run = function()\n"
          "  local before = r.get(K .. 'done', 'run') == %zu\n",
          run, run);
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    if (random_below(5) == 0) {
      add(out, "  r.delete_key(K .. '%s')%s -- %u\n", keys[i], "", 0);
      continue;
    }
    for (size_t j = 0; j < sizeof names / sizeof *names; j++)
      switch (random_below(4)) {
      case 0:
        add(out, "  r.delete(K .. '%s', '%s') -- %u\n", keys[i], names[j], 0);
        break;
      case 1:
        add(out, "  r.set(K .. '%s', '%s', %u)\n", keys[i], names[j], random_next());
        break;
      case 2:
        add(out, "  r.set(K .. '%s', '%s', 'text %u', { view = 32 })\n", keys[i], names[j], random_next());
        break;
      default:
        break;
      }
    if (phases && random_below(3) == 0)
      strcat(out, "  if not before then reboot.barrier('because') end\n");
  }
  sprintf(out + strlen(out), "  r.set(K .. 'done', 'run', %zu) end }\n", run);
}

static void random_machine(char *out) {
  *out = 0;
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    if (random_below(2))
      continue;
    add(out, "[HKEY_LOCAL_MACHINE\\SOFTWARE\\%sSite\\%s%s]\n", random_below(2) ? "" : "Wow6432Node\\",
        strcmp(keys[i], "c\\\\d") == 0 ? "c\\d" : keys[i], 0);
    for (size_t j = 0; j < sizeof names / sizeof *names; j++)
      if (random_below(2))
        add(out, *names[j] ? "%s\"%s\"=dword:%08x\n" : "%s@%s=\"text %u\"\n", "", names[j], random_next());
    strcat(out, "\n");
  }
}

static fault_kind random_kill(void) {
  static const fault_kind kinds[] = {FAULT_KILL, FAULT_KILL, FAULT_TEAR, FAULT_POWER, FAULT_POWER_BYTES};
  return kinds[random_below(sizeof kinds / sizeof *kinds)];
}

/* A power cut now and then: of what waits to be flushed on a live machine something is left. */
static bool random_cut(void) {
  if (!live_waiting(world_machine()) || random_below(2))
    return false;
  while (!live_cut(world_machine(), random_next() & random_next()))
    continue;
  return true;
}

int main(int argc, char **argv) {
  size_t runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000, kills = 0, cuts = 0, planned = 0, original = 0,
         changes = 0;
  static char book[8192], extra[8192];
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (argc > 2)
    random_state = strtoull(argv[2], NULL, 10) | 1;
  world_begin();
  for (size_t run = 1; run <= runs; run++) {
    char what[64];
    snprintf(what, sizeof what, "run %zu", run);
    world_live(random_below(2));
    random_runbook(book, run);
    random_machine(extra);
    scenario scenario = {what, book, true, "win7-sp1-x64", extra, false};
    world_make(&scenario);
    world *fresh = world_save();
    size_t steps = world_learn();
    changes += steps;
    world_restore(fresh);
    world_free(fresh);
    bool struck = false;
    world_run(APPLY, random_kill(), 1 + random_below(steps + 70), &struck);
    kills += struck;
    bool cut = random_cut();
    for (size_t more = random_below(4); more > 0; more--) {
      world_run(random_below(4) ? RESUME : ROLLBACK, random_kill(), 1 + random_below(steps + 50), &struck);
      kills += struck;
      cut = random_cut() || cut;
      if (!cut && !world_known())
        world_fail(what, "the machine is in no state between two steps");
    }
    cuts += cut;
    bool back = random_below(2);
    outcome last = back ? world_run(ROLLBACK, FAULT_KILL, 0, NULL) : world_resume();
    if (last.code != TLSMEND_OK || (back ? !world_original() : !world_planned() && !world_original()))
      world_fail(what, "%s ends wrong (%d, %d)", back ? "rollback" : "resume", last.code, (int)last.result);
    planned += world_planned();
    original += world_original();
    if (run % 500 == 0)
      printf("%zu runs, %zu kills\n", run, kills);
  }
  printf("soak: %zu random runs of %zu changes in all, %zu kills, cuts inside a batch in %zu; ended as "
         "planned %zu, "
         "in the original bytes %zu, lost 0\n",
         runs, changes, kills, cuts, planned, original);
  world_end();
  return 0;
}
