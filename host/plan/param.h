/* The value of a parameter: of one of the types that parameters have, or none. */
#ifndef TLSMEND_PLAN_PARAM_H
#define TLSMEND_PLAN_PARAM_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/names.h"

typedef enum param_kind {
  PARAM_NONE,
  PARAM_TEXT,
  PARAM_INTEGER,
  PARAM_BOOLEAN,
  PARAM_LIST,
  PARAM_HIDDEN /* a secret, left out when the plan was saved */
} param_kind;

/* Owns its texts, which are UTF-8. Zeroed, it is none. */
typedef struct param_value {
  param_kind kind;
  bool boolean;
  int64_t integer;
  char *text;
  name_list list;
} param_value;

/* False: out of memory, and *out is none. */
bool param_value_copy(param_value *out, const param_value *from);
bool param_value_equal(const param_value *a, const param_value *b);
void param_value_clear(param_value *value);

/* As JSON, null for none. NULL when out of memory. False: JSON of no such kind, or out of memory; *out is none then. */
json_t *param_value_to_json(const param_value *value);
bool param_value_from_json(const json_t *json, param_value *out);

#endif
