/*
 * The native half of update: hashes packages and proposes their installation. Which package belongs to which Windows, and
 * what it is expected to change, stands in stdlib/update.lua and windows/updates.lua; what exit codes mean, in the
 * installer's table.
 */
#include "script/modules/modules.h"

#include <string.h>

#include "machine/guard.h"
#include "machine/propose.h"
#include "machine/update/package.h"
#include "plan/change.h"
#include "script/modules/arguments.h"
#include "script/sandbox/error.h"
#include "script/sandbox/pairs.h"
#include "script/sandbox/text.h"
#include "signing/bundle.h"

/* Pushes a field of the table at `index` as it stands there: what a metamethod answers belongs to nobody, and while one runs the
 * table may lose what is borrowed from it. */
static int push_field(lua_State *L, int index, const char *field) {
  lua_pushstring(L, field);
  return lua_rawget(L, index);
}

/* The text of a field of the table at `index`, or NULL. It is borrowed from that table. */
static char *field_text(lua_State *L, int index, const char *field) {
  const char *text = NULL;
  if (push_field(L, index, field) != LUA_TNIL) {
    char what[64] = "update.propose: ";
    strncat(what, field, sizeof what - 1 - strlen(what));
    text = script_check_text(L, lua_gettop(L), what);
  }
  lua_pop(L, 1);
  return (char *)(uintptr_t)text;
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

/* One { path =, view =, after = } at the top of the stack, which keeps its texts. */
static void read_effect(lua_State *L, tlsmend_file_effect *out) {
  static const char *const known[] = {"path", "view", "after", NULL};
  int index = lua_gettop(L);
  if (!lua_istable(L, index))
    script_raise(L, TLSMEND_E_SCRIPT, "update.propose: files must be tables { path =, view =, after = }");
  check_fields(L, index, known);
  out->path = field_text(L, index, "path");
  const char *after = field_text(L, index, "after");
  if (!out->path || !after || !version_parse(after, &out->after))
    script_raise(L, TLSMEND_E_SCRIPT,
                 "update.propose: each file needs a path and a version after, such as \"6.1.7601.23375\"");
  push_field(L, index, "view");
  out->view = script_check_view(L, lua_gettop(L));
  lua_pop(L, 1);
}

/* Leaves the array, a userdata, on the stack. */
static void read_effects(lua_State *L, tlsmend_update *out) {
  if (push_field(L, 1, "files") == LUA_TNIL)
    return;
  int list = lua_gettop(L);
  if (!lua_istable(L, list))
    script_raise(L, TLSMEND_E_SCRIPT, "update.propose: files must be a list");
  size_t count = (size_t)lua_rawlen(L, list);
  tlsmend_file_effect *effects = lua_newuserdatauv(L, (count + 1) * sizeof *effects, 0);
  memset(effects, 0, (count + 1) * sizeof *effects);
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, list, (lua_Integer)i + 1);
    read_effect(L, &effects[i]);
    lua_pop(L, 1);
  }
  out->files = effects;
  out->file_count = count;
}

/* Whether it is a package of the bundle that the runbook came in: that belongs to the runbook as its modules do. */
static bool is_bundled(lua_State *L, const char *file) {
  const script_source *source = sandbox_context(L)->options.source;
  const char *inner = source ? bundle_inner(source->path) : NULL;
  size_t length = inner ? (size_t)(inner - source->path) : 0; /* with the bar */
  return length > 0 && source->files && strncmp(file, source->path, length) == 0 &&
         manifest_find(source->files, MANIFEST_PACKAGE, file + length);
}

/* A large file is read for no longer than a run may take. */
static int hash_file(lua_State *L, const char *path, size_t followed, char hash[65], tlsmend_error *error) {
  int code = package_sha256_until(path, followed, sandbox_context(L)->account.deadline, hash, error);
  sandbox_spend(L, 1); /* raises when the time is over */
  if (code == TLSMEND_E_REFUSED)
    script_raise_error(L, error); /* a link leads out of what is declared */
  return code;
}

