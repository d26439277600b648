/* What a worker does: it raises its wall, and then runs what it is sent. */
#ifndef TLSMEND_SCRIPT_WORKER_CHILD_H
#define TLSMEND_SCRIPT_WORKER_CHILD_H

#include <lua.h>

/* Never returns. `memory` is what os_wall_wanted says. `extra` adds to each state that is opened, or is NULL: a test has its own worker
 * do what none should. */
_Noreturn void script_worker_run(unsigned long long memory, void (*extra)(lua_State *L));

#endif
