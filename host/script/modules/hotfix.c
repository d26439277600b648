/*
 * The native half of hotfix: what servicing, the list of hotfixes and the files say. What follows from that is weighed in
 * stdlib/hotfix.lua. nil is "cannot tell".
 */
#include "script/modules/modules.h"

#include "script/modules/arguments.h"
#include "script/primitives/ask.h"

static const tlsmend_call *ask_update(lua_State *L, primitive_id id) {
  const call_value args[] = {call_text(script_check_text(L, 1, "the update"))};
  return script_ask(L, id, args, 1);
}

static void set_integer(lua_State *L, const char *field, call_value value) {
  lua_pushinteger(L, (lua_Integer)value.number);
  lua_setfield(L, -2, field);
}

/* packages(kb) -> { { name =, state =, state_name =, meaning =, rank = }, ... }, or nil where servicing keeps no packages in this
 * registry */
static int l_packages(lua_State *L) {
  enum { NAME = 1, STATE, STATE_NAME, MEANING, RANK, FIELDS = RANK };
  const tlsmend_call *call = ask_update(L, PRIMITIVE_HOTFIX_PACKAGES);
  if (call->count > 0 && !call_answer(call, 1).text) {
    lua_pushnil(L);
    return 1;
  }
  lua_newtable(L);
  for (size_t at = 0; at + FIELDS <= call->count; at += FIELDS) {
    lua_createtable(L, 0, FIELDS);
    script_set_text(L, "name", call_answer(call, at + NAME).text);
    set_integer(L, "state", call_answer(call, at + STATE));
    script_set_text(L, "state_name", call_answer(call, at + STATE_NAME).text);
    script_set_text(L, "meaning", call_answer(call, at + MEANING).text);
    set_integer(L, "rank", call_answer(call, at + RANK));
    lua_rawseti(L, -2, (lua_Integer)(at / FIELDS) + 1);
  }
  return 1;
}

/* listed(kb) -> true | false | nil */
static int l_listed(lua_State *L) {
  return script_push_answer(L, call_answer(ask_update(L, PRIMITIVE_HOTFIX_LISTED), 1));
}

static int ask_version(lua_State *L, primitive_id id) {
  const call_value args[] = {call_text(script_check_text(L, 1, "the file")),
                             call_integer(script_check_view(L, 2))};
  return script_push_answer(L, call_answer(script_ask(L, id, args, 2), 1));
}

/* file_fact(path [, view]) -> "6.1.7601.23375" | false (no such file) | nil: for stdlib/hotfix.lua and the files it knows, which the
 * guard knows, too */
static int l_file_fact(lua_State *L) { return ask_version(L, PRIMITIVE_HOTFIX_FILE_FACT); }

/* file_version: the same, for the runbook, as far as it may look */
static int l_file_version(lua_State *L) { return ask_version(L, PRIMITIVE_HOTFIX_FILE_VERSION); }

/* winner(component, view) -> "6.1.7601.24540" | nil: the version of a component that servicing has chosen */
static int l_winner(lua_State *L) { return ask_version(L, PRIMITIVE_HOTFIX_WINNER); }

const luaL_Reg hotfix_functions[] = {
    {"file_fact", l_file_fact},
    {"file_version", l_file_version},
    {"listed", l_listed},
    {"packages", l_packages},
    {"unknown", l_unknown},
    {"winner", l_winner},
    {NULL, NULL},
};
