/* What other tools read, made from the JSON of a plan or report. What they cannot say is left out, never bent. */
#ifndef TLSMEND_RENDER_FORMATS_H
#define TLSMEND_RENDER_FORMATS_H

#include <jansson.h>

#include "base/text.h"

/* Terraform's JSON plan: resource_changes with actions, before and after. New reference, NULL when out of memory. */
json_t *terraform_from_plan(const json_t *plan);

/* SARIF 2.1.0: one result a change, what is unknown as "open". New reference, NULL when out of memory. */
json_t *sarif_from_plan(const json_t *plan);

/* JUnit: one test case a change; of a plan a change is a failure, of a report a step that is not done. malloc'd. */
int junit_from_plan(const json_t *plan, char **out, tlsmend_error *error);

#endif
