/* Opening and closing a Lua state, and calls into it from the host. */
#include "script/sandbox/sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "os/os.h"
#include "script/primitives/remote.h"
#include "script/sandbox/error.h"
#include "script/sandbox/globals.h"

int sandbox_call(script_context *context, int arguments, int results, tlsmend_error *error) {
  lua_State *L = context->L;
  int function = lua_gettop(L) - arguments;
  context->hosting = false;
  context->running = L;
  int code = sandbox_ended(context, error);
  if (code != TLSMEND_OK) {
    lua_settop(L, function - 1);
    return code;
  }
  account_start(&context->account);
  lua_pushcfunction(L, l_message);
  lua_insert(L, function);
  int status = lua_pcall(L, arguments, results, function);
  context->running = L;
  account_rest(&context->account); /* what the host pushes between calls has none */
  lua_remove(L, function);
  if (status == LUA_ERRMEM && context->account.exceeded == SANDBOX_WITHIN)
    context->account.exceeded = TLSMEND_LIMIT_MEMORY;
  code = sandbox_ended(context, error);
  if (code == TLSMEND_OK && status != LUA_OK)
    code = script_error_take(context, status, error);
  if (code != TLSMEND_OK)
    lua_settop(L, function - 1);
  return code;
}

static int panic(lua_State *L) {
  (void)L;
  fputs("tlsmend: a Lua error outside of a protected call; this is a defect of tlsmend\n", stderr);
  return 0; /* Lua aborts */
}

static int l_open(lua_State *L) {
  sandbox_measure(L);
  script_error_register(L);
  sandbox_globals(L);
  const script_remote *remote = sandbox_context(L)->remote;
  if (remote && remote->extra)
    remote->extra(L);
  return 0;
}

int sandbox_open(const script_options *options, script_context **out, tlsmend_error *error) {
  *out = NULL;
  if (options && options->library && !options->texts && !os_dir_exists(options->library))
    return tlsmend_error_set(error, TLSMEND_E_USAGE,
                             "there is no folder %s to take runbooks/ and stdlib/ from (--library)",
                             options->library);
  script_context *context = calloc(1, sizeof *context);
  if (!context)
    return error_no_memory(error);
  if (options)
    context->options = *options;
  context->remote = context->options.remote;
  sandbox_limits_begin(context);
  script_host_open(&context->host, &context->options, &context->account);
  arena_open(&context->memory);
  lua_State *L = lua_newstate(sandbox_alloc, context);
  if (!L) {
    int code = tlsmend_error_set(error, TLSMEND_E_LIMIT,
                                 "a limit of %llu bytes of memory is too little to begin with; raise it with "
                                 "--limit-memory (memory_limit of the library)",
                                 context->account.limit[TLSMEND_LIMIT_MEMORY]);
    arena_close(&context->memory);
    free(context);
    return code;
  }
  context->L = context->running = L;
  memcpy(lua_getextraspace(L), &context, sizeof context);
  lua_atpanic(L, panic);
  /* most runbooks end before there is anything worth collecting; see sandbox/limits.c */
  lua_gc(L, LUA_GCSTOP);
  lua_pushcfunction(L, l_open);
  int code = sandbox_call(context, 0, 0, error);
  if (code != TLSMEND_OK) {
    sandbox_close(context);
    return code;
  }
  account_refill(&context->account);
  sandbox_watch(context);
  *out = context;
  return TLSMEND_OK;
}

void sandbox_enter(script_context *context, const tlsmend_system *system) {
  context->inside = system;
  context->system = system ? *system : (tlsmend_system){0};
}

/* Nothing in a state has to be finalized: setmetatable refuses __gc, natives have none, and that of lauxlib's buffers frees memory of the
 * state. So Lua need not go through all that it has. */
void sandbox_close(script_context *context) {
  if (!context)
    return;
  arena_close(&context->memory);
  script_scratch_clear(&context->scratch);
  script_host_close(&context->host);
  free(context);
}
