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
#include "script/declared/param.h"
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
  const char *name = strrchr(field, '.') ? strrchr(field, '.') + 1 : field;
  size_t size = strlen(name), line = 1;
  out[0] = '\0';
  const char *end = context->text ? context->text + context->text_size : NULL;
  for (const char *at = context->text; at && size > 0 && at + size < end; at++) {
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

static void no_memory(const reader *r) { script_raise(r->L, TLSMEND_E_MEMORY, "%s: out of memory", r->file); }

static char *copy_text(const reader *r, const char *text) {
  char *copy = strdup(text);
  if (!copy)
    no_memory(r);
  return copy;
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
  for (const char *at = list; *at; at += at[0] == ',' ? 2 : 0) {
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
    if (name && listed(known, name))
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

/* A text of one line. Absent: NULL if it may be. */
static void put_text(const reader *r, const char *name, bool required, char **out) {
  lua_State *L = r->L;
  lua_getfield(L, 1, name);
  if (lua_isnil(L, -1) && !required) {
    lua_pop(L, 1);
    return;
  }
  size_t size;
  if (lua_type(L, -1) != LUA_TSTRING)
    bad_field(r, name, "a string", -1);
  const char *text = lua_tolstring(L, -1, &size);
  bool line = size > 0 && unicode_valid(text, size);
  for (size_t i = 0; i < size; i++)
    line = line && !iscntrl((unsigned char)text[i]);
  if (!line)
    script_raise(L, TLSMEND_E_SCRIPT, "%s: field '%s' must be one line of UTF-8 text", r->file, name);
  *out = copy_text(r, text);
  lua_pop(L, 1);
}

static void put_id(const reader *r) {
  put_text(r, "id", true, &r->runbook->declared.header.id);
  const char *id = r->runbook->declared.header.id;
  bool good = islower((unsigned char)id[0]) || isdigit((unsigned char)id[0]);
  for (const char *at = id; *at; at++)
    good = good && (islower((unsigned char)*at) || isdigit((unsigned char)*at) || *at == '-');
  if (!good || strlen(id) > 63)
    script_raise(r->L, TLSMEND_E_SCRIPT,
                 "%s: field 'id' must be lower-case letters, digits and '-' (63 at most), got '%s'", r->file,
                 id);
}

static void put_references(const reader *r) {
  lua_State *L = r->L;
  param_value list = {0};
  lua_getfield(L, 1, "references");
  if (!lua_isnil(L, -1) && !param_from_lua(L, lua_gettop(L), PARAM_TYPE_LIST, &list))
    bad_field(r, "references", "a list of strings", -1);
  r->runbook->declared.header.references = list.list;
  lua_pop(L, 1);
}

static void put_verifies(const reader *r) {
  if (lua_getfield(r->L, 1, "verifies") != LUA_TNIL) {
    if (!plain_text(r->L, -1) || strcmp(lua_tostring(r->L, -1), DECLARED_EFFECT) != 0)
      bad_field(r, "verifies", "\"effect\", or left out", -1);
    if (lua_getfield(r->L, 1, "verify") != LUA_TFUNCTION ||
        (!r->runbook->declared.needs.any_probe && r->runbook->declared.needs.probe_count == 0))
      script_raise(r->L, TLSMEND_E_SCRIPT, "%s: field 'verifies' wants verify and needs.probes", r->file);
    r->runbook->declared.header.verifies_effect = true;
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

static void put_choices(const reader *r, declared_param *param, const char *field) {
  lua_State *L = r->L;
  char what[128];
  snprintf(what, sizeof what, "%s.choices", field);
  param_type element = param->type == PARAM_TYPE_LIST ? PARAM_TYPE_STRING : param->type;
  if (!lua_istable(L, -1) || lua_rawlen(L, -1) == 0)
    bad_field(r, what, "a list of values", -1);
  if (lua_rawlen(L, -1) > CHOICES_MOST)
    script_raise(L, TLSMEND_E_SCRIPT, "%s: field '%s' has more than %d values", r->file, what, CHOICES_MOST);
  int list = lua_gettop(L);
  param->choices = calloc((size_t)lua_rawlen(L, list), sizeof *param->choices);
  if (!param->choices)
    no_memory(r);
  for (lua_Unsigned i = 1; i <= lua_rawlen(L, list); i++) {
    lua_rawgeti(L, list, (lua_Integer)i);
    if (!param_from_lua(L, lua_gettop(L), element, &param->choices[param->choice_count]))
      bad_field(r, what, param_type_word(element), -1);
    param->choice_count++;
    lua_pop(L, 1);
  }
}

static void put_default(const reader *r, declared_param *param, const char *field) {
  lua_State *L = r->L;
  param_value *value = &param->fallback;
  char what[128], expected[64];
  snprintf(what, sizeof what, "%s.default", field);
  snprintf(expected, sizeof expected, "of its type, %s", param_type_word(param->type));
  lua_getfield(L, -1, "default");
  if (!lua_isnil(L, -1) && !param_from_lua(L, lua_gettop(L), param->type, value))
    bad_field(r, what, expected, -1);
  sandbox_spend(L, (value->list.count + 1) * (param->choice_count + 1));
  if (param->type == PARAM_TYPE_PATH && value->text && file_path_share(value->text))
    script_raise(L, TLSMEND_E_SCRIPT,
                 "%s: field '%s' leads to another computer, which only the operator may name", r->file, what);
  if (value->kind != PARAM_NONE && !param_allowed(param, value))
    script_raise(L, TLSMEND_E_SCRIPT, "%s: field '%s' must be one of its choices", r->file, what);
  lua_pop(L, 1);
}

static void put_help(const reader *r, declared_param *param, const char *field) {
  lua_State *L = r->L;
  char what[128];
  param_value help = {0};
  snprintf(what, sizeof what, "%s.help", field);
  lua_getfield(L, -1, "help");
  if (!lua_isnil(L, -1) && !param_from_lua(L, lua_gettop(L), PARAM_TYPE_STRING, &help))
    bad_field(r, what, "a string", -1);
  param->help = help.text ? help.text : copy_text(r, "");
  lua_pop(L, 1);
}

/* A secret is shown to nobody. */
static void put_secret(const reader *r, declared_param *param, const char *field) {
  lua_State *L = r->L;
  char what[128];
  snprintf(what, sizeof what, "%s.secret", field);
  lua_getfield(L, -1, "secret");
  if (!lua_isnil(L, -1) && !lua_isboolean(L, -1))
    bad_field(r, what, "true or false", -1);
  param->secret = lua_toboolean(L, -1);
  lua_pop(L, 1);
}

/* The declaration of one parameter at the top of the stack. */
static void put_param(const reader *r, declared_param *param, const char *name) {
  lua_State *L = r->L;
  char field[96];
  snprintf(field, sizeof field, "params.%.64s", name);
  if (!lua_istable(L, -1))
    bad_field(r, field, "a table { type = ..., default = ..., help = ... }", -1);
  check_known(r, lua_gettop(L), "params.*.", DECLARE_PARAM);
  lua_getfield(L, -1, "type");
  const char *type = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
  if (!param_type_find(type, &param->type)) {
    char what[128];
    snprintf(what, sizeof what, "%s.type", field);
    script_raise(L, TLSMEND_E_SCRIPT, "%s: field '%s' must be one of " PARAM_TYPE_WORDS ", got %s", r->file,
                 what, *type ? type : luaL_typename(L, -1));
  }
  lua_pop(L, 1);
  param->name = copy_text(r, name);
  if (lua_getfield(L, -1, "choices") != LUA_TNIL)
    put_choices(r, param, field);
  lua_pop(L, 1);
  put_default(r, param, field);
  put_help(r, param, field);
  put_secret(r, param, field);
  if (param->type == PARAM_TYPE_PATH && param->secret)
    script_raise(L, TLSMEND_E_SCRIPT, "%s: field '%s.secret': a path is no secret, plans name the files",
                 r->file, field);
}

static bool param_name_good(const char *name) {
  if (!islower((unsigned char)name[0]) || strlen(name) > 63)
    return false;
  for (const char *at = name; *at; at++)
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
    if (!plain_text(L, -1) || !param_name_good(plain_text(L, -1)))
      script_raise(L, TLSMEND_E_SCRIPT, "%s: '%s' is not a parameter name (lower-case letters, digits, '_')",
                   r->file, sandbox_text(L, -1));
    lua_pop(L, 1);
  }
}

static void put_params(const reader *r) {
  lua_State *L = r->L;
  runbook_header *header = &r->runbook->declared.header;
  size_t count = 0;
  lua_getfield(L, 1, "params");
  if (!lua_isnil(L, -1)) {
    if (!lua_istable(L, -1))
      bad_field(r, "params", "a table of parameters", -1);
    push_names(r, 2);
    count = (size_t)lua_rawlen(L, 3);
  }
  header->params = calloc(count + 1, sizeof *header->params);
  if (!header->params)
    no_memory(r);
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, 3, (lua_Integer)i + 1);
    const char *name = lua_tostring(L, -1);
    lua_pushvalue(L, -1);
    lua_rawget(L, 2);
    put_param(r, &header->params[header->param_count++], name);
    lua_pop(L, 2);
  }
  lua_settop(L, 1);
}

/* Reads the text of one element of a list into *out; a mistake raises. */
typedef void (*need_fn)(const reader *r, const char *text, size_t number, name_list *out);

static void add(const reader *r, name_list *out, char *text) {
  if (!name_list_take(out, text))
    no_memory(r);
}

/* A tree as guard_needs has them: a canonical path, with "32:" or "64:" before it where one view is meant. */
static void need_tree(const reader *r, const char *field, const char *text, size_t number, name_list *out) {
  tlsmend_error error;
  script_scratch *scratch = script_scratch_take(r->L);
  bool one_view = strncmp(text, "32:", 3) == 0 || strncmp(text, "64:", 3) == 0;
  if (path_canonical(one_view ? text + 3 : text, &scratch->path, &error) != TLSMEND_OK)
    script_raise(r->L, TLSMEND_E_SCRIPT, "%s: field 'needs.%s[%zu]': %s", r->file, field, number, error.text);
  const char *mistake = path_tree_mistake(scratch->path);
  if (mistake)
    script_raise(r->L, TLSMEND_E_SCRIPT, "%s: field 'needs.%s[%zu]': %s: %s", r->file, field, number, text,
                 mistake);
  size_t view = one_view ? 3 : 0, size = strlen(scratch->path) + 1;
  char *tree = malloc(view + size);
  if (tree) {
    memcpy(tree, text, view);
    memcpy(tree + view, scratch->path, size);
  }
  add(r, out, tree);
}

static void need_registry(const reader *r, const char *text, size_t number, name_list *out) {
  need_tree(r, "registry", text, number, out);
}

static void need_reads(const reader *r, const char *text, size_t number, name_list *out) {
  need_tree(r, "reads", text, number, out);
}

static void need_update(const reader *r, const char *text, size_t number, name_list *out) {
  size_t digits = strncmp(text, "KB", 2) == 0 ? strspn(text + 2, "0123456789") : 0;
  if (digits < 5 || digits > 9 || text[2 + digits])
    script_raise(r->L, TLSMEND_E_SCRIPT,
                 "%s: field 'needs.updates[%zu]' must be like \"KB3140245\", got \"%s\"", r->file, number,
                 text);
  add(r, out, strdup(text));
}

/* The SHA-256 of a package, 64 hex digits, kept in lower case; or "signer:NAME". */
static void need_package(const reader *r, const char *text, size_t number, name_list *out) {
  char hex[65];
  size_t prefix = strlen(GUARD_SIGNER);
  if (strncmp(text, GUARD_SIGNER, prefix) == 0) {
    const char *mistake = trust_name_mistake(text + prefix);
    if (mistake)
      script_raise(r->L, TLSMEND_E_SCRIPT, "%s: field 'needs.packages[%zu]': %s, got \"%.80s\"", r->file,
                   number, mistake, text);
    add(r, out, strdup(text));
    return;
  }
  size_t digits = strspn(text, "0123456789abcdefABCDEF");
  if (digits != 64 || text[digits])
    script_raise(r->L, TLSMEND_E_SCRIPT,
                 "%s: field 'needs.packages[%zu]' must be the SHA-256 of a package, 64 hex digits, or "
                 "\"signer:NAME\", "
                 "got \"%.80s\"",
                 r->file, number, text);
  for (size_t i = 0; i <= digits; i++)
    hex[i] = (char)tolower((unsigned char)text[i]);
  add(r, out, strdup(hex));
}

/* Planning would log on to a server of the author's choice. */
#define SHARE_MISTAKE "leads to another computer, which only the operator may name, by a parameter"

static void need_file(const reader *r, const char *text, size_t number, name_list *out) {
  const char *mistake = file_path_share(text) ? SHARE_MISTAKE : file_path_mistake(text);
  if (mistake)
    script_raise(r->L, TLSMEND_E_SCRIPT, "%s: field 'needs.files[%zu]': %s: it %s; write its plain path",
                 r->file, number, text, mistake);
  add(r, out, strdup(text));
}

/* A protocol older than TLS 1.2 that the runbook may switch on. */
static void need_legacy(const reader *r, const char *text, size_t number, name_list *out) {
  static const char *const known[] = {"SSL 3.0", "TLS 1.0", "TLS 1.1", "DTLS 1.0"};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (strcmp(text, known[i]) == 0) {
      add(r, out, strdup(text));
      return;
    }
  script_raise(r->L, TLSMEND_E_SCRIPT,
               "%s: field 'needs.legacy[%zu]' must be \"SSL 3.0\", \"TLS 1.0\", \"TLS 1.1\" or \"DTLS 1.0\", "
               "got \"%s\"",
               r->file, number, text);
}

static void need_probe(const reader *r, const char *text, size_t number, name_list *out) {
  tlsmend_error error;
  char host[PROBE_HOST_MOST];
  unsigned port;
  if (probe_endpoint_parse(text, host, &port, &error) != TLSMEND_OK)
    script_raise(r->L, TLSMEND_E_SCRIPT, "%s: field 'needs.probes[%zu]': %s", r->file, number, error.text);
  add(r, out, strdup(text));
}

static void need_module(const reader *r, const char *text, size_t number, name_list *out) {
  (void)number;
  add(r, out, strdup(text));
}

/* Reads the list `name` of the table at 2. False: it is not given. */
static bool put_needs_list(const reader *r, const char *name, const char *expected, need_fn read,
                           name_list *out) {
  lua_State *L = r->L;
  char field[32];
  snprintf(field, sizeof field, "needs.%s", name);
  if (lua_getfield(L, 2, name) == LUA_TNIL) {
    lua_pop(L, 1);
    return false;
  }
  if (!lua_istable(L, -1))
    bad_field(r, field, expected, -1);
  size_t count = (size_t)lua_rawlen(L, -1), members = 0;
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
    members++;
  if (members != count)
    bad_field(r, field, expected, -1);
  if (count > NEEDS_MOST)
    script_raise(L, TLSMEND_E_SCRIPT,
                 "%s: field '%s' has more than %d elements: declare the trees above them", r->file, field,
                 NEEDS_MOST);
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, -1, (lua_Integer)i + 1);
    const char *text = plain_text(L, -1);
    if (!text)
      bad_field(r, field, expected, -1);
    read(r, text, i + 1, out);
    if (!unicode_valid(out->items[i], strlen(out->items[i])))
      script_raise(L, TLSMEND_E_SCRIPT, "%s: field '%s[%zu]' is not UTF-8", r->file, field, i + 1);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return true;
}

/* true: any server; else a list of endpoints. */
static void put_probes(const reader *r, declared_needs *needs) {
  lua_State *L = r->L;
  bool said = lua_getfield(L, 2, "probes") == LUA_TBOOLEAN;
  needs->any_probe = said && lua_toboolean(L, -1);
  lua_pop(L, 1);
  needs->has_probes =
      !said && put_needs_list(r, "probes", "true, or a list such as { \"server.example:443\" }", need_probe,
                              &needs->probes);
}

static void put_reboot(const reader *r, declared_needs *needs) {
  lua_getfield(r->L, 2, "reboot");
  if (!lua_isnil(r->L, -1) && !lua_isboolean(r->L, -1))
    bad_field(r, "needs.reboot", "true or false", -1);
  needs->reboot = lua_toboolean(r->L, -1);
  lua_pop(r->L, 1);
}

static void put_needs(const reader *r) {
  lua_State *L = r->L;
  declared_needs *needs = &r->runbook->declared.header.needs;
  lua_getfield(L, 1, "needs");
  if (lua_isnil(L, 2)) { /* nothing may be touched */
    lua_newtable(L);
    lua_replace(L, 2);
  }
  if (!lua_istable(L, 2))
    bad_field(r, "needs", "a table (what the runbook may touch)", 2);
  check_known(r, 2, "needs.", DECLARE_NEEDS);
  put_needs_list(r, "registry", "a list of key paths", need_registry, &needs->registry);
  put_needs_list(r, "reads", "a list of key paths", need_reads, &needs->reads);
  put_needs_list(r, "updates", "a list such as { \"KB3140245\" }", need_update, &needs->updates);
  put_needs_list(r, "packages", "a list of SHA-256 and \"signer:NAME\"", need_package, &needs->packages);
  put_needs_list(r, "files", "a list of files and folders", need_file, &needs->files);
  needs->has_legacy = /* only the bench and readers of the header ask for it */
      put_needs_list(r, "legacy", "a list such as { \"TLS 1.1\" }", need_legacy, &needs->legacy);
  put_probes(r, needs);
  needs->has_modules =
      put_needs_list(r, "modules", "a list of names of modules", need_module, &needs->modules);
  put_reboot(r, needs);
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
  put_text(&r, "version", true, &runbook->declared.header.version);
  put_text(&r, "title", true, &runbook->declared.header.title);
  put_text(&r, "summary", false, &runbook->declared.header.summary);
  put_references(&r);
  put_params(&r);
  put_needs(&r);
  if (!declared_begin(&runbook->declared, runbook->context->options.stand_in))
    no_memory(&r);
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
