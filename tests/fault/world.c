/* The world of the fault tests. */
#define _GNU_SOURCE

#include "fault/world.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sodium.h>

#include "registry/value.h"
#include "fault/live.h"
#include "machine/backends.h"
#include "machine/machine.h"
#include "machine/propose.h"

#define SITE "local r = require 'registry' local K = 'HKLM\\\\SOFTWARE\\\\Site'\n"
#define HEAD(id, needs)                                                                                      \
  "return { id = '" id "', version = '1.0.0', title = 'Test', references = {}, params = {},\n"               \
  "  needs = { registry = { 'HKLM\\\\SOFTWARE\\\\Site' } " needs "}, run = function()\n"

const scenario scenarios[] = {
    {"small", SITE HEAD("small", "") "r.set(K, 'v', 1) r.set(K .. '\\\\New', 'w', 'text') end }", true,
     "win7-sp1-x64", NULL, false},
    {"deletes",
     SITE HEAD("deletes", "") "if r.exists(K .. '\\\\Tree\\\\Inner') then r.delete_key(K .. '\\\\TREE') end "
                              "r.set(K .. '\\\\Tree\\\\Again', 'v', 1) r.delete(K, 'VALUE')\n"
                              "r.set(K, 'Other', 2, { view = 32 }) r.delete_key(K .. '\\\\Empty') end }",
     true, "win7-sp1-x64",
     "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site]\n\"Value\"=hex(0):01,02\n\"Stays\"=\"x\"\n\n"
     "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site\\Empty]\n\n"
     "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site\\Tree]\n@=\"default\"\n\"a\"=dword:00000001\n\n"
     "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site\\Tree\\Inner\\Most]\n\"b\"=hex(7):61,00,00,00,00,00\n\n",
     false},
    {"phases",
     SITE "local reboot = require 'reboot'\n" HEAD("phases", ", reboot = true") //
     "if r.get(K, 'v') == 3 then return end r.set(K, 'v', 1) reboot.barrier('one') r.set(K, 'v', 2) "
     "r.delete(K, 'Value') reboot.barrier('two')\n"
     "r.set(K, 'v', 3) r.set(K, 'Value', 9) end }",
     true, "win7-sp1-x64",
     "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site]\n\"Value\"=dword:00000007\n\"v\"=dword:00000000\n\n", false},
    {NULL, NULL, false, NULL, NULL, false}};

const char *const verb_names[] = {"apply", "resume", "rollback"};

static char folder[200], machine[256], state[256], book[256];
static const scenario *current;
static bool is_live;

typedef unsigned char digest[32];
static digest known[4096], original, planned, original_contents;
static size_t known_count;

typedef struct file {
  struct file *next;
  char path[400];
  bool folder;
  char *bytes;
  size_t size;
} file;
struct world {
  file *first;
};

static char *slurp(const char *path, size_t *size) {
  struct stat status;
  int fd = open(path, O_RDONLY);
  if (fd < 0 || fstat(fd, &status) != 0)
    return NULL;
  char *bytes = malloc((size_t)status.st_size + 1);
  if (!bytes || read(fd, bytes, (size_t)status.st_size) != status.st_size)
    abort();
  *size = (size_t)status.st_size;
  bytes[*size] = 0;
  close(fd);
  return bytes;
}

static void spill(const char *path, const void *bytes, size_t size) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
    world_fail("set-up", "cannot write %s", path);
  close(fd);
}

static void empty(const char *path) {
  DIR *dir = opendir(path);
  for (struct dirent *entry; dir && (entry = readdir(dir));) {
    char below[600];
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
      continue;
    snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
    if (unlink(below) != 0) {
      empty(below);
      rmdir(below);
    }
  }
  if (dir)
    closedir(dir);
}

static void save_folder(world *saved, const char *path) {
  DIR *dir = opendir(path);
  for (struct dirent *entry; dir && (entry = readdir(dir));) {
    struct stat status;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
      continue;
    file *one = calloc(1, sizeof *one);
    if (!one)
      abort();
    snprintf(one->path, sizeof one->path, "%s/%s", path, entry->d_name);
    one->next = saved->first;
    saved->first = one;
    one->folder = stat(one->path, &status) == 0 && S_ISDIR(status.st_mode);
    if (one->folder)
      save_folder(saved, one->path);
    else
      one->bytes = slurp(one->path, &one->size);
  }
  if (dir)
    closedir(dir);
}

