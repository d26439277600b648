/*
 * Finds Lua texts (a folder that overrides, else what the build embedded), compiles them and answers `require`. What a
 * declaration must look like stands in declaration.c.
 */
#include "script/require.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/error.h"
#include "signing/manifest.h"
#include "script/requires.h"
#include "os/os.h"
#include "script/host_natives.h"
#include "script/sandbox/bytecode_cache.h"
#include "script/suggest.h"
#include "script/modules/modules.h"

enum { TEXT_MOST = 4 << 20, NAME_MOST = REQUIRES_NAME_MOST };

static const char loaded_key, loading_mark;

void script_text_clear(script_text *text) {
  free(text->owned);
  free(text->source);
  memset(text, 0, sizeof *text);
}

static char *copy_text(const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = malloc(size);
  return copy != NULL ? memcpy(copy, text, size) : NULL;
}

static int compare_name(const void *name, const void *row) {
  return strcmp(name, ((const embedded_text *)row)->name);
}

static const embedded_text *embedded_find(const char *name) {
  return bsearch(name, embedded_texts, embedded_text_count, sizeof(embedded_text), compare_name);
}

/* From the library as it was read. Whoever holds it outlives the text. E_ABSENT: it has none of that name. */
static int text_kept(const script_options *options, const char *name, script_text *out,
                     tlsmend_error *error) {
  const manifest_file *file = script_library_find(options->texts, name);
  if (file == NULL)
    return TLSMEND_E_ABSENT;
  out->source = os_path_join(options->library, name);
  out->bytes = file->bytes;
  out->size = (size_t)file->size;
  return out->source != NULL ? TLSMEND_OK : error_no_memory(error);
}

static int text_read(char *path, script_text *out, tlsmend_error *error) {
  if (path == NULL)
    return error_no_memory(error);
  out->source = path;
  int code = os_file_read(path, TEXT_MOST, &out->owned, &out->size, error);
  out->bytes = out->owned;
  if (code != TLSMEND_OK)
    script_text_clear(out);
  return code;
}

int script_text_find(const script_options *options, const char *name, script_text *out,
                     tlsmend_error *error) {
  memset(out, 0, sizeof *out);
  if (options != NULL && options->library != NULL) {
    int code = options->texts != NULL ? text_kept(options, name, out, error)
                                      : text_read(os_path_join(options->library, name), out, error);
    if (code != TLSMEND_E_ABSENT)
      return code;
  }
  const embedded_text *row = embedded_find(name);
  if (row == NULL)
    return tlsmend_error_set(error, TLSMEND_E_ABSENT, "there is no %s", name);
  out->source = copy_text("built-in");
  if (out->source == NULL)
    return error_no_memory(error);
  out->bytes = row->text;
  out->size = row->size;
  out->builtin = row;
  return TLSMEND_OK;
}

static bool is_path(const char *name) {
  size_t size = strlen(name);
  return strpbrk(name, "/\\") != NULL || (size >= 4 && strcmp(name + size - 4, ".lua") == 0);
}

static bool is_id(const char *name) {
  if (!islower((unsigned char)*name) && !isdigit((unsigned char)*name))
    return false;
  for (const char *at = name; *at != '\0'; at++)
    if (!islower((unsigned char)*at) && !isdigit((unsigned char)*at) && *at != '-')
      return false;
  return strlen(name) < NAME_MOST;
}

int script_text_runbook(const script_options *options, const char *name, script_text *out,
                        tlsmend_error *error) {
  memset(out, 0, sizeof *out);
  if (options != NULL && options->source != NULL) {
    out->bytes = options->source->bytes;
    out->size = options->source->size;
    out->source = copy_text(options->source->path);
    return out->source != NULL ? TLSMEND_OK : error_no_memory(error);
  }
  if (is_path(name)) {
    int code = text_read(copy_text(name), out, error);
    return code == TLSMEND_E_ABSENT
               ? tlsmend_error_set(error, TLSMEND_E_USAGE, "there is no runbook file %s", name)
               : code;
  }
  if (is_id(name)) {
    char path[NAME_MOST + 16];
    snprintf(path, sizeof path, "runbooks/%s.lua", name);
    int code = script_text_find(options, path, out, error);
    if (code != TLSMEND_E_ABSENT)
      return code;
  }
  return tlsmend_error_set(
      error, TLSMEND_E_USAGE,
      "there is no runbook '%s'; `tlsmend list` shows the ids, a file is given as a path such as "
      "./%.64s.lua",
      name, name);
}

