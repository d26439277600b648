/* The modules of an embedding program, checked once, when a session is opened. */
#include "script/modules/modules.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <tlsmend/module.h>

#include "script/modules/embedded.h"
#include "script/texts.h"

static bool name_good(const char *name) {
  if (!name || !islower((unsigned char)name[0]) || strlen(name) > 32)
    return false;
  for (const char *at = name; *at; at++)
    if (!islower((unsigned char)*at) && !isdigit((unsigned char)*at) && *at != '_')
      return false;
  return true;
}

/* By a native module, or by one of the library. */
static bool taken(const script_options *options, const char *name) {
  char path[64];
  script_text text;
  snprintf(path, sizeof path, "stdlib/%s.lua", name);
  bool found = script_text_find(options, path, &text, NULL) == TLSMEND_OK;
  script_text_clear(&text);
  return found || script_module_find(name);
}

int script_check_modules(const script_options *options, tlsmend_error *error) {
  for (size_t i = 0; options->modules && options->modules[i]; i++) {
    const tlsmend_module *module = options->modules[i];
    if (module->version != TLSMEND_MODULE_VERSION || !name_good(module->name) || !module->functions)
      return tlsmend_error_set(
          error, TLSMEND_E_USAGE,
          "module %zu of the options is not one: version TLSMEND_MODULE_VERSION, a name of "
          "lower-case letters, digits and '_', functions",
          i + 1);
    if (taken(options, module->name) || embedded_module_find(options, module->name) != module)
      return tlsmend_error_set(error, TLSMEND_E_USAGE,
                               "there is a module %s already: give yours another name", module->name);
  }
  return TLSMEND_OK;
}