world *world_save(void) {
  world *saved = calloc(1, sizeof *saved);
  if (!saved)
    abort();
  save_folder(saved, folder);
  return saved;
}

void world_restore(const world *saved) {
  empty(folder);
  for (const file *one = saved->first; one; one = one->next)
    if (one->folder)
      mkdir(one->path, 0700);
  for (const file *one = saved->first; one; one = one->next)
    if (!one->folder)
      spill(one->path, one->bytes, one->size);
}

void world_free(world *saved) {
  for (file *one = saved->first, *next; one; one = next) {
    next = one->next;
    free(one->bytes);
    free(one);
  }
  free(saved);
}

static int by_bytes(const void *a, const void *b) { return memcmp(a, b, sizeof(digest)); }

/* `FILE.0123456789abcdef.new`: without its number. */
static size_t name_length(const char *path) {
  size_t length = strlen(path);
  bool new_file = length > 21 && strcmp(path + length - 4, ".new") == 0 && path[length - 21] == '.' &&
                  strspn(path + length - 20, "0123456789abcdef") == 16;
  return new_file ? length - 20 : length;
}

static void digest_world(const world *saved, int note, digest out) {
  static digest each[64];
  size_t count = 0;
  for (const file *one = saved->first; one; one = one->next) {
    crypto_hash_sha256_state hash;
    if (count == sizeof each / sizeof *each)
      world_fail("comparing", "too many files");
    if (strcmp(one->path, book) == 0)
      continue; /* written anew before each command */
    crypto_hash_sha256_init(&hash);
    crypto_hash_sha256_update(&hash, (const unsigned char *)one->path, name_length(one->path));
    crypto_hash_sha256_update(&hash, (const unsigned char *)(one->folder ? "/" : ":"), 1);
    crypto_hash_sha256_update(&hash, (const unsigned char *)one->bytes, one->size);
    crypto_hash_sha256_final(&hash, each[count++]);
  }
  qsort(each, count, sizeof *each, by_bytes);
  snprintf((char *)each[count], sizeof *each, "%d", note);
  crypto_hash_sha256(out, each[0], (count + 1) * sizeof *each);
}

static digest *seen;
static size_t seen_count, seen_room;

bool world_seen(const world *saved, int note) {
  digest now;
  digest_world(saved, note, now);
  for (size_t i = 0; i < seen_count; i++)
    if (memcmp(seen[i], now, sizeof now) == 0)
      return true;
  if (seen_count == seen_room) {
    seen_room = seen_room * 2 + 256;
    seen = realloc(seen, seen_room * sizeof *seen);
    if (!seen)
      abort();
  }
  memcpy(seen[seen_count++], now, sizeof now);
  return false;
}

void world_begin(void) {
  const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  snprintf(folder, sizeof folder, "%s/tlsmend-fault-%d", base, (int)getpid());
  snprintf(machine, sizeof machine, "sim:%s/pc.reg", folder);
  snprintf(state, sizeof state, "%s/state", folder);
  snprintf(book, sizeof book, "%s/book.lua", folder);
  mkdir(folder, 0700);
}

void world_end(void) {
  empty(folder);
  rmdir(folder);
}

void world_fail(const char *what, const char *format, ...) {
  va_list list;
  va_start(list, format);
  fprintf(stderr, "FAILED: %s: ", what);
  vfprintf(stderr, format, list);
  fprintf(stderr, "\n  the world is kept in %s\n", folder);
  va_end(list);
  exit(1);
}

static void digest_bytes(const char *bytes, size_t size, digest out) {
  crypto_hash_sha256(out, (const unsigned char *)bytes, size);
}

static void digest_file(const char *path, digest out) {
  size_t size = 0;
  char *bytes = slurp(path, &size);
  memset(out, 0, sizeof(digest));
  if (bytes)
    digest_bytes(bytes, size, out);
  free(bytes);
}

static tlsmend_reboot reboot_mode = TLSMEND_REBOOT_ASK;

