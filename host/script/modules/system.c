/*
 * The native half of system: what the machine says of its Windows, as a table. Names and comparisons of versions are
 * made by stdlib/system.lua. A fact that cannot be told is nil.
 */
#include "script/modules/modules.h"

#include <string.h>

#include "script/modules/arguments.h"

static void set_integer(lua_State *L, const char *field, lua_Integer number) {
  lua_pushinteger(L, number);
  lua_setfield(L, -2, field);
}

static const char *product_type_name(int type) {
  switch (type) {
  case TLSMEND_WORKSTATION:
    return "workstation";
  case TLSMEND_DOMAIN_CONTROLLER:
    return "domain-controller";
  case TLSMEND_SERVER:
    return "server";
  default:
    return "";
  }
}

static void set_versions(lua_State *L, const tlsmend_system *system) {
  set_integer(L, "major", system->major);
  set_integer(L, "minor", system->minor);
  set_integer(L, "build", system->build);
  set_integer(L, "service_pack", system->service_pack);
  if (system->revision >= 0)
    set_integer(L, "revision", (lua_Integer)system->revision);
  lua_pushfstring(L, "%I.%I", (LUAI_UACINT)system->major, (LUAI_UACINT)system->minor);
  lua_setfield(L, -2, "nt");
}

void system_facts(lua_State *L) {
  const tlsmend_system *system = script_system(L, "system");
  lua_createtable(L, 0, 14);
  set_versions(L, system);
  script_set_text(L, "product_type", product_type_name(system->product_type));
  script_set_text(L, "architecture", system->architecture);
  script_set_text(L, "edition", system->edition);
  script_set_text(L, "product", system->product);
  script_set_text(L, "release", system->release);
  script_set_text(L, "computer", system->computer);
  if (system->product_type != 0) {
    lua_pushboolean(L, system->product_type != TLSMEND_WORKSTATION);
    lua_setfield(L, -2, "server");
  }
  if (system->architecture[0])
    set_integer(L, "bits", strcmp(system->architecture, "x86") != 0 ? 64 : 32);
}
