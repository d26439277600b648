/* Waiting for a change in a folder. Contract: os/os.h. */
#include "os/os.h"

#include <windows.h>

#include <stdlib.h>

#include "os/win32/wide.h"

struct os_watch {
  HANDLE changes;
};

os_watch *os_watch_open(const char *folder) {
  wchar_t *name = NULL;
  os_watch *self = malloc(sizeof *self);
  if (!self || wide_path(folder, &name, NULL) != TLSMEND_OK) {
    free(self);
    return NULL;
  }
  self->changes = FindFirstChangeNotificationW(
      name, FALSE, FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_SIZE | FILE_NOTIFY_CHANGE_LAST_WRITE);
  free(name);
  if (self->changes != INVALID_HANDLE_VALUE)
    return self;
  free(self);
  return NULL;
}

/* One that fails to be told again would be told at once for ever: it becomes a pause. */
bool os_watch_wait(os_watch *self, unsigned milliseconds) {
  enum { LOOK = 1000 };
  DWORD answer = WAIT_FAILED;
  if (self && self->changes != INVALID_HANDLE_VALUE)
    answer = WaitForSingleObject(self->changes, milliseconds);
  if (answer == WAIT_TIMEOUT)
    return false;
  if (answer == WAIT_OBJECT_0 && FindNextChangeNotification(self->changes))
    return true;
  Sleep(milliseconds < LOOK ? milliseconds : LOOK);
  return true;
}

void os_watch_close(os_watch *self) {
  if (!self)
    return;
  FindCloseChangeNotification(self->changes);
  free(self);
}
