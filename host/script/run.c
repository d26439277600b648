/*
 * The door from the host into Lua: loads runbooks, runs applies, run and verify on a machine. Every call into Lua is one
 * protected call; what it needs is pushed inside of it, because pushing can raise too.
 */
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
#include "script/host_lua.h"
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
  const char *chunk = lua_pushfstring(L, "@%s", context->file);
  script_compile(L, request->text->bytes, request->text->size, chunk);
  lua_call(L, 0, 1);
  declare_read(L, request->runbook, context->file);
  return 0;
}

static const char *file_name(const char *path) {
  const char *name = path;
  for (const char *at = path; *at; at++)
    if (*at == '/' || *at == '\\')
      name = at + 1;
  return name;
}

/* The name in messages: the file's, or that of the embedded text. */
static void name_chunk(script_context *context, const char *name, const script_text *text) {
  const script_source *source = context->options.source;
  const char *shown = source ? source->file : text->builtin ? name : file_name(text->source);
  size_t size = strlen(shown), room = sizeof context->file - sizeof ".lua";
  if (size > room)
    size = room;
  memcpy(context->file, shown, size);
  context->file[size] = '\0';
  if (text->builtin)
    strcat(context->file, ".lua");
}

static int put_origin(script_runbook *runbook, const script_text *text, tlsmend_error *error) {
  runbook_header *header = &runbook->declared.header;
  digest_sha256(text->bytes, text->size, header->sha256);
  header->builtin = text->builtin && !runbook->context->overridden;
  if (!unicode_valid(text->source, strlen(text->source)))
    return tlsmend_error_set(error, TLSMEND_E_SCRIPT, "%s: its path is not UTF-8", runbook->context->file);
  header->source = strdup(text->source);
  if (!header->source)
    return error_no_memory(error);
  /* What was declared to be built in stays so, whatever it requires later. */
  if (header->builtin)
    runbook->context->options.library = NULL;
  return script_files(&runbook->context->options, &header->files, error);
}

static int check_id(const script_runbook *runbook, const char *name, tlsmend_error *error) {
  const char *id = runbook->declared.needs.runbook;
  if (runbook->context->options.source || strpbrk(name, "/\\.") || strcmp(id, name) == 0)
    return TLSMEND_OK;
  return tlsmend_error_set(error, TLSMEND_E_SCRIPT,
                           "%s: field 'id' must be '%s' like the file's name, got '%s'",
                           runbook->context->file, name, id);
}

int script_open(const script_options *options, const char *name, script_runbook **out, tlsmend_error *error) {
  script_text text;
  *out = NULL;
  int code = script_text_runbook(options, name, &text, error);
  if (code != TLSMEND_OK)
    return code;
  script_runbook *runbook = calloc(1, sizeof *runbook);
  if (!runbook)
    code = error_no_memory(error);
  if (code == TLSMEND_OK)
    code = sandbox_open(options, &runbook->context, error);
  if (code == TLSMEND_OK) {
    load_request request = {runbook, &text};
    lua_State *L = runbook->context->L;
    name_chunk(runbook->context, name, &text);
    runbook->context->text = text.bytes;
    runbook->context->text_size = text.size;
    runbook->text = text.owned;
    text.owned = NULL;
    lua_pushcfunction(L, l_load);
    lua_pushlightuserdata(L, &request);
    code = sandbox_call(runbook->context, 1, 0, error);
  }
  if (code == TLSMEND_OK)
    code = check_id(runbook, name, error);
  if (code == TLSMEND_OK)
    code = put_origin(runbook, &text, error);
  script_text_clear(&text);
  if (code == TLSMEND_OK) {
    runbook->context->title = runbook->declared.header.title;
    *out = runbook;
  } else {
    script_close(runbook);
  }
  return code;
}

void script_close(script_runbook *runbook) {
  if (!runbook)
    return;
  sandbox_close(runbook->context);
  declared_clear(&runbook->declared);
  free(runbook->text);
  free(runbook);
}

const runbook_header *script_header(const script_runbook *runbook) { return &runbook->declared.header; }

const guard_needs *script_needs(const script_runbook *runbook) { return &runbook->declared.needs; }

int script_param(script_runbook *runbook, const char *name, const char *text, tlsmend_error *error) {
  return declared_parse(&runbook->declared, name, text, error);
}

int script_param_value(script_runbook *runbook, const char *name, const param_value *value,
                       tlsmend_error *error) {
  return declared_put(&runbook->declared, name, value, error);
}

const param_value *script_param_at(const script_runbook *runbook, size_t index) {
  return declared_value(&runbook->declared, index);
}

