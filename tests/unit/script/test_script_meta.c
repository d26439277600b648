/*
 * stdlib/meta/<module>.lua against the live module, both ways: what is documented is there, what is there is documented, and
 * every function has words of its own. The private natives of modules with a Lua half are no part of either.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <lauxlib.h>

#include "machine/backends.h"
#include "machine/machine.h"
#include "os/os.h"
#include "script/require.h"
#include "script/modules/modules.h"
#include "script/sandbox/sandbox.h"
#include "unit/script/where.h"

/* Reads a definition file: function names, fields of the class, and which functions lack a comment. */
static const char compare[] =
    "local name, text, live = ...\n"
    "local module = name\n"
    "local documented, optional, bare, class, comment = {}, {}, {}, nil, false\n"
    "for line in (text .. '\\n'):gmatch '(.-)\\r?\\n' do\n"
    "  class = line:match '^%-%-%-@class (%S+)' or class\n"
    "  local field, mark = line:match '^%-%-%-@field ([%w_]+)([?]?)'\n"
    "  if field and class == module then documented[field] = 'field' optional[field] = mark == '?' end\n"
    "  local f = line:match('^function ' .. module .. '%.([%w_]+)%(')\n"
    "  if f then documented[f] = 'function' bare[f] = not comment end\n"
    "  comment = line:find '^%-%-%- ' ~= nil or (comment and line:find '^%-%-%-' ~= nil)\n"
    "end\n"
    "local wrong = {}\n"
    "for key, value in pairs(live) do\n"
    "  local kind = documented[key]\n"
    "  if not kind then wrong[#wrong + 1] = key .. ' is not documented'\n"
    "  elseif (kind == 'function') ~= (type(value) == 'function') then wrong[#wrong + 1] = key .. ' is a ' "
    ".. type(value)\n"
    "  elseif bare[key] then wrong[#wrong + 1] = key .. ' has no words' end\n"
    "end\n"
    "for key in pairs(documented) do\n"
    "  if rawget(live, key) == nil and not optional[key] then wrong[#wrong + 1] = key .. ' does not exist' "
    "end\n"
    "end\n"
    "table.sort(wrong)\n"
    "local count = 0\n"
    "for _ in pairs(documented) do count = count + 1 end\n"
    "return count, table.concat(wrong, ', ')\n";

typedef struct request {
  const char *module, *text;
  lua_Integer documented;
  char wrong[1024];
} request;

static int l_compare(lua_State *L) {
  request *asked = lua_touserdata(L, 1);
  script_require_register(L);
  script_compile(L, compare, sizeof compare - 1, "@compare");
  lua_pushstring(L, asked->module);
  lua_pushstring(L, asked->text);
  script_fill_facts(L);
  script_require(L, asked->module);
  lua_call(L, 3, 2);
  asked->documented = lua_tointeger(L, -2);
  snprintf(asked->wrong, sizeof asked->wrong, "%s", lua_tostring(L, -1));
  return 0;
}

static char *definitions(const char *module) {
  char path[256], *text;
  size_t size;
  tlsmend_error error;
  snprintf(path, sizeof path, "stdlib/meta/%s.lua", module);
  if (os_file_read(path, 1 << 20, &text, &size, &error) != TLSMEND_OK)
    fail_msg("%s", error.text);
  return text;
}

/* Compares on a machine, because `system` is a table of facts. */
static void compare_module(const char *module, const char *machine, const char *text, request *asked) {
  tlsmend_error error;
  script_context *context;
  tlsmend_machine *snapshot;
  char *reg;
  memset(asked, 0, sizeof *asked);
  asked->module = module;
  asked->text = text;
  assert_int_equal(script_builtin_machine(NULL, machine, &reg, &error), TLSMEND_OK);
  backend_request request = {.argument = machine, .state = "", .text = reg};
  assert_int_equal(sim_open(&request, &snapshot, &error), TLSMEND_OK);
  free(reg);
  assert_int_equal(sandbox_open(NULL, &context, &error), TLSMEND_OK);
  assert_int_equal(script_host_lend(&context->host, snapshot, snapshot, &error), TLSMEND_OK);
  sandbox_enter(context, context->host.system);
  lua_pushcfunction(context->L, l_compare);
  lua_pushlightuserdata(context->L, asked);
  if (sandbox_call(context, 1, 0, &error) != TLSMEND_OK)
    fail_msg("%s: %s", module, error.text);
  sandbox_close(context);
  machine_close(snapshot);
}

