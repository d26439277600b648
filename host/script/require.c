/* Compiles Lua texts and answers `require`. */
#include "script/require.h"

#include <stdio.h>
#include <string.h>

#include <lauxlib.h>

#include "base/module_name.h"
#include "script/host_natives.h"
#include "script/modules/embedded.h"
#include "script/modules/modules.h"
#include "script/sandbox/error.h"
#include "script/sandbox/text.h"
#include "script/suggest.h"
#include "script/texts.h"
#include "signing/manifest.h"

enum { NAME_MOST = MODULE_NAME_MOST };

static const char loaded_key, loading_mark;

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
  bool asked = sandbox_context(L)->hosting && module_name_path("host/lua/", name, out, size);
  return asked ? script_embedded(out) : NULL;
}

static bool module_path(const char *name, char *out, size_t size) {
  return strncmp(name, "meta.", 5) != 0 && module_name_path("stdlib/", name, out, size);
}

static void compile_named(lua_State *L, const char *bytes, size_t size, const char *name) {
  char chunk[NAME_MOST + 16];
  snprintf(chunk, sizeof chunk, "@%s", name);
  script_compile(L, bytes, size, chunk);
}

/* Pushes what embedded bytes stand for: themselves, or a block that holds them unpacked. */
static const char *push_unpacked(lua_State *L, const embedded_bytes *bytes, const char *name) {
  if (!bytes->packed) {
    lua_pushlightuserdata(L, (void *)(uintptr_t)bytes->at);
    return bytes->at;
  }
  char *out = lua_newuserdatauv(L, bytes->size + 1, 0);
  if (!script_embedded_copy(bytes, out))
    script_raise(L, TLSMEND_E_MEMORY, "require: there is no memory to unpack %s", name);
  return out;
}

void script_compile_embedded(lua_State *L, const embedded_text *row, const char *name) {
  bool compiled = row->chunk.at;
  const embedded_bytes *bytes = compiled ? &row->chunk : &row->text;
  const char *unpacked = push_unpacked(L, bytes, name);
  if (!compiled) {
    compile_named(L, unpacked, bytes->size, name);
  } else {
    int status = luaL_loadbufferx(L, unpacked, bytes->size, name, "b");
    if (status != LUA_OK) {
      sandbox_caught(L, status);
      script_raise(L, TLSMEND_E_SCRIPT, "%s", lua_tostring(L, -1));
    }
  }
  lua_remove(L, -2);
}

/* Pushes the compiled text of a module; false, and nothing pushed, if there is none. */
static bool compile_module(lua_State *L, const char *path) {
  script_context *context = sandbox_context(L);
  const char *name = path + strlen("stdlib/");
  const embedded_text *row = script_text_builtin(&context->options, path);
  tlsmend_error error;
  script_text text;
  if (row) {
    script_compile_embedded(L, row, name);
    return true;
  }
  int code = script_text_find(&context->options, path, &text, &error);
  if (code == TLSMEND_E_ABSENT)
    return false;
  if (code != TLSMEND_OK)
    script_raise_error(L, &error);
  /* The scratch frees the text if compiling raises. */
  script_scratch *scratch = script_scratch_take(L);
  scratch->text = text.owned;
  scratch->path = text.source;
  context->overridden = true;
  compile_named(L, text.bytes, text.size, name);
  script_scratch_clear(scratch);
  return true;
}

/* The module that belongs to the runbook, or NULL. */
static const manifest_file *own_module(lua_State *L, const char *path) {
  const script_source *source = sandbox_context(L)->options.source;
  if (!source || !source->files)
    return NULL;
  return manifest_find(source->files, MANIFEST_MODULE, path + strlen("stdlib/"));
}

/* Pushes the module that belongs to the runbook; its bytes were read, and judged, with the runbook's own. */
static void compile_own(lua_State *L, const char *name, const char *path) {
  const manifest_file *file = own_module(L, path);
  if (!file || !file->bytes) {
    const script_source *source = sandbox_context(L)->options.source;
    script_raise(
        L, TLSMEND_E_SCRIPT,
        !source
            ? "require: there is no module '%s' for runbooks (no files, packages or C libraries; see stdlib/)"
            : "require: there is no module '%s' for runbooks: it is not in stdlib/, and not among the files "
              "that belong to this one (beside it, required by its literal name, covered by its signature)",
        name);
  }
  const char *chunk = lua_pushfstring(L, "@%s", file->name);
  script_compile(L, file->bytes, (size_t)file->size, chunk);
  lua_remove(L, -2);
}

