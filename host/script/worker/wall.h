/* Which wall there is around a worker: one is started and asked. */
#ifndef TLSMEND_SCRIPT_WORKER_WALL_H
#define TLSMEND_SCRIPT_WORKER_WALL_H

#include "os/worker.h"
#include "script/script.h"

/* The lines are a worker's word: they are shown as what it says. E_UNSUPPORTED: there is none, or no wall. */
int script_worker_wall(const script_options *options, os_wall *out, tlsmend_error *error);

#endif
