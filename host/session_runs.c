/*
 * The runs of a machine: finding one, keeping others away, handing out what became of it. Carrying out is in session_apply.c,
 * session_resume.c and session_rollback.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/sim.h"
#include "os/os.h"
#include "session.h"

static int no_memory(tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_MEMORY, "out of memory for a run");
}

/* ---- one run at a time --------------------------------------------------------------------------------------------------- */

int session_lock(const tlsmend_session *self, const char *verb, os_lock **out, tlsmend_error *error) {
  char holder[64], other[64] = "";
  snprintf(holder, sizeof holder, "process %u, %s", os_process_id(), verb);
  bool live = self->kind == MACHINE_LIVE; /* one machine, whichever folder its journals are in */
  char *folder = live ? os_state_default() : strdup(self->state);
  char *path = folder ? os_path_join(folder, "lock") : NULL;
  int code = path ? os_dir_make(folder, error) : no_memory(error);
  if (code == TLSMEND_OK && live)
    code = os_dir_make(self->state, error);
  if (code == TLSMEND_OK)
    code = os_lock_take(path, holder, out, other, sizeof other, error);
  if (code == TLSMEND_E_BUSY)
    code = tlsmend_error_set(error, code,
                             "another tlsmend works on this machine (%s): wait until it has finished",
                             *other ? other : "unknown");
  if (code == TLSMEND_OK && (code = sim_reread(self->machine, error)) != TLSMEND_OK) {
    os_lock_release(*out);
    *out = NULL;
  }
  free(path);
  free(folder);
  return code;
}

/* ---- whose run it is ------------------------------------------------------------------------------------------------------- */

/* The file of the snapshot that a run was made on: named by its path, or built in and then below the state folder. malloc'd. */
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
  if (!self->file || strncmp(spec, "sim:", 4) != 0)
    return false;
  if (self->own_state)
    return true;
  char *file = file_of(self, spec + 4);
  bool same = file && os_path_same(file, self->file);
  free(file);
  return same;
}

bool session_owns(const tlsmend_session *self, journal *journal) {
  if (!owns(self, journal->plan->machine))
    return false;
  char *spec = strdup(self->spec);
  if (spec) {
    free(journal->plan->machine);
    journal->plan->machine = spec;
  }
  return true;
}

/* ---- finding a run --------------------------------------------------------------------------------------------------------- */

/* What is looked for. */
typedef struct run_search {
  const tlsmend_session *session;
  const char *run; /* an id, NULL for any */
  bool open_only;
  journal *found; /* the newest that fits */
} run_search;

static bool fits(const run_search *search, journal *journal) {
  if (!session_owns(search->session, journal))
    return false;
  if (search->run)
    return strcmp(journal->run, search->run) == 0;
  return !search->open_only || journal->result == RUN_OPEN;
}

typedef struct search_call {
  run_search *search;
  tlsmend_error *error;
} search_call;

static int look_at(void *data, const char *path) {
  search_call *call = data;
  journal *journal = NULL;
  int code = journal_read(path, &journal, call->error);
  if (code == TLSMEND_E_ABSENT)
    return TLSMEND_OK; /* never begun: nothing was written */
  if (code != TLSMEND_OK)
    return code;
  if (!fits(call->search, journal)) {
    journal_close(journal);
    return TLSMEND_OK;
  }
  journal_close(call->search->found);
  call->search->found = journal;
  return TLSMEND_OK;
}

int session_find_run(const tlsmend_session *self, const char *run, bool open_only, journal **out,
                     tlsmend_error *error) {
  run_search search = {self, run, open_only, NULL};
  search_call call = {&search, error};
  int code = journal_each(self->state, look_at, &call, error);
  *out = search.found;
  if (code == TLSMEND_OK)
    return code;
  journal_close(search.found);
  *out = NULL;
  return code;
}

int session_refuse_open_run(const tlsmend_session *self, tlsmend_error *error) {
  journal *open = NULL;
  int code = session_find_run(self, NULL, true, &open, error);
  if (code == TLSMEND_OK && open && open->deadline)
    code = tlsmend_error_set(
        error, TLSMEND_E_BUSY,
        "run %s of %s waits to be confirmed: `tlsmend confirm` keeps it, `tlsmend rollback %s` undoes it",
        open->run, open->begun, open->run);
  else if (code == TLSMEND_OK && open)
    code = tlsmend_error_set(
        error, TLSMEND_E_BUSY,
        "run %s of %s is not finished: `tlsmend resume` continues it, `tlsmend rollback %s` undoes it",
        open->run, open->begun, open->run);
  journal_close(open);
  return code;
}

/* ---- what became of it ----------------------------------------------------------------------------------------------------- */

commit session_commit(tlsmend_session *self, journal *journal) {
  return (commit){.machine = self->machine,
                  .journal = journal,
                  .state = self->state,
                  .may_restart = self->reboot == TLSMEND_REBOOT_AUTO,
                  .event = session_event,
                  .event_data = (tlsmend_session *)self};
}

tlsmend_result session_result(commit_result result) {
  switch (result) {
  case COMMIT_DONE:
    return TLSMEND_RESULT_DONE;
  case COMMIT_AWAITS:
    return TLSMEND_RESULT_AWAITS;
  case COMMIT_BARRIER:
    return TLSMEND_RESULT_RESTART;
  case COMMIT_UNDONE:
    return TLSMEND_RESULT_UNDONE;
  case COMMIT_LEFT:
    return TLSMEND_RESULT_LEFT;
  }
  return TLSMEND_RESULT_LEFT;
}

int session_hand_out(const tlsmend_session *self, journal *journal, tlsmend_result result,
                     tlsmend_report **out, tlsmend_error *error) {
  *out = report_new(self, journal, result);
  if (*out)
    return TLSMEND_OK;
  journal_close(journal);
  return no_memory(error);
}
