/* Waiting for a change in a folder: inotify, where there is one. Contract: os/os.h. */
#define _GNU_SOURCE

#include "os/os.h"

#ifdef __linux__

#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "os/posix/posix.h"

struct os_watch {
  int fd;
};

os_watch *os_watch_open(const char *folder) {
  os_watch *self = malloc(sizeof *self);
  if (!self)
    return NULL;
  self->fd = posix_above(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (self->fd >= 0 && inotify_add_watch(self->fd, folder,
                                         IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVE |
                                             IN_DELETE_SELF | IN_MOVE_SELF) >= 0)
    return self;
  os_watch_close(self);
  return NULL;
}

/* Looks at nothing of what has changed: reading it only makes room for what changes next. */
static bool happened(const os_watch *self, unsigned milliseconds) {
  char events[4096];
  bool any = false;
  struct pollfd one = {.fd = self->fd, .events = POLLIN};
  if (poll(&one, 1, (int)milliseconds) <= 0)
    return false;
  while (read(self->fd, events, sizeof events) > 0)
    any = true;
  return any;
}

void os_watch_close(os_watch *self) {
  if (self && self->fd >= 0)
    close(self->fd);
  free(self);
}

#else

os_watch *os_watch_open(const char *folder) { return (void)folder, NULL; }
static bool happened(const os_watch *self, unsigned milliseconds) {
  return (void)self, (void)milliseconds, false;
}
void os_watch_close(os_watch *self) { (void)self; }

#endif

bool os_watch_wait(os_watch *self, unsigned milliseconds) {
  enum { LOOK = 1000 };
  if (self)
    return happened(self, milliseconds);
  os_sleep(milliseconds < LOOK ? milliseconds : LOOK);
  return true;
}
