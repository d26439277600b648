/* Where Lua texts come from, and `require`. */
#ifndef TLSMEND_SCRIPT_REQUIRE_H
#define TLSMEND_SCRIPT_REQUIRE_H

#include "script/sandbox/sandbox.h"

/* A text as it was read, once. */
typedef struct script_text {
  const char *bytes;
  size_t size;
  char *owned;                  /* NULL for an embedded text */
  char *source;                 /* "built-in" or the path. malloc'd */
  const embedded_text *builtin; /* NULL for what was read from a file */
} script_text;

void script_text_clear(script_text *text);

/* An embedded text or the one in options->library that overrides it: "stdlib/tls/winhttp.lua". E_ABSENT: neither. */
int script_text_find(const script_options *options, const char *name, script_text *out, tlsmend_error *error);

/* The source of the options, or else a runbook by id or by path. E_USAGE: there is none. */
int script_text_runbook(const script_options *options, const char *name, script_text *out,
                        tlsmend_error *error);

/* The text of a library that was read, by the name that script_text_find takes; NULL if there is none. */
struct manifest_file;
const struct manifest_file *script_library_find(const struct manifest *texts, const char *name);

/* The files that belong to a runbook, as script_identity has them. */
int script_files(const script_options *options, json_t **out, tlsmend_error *error);

/* Compiles a text under a chunk name; raises for syntax errors and compiled files. [-0, +1, e] */
void script_compile(lua_State *L, const char *bytes, size_t size, const char *chunk);

/* `require` of a runbook: native modules and the standard library, each run once in a state. */
int l_require(lua_State *L);

/* Pushes a module for the host: of host/lua/, which no runbook reaches, or of the library. [-0, +1, e] */
void script_require_host(lua_State *L, const char *name);

/* Adds `require` to the globals. [-0, +0, e] */
void script_require_register(lua_State *L);

/* Fills the module `system` with the facts of the machine at hand. Before that, using it raises. [-0, +1, e] */
void script_system_fill(lua_State *L);

#endif
