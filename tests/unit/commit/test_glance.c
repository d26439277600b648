/*
 * Runs that are known by the end of their journals, for thousands of random journals with random damage: what a glance tells is what
 * the journal said when the run ended, a journal that tells of an open run is never taken for one that has ended, and what is
 * undamaged and has ended is known.
 */
#include "unit/engine.h"

#include "commit/journal_glance.h"

#ifdef _WIN32
enum { ROUNDS = 6, DAMAGES = 200 };
#else
enum { ROUNDS = 12, DAMAGES = 1000 };
#endif
enum { STEPS = 4, ENDS = 16 };

/* A journal as it was written, and each of its ends. */
typedef struct history {
  char *run, *bytes;
  size_t size, ends;
  struct end {
    size_t size;   /* of the file then */
    char line[65]; /* the digest of its last line */
    json_t *told;  /* what a reading of the whole told then */
    bool known;    /* a glance must know it: the line before is not too long to be seen */
  } end[ENDS];
} history;

static tlsmend_plan *plan;

static journal *begin(void) {
  journal *journal = NULL;
  char *state = engine_path("state");
  MUST(journal_create(&(journal_start){.state = state, .plan = plan, .boot = "boot-1", .machine = "sim:test"},
                      &journal, &error));
  free(state);
  return journal;
}

/* A record of any kind but the end, as long as it likes. */
static void add_random(journal *journal) {
  static char note[12000];
  size_t step = random_below(STEPS), length = random_below(8) ? random_below(60) : random_below(sizeof note);
  memset(note, 'n', sizeof note - 1);
  note[length] = '\0';
  switch (random_below(9)) {
  case 0:
    MUST(journal_undo(journal, note, &error));
    break;
  case 1:
    MUST(journal_barrier(journal, step, "boot-2", &error));
    break;
  case 2:
    MUST(journal_restarted(journal, step, "boot-3", &error));
    break;
  case 3:
    MUST(journal_stalled(journal, note, &error));
    break;
  case 4:
    MUST(journal_await(journal, &(journal_deadline){.deadline = 1000, .unchecked = note}, &error));
    break;
  default:
    MUST(journal_step_state(journal, step, (step_state)random_below(STEP_LEFT + 1), note, &error));
  }
}

/* Of a journal that has been read: what a glance may tell of it. */
static json_t *told_by(const journal_summary *told) {
  return json_pack("{s:s, s:s, s:s?, s:s, s:O, s:I, s:I, s:I, s:i}", "run", told->run, "machine",
                   told->machine, "plan", told->plan, "begun", told->begun, "runbooks", told->runbooks,
                   "steps", (json_int_t)told->steps, "done", (json_int_t)told->done, "told",
                   (json_int_t)told->told, "result", (int)told->result);
}

static json_t *told_of(const journal *journal) {
  journal_summary told;
  MUST(journal_summary_of(journal, &told, &error));
  json_t *out = told_by(&told);
  journal_summary_clear(&told);
  return out;
}

static history make_history(void) {
  history out = {0};
  journal *journal = begin();
  out.run = strdup(journal->run);
  size_t parts = 1 + random_below(3);
  for (size_t part = 0; part < parts; part++) {
    size_t before = 0;
    for (size_t records = 1 + random_below(5); records > 0; records--) {
      before = (size_t)journal->size;
      add_random(journal);
    }
    before = (size_t)journal->size - before;
    if (random_below(5) == 0)
      continue;
    MUST(journal_end(journal, (run_result)(RUN_DONE + random_below(3)), &error));
    struct end *end = &out.end[out.ends++];
    end->size = (size_t)journal->size;
    memcpy(end->line, journal->chain, sizeof end->line);
    end->told = told_of(journal);
    end->known = before < 7000;
  }
  char *path = journal_path_of("state", out.run);
  journal_close(journal);
  out.bytes = file_read(path, &out.size);
  free(path);
  return out;
}

static void free_history(history *self) {
  for (size_t i = 0; i < self->ends; i++)
    json_decref(self->end[i].told);
  free(self->run);
  free(self->bytes);
}