static tlsmend_session *session_open(const char *spec) {
  tlsmend_error error;
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  tlsmend_session *session = NULL;
  options.machine = spec;
  options.state = state;
  options.reboot = reboot_mode;
  options.backends = live_backends;
  options.allow_unsigned = 1;
  options.in_process = 1; /* the faults are those of this process */
  if (tlsmend_session_open(&options, &session, &error) != TLSMEND_OK)
    world_fail("opening the machine", "%s", error.text);
  return session;
}

/* What the machine says in one form, whatever the form of its file. */
static void digest_contents(digest out) {
  tlsmend_error error;
  char path[300];
  if (is_live && !live_contents(machine + 4, out))
    world_fail("the contents", "cannot be told");
  if (is_live)
    return;
  tlsmend_session *session = session_open(machine);
  snprintf(path, sizeof path, "%s/form.reg", folder);
  if (tlsmend_snapshot(session, path, &error) != TLSMEND_OK)
    world_fail("a snapshot", "%s", error.text);
  tlsmend_session_close(session);
  digest_file(path, out);
  unlink(path);
}

static bool now_is(const digest wanted) {
  digest now;
  if (is_live && live_waiting(machine + 4))
    return false;
  digest_file(machine + 4, now);
  return memcmp(now, wanted, sizeof now) == 0;
}

bool world_original(void) { return now_is(original); }
bool world_planned(void) { return now_is(planned); }

bool world_original_contents(void) {
  digest now;
  digest_contents(now);
  return memcmp(now, original_contents, sizeof now) == 0;
}

/* What is looked for among the known states: bytes, or what a live machine holds. */
static void digest_state(digest out) {
  if (is_live)
    digest_contents(out);
  else
    digest_file(machine + 4, out);
}

bool world_known(void) {
  digest now;
  digest_state(now);
  for (size_t i = 0; i < known_count; i++)
    if (memcmp(known[i], now, sizeof now) == 0)
      return true;
  return false;
}

void world_live(bool on) {
  is_live = on;
  memcpy(machine, on ? "mem" : "sim", 3);
}

const char *world_machine(void) { return machine + 4; }

const char *world_journal(void) {
  static char path[600];
  DIR *dir = opendir(state);
  *path = 0;
  for (struct dirent *entry; dir && (entry = readdir(dir));)
    if (strstr(entry->d_name, ".journal"))
      snprintf(path, sizeof path, "%s/%s", state, entry->d_name);
  if (dir)
    closedir(dir);
  return path;
}

void world_make(const scenario *scenario) {
  char path[300], spec[64];
  tlsmend_error error;
  current = scenario;
  seen_count = 0;
  empty(folder);
  snprintf(spec, sizeof spec, "sim:%s", scenario->machine);
  tlsmend_session *session = session_open(spec);
  if (tlsmend_snapshot(session, machine + 4, &error) != TLSMEND_OK)
    world_fail("a snapshot", "%s", error.text);
  tlsmend_session_close(session);
  size_t size = 0;
  char *bytes = slurp(machine + 4, &size);
  FILE *file = fopen(machine + 4, "wb");
  if (!bytes || !file)
    world_fail("set-up", "cannot write %s", machine);
  fprintf(file, "%s\n; written by somebody else\n%s", bytes, scenario->extra ? scenario->extra : "");
  fclose(file);
  free(bytes);
  if (scenario->text)
    spill(book, scenario->runbook, strlen(scenario->runbook));
  snprintf(path, sizeof path, "%s/packages", folder);
  mkdir(path, 0700);
  static const char *const packages[] = {"windows6.1-kb3140245-x64", "windows6.1-kb3140245-x86",
                                         "windows6.0-kb4019276-x64", "windows6.0-kb4019276-x86"};
  for (size_t i = 0; i < sizeof packages / sizeof *packages; i++) {
    snprintf(path, sizeof path, "%s/packages/%s.msu", folder, packages[i]);
    spill(path, "stand-in\n", 9);
  }
  digest_file(machine + 4, original);
  digest_contents(original_contents);
}

