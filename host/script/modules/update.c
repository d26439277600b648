/*
 * The native half of update: has packages hashed and their installation proposed. Which package belongs to which Windows, and
 * what it is expected to change, stands in stdlib/update.lua and windows/updates.lua; what exit codes mean, in the
 * installer's table.
 */
#include "script/modules/modules.h"

#include <string.h>

#include "script/modules/arguments.h"
#include "script/primitives/ask.h"
#include "script/sandbox/error.h"
#include "script/sandbox/pairs.h"
#include "script/sandbox/text.h"

/* Pushes a field of the table at `index` as it stands there: what a metamethod answers belongs to nobody, and while one runs the
 * table may lose what is borrowed from it. */
static int push_field(lua_State *L, int index, const char *field) {
  lua_pushstring(L, field);
  return lua_rawget(L, index);
}

/* The text of a field of the table at `index`, or NULL. It is borrowed from that table. */
static const char *field_text(lua_State *L, int index, const char *field) {
  const char *text = NULL;
  if (push_field(L, index, field) != LUA_TNIL) {
    char what[64] = "update.propose: ";
    strncat(what, field, sizeof what - 1 - strlen(what));
    text = script_check_text(L, lua_gettop(L), what);
  }
  lua_pop(L, 1);
  return text;
}

static void check_fields(lua_State *L, int index, const char *const *known) {
  int count = sandbox_keys(L, index), keys = lua_gettop(L);
  for (int i = 1; i <= count; i++) {
    lua_rawgeti(L, keys, i);
    const char *name = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
    const char *const *row = known;
    while (*row && strcmp(*row, name) != 0)
      row++;
    if (!*row)
      script_raise(L, TLSMEND_E_SCRIPT, "update.propose: unknown field '%s'", sandbox_text(L, -1));
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

/* kb, file, sha256, package, why; then path, view and version of each file. */
enum { HEAD = 5, EFFECT = 3 };

/* One { path =, view =, after = } at the top of the stack, which keeps its texts. */
static void read_effect(lua_State *L, call_value *out) {
  static const char *const known[] = {"path", "view", "after", NULL};
  int index = lua_gettop(L);
  if (!lua_istable(L, index))
    script_raise(L, TLSMEND_E_SCRIPT, "update.propose: files must be tables { path =, view =, after = }");
  check_fields(L, index, known);
  out[0] = call_text(field_text(L, index, "path"));
  out[2] = call_text(field_text(L, index, "after"));
  if (!out[0].text || !out[2].text)
    script_raise(L, TLSMEND_E_SCRIPT,
                 "update.propose: each file needs a path and a version after, such as \"6.1.7601.23375\"");
  push_field(L, index, "view");
  out[1] = call_integer(script_check_view(L, lua_gettop(L)));
  lua_pop(L, 1);
}

/* Room for the arguments, with those of `files` in it. It stays on the stack. */
static call_value *read_effects(lua_State *L, size_t *count) {
  bool given = push_field(L, 1, "files") != LUA_TNIL;
  int list = lua_gettop(L);
  if (given && !lua_istable(L, list))
    script_raise(L, TLSMEND_E_SCRIPT, "update.propose: files must be a list");
  size_t files = given ? (size_t)lua_rawlen(L, list) : 0;
  call_value *args = lua_newuserdatauv(L, (HEAD + files * EFFECT) * sizeof *args, 0);
  for (size_t i = 0; i < files; i++) {
    lua_rawgeti(L, list, (lua_Integer)i + 1);
    read_effect(L, &args[HEAD + i * EFFECT]);
    lua_pop(L, 1);
  }
  *count = HEAD + files * EFFECT;
  return args;
}

/* propose{ kb =, file =, sha256 =, package =, files =, why = } */
static int l_propose(lua_State *L) {
  static const char *const known[] = {"kb", "file", "sha256", "package", "files", "why", NULL};
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  check_fields(L, 1, known);
  const char *kb = field_text(L, 1, "kb"), *file = field_text(L, 1, "file"),
             *sha256 = field_text(L, 1, "sha256"), *package = field_text(L, 1, "package"),
             *why = field_text(L, 1, "why");
  if (!kb)
    return script_raise(L, TLSMEND_E_SCRIPT, "update.propose: kb is missing");
  size_t count;
  call_value *args = read_effects(L, &count);
  const call_value head[HEAD] = {call_text(kb), call_text(file), call_text(sha256), call_text(package),
                                 call_text(why ? why : sandbox_context(L)->title)};
  memcpy(args, head, sizeof head);
  script_ask(L, PRIMITIVE_UPDATE_PROPOSE, args, count);
  return 0;
}

static int l_sha256(lua_State *L) {
  const call_value args[] = {call_text(script_check_text(L, 1, "update.sha256: the file"))};
  lua_pushstring(L, call_answer(script_ask(L, PRIMITIVE_UPDATE_SHA256, args, 1), 1).text);
  return 1;
}

/* refuse(text): not the right package; nothing is written, and the command says 3 */
static int l_refuse(lua_State *L) {
  return script_raise(L, TLSMEND_E_REFUSED, "%s", script_check_text(L, 1, "update.refuse: the reason"));
}

/* bundled(): { { name =, path =, sha256 = }, ... }, the packages in the bundle that the runbook came in */
static int l_bundled(lua_State *L) {
  static const char *const fields[] = {"name", "path", "sha256"};
  enum { FIELDS = sizeof fields / sizeof *fields };
  const tlsmend_call *call = script_ask(L, PRIMITIVE_UPDATE_BUNDLED, NULL, 0);
  lua_newtable(L);
  for (size_t at = 0; at + FIELDS <= call->count; at += FIELDS) {
    lua_createtable(L, 0, FIELDS);
    for (size_t i = 0; i < FIELDS; i++)
      script_set_text(L, fields[i], call_answer(call, at + i + 1).text);
    lua_rawseti(L, -2, (lua_Integer)(at / FIELDS) + 1);
  }
  return 1;
}

const luaL_Reg update_functions[] = {
    {"bundled", l_bundled}, {"propose", l_propose}, {"refuse", l_refuse}, {"sha256", l_sha256}, {NULL, NULL}};
