/* Writing and reading the journal. The format is described in docs/JOURNAL.md. */
#include "commit/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/file_path.h"
#include "registry/value.h"
#include "os/os.h"

enum { JOURNAL_MOST = 256 * 1024 * 1024 };

static const char *const step_names[] = {"open", "intended", "done", "undoing", "undone", "left"};

const char *journal_step_name(step_state state) { return step_names[state]; }

void journal_close(journal *self) {
  if (!self)
    return;
  for (size_t i = 0; self->steps && i < self->plan->change_count; i++)
    free(self->steps[i].note);
  free(self->steps);
  if (!self->in_memory)
    tlsmend_plan_free(self->plan);
  json_decref(self->approval);
  json_decref(self->trust);
  json_decref(self->kept);
  json_decref(self->terms);
  os_log_close(self->log);
  os_folder_close(self->folder);
  free(self->path);
  free(self->state);
  free(self->machine);
  free(self->run);
  free(self->begun);
  free(self->ended);
  free(self->failure);
  free(self->stalled);
  free(self->unchecked);
  free(self);
}

void journal_digest(const char *chain, const char *record, size_t size, char out[65]) {
  digest_state state;
  digest_begin(&state);
  digest_add(&state, chain, strlen(chain));
  digest_add(&state, record, size);
  digest_end(&state, out);
}

