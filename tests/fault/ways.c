/* The ways out. */
#include "fault/ways.h"

size_t ways_worlds, ways_undone;

void ways_check(const char *what, bool between) {
  size_t open = 0;
  world *after = world_save();
  if (world_seen(after, WAYS_TRIED)) {
    world_free(after);
    return;
  }
  ways_worlds++;
  if (between && !world_known())
    world_fail(what, "the machine is in no state between two steps");
  if (!world_status(&open) || open > 1)
    world_fail(what, "status does not understand it");
  bool fresh = world_original();
  outcome resumed = world_resume();
  if (resumed.code != TLSMEND_OK)
    world_fail(what, "resume is refused (%d)", resumed.code);
  if (!open && resumed.result != TLSMEND_RESULT_NOTHING)
    world_fail(what, "resume finds a run that status does not know");
  if (open && resumed.result == TLSMEND_RESULT_DONE && !world_planned())
    world_fail(what, "resumed, but not as planned");
  if (open && resumed.result == TLSMEND_RESULT_UNDONE && !world_original())
    world_fail(what, "undone, but not as before");
  if (open && resumed.result == TLSMEND_RESULT_LEFT)
    world_fail(what, "resume leaves something");
  if (!open && !fresh && !world_planned())
    world_fail(what, "no run is open, and the machine is half changed");
  ways_undone += resumed.result == TLSMEND_RESULT_UNDONE;
  world_restore(after);
  world_roll_back(what);
  world_restore(after);
  world_free(after);
}
