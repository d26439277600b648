/*
 * chunks SOURCE LIST FOLDER: compiles each Lua text that the file LIST names, one a line, to FOLDER/NUMBER.luac, NUMBER being the line
 * from 0. It runs while tlsmend is built, with the same Lua that tlsmend is linked with; see docs/decisions/0027-chunks-of-the-executable.md.
 * Nothing is stripped: messages name the lines and the variables that they would name of the text.
 */
#include <stdio.h>
#include <string.h>

#include <lauxlib.h>

enum { NAME_MOST = 256 };

/* What messages call the text: require.c and dispatch.c give the same name to one that is compiled while tlsmend runs. */
static const char *chunk_name(const char *name) {
  static const char *const folders[] = {"stdlib/", "runbooks/"};
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
    if (strncmp(name, folders[i], strlen(folders[i])) == 0)
      return name + strlen(folders[i]);
  return name;
}

static int write_bytes(lua_State *L, const void *bytes, size_t size, void *file) {
  (void)L;
  return fwrite(bytes, 1, size, file) != size;
}

/* As luaL_loadfile, under a name of its own; a chunk that is compiled already is refused. */
static int load_text(lua_State *L, const char *source, const char *name) {
  const char *path = lua_pushfstring(L, "%s/%s", source, name);
  FILE *file = fopen(path, "rb");
  if (!file)
    return luaL_error(L, "%s: cannot be read", path);
  luaL_Buffer text;
  luaL_buffinit(L, &text);
  for (size_t got = 1; got > 0; luaL_addsize(&text, got))
    got = fread(luaL_prepbuffer(&text), 1, LUAL_BUFFERSIZE, file);
  int failed = ferror(file);
  fclose(file);
  luaL_pushresult(&text);
  if (failed)
    return luaL_error(L, "%s: cannot be read", path);
  size_t size;
  const char *bytes = lua_tolstring(L, -1, &size);
  const char *chunk = lua_pushfstring(L, "@%s", chunk_name(name));
  if (luaL_loadbufferx(L, bytes, size, chunk, "t") != LUA_OK)
    return lua_error(L);
  return 1;
}

static int compile(lua_State *L) {
  load_text(L, lua_tostring(L, 1), lua_tostring(L, 2));
  const char *path = lua_pushfstring(L, "%s/%d.luac", lua_tostring(L, 3), (int)lua_tointeger(L, 4));
  FILE *file = fopen(path, "wb");
  lua_insert(L, -2);
  int failed = !file || lua_dump(L, write_bytes, file, 0) != 0;
  if (file && fclose(file) != 0)
    failed = 1;
  return failed ? luaL_error(L, "%s: cannot be written", path) : 0;
}

int main(int count, char **arguments) {
  FILE *list = count == 4 ? fopen(arguments[2], "rb") : NULL;
  lua_State *L = luaL_newstate();
  if (!list || !L)
    return fputs("usage: chunks SOURCE LIST FOLDER\n", stderr), 2;
  char name[NAME_MOST];
  for (int number = 0; fgets(name, sizeof name, list); number++) {
    name[strcspn(name, "\r\n")] = 0;
    if (strlen(name) < 4 || strcmp(name + strlen(name) - 4, ".lua") != 0)
      continue;
    lua_pushcfunction(L, compile);
    lua_pushstring(L, arguments[1]);
    lua_pushstring(L, name);
    lua_pushstring(L, arguments[3]);
    lua_pushinteger(L, number);
    if (lua_pcall(L, 4, 0, 0) != LUA_OK)
      return fprintf(stderr, "chunks: %s\n", lua_tostring(L, -1)), 1;
  }
  fclose(list);
  lua_close(L);
  return 0;
}
