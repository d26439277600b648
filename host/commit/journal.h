/*
 * The journal of a run: an append-only file, one record a line, flushed before the step that it speaks of. A line is
 * the SHA-256 of the line before joined with this record, a blank, and the record as JSON, so that a missing, moved or
 * edited line shows. A last line that is not whole is a torn write, which is cut off; anything else that does not fit
 * is damage.
 */
#ifndef TLSMEND_COMMIT_JOURNAL_H
#define TLSMEND_COMMIT_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#include "plan/plan.h"

#define JOURNAL_SCHEMA "tlsmend-journal/3"
/* Read; a run that was begun in one goes on in its form. */
#define JOURNAL_SCHEMA_2 "tlsmend-journal/2" /* has a record for each step */
#define JOURNAL_SCHEMA_1 "tlsmend-journal/1" /* as that, and keeps neither texts nor terms */

/* How far a step has come. */
typedef enum step_state {
  STEP_OPEN,     /* not begun */
  STEP_INTENDED, /* begun; whether it was done has to be looked up in the machine */
  STEP_DONE,
  STEP_UNDOING, /* its undoing was begun */
  STEP_UNDONE,
  STEP_LEFT /* it was done and stays: an update, a key that holds what is not ours, an undo that failed */
} step_state;

/* What ended a run. */
typedef enum run_result {
  RUN_OPEN,
  RUN_DONE,
  RUN_UNDONE, /* failed, or rolled back, and everything is taken back */
  RUN_LEFT    /* failed, or rolled back, and something stays that should not */
} run_result;

typedef struct journal_step {
  step_state state;
  char *note; /* of the installer, or why it failed or stays; NULL if nothing was said */
} journal_step;

typedef struct journal {
  /* What the first record says. */
  char *machine; /* the spec of the machine, as it was named when the run began */
  char *run;     /* its id: 20261121-235959-1a2b */
  char *begun;
  tlsmend_plan *plan;
  unsigned confirm_minutes; /* it is undone unless it is confirmed within these; 0: it need not be */
  json_t *trust;    /* who has signed the runbooks that are not part of tlsmend, as was told then; or NULL */
  json_t *approval; /* of the saved plan: its digest and who has signed it; NULL if it was not saved */
  json_t *kept;     /* the texts that it runs (session/runs/kept.c); NULL: the journal is an old one */
  json_t *terms;    /* what it was begun with; as kept */

  /* Where the run stands. */
  run_result result;
  journal_step *steps; /* one for each change of the plan */
  char boot[64];       /* boot id of the last record that has one */
  unsigned boots;      /* how often that was another one than before: restarts since the beginning */
  bool at_barrier;     /* the last thing done was to stop for a restart */
  bool undoing;        /* it goes backwards: a failed run or a rollback */
  char *failure;       /* why, NULL */
  char *stalled;       /* why it could not go on when that was tried last; NULL: it could, or was not tried */
  char *ended;         /* NULL while open */

  /* Where all is done, and it waits to be confirmed. */
  int64_t deadline;    /* until then; 0: it does not wait */
  int64_t until;       /* the same on the clock that nobody sets, of the start `clock_boot` */
  char clock_boot[64]; /* "": there is no such clock */
  char *unchecked;     /* why its runbooks could not be asked whether it is right; or NULL */

  /* The file. */
  char *path;
  char *state;              /* the folder in which it stands; NULL in memory */
  struct os_folder *folder; /* that one, held while it is open for appending; NULL while only read */
  struct os_log *log;       /* open for appending, NULL while only read */
  uint64_t size;            /* of the whole lines */
  size_t lines;
  char chain[65]; /* digest of the last line */
  bool batches;   /* a record may speak of several steps; false: it was begun in an older form */
  bool in_memory; /* there is no file: for the bench */
  bool strict;   /* nobody else may be able to put another folder into the place of its own: os_folder_open */
  bool damaged;  /* a line does not fit: what came up to there has been read (journal_look) */
  bool reopened; /* the same of what does not fit: it tells of an undoing that has not ended */
  bool torn;     /* the last line was not whole and has been left out */
  bool lost;     /* a record could not be written: nothing more is appended, the disk lacks what came after */
  bool forgiving; /* that is no failure: taking back matters more than writing it down */
} journal;

