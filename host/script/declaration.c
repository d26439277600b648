/*
 * The declaration of a runbook: which fields there are and what they must be. A mistake names file, field and what was
 * expected. Nothing is run here.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/file_path.h"
#include "registry/path.h"
#include "base/unicode.h"
#include "tls/probe.h"
#include "script/suggest.h"
#include "script/runbook.h"
#include "script/sandbox/error.h"
#include "script/sandbox/pairs.h"
#include "script/sandbox/text.h"

static const char declaration_key;

/* More than any runbook wants, and few enough to be searched one by one. */
enum { PARAMS_MOST = 100, CHOICES_MOST = 200, NEEDS_MOST = 1000 };

/* What is being read, for messages and results. */
typedef struct reader {
  lua_State *L;
  script_runbook *runbook;
  const char *file;
} reader;

/* The line of the text where a field is given, as ":14"; "" if that is not found. The last name of "needs.registry" counts. */
static const char *line_of(const reader *r, const char *field, char out[16]) {
  const script_context *context = sandbox_context(r->L);
  const char *name = strrchr(field, '.') != NULL ? strrchr(field, '.') + 1 : field;
  size_t size = strlen(name), line = 1;
  out[0] = '\0';
  const char *end = context->text != NULL ? context->text + context->text_size : NULL;
  for (const char *at = context->text; at != NULL && size > 0 && at + size < end; at++) {
    line += *at == '\n';
    bool word = memcmp(at, name, size) == 0 &&
                (at == context->text || (!isalnum((unsigned char)at[-1]) && at[-1] != '_'));
    const char *next = at + size;
    while (word && next < end && *next == ' ')
      next++;
    if (!word || next + 1 >= end || *next != '=' || next[1] == '=')
      continue;
    snprintf(out, 16, ":%zu", line);
    break;
  }
  return out;
}

static void bad_field(const reader *r, const char *field, const char *expected, int index) {
  char line[16];
  script_raise(r->L, TLSMEND_E_SCRIPT, "%s%s: field '%s' must be %s, got %s", r->file,
               line_of(r, field, line), field, expected, luaL_typename(r->L, index));
}

/* Takes over `value` into the object; raises without memory. */
static void put(const reader *r, json_t *object, const char *name, json_t *value) {
  if (value == NULL || json_object_set_new(object, name, value) != 0)
    script_raise(r->L, TLSMEND_E_MEMORY, "%s: out of memory", r->file);
}

static json_t *put_array(const reader *r, json_t *object, const char *name) {
  json_t *array = json_array();
  put(r, object, name, array);
  return array;
}

static json_t *put_object(const reader *r, json_t *object, const char *name) {
  json_t *inner = json_object();
  put(r, object, name, inner);
  return inner;
}

/* The text at `index` if it is one without NULs, which would hide what follows them. */
static const char *plain_text(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TSTRING)
    return NULL;
  const char *text = lua_tostring(L, index);
  return strlen(text) == lua_rawlen(L, index) ? text : NULL;
}

/* Whether a list "id, version, title" has this name. */
static bool listed(const char *list, const char *name) {
  size_t size = strlen(name);
  for (const char *at = list; *at != '\0'; at += at[0] == ',' ? 2 : 0) {
    size_t word = strcspn(at, ",");
    if (word == size && memcmp(at, name, size) == 0)
      return true;
    at += word;
  }
  return false;
}

/* Raises for members of the table at `index` that are not in `known`; `prefix` is "" or "needs.". What is read of it from then on is
 * what stands in it: no metatable makes something up when it is asked for. */
static void check_known(const reader *r, int index, const char *prefix, const char *known) {
  lua_State *L = r->L;
  lua_pushnil(L);
  lua_setmetatable(L, index);
  int count = sandbox_keys(L, index), keys = lua_gettop(L);
  for (int i = 1; i <= count; i++) {
    lua_settop(L, keys);
    lua_rawgeti(L, keys, i);
    const char *name = plain_text(L, -1);
    if (name != NULL && listed(known, name))
      continue;
    const char *shown = sandbox_text(L, -1);
    char line[16], suggestion[SUGGESTION_SIZE];
    bool near = suggest_listed(known, shown, suggestion);
    script_raise(L, TLSMEND_E_SCRIPT, "%s%s: unknown field '%s%s'; %s%s%sthere are %s", r->file,
                 line_of(r, shown, line), prefix, shown, near ? "'" : "", suggestion,
                 near ? "' is meant? " : "", known);
  }
  lua_settop(L, keys - 1);
}