static void push_params(lua_State *L, const script_runbook *runbook) {
  lua_createtable(L, 0, (int)runbook->declared.header.param_count);
  for (size_t i = 0; i < runbook->declared.header.param_count; i++) {
    param_push(L, script_param_at(runbook, i));
    lua_setfield(L, -2, runbook->declared.header.params[i].name);
  }
}

typedef struct run_request {
  const script_runbook *runbook;
  bool answer, absent; /* absent: the runbook has no such function */
  char *reason;
  json_t *seen; /* script_watch: an array with what was seen in it */
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
  request->answer = lua_toboolean(L, -2);
  if (lua_isnil(L, -1))
    return;
  size_t size = strlen(lua_tostring(L, -1)) + 1;
  sandbox_output(L, size);
  free(request->reason);
  request->reason = malloc(size);
  if (!request->reason)
    script_raise(L, TLSMEND_E_MEMORY, "out of memory");
  memcpy(request->reason, lua_tostring(L, -1), size);
}

static int l_run(lua_State *L) {
  run_request *request = lua_touserdata(L, 1);
  script_fill_facts(L);
  script_require(L, "system");
  request->answer = true;
  if (declare_push(L, "applies") == LUA_TFUNCTION) {
    lua_pushvalue(L, 2);
    lua_call(L, 1, 2);
    read_answer(L, "applies", request);
  }
  if (!request->answer)
    return 0;
  declare_push(L, "run");
  push_params(L, request->runbook);
  lua_call(L, 1, 0);
  return 0;
}

static int l_verify(lua_State *L) {
  run_request *request = lua_touserdata(L, 1);
  request->answer = true;
  request->absent = declare_push(L, "verify") != LUA_TFUNCTION;
  if (request->absent)
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
  script_json_take(L, request->seen);
  return 0;
}

/* The one place where a text gets a machine, for the duration of one run that may use up to the limits: what it asks and proposes
 * goes through a guard made of its own needs. Without a machine there is nothing to ask. */
static int call_on(script_runbook *runbook, const script_ground *ground, lua_CFunction function,
                   run_request *request, tlsmend_error *error) {
  script_context *context = runbook->context;
  script_host *host = &context->host;
  int code = script_host_begin(host, &runbook->declared.needs, ground, error);
  if (code != TLSMEND_OK)
    return code;
  sandbox_enter(context, host->system);
  lua_pushcfunction(context->L, function);
  lua_pushlightuserdata(context->L, request);
  code = sandbox_call(context, 1, 0, error);
  sandbox_enter(context, NULL);
  script_host_end(host);
  script_scratch_clear(&context->scratch);
  return code;
}

bool script_unreached(const script_runbook *runbook, int code) {
  return script_host_unreached(&runbook->context->host, code);
}

int script_run(script_runbook *runbook, const script_ground *ground, bool *applies, char **reason,
               tlsmend_error *error) {
  run_request request = {.runbook = runbook};
  int code = call_on(runbook, ground, l_run, &request, error);
  if (code != TLSMEND_OK) {
    free(request.reason);
    request.reason = NULL;
  }
  *applies = code == TLSMEND_OK && request.answer;
  *reason = request.reason;
  return code;
}

int script_watch(script_runbook *runbook, const script_ground *ground, json_t **out, tlsmend_error *error) {
  run_request request = {.runbook = runbook, .seen = json_array()};
  *out = NULL;
  if (!request.seen)
    return error_no_memory(error);
  runbook->declared.needs.made_up = true;
  int code = call_on(runbook, ground, l_watch, &request, error);
  runbook->declared.needs.made_up = false;
  if (code == TLSMEND_OK)
    *out = json_incref(json_array_get(request.seen, 0));
  json_decref(request.seen);
  return code;
}

int script_verify(script_runbook *runbook, const script_ground *ground, tlsmend_error *error) {
  run_request request = {.runbook = runbook};
  runbook->context->host.verifying = true;
  runbook->context->host.answered = false;
  int code = call_on(runbook, ground, l_verify, &request, error);
  runbook->context->host.verifying = false;
  if (code == TLSMEND_OK && !request.answer)
    code = tlsmend_error_set(error, TLSMEND_E_FAILED, "%s: verify: %s", runbook->declared.needs.runbook,
                             request.reason ? request.reason : "the effect is not there");
  free(request.reason);
  if (code == TLSMEND_OK && request.absent && ground->sink && ground->sink->unknown)
    code = ground->sink->unknown(ground->sink->data, "the runbook has no verify", error);
  return code;
}

bool script_answered(const script_runbook *runbook) { return runbook->context->host.answered; }
