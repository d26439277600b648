/*
 * The declaration of a runbook: which fields there are and what they must be. A mistake names file, field and what was
 * expected. Nothing is run here.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "script/declared/rules.h"
#include "script/runbook.h"
#include "script/sandbox/error.h"
#include "script/sandbox/pairs.h"
#include "script/sandbox/text.h"
#include "script/suggest.h"

static const char declaration_key;

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

/* What a rule answers. */
static void must(const reader *r, int code, const tlsmend_error *error) {
  if (code != TLSMEND_OK)
    script_raise(r->L, code, "%s: %s", r->file, error->text);
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
  tlsmend_error error;
  if (lua_type(L, -1) != LUA_TSTRING)
    bad_field(r, name, "a string", -1);
  const char *text = lua_tolstring(L, -1, &size);
  must(r, rule_line(name, text, size, &error), &error);
  *out = copy_text(r, text);
  lua_pop(L, 1);
}

static void put_id(const reader *r) {
  tlsmend_error error;
  put_text(r, "id", true, &r->runbook->declared.header.id);
  must(r, rule_id(r->runbook->declared.header.id, &error), &error);
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
  runbook_header *header = &r->runbook->declared.header;
  tlsmend_error error;
  if (lua_getfield(r->L, 1, "verifies") != LUA_TNIL) {
    if (!plain_text(r->L, -1) || strcmp(lua_tostring(r->L, -1), DECLARED_EFFECT) != 0)
      bad_field(r, "verifies", "\"effect\", or left out", -1);
    header->verifies_effect = true;
  }
  must(r, rule_verifies(header, &error), &error);
  lua_settop(r->L, 1);
}

/* Whether it is there. */
static bool check_function(const reader *r, const char *name, bool required) {
  lua_State *L = r->L;
  lua_getfield(L, 1, name);
  if (!lua_isfunction(L, -1) && (required || !lua_isnil(L, -1)))
    bad_field(r, name, "a function", -1);
  bool there = lua_isfunction(L, -1);
  lua_pop(L, 1);
  return there;
}

static void put_choices(const reader *r, declared_param *param, const char *field) {
  lua_State *L = r->L;
  char what[128];
  tlsmend_error error;
  snprintf(what, sizeof what, "%s.choices", field);
  param_type element = param->type == PARAM_TYPE_LIST ? PARAM_TYPE_STRING : param->type;
  if (!lua_istable(L, -1) || lua_rawlen(L, -1) == 0)
    bad_field(r, what, "a list of values", -1);
  must(r, rule_choice_count(what, (size_t)lua_rawlen(L, -1), &error), &error);
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
  tlsmend_error error;
  snprintf(what, sizeof what, "%s.default", field);
  snprintf(expected, sizeof expected, "of its type, %s", param_type_word(param->type));
  lua_getfield(L, -1, "default");
  if (!lua_isnil(L, -1) && !param_from_lua(L, lua_gettop(L), param->type, value))
    bad_field(r, what, expected, -1);
  sandbox_spend(L, (value->list.count + 1) * (param->choice_count + 1));
  must(r, rule_default(param, field, &error), &error);
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
  tlsmend_error error;
  snprintf(what, sizeof what, "%s.secret", field);
  lua_getfield(L, -1, "secret");
  if (!lua_isnil(L, -1) && !lua_isboolean(L, -1))
    bad_field(r, what, "true or false", -1);
  param->secret = lua_toboolean(L, -1);
  must(r, rule_secret(param, field, &error), &error);
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
}

/* The names of the table at `index` as a list in order, left on the stack. */
static void push_names(const reader *r, int index) {
  lua_State *L = r->L;
  tlsmend_error error;
  int count = sandbox_keys(L, index);
  must(r, rule_param_count((size_t)count, &error), &error);
  for (int i = 1; i <= count; i++) {
    lua_rawgeti(L, -1, i);
    const char *name = plain_text(L, -1);
    must(r, rule_param_name(name, name ? name : sandbox_text(L, -1), &error), &error);
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

/* Reads the list of a rule at the top of the stack. */
static void put_needs_list(const reader *r, const need_rule *rule, declared_needs *needs) {
  lua_State *L = r->L;
  tlsmend_error error;
  if (!lua_istable(L, -1))
    bad_field(r, rule->field, rule->expected, -1);
  size_t count = (size_t)lua_rawlen(L, -1), members = 0;
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
    members++;
  if (members != count)
    bad_field(r, rule->field, rule->expected, -1);
  must(r, rule_need_count(rule->field, count, &error), &error);
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, -1, (lua_Integer)i + 1);
    const char *text = plain_text(L, -1);
    if (!text)
      bad_field(r, rule->field, rule->expected, -1);
    must(r, rule_need(rule, text, i + 1, needs, &error), &error);
    lua_pop(L, 1);
  }
  rule_need_given(rule, needs);
}

/* A list of the table at 2, or true or false in its place where that may be. */
static void put_need(const reader *r, const need_rule *rule, declared_needs *needs) {
  lua_State *L = r->L;
  int type = lua_getfield(L, 2, rule->name);
  if (type == LUA_TBOOLEAN && rule->or_true)
    needs->any_probe = lua_toboolean(L, -1);
  else if (type != LUA_TNIL)
    put_needs_list(r, rule, needs);
  lua_pop(L, 1);
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
  for (size_t i = 0; i < NEED_RULES; i++)
    put_need(r, &need_rules[i], needs);
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
  runbook->declared.header.has_verify = check_function(&r, "verify", false);
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
