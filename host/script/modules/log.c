/* log: what a runbook says while it runs. Findings become part of the plan; the rest goes to whoever listens. */
#include "script/modules/modules.h"

#include "script/modules/arguments.h"
#include "script/primitives/ask.h"
#include "script/sandbox/error.h"
#include "script/sandbox/log.h"

static int l_info(lua_State *L) {
  return sandbox_log(L, false, script_check_text(L, 1, "log.info: the text"));
}

static int l_debug(lua_State *L) {
  return sandbox_log(L, false,
                     lua_pushfstring(L, "debug: %s", script_check_text(L, 1, "log.debug: the text")));
}

static int l_warn(lua_State *L) {
  return sandbox_log(L, true, script_check_text(L, 1, "log.warn: the text"));
}

static int l_finding(lua_State *L) {
  const call_value args[] = {call_text(script_check_text(L, 1, "log.finding: the text"))};
  script_ask(L, PRIMITIVE_FINDING, args, 1);
  return 0;
}

/* refuse(text): the runbook may go no further here; nothing is written, and the command says 3 */
static int l_refuse(lua_State *L) {
  return script_raise(L, TLSMEND_E_REFUSED, "%s", script_check_text(L, 1, "log.refuse: the reason"));
}

const luaL_Reg log_functions[] = {
    {"debug", l_debug},     {"finding", l_finding}, {"info", l_info}, {"refuse", l_refuse},
    {"unknown", l_unknown}, {"warn", l_warn},       {NULL, NULL},
};
