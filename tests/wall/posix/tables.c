#include "wall/posix/posix.h"

pid_t wall_parent;

const wall_attempt *const wall_tables[] = {wall_files,     wall_descriptors, wall_network,
                                           wall_processes, wall_memory,      wall_system,
                                           wall_self,      wall_foreign,     NULL};

void wall_prepare(void) { wall_parent = getppid(); }

bool wall_asserted(const wall_attempt *attempt) {
  (void)attempt;
  return true;
}