void script_compile(lua_State *L, const char *bytes, size_t size, const char *chunk) {
  if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) { /* editors on Windows put one there */
    bytes += 3;
    size -= 3;
  }
  if (size > 0 && bytes[0] == LUA_SIGNATURE[0])
    script_raise(L, TLSMEND_E_SCRIPT, "%s: is a compiled Lua file; only source text is run", chunk + 1);
  int status = sandbox_load(L, bytes, size, chunk);
  if (status != LUA_OK) {
    sandbox_caught(L, status);
    script_raise(L, TLSMEND_E_SCRIPT, "%s", lua_tostring(L, -1));
  }
}

/* Of the host's own Lua, which only the host and that Lua itself may ask for. `out` gets "host/lua/lint/check.lua". */
static const embedded_text *host_text(lua_State *L, const char *name, char *out, size_t size) {
  bool asked = sandbox_context(L)->hosting && requires_path("host/lua/", name, out, size);
  return asked ? embedded_find(out) : NULL;
}

static bool module_path(const char *name, char *out, size_t size) {
  return strncmp(name, "meta.", 5) != 0 && requires_path("stdlib/", name, out, size);
}

/* Embedded texts are compiled once for all states of their owner. */
static void compile_text(lua_State *L, const script_text *text, const char *name) {
  bytecode_cache *cache = sandbox_context(L)->options.bytecode;
  int status = text->builtin != NULL ? bytecode_cache_push(cache, L, text->builtin) : -1;
  if (status == LUA_OK)
    return;
  if (status > 0) {
    sandbox_caught(L, status);
    script_raise(L, TLSMEND_E_SCRIPT, "%s", lua_tostring(L, -1));
  }
  char chunk[NAME_MOST + 16];
  snprintf(chunk, sizeof chunk, "@%s", name);
  script_compile(L, text->bytes, text->size, chunk);
  if (text->builtin != NULL)
    bytecode_cache_keep(cache, L, text->builtin);
}

/* Pushes the compiled text of a module; false, and nothing pushed, if there is none. */
static bool compile_module(lua_State *L, const char *path) {
  script_context *context = sandbox_context(L);
  tlsmend_error error;
  script_text text;
  int code = script_text_find(&context->options, path, &text, &error);
  if (code == TLSMEND_E_ABSENT)
    return false;
  if (code != TLSMEND_OK)
    script_raise_error(L, &error);
  /* The scratch frees the text if compiling raises. */
  script_scratch *scratch = script_scratch_take(L);
  scratch->text = text.owned;
  scratch->path = text.source;
  if (text.builtin == NULL)
    context->overridden = true;
  compile_text(L, &text, path + strlen("stdlib/"));
  script_scratch_clear(scratch);
  return true;
}

/* The module that belongs to the runbook, or NULL. */
static const manifest_file *own_module(lua_State *L, const char *path) {
  const script_source *source = sandbox_context(L)->options.source;
  if (source == NULL || source->files == NULL)
    return NULL;
  return manifest_find(source->files, MANIFEST_MODULE, path + strlen("stdlib/"));
}

/* Pushes the module that belongs to the runbook; its bytes were read, and judged, with the runbook's own. */
static void compile_own(lua_State *L, const char *name, const char *path) {
  const manifest_file *file = own_module(L, path);
  if (file == NULL || file->bytes == NULL) {
    const script_source *source = sandbox_context(L)->options.source;
    script_raise(
        L, TLSMEND_E_SCRIPT,
        source == NULL
            ? "require: there is no module '%s' for runbooks (no files, packages or C libraries; see stdlib/)"
            : "require: there is no module '%s' for runbooks: it is not in stdlib/, and not among the files "
              "that belong to this one (beside it, required by its literal name, covered by its signature)",
        name);
  }
  const char *chunk = lua_pushfstring(L, "@%s", file->name);
  script_compile(L, file->bytes, (size_t)file->size, chunk);
  lua_remove(L, -2);
}

static int l_too_early(lua_State *L) {
  return script_raise(
      L, TLSMEND_E_SCRIPT,
      "system.%s: the machine is known only inside applies, run and verify, not while the file loads",
      sandbox_text(L, 2));
}

/* Pushes `system`: an empty table that raises until script_system_fill. */
static void push_system(lua_State *L) {
  static const luaL_Reg early[] = {{"__index", l_too_early}, {NULL, NULL}};
  lua_newtable(L);
  luaL_newlib(L, early);
  lua_setmetatable(L, -2);
}

