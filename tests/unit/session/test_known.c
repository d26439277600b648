/*
 * Which runs there are, for many folders with random damage: what is known by the ends of journals is what reading all of them whole
 * tells, but for damage further up in a run that has ended and is not the newest; and nothing that may be open is overlooked.
 */
#include "unit/session/site.h"

#include "session/runs/known.h"
#include "session/runs/report.h"

#ifdef _WIN32
enum { ROUNDS = 150 };
#else
enum { ROUNDS = 600 };
#endif
enum { RUNS = 4 };

static struct run {
  char id[24];
  char *bytes;
  size_t size;
} runs[RUNS];

/* Runs that were taken back, and one that is done. */
static void make_runs(void) {
  for (size_t i = 0; i < RUNS; i++) {
    tlsmend_session *session = open_at(NULL);
    tlsmend_plan *plan = make_plan(session, "site.lua");
    tlsmend_report *report = NULL;
    MUST(tlsmend_apply(session, plan, &report, &error));
    char *name = journal_path_of("pc.reg.tlsmend", report->journal->run);
    snprintf(runs[i].id, sizeof runs[i].id, "%s", report->journal->run);
    tlsmend_report_free(report);
    if (i < RUNS - 1) {
      MUST(tlsmend_rollback(session, NULL, 0, &report, &error));
      tlsmend_report_free(report);
    }
    runs[i].bytes = file_read(name, &runs[i].size);
    free(name);
    tlsmend_plan_free(plan);
    tlsmend_session_close(session);
  }
}

static void write_journal(const char *path, const char *bytes, size_t size) {
  FILE *out = fopen(path, "wb");
  assert_non_null(out);
  assert_int_equal(fwrite(bytes, 1, size, out), size);
  assert_int_equal(fclose(out), 0);
}

/* Writes a run's journal, most of the time not as it was. */
static void write_spoiled(const char *path, const struct run *run) {
  char *bytes = malloc(run->size + 600);
  size_t size = run->size, at = random_below(2) ? random_below(size) : size - 1 - random_below(900);
  assert_non_null(bytes);
  memcpy(bytes, run->bytes, size);
  switch (random_below(8)) {
  case 0:
    bytes[at] ^= 1;
    break;
  case 1:
    size = at + 1;
    break;
  case 2: /* whole lines are gone */
    while (at > 0 && bytes[at - 1] != '\n')
      at--;
    size = at ? at : size;
    break;
  case 3:
    memset(bytes + at, 0, size - at < 300 ? size - at : 300);
    break;
  case 4: /* its undoing was begun by somebody whose record does not fit */
    size += (size_t)sprintf(bytes + size, "%064d {\"record\":\"undo\",\"time\":\"x\"}\n", 0);
    break;
  default:
    break;
  }
  write_journal(path, bytes, size);
  free(bytes);
}

/* What reading a journal whole tells. */
typedef struct reading {
  int code;
  bool open, reopened;
  char *plan;
} reading;

static reading read_whole(const char *path) {
  reading out = {0};
  journal *journal = NULL;
  tlsmend_error error = {0, ""};
  out.code = journal_look(path, &journal, &out.reopened, &error);
  out.open = out.code == TLSMEND_OK ? journal->result == RUN_OPEN : out.code != TLSMEND_E_ABSENT;
  out.plan = journal ? strdup(journal->plan->id) : NULL;
  journal_close(journal);
  return out;
}

static size_t glances; /* that told of what reading whole would not */

/* One run of a folder; `newest`: no later one began. */
static void check_run(const known_run *row, const reading *whole, bool newest, bool later) {
  bool history = whole->code != TLSMEND_OK && !whole->reopened && later;
  if (row->standing == RUN_READABLE && whole->code != TLSMEND_OK) {
    if (newest || whole->reopened || !row->glanced || row->open || whole->code != TLSMEND_E_CORRUPT)
      fail_msg("%s is damaged and taken for whole", row->run);
    glances++;
  } else {
    assert_int_equal(row->standing, whole->code == TLSMEND_OK ? RUN_READABLE : RUN_DAMAGED);
    assert_int_equal(row->open, whole->open && !history);
  }
  if (whole->plan)
    assert_string_equal(row->plan, whole->plan);
}

static void check(const tlsmend_session *session, char *const *paths) {
  known_runs known;
  reading whole[RUNS];
  size_t newest = 0, at = 0, may = 0, told = 0;
  for (size_t i = 0; i < RUNS; i++) {
    whole[i] = read_whole(paths[i]);
    if (whole[i].code != TLSMEND_E_ABSENT)
      newest = i;
  }
  MUST(session_known(session, &known, &error));
  for (size_t i = 0; i < RUNS; i++) {
    if (whole[i].code == TLSMEND_E_ABSENT)
      continue;
    assert_true(at < known.count);
    bool later = false; /* one that is known to have begun */
    for (size_t next = at + 1; next < known.count; next++)
      later = later || known.items[next].standing == RUN_READABLE;
    assert_string_equal(known.items[at].run, runs[i].id);
    check_run(&known.items[at], &whole[i], i == newest, later);
    bool read_later = false;
    for (size_t next = i + 1; next < RUNS; next++)
      read_later = read_later || whole[next].code == TLSMEND_OK;
    may += whole[i].open && (whole[i].code == TLSMEND_OK || whole[i].reopened || !read_later);
    told += known.items[at++].open;
  }
  assert_int_equal(at, known.count);
  assert_int_equal(told > 0, may > 0); /* whether anything may be open */
  known_runs_clear(&known);
  for (size_t i = 0; i < RUNS; i++)
    free(whole[i].plan);
}

static void test_random(void **state) {
  (void)state;
  write_machine();
  make_runs();
  char *home = engine_path("pc.reg.tlsmend"), *other = engine_path("other");
  MUST(os_dir_make(other, &error));
  for (int round = 0; round < ROUNDS; round++) {
    const char *folder = round % 2 ? other : home;
    char *paths[RUNS];
    random_state = 0xD1B54A32D192ED03u * (uint64_t)(round + 1);
    for (size_t i = 0; i < RUNS; i++) {
      char *unused = journal_path_of(round % 2 ? home : other, runs[i].id);
      os_file_remove(unused, NULL);
      free(unused);
      paths[i] = journal_path_of(folder, runs[i].id);
      write_spoiled(paths[i], &runs[i]);
    }
    tlsmend_session *session = open_at(round % 2 ? "other" : NULL);
    check(session, paths);
    tlsmend_session_close(session);
    for (size_t i = 0; i < RUNS; i++)
      free(paths[i]);
  }
  for (size_t i = 0; i < RUNS; i++)
    free(runs[i].bytes);
  free(home), free(other);
  print_message("%zu known by their ends in spite of damage further up\n", glances);
  assert_true(glances > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {ENGINE_TEST(test_random)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
