/* Lines that a script says, on their way to whoever listens. */
#include "script/sandbox/log.h"

#include <string.h>

#include "base/unicode.h"
#include "script/sandbox/limits.h"

int sandbox_log(lua_State *L, tlsmend_event event, const char *text) {
  const script_options *options = &sandbox_context(L)->options;
  size_t size = strlen(text);
  sandbox_output(L, size + SANDBOX_LINE_COST);
  if (!options->log)
    return 0;
  char *line = memcpy(lua_newuserdatauv(L, size + 1, 0), text, size + 1);
  unicode_plain(line, size, "\t");
  options->log(options->log_data, event, line);
  return 0;
}
