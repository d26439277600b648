/* log: what a runbook says while it runs. Findings become part of the plan; the rest goes to whoever listens. */
#include "script/modules/modules.h"

#include <string.h>

#include "script/modules/arguments.h"
#include "script/sandbox/error.h"
#include "script/sandbox/log.h"

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
  if (!context->host.sink || !context->host.sink->finding)
    return sandbox_log(L, TLSMEND_EVENT_WARNING, text);
  sandbox_output(L, strlen(text) + SANDBOX_LINE_COST);
  if (context->host.sink->finding(context->host.sink->data, text, &error) != TLSMEND_OK)
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