/* Upvalue: the module's name. */
static int l_too_early(lua_State *L) {
  return script_raise(
      L, TLSMEND_E_SCRIPT,
      "%s.%s: the machine is known only inside applies, run and verify, not while the file loads",
      lua_tostring(L, lua_upvalueindex(1)), sandbox_text(L, 2));
}

/* Pushes a module of facts: an empty table that raises until script_fill_facts. */
static void push_unfilled(lua_State *L, const char *name) {
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushstring(L, name);
  lua_pushcclosure(L, l_too_early, 1);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
}

/* Pushes a new table of the functions of a native module; false, and nothing pushed, if there is none of that name. */
static bool push_native(lua_State *L, const script_module *row, const char *name) {
  if (!row)
    return embedded_module_push(L, name);
  lua_newtable(L);
  luaL_setfuncs(L, row->functions, 0);
  return true;
}

/* The host's own Lua may ask for more of it, and what that loads of the library may not. */
static void call_as(lua_State *L, bool hosting, int arguments, int results) {
  script_context *context = sandbox_context(L);
  bool before = context->hosting; /* taken back by sandbox_call where this raises */
  context->hosting = hosting;
  lua_call(L, arguments, results);
  context->hosting = before;
}

void script_call_host(lua_State *L, int arguments, int results) { call_as(L, true, arguments, results); }

/* Pushes the module of a runbook's that `name` stands for. */
static void load_module(lua_State *L, const char *name, const char *path) {
  const script_module *row = script_module_find(name);
  if (row && row->facts) {
    push_unfilled(L, name);
    return;
  }
  bool native = push_native(L, row, name);
  bool library = compile_module(L, path);
  if ((native || library) && own_module(L, path))
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
  call_as(L, false, 2, 1); /* with its name and its natives */
  if (lua_isnil(L, -1))
    script_raise(L, TLSMEND_E_SCRIPT, "require: the module '%s' returns nothing", name);
  if (native || strncmp(name, "tls.", 4) == 0)
    suggest_members(L, name);
}

static void load_host(lua_State *L, const char *name, const embedded_text *row) {
  script_compile_embedded(L, row, row->name);
  lua_pushstring(L, name);
  host_natives_push(L);
  script_call_host(L, 2, 1);
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

/* `require` of a runbook: native modules and the standard library, each run once in a state. */
static int l_require(lua_State *L) {
  if (lua_type(L, 1) != LUA_TSTRING)
    return script_raise(L, TLSMEND_E_SCRIPT, "require: takes the name of a module, got %s",
                        luaL_typename(L, 1));
  size_t size;
  char path[NAME_MOST + 16];
  const char *name = lua_tolstring(L, 1, &size);
  lua_settop(L, 1);
  const embedded_text *own = host_text(L, name, path, sizeof path);
  if (strlen(name) != size || (!own && !module_path(name, path, sizeof path)))
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
  if (own)
    load_host(L, name, own);
  else
    load_module(L, name, path);
  lua_pushvalue(L, -1);
  lua_setfield(L, 2, path);
  return 1;
}

void script_require(lua_State *L, const char *name) {
  lua_pushcfunction(L, l_require);
  lua_pushstring(L, name);
  lua_call(L, 1, 1);
}

void script_require_host(lua_State *L, const char *name) {
  script_context *context = sandbox_context(L);
  bool before = context->hosting;
  context->hosting = true; /* taken back by sandbox_call where this raises */
  script_require(L, name);
  context->hosting = before;
}

static bool is_native(const char *name) { return script_module_find(name); }

void script_require_register(lua_State *L) {
  lua_pushglobaltable(L);
  lua_pushliteral(L, "require");
  lua_pushcfunction(L, l_require);
  lua_rawset(L, -3);
  lua_pop(L, 1);
  sandbox_context(L)->is_module = is_native;
}

/* Fills one: its table stays the same, and what the facts are comes from its Lua half. */
static void fill_facts(lua_State *L, const script_module *row) {
  char path[NAME_MOST + 16];
  script_require(L, row->name);
  int module = lua_gettop(L);
  bool half = module_name_path("stdlib/", row->name, path, sizeof path) && compile_module(L, path);
  if (half)
    lua_pushstring(L, row->name);
  row->facts(L);
  if (half)
    lua_call(L, 2, 1);
  luaL_checktype(L, -1, LUA_TTABLE);
  lua_pushnil(L);
  lua_setmetatable(L, module);
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, module);
  }
  lua_settop(L, module - 1);
}

void script_fill_facts(lua_State *L) {
  for (const script_module *row = script_modules; row->name; row++)
    if (row->facts)
      fill_facts(L, row);
}