/* A text of one line. Absent: false if it may be. */
static bool put_text(const reader *r, const char *name, bool required) {
  lua_State *L = r->L;
  lua_getfield(L, 1, name);
  if (lua_isnil(L, -1) && !required) {
    lua_pop(L, 1);
    return false;
  }
  size_t size;
  if (lua_type(L, -1) != LUA_TSTRING)
    bad_field(r, name, "a string", -1);
  const char *text = lua_tolstring(L, -1, &size);
  json_t *value = json_stringn(text, size);
  bool line = value != NULL && size > 0;
  for (size_t i = 0; i < size; i++)
    line = line && !iscntrl((unsigned char)text[i]);
  if (!line) {
    json_decref(value);
    script_raise(L, TLSMEND_E_SCRIPT, "%s: field '%s' must be one line of UTF-8 text", r->file, name);
  }
  put(r, r->runbook->header, name, value);
  lua_pop(L, 1);
  return true;
}

static void put_id(const reader *r) {
  put_text(r, "id", true);
  const char *id = json_string_value(json_object_get(r->runbook->header, "id"));
  bool good = islower((unsigned char)id[0]) || isdigit((unsigned char)id[0]);
  for (const char *at = id; *at != '\0'; at++)
    good = good && (islower((unsigned char)*at) || isdigit((unsigned char)*at) || *at == '-');
  if (!good || strlen(id) > 63)
    script_raise(r->L, TLSMEND_E_SCRIPT,
                 "%s: field 'id' must be lower-case letters, digits and '-' (63 at most), got '%s'", r->file,
                 id);
}

static void put_references(const reader *r) {
  lua_State *L = r->L;
  lua_getfield(L, 1, "references");
  json_t *list = lua_isnil(L, -1) ? json_array() : param_from_lua(L, lua_gettop(L), "string[]");
  if (list == NULL)
    bad_field(r, "references", "a list of strings", -1);
  put(r, r->runbook->header, "references", list);
  lua_pop(L, 1);
}

static void put_verifies(const reader *r) {
  if (lua_getfield(r->L, 1, "verifies") != LUA_TNIL) {
    if (plain_text(r->L, -1) == NULL || strcmp(lua_tostring(r->L, -1), DECLARED_EFFECT) != 0)
      bad_field(r, "verifies", "\"effect\", or left out", -1);
    if (lua_getfield(r->L, 1, "verify") != LUA_TFUNCTION ||
        (!r->runbook->needs.any_probe && r->runbook->needs.probe_count == 0))
      script_raise(r->L, TLSMEND_E_SCRIPT, "%s: field 'verifies' wants verify and needs.probes", r->file);
    put(r, r->runbook->header, "verifies", json_string(DECLARED_EFFECT));
  }
  lua_settop(r->L, 1);
}

static void check_function(const reader *r, const char *name, bool required) {
  lua_State *L = r->L;
  lua_getfield(L, 1, name);
  if (!lua_isfunction(L, -1) && (required || !lua_isnil(L, -1)))
    bad_field(r, name, "a function", -1);
  lua_pop(L, 1);
}

static void put_choices(const reader *r, json_t *param, const char *field, const char *type) {
  lua_State *L = r->L;
  char what[128];
  snprintf(what, sizeof what, "%s.choices", field);
  const char *element = strcmp(type, "string[]") == 0 ? "string" : type;
  if (!lua_istable(L, -1) || lua_rawlen(L, -1) == 0)
    bad_field(r, what, "a list of values", -1);
  if (lua_rawlen(L, -1) > CHOICES_MOST)
    script_raise(L, TLSMEND_E_SCRIPT, "%s: field '%s' has more than %d values", r->file, what, CHOICES_MOST);
  json_t *choices = put_array(r, param, "choices");
  int list = lua_gettop(L);
  for (lua_Unsigned i = 1; i <= lua_rawlen(L, list); i++) {
    lua_rawgeti(L, list, (lua_Integer)i);
    json_t *choice = param_from_lua(L, lua_gettop(L), element);
    if (choice == NULL)
      bad_field(r, what, element, -1);
    if (json_array_append_new(choices, choice) != 0)
      script_raise(L, TLSMEND_E_MEMORY, "%s: out of memory", r->file);
    lua_pop(L, 1);
  }
}

