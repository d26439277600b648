/* Lines that a script says, on their way to whoever listens. */
#include "script/sandbox/log.h"

#include "script/primitives/ask.h"

int sandbox_log(lua_State *L, bool warning, const char *text) {
  const call_value args[] = {call_boolean(warning), call_text(text)};
  script_ask(L, PRIMITIVE_LOG, args, 2);
  return 0;
}
