/* What declaration.c and run.c share: a loaded runbook. */
#ifndef TLSMEND_SCRIPT_RUNBOOK_H
#define TLSMEND_SCRIPT_RUNBOOK_H

#include "machine/guard.h"
#include "script/sandbox/limits.h"

struct script_runbook {
  script_context *context;
  json_t *header;
  json_t *values; /* parameters that were given */
  guard_needs needs;
  char *text; /* free(); NULL for one that is embedded */
  const char **registry, **reads, **updates, **packages, **files, **given, **legacy, **probes,
      **modules; /* the arrays of `needs`; their texts belong to `header` */
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

/* The declaration of a parameter, or NULL. Borrowed. */
const json_t *declare_param(const script_runbook *runbook, const char *name);

/* Fills needs.given with what the operator has named by parameters of type path. False: out of memory. */
bool declare_given(script_runbook *runbook);

/* The value of a parameter: the given one, else the default, else JSON null. Borrowed. */
json_t *declare_value(const script_runbook *runbook, const json_t *param);

/* Reads the text of a command line as the value of a declared parameter. */
int param_parse(const json_t *param, const char *text, json_t **out, tlsmend_error *error);

/* Whether JSON is a value that a declared parameter may have. */
bool param_is(const json_t *param, const json_t *value);

/* The Lua value at `index` as a value of a parameter type; NULL if it is none. Does not raise. */
json_t *param_from_lua(lua_State *L, int index, const char *type);

/* Whether a type is one of those that parameters have. */
bool param_type_known(const char *type);
#define PARAM_TYPES "string, integer, boolean, path, string[]"

/* Whether a value is among the choices of a declaration (each element, for a list). True without choices. */
bool param_allowed(const json_t *param, const json_t *value);

/* Pushes a value; null becomes nil. [-0, +1, e] */
void param_push(lua_State *L, const json_t *value);

#endif
