/* Workers that wait for the text that they had before: the next run of a runbook does not start a process again. */
#ifndef TLSMEND_SCRIPT_WORKER_POOL_H
#define TLSMEND_SCRIPT_WORKER_POOL_H

#include "script/worker/opening.h"
#include "script/worker/worker.h"

/* A worker with a frame in `out` that opens a text: one that had this text, all that belongs to it and these limits before, or a new
 * one. It is the caller's until worker_pool_give. Errors as of worker_start. */
int worker_pool_take(const opening *text, worker **out, tlsmend_error *error);

/* Closes the text, and keeps the worker where the options have a pool; one that is `broken` is ended. */
void worker_pool_give(const script_options *options, worker *worker, bool broken);

/* Whether more are lent than should be at a time: a plan may have a thousand texts, and each worker is a process. */
bool worker_pool_crowded(const worker_pool *self);

#endif
