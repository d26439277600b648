/* What declaration.c, param_lua.c and run.c share: a loaded runbook. */
#ifndef TLSMEND_SCRIPT_RUNBOOK_H
#define TLSMEND_SCRIPT_RUNBOOK_H

#include "script/declared/declared.h"
#include "script/sandbox/limits.h"

struct script_runbook {
  script_context *context;
  declared_runbook declared;
  char *text; /* free(); NULL for one that is embedded */
};

/* Checks the table at the top of the stack and fills header and needs. The table stays in the state.
 * `file` is what messages call the runbook. [-1, +0, e] */
void declare_read(lua_State *L, script_runbook *runbook, const char *file);

/* The fields there are: of a declaration, of its `needs`, of a parameter. */
#define DECLARE_RUNBOOK                                                                                      \
  "id, version, title, summary, references, params, needs, applies, run, verify, verifies"
#define DECLARE_NEEDS "registry, reads, updates, packages, files, reboot, legacy, probes, modules"
#define DECLARE_PARAM "type, default, help, choices, secret"

/* Pushes the declaration. [-0, +1, -] */
void declare_push_all(lua_State *L);

/* Pushes a field of the declaration, or nil. [-0, +1, e] */
int declare_push(lua_State *L, const char *field);

/* Reads the Lua value at `index` as a value of a type into *out, which is none. False: it is no such value. Does not raise. */
bool param_from_lua(lua_State *L, int index, param_type type, param_value *out);

/* Pushes a value; none becomes nil. [-0, +1, e] */
void param_push(lua_State *L, const param_value *value);

#endif
