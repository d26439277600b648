/* Which runs there are of a machine, and which of them is open. */
#ifndef TLSMEND_SESSION_RUNS_KNOWN_H
#define TLSMEND_SESSION_RUNS_KNOWN_H

#include "commit/journal_summary.h"
#include "session/session.h"

/* What the folders of a machine tell of a run. */
typedef enum run_standing {
  RUN_READABLE,
  RUN_DAMAGED, /* it cannot be read, or a line of it does not fit */
  RUN_NEWER,   /* a newer tlsmend wrote it */
  RUN_GONE,    /* the register knows it, and its journal is not there */
  RUN_STRAY /* no journal of a run of this machine: a second copy, another name. Never used, never in the way */
} run_standing;

typedef struct known_run {
  char *run, *path;     /* its id, and where its journal stands or should */
  char *plan, *begun;   /* the id of its plan and when it began, NULL if that cannot be told */
  char *why;            /* it cannot be read; NULL */
  journal_summary told; /* what could be read of it; empty */
  run_standing standing;
  bool torn;     /* the last line of its journal is not whole */
  bool glanced;  /* it has ended, and only the end of its journal was read */
  bool open;     /* it is, or may be */
  bool reopened; /* it cannot be read, and seems to be in the middle of its undoing */
  bool named;    /* only the folder that --state names holds it */
} known_run;

/* All of them. One that has ended is known by the last line of its journal, whatever damage may be further up; the newest one, which may be
 * open or be taken back, has been read whole, and so has what does not end in such a line. */
typedef struct known_runs {
  known_run *items; /* by id, oldest first */
  size_t count;
} known_runs;
int session_known(const tlsmend_session *self, known_runs *out, tlsmend_error *error);
void known_runs_clear(known_runs *runs);

/* The newest run of the session's machine that can be read, by id (or NULL for any), whatever became of it or only
 * if it is open. *out is NULL if there is none. An error if there is only one that cannot be read, but may be what
 * is looked for. */
int session_find_run(const tlsmend_session *self, const char *run, bool open_only, journal **out,
                     tlsmend_error *error);

/* E_BUSY, with the way out, if a run is open; E_CORRUPT and others if one that cannot be read may be. `last` is the
 * greatest id. */
int session_refuse_open_run(const tlsmend_session *self, char last[21], tlsmend_error *error);

/* E_PLAN if a saved plan was applied on this machine before, however that ended, or may have been. */
int session_refuse_repeat(const tlsmend_session *self, const tlsmend_plan *plan, tlsmend_error *error);

#endif
