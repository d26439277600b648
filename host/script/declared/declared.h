/*
 * A runbook without its text: what it declares, the values that its parameters were given, and the needs that a guard is made of. There
 * is no Lua in it, so it is the same wherever the text runs.
 */
#ifndef TLSMEND_SCRIPT_DECLARED_DECLARED_H
#define TLSMEND_SCRIPT_DECLARED_DECLARED_H

#include "machine/guard.h"
#include "script/declared/header.h"

typedef struct declared_runbook {
  runbook_header header;
  param_value *values; /* those that were given; one for each parameter, none where the default counts */
  guard_needs needs;   /* borrows the texts of the header */
  const char **given, **packages; /* the arrays of `needs`, where they are not those of the header */
} declared_runbook;

/* Makes values and needs of the header, which is there and changes no more. `stand_in` counts as a declared package, or NULL; borrowed.
 * False: out of memory; to be cleared all the same. */
bool declared_begin(declared_runbook *self, const char *stand_in);
void declared_clear(declared_runbook *self);

/* As script_param, script_param_value and script_param_at. */
int declared_parse(declared_runbook *self, const char *name, const char *text, tlsmend_error *error);
int declared_put(declared_runbook *self, const char *name, const param_value *value, tlsmend_error *error);
const param_value *declared_value(const declared_runbook *self, size_t index);

/* The values as they will be used, as an array in the order of the header. NULL when out of memory. */
json_t *declared_values_to_json(const declared_runbook *self);

/* Takes such an array over: each value of its type and among the choices, null where there is none. False: it is none of this header, or
 * out of memory. */
bool declared_values_from_json(declared_runbook *self, const json_t *json);

#endif
