/* The values that the parameters of a runbook may have. */
#ifndef TLSMEND_SCRIPT_DECLARED_PARAM_H
#define TLSMEND_SCRIPT_DECLARED_PARAM_H

#include <tlsmend/error.h>

#include "script/declared/header.h"

/* A text that a parameter can be: UTF-8 without NULs. False: it is none, or out of memory. */
bool param_text(const char *text, size_t size, param_value *out);

/* Reads the text of a command line as the value of a declared parameter into *out, which is none. */
int param_parse(const declared_param *param, const char *text, param_value *out, tlsmend_error *error);

/* Whether a value is among the choices of a declaration (each element, for a list). True without choices. */
bool param_allowed(const declared_param *param, const param_value *value);

/* Whether a declared parameter may have this value. */
bool param_is(const declared_param *param, const param_value *value);

/* Reads JSON as a value of a type into *out, which is none. False: it is no such value, or out of memory. */
bool param_from_json(param_type type, const json_t *json, param_value *out);

#endif
