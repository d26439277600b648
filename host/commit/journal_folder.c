/* The journals of a folder: their ids, their names, reading and listing them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/file_path.h"
#include "commit/journal.h"
#include "os/os.h"

enum { RUN_TIME = 15, RUN_ID = 20 }; /* "20261121-235959", and with "-0001" behind it */

/* Keeps the last name, which os_dir_each hands out sorted. */
static int note_run(void *data, const char *path) {
  size_t length = strlen(path), tail = RUN_ID + strlen(".journal");
  const char *name = length > tail ? path + length - tail : path;
  if (name > path && strchr("/\\", name[-1]) && name[8] == '-' && name[RUN_TIME] == '-')
    memcpy(data, name, RUN_ID);
  return 0;
}

/* 20261121-235959-0001: the time and a number. Ids sort in the order of the runs, also within a second and if the
 * clock was set back: "the last run" must not depend on luck. Unique, because the caller holds the lock of the
 * folder. */
char *journal_new_id(const char *state, const char *after, tlsmend_error *error) {
  char now[32], last[RUN_ID + 1] = "", *id = malloc(RUN_ID + 1);
  if (!id || journal_each(state, note_run, last, error) != TLSMEND_OK) {
    free(id);
    return NULL;
  }
  if (after && strlen(after) == RUN_ID && strcmp(after, last) > 0)
    memcpy(last, after, RUN_ID);
  calendar_print(os_time(), now);
  snprintf(id, RUN_ID + 1, "%.4s%.2s%.2s-%.2s%.2s%.2s-0001", now, now + 5, now + 8, now + 11, now + 14,
           now + 17);
  if (memcmp(id, last, RUN_TIME) <= 0)
    snprintf(id, RUN_ID + 1, "%.15s-%04x", last,
             ((unsigned)strtoul(last + RUN_TIME + 1, NULL, 16) + 1) & 0xffff);
  return id;
}

char *journal_path_of(const char *state, const char *run) {
  size_t room = strlen(run) + sizeof ".journal";
  char *name = malloc(room), *path = NULL;
  if (name) {
    snprintf(name, room, "%s.journal", run);
    path = os_path_join(state, name);
  }
  free(name);
  return path;
}

/* The folder of a journal; malloc'd. */
char *journal_folder(const char *path) {
  size_t length = (size_t)(file_path_leaf(path) - path);
  char *folder = malloc(length + 2);
  if (folder) {
    memcpy(folder, path, length);
    memcpy(folder + length, length ? "" : ".", length ? 1 : 2);
  }
  return folder;
}

typedef struct listing {
  const char *state;
  int (*fn)(void *data, const char *path);
  void *data;
} listing;

static int list_one(void *data, const char *name) {
  const listing *listing = data;
  size_t length = strlen(name);
  if (length < 9 || strcmp(name + length - 8, ".journal") != 0)
    return 0;
  char *path = os_path_join(listing->state, name);
  int code = path ? listing->fn(listing->data, path) : TLSMEND_E_MEMORY;
  free(path);
  return code;
}

int journal_each(const char *state, int (*fn)(void *data, const char *path), void *data,
                 tlsmend_error *error) {
  listing listing = {state, fn, data};
  int code = os_dir_each(state, list_one, &listing, error);
  return code == TLSMEND_E_ABSENT ? TLSMEND_OK : code;
}
