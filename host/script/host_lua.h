/*
 * A Lua state of the host's own: its programs, called with JSON and answering JSON. The bench, lint, the prompt and the state of a
 * machine have their policy in Lua; this is the door to it. No text of a runbook, of its modules or of what lies beside it is run
 * here: such a text has no way but script_open, and script_data for what only says something.
 */
#ifndef TLSMEND_SCRIPT_HOST_LUA_H
#define TLSMEND_SCRIPT_HOST_LUA_H

#include <jansson.h>

#include "script/script.h"

typedef struct script_tool script_tool;

/* `machine` is what registry, system and hotfix read; NULL: there is none. Borrowed, as are the options. */
int script_tool_open(const script_options *options, tlsmend_machine *machine, script_tool **out,
                     tlsmend_error *error);

/* The same for a program that reads a stranger's text: it runs in a worker, and gets no more of this computer than that text would; the machine
 * is one that is made up. */
int script_tool_open_apart(const script_options *options, tlsmend_machine *machine, script_tool **out,
                           tlsmend_error *error);
void script_tool_close(script_tool *tool);

/* What calls report from then on goes there (borrowed), messages prefer positions in the chunk `chunk`, and changes without a
 * reason of their own get `title` (borrowed). */
void script_tool_report(script_tool *tool, const script_sink *sink, const char *chunk, const char *title);

/* Each call is on its own from then on: a limit that one has passed does not end the next. */
void script_tool_renew(script_tool *tool);

/* Whether the process that it ran in has ended. No call is answered any more. */
bool script_tool_gone(const script_tool *tool);

/* Stops the call that is running, as a limit would. May be called by a signal handler. */
void script_tool_stop(script_tool *tool);

/* Calls a function of a module with one argument (borrowed, may be NULL). *out is a new reference to its first result: nil is
 * null, a table without keys or with the keys 1..n an array, any other table an object. */
typedef struct script_tool_call {
  const char *module, *function;
  const json_t *argument;
} script_tool_call;
int script_tool_run(script_tool *tool, const script_tool_call *call, json_t **out, tlsmend_error *error);

#endif
