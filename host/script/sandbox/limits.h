/*
 * What belongs to one Lua state, and what it may use up: memory, instructions, time, and what is counted besides. Nothing in a state
 * outlives a limit.
 */
#ifndef TLSMEND_SCRIPT_SANDBOX_LIMITS_H
#define TLSMEND_SCRIPT_SANDBOX_LIMITS_H

#include <lua.h>

#include "script/primitives/call.h"
#include "script/primitives/host.h"
#include "script/primitives/account.h"
#include "script/sandbox/arena.h"
#include "script/script.h"

/* C memory that a native needs while Lua may raise. Owned by the state, emptied by the next native that takes it. */
typedef struct script_scratch {
  tlsmend_value value;
  char *path;   /* free() */
  char *text;   /* free() */
  char **texts; /* value_texts_free */
  size_t text_count;
  tlsmend_call call; /* what the host has answered last */
} script_scratch;

/* What belongs to one Lua state. Reached from any of its coroutines by sandbox_context(). */
typedef struct script_context {
  lua_State *L;
  lua_State *running;     /* that, or the coroutine that runs now */
  script_options options; /* its pointers are borrowed */

  arena memory;
  script_account account;
  int interval;       /* instructions between two looks at the limits */
  size_t node, asked; /* bytes of one key in a table; what Lua asked for last, until that is known */
  int closing;        /* coroutines that are being closed, one within the other */
  size_t large;       /* the largest block with which an instruction may be slow, or 0 */
  char where[160];    /* "file:line: " of the place that passed the limit */

  char file[64];    /* chunk name of the runbook: positions in it are preferred in messages */
  const char *text; /* of the runbook, for messages. Borrowed, may be NULL */
  size_t text_size;
  const char *title; /* why of a change that gives none. Borrowed, may be NULL */
  bool overridden;   /* some text came from options.library */

  script_host host;                   /* of this state: no machine outside script_run and script_verify */
  const struct script_remote *remote; /* where the host is another process, or NULL */
  uint64_t looked;                    /* when that was asked whether to stop; os_clock */
  bool inside;                        /* there is a machine, which is what `system` says; see sandbox_enter */
  tlsmend_system system;
  bool (*is_module)(const char *name); /* what `require` has; NULL where there is no `require` */
  bool hosting; /* the host or its own Lua asks for a module, which may be one of host/lua/ */
  script_scratch scratch;
} script_context;

script_context *sandbox_context(lua_State *L);

/* The scratch of the state, emptied. */
script_scratch *script_scratch_take(lua_State *L);
void script_scratch_clear(script_scratch *scratch);

/* Takes back that a limit was passed, and begins to count anew: for the host's own states, whose calls are each on their own. Not
 * for a runbook's. No call may be running. */
void sandbox_renew(script_context *context);

/* Counts bytes that the host is to keep or to print; raises when that passes the limit. [-0, +0, e] */
void sandbox_output(lua_State *L, size_t bytes);

/* TLSMEND_OK, or why nothing runs any more. */
int sandbox_ended(const script_context *context, tlsmend_error *error);

/* Compiles a text in pieces, each charged. A status of Lua; [-0, +1, e] */
int sandbox_load(lua_State *L, const char *text, size_t size, const char *chunk);

/* Has the hook look at the limits as often as the largest block asks for. [-0, +0, -] */
void sandbox_pace(lua_State *L);

/* Charges a C function for work that no instruction counts; raises when that passes the limit. */
void sandbox_spend(lua_State *L, unsigned long long cost);

/* Raises if a limit was passed. [-0, +0, e] */
void sandbox_check(lua_State *L);

/* Ends the run with a refusal of the machine: nothing that a script does with the error changes that. [-0, +0, e] */
void sandbox_refuse(lua_State *L, const tlsmend_error *error);

/* What protected calls do first with an error that they caught (at the top of the stack): errors of a limit go on.
 * [-0, +0, e] */
void sandbox_caught(lua_State *L, int status);

/* "winhttp-tls12.lua:14: " of the innermost line of the runbook, else of the innermost Lua function, else "". */
void sandbox_where(lua_State *L, char *out, size_t size);

/* How a state begins: the limits of its options, and those that they leave out. */
void sandbox_limits_begin(script_context *context);

/* The lua_Alloc of a state; `data` is its context. */
void *sandbox_alloc(void *data, void *block, size_t old, size_t size);

/* Learns how much Lua asks for the keys of a table. The first that is done in a state. [-0, +0, e] */
void sandbox_measure(lua_State *L);

/* Has the limits looked at from here on. */
void sandbox_watch(script_context *context);

#endif