/* What is at hand must be what was expected; a plan may be made before anything is at hand. */
static void check_package(lua_State *L, tlsmend_machine *machine, tlsmend_update *update, char hash[65]) {
  tlsmend_error error;
  if (!update->file) {
    update->sha256 = NULL;
    return;
  }
  size_t followed = SIZE_MAX;
  if (!is_bundled(L, update->file) &&
      guard_may_look(machine, update->file, false, &followed, &error) != TLSMEND_OK)
    script_raise_error(L, &error);
  int code = hash_file(L, update->file, followed, hash, &error);
  sandbox_context(L)->host.unreached |= code != TLSMEND_OK;
  if (code != TLSMEND_OK)
    script_raise(L, code == TLSMEND_E_ABSENT ? TLSMEND_E_REFUSED : code, "%s: %s", update->kb, error.text);
  if (update->sha256 && strcmp(update->sha256, hash) != 0)
    script_raise(
        L, TLSMEND_E_REFUSED,
        "%s: %s is not the expected package: its SHA-256 is %s, expected %s; get it again from its source",
        update->kb, update->file, hash, update->sha256);
  update->sha256 = hash;
}

/* propose{ kb =, file =, sha256 =, package =, files =, why = } */
static int l_propose(lua_State *L) {
  static const char *const known[] = {"kb", "file", "sha256", "package", "files", "why", NULL};
  char hash[65];
  tlsmend_error error;
  tlsmend_update update = {0};
  tlsmend_machine *machine = script_machine(L, "update.propose");
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  check_fields(L, 1, known);
  update.kb = field_text(L, 1, "kb");
  update.file = field_text(L, 1, "file");
  update.sha256 = field_text(L, 1, "sha256");
  update.package = field_text(L, 1, "package");
  const char *why = field_text(L, 1, "why"), *title = sandbox_context(L)->title;
  if (!update.kb)
    return script_raise(L, TLSMEND_E_SCRIPT, "update.propose: kb is missing");
  read_effects(L, &update);
  check_package(L, machine, &update, hash);
  if (propose_update(machine, &update, why ? why : title, &error) != TLSMEND_OK)
    return script_raise_error(L, &error);
  return 0;
}

static int l_sha256(lua_State *L) {
  char hash[65];
  tlsmend_error error;
  const char *path = script_check_text(L, 1, "update.sha256: the file");
  size_t followed;
  if (guard_may_look(script_machine(L, "update.sha256"), path, false, &followed, &error) != TLSMEND_OK ||
      hash_file(L, path, followed, hash, &error) != TLSMEND_OK)
    return script_raise_error(L, &error);
  lua_pushstring(L, hash);
  return 1;
}

/* refuse(text): not the right package; nothing is written, and the command says 3 */
static int l_refuse(lua_State *L) {
  return script_raise(L, TLSMEND_E_REFUSED, "%s", script_check_text(L, 1, "update.refuse: the reason"));
}

static void push_bundled(lua_State *L, const char *bundle, size_t length, const manifest_file *file) {
  lua_createtable(L, 0, 3);
  lua_pushstring(L, file->name);
  lua_setfield(L, -2, "name");
  lua_pushlstring(L, bundle, length);
  lua_pushfstring(L, "|%s", file->name);
  lua_concat(L, 2);
  lua_setfield(L, -2, "path");
  lua_pushstring(L, file->sha256);
  lua_setfield(L, -2, "sha256");
}

/* bundled(): { { name =, path =, sha256 = }, ... }, the packages in the bundle that the runbook came in */
static int l_bundled(lua_State *L) {
  const script_source *source = sandbox_context(L)->options.source;
  lua_newtable(L);
  const char *inner = source ? bundle_inner(source->path) : NULL;
  if (!inner || !source->files)
    return 1;
  for (size_t i = 0; i < source->files->count; i++) {
    if (source->files->files[i].kind != MANIFEST_PACKAGE)
      continue;
    push_bundled(L, source->path, (size_t)(inner - source->path - 1), &source->files->files[i]);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
  }
  return 1;
}

const luaL_Reg update_functions[] = {
    {"bundled", l_bundled}, {"propose", l_propose}, {"refuse", l_refuse}, {"sha256", l_sha256}, {NULL, NULL}};
