/*
 * What is known of the runs of a machine: the journals of its own folder, those that its register names, and those of
 * the folder that --state names. One that cannot be read is part of the answer: where a later run follows, it is
 * history, because a run begins only when no other is open; else it may be the open one.
 */
#include "session/runs/known.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file_path.h"
#include "commit/journal_glance.h"
#include "plan/plan.h"
#include "session/runs/deadline.h"
#include "session/runs/register.h"
#include "session/runs/run.h"

enum { ID = 20 }; /* "20261121-235959-0001" */

static void run_clear(known_run *self) {
  journal_summary_clear(&self->told);
  free(self->run);
  free(self->path);
  free(self->plan);
  free(self->begun);
  free(self->why);
}

void known_runs_clear(known_runs *self) {
  for (size_t i = 0; i < self->count; i++)
    run_clear(&self->items[i]);
  free(self->items);
  *self = (known_runs){0};
}

typedef struct gathering {
  const tlsmend_session *session;
  known_runs *runs;
  bool named; /* the folder is the one that --state names, not the machine's own */
  tlsmend_error *error;
} gathering;

/* The id in the name of a journal or record; malloc'd. */
static char *id_of(const char *path, size_t extension) {
  const char *name = file_path_leaf(path);
  size_t length = strlen(name), size = length > extension ? length - extension : 0;
  char *id = malloc(size + 1);
  if (id) {
    memcpy(id, name, size);
    id[size] = '\0';
  }
  return id;
}

static bool is_id(const char *text) {
  for (size_t i = 0; i < ID; i++)
    if (i == 8 || i == 15 ? text[i] != '-' : !strchr("0123456789abcdef", text[i]) || !text[i])
      return false;
  return !text[ID];
}

