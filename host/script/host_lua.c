/* Calls into the standard library with JSON. Every push and every read happens inside the protected call. */
#include "script/host_lua.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/error.h"
#include "script/require.h"
#include "script/sandbox/error.h"
#include "script/sandbox/sandbox.h"
#include "script/worker/remote.h"

enum { DEPTH_MOST = 32 };

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

static void push_json(lua_State *L, const json_t *value);

static void push_object(lua_State *L, const json_t *object) {
  const char *name;
  json_t *member;
  lua_createtable(L, 0, (int)json_object_size(object));
  json_object_foreach((json_t *)object, name, member) {
    push_json(L, member);
    lua_setfield(L, -2, name);
  }
}

static void push_array(lua_State *L, const json_t *array) {
  lua_createtable(L, (int)json_array_size(array), 0);
  for (size_t i = 0; i < json_array_size(array); i++) {
    push_json(L, json_array_get(array, i));
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static void push_json(lua_State *L, const json_t *value) {
  luaL_checkstack(L, 4, "JSON is nested too deeply");
  if (json_is_object(value))
    push_object(L, value);
  else if (json_is_array(value))
    push_array(L, value);
  else if (json_is_string(value))
    lua_pushlstring(L, json_string_value(value), json_string_length(value));
  else if (json_is_integer(value))
    lua_pushinteger(L, (lua_Integer)json_integer_value(value));
  else if (json_is_real(value))
    lua_pushnumber(L, json_real_value(value));
  else if (json_is_boolean(value))
    lua_pushboolean(L, json_is_true(value));
  else
    lua_pushnil(L);
}

/* Lua to JSON: a container is in its parent before it is filled, so that an error leaks nothing. */

static json_t *plain_json(lua_State *L, int index) {
  size_t size;
  switch (lua_type(L, index)) {
  case LUA_TNIL:
    return json_null();
  case LUA_TBOOLEAN:
    return json_boolean(lua_toboolean(L, index));
  case LUA_TNUMBER:
    return lua_isinteger(L, index) ? json_integer((json_int_t)lua_tointeger(L, index))
                                   : json_real((double)lua_tonumber(L, index));
  case LUA_TSTRING: {
    const char *text = lua_tolstring(L, index, &size);
    return json_stringn(text, size);
  }
  case LUA_TTABLE: {
    bool list = lua_rawlen(L, index) > 0;
    if (!list) {
      lua_pushnil(L);
      list = lua_next(L, index) == 0;
      if (!list)
        lua_pop(L, 2);
    }
    return list ? json_array() : json_object();
  }
  default:
    return NULL;
  }
}

static int compare_names(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Lua's tables have another order in every run, and what is compared or kept needs one. Without memory it stays as it is. */
static void sort_members(json_t *object) {
  size_t count = 0;
  const char *name;
  json_t *member, *sorted = json_object();
  const char **names = calloc(json_object_size(object) + 1, sizeof *names);
  if (names && sorted) {
    json_object_foreach(object, name, member) names[count++] = name;
    qsort(names, count, sizeof *names, compare_names);
    bool whole = true;
    for (size_t i = 0; i < count; i++)
      whole = json_object_set(sorted, names[i], json_object_get(object, names[i])) == 0 && whole;
    if (whole) {
      json_object_clear(object);
      json_object_update(object, sorted);
    }
  }
  free(names);
  json_decref(sorted);
}

static void fill(lua_State *L, int index, json_t *container, int depth);

/* The value at the top of the stack, which stays, becomes a member of the container. */
static void add(lua_State *L, json_t *container, const char *name, int depth) {
  int index = lua_gettop(L);
  json_t *value = plain_json(L, index);
  int failed = name ? json_object_set_new(container, name, value) : json_array_append_new(container, value);
  if (failed != 0)
    script_raise(L, TLSMEND_E_SCRIPT, "a result holds a %s, or text that is not UTF-8",
                 luaL_typename(L, index));
  if (lua_istable(L, index))
    fill(L, index, value, depth + 1);
}

static void fill(lua_State *L, int index, json_t *container, int depth) {
  if (depth > DEPTH_MOST)
    script_raise(L, TLSMEND_E_SCRIPT, "a result is nested too deeply");
  luaL_checkstack(L, 8, "a result is nested too deeply");
  if (json_is_array(container)) {
    for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, index); i++) {
      lua_rawgeti(L, index, i);
      add(L, container, NULL, depth);
      lua_pop(L, 1);
    }
    return;
  }
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING)
      script_raise(L, TLSMEND_E_SCRIPT, "a result has a key that is a %s", luaL_typename(L, -2));
    add(L, container, lua_tostring(L, -2), depth);
  }
  sort_members(container);
}

void script_json_take(lua_State *L, json_t *array) { add(L, array, NULL, 0); }

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
  push_json(L, request->call->argument);
  lua_call(L, 1, 1);
  script_json_take(L, request->out);
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
  script_json_take(L, request->out);
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

int script_tool_open(const script_options *options, tlsmend_machine *machine, script_tool **out,
                     tlsmend_error *error) {
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
    code = script_host_lend(host_of(tool), machine, machine, error);
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

void script_tool_stop(script_tool *tool) { host_of(tool)->account->stop = 1; }

void script_tool_close(script_tool *tool) {
  if (!tool)
    return;
  remote_close(tool->remote);
  sandbox_close(tool->context);
  free(tool);
}
