/*
 * Power cuts inside a batch, on a machine like a live Windows: of the changes that were made and not flushed, every set that a disk may
 * hold, while carrying out, going on and undoing; a small one is then cut once more. And runs that an older tlsmend began: its journals have a record
 * for each step, and are continued in that form. Whatever was left: `resume` ends as planned, `rollback` in the original bytes.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commit/journal.h"
#include "fault/live.h"
#include "fault/ways.h"
#include "unit/random.h"

static size_t cuts[VERB_COUNT], again, impossible, forms, continued;

/* Six values in a key that is there, so that any of them may be lost. */
#define MANY_VALUES                                                                                          \
  "local r = require 'registry' local K = 'HKLM\\\\SOFTWARE\\\\Site'\n"                                      \
  "return { id = 'values', version = '1.0.0', title = 'Test', references = {}, params = {},\n"               \
  "  needs = { registry = { 'HKLM\\\\SOFTWARE\\\\Site' } }, run = function()\n"                              \
  "r.set(K, 'a', 1) r.set(K, 'b', 'text') r.delete(K, 'c') r.set(K, '', 2) r.delete(K, 'd') r.set(K, 'e', "  \
  "3) end }"
#define SOME_VALUES                                                                                          \
  "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site]\n@=\"was\"\n\"a\"=dword:00000007\n\"c\"=hex:01\n\"d\"=\"\"\n\n"

/* A key that is taken away and made again: two batches, and two on the way back. */
#define MADE_AGAIN                                                                                           \
  "local r = require 'registry' local K = 'HKLM\\\\SOFTWARE\\\\Site'\n"                                      \
  "return { id = 'again', version = '1.0.0', title = 'Test', references = {}, params = {},\n"                \
  "  needs = { registry = { 'HKLM\\\\SOFTWARE\\\\Site' } }, run = function()\n"                              \
  "if r.exists(K .. '\\\\Inner') then r.delete_key(K) end r.set(K, 'v', 1) end }"
#define MADE_BEFORE                                                                                          \
  "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site]\n\"a\"=dword:00000007\n\n[HKEY_LOCAL_"                               \
  "MACHINE\\SOFTWARE\\Site\\Inner]\n\n"

enum { CUT_AGAIN = WAYS_NOTES };

/* `more`: 1: what goes on afterwards is cut once more; -1: it is what goes on. */
static void cut_everywhere(const char *name, verb verb, int more);

/* Of a world in which a batch was made and not flushed: every cut, or of a long batch some at random. */
static void cut_batch(const char *name, verb verb, int more) {
  enum { ALL_OF = 9, SOME = 150 };
  char what[300];
  world *unflushed = world_save();
  size_t waiting = live_waiting(world_machine());
  uint64_t count = waiting <= ALL_OF ? (uint64_t)1 << waiting : SOME;
  for (uint64_t i = 0; i < count; i++) {
    uint64_t kept = waiting <= ALL_OF ? i : random_next() & ((uint64_t)random_next() | random_next());
    world_restore(unflushed);
    if (!live_cut(world_machine(), kept)) {
      impossible++;
      continue;
    }
    *(more < 0 ? &again : &cuts[verb]) += 1;
    snprintf(what, sizeof what, "%s, %s cut, of %zu changes these are left: %llx", name, verb_names[verb],
             waiting, (unsigned long long)kept);
    ways_check(what, false);
    world *left = world_save();
    bool new_world = more > 0 && !world_seen(left, CUT_AGAIN);
    for (enum verb next = RESUME; new_world && next <= ROLLBACK; next++) {
      world_restore(left);
      cut_everywhere(what, next, -1);
    }
    world_free(left);
  }
  world_free(unflushed);
}

/* Cuts a verb at each flush of the registry. */
static void cut_everywhere(const char *name, verb verb, int more) {
  world *before = world_save();
  for (size_t n = 1;; n++) {
    bool struck = false;
    world_restore(before);
    world_run(verb, FAULT_UNFLUSHED, n, &struck);
    if (!struck)
      break;
    cut_batch(name, verb, more);
  }
  world_restore(before);
  world_free(before);
}

static void try_cuts(const scenario *scenario, bool twice) {
  world_make(scenario);
  world *fresh = world_save();
  size_t changes = world_learn();
  if (!changes)
    world_fail(scenario->name, "proposes nothing");
  for (verb verb = APPLY; verb < VERB_COUNT; verb++) {
    world_restore(fresh);
    if (world_prepare(verb))
      cut_everywhere(scenario->name, verb, twice ? 1 : 0);
  }
  printf("  %-16s on %s, %zu changes: each cut inside a batch\n", scenario->name, scenario->machine, changes);
  world_free(fresh);
}

/* The journal is written anew, record by record. */
typedef struct writer {
  FILE *file;
  char chain[65];
} writer;

static void put(writer *self, const char *record) {
  char digest[65];
  journal_digest(self->chain, record, strlen(record), digest);
  fprintf(self->file, "%s %s\n", digest, record);
  memcpy(self->chain, digest, sizeof digest);
}

static void put_step(writer *self, size_t step, const char *state, const char *tail) {
  char record[200];
  snprintf(record, sizeof record,
           "{\"record\":\"step\",\"time\":\"2026-09-21T14:13:20Z\",\"step\":%zu,\"state\":\"%s\"%s}", step,
           state, tail);
  put(self, record);
}

