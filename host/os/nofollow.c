/* Reading what is reached without following a link. Contract: os/os.h. */
#include <string.h>

#include "base/file_path.h"
#include "os/os.h"

int os_file_read_nofollow(const char *path, size_t most, char **out, size_t *size, tlsmend_error *error) {
  os_nofollow *reached = NULL;
  tlsmend_error why = {0, ""};
  *out = NULL;
  int code = os_nofollow_open(path, (size_t)(file_path_leaf(path) - path), &reached, &why);
  if (code == TLSMEND_OK)
    code = os_file_read(os_nofollow_name(reached), most, out, size, &why);
  os_nofollow_close(reached);
  if (code == TLSMEND_OK)
    return TLSMEND_OK;
  return strstr(why.text, path) ? tlsmend_error_set(error, code, "%s", why.text)
                                : tlsmend_error_set(error, code, "%s: %s", path, why.text);
}
