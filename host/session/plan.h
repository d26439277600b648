/* Parameters as they are written on a command line, for plans and for the bench. */
#ifndef TLSMEND_SESSION_PLAN_H
#define TLSMEND_SESSION_PLAN_H

#include <stddef.h>

#include <tlsmend/tlsmend.h>

/* E_USAGE unless each text is "name=value", and no name comes twice. */
int session_check_params(const char *const *params, size_t count, tlsmend_error *error);

/* E_USAGE: no runbook has what "name" or "name=value" sets. */
int session_no_param(const char *param, tlsmend_error *error);

#endif
