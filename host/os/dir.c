/* Listing a folder. Contract: os/os.h. */
#include "os/os.h"
#include "os/system.h"

/* Reads all names first: the caller's function may remove what it is called with. */
int os_dir_each(const char *path, int (*fn)(void *data, const char *name), void *data, tlsmend_error *error) {
  name_list names = {0};
  int code = system_dir_names(path, &names, error);
  name_list_sort_bytes(&names);
  if (code == TLSMEND_OK)
    code = name_list_each(&names, fn, data);
  name_list_clear(&names);
  return code;
}
