/* Only compiled: a back end of somebody else's fills in the table of <tlsmend/machine.h>. */
#include <tlsmend/machine.h>

#include <stdlib.h>

static void empty_close(tlsmend_machine *self) { free(self); }

static int empty_key_exists(tlsmend_machine *self, const tlsmend_key *key, bool *out, tlsmend_error *error) {
  (void)self;
  (void)error;
  *out = key->path[0] == '\0';
  return TLSMEND_OK;
}

static int empty_value_get(tlsmend_machine *self, const tlsmend_key *key, const char *name,
                           tlsmend_value *out, tlsmend_error *error) {
  (void)self;
  if (name[0] == '?')
    return tlsmend_error_set(error, TLSMEND_E_UNKNOWN, "cannot tell %s of %s", name, key->path);
  return tlsmend_value_set(out, TLSMEND_REG_SZ, "a\0\0", 4, error);
}

extern const tlsmend_machine_ops empty_ops;
const tlsmend_machine_ops empty_ops = {
    .version = TLSMEND_MACHINE_OPS_VERSION,
    .name = "empty",
    .close = empty_close,
    .key_exists = empty_key_exists,
    .value_get = empty_value_get,
};