/* Appends one record (stolen) as a line. */
static int append(journal *self, json_t *record, tlsmend_error *error) {
  char *text = record ? json_dumps(record, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
  json_decref(record);
  if (!text)
    return error_no_memory(error);
  size_t length = strlen(text);
  char *line = malloc(length + 67);
  if (!line) {
    free(text);
    return error_no_memory(error);
  }
  char chain[65];
  journal_digest(self->chain, text, length, chain);
  memcpy(line, chain, 64);
  line[64] = ' ';
  memcpy(line + 65, text, length);
  line[65 + length] = '\n';
  int code = os_log_append(self->log, line, length + 66, error);
  if (code == TLSMEND_OK) {
    memcpy(self->chain, chain, sizeof chain);
    self->size += length + 66;
    self->lines++;
  } else {
    self->lost = true;
    /* half a record counts as none; without this it is cut off later */
    os_log_truncate(self->log, self->size, NULL);
  }
  free(line);
  free(text);
  return code;
}

static json_t *record_of(const char *kind) {
  char now[32];
  calendar_print(os_time(), now);
  return json_pack("{s:s, s:s}", "record", kind, "time", now);
}

/* What a record means: the same code when it is written and when it is read. */

static bool replace(char **out, const char *text) {
  free(*out);
  *out = text ? strdup(text) : NULL;
  return !text || *out;
}

static bool take_boot(journal *self, const json_t *record) {
  const char *boot = json_string_value(json_object_get(record, "boot"));
  if (!boot || strlen(boot) >= sizeof self->boot)
    return false;
  if (*self->boot && strcmp(self->boot, boot) != 0)
    self->boots++;
  memcpy(self->boot, boot, strlen(boot) + 1);
  return true;
}

/* The step that a member of a record speaks of; false if there is no such step. */
static bool step_of(const journal *self, const json_t *step, size_t *out) {
  json_int_t number = json_integer_value(step);
  *out = (size_t)number;
  return json_is_integer(step) && number >= 0 && number < (json_int_t)self->plan->change_count;
}

/* A note is that of the state: what was said of the one before holds no more. */
static bool set_step(journal *self, size_t step, step_state state, const char *note) {
  self->steps[step].state = state;
  self->at_barrier = false;
  return replace(&self->steps[step].note, note);
}

static bool set_steps(journal *self, size_t first, size_t last, step_state state, const char *note) {
  for (size_t i = first; i <= last; i++)
    if (!set_step(self, i, state, note))
      return false;
  return true;
}

/* `begins`: older journals intend the next step in the record that ends the one before it. */
static bool take_step(journal *self, const json_t *record) {
  size_t step, last, next;
  const char *state = json_string_value(json_object_get(record, "state"));
  const json_t *end = json_object_get(record, "last"), *begins = json_object_get(record, "begins");
  if (!state || !step_of(self, json_object_get(record, "step"), &step))
    return false;
  last = step;
  if (end && (!step_of(self, end, &last) || last < step))
    return false;
  if (begins && (!step_of(self, begins, &next) || !set_step(self, next, STEP_INTENDED, NULL)))
    return false;
  for (int i = STEP_OPEN; i <= STEP_LEFT; i++) {
    if (strcmp(state, step_names[i]) == 0)
      return set_steps(self, step, last, (step_state)i, json_string_value(json_object_get(record, "note")));
  }
  return false;
}

static bool take_end(journal *self, const json_t *record) {
  return journal_result_of(json_string_value(json_object_get(record, "result")), &self->result) &&
         self->result != RUN_OPEN &&
         replace(&self->ended, json_string_value(json_object_get(record, "time")));
}

/* A barrier and its passing are one record each, with the step, so that no kill can come between the two. */
static bool take_barrier(journal *self, const json_t *record, bool passed) {
  size_t step;
  if (!step_of(self, json_object_get(record, "step"), &step))
    return false;
  self->at_barrier = !passed;
  self->steps[step].state = passed ? STEP_DONE : STEP_INTENDED;
  return take_boot(self, record);
}

/* Journals have the clock that nobody sets since there is one. */
static bool take_await(journal *self, const json_t *record) {
  const json_t *clock = json_object_get(record, "clock");
  const char *boot = json_string_value(json_object_get(clock, "boot"));
  if (boot && strlen(boot) >= sizeof self->clock_boot)
    return false;
  strcpy(self->clock_boot, boot ? boot : "");
  self->until = json_integer_value(json_object_get(clock, "until"));
  self->deadline = json_integer_value(json_object_get(record, "deadline"));
  return replace(&self->unchecked, json_string_value(json_object_get(record, "unchecked"))) &&
         self->deadline > 0;
}

static bool take(journal *self, const json_t *record) {
  const char *kind = json_string_value(json_object_get(record, "record"));
  if (!kind)
    return false;
  if (strcmp(kind, "stalled") == 0)
    return replace(&self->stalled, json_string_value(json_object_get(record, "why"))) && self->stalled;
  replace(&self->stalled, NULL); /* it went on */
  if (strcmp(kind, "step") == 0)
    return take_step(self, record);
  if (strcmp(kind, "end") == 0)
    return take_end(self, record);
  if (strcmp(kind, "barrier") == 0)
    return take_barrier(self, record, false);
  if (strcmp(kind, "restarted") == 0)
    return take_barrier(self, record, true);
  if (strcmp(kind, "resumed") == 0)
    return take_boot(self, record);
  if (strcmp(kind, "await") == 0)
    return take_await(self, record);
  if (strcmp(kind, "undo") == 0) {
    self->undoing = true;
    self->at_barrier = false;
    self->deadline = 0;
    self->result = RUN_OPEN; /* a finished run that is rolled back is open again until that is finished */
    return replace(&self->failure, json_string_value(json_object_get(record, "why")));
  }
  return false;
}

static int write_record(journal *self, json_t *record, tlsmend_error *error) {
  int code = self->lost
                 ? tlsmend_error_set(error, TLSMEND_E_IO, "%s could not be written to before", self->path)
             : self->in_memory ? TLSMEND_OK
                               : append(self, json_incref(record), error);
  if (self->forgiving)
    code = TLSMEND_OK;
  if (code == TLSMEND_OK && !take(self, record))
    code = error_no_memory(error);
  json_decref(record);
  return code;
}

static json_t *step_record(size_t first, size_t last, step_state state, const char *note) {
  json_t *record = record_of("step");
  json_object_set_new(record, "step", json_integer((json_int_t)first));
  if (last > first)
    json_object_set_new(record, "last", json_integer((json_int_t)last));
  json_object_set_new(record, "state", json_string(step_names[state]));
  if (note && *note)
    json_object_set_new(record, "note", json_string(note));
  return record;
}

int journal_steps_state(journal *self, size_t first, size_t last, step_state state, const char *note,
                        tlsmend_error *error) {
  int code = TLSMEND_OK;
  if (self->in_memory) /* the same without a record: a bench does it some ten thousand times */
    return set_steps(self, first, last, state, note && *note ? note : NULL) ? code : error_no_memory(error);
  if (self->batches)
    return write_record(self, step_record(first, last, state, note), error);
  for (size_t i = first; code == TLSMEND_OK && i <= last; i++)
    code = write_record(self, step_record(i, i, state, note), error);
  return code;
}

int journal_step_state(journal *self, size_t step, step_state state, const char *note, tlsmend_error *error) {
  return journal_steps_state(self, step, step, state, note, error);
}

static json_t *boot_record(const char *kind, const char *boot) {
  json_t *record = record_of(kind);
  json_object_set_new(record, "boot", json_string(boot));
  return record;
}

static int barrier_record(journal *self, const char *kind, size_t step, const char *boot,
                          tlsmend_error *error) {
  json_t *record = boot_record(kind, boot);
  json_object_set_new(record, "step", json_integer((json_int_t)step));
  return write_record(self, record, error);
}

int journal_barrier(journal *self, size_t step, const char *boot, tlsmend_error *error) {
  return barrier_record(self, "barrier", step, boot, error);
}

int journal_restarted(journal *self, size_t step, const char *boot, tlsmend_error *error) {
  return barrier_record(self, "restarted", step, boot, error);
}

int journal_resumed(journal *self, const char *boot, tlsmend_error *error) {
  return write_record(self, boot_record("resumed", boot), error);
}

int journal_await(journal *self, const journal_deadline *end, tlsmend_error *error) {
  json_t *record = record_of("await");
  json_object_set_new(record, "deadline", json_integer((json_int_t)end->deadline));
  if (*end->boot)
    json_object_set_new(record, "clock",
                        json_pack("{s:s, s:I}", "boot", end->boot, "until", (json_int_t)end->until));
  if (end->unchecked)
    json_object_set_new(record, "unchecked", json_string(end->unchecked));
  return write_record(self, record, error);
}

int journal_stalled(journal *self, const char *why, tlsmend_error *error) {
  json_t *record = record_of("stalled");
  json_object_set_new(record, "why", json_string(why));
  return write_record(self, record, error);
}

int journal_undo(journal *self, const char *why, tlsmend_error *error) {
  json_t *record = record_of("undo");
  json_object_set_new(record, "why", json_string(why));
  return write_record(self, record, error);
}

int journal_end(journal *self, run_result result, tlsmend_error *error) {
  json_t *record = record_of("end");
  json_object_set_new(record, "result", json_string(journal_result_name(result)));
  if (!self->in_memory)
    json_object_set_new(record, "summary", journal_summary_member(self));
  return write_record(self, record, error);
}

/* A plan of a newer format is not damage: who began the run can go on with it. */
static int take_plan(journal *self, const json_t *json, tlsmend_error *error) {
  const char *schema = json_string_value(json_object_get(json, "schema"));
  if (schema && strncmp(schema, "tlsmend-plan/", 13) == 0 && strcmp(schema, PLAN_SCHEMA) != 0)
    return tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED,
                             "%s has a plan of format %.60s, this tlsmend knows " PLAN_SCHEMA, self->path,
                             schema);
  int code = plan_from_json(json, &self->plan, error);
  if (code != TLSMEND_E_PLAN)
    return code;
  return tlsmend_error_set(error, TLSMEND_E_CORRUPT,
                           "%s: the plan in it is not one that tlsmend wrote. Nothing is done with it; "
                           "restore the file, or move it away and plan anew",
                           self->path);
}

