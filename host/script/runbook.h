/* What declaration.c and run.c share: a loaded runbook. */
#ifndef TLSMEND_SCRIPT_RUNBOOK_H
#define TLSMEND_SCRIPT_RUNBOOK_H

#include "machine/guard.h"
#include "script/header.h"
#include "script/sandbox/limits.h"

struct script_runbook {
  script_context *context;
  runbook_header header;
  param_value *values; /* those that were given; one for each parameter, none where the default counts */
  guard_needs needs;   /* borrows the texts of the header */
  char *text;          /* free(); NULL for one that is embedded */
  const char **given, **packages; /* the arrays of `needs`, where they are not those of the header */
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

/* Fills needs.given with what the operator has named by parameters of type path. False: out of memory. */
bool declare_given(script_runbook *runbook);

/* Reads the text of a command line as the value of a declared parameter into *out, which is none. */
int param_parse(const declared_param *param, const char *text, param_value *out, tlsmend_error *error);

/* Whether a declared parameter may have this value. */
bool param_is(const declared_param *param, const param_value *value);

/* Reads the Lua value at `index` as a value of a type into *out, which is none. False: it is no such value. Does not raise. */
bool param_from_lua(lua_State *L, int index, param_type type, param_value *out);

/* Whether a value is among the choices of a declaration (each element, for a list). True without choices. */
bool param_allowed(const declared_param *param, const param_value *value);

/* Pushes a value; none becomes nil. [-0, +1, e] */
void param_push(lua_State *L, const param_value *value);

#endif
