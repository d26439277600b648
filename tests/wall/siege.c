/*
 * The product with a worker that was taken over: a runbook calls the attack, at one of the four moments in which a runbook runs, and is
 * planned and applied as the command does it. Whatever happens in the worker: the exit code is the right one, the line names the runbook,
 * the machine's snapshot has the same bytes, no file was made, no process is left, and this process goes on.
 *
 *     wall_siege WORKER attempts|wine|quick|some|slow     (some: a quarter of the quick ones; NAME: that one, loudly)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tlsmend/module.h>
#include <tlsmend/tlsmend.h>

#include "os/os.h"
#include "wall/attempt.h"
#include "wall/lie.h"
#include "wall/siege.h"

#define RUNBOOK "attack.lua"

static const char *const places[] = {"load", "applies", "run", "verify", "none"};
static const char *worker;
static char *folder, *runbook, *snapshot, *machine;

/* The bytes of the machine before, and after a run in which nobody attacks. */
static char *before, *after;
static size_t before_size, after_size;

/* What came of one: the exit code, and all that was said. */
typedef struct outcome {
  int exit;
  char text[4096];
} outcome;

static void fatal(const char *what, const tlsmend_error *error) {
  fprintf(stderr, "FAILED: wall_siege: %s: %s\n", what, error->text);
  exit(1);
}

static void write_runbook(const char *name, wall_place place) {
  static const char form[] =
      "local registry = require \"registry\"\n"
      "local function here(place) if place == \"%s\" then attack \"%s\" end end\n"
      "here \"load\"\n"
      "return { id = \"attack\", version = \"1\", title = \"An attack\",\n"
      "  needs = { registry = { \"HKLM\\\\SOFTWARE\\\\Site\" } },\n"
      "  applies = function() here \"applies\" return true end,\n"
      "  run = function() here \"run\" registry.set(\"HKLM\\\\SOFTWARE\\\\Site\", \"V\", 1) end,\n"
      "  verify = function() here \"verify\" return true end }\n";
  char text[1024];
  tlsmend_error error;
  int size = snprintf(text, sizeof text, form, places[place], name);
  if (os_file_replace(runbook, text, (size_t)size, &error) != TLSMEND_OK)
    fatal("the runbook", &error);
}

/* A module that this program adds and the runbook has not asked for. */
static int owner(void *data, tlsmend_call *call, tlsmend_error *error) {
  *(bool *)data = true;
  return tlsmend_call_answer_text(call, "Ann", error);
}

static bool module_called;
static const tlsmend_module_function functions[] = {{"owner", owner}, {NULL, NULL}};
static const tlsmend_module inventory = {TLSMEND_MODULE_VERSION, "inventory", functions, &module_called, 0};
static const tlsmend_module *const modules[] = {&inventory, NULL};

