/* What the files share that load, run and answer for a runbook. */
#ifndef TLSMEND_SCRIPT_RUNBOOK_H
#define TLSMEND_SCRIPT_RUNBOOK_H

#include "script/declared/declared.h"
#include "script/sandbox/limits.h"

struct script_runbook {
  script_options options;     /* its pointers are borrowed */
  script_context *context;    /* of a text in this process */
  struct remote_text *remote; /* of one in a worker */
  declared_runbook declared;
  script_source file; /* of a path that the options have no source for */
  char *text;         /* free(); NULL for one that is embedded */
};

/* What is called of it. */
typedef enum run_kind {
  RUN_PLAN,   /* `applies`, then, if it applies, `run` */
  RUN_VERIFY, /* `verify` */
  RUN_WATCH   /* the program that looks on, with the declaration */
} run_kind;

/* What came of it. */
typedef struct run_answer {
  bool yes;     /* it applies; it is verified */
  bool absent;  /* there is no verify */
  char *reason; /* malloc'd, or NULL */
  json_t *seen; /* a reference: what the watcher has returned; or NULL */
} run_answer;
void run_answer_clear(run_answer *answer);

/* Begins a run on the ground and calls, wherever the text is. Clear *answer in any case. */
int script_call(script_runbook *runbook, run_kind kind, const script_ground *ground, run_answer *answer,
                tlsmend_error *error);

/* Checks the table at the top of the stack and fills header and needs. The table stays in the state.
 * `file` is what messages call the runbook. [-1, +0, e] */
void declare_read(lua_State *L, script_runbook *runbook, const char *file);

/* The fields there are: of a declaration, of its `needs`, of a parameter. */
#define DECLARE_RUNBOOK                                                                                      \
  "id, version, title, summary, references, params, needs, applies, run, verify, verifies"
#define DECLARE_NEEDS "registry, reads, updates, packages, files, reboot, legacy, off, probes, modules"
#define DECLARE_PARAM "type, default, help, choices, secret"

/* Pushes the declaration. [-0, +1, -] */
void declare_push_all(lua_State *L);

/* Pushes a field of the declaration, or nil. [-0, +1, e] */
int declare_push(lua_State *L, const char *field);

/* Reads the Lua value at `index` as a value of a type into *out, which is none. False: it is no such value. Does not raise. */
bool param_from_lua(lua_State *L, int index, param_type type, param_value *out);

/* Pushes a value; none becomes nil. [-0, +1, e] */
void param_push(lua_State *L, const param_value *value);

#endif