/* A file that is being spoiled. */
typedef struct spoiled {
  char bytes[160000];
  size_t size;
} spoiled;

static void cut_out(spoiled *self, size_t from, size_t length) {
  length = length < self->size - from ? length : self->size - from;
  memmove(self->bytes + from, self->bytes + from + length, self->size - from - length);
  self->size -= length;
}

static void put_in(spoiled *self, size_t at, const char *bytes, size_t length) {
  if (self->size + length > sizeof self->bytes)
    return;
  memmove(self->bytes + at + length, self->bytes + at, self->size - at);
  memcpy(self->bytes + at, bytes, length);
  self->size += length;
}

/* The start of the line that holds a byte, and its length with the line feed. */
static size_t line_at(const spoiled *self, size_t at, size_t *length) {
  size_t end = at;
  while (at > 0 && self->bytes[at - 1] != '\n')
    at--;
  while (end < self->size && self->bytes[end] != '\n')
    end++;
  *length = end - at + (end < self->size);
  return at;
}

/* Most places lie near the end, where it is decided. */
static size_t place(const spoiled *self) {
  size_t near = self->size < 1200 ? self->size : 1200;
  return random_below(3) ? self->size - 1 - random_below(near) : random_below(self->size);
}

static void spoil(spoiled *self, const history *history, const spoiled *other) {
  size_t at = place(self), length, from = line_at(self, at, &length);
  char line[16000];
  if (length > sizeof line)
    return;
  memcpy(line, self->bytes + from, length);
  switch (random_below(12)) {
  case 0:
    self->bytes[at] = (char)(self->bytes[at] ^ (1 << random_below(8)));
    break;
  case 1: /* torn */
    self->size = at + 1;
    break;
  case 2: /* whole lines are gone from the end */
    self->size = from + length;
    break;
  case 3: /* as it was at an end */
    self->size = history->ends ? history->end[random_below(history->ends)].size : self->size;
    break;
  case 4:
    cut_out(self, from, length);
    break;
  case 5:
    put_in(self, random_below(2) ? from : self->size, line, length);
    break;
  case 6: /* a sector that never reached the disk */
    memset(self->bytes + at, 0, self->size - at < 512 ? self->size - at : 512);
    break;
  case 7: /* a tail that was made longer and never written */
    put_in(self, self->size, (const char[64]){0}, 1 + random_below(64));
    break;
  case 8:
    put_in(self, self->size, "garbage\n", random_below(2) ? 8 : 7);
    break;
  case 9: /* two journals in one */
    put_in(self, random_below(2) ? self->size : 0, other->bytes, other->size);
    break;
  case 10:
    *self = *other;
    break;
  default:
    cut_out(self, at, 1 + random_below(3));
  }
  if (self->size == 0)
    self->bytes[self->size++] = '\n';
}

/* The end of the history that a file of that size and last line is, if any. */
static const struct end *end_of(const history *self, const spoiled *file) {
  for (size_t i = 0; i < self->ends; i++) {
    size_t length, from = line_at(file, file->size - 1, &length);
    if (self->end[i].size == file->size && file->bytes[file->size - 1] == '\n' &&
        memcmp(file->bytes + from, self->end[i].line, 64) == 0)
      return &self->end[i];
  }
  return NULL;
}

typedef struct tally {
  size_t known, whole, open, damaged;
} tally;

/* Not flushed, unlike file_write: thousands are written. */
static void write_file(const char *path, const spoiled *file) {
  FILE *out = fopen(path, "wb");
  assert_non_null(out);
  assert_int_equal(fwrite(file->bytes, 1, file->size, out), file->size);
  assert_int_equal(fclose(out), 0);
}