static void check(const char *module) {
  static const char *const machines[] = {"win7-sp1-x64", "win11-24h2-x64", "ws2008-sp2-x86"};
  char *text = definitions(module);
  for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
    request asked;
    compare_module(module, machines[i], text, &asked);
    if (asked.wrong[0])
      fail_msg("stdlib/meta/%s.lua and the module on %s: %s", module, machines[i], asked.wrong);
    if (asked.documented == 0)
      fail_msg("stdlib/meta/%s.lua: no function or field is found in it", module);
  }
  free(text);
}

static void documents_and_modules_agree(void **state) {
  (void)state;
  for (const script_module *row = script_modules; row->name; row++)
    check(row->name);
}

/* The fields of a class of runbook.lua as "id, version, title". */
static void documented_fields(const char *text, const char *class, char *out, size_t size) {
  char head[64];
  snprintf(head, sizeof head, "---@class %s\n", class);
  const char *at = strstr(text, head);
  assert_non_null(at);
  *out = '\0';
  for (at = strchr(at, '\n') + 1; strncmp(at, "---@field ", 10) == 0; at = strchr(at, '\n') + 1) {
    size_t used = strlen(out);
    snprintf(out + used, size - used, "%s%.*s", used ? ", " : "", (int)strcspn(at + 10, "? "), at + 10);
  }
}

/* What a declaration may hold is what the definitions say it may hold: the message about an unknown field lists it. */
static void declarations_agree(void **state) {
  (void)state;
  static const struct row {
    const char *class, *unknown;
  } rows[] = {{"runbook", "nonsense = 1"},
              {"runbook_needs", "needs = { nonsense = 1 }"},
              {"runbook_param", "params = { x = { nonsense = 1 } }"}};
  char *text = definitions("runbook");
  const char *base = getenv("TMPDIR") ? getenv("TMPDIR") : getenv("TEMP");
  char path[256];
  snprintf(path, sizeof path, "%.128s/tlsmend-meta-%u.lua", base ? base : "/tmp", os_process_id());
  script_options options = where_options();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char source[512], wanted[512], fields[400];
    tlsmend_error error = {0};
    script_runbook *runbook;
    snprintf(source, sizeof source,
             "return { id = 'x', version = '1', title = 'x', run = function() end, %s }", rows[i].unknown);
    assert_int_equal(os_file_replace(path, source, strlen(source), &error), TLSMEND_OK);
    assert_int_equal(script_open(&options, path, &runbook, &error), TLSMEND_E_SCRIPT);
    documented_fields(text, rows[i].class, fields, sizeof fields);
    snprintf(wanted, sizeof wanted, "nonsense'; there are %s", fields);
    const char *found = strstr(error.text, wanted);
    if (!found || strncmp(found + strlen(wanted), " | ", 3) != 0) /* the line of the text */
      fail_msg("stdlib/meta/runbook.lua has %s: %s; the host says: %s", rows[i].class, fields, error.text);
  }
  remove(path);
  free(text);
}

/* The comparison itself sees each kind of difference. */
static void differences_are_seen(void **state) {
  (void)state;
  static const struct row {
    const char *text, *wrong;
  } rows[] = {
      {"--- x\nfunction log.info(t) end\n--- x\nfunction log.warn(t) end\n--- x\nfunction log.debug(t) end\n"
       "--- x\nfunction log.refuse(t) end\n--- x\nfunction log.unknown(t) end\n",
       "finding is not documented"},
      {"--- x\nfunction log.info(t) end\n--- x\nfunction log.warn(t) end\n--- x\nfunction log.debug(t) end\n"
       "--- x\n---@param t string\nfunction log.finding(t) end\n--- x\nfunction log.refuse(t) end\n--- "
       "x\nfunction log.unknown(t) end\n"
       "--- x\nfunction log.shout(t) end\n",
       "shout does not exist"},
      {"--- x\nfunction log.info(t) end\n--- x\nfunction log.warn(t) end\n--- x\nfunction log.debug(t) end\n"
       "function log.finding(t) end\n--- x\nfunction log.refuse(t) end\n--- x\nfunction log.unknown(t) end\n",
       "finding has no words"},
      {"---@class log\n---@field info string\n--- x\nfunction log.warn(t) end\n--- x\nfunction log.debug(t) "
       "end\n"
       "--- x\nfunction log.finding(t) end\n--- x\nfunction log.refuse(t) end\n--- x\nfunction "
       "log.unknown(t) end\n",
       "info is a function"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    request asked;
    compare_module("log", "win7-sp1-x64", rows[i].text, &asked);
    assert_string_equal(asked.wrong, rows[i].wrong);
  }
}

int main(int argc, char **argv) {
  where_begin(argc, argv);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(documents_and_modules_agree),
      cmocka_unit_test(declarations_agree),
      cmocka_unit_test(differences_are_seen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