/* Fills what a journal's first record says; the plan is made anew from its JSON, so that the journal owns its own. */
static int take_begin(journal *self, const json_t *record, tlsmend_error *error) {
  const char *schema = json_string_value(json_object_get(record, "schema"));
  if (!schema || strncmp(schema, "tlsmend-journal/", 16) != 0)
    return tlsmend_error_set(error, TLSMEND_E_CORRUPT, "%s is not a journal", self->path);
  bool old = strcmp(schema, JOURNAL_SCHEMA_1) == 0;
  self->batches = strcmp(schema, JOURNAL_SCHEMA) == 0;
  if (!old && !self->batches && strcmp(schema, JOURNAL_SCHEMA_2) != 0)
    return tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED,
                             "%s has format %s, this tlsmend knows " JOURNAL_SCHEMA, self->path, schema);
  if (!replace(&self->run, json_string_value(json_object_get(record, "run"))) ||
      !replace(&self->begun, json_string_value(json_object_get(record, "time"))) ||
      !replace(&self->state, NULL) || !(self->state = journal_folder(self->path)) ||
      !take_boot(self, record) || !self->run || !self->begun)
    return tlsmend_error_set(error, TLSMEND_E_CORRUPT, "%s: the first record is incomplete", self->path);
  int code = take_plan(self, json_object_get(record, "plan"), error);
  const char *machine = json_string_value(json_object_get(record, "machine"));
  if (code == TLSMEND_OK && machine && !replace(&self->plan->machine, machine))
    code = error_no_memory(error);
  if (code != TLSMEND_OK)
    return code;
  if (!replace(&self->machine, self->plan->machine))
    return error_no_memory(error);
  self->approval = json_incref(json_object_get(record, "approval"));
  self->trust = json_incref(json_object_get(record, "trust"));
  self->kept = old ? NULL : json_incref(json_object_get(record, "kept"));
  self->terms = old ? NULL : json_incref(json_object_get(record, "terms"));
  if (!old && (!json_is_object(self->kept) || !json_is_object(self->terms)))
    return tlsmend_error_set(error, TLSMEND_E_CORRUPT, "%s: the first record is incomplete", self->path);
  self->confirm_minutes = (unsigned)json_integer_value(json_object_get(record, "confirm_minutes"));
  self->steps = calloc(self->plan->change_count + 1, sizeof *self->steps);
  return self->steps ? TLSMEND_OK : error_no_memory(error);
}

