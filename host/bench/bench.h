/* A runbook on the bench: what is tested, with which parameters, and what is expected of it. */
#ifndef TLSMEND_BENCH_BENCH_H
#define TLSMEND_BENCH_BENCH_H

#include "script/host_lua.h"

typedef struct bench {
  const tlsmend_options *options;
  const tlsmend_test_request *request;
  script_options script;
  script_tool *tool;
  const char *runbook; /* what is tested: an id or a path */
  /* Those of the request that it has, and the package folder for paths that were not given. */
  const char **params;
  size_t param_count;
  bool *taken;       /* for each of the request's parameters: a runbook has it */
  json_t *declared;  /* protocols older than TLS 1.2 that it may switch on */
  json_t *expect;    /* what the author expects, by machine; NULL */
  json_t *broken;    /* plans that were broken already: their changes as text, and on which machine */
  char *packages;    /* folder of stand-ins for update packages; NULL: none needed */
  char stand_in[65]; /* their SHA-256 */
} bench;

#endif
