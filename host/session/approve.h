/* The signatures of a saved plan. */
#ifndef TLSMEND_SESSION_APPROVE_H
#define TLSMEND_SESSION_APPROVE_H

#include <stddef.h>

#include "plan/origin.h"

/* Reads the signatures beside a plan, or those that are named, unless that was done before. */
int session_read_signatures(plan_origin *origin, const char *const *paths, size_t count,
                            tlsmend_error *error);

/* E_APPROVAL: `count` of the `needed` ones are there; `by` says whose, with a blank before it, or is empty. */
int session_too_few(const plan_origin *origin, size_t count, size_t needed, const char *by,
                    tlsmend_error *error);

#endif
