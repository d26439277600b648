/* The one table of back ends. */
#include "machine/backends.h"

#include <string.h>

const backend backends[] = {
#ifdef _WIN32
    {"live", MACHINE_LIVE, "this Windows machine", win32_open},
#else
    {"live", MACHINE_LIVE, "this Windows machine", NULL},
#endif
    {"sim", MACHINE_SNAPSHOT, "a snapshot: a .reg file, or a built-in machine by name", sim_open},
    {NULL, MACHINE_FOREIGN, NULL, NULL},
};

const backend *backend_find(const char *spec, const char **argument) {
  size_t length = strcspn(spec, ":");
  *argument = spec[length] ? spec + length + 1 : spec + length;
  for (const backend *row = backends; row->prefix; row++)
    if (strlen(row->prefix) == length && strncmp(row->prefix, spec, length) == 0)
      return row;
  return NULL;
}
