/*
 * Errors on their way through Lua: a userdata that keeps the TLSMEND_E_ code beside the line of text, so that a refusal is still
 * a refusal when it reaches the host. What a script raises itself is a text and becomes TLSMEND_E_SCRIPT.
 */
#include "script/sandbox/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/unicode.h"
#include "script/sandbox/text.h"

#define ERROR_TYPE "tlsmend.error"

typedef struct script_error {
  int code;
  char text[]; /* NUL-terminated */
} script_error;

int script_raise(lua_State *L, int code, const char *format, ...) {
  char text[1024];
  sandbox_where(L, text, sizeof text);
  size_t used = strlen(text);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text + used, sizeof text - used, format, arguments);
  va_end(arguments);
  size_t size = strlen(text) + 1;
  script_error *raised = lua_newuserdatauv(L, sizeof *raised + size, 0);
  raised->code = code;
  memcpy(raised->text, text, size);
  luaL_setmetatable(L, ERROR_TYPE);
  return lua_error(L);
}

int script_raise_error(lua_State *L, const tlsmend_error *error) {
  sandbox_check(L); /* a limit that was passed outside of Lua */
  if (error->code == TLSMEND_E_REFUSED)
    sandbox_refuse(L, error);
  return script_raise(L, error->code, "%s", error->text);
}

static int l_error_text(lua_State *L) {
  const script_error *raised = luaL_checkudata(L, 1, ERROR_TYPE);
  lua_pushstring(L, raised->text);
  return 1;
}

/* `code` is the name of the code without its prefix ("E_REFUSED"), `message` the line. */
static int l_index(lua_State *L) {
  const script_error *raised = luaL_checkudata(L, 1, ERROR_TYPE);
  const char *field = luaL_checkstring(L, 2);
  if (strcmp(field, "code") == 0) {
    lua_pushstring(L, tlsmend_error_name(raised->code));
  } else if (strcmp(field, "message") == 0) {
    lua_pushstring(L, raised->text);
  } else {
    lua_pushnil(L);
  }
  return 1;
}

void script_error_register(lua_State *L) {
  static const luaL_Reg methods[] = {{"__tostring", l_error_text}, {"__index", l_index}, {NULL, NULL}};
  luaL_newmetatable(L, ERROR_TYPE);
  luaL_setfuncs(L, methods, 0);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 1);
}

/* What is raised without a text says its kind: an address would be another in each run. */
static void push_kind(lua_State *L) {
  char where[300];
  sandbox_where(L, where, sizeof where);
  if (lua_isnoneornil(L, 1) || lua_type(L, 1) == LUA_TSTRING)
    lua_pushfstring(L, "%san error without a message (%s): write error \"why\"", where,
                    lua_isnoneornil(L, 1) ? "nil" : "an empty text");
  else
    lua_pushfstring(L, "%san error that is a %s and not a text: write error \"why\"", where,
                    luaL_typename(L, 1));
}

/* Lua's own C functions raise this one without a place. */
static bool is_yield(const char *text) {
  return strncmp(text, "attempt to yield", strlen("attempt to yield")) == 0;
}

/* Runs where the error was raised. After a limit nothing of the script may run, hence not its __tostring either. */
int l_message(lua_State *L) {
  char where[300];
  if (sandbox_context(L)->account.exceeded != SANDBOX_WITHIN || luaL_testudata(L, 1, ERROR_TYPE))
    return 1;
  if (lua_type(L, 1) == LUA_TSTRING && lua_rawlen(L, 1) > 0 && !is_yield(lua_tostring(L, 1)))
    return 1;
  if (lua_type(L, 1) == LUA_TSTRING && lua_rawlen(L, 1) > 0) {
    sandbox_where(L, where, sizeof where);
    lua_pushfstring(L, "%s%s", where, lua_tostring(L, 1));
  } else if (lua_type(L, 1) == LUA_TNUMBER || luaL_getmetafield(L, 1, "__tostring") != LUA_TNIL) {
    sandbox_text(L, 1);
  } else {
    push_kind(L);
  }
  return 1;
}

/* "my.lua:14: why" is followed by line 14 itself: whoever reads it has not got the file open. */
static void add_line(const script_context *context, tlsmend_error *error) {
  size_t file = strlen(context->file), used = strlen(error->text);
  char *end = NULL;
  if (!context->text || file == 0 || strncmp(error->text, context->file, file) != 0 ||
      error->text[file] != ':')
    return;
  unsigned long number = strtoul(error->text + file + 1, &end, 10);
  if (number == 0 || *end != ':')
    return;
  const char *at = context->text, *last = at + context->text_size;
  for (; number > 1 && at && at < last; number--) {
    at = memchr(at, '\n', (size_t)(last - at));
    at = at ? at + 1 : NULL;
  }
  if (!at || at >= last)
    return;
  while (at < last && (*at == ' ' || *at == '\t'))
    at++;
  int size = 0;
  while (at + size < last && size < 160 && at[size] != '\n' && at[size] != '\r')
    size++;
  char line[200];
  snprintf(line, sizeof line, "%.*s", size, at);
  if (size > 0 && unicode_valid(line, strlen(line)))
    snprintf(error->text + used, sizeof error->text - used, " | %s", line);
}

int script_error_take(script_context *context, int status, tlsmend_error *error) {
  lua_State *L = context->L;
  int code = TLSMEND_E_SCRIPT;
  const script_error *raised = luaL_testudata(L, -1, ERROR_TYPE);
  if (raised) {
    code = raised->code;
    tlsmend_error_set(error, code, "%s", raised->text);
  } else if (lua_type(L, -1) == LUA_TSTRING) {
    tlsmend_error_set(error, code, "%s", lua_tostring(L, -1));
  } else {
    tlsmend_error_set(error, code, "%san error whose text cannot be made (%s, status %d)",
                      context->file[0] ? context->file : "", luaL_typename(L, -1), status);
  }
  if (code == TLSMEND_E_SCRIPT && error)
    add_line(context, error);
  lua_pop(L, 1);
  return code;
}
