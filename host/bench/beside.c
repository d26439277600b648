/* What lies beside a stranger's runbook is looked at without following a link. */
#include "bench/beside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file_path.h"
#include "os/os.h"

/* Whether a file or folder that lies beside a stranger's runbook is there and no link. E_REFUSED: it is one. */
static int reach(const char *path, tlsmend_error *error) {
  os_nofollow *reached = NULL;
  char *full = os_path_absolute(path);
  int code = full ? os_nofollow_open(full, (size_t)(file_path_leaf(full) - full), &reached, error)
                  : error_no_memory(error);
  os_nofollow_close(reached);
  free(full);
  return code;
}

int bench_folder(const char *runbook, char **out, tlsmend_error *error) {
  size_t length = strlen(runbook);
  *out = NULL;
  if (length < 5 || strcmp(runbook + length - 4, ".lua") != 0)
    return TLSMEND_OK;
  char *folder = malloc(length + sizeof ".machines");
  if (!folder)
    return error_no_memory(error);
  snprintf(folder, length + sizeof ".machines", "%.*s.machines", (int)(length - 4), runbook);
  bool there = os_dir_exists(folder);
  int code = there ? reach(folder, error) : TLSMEND_OK;
  if (there && code == TLSMEND_OK)
    *out = folder;
  else
    free(folder);
  return code;
}

typedef struct walk {
  const char *folder;
  int (*fn)(void *data, const char *path, tlsmend_error *error);
  void *data;
  tlsmend_error *error;
} walk;

static int look_at(void *data, const char *name) {
  const walk *walk = data;
  size_t length = strlen(name);
  if (length < 5 || strcmp(name + length - 4, ".reg") != 0)
    return TLSMEND_OK;
  char *path = os_path_join(walk->folder, name);
  int code = path ? reach(path, walk->error) : error_no_memory(walk->error);
  if (code == TLSMEND_OK)
    code = walk->fn(walk->data, path, walk->error);
  free(path);
  return code;
}

int bench_each_beside(const char *folder, int (*fn)(void *data, const char *path, tlsmend_error *error),
                      void *data, tlsmend_error *error) {
  walk walk = {folder, fn, data, error};
  return os_dir_each(folder, look_at, &walk, error);
}
