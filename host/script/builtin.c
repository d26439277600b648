/* What is built in besides modules: the list of runbooks, and snapshots made by host/lua/machines/builtin.lua. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/error.h"
#include "base/names.h"
#include "script/require.h"
#include "script/sandbox/error.h"
#include "script/sandbox/sandbox.h"
#include "signing/manifest.h"

/* Takes "x" of "x.lua"; anything else is not a runbook. */
static int collect(void *data, const char *file) {
  size_t size = strlen(file);
  if (size <= 4 || strcmp(file + size - 4, ".lua") != 0)
    return TLSMEND_OK;
  char *id = malloc(size - 3);
  if (id)
    snprintf(id, size - 3, "%s", file);
  return name_list_take(data, id) ? TLSMEND_OK : TLSMEND_E_MEMORY;
}

static int collect_library(const script_options *options, name_list *list) {
  const manifest *texts = options && options->library ? options->texts : NULL;
  int code = TLSMEND_OK;
  for (size_t i = 0; texts && i < texts->count && code == TLSMEND_OK; i++)
    if (texts->files[i].kind == MANIFEST_RUNBOOK)
      code = collect(list, texts->files[i].name);
  return code;
}

int script_each_runbook(const script_options *options, int (*fn)(void *data, const char *id), void *data,
                        tlsmend_error *error) {
  static const char prefix[] = "runbooks/";
  name_list list = {0};
  int code = collect_library(options, &list);
  for (size_t i = 0; i < embedded_text_count && code == TLSMEND_OK; i++)
    if (strncmp(embedded_texts[i].name, prefix, sizeof prefix - 1) == 0)
      code = collect(&list, embedded_texts[i].name + sizeof prefix - 1);
  if (code == TLSMEND_E_MEMORY)
    error_no_memory(error);
  name_list_sort_bytes(&list);
  for (size_t i = 0; i < list.count && code == TLSMEND_OK; i++)
    if (i == 0 || strcmp(list.items[i - 1], list.items[i]) != 0)
      code = fn(data, list.items[i]);
  name_list_clear(&list);
  return code;
}

typedef struct machine_request {
  const char *name;
  char *text, *reason; /* of nil */
} machine_request;

static char *copy(lua_State *L, int index) {
  const char *text = lua_tostring(L, index);
  size_t size = strlen(text) + 1;
  char *out = malloc(size);
  if (!out)
    script_raise(L, TLSMEND_E_MEMORY, "out of memory");
  return memcpy(out, text, size);
}

static int l_text(lua_State *L) {
  machine_request *request = lua_touserdata(L, 1);
  script_require_register(L);
  script_require_host(L, "machines.builtin");
  lua_getfield(L, -1, "text");
  lua_pushstring(L, request->name);
  script_call_host(L, 1, 2);
  if (lua_type(L, -2) == LUA_TSTRING) {
    request->text = copy(L, -2);
  } else if (lua_type(L, -1) == LUA_TSTRING) {
    request->reason = copy(L, -1);
  }
  return 0;
}

int script_builtin_machine(const script_options *options, const char *name, char **out,
                           tlsmend_error *error) {
  script_context *context;
  machine_request request = {name, NULL, NULL};
  script_options own = options ? *options : (script_options){0};
  *out = NULL;
  own.library = NULL; /* machines are the executable's own: none of a folder's texts runs for them */
  int code = sandbox_open(&own, &context, error);
  if (code != TLSMEND_OK)
    return code;
  lua_pushcfunction(context->L, l_text);
  lua_pushlightuserdata(context->L, &request);
  code = sandbox_call(context, 1, 0, error);
  sandbox_close(context);
  if (code == TLSMEND_OK && !request.text)
    code = tlsmend_error_set(error, TLSMEND_E_ABSENT, "there is no built-in machine '%s'%s%s", name,
                             request.reason ? ": " : "", request.reason ? request.reason : "");
  free(request.reason);
  if (code == TLSMEND_OK) {
    *out = request.text;
  } else {
    free(request.text);
  }
  return code;
}