static json_t *begin_record(const journal_start *start, const char *run) {
  json_t *record = record_of("begin");
  json_object_set_new(record, "schema", json_string(JOURNAL_SCHEMA));
  json_object_set_new(record, "run", json_string(run));
  json_object_set_new(record, "boot", json_string(start->boot));
  if (start->confirm_minutes)
    json_object_set_new(record, "confirm_minutes", json_integer(start->confirm_minutes));
  if (start->machine)
    json_object_set_new(record, "machine", json_string(start->machine));
  json_object_set_new(record, "plan", plan_to_json_clear(start->plan));
  if (start->plan->origin)
    json_object_set_new(record, "approval", plan_origin_to_json(start->plan->origin));
  if (start->trust)
    json_object_set(record, "trust", start->trust);
  json_object_set_new(record, "kept", start->kept ? json_incref(start->kept) : json_object());
  json_object_set_new(record, "terms", start->terms ? json_incref(start->terms) : json_object());
  return record;
}

/* Makes the file, under an id that nothing in the folder has: another machine's run may take one in the same folder. */
static int make(journal *self, const journal_start *start, char **run, tlsmend_error *error) {
  int code = os_folder_open(start->state, start->strict, &self->folder, error);
  for (int tries = 0; code == TLSMEND_OK && !self->log && tries < 100; tries++) {
    free(*run);
    free(self->path);
    *run = journal_new_id(start->state, start->after, error);
    self->path = *run ? journal_path_of(start->state, *run) : NULL;
    code = self->path ? TLSMEND_OK : error_no_memory(error);
    if (code == TLSMEND_OK && start->claim)
      code = start->claim(start->claim_data, *run, self->path, error);
    if (code == TLSMEND_OK)
      code = os_folder_log(self->folder, file_path_leaf(self->path), true, &self->log, error);
    if (code == TLSMEND_E_BUSY && tries < 99)
      code = TLSMEND_OK;
  }
  return code;
}