static int apply(tlsmend_session *session, tlsmend_report **report, size_t *changes, tlsmend_error *error) {
  char package[300];
  snprintf(package, sizeof package, "package=%s/packages", folder);
  const char *runbooks[] = {current->text ? book : current->runbook}, *params[] = {package};
  tlsmend_plan *plan = NULL;
  int code = tlsmend_plan_make(session, runbooks, 1, params, current->package ? 1 : 0, &plan, error);
  if (code == TLSMEND_E_USAGE) /* it takes no package */
    code = tlsmend_plan_make(session, runbooks, 1, NULL, 0, &plan, error);
  if (code == TLSMEND_OK)
    *changes = tlsmend_plan_change_count(plan);
  if (code == TLSMEND_OK)
    code = tlsmend_apply(session, plan, report, error);
  tlsmend_plan_free(plan);
  return code;
}

static outcome run_here(verb verb, size_t *changes) {
  tlsmend_error error = {0, ""};
  tlsmend_report *report = NULL;
  outcome outcome = {0};
  static const char hostile[] = "error 'not the text that the run was begun with'\n";
  if (current->text && verb == APPLY)
    spill(book, current->runbook, strlen(current->runbook));
  else if (current->text)
    spill(book, hostile, sizeof hostile - 1);
  tlsmend_session *session = session_open(machine);
  if (verb == APPLY)
    outcome.code = apply(session, &report, changes, &error);
  else if (verb == RESUME)
    outcome.code = tlsmend_resume(session, 0, &report, &error);
  else
    outcome.code = tlsmend_rollback(session, NULL, 0, &report, &error);
  if (outcome.code == TLSMEND_OK)
    outcome.result = tlsmend_report_result(report);
  if (outcome.code != TLSMEND_OK && getenv("FAULT_VERBOSE"))
    fprintf(stderr, "%s: %s\n", verb_names[verb], error.text);
  tlsmend_report_free(report);
  tlsmend_session_close(session);
  return outcome;
}

/* The child's exit code: 100 and the result, or the code made positive; 64 more if the fault has struck. */
outcome world_run(verb verb, fault_kind kind, size_t n, bool *struck) {
  outcome outcome = {0};
  int status = 0;
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    size_t changes = 0;
    fault_on_rename = NULL;
    live_on_change = NULL;
    if (n)
      fault_arm(kind, n, folder, state);
    outcome = run_here(verb, &changes);
    fault_disarm();
    int answer = outcome.code == TLSMEND_OK ? 32 + (int)outcome.result : -outcome.code;
    fflush(NULL);
    _exit(answer + (fault_struck() ? 64 : 0));
  }
  if (child < 0 || waitpid(child, &status, 0) != child)
    world_fail("fork", "cannot");
  if (struck)
    *struck = true;
  if (WIFSIGNALED(status)) {
    outcome.killed = true;
    if (WTERMSIG(status) != 9)
      world_fail(current->name, "%s died of signal %d: %s, call %zu", verb_names[verb], WTERMSIG(status),
                 fault_name(kind), n);
    return outcome;
  }
  int answer = WEXITSTATUS(status);
  if (struck)
    *struck = (answer & 64) != 0;
  answer &= 63;
  if (answer >= 32)
    outcome.result = (tlsmend_result)(answer - 32);
  else
    outcome.code = -answer;
  return outcome;
}

outcome world_resume(void) {
  outcome last = {0};
  for (int i = 0; i < 12; i++) {
    last = world_run(RESUME, FAULT_KILL, 0, NULL);
    if (last.code != TLSMEND_OK || last.result != TLSMEND_RESULT_RESTART)
      return last;
  }
  world_fail("resume", "never ends");
  return last;
}

void world_roll_back(const char *what) {
  outcome rolled = world_run(ROLLBACK, FAULT_KILL, 0, NULL);
  if (rolled.code != TLSMEND_OK || rolled.result == TLSMEND_RESULT_LEFT)
    world_fail(what, "rollback does not undo it (%d, %d)", rolled.code, (int)rolled.result);
  if (!world_original())
    world_fail(what, "rolled back, but not to the original bytes");
}

bool world_prepare(verb verb) {
  if (verb == APPLY)
    return true;
  outcome last = world_run(APPLY, FAULT_KILL, 0, NULL);
  if (verb == RESUME)
    return last.result == TLSMEND_RESULT_RESTART;
  if (last.result == TLSMEND_RESULT_RESTART)
    last = world_resume();
  return last.result == TLSMEND_RESULT_DONE;
}

