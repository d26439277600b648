/*
 * Journals: what is written is read back; a torn tail is told from damage; no edit, removal or exchange of lines goes unseen;
 * and every record is on the disk before the machine is touched.
 */
#include "unit/engine.h"

#include "commit/commit.h"

static char *journal_name; /* of the last one, relative to the work folder */

static tlsmend_plan *make_plan(tlsmend_machine *machine, size_t writes) {
  tlsmend_plan *plan = plan_new();
  tlsmend_machine *overlay = NULL;
  const tlsmend_system *system = NULL;
  MUST(machine_system(machine, &system, &error));
  plan->system = *system;
  plan->machine = strdup("sim:test");
  plan->created = strdup("2026-11-22T00:00:00Z");
  MUST(overlay_open(machine, plan, &overlay, &error));
  for (size_t i = 0; i < writes; i++) {
    tlsmend_value value = {0};
    char name[32];
    snprintf(name, sizeof name, "value %zu", i);
    random_value(&value);
    MUST(propose_value_set(overlay, SITE "\\Key", 64, name, &value, "why", &error));
    tlsmend_value_clear(&value);
  }
  machine_close(overlay);
  return plan;
}

static journal *begin(const tlsmend_plan *plan) {
  journal *journal = NULL;
  char *state = engine_path("state");
  MUST(journal_create(&(journal_start){.state = state, .plan = plan, .boot = "boot-1"}, &journal, &error));
  free(state);
  free(journal_name);
  journal_name = malloc(strlen(journal->run) + 32);
  sprintf(journal_name, "state/%s.journal", journal->run);
  return journal;
}

/* A journal with a record of every kind. */
static void write_all(void) {
  tlsmend_machine *machine = sim_of_text(windows7);
  tlsmend_plan *plan = make_plan(machine, 3);
  journal *journal = begin(plan);
  MUST(journal_step_state(journal, 0, STEP_INTENDED, NULL, &error));
  MUST(journal_steps_state(journal, 0, 2, STEP_DONE, NULL, &error));
  MUST(journal_steps_state(journal, 2, 2, STEP_INTENDED, "a note", &error));
  MUST(journal_resumed(journal, "boot-2", &error));
  MUST(journal_stalled(journal, "no way", &error));
  MUST(journal_barrier(journal, 1, "boot-2", &error));
  MUST(journal_restarted(journal, 1, "boot-3", &error));
  MUST(journal_undo(journal, "a reason", &error));
  MUST(journal_step_state(journal, 0, STEP_UNDOING, NULL, &error));
  MUST(journal_step_state(journal, 0, STEP_LEFT, "kept", &error));
  MUST(journal_end(journal, RUN_LEFT, &error));
  journal_close(journal);
  tlsmend_plan_free(plan);
  machine_close(machine);
}

static int read_it(journal **out, tlsmend_error *error) {
  char *path = engine_path(journal_name);
  int code = journal_read(path, out, error);
  free(path);
  return code;
}

static void test_round_trip(void **state) {
  (void)state;
  journal *journal = NULL;
  write_all();
  MUST(read_it(&journal, &error));
  assert_int_equal(journal->steps[0].state, STEP_LEFT);
  assert_string_equal(journal->steps[0].note, "kept");
  assert_int_equal(journal->steps[1].state, STEP_DONE);
  assert_int_equal(journal->steps[2].state, STEP_INTENDED);
  assert_true(journal->undoing && !journal->at_barrier && !journal->torn);
  assert_string_equal(journal->failure, "a reason");
  assert_int_equal(journal->result, RUN_LEFT);
  assert_string_equal(journal->boot, "boot-3");
  assert_int_equal(journal->boots, 2);
  assert_int_equal(journal->lines, 12);
  assert_null(journal->stalled); /* it went on */
  MUST(journal_continue(journal, &error));
  MUST(journal_undo(journal, "once more", &error));
  MUST(journal_step_state(journal, 0, STEP_UNDONE, NULL, &error));
  journal_close(journal);
  MUST(read_it(&journal, &error));
  assert_int_equal(journal->steps[0].state, STEP_UNDONE);
  assert_null(journal->steps[0].note); /* why it had been left */
  journal_close(journal);
}

/* Appends a record that fits the line before it, whose digest is given. */
static void append_record(const char *chain, const char *record) {
  char digest[65];
  size_t size = 0;
  journal_digest(chain, record, strlen(record), digest);
  char *bytes = file_read(journal_name, &size), *longer = malloc(size + strlen(record) + 128);
  assert_non_null(longer);
  memcpy(longer, bytes, size);
  size += (size_t)sprintf(longer + size, "%s %s\n", digest, record);
  file_write(journal_name, longer, size);
  free(bytes), free(longer);
}

static int read_with(const char *record, journal **out, tlsmend_error *read_error) {
  char chain[65];
  tlsmend_machine *machine = sim_of_text(windows7);
  tlsmend_plan *plan = make_plan(machine, 3);
  journal *journal = begin(plan);
  memcpy(chain, journal->chain, sizeof chain);
  journal_close(journal); /* Windows replaces no open file */
  append_record(chain, record);
  tlsmend_plan_free(plan);
  machine_close(machine);
  return read_it(out, read_error);
}

