/*
 * The native half of files: which names lie in a folder, and of which kind one is. What a runbook gets of that is decided in
 * stdlib/files.lua.
 */
#include "script/modules/modules.h"

#include <string.h>

#include "script/modules/arguments.h"
#include "script/primitives/ask.h"
#include "script/sandbox/error.h"

/* What is charged for each name. */
enum { NAME_COST = 8 };

/* attributes(path, "mode") -> "file", "directory" ... | nil: of all that LuaFileSystem tells of a file its kind alone */
static int l_attributes(lua_State *L) {
  const call_value args[] = {call_text(script_check_text(L, 1, "the file"))};
  if (strcmp(script_check_text(L, 2, "what is asked of the file"), "mode") != 0)
    return script_raise(L, TLSMEND_E_SCRIPT, "files: only the mode of a file can be asked");
  call_value kind = call_answer(script_ask(L, PRIMITIVE_FILES_KIND, args, 1), 1);
  lua_pushstring(L, kind.text); /* nil, if that is the answer */
  return 1;
}

/* names(folder): all names in a folder; nil and the reason if it cannot be listed */
static int l_names(lua_State *L) {
  const call_value args[] = {call_text(script_check_text(L, 1, "the file"))};
  const tlsmend_call *call = script_ask(L, PRIMITIVE_FILES_NAMES, args, 1);
  if (call_answer(call, 1).text || call->count == 0) {
    sandbox_spend(L, NAME_COST * call->count);
    return script_push_names(L, call);
  }
  lua_pushnil(L);
  lua_pushstring(L, call_answer(call, 2).text);
  return 2;
}

const luaL_Reg files_functions[] = {{"attributes", l_attributes}, {"names", l_names}, {NULL, NULL}};
