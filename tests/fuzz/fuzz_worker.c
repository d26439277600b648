/*
 * libFuzzer target: any bytes come from a worker, while the host of its text stands over a machine. The first byte says how they are read:
 * as they come through the pipe, or as a script of well-formed frames, so that questions are asked in earnest. Whatever is said: what is
 * planned lies within the needs, nothing that was refused succeeds, the machine stays what it is.
 */
#include "fuzz/fuzz.h"

#include <tlsmend/module.h>

#include "base/error.h"
#include "machine/guard.h"
#include "machine/machine.h"
#include "machine/overlay.h"
#include "machine/sim/sim.h"
#include "plan/plan.h"
#include "registry/path.h"
#include "script/primitives/primitives.h"
#include "script/worker/worker.h"

enum { GREETED = 1, VERIFYING = 2, RAW = 4, LOADING = 8 };

#define SITE "HKLM\\SOFTWARE\\Site"
static const char *const registry[] = {SITE}, *const updates[] = {"KB3140245"}, *const granted[] = {"open"};
static const guard_needs needs = {.runbook = "fuzz",
                                  .registry = registry,
                                  .registry_count = 1,
                                  .updates = updates,
                                  .update_count = 1,
                                  .modules = granted,
                                  .module_count = 1};

/* Two modules of an embedding program; one of them was not asked for. */
static int open_module(void *data, tlsmend_call *call, tlsmend_error *error) {
  (void)data;
  const char *text = NULL;
  int code = tlsmend_call_text(call, 1, &text, NULL, error);
  return code == TLSMEND_OK ? tlsmend_call_answer_text(call, text, error) : code;
}

static int hidden_module(void *data, tlsmend_call *call, tlsmend_error *error) {
  (void)data;
  (void)call;
  (void)error;
  fuzz_broken(__FILE__, __LINE__, "a module was called that was not granted");
  return TLSMEND_OK;
}

static const tlsmend_module_function open_functions[] = {{"echo", open_module}, {NULL, NULL}};
static const tlsmend_module_function hidden_functions[] = {{"echo", hidden_module}, {NULL, NULL}};
static const tlsmend_module open_one = {TLSMEND_MODULE_VERSION, "open", open_functions, NULL, 0};
static const tlsmend_module hidden_one = {TLSMEND_MODULE_VERSION, "hidden", hidden_functions, NULL, 0};
static const tlsmend_module *const modules[] = {&open_one, &hidden_one, NULL};

/* The worker: what is left of its bytes. What it is sent must be frames. */
typedef struct tape {
  const uint8_t *at, *end;
} tape;

static int tape_send(void *data, const void *bytes, size_t size, const os_worker_wait *wait,
                     tlsmend_error *error) {
  (void)data;
  (void)wait;
  (void)error;
  size_t said = 0;
  MUST(size >= FRAME_HEAD);
  frame_head(bytes, &said);
  MUST(said == size - FRAME_HEAD);
  return TLSMEND_OK;
}

static int tape_receive(void *data, void *bytes, size_t size, const os_worker_wait *wait,
                        tlsmend_error *error) {
  tape *self = data;
  (void)wait;
  if ((size_t)(self->end - self->at) < size)
    return tlsmend_error_set(error, TLSMEND_E_FAILED, "ended with exit code 0");
  memcpy(bytes, self->at, size);
  self->at += size;
  return TLSMEND_OK;
}

static bool tape_waits(void *data) { return (void)data, true; }

static void tape_allow(void *data, unsigned long long seconds) {
  (void)data;
  (void)seconds;
}

static void tape_together(void *data, bool on) { (void)data, (void)on; }

static void tape_notes(void *data, os_wall *wall) {
  (void)data;
  (void)wall;
}

static void tape_end(void *data) { (void)data; }

static const worker_stream stream = {tape_send,     tape_receive, tape_waits, tape_allow,
                                     tape_together, tape_notes,   tape_end};

/* Texts that mean something to one question or another. */
static const char *const texts[] = {SITE,      SITE "\\Deep", "HKLM\\SAM",   SITE "\\..\\Else", "V",
                                    "",        "KB3140245",   "KB1",         "open.echo",       "hidden.echo",
                                    "/etc",    "a\\..\\b",    "System32\\a", "localhost",       "why",
                                    "\xff\xfe"};

static uint8_t next(tape *self) { return self->at < self->end ? *self->at++ : 0; }