/* What a journal begins with. Borrowed. */
typedef struct journal_start {
  const char *state; /* the folder of journals */
  const tlsmend_plan *plan;
  const char *boot;
  unsigned confirm_minutes;
  json_t *trust; /* or NULL */
  json_t *kept, *terms;
  const char *machine; /* the spec of the one that is written; NULL: that of the plan */
  bool strict;         /* of the folder: os_folder_open */
  const char *after;   /* the greatest id of the machine up to now, which that of the run exceeds; or NULL */
  /* Called with the id and path that the journal is going to have, before it is made; or NULL. */
  int (*claim)(void *data, const char *run, const char *path, tlsmend_error *error);
  void *claim_data;
} journal_start;

/* Begins a journal: makes the folder, the file, and its first record with the whole plan. */
int journal_create(const journal_start *start, journal **out, tlsmend_error *error);

/* As journal_create, without a file: nothing outlives the process. The plan is borrowed. For the bench. */
int journal_create_in_memory(tlsmend_plan *plan, const char *boot, journal **out, tlsmend_error *error);

/* The digest of a record behind the digest of the one before it ("" before the first). */
void journal_digest(const char *chain, const char *record, size_t size, char out[65]);

/* Reads a journal. E_CORRUPT names the line; E_UNSUPPORTED is a newer format; E_ABSENT: it was never begun. */
int journal_read(const char *path, journal **out, tlsmend_error *error);

/* The same, but of a damaged one whose first record is whole *out is what could be read, beside E_CORRUPT.
 * *reopened: as far as can be told from what is damaged, the run is being undone. */
int journal_look(const char *path, journal **out, bool *reopened, tlsmend_error *error);

/* Opens one that was read for appending; cuts a torn tail off. */
int journal_continue(journal *self, tlsmend_error *error);

void journal_close(journal *self);

/*
 * Records. Each is on the disk when the function returns, and reflected in the struct; `note` may be NULL. One that
 * cannot be written makes the journal `lost`: from then on records are refused, because a gap would look like damage.
 * What the disk holds up to there stays readable.
 */
int journal_step_state(journal *self, size_t step, step_state state, const char *note, tlsmend_error *error);
/* The same for all steps from `first` to `last`, in one record if the journal's form has that (`batches`). */
int journal_steps_state(journal *self, size_t first, size_t last, step_state state, const char *note,
                        tlsmend_error *error);
int journal_barrier(journal *self, size_t step, const char *boot, tlsmend_error *error);
int journal_restarted(journal *self, size_t step, const char *boot, tlsmend_error *error);
int journal_resumed(journal *self, const char *boot, tlsmend_error *error); /* goes on, not at a barrier */
/* Done, and waits for its confirmation; a later one moves the end. */
typedef struct journal_deadline {
  int64_t deadline;      /* seconds since 1970 */
  int64_t until;         /* seconds since the start `boot` */
  char boot[64];         /* "": there is no such clock */
  const char *unchecked; /* why the runbooks could not be asked whether it is right; NULL: they say yes */
} journal_deadline;
int journal_await(journal *self, const journal_deadline *end, tlsmend_error *error);
/* it cannot go on, and stays open */
int journal_stalled(journal *self, const char *why, tlsmend_error *error);
int journal_undo(journal *self, const char *why, tlsmend_error *error);
int journal_end(journal *self, run_result result, tlsmend_error *error);

/* Whether a value that a step has written is what it was before that step, or before an earlier one of the run: then
 * it is back already, by an undoing that could not be written down. */
bool journal_is_back(const journal *self, size_t step, const tlsmend_value *now);

/* Takes away a journal in which no step was ever begun; closes it in any case. */
void journal_discard(journal *self);

/* The names of the journals in a state folder, oldest first; empty if there is no folder. */
int journal_each(const char *state, int (*fn)(void *data, const char *path), void *data,
                 tlsmend_error *error);

/* The id of a new run: greater than all that the folder knows, and than `after` (or NULL). malloc'd, NULL with the
 * error. */
char *journal_new_id(const char *state, const char *after, tlsmend_error *error);

/* The path of a run's journal in a folder, and the folder of a journal; malloc'd. */
char *journal_path_of(const char *state, const char *run);
char *journal_folder(const char *path);

/* What a run says of itself when it ends, as it stands now (commit/journal_summary.h); NULL when out of memory. */
json_t *journal_summary_member(const journal *self);

/* How a result is called in a journal: "open", "done", "undone", "left". */
const char *journal_result_name(run_result result);
bool journal_result_of(const char *name, run_result *out);

/* "open", "intended", "done", "undoing", "undone", "left". Static. */
const char *journal_step_name(step_state state);

#endif
