/*
 * A Lua state that a runbook may be let loose in: what it reaches stands in one allow-list, what it may use up is
 * limited, and nothing in it outlives a limit. Knows nothing of runbooks; the natives of modules/table.c are added by
 * their loader.
 */
#ifndef TLSMEND_SCRIPT_SANDBOX_SANDBOX_H
#define TLSMEND_SCRIPT_SANDBOX_SANDBOX_H

#include <signal.h>

#include <lua.h>

#include "machine/machine.h"
#include "script/script.h"

/* No limit was passed. Once one was, that stays: every further instruction of the state raises. What the machine refuses ends a run
 * in the same way. */
enum {
  SANDBOX_WITHIN = TLSMEND_LIMIT_COUNT,
  SANDBOX_STOPPED, /* somebody has asked for it */
  SANDBOX_NAMES,   /* a table has too many keys that are no list */
  SANDBOX_REFUSED  /* the machine has refused something, see `refusal` */
};

/* C memory that a native needs while Lua may raise. Owned by the state, emptied by the next native that takes it. */
typedef struct script_scratch {
  tlsmend_value value;
  char *path;   /* free() */
  char *text;   /* free() */
  char **texts; /* value_texts_free */
  size_t text_count;
  name_list names;
  struct os_place *place; /* os_place_close */
} script_scratch;

/* A machine as a script gets it: what passes is counted. in sandbox/quota.c. */
typedef struct script_quota {
  tlsmend_machine base; /* its `below` is the machine, NULL for none */
  struct script_context *context;
} script_quota;

/* What belongs to one Lua state. Reached from any of its coroutines by sandbox_context(). */
typedef struct script_context {
  lua_State *L;
  lua_State *running;     /* that, or the coroutine that runs now */
  script_options options; /* its pointers are borrowed */

  unsigned long long used[TLSMEND_LIMIT_COUNT]; /* instructions: also what C functions were charged for */
  uint64_t deadline;                            /* os_clock; UINT64_MAX outside of calls */
  int interval;                                 /* instructions between two looks at the limits */
  size_t node, asked;         /* bytes of one key in a table; what Lua asked for last, until that is known */
  int closing;                /* coroutines that are being closed, one within the other */
  size_t large;               /* the largest block with which an instruction may be slow, or 0 */
  int exceeded;               /* a tlsmend_limit, or a SANDBOX_ */
  volatile sig_atomic_t stop; /* may be set by a signal: it ends as at a limit */
  char where[160];            /* "file:line: " of the place that passed the limit */
  tlsmend_error refusal;      /* what the machine refused first, with its place */

  char file[64];    /* chunk name of the runbook: positions in it are preferred in messages */
  const char *text; /* of the runbook, for messages. Borrowed, may be NULL */
  size_t text_size;
  const char *title; /* why of a change that gives none. Borrowed, may be NULL */
  bool overridden;   /* some text came from options.library */

  script_quota machine, facts; /* without a machine outside script_run and script_verify */
  const script_sink *sink;
  bool unreached; /* a file that it looked at is not there, or not within reach */
  bool verifying; /* inside verify: the network may be asked */
  bool answered;  /* and a server has answered: with a yes or a no, not with silence */
  bool hosting;   /* the host or its own Lua asks for a module, which may be one of host/lua/ */
  script_scratch scratch;
} script_context;

int sandbox_open(const script_options *options, script_context **out, tlsmend_error *error);
void sandbox_close(script_context *context);

script_context *sandbox_context(lua_State *L);

/* Calls the function below its `arguments` on the stack of context->L, as lua_pcall does; errors of any kind become a code
 * and one line. The stack is balanced: on failure nothing is left of function, arguments and results. */
int sandbox_call(script_context *context, int arguments, int results, tlsmend_error *error);

/* Takes back that a limit was passed, and begins to count anew: for the host's own states, whose calls are each on their own. Not
 * for a runbook's. No call may be running. */
void sandbox_renew(script_context *context);

/* What is counted for one run begins anew; memory is not. */
void sandbox_refill(script_context *context);

/* Counts towards a limit. TLSMEND_E_LIMIT once any was passed; when that reaches Lua, script_raise_error makes it stay. */
int sandbox_count(script_context *context, tlsmend_limit limit, unsigned long long amount,
                  tlsmend_error *error);

/* As sandbox_count for bytes that the host is to keep or to print. [-0, +0, e] */
void sandbox_output(lua_State *L, size_t bytes);

/* Hands a line of a script to whoever listens, charged and plain to look at. Answers 0. [-0, +?, e] In modules/log.c. */
int sandbox_log(lua_State *L, tlsmend_event event, const char *text);

/* Sets the machines that a script works on and reads facts from, or takes them away again (NULL). in sandbox/quota.c. */
void sandbox_machines(script_context *context, tlsmend_machine *machine, tlsmend_machine *facts);

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

/* Raises an error that keeps its TLSMEND_E_ code through Lua, also when the runbook catches and throws it again. */
int script_raise(lua_State *L, int code, const char *format, ...)
#if defined(__MINGW32__)
    __attribute__((format(gnu_printf, 3, 4)))
#elif defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;

/* As script_raise for what the machine or another function of the host reported. TLSMEND_E_REFUSED ends the run (sandbox_refuse);
 * what a runbook, a module of the library or an embedder refuses itself is raised with script_raise, and may be caught. */
int script_raise_error(lua_State *L, const tlsmend_error *error);

/* Turns the error value at the top of the stack into code and line, and pops it. Never raises. */
int script_error_take(script_context *context, int status, tlsmend_error *error);

/* The message handler of sandbox_call: makes a text of any error value. */
int l_message(lua_State *L);

/* Registers the metatable of errors. [-0, +0, e] */
void script_error_register(lua_State *L);

/* The scratch of the state, emptied. */
script_scratch *script_scratch_take(lua_State *L);
void script_scratch_clear(script_scratch *scratch);

/* Makes globals from the allow-list, pushes them, and makes them the globals of the state. [-0, +1, e] */
void sandbox_globals(lua_State *L);

/* pairs and next in one order, the same in every process; and the keys of a table in that order, as a list. Returns how many.
 * [-0, +1, e] In sandbox/pairs.c. */
int l_pairs(lua_State *L);
int l_next(lua_State *L);
int sandbox_keys(lua_State *L, int index);

/* The numbers from 0 to below `count`, sorted by `before`, which is a strict order or the result is any order. Leaves them as a userdata
 * on the stack. [-0, +1, e] In sandbox/sort.c. */
typedef bool (*sort_before)(void *data, size_t a, size_t b);
const size_t *sandbox_sort(lua_State *L, size_t count, sort_before before, void *data);
int l_table_sort(lua_State *L);

/* Metatables of scripts, in sandbox/metatable.c. */
int l_setmetatable(lua_State *L);
int l_getmetatable(lua_State *L);

/* Pushes any value as a text, by its __tostring if it has one; never an address. [-0, +1, e] In sandbox/text.c. */
const char *sandbox_text(lua_State *L, int index);
int l_tostring(lua_State *L);
int l_format(lua_State *L);

/* string.find, match, gmatch and gsub: Lua's patterns, counted. In sandbox/string.c. */
int l_find(lua_State *L);
int l_match(lua_State *L);
int l_gmatch(lua_State *L);
int l_gsub(lua_State *L);

#endif