static void check(const history *history, const spoiled *file, const char *path, tally *tally) {
  journal_summary told;
  journal *journal = NULL;
  bool reopened = false;
  tlsmend_error error = {0, ""};
  bool known = journal_glance(path, history->run, &told);
  int code = journal_look(path, &journal, &reopened, &error);
  const struct end *end = end_of(history, file);
  if (known) {
    json_t *glanced = told_by(&told);
    if (!end || !json_equal(glanced, end->told))
      fail_msg("a glance tells what was never so");
    if (code == TLSMEND_OK && (journal->result == RUN_OPEN || journal->torn))
      fail_msg("a run that is open is taken for one that has ended");
    if (code == TLSMEND_OK && strcmp(journal->ended, json_string_value(json_object_get(told.record, "time"))))
      fail_msg("another end");
    if (code != TLSMEND_OK && (code != TLSMEND_E_CORRUPT || reopened))
      fail_msg("what cannot be read for another reason is taken for whole: %s", error.text);
    json_decref(glanced);
  } else if (end && end->known && code == TLSMEND_OK) {
    fail_msg("a run that has ended is not known");
  }
  tally->known += known;
  tally->whole += known && code == TLSMEND_OK;
  tally->open += code == TLSMEND_OK && journal->result == RUN_OPEN;
  tally->damaged += known && code != TLSMEND_OK;
  journal_summary_clear(&told);
  journal_close(journal);
}

static void test_random(void **state) {
  (void)state;
  static spoiled file, other;
  tally tally = {0};
  for (int round = 0; round < ROUNDS; round++) {
    random_state = 0x9E3779B97F4A7C15u * (uint64_t)(round + 1);
    engine_setup(NULL);
    history first = make_history(), second = make_history();
    char *name = journal_path_of("state", first.run), *path = engine_path(name);
    memcpy(other.bytes, second.bytes, other.size = second.size);
    for (int damage = 0; damage < DAMAGES; damage++) {
      memcpy(file.bytes, first.bytes, file.size = first.size);
      for (size_t times = damage ? 1 + random_below(2) : 0; times > 0; times--)
        spoil(&file, &first, &other);
      write_file(path, &file);
      check(&first, &file, path, &tally);
    }
    free_history(&first), free_history(&second);
    free(name), free(path);
  }
  print_message("%zu known, %zu of them undamaged; %zu open\n", tally.known, tally.whole, tally.open);
  assert_true(tally.whole > ROUNDS && tally.open > ROUNDS && tally.damaged > 0);
}

/* What is no file of its own is not looked at. */
static void test_no_file(void **state) {
  (void)state;
  history history = make_history();
  while (!history.ends || history.end[history.ends - 1].size != history.size) {
    free_history(&history);
    history = make_history();
  }
  journal_summary told;
  char *name = journal_path_of("state", history.run), *path = engine_path(name);
  assert_true(journal_glance(path, history.run, &told));
  journal_summary_clear(&told);
  assert_false(journal_glance(path, "20260101-000000-0001", &told)); /* another run by that name */
  assert_null(told.record);
  file_text("state/absent", "");
  char *folder = engine_path("state"), *empty = engine_path("state/absent");
  assert_false(journal_glance(folder, history.run, &told));
  assert_false(journal_glance(empty, history.run, &told));
  free(folder), free(empty), free(name), free(path);
  free_history(&history);
}

int main(void) {
  tlsmend_machine *machine = sim_of_text(windows7), *overlay = NULL;
  plan = plan_new();
  plan->machine = strdup("sim:test");
  plan->created = strdup("2026-11-22T00:00:00Z");
  plan->id = strdup("0123456789abcdef0123456789abcdef");
  const tlsmend_system *system = NULL;
  tlsmend_error error = {0, ""};
  if (machine_system(machine, &system, &error) != TLSMEND_OK)
    return 1;
  plan->system = *system;
  if (overlay_open(machine, plan, &overlay, &error) != TLSMEND_OK)
    return 1;
  for (uint32_t i = 0; plan->change_count < STEPS; i++) {
    tlsmend_value value = {0};
    char name[32];
    snprintf(name, sizeof name, "value %u", i);
    tlsmend_value_set(&value, TLSMEND_REG_DWORD, &i, sizeof i, &error);
    propose_value_set(overlay, SITE, 64, name, &value, "why", &error);
    tlsmend_value_clear(&value);
  }
  machine_close(overlay);
  const struct CMUnitTest tests[] = {ENGINE_TEST(test_random), ENGINE_TEST(test_no_file)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  tlsmend_plan_free(plan);
  machine_close(machine);
  return failed;
}