static int begin(journal *self, const journal_start *start, tlsmend_error *error) {
  char *run = NULL;
  int code = make(self, start, &run, error);
  json_t *record = code == TLSMEND_OK ? begin_record(start, run) : NULL;
  if (code == TLSMEND_OK)
    code = append(self, json_incref(record), error);
  if (code == TLSMEND_OK)
    code = take_begin(self, record, error);
  json_decref(record);
  free(run);
  return code;
}

bool journal_is_back(const journal *self, size_t step, const tlsmend_value *now) {
  const tlsmend_change *changes = self->plan->changes;
  for (size_t i = step + 1; changes[step].name && i > 0; i = plan_earlier(self->plan, i - 1))
    if (self->steps[i - 1].state != STEP_OPEN && value_equal(&changes[i - 1].before, now))
      return true;
  return false;
}

void journal_discard(journal *self) {
  if (!self)
    return;
  os_log_close(self->log); /* Windows removes no open file */
  self->log = NULL;
  os_folder_remove(self->folder, file_path_leaf(self->path), NULL);
  journal_close(self);
}

int journal_create(const journal_start *start, journal **out, tlsmend_error *error) {
  *out = NULL;
  journal *self = calloc(1, sizeof *self);
  if (!self)
    return error_no_memory(error);
  int code = begin(self, start, error);
  if (code == TLSMEND_OK)
    *out = self;
  else if (self->log)
    journal_discard(self);
  else
    journal_close(self);
  return code;
}

int journal_create_in_memory(tlsmend_plan *plan, const char *boot, journal **out, tlsmend_error *error) {
  *out = NULL;
  journal *self = calloc(1, sizeof *self);
  if (!self)
    return error_no_memory(error);
  self->in_memory = true;
  self->batches = true;
  self->plan = plan;
  self->steps = calloc(plan->change_count + 1, sizeof *self->steps);
  snprintf(self->boot, sizeof self->boot, "%s", boot);
  if (self->steps && replace(&self->path, "in memory") && replace(&self->run, "in-memory") &&
      replace(&self->begun, "now")) {
    *out = self;
    return TLSMEND_OK;
  }
  journal_close(self);
  return error_no_memory(error);
}

/* Checks one line (without its line break) against the chain and hands out its record; NULL if it does not fit. */
static json_t *read_line(journal *self, const char *line, size_t length) {
  char chain[65];
  if (length < 67 || line[64] != ' ')
    return NULL;
  journal_digest(self->chain, line + 65, length - 65, chain);
  if (memcmp(chain, line, 64) != 0)
    return NULL;
  json_t *record = json_loadb(line + 65, length - 65, JSON_REJECT_DUPLICATES, NULL);
  if (record)
    memcpy(self->chain, chain, sizeof chain);
  return record;
}

/* Whether the run goes backwards at the end of what does not fit: whole lines tell that by how they begin. */
static bool undoing_behind(bool undoing, const char *at, const char *end) {
  static const char undo[] = "{\"record\":\"undo\"", ended[] = "{\"record\":\"end\"";
  while (at < end) {
    const char *next = memchr(at, '\n', (size_t)(end - at));
    size_t length = (size_t)((next ? next : end) - at);
    if (length > 65 + sizeof undo && memcmp(at + 65, undo, sizeof undo - 1) == 0)
      undoing = true;
    else if (length > 65 + sizeof ended && memcmp(at + 65, ended, sizeof ended - 1) == 0)
      undoing = false;
    at = next ? next + 1 : end;
  }
  return undoing;
}

