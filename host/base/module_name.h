/* Names of Lua modules: what one looks like, and which file it stands for. */
#ifndef TLSMEND_BASE_MODULE_NAME_H
#define TLSMEND_BASE_MODULE_NAME_H

#include <stdbool.h>
#include <stddef.h>

enum { MODULE_NAME_MOST = 64 };

/* Whether it is lower-case words joined by dots, shorter than MODULE_NAME_MOST. Such a name leads out of no folder. */
bool module_name_good(const char *name);

/* "acme.part" to "acme/part.lua" behind `prefix`. False if the name is not a module's, or the path is too long for `out`. */
bool module_name_path(const char *prefix, const char *name, char *out, size_t size);

#endif
