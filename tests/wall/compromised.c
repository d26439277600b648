/*
 * The product's worker, taken over: its Lua states have one function more, attack(NAME), which runs native code behind the wall, an attempt
 * or a lie. What the function answers is an error of the runbook that says what the system answered.
 */
#include <string.h>

#include <lauxlib.h>

#include "os/worker.h"
#include "script/worker/child.h"
#include "wall/attempt.h"
#include "wall/lie.h"

static int attack(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  const wall_attempt *attempt = wall_attempt_named(name);
  const wall_lie *lie = wall_lie_named(name);
  static int loads;
  if (strcmp(name, WALL_SECOND_LOAD) == 0) {
    lua_pushboolean(L, ++loads > 1);
    return 1;
  }
  if (lie) {
    wall_answered = 0;
    lie->tell();
    return wall_answered ? luaL_error(L, "answered with %s", tlsmend_error_name(wall_answered)) : 0;
  }
  if (!attempt)
    return luaL_error(L, "no attack '%s'", name);
  long answer = attempt->run();
  if (answer == WALL_THROUGH)
    return luaL_error(L, "GOT THROUGH");
  return luaL_error(L, "refused with %d", (int)answer);
}

/* Past the rule that nothing undeclared is assigned. */
static void take_over(lua_State *L) {
  lua_pushglobaltable(L);
  lua_pushcfunction(L, attack);
  lua_pushliteral(L, "attack");
  lua_insert(L, -2);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

int main(int argc, char **argv) {
  unsigned long long memory;
  if (!os_wall_wanted(argc, argv, &memory))
    return 64;
  wall_prepare();
  script_worker_run(memory, take_over);
}
