/*
 * Waiting for the end of the time to confirm: a process of its own, which looks at the one run that waits and at
 * nothing else, so that no other journal can silence it. While it waits it holds a lock beside the journal: by that
 * others know that somebody waits.
 */
#include "session/runs/watch.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "session/runs/deadline.h"
#include "session/runs/known.h"
#include "session/runs/run.h"

/* The file that is locked while somebody waits for a run; malloc'd. */
static char *watch_path(const tlsmend_session *self, const journal *journal) {
  char name[64];
  snprintf(name, sizeof name, "%.40s.watch", journal->run);
  return os_path_join(session_folder(self, journal), name);
}

int session_watched(const tlsmend_session *self, const journal *journal) {
  os_lock *lock = NULL;
  char *path = watch_path(self, journal);
  int code = !path                   ? TLSMEND_E_MEMORY
             : !os_file_exists(path) ? TLSMEND_OK
                                     : os_lock_take(path, "status", &lock, NULL, 0, NULL);
  os_lock_release(lock);
  free(path);
  return code == TLSMEND_OK ? 0 : code == TLSMEND_E_BUSY ? 1 : -1;
}

int tlsmend_status_watched(tlsmend_session *session) {
  assert(session);
  journal *journal = NULL;
  int watched = -1;
  if (session_find_run(session, NULL, true, &journal, NULL) == TLSMEND_OK && journal && journal->deadline)
    watched = session_watched(session, journal);
  journal_close(journal);
  return watched;
}

/* Who only looks whether somebody waits holds the lock for a moment. */
static int take_watch(const char *path, os_lock **out) {
  enum { TRIES = 10, PAUSE = 100 };
  int code = TLSMEND_E_BUSY;
  for (int tries = 0; code == TLSMEND_E_BUSY && tries < TRIES; tries++) {
    if (tries)
      os_sleep(PAUSE);
    code = os_lock_take(path, "waits for the end of the time to confirm", out, NULL, 0, NULL);
  }
  return code;
}

/* Seconds on a clock that goes forward only: that of the start, where there is one. */
static int64_t steady(const tlsmend_session *self) {
  char boot[64];
  int64_t seconds;
  return self->boot_clock(&seconds, boot) ? seconds : (int64_t)(os_clock() / 1000);
}

/* Whether the run still waits, by its own journal: read again only when that has grown. */
static bool still_waits(journal **journal) {
  uint64_t size = 0;
  struct journal *fresh = NULL;
  if (os_file_size((*journal)->path, &size, NULL) == TLSMEND_OK && size == (*journal)->size)
    return true;
  if (journal_read((*journal)->path, &fresh, NULL) != TLSMEND_OK)
    return os_file_exists((*journal)->path); /* in the middle of a record */
  journal_close(*journal);
  *journal = fresh;
  return fresh->result == RUN_OPEN && fresh->deadline;
}

/* Milliseconds to the nearest end of the time by any clock, but the clocks are looked at again each minute: nothing tells when one is set, or that
 * the computer has slept. */
static unsigned until_end(const tlsmend_session *self, const journal *journal, int64_t left) {
  enum { LOOK = 60 };
  int64_t other = journal->deadline - self->clock();
  left = other < left ? other : left;
  if (session_left_of_boot(self, journal, &other) && other < left)
    left = other;
  return 1000 * (unsigned)(left < 1 ? 1 : left < LOOK ? left : LOOK);
}

/* A folder that is moved may come back, and who waits must not be gone then: nobody else would undo the run. */
static bool comes_back(const tlsmend_session *self, const journal *journal) {
  enum { SECONDS = 15 };
  bool there = os_file_exists(journal->path);
  for (int i = 0; !there && i < SECONDS; i++) {
    self->pause(NULL, 1000);
    there = os_file_exists(journal->path);
  }
  return there;
}

/* Never longer than the minutes that were said, counted from now, whatever the clocks do. The journal is looked at when something has
 * happened in its folder. */
static void wait_for(tlsmend_session *self, journal **journal) {
  os_watch *watch = os_watch_open(session_folder(self, *journal));
  journal_deadline end = session_deadline(self, *journal);
  int64_t most = steady(self) + end.deadline - self->clock();
  while (comes_back(self, *journal) && still_waits(journal) && !session_is_over(self, *journal)) {
    int64_t left = most - steady(self);
    if (left > 0)
      self->pause(watch, until_end(self, *journal, left));
    else
      snprintf(self->expired, sizeof self->expired, "%s", (*journal)->run);
  }
  os_watch_close(watch);
}

session_waited session_wait(tlsmend_session *self) {
  journal *journal = NULL;
  session_waited out = SESSION_NO_WAIT;
  if (session_find_run(self, NULL, true, &journal, NULL) != TLSMEND_OK || !journal || !journal->deadline) {
    journal_close(journal);
    return out;
  }
  os_lock *lock = NULL;
  char *path = watch_path(self, journal);
  out = SESSION_WATCHED;
  if (path && take_watch(path, &lock) != TLSMEND_E_BUSY) { /* without a lock it waits as well */
    wait_for(self, &journal);
    out = SESSION_WAITED;
  }
  os_lock_release(lock);
  if (lock)
    os_file_remove(path, NULL);
  free(path);
  journal_close(journal);
  return out;
}
