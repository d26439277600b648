/*
 * A text that is open in a worker, from the parent's side: it has a host and an account here, as one in this process has, and its own
 * limits hold on both sides.
 */
#ifndef TLSMEND_SCRIPT_WORKER_REMOTE_H
#define TLSMEND_SCRIPT_WORKER_REMOTE_H

#include "script/runbook.h"
#include "script/worker/opening.h"
#include "script/worker/worker.h"

typedef struct remote_text {
  worker *worker;         /* NULL: it rests */
  char *name;             /* of a runbook, as it was opened */
  script_options options; /* its pointers are borrowed */
  script_account account;
  script_host host;
  char file[64];   /* what messages call it */
  bool overridden; /* some text came from the library */
  bool broken;     /* the worker has died or lied; nothing more is asked of it */
} remote_text;

/* Whether a text with these options runs in a worker: in this process runs what is part of it. A worker is no other's parent. */
bool remote_wanted(const script_options *options);

/* A runbook: its header, checked, becomes that of *declared. *out is to be closed in any case. */
int remote_open_runbook(const script_options *options, const char *name, const char *file,
                        declared_runbook *declared, remote_text **out, tlsmend_error *error);

/*
 * A plan may have a thousand runbooks, and a process for each would be too many: where many are lent, one that is open rests without a
 * worker, and has one again before it is called. Its text is loaded again then, and what it says while it loads was said.
 */
void remote_rest(remote_text *self);
int remote_wake(remote_text *self, tlsmend_error *error);

/* What run_call does, in the worker. The host has begun a run, or has not (there is no machine). */
int remote_call(remote_text *self, const declared_runbook *declared, run_kind kind, run_answer *answer,
                tlsmend_error *error);

/* A text that only says something; *out is a new reference to what. */
int remote_data(const script_options *options, const char *name, const char *text, size_t size, json_t **out,
                tlsmend_error *error);

/* The host's own programs, and a call of one of their functions. What the host has lent is the machine. */
typedef struct remote_tool_call {
  const char *module, *function;
  const json_t *argument;    /* or NULL */
  const char *chunk, *title; /* as of script_tool_report, or NULL */
  bool renew;                /* limits that were passed before do not count any more */
} remote_tool_call;
/* *out is to be closed in any case. */
int remote_open_tool(const script_options *options, remote_text **out, tlsmend_error *error);
int remote_call_tool(remote_text *self, const remote_tool_call *call, json_t **out, tlsmend_error *error);

/* NULL is fine. */
void remote_close(remote_text *self);

#endif
