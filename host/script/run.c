/*
 * A runbook's text in this process: loaded, and applies, run and verify called. Every call into Lua is one protected call; what
 * it needs is pushed inside of it, because pushing can raise too.
 */
#include "script/run.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/unicode.h"
#include "signing/manifest.h"
#include "machine/machine.h"
#include "os/os.h"
#include "script/require.h"
#include "script/runbook.h"
#include "script/json_lua.h"
#include "script/library.h"
#include "script/sandbox/error.h"
#include "script/sandbox/sandbox.h"
#include "script/texts.h"

static const char watch_key;

typedef struct load_request {
  script_runbook *runbook;
  const script_text *text;
} load_request;

/* The function of the host's that looks on comes first: no text of the runbook has run yet. */
static void load_watch(lua_State *L, const char *watch) {
  script_require_host(L, watch);
  lua_getfield(L, -1, "run");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &watch_key);
  lua_pop(L, 1);
}

static int l_load(lua_State *L) {
  const load_request *request = lua_touserdata(L, 1);
  script_context *context = sandbox_context(L);
  script_require_register(L);
  if (context->options.watch)
    load_watch(L, context->options.watch);
  if (request->text->builtin) {
    script_compile_embedded(L, request->text->builtin, context->file);
  } else {
    const char *chunk = lua_pushfstring(L, "@%s", context->file);
    script_compile(L, request->text->bytes, request->text->size, chunk);
  }
  lua_call(L, 0, 1);
  declare_read(L, request->runbook, context->file);
  return 0;
}

int run_open(script_runbook *runbook, const script_text *text, const char *file, tlsmend_error *error) {
  load_request request = {runbook, text};
  int code = sandbox_open(&runbook->options, &runbook->context, error);
  if (code != TLSMEND_OK)
    return code;
  script_context *context = runbook->context;
  snprintf(context->file, sizeof context->file, "%s", file);
  context->text = text->bytes;
  context->text_size = text->size;
  lua_pushcfunction(context->L, l_load);
  lua_pushlightuserdata(context->L, &request);
  code = sandbox_call(context, 1, 0, error);
  context->title = runbook->declared.header.title;
  return code;
}

static void push_params(lua_State *L, const script_runbook *runbook) {
  lua_createtable(L, 0, (int)runbook->declared.header.param_count);
  for (size_t i = 0; i < runbook->declared.header.param_count; i++) {
    param_push(L, declared_value(&runbook->declared, i));
    lua_setfield(L, -2, runbook->declared.header.params[i].name);
  }
}

typedef struct run_request {
  const script_runbook *runbook;
  run_answer *answer;
  json_t *seen; /* an array with what was seen in it */
} run_request;

/* Reads `boolean, reason` at the top of the stack. */
static void read_answer(lua_State *L, const char *function, run_request *request) {
  const char *file = sandbox_context(L)->file;
  if (!lua_isboolean(L, -2))
    script_raise(L, TLSMEND_E_SCRIPT, "%s: %s must return true or false, got %s", file, function,
                 luaL_typename(L, -2));
  if (!lua_isnil(L, -1) && lua_type(L, -1) != LUA_TSTRING)
    script_raise(L, TLSMEND_E_SCRIPT, "%s: %s must return its reason as a string, got %s", file, function,
                 luaL_typename(L, -1));
  request->answer->yes = lua_toboolean(L, -2);
  if (lua_isnil(L, -1))
    return;
  size_t size = strlen(lua_tostring(L, -1)) + 1;
  sandbox_output(L, size);
  free(request->answer->reason);
  request->answer->reason = malloc(size);
  if (!request->answer->reason)
    script_raise(L, TLSMEND_E_MEMORY, "out of memory");
  memcpy(request->answer->reason, lua_tostring(L, -1), size);
}

static int l_run(lua_State *L) {
  run_request *request = lua_touserdata(L, 1);
  script_fill_facts(L);
  script_require(L, "system");
  request->answer->yes = true;
  if (declare_push(L, "applies") == LUA_TFUNCTION) {
    lua_pushvalue(L, 2);
    lua_call(L, 1, 2);
    read_answer(L, "applies", request);
  }
  if (!request->answer->yes)
    return 0;
  declare_push(L, "run");
  push_params(L, request->runbook);
  lua_call(L, 1, 0);
  return 0;
}

static int l_verify(lua_State *L) {
  run_request *request = lua_touserdata(L, 1);
  request->answer->yes = true;
  request->answer->absent = declare_push(L, "verify") != LUA_TFUNCTION;
  if (request->answer->absent)
    return 0;
  script_fill_facts(L);
  push_params(L, request->runbook);
  lua_call(L, 1, 2);
  read_answer(L, "verify", request);
  return 0;
}

/* The watcher has the functions of the runbook in its hands, and their arguments. */
static int l_watch(lua_State *L) {
  run_request *request = lua_touserdata(L, 1);
  script_fill_facts(L);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &watch_key);
  declare_push_all(L);
  push_params(L, request->runbook);
  lua_pushstring(L, sandbox_context(L)->file);
  lua_call(L, 3, 1);
  json_lua_take(L, request->seen);
  return 0;
}

void run_answer_clear(run_answer *answer) {
  free(answer->reason);
  json_decref(answer->seen);
  *answer = (run_answer){0};
}

int run_call(script_runbook *runbook, run_kind kind, run_answer *answer, tlsmend_error *error) {
  static const lua_CFunction functions[] = {
      [RUN_PLAN] = l_run, [RUN_VERIFY] = l_verify, [RUN_WATCH] = l_watch};
  script_context *context = runbook->context;
  run_request request = {runbook, answer, kind == RUN_WATCH ? json_array() : NULL};
  if (kind == RUN_WATCH && !request.seen)
    return error_no_memory(error);
  sandbox_enter(context, context->host.system);
  lua_pushcfunction(context->L, functions[kind]);
  lua_pushlightuserdata(context->L, &request);
  int code = sandbox_call(context, 1, 0, error);
  sandbox_enter(context, NULL);
  script_scratch_clear(&context->scratch);
  if (code == TLSMEND_OK)
    answer->seen = json_incref(json_array_get(request.seen, 0));
  json_decref(request.seen);
  return code;
}
