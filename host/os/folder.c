/* Files of a folder of state: written under a new name, which then becomes their own. Contract: os/os.h. */
#include <inttypes.h>
#include <stdio.h>

#include "os/os.h"
#include "os/system.h"

typedef struct putting {
  const os_folder *folder;
  os_log *log;
  char name[40];
  tlsmend_error *error;
} putting;

static int put_begin(putting *self, const os_folder *folder, tlsmend_error *error) {
  uint64_t chance;
  os_random(&chance, sizeof chance);
  *self = (putting){.folder = folder, .error = error};
  snprintf(self->name, sizeof self->name, "%016" PRIx64 ".new", chance);
  return os_folder_log(folder, self->name, true, &self->log, error);
}

static int put_some(void *data, const void *bytes, size_t size) {
  putting *self = data;
  return os_log_write(self->log, bytes, size, self->error);
}

static int put_end(putting *self, const char *name, int code) {
  bool made = self->log;
  if (code == TLSMEND_OK)
    code = os_log_flush(self->log, self->error);
  os_log_close(self->log);
  if (code == TLSMEND_OK)
    code = system_folder_rename(self->folder, self->name, name, self->error);
  if (code != TLSMEND_OK && made)
    os_folder_remove(self->folder, self->name, NULL);
  return code;
}

int os_folder_put(const os_folder *folder, const char *name, const void *bytes, size_t size,
                  tlsmend_error *error) {
  putting self;
  int code = put_begin(&self, folder, error);
  return put_end(&self, name, code == TLSMEND_OK ? put_some(&self, bytes, size) : code);
}

int os_folder_copy(const os_folder *folder, const char *name, const char *from, tlsmend_error *error) {
  putting self;
  int code = put_begin(&self, folder, error);
  return put_end(&self, name, code == TLSMEND_OK ? os_file_stream(from, put_some, &self, error) : code);
}
