/*
 * Modules that an embedding program adds: <tlsmend/module.h>. Which one is meant stands in the name of the call, "inventory.owner",
 * which may be any text. Nothing raises through a function of theirs: there is no Lua below it.
 */
#include "script/primitives/primitives.h"

#include <string.h>

#include "machine/guard.h"

enum { ANSWERS_MOST = 16 };

/* The function that a call names, and its module; or NULL. */
static const tlsmend_module_function *find(const script_host *host, const char *name,
                                           const tlsmend_module **module) {
  for (size_t i = 0; host->options->modules && host->options->modules[i]; i++) {
    *module = host->options->modules[i];
    size_t size = strlen((*module)->name);
    if (strncmp(name, (*module)->name, size) != 0 || name[size] != '.')
      continue;
    for (const tlsmend_module_function *row = (*module)->functions; row->name; row++)
      if (strcmp(row->name, name + size + 1) == 0)
        return row;
  }
  return NULL;
}

int primitive_module(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  const tlsmend_module *module = NULL;
  const tlsmend_module_function *row = find(host, call->name, &module);
  if (!row)
    return tlsmend_error_set(error, TLSMEND_E_SCRIPT, "this program has no module with such a function");
  if (!module->open) {
    int code = account_count(host->account, TLSMEND_LIMIT_READS, 1, error);
    if (code == TLSMEND_OK)
      code = guard_may_call(&host->machine.base, module->name, error);
    if (code != TLSMEND_OK)
      return code;
  }
  call->most = ANSWERS_MOST;
  int code = row->call(module->data, call, error);
  if (code == TLSMEND_OK)
    return code;
  call->own_error = true; /* for the runbook to deal with */
  if (error->code != code || !error->text[0])
    tlsmend_error_set(error, tlsmend_error_name(code)[0] == '?' ? TLSMEND_E_FAILED : code, "%s failed",
                      call->name);
  return error->code;
}