/* The first record of the journal, as a program of that time would have written it; malloc'd. */
static char *old_begin(int form) {
  static char line[200000];
  FILE *file = fopen(world_journal(), "rb");
  json_t *begin = file && fgets(line, sizeof line, file) ? json_loads(line + 65, 0, NULL) : NULL;
  if (!begin)
    world_fail("the journal", "has no first record");
  fclose(file);
  json_object_set_new(begin, "schema", json_string(form == 1 ? JOURNAL_SCHEMA_1 : JOURNAL_SCHEMA_2));
  if (form == 1) {
    json_object_del(begin, "kept");
    json_object_del(begin, "terms");
  }
  char *text = json_dumps(begin, JSON_COMPACT);
  json_decref(begin);
  return text;
}

/* An older program was killed in a step: going forwards, those before it are done; going backwards, those behind it are undone. */
static void write_old(int form, size_t step, size_t count, bool backwards) {
  char *begin = old_begin(form), begins[40];
  writer writer = {fopen(world_journal(), "wb"), ""};
  if (!writer.file)
    world_fail("the journal", "cannot be written");
  put(&writer, begin);
  put_step(&writer, 0, "intended", "");
  for (size_t i = 0; i < (backwards ? count - 1 : step); i++) {
    snprintf(begins, sizeof begins, ",\"begins\":%zu", i + 1);
    put_step(&writer, i, "done", begins);
  }
  if (backwards) {
    put_step(&writer, count - 1, "done", "");
    put(&writer, "{\"record\":\"undo\",\"time\":\"2026-09-21T14:13:20Z\",\"why\":\"a step failed\"}");
    for (size_t i = count - 1; i > step; i--) {
      put_step(&writer, i, "undoing", "");
      put_step(&writer, i, "undone", "");
    }
    put_step(&writer, step, "undoing", "");
  }
  fclose(writer.file);
  free(begin);
}

/* Goes on, killed before each call that changes something; no batch of more than one, no record that the older one cannot read. */
static void kill_continued(const char *name) {
  static char bytes[400000];
  char what[300];
  world *before = world_save();
  for (verb next = RESUME; next <= ROLLBACK; next++)
    for (size_t n = 1;; n++) {
      bool struck = false;
      world_restore(before);
      world_run(next, FAULT_KILL, n, &struck);
      snprintf(what, sizeof what, "%s, %s killed before call %zu", name, verb_names[next], n);
      FILE *file = fopen(world_journal(), "rb");
      size_t size = file ? fread(bytes, 1, sizeof bytes - 1, file) : 0;
      bytes[size] = 0;
      if (file)
        fclose(file);
      if (live_waiting(world_machine()) > 1 || strstr(bytes, "\"last\":"))
        world_fail(what, "goes on in a form that is not its own");
      if (!struck)
        break;
      continued++;
      ways_check(what, true);
    }
  world_restore(before);
  world_free(before);
}

static void try_old(const scenario *scenario, int form) {
  char what[300];
  world_make(scenario);
  world *fresh = world_save();
  world_learn();
  world_restore(fresh);
  world_free(fresh);
  world_run(APPLY, FAULT_UNFLUSHED, 1, NULL);
  size_t count = live_waiting(world_machine());
  world *unflushed = world_save();
  for (size_t i = 0; i < 4 * count; i++) {
    size_t step = i / 4;
    bool backwards = i & 1, made = i >> 1 & 1;
    world_restore(unflushed);
    if (!live_cut(world_machine(), ((uint64_t)1 << (step + made)) - 1))
      world_fail(scenario->name, "the changes of its first batch do not come one after the other");
    write_old(form, step, count, backwards);
    forms++;
    snprintf(what, sizeof what, "%s, begun in form %d, %s step %zu, %s", scenario->name, form,
             backwards ? "undoing" : "in", step, made ? "which is made" : "which is not made");
    ways_check(what, true);
    if (step == count / 2) /* what follows from the others passes by here */
      kill_continued(what);
  }
  printf("  %-16s on %s, begun in form %d: each of %zu steps\n", scenario->name, scenario->machine, form,
         count);
  world_free(unflushed);
}

int main(void) {
  static const scenario shipped = {"schannel-tls12", "schannel-tls12", false, "win7-sp1-x64", NULL, true},
                        values = {"values", MANY_VALUES, true, "win7-sp1-x64", SOME_VALUES, false},
                        made = {"again", MADE_AGAIN, true, "win7-sp1-x64", MADE_BEFORE, false},
                        update = {"winhttp-tls12", "winhttp-tls12", false, "win7-sp1-x64", NULL, true};
  setvbuf(stdout, NULL, _IOLBF, 0);
  world_begin();
  world_live(true);
  for (const scenario *scenario = scenarios; scenario->name; scenario++) {
    try_cuts(scenario, scenario == scenarios);
    try_old(scenario, 2);
  }
  try_cuts(&values, false);
  try_cuts(&made, true);
  try_cuts(&shipped, false);
  try_cuts(&update, false);
  try_old(&shipped, 1);
  try_old(&shipped, 2);
  printf("power cuts inside a batch: apply %zu, resume %zu, rollback %zu, then cut again %zu (no disk can "
         "hold %zu); runs of "
         "older forms: %zu, killed while they go on at %zu points; in all %zu worlds, lost: 0\n",
         cuts[APPLY], cuts[RESUME], cuts[ROLLBACK], again, impossible, forms, continued, ways_worlds);
  world_end();
  return cuts[APPLY] > 150 && cuts[ROLLBACK] > 150 && forms > 50 ? 0 : 1;
}
