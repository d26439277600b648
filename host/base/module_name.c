/* Names of Lua modules: what one looks like, and which file it stands for. */
#include "base/module_name.h"

#include <stdio.h>
#include <string.h>

bool module_name_good(const char *name) {
  if (!*name || strlen(name) >= MODULE_NAME_MOST)
    return false;
  for (const char *at = name; *at; at++) {
    bool word = (*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9') || *at == '_';
    if (!word && (*at != '.' || at == name || at[-1] == '.' || at[1] == 0))
      return false;
  }
  return true;
}

bool module_name_path(const char *prefix, const char *name, char *out, size_t size) {
  if (!module_name_good(name) || strlen(prefix) + strlen(name) + sizeof ".lua" > size)
    return false;
  size_t begin = strlen(prefix);
  snprintf(out, size, "%s%s", prefix, name);
  for (char *at = out + begin; *at; at++)
    if (*at == '.')
      *at = '/';
  strcat(out, ".lua");
  return true;
}
