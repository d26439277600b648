/* The one table of native modules. */
#include "script/modules/modules.h"

#include <string.h>

const script_module script_modules[] = {
    {"files", files_functions, NULL},
    {"hotfix", hotfix_functions, NULL},
    {"log", log_functions, NULL},
    {"probe", probe_functions, NULL},
    {"reboot", reboot_functions, NULL},
    {"registry", registry_functions, NULL},
    {"system", NULL, system_facts},
    {"update", update_functions, NULL},
    {NULL, NULL, NULL},
};

const script_module *script_module_find(const char *name) {
  for (const script_module *row = script_modules; row->name; row++)
    if (strcmp(row->name, name) == 0)
      return row;
  return NULL;
}
