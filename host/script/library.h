/* The files that belong to a runbook. */
#ifndef TLSMEND_SCRIPT_LIBRARY_H
#define TLSMEND_SCRIPT_LIBRARY_H

#include "script/texts.h"

/* The files that belong to a runbook, as script_identity has them. */
int script_files(const script_options *options, json_t **out, tlsmend_error *error);

/* Reads a text of a library folder that is no Lua and no part of its digest: "stdlib/lang/de.txt". E_ABSENT: there is none, or no folder. */
int script_library_data(const char *folder, const char *name, script_text *out, tlsmend_error *error);

#endif
