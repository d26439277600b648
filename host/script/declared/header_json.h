/* A header that comes from another process. */
#ifndef TLSMEND_SCRIPT_DECLARED_HEADER_JSON_H
#define TLSMEND_SCRIPT_DECLARED_HEADER_JSON_H

#include <tlsmend/error.h>

#include "script/declared/header.h"

/*
 * Takes what header_declared_to_json has written, from whom nothing can be expected: everything is judged by the rules of a
 * declaration, and only the one spelling of a header is taken. The JSON must have been read with JSON_REJECT_DUPLICATES. Where the
 * runbook comes from, its digest and its files are not in it: the caller knows them. E_SCRIPT: it is none, with a line that begins with
 * the field; *out is empty then.
 */
int header_from_json(const json_t *json, runbook_header *out, tlsmend_error *error);

#endif