/* A line that fits the one before it, but speaks of a step that the plan does not have, is damage. */
static void test_no_such_step(void **state) {
  (void)state;
  static const char *const tails[] = {
      "\"begins\":4096", "\"begins\":-1", "\"begins\":\"1\"", "\"begins\":1.5", "\"last\":4096",
      "\"last\":0",      "\"last\":-1",   "\"last\":\"2\"",   "\"last\":null",  "\"last\":4294967297"};
  for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
    char record[160];
    journal *journal = NULL;
    snprintf(record, sizeof record, "{\"record\":\"step\",\"step\":1,\"state\":\"done\",%s}", tails[i]);
    MUST_FAIL(TLSMEND_E_CORRUPT, read_with(record, &journal, &error));
  }
}

/* What an older tlsmend writes, one step with the next, and what this one does, several at once. */
static void test_several_steps(void **state) {
  (void)state;
  journal *journal = NULL;
  MUST(read_with("{\"record\":\"step\",\"step\":0,\"state\":\"done\",\"begins\":2}", &journal, &error));
  assert_int_equal(journal->steps[0].state, STEP_DONE);
  assert_int_equal(journal->steps[1].state, STEP_OPEN);
  assert_int_equal(journal->steps[2].state, STEP_INTENDED);
  journal_close(journal);
  MUST(read_with("{\"record\":\"step\",\"step\":0,\"last\":1,\"state\":\"undoing\"}", &journal, &error));
  assert_int_equal(journal->steps[0].state, STEP_UNDOING);
  assert_int_equal(journal->steps[1].state, STEP_UNDOING);
  assert_int_equal(journal->steps[2].state, STEP_OPEN);
  journal_close(journal);
}

/* Cut anywhere: whole lines count, half a line is torn, and writing goes on behind the whole ones. */
static void test_torn(void **state) {
  (void)state;
  write_all();
  size_t size = 0, cuts = 0;
  char *bytes = file_read(journal_name, &size);
  size_t first = (size_t)(strchr(bytes, '\n') - bytes) + 1;
  for (size_t length = 0; length < size; length++) {
    journal *journal = NULL;
    bool whole = length && bytes[length - 1] == '\n';
    if (length > first && !whole && length % 7)
      continue;
    file_write(journal_name, bytes, length);
    if (length < first) {
      MUST_FAIL(TLSMEND_E_ABSENT, read_it(&journal, &error));
      continue;
    }
    MUST(read_it(&journal, &error));
    assert_int_equal(journal->torn, !whole);
    MUST(journal_continue(journal, &error));
    MUST(journal_step_state(journal, 2, STEP_DONE, "after", &error));
    journal_close(journal);
    MUST(read_it(&journal, &error));
    assert_int_equal(journal->steps[2].state, STEP_DONE);
    assert_false(journal->torn);
    journal_close(journal);
    cuts++;
  }
  /* Sectors of the last line that never reached the disk. */
  size_t last = size - 2;
  while (bytes[last - 1] != '\n')
    last--;
  memset(bytes + last + 10, 0, 20);
  file_write(journal_name, bytes, size);
  journal *journal = NULL;
  MUST(read_it(&journal, &error));
  assert_true(journal->torn && journal->lines == 11);
  journal_close(journal);
  free(bytes);
  print_message("%zu cuts, each read up to the last whole record\n", cuts);
}

/* Each byte that is changed, in whole lines, is seen; the line is named. */
static void test_edited(void **state) {
  (void)state;
  write_all();
  size_t size = 0, edits = 0;
  char *bytes = file_read(journal_name, &size);
  for (size_t i = 0; i < size; i++) {
    journal *journal = NULL;
    tlsmend_error error = {0, ""};
    char kept = bytes[i];
    bytes[i] = (char)(bytes[i] ^ 1);
    file_write(journal_name, bytes, size);
    bytes[i] = kept;
    int code = read_it(&journal, &error);
    bool last = i == size - 1; /* the last line break: torn, not damaged */
    if (last && code == TLSMEND_OK && journal->torn) {
      journal_close(journal);
      continue;
    }
    if (code != TLSMEND_E_CORRUPT && code != TLSMEND_E_UNSUPPORTED)
      fail_msg("byte %zu: %d %s", i, code, error.text);
    if (code == TLSMEND_E_CORRUPT)
      assert_non_null(strstr(error.text, "line "));
    edits++;
  }
  free(bytes);
  print_message("%zu single edits, each found\n", edits);
}

