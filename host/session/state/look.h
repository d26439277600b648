/* A look at a machine: the host's Lua on an overlay that is thrown away, so that nothing can be written whatever it does. */
#ifndef TLSMEND_SESSION_STATE_LOOK_H
#define TLSMEND_SESSION_STATE_LOOK_H

#include "machine/machine.h"
#include "script/host_lua.h"
#include "session/session.h"

typedef struct look {
  tlsmend_plan *scratch;
  tlsmend_machine *overlay;
  script_tool *tool;
} look;

/* To be closed in any case. */
int look_open(tlsmend_session *session, look *out, tlsmend_error *error);
void look_close(look *self);

/* Calls a function of a module of host/lua with one argument (stolen; NULL: out of memory). What it answers as { usage = TEXT } is
 * E_USAGE with that text. *out is a new reference. */
int look_ask(look *self, const char *module, const char *function, json_t *argument, json_t **out,
             tlsmend_error *error);

#endif