/* Plans and applies. What a report says counts as said, and its exit code is the command's. */
static void command(outcome *out) {
  const char *runbooks[] = {runbook};
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  tlsmend_session *session = NULL;
  tlsmend_plan *plan = NULL;
  tlsmend_report *report = NULL;
  tlsmend_error error = {0};
  char *text = NULL;
  options.machine = machine;
  options.worker = worker;
  options.modules = modules;
  options.time_limit = 1;
  options.read_limit = 1000;
  options.change_limit = 100;
  options.output_limit = 50000;
  int code = tlsmend_session_open(&options, &session, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_plan_make(session, runbooks, 1, NULL, 0, &plan, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_apply(session, plan, &report, &error);
  out->exit = tlsmend_error_exit(code);
  snprintf(out->text, sizeof out->text, "%s", code == TLSMEND_OK ? "" : error.text);
  if (report) {
    out->exit = tlsmend_report_exit(report);
    if (tlsmend_report_render(report, TLSMEND_FORMAT_TEXT, &text, &error) == TLSMEND_OK)
      snprintf(out->text, sizeof out->text, "%s", text);
  }
  tlsmend_text_free(text);
  tlsmend_report_free(report);
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
}

static void put_machine(void) {
  tlsmend_error error;
  if (os_file_replace(snapshot, before, before_size, &error) != TLSMEND_OK)
    fatal("the machine", &error);
}

static int known_name(void *data, const char *name) {
  if (strcmp(name, "pc.reg") == 0 || strcmp(name, RUNBOOK) == 0 || strcmp(name, "pc.reg.tlsmend") == 0)
    return TLSMEND_OK;
  snprintf((char *)data, 64, "made %.50s", name);
  return TLSMEND_OK;
}

/* The next one finds the machine as it was. */
static bool machine_is(const char *wanted, size_t wanted_size) {
  tlsmend_error error;
  char *bytes = NULL;
  size_t size = 0;
  bool same = os_file_read(snapshot, 64 << 20, &bytes, &size, &error) == TLSMEND_OK && size == wanted_size &&
              memcmp(bytes, wanted, size) == 0;
  free(bytes);
  if (wanted != before || !same)
    put_machine();
  return same;
}

/* `done`: the runbook did what it does, and no more. */
static const char *traces(bool done) {
  static char found[64];
  tlsmend_error error;
  if (!(done ? machine_is(after, after_size) : machine_is(before, before_size)))
    return "changed the machine";
  found[0] = '\0';
  os_dir_each(folder, known_name, found, &error);
  return found[0] ? found : module_called ? "called a module" : siege_left();
}

static bool ended_as(const wall_attempt *attempt, const outcome *out) {
  bool through = strstr(out->text, "GOT THROUGH"), refused = strstr(out->text, "refused with");
  bool ended = strstr(out->text, "the process that ran it");
  if (out->exit != 1 || through)
    return false;
  switch (attempt->end) {
  case WALL_KILLED:
    return strstr(out->text, "(SIGSYS)");
  case WALL_REFUSED:
    return refused;
  case WALL_STOPPED:
  case WALL_BROKEN:
  case WALL_ENDED:
    return ended;
  case WALL_HELD:
  case WALL_HARMLESS:
    return refused || ended;
  }
  return false;
}

/* A line of the report where it goes on over several is one text here. */
static bool says(const outcome *out, const char *words) { return strstr(out->text, words); }

static bool judge(const char *name, wall_place place, const outcome *out, bool good, bool loud) {
  const char *trace = traces(strstr(out->text, "Done."));
  bool named = out->exit == 0 || says(out, "attack") || says(out, "made up");
  if (good && !trace && named && !loud)
    return true;
  printf("%s%s in %s: exit %d: %s%s%s\n", good && !trace && named ? "" : "FAILED: ", name, places[place],
         out->exit, out->text, trace ? "\n  and has " : "", trace ? trace : "");
  return good && !trace && named;
}

static bool try_attempt(const wall_attempt *attempt, wall_place place, bool loud) {
  outcome out;
  write_runbook(attempt->name, place);
  command(&out);
  bool good = ended_as(attempt, &out) || !wall_asserted(attempt);
  return judge(attempt->name, place, &out, good, loud);
}

static bool try_lie(const wall_lie *lie, bool loud) {
  outcome out;
  write_runbook(lie->name, lie->place);
  command(&out);
  bool good =
      (lie->exit == -1 ? out.exit == 0 || out.exit == 1 : out.exit == lie->exit) && says(&out, lie->says);
  return judge(lie->name, lie->place, &out, good, loud);
}

/* What was planned declares little; opened again when that is done, it declares more and proposes it. That is not written, and what was
 * is taken back. */
static bool try_second_load(bool loud) {
  static const char text[] =
      "local registry, second = require \"registry\", attack \"" WALL_SECOND_LOAD "\"\n"
      "local SITE, WIDE = \"HKLM\\\\SOFTWARE\\\\Site\", \"HKLM\\\\SOFTWARE\\\\Wide\"\n"
      "return { id = \"attack\", version = \"1\", title = \"An attack\",\n"
      "  needs = { registry = second and { SITE, WIDE } or { SITE } },\n"
      "  run = function()\n"
      "    registry.set(SITE, \"V\", 1)\n"
      "    if second then registry.set(WIDE, \"V\", 1) end\n"
      "  end }\n";
  outcome out;
  tlsmend_error error;
  if (os_file_replace(runbook, text, sizeof text - 1, &error) != TLSMEND_OK)
    fatal("the runbook", &error);
  command(&out);
  return judge(WALL_SECOND_LOAD, WALL_LOAD, &out, out.exit == 1 && says(&out, "still proposes"), loud);
}

/* Each in one of the four places, in turn: each class of attempts meets all. */
static size_t all_attempts(bool wine, size_t *count) {
  size_t bad = 0;
  for (size_t i = 0; wall_tables[i]; i++)
    for (const wall_attempt *attempt = wall_tables[i]; attempt->name; attempt++)
      if (!wine || attempt->wine)
        bad += !try_attempt(attempt, (wall_place)((*count)++ % WALL_PLACES), false);
  return bad;
}

static size_t all_lies(bool slow, size_t each, size_t *count) {
  size_t bad = 0, number = 0;
  for (const wall_lie *lie = wall_lies; lie->name; lie++)
    if (lie->slow == slow && number++ % each == 0) {
      bad += !try_lie(lie, false);
      (*count)++;
    }
  return bad;
}

static size_t one(const char *name) {
  size_t bad = 0;
  const wall_attempt *attempt = wall_attempt_named(name);
  for (int place = 0; attempt && place < WALL_PLACES; place++)
    bad += !try_attempt(attempt, (wall_place)place, true);
  for (const wall_lie *lie = wall_lies; lie->name; lie++)
    if (strcmp(lie->name, name) == 0)
      bad += !try_lie(lie, true);
  return bad;
}

static void make_box(void) {
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  tlsmend_session *session = NULL;
  tlsmend_error error;
  char spec[1024];
  options.machine = "sim:win7-sp1-x64";
  if (os_dir_temporary(&folder, &error) != TLSMEND_OK)
    fatal("a folder", &error);
  runbook = os_path_join(folder, RUNBOOK);
  snapshot = os_path_join(folder, "pc.reg");
  snprintf(spec, sizeof spec, "sim:%s", snapshot);
  machine = strdup(spec);
  if (tlsmend_session_open(&options, &session, &error) != TLSMEND_OK ||
      tlsmend_snapshot(session, snapshot, &error) != TLSMEND_OK ||
      os_file_read(snapshot, 64 << 20, &before, &before_size, &error) != TLSMEND_OK)
    fatal("the machine", &error);
  tlsmend_session_close(session);
}

/* A worker that was taken over and does nothing with it: the runbook does what it should. */
static void honest_run(void) {
  outcome out;
  tlsmend_error error;
  write_runbook("nothing", WALL_PLACES);
  command(&out);
  if (out.exit != 0 || os_file_read(snapshot, 64 << 20, &after, &after_size, &error) != TLSMEND_OK) {
    fprintf(stderr, "FAILED: wall_siege: without any attack: exit %d: %s\n", out.exit, out.text);
    exit(1);
  }
  put_machine();
}

int main(int argc, char **argv) {
  size_t count = 0, bad;
  if (argc != 3) {
    fprintf(stderr, "usage: wall_siege WORKER attempts|wine|quick|some|slow|NAME\n");
    return 64;
  }
  worker = argv[1];
  siege_begin();
  make_box();
  honest_run();
  if (strcmp(argv[2], "attempts") == 0 || strcmp(argv[2], "wine") == 0)
    bad = all_attempts(argv[2][0] == 'w', &count);
  else if (strcmp(argv[2], "slow") == 0)
    bad = all_lies(true, 1, &count);
  else if (strcmp(argv[2], "quick") == 0 || strcmp(argv[2], "some") == 0)
    bad = all_lies(false, argv[2][0] == 's' ? 4 : 1, &count) + !try_second_load(false);
  else if (strcmp(argv[2], WALL_SECOND_LOAD) == 0)
    bad = !try_second_load(true);
  else
    bad = one(argv[2]);
  printf("%zu attacks on a worker (%s), %zu of them did not end as they must\n", count, argv[2], bad);
  return bad != 0;
}
