/* The door by which a program becomes a worker. */
#include "os/worker.h"
#include "script/worker/child.h"
#include "script/worker/program.h"

void tlsmend_worker(int argc, char **argv) {
  unsigned long long memory;
  if (os_wall_wanted(argc, argv, &memory))
    script_worker_run(memory, NULL);
  script_worker_itself();
}