/* Lines taken away, exchanged or doubled. */
static void test_moved(void **state) {
  (void)state;
  write_all();
  size_t size = 0, count = 0;
  char *bytes = file_read(journal_name, &size), *lines[16];
  for (char *at = bytes; *at; at = strchr(at, '\n') + 1)
    lines[count++] = at;
  lines[count] = bytes + size;
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < count; j++) {
      char *edited = malloc(2 * size);
      size_t length = 0;
      for (size_t k = 0; k < count; k++) { /* j in the place of i; j == i: i is missing */
        size_t from = k == i ? j : k;
        if (k == i && j == i)
          continue;
        memcpy(edited + length, lines[from], (size_t)(lines[from + 1] - lines[from]));
        length += (size_t)(lines[from + 1] - lines[from]);
      }
      file_write(journal_name, edited, length);
      free(edited);
      journal *journal = NULL;
      if (i == j && i == count - 1) { /* the end can be cut off unseen: nothing behind it vouches for it */
        MUST(read_it(&journal, &error));
        journal_close(journal);
      } else {
        MUST_FAIL(TLSMEND_E_CORRUPT, read_it(&journal, &error));
      }
    }
  free(bytes);
}

/* A newer format is refused, not guessed at, and is no damage. */
static void check_newer(const tlsmend_plan *plan, const char *format) {
  journal *journal = begin(plan);
  journal_close(journal);
  size_t size = 0;
  char *bytes = file_read(journal_name, &size), *schema = strstr(bytes, format);
  assert_non_null(schema);
  schema[strlen(format) - 1] = '9';
  /* An honest newer program would have made the digest anew. */
  char digest[65];
  journal_digest("", bytes + 65, size - 66, digest);
  memcpy(bytes, digest, 64);
  file_write(journal_name, bytes, size);
  MUST_FAIL(TLSMEND_E_UNSUPPORTED, read_it(&journal, &error));
  free(bytes);
}

static void test_newer(void **state) {
  (void)state;
  file_text("state.journal", "0");
  tlsmend_machine *machine = sim_of_text(windows7);
  tlsmend_plan *plan = make_plan(machine, 1);
  check_newer(plan, JOURNAL_SCHEMA);
  check_newer(plan, PLAN_SCHEMA);
  tlsmend_plan_free(plan);
  machine_close(machine);
}

/* Ids sort in the order of the runs, however many in a second. */
static void test_ids(void **state) {
  (void)state;
  tlsmend_machine *machine = sim_of_text(windows7);
  tlsmend_plan *plan = make_plan(machine, 1);
  char last[32] = "";
  for (int i = 0; i < 40; i++) {
    journal *journal = begin(plan);
    assert_true(strcmp(journal->run, last) > 0);
    strcpy(last, journal->run);
    journal_close(journal);
  }
  file_text("state/29991231-235959-00ff.journal", ""); /* the clock was set back since */
  journal *journal = begin(plan);
  assert_string_equal(journal->run, "29991231-235959-0100");
  journal_close(journal);
  tlsmend_plan_free(plan);
  machine_close(machine);
}

static tlsmend_machine *real;
static size_t writes_seen;

static int watching_apply(tlsmend_machine *self, const tlsmend_change *change, tlsmend_outcome *outcome,
                          tlsmend_error *error) {
  (void)self;
  journal *journal = NULL;
  MUST(read_it(&journal, &error)); /* what a power cut would leave now */
  bool found = false;
  for (size_t i = 0; i < journal->plan->change_count; i++) {
    const tlsmend_change *planned = &journal->plan->changes[i];
    step_state state = journal->steps[i].state;
    if (strcmp(planned->key, change->key) != 0 || !planned->name != !change->name)
      continue;
    if (planned->name && strcmp(planned->name, change->name) != 0)
      continue;
    found = found || state == STEP_INTENDED || state == STEP_UNDOING;
  }
  journal_close(journal);
  if (!found)
    fail_msg("nothing in the journal speaks of this step yet: %s", change->key);
  writes_seen++;
  return machine_apply(real, change, outcome, error);
}

static void watching_close(tlsmend_machine *self) { (void)self; }

static void test_before(void **state) {
  (void)state;
  static const tlsmend_machine_ops ops = {.version = TLSMEND_MACHINE_OPS_VERSION,
                                          .name = "watching",
                                          .close = watching_close,
                                          .apply = watching_apply};
  real = sim_of_text(windows7);
  tlsmend_machine watching = {.ops = &ops, .below = real};
  tlsmend_plan *plan = make_plan(real, 5);
  char *before = sim_text(real);
  journal *journal = begin(plan);
  commit commit = {.machine = &watching, .journal = journal};
  commit_result result;
  MUST(commit_forward(&commit, &result, &error));
  assert_int_equal(result, COMMIT_DONE);
  MUST(commit_backward(&commit, "test", &result, &error));
  assert_int_equal(result, COMMIT_UNDONE);
  assert_int_equal(writes_seen, 2 * plan->change_count);
  char *after = sim_text(real);
  assert_same_text(after, before);
  free(before), free(after);
  journal_close(journal);
  tlsmend_plan_free(plan);
  machine_close(real);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      ENGINE_TEST(test_round_trip), ENGINE_TEST(test_torn),         ENGINE_TEST(test_edited),
      ENGINE_TEST(test_moved),      ENGINE_TEST(test_newer),        ENGINE_TEST(test_ids),
      ENGINE_TEST(test_before),     ENGINE_TEST(test_no_such_step), ENGINE_TEST(test_several_steps)};
  int failures = cmocka_run_group_tests(tests, NULL, NULL);
  free(journal_name);
  return failures;
}