static void add_value(frame *out, tape *from) {
  char bytes[256];
  size_t size;
  switch (next(from) % 7) {
  case 0:
    frame_add_nil(out);
    return;
  case 1:
    frame_add_boolean(out, next(from) & 1);
    return;
  case 2:
    frame_add_integer(out, next(from) % 12);
    return;
  case 3:
    frame_add_integer(out, INT64_MIN + next(from));
    return;
  case 4:
    for (size = next(from), memset(bytes, 0, sizeof bytes); size > 0 && from->at < from->end; size--)
      bytes[size] = (char)next(from);
    frame_add_bytes(out, bytes, sizeof bytes / 2);
    return;
  default:
    frame_add_text(out, texts[next(from) % (sizeof texts / sizeof texts[0])]);
  }
}

/* A script: a byte for the kind, one for the question, its name, one for how many values follow. free() */
static uint8_t *frames_of(tape from, size_t *size) {
  uint8_t *bytes = malloc(1);
  frame one = {0};
  *size = 0;
  while (from.at < from.end) {
    bool asks = next(&from) % 8 != 0;
    frame_begin(&one, asks ? FRAME_ASK : FRAME_RESULT);
    frame_add_integer(&one, asks ? next(&from) % (PRIMITIVE_COUNT + 1) : -(next(&from) % 20));
    if (asks)
      add_value(&one, &from);
    for (unsigned count = next(&from) % 9; count > 0; count--)
      add_value(&one, &from);
    MUST(frame_end(&one));
    bytes = realloc(bytes, *size + one.size);
    MUST(bytes);
    memcpy(bytes + *size, one.bytes, one.size);
    *size += one.size;
  }
  frame_clear(&one);
  return bytes;
}

static void judge_plan(const tlsmend_plan *plan) {
  for (size_t i = 0; i < plan->change_count; i++) {
    const tlsmend_change *change = &plan->changes[i];
    MUST(change->kind != TLSMEND_CHANGE_REBOOT);
    if (change->kind != TLSMEND_CHANGE_UPDATE_INSTALL)
      MUST(path_within(change->key, SITE) ||
           (change->kind == TLSMEND_CHANGE_KEY_CREATE && path_within(SITE, change->key)));
  }
}

static int note(void *data, const char *text, tlsmend_error *error) {
  return plan_lines_add(&((tlsmend_plan *)data)->unknowns, text, error);
}

/* One thing is asked of it, as for a text that is loading, running or verifying. */
static void ask(tape *from, unsigned how, tlsmend_machine *machine, const script_sink *sink) {
  static const unsigned long long limit[TLSMEND_LIMIT_COUNT] = {
      [TLSMEND_LIMIT_MEMORY] = 4 << 20, [TLSMEND_LIMIT_READS] = 500, [TLSMEND_LIMIT_CHANGES] = 50};
  script_options options = {.modules = modules};
  script_account account;
  script_host host;
  tlsmend_error error = {0};
  frame_reader result;
  bool broken = false;
  memcpy(options.limit, limit, sizeof limit);
  account_open(&account, limit);
  script_host_open(&host, &options, &account);
  script_ground ground = {how & LOADING ? NULL : machine, NULL, sink};
  MUST(script_host_begin(&host, &needs, &ground, &error) == TLSMEND_OK);
  host.verifying = how & VERIFYING;
  worker *worker = worker_new(&stream, from);
  MUST(worker);
  worker->greeted = how & GREETED;
  frame_begin(&worker->out, FRAME_CALL);
  worker_request request = {"fuzz.lua", &host, &account.stop};
  account_start(&account);
  int code = worker_ask(worker, &request, &result, &broken, &error);
  fuzz_judge(code, &error);
  MUST(account.exceeded == SANDBOX_WITHIN || code != TLSMEND_OK);
  MUST(account.exceeded != SANDBOX_REFUSED || code == account.refusal.code);
  MUST(code != TLSMEND_OK || !broken);
  worker_end(worker);
  script_host_close(&host);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  tlsmend_machine *machine = NULL, *overlay = NULL;
  tlsmend_error error = {0};
  backend_request request = {.argument = "fuzz", .text = fuzz_windows};
  if (!size)
    return 0;
  tlsmend_plan *plan = plan_new();
  unsigned how = data[0];
  tape from = {data + 1, data + size};
  uint8_t *frames = NULL;
  MUST(plan && sim_open(&request, &machine, &error) == TLSMEND_OK);
  MUST(overlay_open(machine, plan, &overlay, &error) == TLSMEND_OK);
  overlay_set_runbook(overlay, "fuzz");
  if (!(how & RAW)) {
    frames = frames_of(from, &size);
    from = (tape){frames, frames + size};
    how |= GREETED;
  }
  ask(&from, how, overlay, &(script_sink){note, note, plan});
  judge_plan(plan);
  free(frames);
  machine_close(overlay);
  tlsmend_plan_free(plan);
  machine_close(machine);
  return 0;
}
