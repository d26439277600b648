/* A runbook's text in this process: loaded, and its functions called. What is around that, and whether it is done here, is dispatch.c's. */
#ifndef TLSMEND_SCRIPT_RUN_H
#define TLSMEND_SCRIPT_RUN_H

#include "script/runbook.h"
#include "script/texts.h"

/* Loads a text, which outlives the runbook, and reads its declaration. `file` is its name in messages. */
int run_open(script_runbook *runbook, const script_text *text, const char *file, tlsmend_error *error);

/* Calls what is wanted. The host of its context has begun a run, or there is no machine. *answer is empty. */
int run_call(script_runbook *runbook, run_kind kind, run_answer *answer, tlsmend_error *error);

#endif
