/* Do the archives of Lua and friends fit into a shared library? Uses what libtlsmend uses; linked, never run. */
#include <jansson.h>
#include <lauxlib.h>
#include <lualib.h>
#include <sodium.h>
#ifdef __linux__
#include <seccomp.h>
#endif

int luaopen_lfs(lua_State *L);
int tlsmend_probe(const char *text);

int tlsmend_probe(const char *text) {
  unsigned char digest[crypto_hash_sha256_BYTES];
  lua_State *L = luaL_newstate();
  luaL_requiref(L, "_G", luaopen_base, 1);
  luaL_requiref(L, "string", luaopen_string, 1);
  luaL_requiref(L, "lfs", luaopen_lfs, 1);
  lua_close(L);
  json_decref(json_loads(text, 0, NULL));
#ifdef __linux__
  seccomp_release(seccomp_init(SCMP_ACT_ALLOW));
#endif
  return sodium_init() + crypto_hash_sha256(digest, (const unsigned char *)text, 1);
}
