/* The predicted effects of an update installation and of the restart behind it. */
#include "machine/update/cbs.h"
#include "machine/update/servicing.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "registry/value.h"
#include "machine/machine.h"

static int set_state(const tlsmend_update *update, uint32_t state, const servicing_writer *writer,
                     tlsmend_error *error) {
  if (!update->package)
    return TLSMEND_OK;
  tlsmend_value value = {0};
  char *path = cbs_package_key(update->package);
  int code = path ? value_set_dword(&value, state, error) : error_no_memory(error);
  if (code == TLSMEND_OK)
    code = writer->value_set(writer->data, path, CBS_STATE, &value, error);
  tlsmend_value_clear(&value);
  free(path);
  return code;
}

int servicing_install(const tlsmend_update *update, const servicing_writer *writer, tlsmend_error *error) {
  int code = set_state(update, CBS_INSTALL_PENDING, writer, error);
  return code == TLSMEND_OK ? writer->key_create(writer->data, CBS_REBOOT_PENDING, error) : code;
}

int servicing_complete(const tlsmend_update *update, const servicing_writer *writer, tlsmend_error *error) {
  int code = set_state(update, CBS_INSTALLED, writer, error);
  for (size_t i = 0; code == TLSMEND_OK && i < update->file_count; i++)
    code = writer->file_set(writer->data, update->files[i].path, update->files[i].view,
                            update->files[i].after, error);
  return code == TLSMEND_OK ? writer->hotfix_add(writer->data, update->kb, error) : code;
}

int servicing_restarted(const servicing_writer *writer, tlsmend_error *error) {
  return writer->key_delete(writer->data, CBS_REBOOT_PENDING, error);
}