static void put_default(const reader *r, json_t *param, const char *field, const char *type) {
  lua_State *L = r->L;
  char what[128], expected[64];
  snprintf(what, sizeof what, "%s.default", field);
  snprintf(expected, sizeof expected, "of its type, %s", type);
  lua_getfield(L, -1, "default");
  json_t *value = lua_isnil(L, -1) ? json_null() : param_from_lua(L, lua_gettop(L), type);
  if (value == NULL)
    bad_field(r, what, expected, -1);
  put(r, param, "default", value);
  sandbox_spend(L, (json_array_size(value) + 1) * (json_array_size(json_object_get(param, "choices")) + 1));
  if (strcmp(type, "path") == 0 && json_is_string(value) && file_path_share(json_string_value(value)))
    script_raise(L, TLSMEND_E_SCRIPT,
                 "%s: field '%s' leads to another computer, which only the operator may name", r->file, what);
  if (!json_is_null(value) && !param_allowed(param, value))
    script_raise(L, TLSMEND_E_SCRIPT, "%s: field '%s' must be one of its choices", r->file, what);
  lua_pop(L, 1);
}

static void put_help(const reader *r, json_t *param, const char *field) {
  lua_State *L = r->L;
  char what[128];
  snprintf(what, sizeof what, "%s.help", field);
  lua_getfield(L, -1, "help");
  json_t *help = lua_isnil(L, -1) ? json_string("") : param_from_lua(L, lua_gettop(L), "string");
  if (help == NULL)
    bad_field(r, what, "a string", -1);
  put(r, param, "help", help);
  lua_pop(L, 1);
}

/* A secret is shown to nobody; others have no such member. */
static void put_secret(const reader *r, json_t *param, const char *field) {
  lua_State *L = r->L;
  char what[128];
  snprintf(what, sizeof what, "%s.secret", field);
  lua_getfield(L, -1, "secret");
  if (!lua_isnil(L, -1) && !lua_isboolean(L, -1))
    bad_field(r, what, "true or false", -1);
  if (lua_toboolean(L, -1))
    put(r, param, "secret", json_true());
  lua_pop(L, 1);
}

/* The declaration of one parameter at the top of the stack. */
static void put_param(const reader *r, json_t *params, const char *name) {
  lua_State *L = r->L;
  char field[96];
  snprintf(field, sizeof field, "params.%.64s", name);
  if (!lua_istable(L, -1))
    bad_field(r, field, "a table { type = ..., default = ..., help = ... }", -1);
  check_known(r, lua_gettop(L), "params.*.", DECLARE_PARAM);
  lua_getfield(L, -1, "type");
  const char *type = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
  if (!param_type_known(type)) {
    char what[128];
    snprintf(what, sizeof what, "%s.type", field);
    script_raise(L, TLSMEND_E_SCRIPT, "%s: field '%s' must be one of " PARAM_TYPES ", got %s", r->file, what,
                 *type != '\0' ? type : luaL_typename(L, -1));
  }
  lua_insert(L, -2); /* below the table, which keeps it anyway */
  json_t *param = json_object();
  if (json_array_append_new(params, param) != 0)
    script_raise(L, TLSMEND_E_MEMORY, "%s: out of memory", r->file);
  put(r, param, "name", json_string(name));
  put(r, param, "type", json_string(type));
  if (lua_getfield(L, -1, "choices") != LUA_TNIL)
    put_choices(r, param, field, type);
  lua_pop(L, 1);
  put_default(r, param, field, type);
  put_help(r, param, field);
  put_secret(r, param, field);
  if (strcmp(type, "path") == 0 && json_is_true(json_object_get(param, "secret")))
    script_raise(L, TLSMEND_E_SCRIPT, "%s: field '%s.secret': a path is no secret, plans name the files",
                 r->file, field);
  lua_remove(L, -2);
}

static bool param_name_good(const char *name) {
  if (!islower((unsigned char)name[0]) || strlen(name) > 63)
    return false;
  for (const char *at = name; *at != '\0'; at++)
    if (!islower((unsigned char)*at) && !isdigit((unsigned char)*at) && *at != '_')
      return false;
  return true;
}

