/*
 * One run at a time, and whose it is: the lock of a machine, the runs that are its own, the folder of each.
 */
#include "session/runs/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commit/journal.h"
#include "machine/machine.h"
#include "machine/sim/sim.h"

int session_lock(const tlsmend_session *self, const char *verb, os_lock **out, tlsmend_error *error) {
  char holder[64], other[64] = "";
  snprintf(holder, sizeof holder, "process %u, %s", os_process_id(), verb);
  os_folder *home = NULL;
  *out = NULL;
  int code = os_folder_open(self->home, self->backend->private_state, &home, error);
  if (code == TLSMEND_OK)
    code = os_folder_lock(home, "lock", holder, out, other, sizeof other, error);
  if (code == TLSMEND_E_BUSY)
    code = tlsmend_error_set(error, code,
                             "another tlsmend works on this machine (%s): wait until it has finished",
                             *other ? other : "unknown");
  if (code == TLSMEND_OK && (code = sim_reread(self->machine, error)) != TLSMEND_OK) {
    os_lock_release(*out);
    *out = NULL;
  }
  os_folder_close(home);
  return code;
}

/* The file of the snapshot that a run was made on: named by its path, or built in and then below the state folder.
 * malloc'd. */
static char *file_of(const tlsmend_session *self, const char *argument) {
  if (strpbrk(argument, "/\\"))
    return strdup(argument);
  char *path = os_path_join(self->state, argument), *out = NULL;
  size_t room = path ? strlen(path) + sizeof ".reg" : 0;
  if (path && (out = malloc(room)))
    snprintf(out, room, "%s.reg", path);
  free(path);
  return out;
}

static bool owns(const tlsmend_session *self, const char *spec) {
  if (strcmp(spec, self->spec) == 0)
    return true;
  const char *argument;
  if (!self->file || backend_find(spec, &argument) != self->backend)
    return false;
  char *file = file_of(self, argument);
  bool same = file && os_path_same(file, self->file);
  free(file);
  return same;
}

bool session_owns_spec(const tlsmend_session *self, const char *spec, bool home) {
  return (home && self->own_home) || owns(self, spec);
}

bool session_owns(const tlsmend_session *self, journal *journal, bool home) {
  if (!session_owns_spec(self, journal->plan->machine, home))
    return false;
  char *spec = strdup(self->spec);
  if (spec) {
    free(journal->plan->machine);
    journal->plan->machine = spec;
  }
  return true;
}

void session_unarrange(tlsmend_session *self, const journal *journal) {
  char how[256];
  tlsmend_error inner = {0, ""};
  if (journal && (journal->result == RUN_OPEN || journal->lost))
    return;
  if (machine_resume_arrange(self->machine, NULL, journal ? session_folder(self, journal) : self->state, how,
                             &inner) != TLSMEND_OK)
    session_tell(self, TLSMEND_EVENT_WARNING, "the start after a restart is not taken back: %s", inner.text);
}

const char *session_folder(const tlsmend_session *self, const journal *journal) {
  return journal->state ? journal->state : self->state;
}

commit session_commit(tlsmend_session *self, journal *journal) {
  return (commit){.machine = self->machine,
                  .journal = journal,
                  .state = session_folder(self, journal),
                  .may_restart = self->reboot == TLSMEND_REBOOT_AUTO,
                  .event = session_event,
                  .event_data = (tlsmend_session *)self};
}
