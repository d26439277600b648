/*
 * libFuzzer target: any bytes are a runbook, which is loaded, run and verified with small limits. The machine stays what it is, and
 * what is planned lies within what the runbook declares.
 */
#include "fuzz/fuzz.h"

#include "registry/path.h"
#include "plan/plan.h"
#include "machine/guard.h"
#include "machine/machine.h"
#include "machine/overlay.h"
#include "machine/sim/sim.h"
#include "script/script.h"

static const script_options small = {
    .limit = {[TLSMEND_LIMIT_MEMORY] = 4 << 20, [TLSMEND_LIMIT_INSTRUCTIONS] = 200000}, .in_process = true};

/* A tree may name a view; for those of every user, it is enough that the key is one of a user's. */
static bool within(const guard_needs *needs, const tlsmend_change *change) {
  for (size_t i = 0; i < needs->registry_count; i++) {
    const char *tree = needs->registry[i] + (needs->registry[i][2] == ':' ? 3 : 0);
    if (path_within(change->key, tree) ||
        (strncmp(tree, "HKU\\*", 5) == 0 && path_within(change->key, "HKU")) ||
        (change->kind == TLSMEND_CHANGE_KEY_CREATE && path_within(tree, change->key)))
      return true;
  }
  return false;
}

static void judge(const tlsmend_plan *plan, const guard_needs *needs) {
  for (size_t i = 0; i < plan->change_count; i++) {
    const tlsmend_change *change = &plan->changes[i];
    if (change->kind == TLSMEND_CHANGE_REBOOT)
      MUST(needs->reboot);
    else if (change->kind == TLSMEND_CHANGE_UPDATE_INSTALL)
      MUST(needs->update_count > 0);
    else
      MUST(within(needs, change));
  }
}

static int note(void *data, const char *text, tlsmend_error *error) {
  return plan_lines_add(&((tlsmend_plan *)data)->unknowns, text, error);
}

/* Runs it as a plan does: on an overlay over the machine. */
static void run(script_runbook *runbook, tlsmend_machine *machine) {
  tlsmend_plan *plan = plan_new();
  tlsmend_machine *overlay = NULL;
  tlsmend_error error = {0};
  bool applies = false;
  char *reason = NULL;
  script_sink sink = {note, note, plan};
  MUST(plan && overlay_open(machine, plan, &overlay, &error) == TLSMEND_OK);
  overlay_set_runbook(overlay, "fuzz");
  script_ground ground = {overlay, NULL, &sink};
  int code = script_run(runbook, &ground, &applies, &reason, &error);
  fuzz_judge(code, &error);
  judge(plan, script_needs(runbook));
  free(reason);
  if (code == TLSMEND_OK)
    fuzz_judge(script_verify(runbook, &ground, &error), &error);
  judge(plan, script_needs(runbook));
  machine_close(overlay);
  tlsmend_plan_free(plan);
}

/* Looks on as lint does: the text is in the state of what looks on, and may do with it what it likes. */
static void watch(const char *file, tlsmend_machine *machine) {
  tlsmend_plan *plan = plan_new();
  tlsmend_machine *overlay = NULL;
  tlsmend_error error = {0};
  script_runbook *runbook = NULL;
  script_options looking = small;
  json_t *seen = NULL;
  script_sink sink = {note, note, plan};
  looking.watch = "lint.record";
  MUST(plan && overlay_open(machine, plan, &overlay, &error) == TLSMEND_OK);
  if (script_open(&looking, file, &runbook, &error) == TLSMEND_OK) {
    int code = script_watch(runbook, &(script_ground){overlay, NULL, &sink}, &seen, &error);
    fuzz_judge(code, &error);
    MUST((code == TLSMEND_OK) == (seen != NULL));
  }
  json_decref(seen);
  script_close(runbook);
  machine_close(overlay);
  tlsmend_plan_free(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  tlsmend_machine *machine = NULL;
  script_runbook *runbook = NULL;
  tlsmend_error error = {0};
  backend_request request = {.argument = "fuzz", .text = fuzz_windows};
  unsigned char *before = NULL, *after = NULL;
  size_t before_size = 0, after_size = 0;
  MUST(sim_open(&request, &machine, &error) == TLSMEND_OK);
  MUST(sim_render(machine, &before, &before_size, &error) == TLSMEND_OK);
  const char *file = fuzz_file("fuzz.lua", data, size);
  int code = script_open(&small, file, &runbook, &error);
  fuzz_judge(code, &error);
  MUST((code == TLSMEND_OK) == (runbook != NULL));
  if (runbook) {
    fuzz_judge(script_param(runbook, "text", "a", &error), &error);
    run(runbook, machine);
    if (size % 2)
      watch(file, machine);
  }
  script_close(runbook);
  MUST(sim_render(machine, &after, &after_size, &error) == TLSMEND_OK);
  MUST(before_size == after_size && memcmp(before, after, after_size) == 0);
  free(before);
  free(after);
  machine_close(machine);
  return 0;
}