/* The host's own Lua may ask for more of it while it loads, and what that loads of the library may not. */
static void call_chunk(lua_State *L, int arguments, bool hosting) {
  script_context *context = sandbox_context(L);
  bool before = context->hosting; /* taken back by sandbox_call where this raises */
  context->hosting = hosting;
  lua_call(L, arguments, 1);
  context->hosting = before;
}

/* Pushes the module of a runbook's that `name` stands for. */
static void load_module(lua_State *L, const char *name, const char *path) {
  if (strcmp(name, "system") == 0) {
    push_system(L);
    return;
  }
  bool native = script_module_push(L, name);
  bool library = compile_module(L, path);
  if ((native || library) && own_module(L, path) != NULL)
    script_raise(
        L, TLSMEND_E_SCRIPT,
        "require: '%s' is a module of tlsmend, and the runbook's own %s has the same name: rename that", name,
        path + strlen("stdlib/"));
  if (native && !library) {
    suggest_members(L, name);
    return;
  }
  if (!library)
    compile_own(L, name, path);
  lua_pushstring(L, name);
  if (native) {
    lua_rotate(L, -3, 2); /* native chunk name -> chunk name native */
  } else {
    lua_pushnil(L);
  }
  call_chunk(L, 2, false);
  if (lua_isnil(L, -1))
    script_raise(L, TLSMEND_E_SCRIPT, "require: the module '%s' returns nothing", name);
  if (native || strncmp(name, "tls.", 4) == 0)
    suggest_members(L, name);
}

static void load_host(lua_State *L, const char *name, const embedded_text *row) {
  script_text text = {.bytes = row->text, .size = row->size, .builtin = row};
  compile_text(L, &text, row->name);
  lua_pushstring(L, name);
  host_natives_push(L);
  call_chunk(L, 2, true);
}

/* Modules by their paths: a runbook that asks for a name does not get what the host has loaded by the same. */
static void push_loaded(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &loaded_key) == LUA_TTABLE)
    return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &loaded_key);
}

int l_require(lua_State *L) {
  if (lua_type(L, 1) != LUA_TSTRING)
    return script_raise(L, TLSMEND_E_SCRIPT, "require: takes the name of a module, got %s",
                        luaL_typename(L, 1));
  size_t size;
  char path[NAME_MOST + 16];
  const char *name = lua_tolstring(L, 1, &size);
  lua_settop(L, 1);
  const embedded_text *own = host_text(L, name, path, sizeof path);
  if (strlen(name) != size || (own == NULL && !module_path(name, path, sizeof path)))
    return script_raise(L, TLSMEND_E_SCRIPT,
                        "require: '%.64s' is not the name of a module (lower-case words joined by dots)",
                        name);
  push_loaded(L);
  lua_getfield(L, 2, path);
  if (lua_touserdata(L, 3) == &loading_mark)
    return script_raise(L, TLSMEND_E_SCRIPT, "require: the module '%s' requires itself", name);
  if (!lua_isnil(L, 3))
    return 1;
  lua_pop(L, 1);
  lua_pushlightuserdata(L, (void *)(uintptr_t)&loading_mark);
  lua_setfield(L, 2, path);
  if (own != NULL)
    load_host(L, name, own);
  else
    load_module(L, name, path);
  lua_pushvalue(L, -1);
  lua_setfield(L, 2, path);
  return 1;
}

void script_require_host(lua_State *L, const char *name) {
  script_context *context = sandbox_context(L);
  bool before = context->hosting;
  context->hosting = true; /* taken back by sandbox_call where this raises */
  lua_pushcfunction(L, l_require);
  lua_pushstring(L, name);
  lua_call(L, 1, 1);
  context->hosting = before;
}

void script_require_register(lua_State *L) {
  lua_pushglobaltable(L);
  lua_pushliteral(L, "require");
  lua_pushcfunction(L, l_require);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

void script_system_fill(lua_State *L) {
  lua_pushcfunction(L, l_require);
  lua_pushliteral(L, "system");
  lua_call(L, 1, 1);
  int module = lua_gettop(L);
  if (compile_module(L, "stdlib/system.lua")) {
    lua_pushliteral(L, "system");
    system_push(L);
    lua_call(L, 2, 1);
  } else {
    system_push(L);
  }
  luaL_checktype(L, -1, LUA_TTABLE);
  lua_pushnil(L);
  lua_setmetatable(L, module);
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, module);
  }
  lua_settop(L, module);
}
