/* The files that belong to a runbook. */
#ifndef TLSMEND_SCRIPT_LIBRARY_H
#define TLSMEND_SCRIPT_LIBRARY_H

#include "script/script.h"

/* The files that belong to a runbook, as script_identity has them. */
int script_files(const script_options *options, json_t **out, tlsmend_error *error);

#endif