/* Where the first run stands whose id is not smaller, or would stand. Folders are listed in the order of ids. */
static size_t place_of(const known_runs *runs, const char *run) {
  size_t low = 0, high = runs->count;
  if (high && strcmp(runs->items[high - 1].run, run) < 0)
    return high;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (strcmp(runs->items[middle].run, run) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* The next of that id, from `at` on; NULL behind the last. */
static known_run *same_id(const known_runs *runs, size_t at, const char *run) {
  return at < runs->count && strcmp(runs->items[at].run, run) == 0 ? &runs->items[at] : NULL;
}

static int add(gathering *self, known_run *row) {
  known_runs *runs = self->runs;
  known_run *grown = realloc(runs->items, (runs->count + 1) * sizeof *grown);
  if (grown)
    runs->items = grown;
  if (!grown || !row->run || !row->path) {
    run_clear(row);
    return error_no_memory(self->error);
  }
  size_t at = place_of(runs, row->run);
  while (same_id(runs, at, row->run))
    at++;
  memmove(grown + at + 1, grown + at, (runs->count - at) * sizeof *grown);
  grown[at] = *row;
  runs->count++;
  return TLSMEND_OK;
}

static known_run *find_id(const known_runs *runs, const char *run) {
  known_run *row;
  for (size_t at = place_of(runs, run); (row = same_id(runs, at, run)); at++)
    if (row->standing != RUN_STRAY)
      return row;
  return NULL;
}

/* Whether a row is of that very journal. */
static bool has_path(const known_runs *runs, const char *run, const char *path) {
  const known_run *row;
  for (size_t at = place_of(runs, run); (row = same_id(runs, at, run)); at++)
    if (row->standing != RUN_GONE && os_path_same(row->path, path))
      return true;
  return false;
}

static char *copy(const char *text) { return text ? strdup(text) : NULL; }

/* Reads a journal: its end only, if that is enough and `whole` is not asked for. The code and *why are those of journal_look. */
static int look(known_run *row, bool whole, tlsmend_error *why) {
  journal *journal = NULL;
  row->glanced = !whole && journal_glance(row->path, row->run, &row->told);
  if (row->glanced)
    return TLSMEND_OK;
  int code = journal_look(row->path, &journal, &row->reopened, why);
  row->torn = journal && journal->torn;
  if (journal && journal_summary_of(journal, &row->told, why) != TLSMEND_OK)
    code = TLSMEND_E_MEMORY;
  journal_close(journal);
  return code;
}

/* What a journal is that has been looked at: `code` and `why` tell how that ended. */
static void judge(const known_runs *runs, known_run *row, int code, const tlsmend_error *why) {
  const known_run *other = find_id(runs, row->run);
  char text[700] = "";
  if (code == TLSMEND_OK && strcmp(row->told.run, row->run) != 0)
    snprintf(text, sizeof text, "%.400s is run %.100s by another name, and is not used", row->path,
             row->told.run);
  else if (!is_id(row->run) && code != TLSMEND_OK)
    snprintf(text, sizeof text, "%.400s has a name that no run has, and is not used", row->path);
  else if (other && other->standing != RUN_GONE)
    snprintf(text, sizeof text, "%.300s is run %.40s again, as %.300s is, and is not used", row->path,
             row->run, other->path);
  row->standing = *text                           ? RUN_STRAY
                  : code == TLSMEND_OK            ? RUN_READABLE
                  : code == TLSMEND_E_UNSUPPORTED ? RUN_NEWER
                                                  : RUN_DAMAGED;
  row->open = row->standing != RUN_STRAY && (code != TLSMEND_OK || row->told.result == RUN_OPEN);
  row->plan = copy(row->told.plan);
  row->begun = copy(row->told.begun);
  if (row->standing != RUN_READABLE)
    row->why = copy(*text ? text : why->text);
}

/* A journal takes the place of a record whose journal is not where it was. */
static void drop_gone(known_runs *runs, const char *run) {
  known_run *gone = find_id(runs, run);
  if (!gone || gone->standing != RUN_GONE)
    return;
  run_clear(gone);
  size_t at = (size_t)(gone - runs->items);
  memmove(gone, gone + 1, (--runs->count - at) * sizeof *gone);
}

static int add_journal(void *data, const char *path) {
  gathering *self = data;
  tlsmend_error why = {0, ""};
  known_run row = {.run = id_of(path, strlen(".journal")), .path = strdup(path), .named = self->named};
  if (!row.run || !row.path)
    return add(self, &row);
  int code = has_path(self->runs, row.run, path) ? TLSMEND_E_ABSENT : look(&row, false, &why);
  if (code == TLSMEND_E_ABSENT || code == TLSMEND_E_MEMORY ||
      (row.told.record && !session_owns_spec(self->session, row.told.machine, !self->named))) {
    run_clear(&row); /* known; never begun: nothing was written; or another machine's */
    return code == TLSMEND_E_MEMORY ? tlsmend_error_set(self->error, code, "%s", why.text) : TLSMEND_OK;
  }
  judge(self->runs, &row, code, &why);
  if (row.standing != RUN_STRAY)
    drop_gone(self->runs, row.run);
  return add(self, &row);
}

/* A run of which the record alone knows: its journal is not there. */
static void judge_gone(known_run *row, const registered_run *record) {
  char text[900];
  snprintf(text, sizeof text,
           "the journal of run %.40s, %.300s, is not there: put it back, or name the folder that it is in by "
           "--state; if it is lost for good, remove %.300s",
           record->run, record->journal, record->path);
  journal_summary_clear(&row->told); /* of another run that stands there */
  row->standing = RUN_GONE;
  row->open = strcmp(record->state, "open") == 0;
  row->plan = copy(record->plan);
  row->begun = copy(record->begun);
  row->why = copy(text);
}

/* The journal that a record of the register names. */
static int add_registered(gathering *self, const registered_run *record) {
  known_run row = {.run = copy(record->run), .path = copy(record->journal)};
  tlsmend_error why = {0, ""};
  if (!row.run || !row.path)
    return add(self, &row);
  int code = look(&row, false, &why);
  bool other = row.told.record &&
               (strcmp(row.told.run, record->run) != 0 || strcmp(row.told.machine, record->machine) != 0);
  bool gone = code == TLSMEND_E_ABSENT || other;
  /* killed before its first record: nothing was written */
  bool never = gone && strcmp(record->state, "begins") == 0;
  if (code == TLSMEND_E_MEMORY || never) {
    run_clear(&row);
    return never ? TLSMEND_OK : tlsmend_error_set(self->error, code, "%s", why.text);
  }
  if (gone)
    judge_gone(&row, record);
  else
    judge(self->runs, &row, code, &why);
  return add(self, &row);
}

static int add_record(void *data, const char *name) {
  gathering *self = data;
  size_t length = strlen(name);
  if (length != ID + strlen(REGISTER_ENDING) || strcmp(name + ID, REGISTER_ENDING) != 0)
    return TLSMEND_OK;
  registered_run record = {0};
  tlsmend_error why = {0, ""};
  int code = register_read(self->session, name, &record, &why);
  if (code == TLSMEND_OK)
    code = add_registered(self, &record);
  else if (code == TLSMEND_E_MEMORY)
    tlsmend_error_set(self->error, code, "%s", why.text);
  else {
    known_run row = {.run = id_of(name, strlen(REGISTER_ENDING)),
                     .path = os_path_join(self->session->home, name)};
    row.standing = RUN_DAMAGED;
    row.open = true;
    row.why = copy(why.text);
    code = add(self, &row);
  }
  registered_run_clear(&record);
  return code;
}

/* The newest run of the machine's own folder, or of the one that is named, is read whole: its end alone does not tell
 * whether it can be taken back. */
static int look_closer(gathering *self) {
  size_t at = self->runs->count;
  while (at > 0 &&
         (self->runs->items[at - 1].standing == RUN_STRAY || self->runs->items[at - 1].named != self->named))
    at--;
  known_run *row = at ? &self->runs->items[at - 1] : NULL;
  if (!row || !row->glanced)
    return TLSMEND_OK;
  tlsmend_error why = {0, ""};
  known_run again = {.run = copy(row->run), .path = copy(row->path), .named = row->named};
  int code = again.run && again.path ? look(&again, true, &why) : error_no_memory(&why);
  if (code == TLSMEND_E_ABSENT || code == TLSMEND_E_MEMORY) {
    run_clear(&again);
    return code == TLSMEND_E_MEMORY ? tlsmend_error_set(self->error, code, "%s", why.text) : TLSMEND_OK;
  }
  row->standing = RUN_STRAY; /* it is no other than itself */
  judge(self->runs, &again, code, &why);
  run_clear(row);
  *row = again;
  return TLSMEND_OK;
}

/* A run that begins finds no other open: what stands before a run that can be read is history, unless its undoing
 * has begun since. What an older tlsmend began in a folder of its own did not look into the machine's. */
static void tell_history(known_runs *runs) {
  for (size_t i = 0; i < runs->count; i++) {
    known_run *row = &runs->items[i];
    for (size_t later = i + 1;
         row->standing != RUN_READABLE && row->open && !row->reopened && later < runs->count; later++) {
      const known_run *next = &runs->items[later];
      if (next->standing == RUN_READABLE && next->named == row->named && strcmp(next->run, row->run) > 0)
        row->open = false;
    }
  }
}

int session_known(const tlsmend_session *self, known_runs *out, tlsmend_error *error) {
  *out = (known_runs){0};
  gathering gathering = {self, out, false, error};
  int code = os_dir_each(self->home, add_record, &gathering, error);
  if (code == TLSMEND_OK || code == TLSMEND_E_ABSENT)
    code = journal_each(self->home, add_journal, &gathering, error);
  if (code == TLSMEND_OK)
    code = look_closer(&gathering);
  gathering.named = !os_path_same(self->home, self->state);
  if (code == TLSMEND_OK && gathering.named)
    code = journal_each(self->state, add_journal, &gathering, error);
  if (code == TLSMEND_OK && gathering.named)
    code = look_closer(&gathering);
  if (code != TLSMEND_OK) {
    known_runs_clear(out);
    return code;
  }
  tell_history(out);
  return code;
}

/* `gone` is the error code for a journal that is not there. */
static int unreadable(const known_run *row, int gone, tlsmend_error *error) {
  int code = row->standing == RUN_NEWER  ? TLSMEND_E_UNSUPPORTED
             : row->standing == RUN_GONE ? gone
                                         : TLSMEND_E_CORRUPT;
  return tlsmend_error_set(error, code, "%s", row->why ? row->why : row->path);
}

/* The newest that fits and can be read; else the newest that may be the one: *out is NULL if there is neither. A run
 * whose journal is gone is no open one once it has ended, and is the last one all the same. */
static const known_run *choose(const known_runs *runs, const char *run, bool open_only) {
  const known_run *found = NULL;
  for (size_t i = 0; i < runs->count; i++) {
    const known_run *row = &runs->items[i];
    bool readable = row->standing == RUN_READABLE;
    bool may = readable || row->open || (!open_only && row->standing == RUN_GONE);
    if (row->standing == RUN_STRAY || (run ? strcmp(row->run, run) != 0 : !may) ||
        (!run && open_only && !row->open))
      continue;
    if (!found || readable || found->standing != RUN_READABLE || (!open_only && !found->open))
      found = row;
  }
  return found;
}

int session_find_run(const tlsmend_session *self, const char *run, bool open_only, journal **out,
                     tlsmend_error *error) {
  known_runs runs;
  *out = NULL;
  int code = session_known(self, &runs, error);
  const known_run *row = code == TLSMEND_OK ? choose(&runs, run, open_only) : NULL;
  if (row && row->standing != RUN_READABLE)
    code = unreadable(row, TLSMEND_E_REFUSED, error);
  else if (row)
    code = journal_read(row->path, out, error);
  if (*out) {
    session_owns(self, *out, true);
    (*out)->strict = self->backend->private_state;
  }
  known_runs_clear(&runs);
  return code;
}

static int refuse_open(const tlsmend_session *self, const journal *open, tlsmend_error *error) {
  const char *what = "is not finished: `tlsmend resume` continues it";
  if (open->deadline && session_is_over(self, open))
    what = "was not confirmed in time: `tlsmend resume` undoes it, or keeps it if its effect is there";
  else if (open->deadline)
    what = "waits to be confirmed: `tlsmend confirm` keeps it";
  return tlsmend_error_set(error, TLSMEND_E_BUSY, "run %s of %s %s, `tlsmend rollback %s` undoes it",
                           open->run, open->begun, what, open->run);
}

int session_refuse_open_run(const tlsmend_session *self, char last[ID + 1], tlsmend_error *error) {
  known_runs runs;
  int code = session_known(self, &runs, error);
  journal *open = NULL;
  last[0] = '\0';
  for (size_t i = 0; code == TLSMEND_OK && i < runs.count; i++) {
    const known_run *row = &runs.items[i];
    if (row->open)
      code = row->standing == RUN_READABLE ? journal_read(row->path, &open, error)
                                           : unreadable(row, TLSMEND_E_BUSY, error);
    if (is_id(row->run))
      memcpy(last, row->run, ID + 1);
    if (code == TLSMEND_OK && open)
      code = refuse_open(self, open, error);
    journal_close(open);
    open = NULL;
  }
  known_runs_clear(&runs);
  return code;
}

/* Whether a run, of which only its id can be told, may have begun after a plan was made: 2026-11-21T23:59:59Z as an
 * id begins. */
static bool since(const known_run *row, const char *created) {
  char begins[16] = "";
  if (!is_id(row->run) || row->plan || row->standing == RUN_STRAY)
    return false;
  if (!created || strlen(created) < 19)
    return true;
  snprintf(begins, sizeof begins, "%.4s%.2s%.2s-%.2s%.2s%.2s", created, created + 5, created + 8,
           created + 11, created + 14, created + 17);
  return memcmp(row->run, begins, 15) >= 0;
}

int session_refuse_repeat(const tlsmend_session *self, const tlsmend_plan *plan, tlsmend_error *error) {
  known_runs runs;
  if (!plan->origin || !plan->id)
    return TLSMEND_OK;
  int code = session_known(self, &runs, error);
  for (size_t i = 0; code == TLSMEND_OK && i < runs.count; i++) {
    const known_run *row = &runs.items[i];
    if (row->plan && strcmp(row->plan, plan->id) == 0)
      code = tlsmend_error_set(
          error, TLSMEND_E_PLAN,
          "this plan was applied before, as run %s of %s, and a plan is applied once: plan again", row->run,
          row->begun ? row->begun : "?");
    else if (row->standing != RUN_READABLE && since(row, plan->created))
      code = tlsmend_error_set(
          error, TLSMEND_E_PLAN,
          "this plan may have been applied before, as run %s, whose journal tells nothing any more: plan "
          "again (%s)",
          row->run, row->why ? row->why : "");
  }
  known_runs_clear(&runs);
  return code;
}
