/* The way from a text to a host that is another process. A worker has one; where there is none, the host is here. */
#ifndef TLSMEND_SCRIPT_PRIMITIVES_REMOTE_H
#define TLSMEND_SCRIPT_PRIMITIVES_REMOTE_H

#include <stdbool.h>

#include "script/primitives/primitives.h"

struct lua_State;

typedef struct script_remote {
  /* Answers as primitive_call; *exceeded is SANDBOX_WITHIN, or what ends the run there: the account's `exceeded` of that host. The text of a
   * limit is made here, with its place; of a refusal it is that of `error`. */
  int (*ask)(void *data, primitive_id id, tlsmend_call *call, int *exceeded, tlsmend_error *error);
  /* Whether the host wants the call that is running to end. Asked every few milliseconds. */
  bool (*stopped)(void *data);
  void *data;
  /* Adds to each state that is opened, or NULL: a test has its own worker do what none should. */
  void (*extra)(struct lua_State *L);
} script_remote;

#endif