outcome world_resume_only(void) {
  reboot_mode = TLSMEND_REBOOT_NEVER;
  outcome last = world_run(RESUME, FAULT_KILL, 0, NULL);
  reboot_mode = TLSMEND_REBOOT_ASK;
  return last;
}

static tlsmend_machine *machine_open(void) {
  tlsmend_machine *live = is_live ? live_open(machine + 4) : NULL;
  if (live)
    return live;
  char home[1100]; /* what is known of a snapshot stands beside it, whatever --state says */
  snprintf(home, sizeof home, "%s.tlsmend", machine + 4);
  backend_request request = {.argument = machine + 4, .path = machine + 4, .state = home};
  tlsmend_machine *opened = NULL;
  tlsmend_error error;
  if (sim_open(&request, &opened, &error) != TLSMEND_OK)
    world_fail("opening the machine", "%s", error.text);
  return opened;
}

void world_restart(void) {
  tlsmend_change change = {.kind = TLSMEND_CHANGE_REBOOT};
  tlsmend_outcome outcome;
  tlsmend_error error;
  tlsmend_machine *opened = machine_open();
  if (machine_apply(opened, &change, &outcome, &error) != TLSMEND_OK)
    world_fail("restart", "%s", error.text);
  machine_close(opened);
}

void world_set(const char *key, const char *name, const char *text) {
  tlsmend_value value = {0};
  tlsmend_error error = {0, ""};
  tlsmend_machine *opened = machine_open();
  int code = text ? value_set_string(&value, TLSMEND_REG_SZ, text, &error) : TLSMEND_OK;
  if (code == TLSMEND_OK)
    code = text ? propose_value_set(opened, key, 64, name, &value, NULL, &error)
                : propose_value_delete(opened, key, 64, name, NULL, &error);
  if (code == TLSMEND_OK)
    code = machine_flush(opened, NULL, 0, &error);
  if (code != TLSMEND_OK)
    world_fail("an edit", "%s", error.text);
  tlsmend_value_clear(&value);
  machine_close(opened);
}

static void learn_change(void) {
  digest now;
  digest_state(now);
  for (size_t i = 0; i < known_count; i++)
    if (memcmp(known[i], now, sizeof now) == 0)
      return;
  if (known_count == sizeof known / sizeof *known)
    world_fail("learning", "too many states");
  memcpy(known[known_count++], now, sizeof now);
}

static void learn_rename(const char *path) {
  if (strcmp(path, machine + 4) == 0)
    learn_change();
}

size_t world_learn(void) {
  size_t changes = 0;
  outcome last;
  known_count = 0;
  learn_change();
  fault_on_rename = learn_rename;
  live_on_change = learn_change;
  last = run_here(APPLY, &changes);
  if (last.code == TLSMEND_E_REFUSED || last.code == TLSMEND_E_UNKNOWN) { /* not on this machine */
    fault_on_rename = NULL;
    live_on_change = NULL;
    return 0;
  }
  if (last.code != TLSMEND_OK)
    world_fail(current->name, "cannot be applied without faults");
  for (int i = 0; last.result == TLSMEND_RESULT_RESTART && i < 9; i++)
    last = run_here(RESUME, NULL);
  if (changes && last.result != TLSMEND_RESULT_DONE)
    world_fail(current->name, "does not get done without faults");
  digest_file(machine + 4, planned);
  if (changes)
    last = run_here(ROLLBACK, NULL);
  fault_on_rename = NULL;
  live_on_change = NULL;
  if (!world_original())
    world_fail(current->name, "a rollback without faults does not give the original bytes");
  return changes;
}

bool world_status(size_t *open) {
  tlsmend_error error = {0, ""};
  char *text = NULL;
  tlsmend_session *session = session_open(machine);
  int code = tlsmend_status(session, TLSMEND_FORMAT_TEXT, &text, open, &error);
  bool good = code == TLSMEND_OK && !strstr(text, "does not fit");
  if (!good)
    fprintf(stderr, "status: %s%s\n", error.text, text ? text : "");
  tlsmend_text_free(text);
  tlsmend_session_close(session);
  return good;
}

bool world_has_state(void) { return access(state, F_OK) == 0; }