static int damaged(journal *self, size_t line, const char *at, const char *end, tlsmend_error *error) {
  self->damaged = true;
  self->reopened = undoing_behind(self->undoing && self->result == RUN_OPEN, at, end);
  return tlsmend_error_set(
      error, TLSMEND_E_CORRUPT,
      "%s: line %zu does not fit the line before it: the journal was edited or damaged. Nothing is "
      "done with it; restore the file, or move it away and plan anew",
      self->path, line);
}

/* Only the end of a file can be torn: a line without its break, or with bytes that never reached the disk. */
static bool torn(const char *start, const char *end) {
  const char *line_end = memchr(start, '\n', (size_t)(end - start));
  return !line_end || (line_end + 1 == end && memchr(start, 0, (size_t)(end - start)));
}

/* A journal whose first record is torn never began: nothing was written to the machine. */
static int cut(journal *self, size_t line, tlsmend_error *error) {
  self->torn = true;
  return line > 1 ? TLSMEND_OK : tlsmend_error_set(error, TLSMEND_E_ABSENT, "%s never began", self->path);
}

static int read_lines(journal *self, const char *text, size_t size, tlsmend_error *error) {
  size_t line = 0;
  for (const char *end; size > self->size; self->size = (size_t)(end + 1 - text)) {
    const char *start = text + self->size;
    end = memchr(start, '\n', size - (size_t)self->size);
    line++;
    json_t *record = end ? read_line(self, start, (size_t)(end - start)) : NULL;
    if (!record)
      return torn(start, text + size) ? cut(self, line, error)
                                      : damaged(self, line, start, text + size, error);
    int code = TLSMEND_OK;
    if (line == 1)
      code = take_begin(self, record, error);
    else if (!take(self, record))
      code = damaged(self, line, start, text + size, error);
    json_decref(record);
    if (code != TLSMEND_OK)
      return code;
    self->lines = line;
  }
  return line ? TLSMEND_OK : cut(self, 1, error);
}

int journal_look(const char *path, journal **out, bool *reopened, tlsmend_error *error) {
  *out = NULL;
  *reopened = false;
  journal *self = calloc(1, sizeof *self);
  if (!self)
    return error_no_memory(error);
  char *text = NULL;
  size_t size = 0;
  int code = replace(&self->path, path) ? os_file_read_nofollow(path, JOURNAL_MOST, &text, &size, error)
                                        : error_no_memory(error);
  if (code == TLSMEND_OK)
    code = read_lines(self, text, size, error);
  free(text);
  *reopened = self->reopened;
  if (code == TLSMEND_OK || (code == TLSMEND_E_CORRUPT && self->damaged && self->lines))
    *out = self;
  else
    journal_close(self);
  return code;
}

int journal_read(const char *path, journal **out, tlsmend_error *error) {
  bool reopened;
  int code = journal_look(path, out, &reopened, error);
  if (code != TLSMEND_OK) {
    journal_close(*out);
    *out = NULL;
  }
  return code;
}

int journal_continue(journal *self, tlsmend_error *error) {
  if (self->in_memory)
    return TLSMEND_OK;
  int code = TLSMEND_OK; /* it may have been tried before, and got half-way */
  if (!self->folder)
    code = os_folder_open(self->state, self->strict, &self->folder, error);
  if (code == TLSMEND_OK && !self->log)
    code = os_folder_log(self->folder, file_path_leaf(self->path), false, &self->log, error);
  if (code == TLSMEND_OK && self->torn)
    code = os_log_truncate(self->log, self->size, error);
  if (code == TLSMEND_OK)
    self->torn = false;
  return code;
}
