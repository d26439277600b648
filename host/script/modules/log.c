/* log: what a runbook says while it runs. Findings become part of the plan; the rest goes to whoever listens. */
#include "script/modules/modules.h"

#include <string.h>

#include "base/unicode.h"

/* Many empty lines are a flood too. */
enum { LINE_COST = 64 };

int sandbox_log(lua_State *L, tlsmend_event event, const char *text) {
  const script_options *options = &sandbox_context(L)->options;
  size_t size = strlen(text);
  sandbox_output(L, size + LINE_COST);
  if (options->log == NULL)
    return 0;
  char *line = memcpy(lua_newuserdatauv(L, size + 1, 0), text, size + 1);
  unicode_plain(line, size, "\t");
  options->log(options->log_data, event, line);
  return 0;
}

static int l_info(lua_State *L) {
  return sandbox_log(L, TLSMEND_EVENT_LOG, script_check_text(L, 1, "log.info: the text"));
}

static int l_debug(lua_State *L) {
  return sandbox_log(L, TLSMEND_EVENT_LOG,
                     lua_pushfstring(L, "debug: %s", script_check_text(L, 1, "log.debug: the text")));
}

static int l_warn(lua_State *L) {
  return sandbox_log(L, TLSMEND_EVENT_WARNING, script_check_text(L, 1, "log.warn: the text"));
}

static int l_finding(lua_State *L) {
  tlsmend_error error;
  const script_context *context = sandbox_context(L);
  const char *text = script_check_text(L, 1, "log.finding: the text");
  if (context->sink == NULL || context->sink->finding == NULL)
    return sandbox_log(L, TLSMEND_EVENT_WARNING, text);
  sandbox_output(L, strlen(text) + LINE_COST);
  if (context->sink->finding(context->sink->data, text, &error) != TLSMEND_OK)
    return script_raise_error(L, &error);
  return 0;
}

/* refuse(text): the runbook may go no further here; nothing is written, and the command says 3 */
static int l_refuse(lua_State *L) {
  return script_raise(L, TLSMEND_E_REFUSED, "%s", script_check_text(L, 1, "log.refuse: the reason"));
}

const luaL_Reg log_functions[] = {
    {"debug", l_debug},   {"finding", l_finding}, {"info", l_info},
    {"refuse", l_refuse}, {"warn", l_warn},       {NULL, NULL},
};