/* The names of the table at `index` as a list in order, left on the stack. */
static void push_names(const reader *r, int index) {
  lua_State *L = r->L;
  int count = sandbox_keys(L, index);
  if (count > PARAMS_MOST)
    script_raise(L, TLSMEND_E_SCRIPT, "%s: field 'params' has more than %d parameters", r->file, PARAMS_MOST);
  for (int i = 1; i <= count; i++) {
    lua_rawgeti(L, -1, i);
    if (plain_text(L, -1) == NULL || !param_name_good(plain_text(L, -1)))
      script_raise(L, TLSMEND_E_SCRIPT, "%s: '%s' is not a parameter name (lower-case letters, digits, '_')",
                   r->file, sandbox_text(L, -1));
    lua_pop(L, 1);
  }
}

static void put_params(const reader *r) {
  lua_State *L = r->L;
  json_t *params = put_array(r, r->runbook->header, "params");
  lua_getfield(L, 1, "params");
  if (!lua_isnil(L, -1)) {
    if (!lua_istable(L, -1))
      bad_field(r, "params", "a table of parameters", -1);
    int index = lua_gettop(L);
    push_names(r, index);
    for (lua_Integer i = 1; lua_rawgeti(L, index + 1, i) != LUA_TNIL; i++) {
      const char *name = lua_tostring(L, -1);
      lua_pushvalue(L, -1);
      lua_rawget(L, index);
      put_param(r, params, name);
      lua_pop(L, 2);
    }
  }
  lua_settop(L, 1);
}

/* A tree as guard_needs has them: a canonical path, with "32:" or "64:" before it where one view is meant. */
static json_t *need_tree(const reader *r, const char *field, const char *text, size_t number) {
  tlsmend_error error;
  script_scratch *scratch = script_scratch_take(r->L);
  bool one_view = strncmp(text, "32:", 3) == 0 || strncmp(text, "64:", 3) == 0;
  if (path_canonical(one_view ? text + 3 : text, &scratch->path, &error) != TLSMEND_OK)
    script_raise(r->L, TLSMEND_E_SCRIPT, "%s: field 'needs.%s[%zu]': %s", r->file, field, number, error.text);
  const char *mistake = path_tree_mistake(scratch->path);
  if (mistake != NULL)
    script_raise(r->L, TLSMEND_E_SCRIPT, "%s: field 'needs.%s[%zu]': %s: %s", r->file, field, number, text,
                 mistake);
  return json_sprintf("%.*s%s", one_view ? 3 : 0, text, scratch->path);
}

static json_t *need_registry(const reader *r, const char *text, size_t number) {
  return need_tree(r, "registry", text, number);
}

static json_t *need_reads(const reader *r, const char *text, size_t number) {
  return need_tree(r, "reads", text, number);
}

static json_t *need_update(const reader *r, const char *text, size_t number) {
  size_t digits = strncmp(text, "KB", 2) == 0 ? strspn(text + 2, "0123456789") : 0;
  if (digits < 5 || digits > 9 || text[2 + digits] != '\0')
    script_raise(r->L, TLSMEND_E_SCRIPT,
                 "%s: field 'needs.updates[%zu]' must be like \"KB3140245\", got \"%s\"", r->file, number,
                 text);
  return json_string(text);
}

/* The SHA-256 of a package, 64 hex digits, kept in lower case; or "signer:NAME". */
static json_t *need_package(const reader *r, const char *text, size_t number) {
  char hex[65];
  size_t prefix = strlen(GUARD_SIGNER);
  if (strncmp(text, GUARD_SIGNER, prefix) == 0) {
    const char *mistake = trust_name_mistake(text + prefix);
    if (mistake != NULL)
      script_raise(r->L, TLSMEND_E_SCRIPT, "%s: field 'needs.packages[%zu]': %s, got \"%.80s\"", r->file,
                   number, mistake, text);
    return json_string(text);
  }
  size_t digits = strspn(text, "0123456789abcdefABCDEF");
  if (digits != 64 || text[digits] != '\0')
    script_raise(r->L, TLSMEND_E_SCRIPT,
                 "%s: field 'needs.packages[%zu]' must be the SHA-256 of a package, 64 hex digits, or "
                 "\"signer:NAME\", "
                 "got \"%.80s\"",
                 r->file, number, text);
  for (size_t i = 0; i <= digits; i++)
    hex[i] = (char)tolower((unsigned char)text[i]);
  return json_string(hex);
}

