/* Calls into the standard library with JSON. Every push and every read happens inside the protected call. */
#include "script/host_lua.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/error.h"
#include "machine/guard.h"
#include "script/json_lua.h"
#include "script/require.h"
#include "script/sandbox/error.h"
#include "script/sandbox/sandbox.h"
#include "script/worker/remote.h"

struct script_tool {
  script_context *context; /* in this process */
  remote_text *remote;     /* or in a worker */
  script_sink sink;
  char chunk[64];    /* of script_tool_report; "" before */
  const char *title; /* borrowed */
  bool renewed;      /* the next call begins anew */
};

/* What cannot be told is the called function's own business here. */
static int ignore(void *data, const char *text, tlsmend_error *error) {
  (void)data, (void)text, (void)error;
  return TLSMEND_OK;
}

typedef struct request {
  const script_tool_call *call;
  json_t *out; /* an array with the result in it */
} request;

static int l_tool_call(lua_State *L) {
  request *request = lua_touserdata(L, 1);
  script_require_register(L);
  if (sandbox_context(L)->inside)
    script_fill_facts(L);
  script_require_host(L, request->call->module);
  lua_getfield(L, -1, request->call->function);
  json_lua_push(L, request->call->argument);
  lua_call(L, 1, 1);
  json_lua_take(L, request->out);
  return 0;
}

static int result_of(script_context *context, int code, json_t *array, json_t **out) {
  script_scratch_clear(&context->scratch);
  if (code == TLSMEND_OK)
    *out = json_incref(json_array_get(array, 0));
  json_decref(array);
  return code;
}

/* The same in a worker. */
static int run_apart(script_tool *tool, const script_tool_call *call, json_t **out, tlsmend_error *error) {
  remote_tool_call asked = {call->module, call->function, call->argument, tool->chunk[0] ? tool->chunk : NULL,
                            tool->title,  tool->renewed};
  account_refill(&tool->remote->account);
  int code = remote_call_tool(tool->remote, &asked, out, error);
  tool->renewed = false;
  return code;
}

int script_tool_run(script_tool *tool, const script_tool_call *call, json_t **out, tlsmend_error *error) {
  if (tool->remote)
    return run_apart(tool, call, out, error);
  request request = {call, json_array()};
  *out = NULL;
  if (!request.out)
    return error_no_memory(error);
  account_refill(&tool->context->account);
  lua_pushcfunction(tool->context->L, l_tool_call);
  lua_pushlightuserdata(tool->context->L, &request);
  return result_of(tool->context, sandbox_call(tool->context, 1, 0, error), request.out, out);
}

typedef struct data_request {
  const char *name, *text;
  size_t size;
  json_t *out;
} data_request;

static int l_data(lua_State *L) {
  const data_request *request = lua_touserdata(L, 1);
  const char *chunk = lua_pushfstring(L, "@%s", request->name);
  script_compile(L, request->text, request->size, chunk);
  lua_call(L, 0, 1);
  json_lua_take(L, request->out);
  return 0;
}

int script_data(const script_options *options, const char *name, const char *text, size_t size, json_t **out,
                tlsmend_error *error) {
  data_request request = {name, text, size, json_array()};
  script_context *context = NULL;
  *out = NULL;
  if (!request.out)
    return error_no_memory(error);
  script_options strange = *options;
  strange.apart = true;
  if (remote_wanted(&strange)) {
    json_decref(request.out);
    return remote_data(&strange, name, text, size, out, error);
  }
  int code = sandbox_open(options, &context, error);
  if (code != TLSMEND_OK) {
    json_decref(request.out);
    return code;
  }
  lua_pushcfunction(context->L, l_data);
  lua_pushlightuserdata(context->L, &request);
  code = result_of(context, sandbox_call(context, 1, 0, error), request.out, out);
  sandbox_close(context);
  return code;
}

static script_host *host_of(const script_tool *tool) {
  return tool->remote ? &tool->remote->host : &tool->context->host;
}

/* With `needs` behind a guard. */
static int open_tool(const script_options *options, tlsmend_machine *machine, const guard_needs *needs,
                     script_tool **out, tlsmend_error *error) {
  script_options own = *options;
  own.source = NULL; /* no file of a runbook is run here */
  *out = NULL;
  script_tool *tool = calloc(1, sizeof *tool);
  if (!tool)
    return error_no_memory(error);
  int code = remote_wanted(&own) ? remote_open_tool(&own, &tool->remote, error)
                                 : sandbox_open(&own, &tool->context, error);
  if (code == TLSMEND_OK) {
    tool->sink = (script_sink){ignore, ignore, NULL};
    host_of(tool)->sink = &tool->sink;
    code = needs
               ? script_host_begin(host_of(tool), needs, &(script_ground){machine, NULL, &tool->sink}, error)
               : script_host_lend(host_of(tool), machine, machine, error);
  }
  if (code != TLSMEND_OK) {
    script_tool_close(tool);
    return code;
  }
  if (tool->context)
    sandbox_enter(tool->context, host_of(tool)->system);
  *out = tool;
  return TLSMEND_OK;
}

int script_tool_open(const script_options *options, tlsmend_machine *machine, script_tool **out,
                     tlsmend_error *error) {
  return open_tool(options, machine, NULL, out, error);
}

int script_tool_open_apart(const script_options *options, tlsmend_machine *machine, script_tool **out,
                           tlsmend_error *error) {
  static const guard_needs needs = {.runbook = "tlsmend", .made_up = true};
  script_options own = *options;
  own.apart = true;
  return open_tool(&own, machine, &needs, out, error);
}

void script_tool_report(script_tool *tool, const script_sink *sink, const char *chunk, const char *title) {
  tool->sink = *sink;
  tool->title = title;
  snprintf(tool->chunk, sizeof tool->chunk, "%s", chunk);
  if (!tool->context)
    return;
  snprintf(tool->context->file, sizeof tool->context->file, "%s", chunk);
  tool->context->title = title;
}

void script_tool_renew(script_tool *tool) {
  tool->renewed = true;
  if (tool->context)
    sandbox_renew(tool->context);
  else
    account_renew(&tool->remote->account);
}

bool script_tool_gone(const script_tool *tool) { return tool->remote && tool->remote->broken; }

void script_tool_stop(script_tool *tool) { host_of(tool)->account->stop = 1; }

void script_tool_close(script_tool *tool) {
  if (!tool)
    return;
  remote_close(tool->remote);
  sandbox_close(tool->context);
  free(tool);
}
