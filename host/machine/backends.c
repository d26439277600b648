/* The one table of back ends. */
#include "machine/backends.h"

#include <string.h>

const backend backends[] = {
    {.prefix = "live",
     .help = "this Windows machine",
#ifdef _WIN32
     .open = win32_open,
#endif
     .here = true,
     .needs_signatures = true,
     .site_policy = true,
     .private_state = true},
    {.prefix = "sim",
     .help = "a snapshot: a .reg file, or a built-in machine by name",
     .open = sim_open,
     .snapshot = true},
    {.prefix = NULL, .needs_signatures = true, .site_policy = true, .private_state = true},
};

const backend *backend_find(const char *spec, const char **argument) {
  size_t length = strcspn(spec, ":");
  *argument = spec[length] ? spec + length + 1 : spec + length;
  for (const backend *row = backends; row->prefix; row++)
    if (strlen(row->prefix) == length && strncmp(row->prefix, spec, length) == 0)
      return row;
  return NULL;
}

const backend *backend_here(void) {
  const backend *row = backends;
  while (!row->here)
    row++;
  return row;
}

const backend *backend_snapshot(void) {
  const backend *row = backends;
  while (!row->snapshot)
    row++;
  return row;
}

const backend *backend_foreign(void) {
  const backend *row = backends;
  while (row->prefix)
    row++;
  return row;
}

int backend_check(const tlsmend_machine *machine, const char *prefix, tlsmend_error *error) {
  const tlsmend_machine_ops *ops = machine->ops;
  if (ops->version != TLSMEND_MACHINE_OPS_VERSION)
    return tlsmend_error_set(
        error, TLSMEND_E_USAGE,
        "the machines of %s have a table of functions of version %d, and this library takes "
        "version %d: build the program with the <tlsmend/machine.h> of this library",
        prefix, ops->version, TLSMEND_MACHINE_OPS_VERSION);
  if (ops->key_exists && ops->value_get && ops->each_key && ops->each_value)
    return TLSMEND_OK;
  return tlsmend_error_set(
      error, TLSMEND_E_USAGE,
      "the machines of %s lack one of key_exists, value_get, each_key and each_value: fill in all of them",
      prefix);
}