/* Planning would log on to a server of the author's choice. */
#define SHARE_MISTAKE "leads to another computer, which only the operator may name, by a parameter"

static json_t *need_file(const reader *r, const char *text, size_t number) {
  const char *mistake = file_path_share(text) ? SHARE_MISTAKE : file_path_mistake(text);
  if (mistake != NULL)
    script_raise(r->L, TLSMEND_E_SCRIPT, "%s: field 'needs.files[%zu]': %s: it %s; write its plain path",
                 r->file, number, text, mistake);
  return json_string(text);
}

/* A protocol older than TLS 1.2 that the runbook may switch on. */
static json_t *need_legacy(const reader *r, const char *text, size_t number) {
  static const char *const known[] = {"SSL 3.0", "TLS 1.0", "TLS 1.1", "DTLS 1.0"};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (strcmp(text, known[i]) == 0)
      return json_string(text);
  script_raise(r->L, TLSMEND_E_SCRIPT,
               "%s: field 'needs.legacy[%zu]' must be \"SSL 3.0\", \"TLS 1.0\", \"TLS 1.1\" or \"DTLS 1.0\", "
               "got \"%s\"",
               r->file, number, text);
  return NULL;
}

static json_t *need_probe(const reader *r, const char *text, size_t number) {
  tlsmend_error error;
  char host[PROBE_HOST_MOST];
  unsigned port;
  if (probe_endpoint_parse(text, host, &port, &error) != TLSMEND_OK)
    script_raise(r->L, TLSMEND_E_SCRIPT, "%s: field 'needs.probes[%zu]': %s", r->file, number, error.text);
  return json_string(text);
}

static json_t *need_module(const reader *r, const char *text, size_t number) {
  (void)r;
  (void)number;
  return json_string(text);
}

typedef json_t *(*need_fn)(const reader *r, const char *text, size_t number);

/* Reads the list at the top of the stack; hands out the array of texts that guard_needs wants. */
static size_t put_needs_list(const reader *r, json_t *needs, const char *name, const char *expected,
                             need_fn read, const char ***out) {
  lua_State *L = r->L;
  char field[32];
  snprintf(field, sizeof field, "needs.%s", name);
  json_t *list = put_array(r, needs, name);
  lua_getfield(L, 2, name);
  if (!lua_isnil(L, -1) && !lua_istable(L, -1))
    bad_field(r, field, expected, -1);
  size_t count = lua_istable(L, -1) ? (size_t)lua_rawlen(L, -1) : 0, members = 0;
  if (lua_istable(L, -1))
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
      members++;
  if (members != count)
    bad_field(r, field, expected, -1);
  if (count > NEEDS_MOST)
    script_raise(L, TLSMEND_E_SCRIPT,
                 "%s: field '%s' has more than %d elements: declare the trees above them", r->file, field,
                 NEEDS_MOST);
  *out = calloc(count + 1, sizeof **out);
  if (*out == NULL)
    script_raise(L, TLSMEND_E_MEMORY, "%s: out of memory", r->file);
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, -1, (lua_Integer)i + 1);
    if (plain_text(L, -1) == NULL)
      bad_field(r, field, expected, -1);
    if (json_array_append_new(list, read(r, lua_tostring(L, -1), i + 1)) != 0)
      script_raise(L, TLSMEND_E_SCRIPT, "%s: field '%s[%zu]' is not UTF-8", r->file, field, i + 1);
    (*out)[i] = json_string_value(json_array_get(list, i));
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return count;
}

/* true: any server; else a list of endpoints. Absent from the header where nothing is declared. */
static void put_probes(const reader *r, json_t *needs, guard_needs *out) {
  lua_State *L = r->L;
  int type = lua_getfield(L, 2, "probes");
  out->any_probe = type == LUA_TBOOLEAN && lua_toboolean(L, -1);
  lua_pop(L, 1);
  if (out->any_probe)
    put(r, needs, "probes", json_true());
  else if (type != LUA_TNIL && type != LUA_TBOOLEAN)
    out->probe_count =
        put_needs_list(r, needs, "probes", "true, or a list such as { \"server.example:443\" }", need_probe,
                       &r->runbook->probes);
  out->probes = r->runbook->probes;
}

