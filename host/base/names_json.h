/* Lists of texts as JSON arrays. */
#ifndef TLSMEND_BASE_NAMES_JSON_H
#define TLSMEND_BASE_NAMES_JSON_H

#include <jansson.h>

#include "base/names.h"

/* NULL when out of memory. Texts that are not UTF-8 are left out: JSON cannot hold them. */
json_t *name_list_to_json(const name_list *names);

/* Adds the texts of an array to *out. False: it is none, holds something else or a text with a NUL, or out of memory. */
bool name_list_from_json(const json_t *json, name_list *out);

#endif