/* Modules that the embedding program adds. Absent from the header where nothing is declared. */
static void put_modules(const reader *r, json_t *needs, guard_needs *out) {
  int type = lua_getfield(r->L, 2, "modules");
  lua_pop(r->L, 1);
  if (type != LUA_TNIL)
    out->module_count =
        put_needs_list(r, needs, "modules", "a list of names of modules", need_module, &r->runbook->modules);
  out->modules = r->runbook->modules;
}

static void put_needs(const reader *r) {
  lua_State *L = r->L;
  script_runbook *runbook = r->runbook;
  lua_getfield(L, 1, "needs");
  if (lua_isnil(L, 2)) { /* nothing may be touched */
    lua_newtable(L);
    lua_replace(L, 2);
  }
  if (!lua_istable(L, 2))
    bad_field(r, "needs", "a table (what the runbook may touch)", 2);
  check_known(r, 2, "needs.", DECLARE_NEEDS);
  json_t *needs = put_object(r, runbook->header, "needs");
  guard_needs *out = &runbook->needs;
  out->registry_count =
      put_needs_list(r, needs, "registry", "a list of key paths", need_registry, &runbook->registry);
  out->read_count = put_needs_list(r, needs, "reads", "a list of key paths", need_reads, &runbook->reads);
  out->update_count =
      put_needs_list(r, needs, "updates", "a list such as { \"KB3140245\" }", need_update, &runbook->updates);
  out->package_count = put_needs_list(r, needs, "packages", "a list of SHA-256 and \"signer:NAME\"",
                                      need_package, &runbook->packages);
  const char *stand_in = runbook->context->options.stand_in;
  if (out->package_count > 0 && stand_in != NULL)
    runbook->packages[out->package_count++] = stand_in; /* the list has room for one more */
  out->file_count =
      put_needs_list(r, needs, "files", "a list of files and folders", need_file, &runbook->files);
  lua_getfield(L, 2, "legacy");
  bool has_legacy = !lua_isnil(L, -1); /* only the bench and readers of the header ask for it */
  lua_pop(L, 1);
  if (has_legacy)
    put_needs_list(r, needs, "legacy", "a list such as { \"TLS 1.1\" }", need_legacy, &runbook->legacy);
  put_probes(r, needs, out);
  put_modules(r, needs, out);
  lua_getfield(L, 2, "reboot");
  if (!lua_isnil(L, -1) && !lua_isboolean(L, -1))
    bad_field(r, "needs.reboot", "true or false", -1);
  out->reboot = lua_toboolean(L, -1);
  put(r, needs, "reboot", json_boolean(out->reboot));
  out->registry = runbook->registry;
  out->reads = runbook->reads;
  out->updates = runbook->updates;
  out->packages = runbook->packages;
  out->files = runbook->files;
  out->runbook = json_string_value(json_object_get(runbook->header, "id"));
  lua_settop(L, 1);
}

void declare_read(lua_State *L, script_runbook *runbook, const char *file) {
  reader r = {L, runbook, file};
  lua_replace(L, 1);
  lua_settop(L, 1);
  if (!lua_istable(L, 1))
    script_raise(L, TLSMEND_E_SCRIPT, "%s: must return a table (return { id = ..., run = ... }), returned %s",
                 file, luaL_typename(L, 1));
  lua_pushliteral(L, "includes");
  lua_rawget(L, 1);
  if (!lua_isnil(L, -1))
    script_raise(L, TLSMEND_E_SCRIPT, "%s: field 'includes' is reserved and not there yet; take it out",
                 file);
  lua_pop(L, 1);
  check_known(&r, 1, "", DECLARE_RUNBOOK);
  put_id(&r);
  put_text(&r, "version", true);
  put_text(&r, "title", true);
  put_text(&r, "summary", false);
  put_references(&r);
  put_params(&r);
  put_needs(&r);
  if (!declare_given(runbook))
    script_raise(L, TLSMEND_E_MEMORY, "%s: out of memory", file);
  check_function(&r, "applies", false);
  check_function(&r, "run", true);
  check_function(&r, "verify", false);
  put_verifies(&r);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &declaration_key);
}

void declare_push_all(lua_State *L) { lua_rawgetp(L, LUA_REGISTRYINDEX, &declaration_key); }

int declare_push(lua_State *L, const char *field) {
  declare_push_all(L);
  lua_getfield(L, -1, field);
  lua_remove(L, -2);
  return lua_type(L, -1);
}
