/*
 * What a worker does. It believes its parent, and can ask it for what a text may ask of its host; everything else is behind a wall that
 * stands before the first byte is read.
 */
#include "script/worker/child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "base/error.h"
#include "os/worker.h"
#include "script/primitives/remote.h"
#include "script/runbook.h"
#include "script/host_lua.h"
#include "script/script.h"
#include "script/worker/ground.h"
#include "script/worker/opening.h"

typedef struct child {
  frame in, out;
  frame opened; /* the last text that was sent, and what the opening borrows from */
  opening opening;
  script_options options;
  script_remote remote;
  script_runbook *runbook;
  script_tool *tool;
  ground_machine machine; /* of the tool */
  char title[64];         /* of its changes */
} child;

static _Noreturn void leave(void) { os_wall_exit(0); }

static void send(frame *out) {
  if (!frame_end(out) || !os_wall_send(out->bytes, out->size))
    os_wall_exit(1);
}

/* Receives one frame. The parent has gone: so does this process. */
static frame_kind receive(frame *in) {
  unsigned char head[FRAME_HEAD];
  size_t size;
  if (!os_wall_receive(head, sizeof head))
    leave();
  frame_kind kind = frame_head(head, &size);
  size_t needed = size + sizeof head;
  if (in->room < needed || (in->room > FRAME_KEPT && needed <= FRAME_KEPT)) {
    unsigned char *moved = realloc(in->bytes, needed);
    if (!moved)
      os_wall_exit(1);
    in->bytes = moved;
    in->room = needed;
  }
  memcpy(in->bytes, head, sizeof head);
  in->size = needed;
  if ((size > 0 && !os_wall_receive(in->bytes + sizeof head, size)) || !frame_read(in))
    os_wall_exit(1);
  return kind;
}

static int take_answer(tlsmend_call *call, const call_value *value, tlsmend_error *error) {
  switch (value->type) {
  case TLSMEND_TYPE_BOOLEAN:
    return tlsmend_call_answer_boolean(call, value->number != 0, error);
  case TLSMEND_TYPE_INTEGER:
    return tlsmend_call_answer_integer(call, value->number, error);
  case TLSMEND_TYPE_TEXT:
    return tlsmend_call_answer_bytes(call, value->text, value->size, error);
  case TLSMEND_TYPE_NIL:
  case TLSMEND_TYPE_OTHER:
    break;
  }
  return tlsmend_call_answer_nil(call, error);
}

static int take_answers(tlsmend_call *call, const frame_reader *answers, tlsmend_error *error) {
  int code = TLSMEND_OK;
  call->most_bytes = UINT64_MAX; /* counted where they were made */
  for (const call_value *at = answers->at; code == TLSMEND_OK && at < answers->end; at++)
    code = take_answer(call, at, error);
  return code;
}

/* Asks the parent, and waits for its answer. */
static int ask(void *data, primitive_id id, tlsmend_call *call, int *exceeded, tlsmend_error *error) {
  child *self = data;
  frame_begin(&self->out, FRAME_ASK);
  frame_add_integer(&self->out, id);
  frame_add_text(&self->out, id == PRIMITIVE_MODULE ? call->name : NULL);
  for (size_t i = 0; i < call->arg_count; i++)
    frame_add(&self->out, call->args[i]);
  send(&self->out);
  frame_kind kind;
  while ((kind = receive(&self->in)) == FRAME_STOP)
    *exceeded = SANDBOX_STOPPED;
  frame_reader answer = frame_values(&self->in);
  int code = (int)frame_take_integer(&answer, INT32_MIN, TLSMEND_OK);
  const char *text = frame_take_optional(&answer);
  int ended = (int)frame_take_integer(&answer, 0, INT32_MAX);
  if (kind != FRAME_ANSWER || answer.failed)
    os_wall_exit(1);
  *exceeded = *exceeded == SANDBOX_STOPPED ? SANDBOX_STOPPED : ended;
  if (code == TLSMEND_OK && *exceeded == SANDBOX_WITHIN)
    return take_answers(call, &answer, error);
  return tlsmend_error_set(error, code ? code : TLSMEND_E_LIMIT, "%s", text ? text : "stopped");
}

/* Whether the parent wants the call that is running to end. */
static bool is_stopped(void *data) {
  child *self = data;
  return os_wall_waiting() && receive(&self->in) == FRAME_STOP;
}

static void result_begin(child *self, int code, const tlsmend_error *error) {
  frame_begin(&self->out, FRAME_RESULT);
  frame_add_integer(&self->out, code);
  frame_add_text(&self->out, code == TLSMEND_OK ? NULL : error->text);
}

static void add_json(frame *out, const json_t *json) {
  char *text = json_dumps(json ? json : json_null(), JSON_COMPACT | JSON_ENCODE_ANY);
  if (!text)
    os_wall_exit(1);
  frame_add_text(out, text);
  free(text);
}

static json_t *read_json(const char *text) {
  return text ? json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL) : NULL;
}

static void close_text(child *self) {
  script_close(self->runbook);
  script_tool_close(self->tool);
  self->runbook = NULL;
  self->tool = NULL;
}

/* Takes the frame over, unless it says that the last one counts once more. */
static int take_opening(child *self, tlsmend_error *error) {
  close_text(self);
  if (self->in.count) {
    frame swap = self->opened;
    opening_clear(&self->opening);
    self->opened = self->in;
    self->in = swap;
    int code = opening_read(&self->opened, &self->opening, error);
    if (code != TLSMEND_OK)
      return code;
  }
  self->options = self->opening.options;
  self->options.remote = &self->remote;
  return TLSMEND_OK;
}

static void open_runbook(child *self) {
  tlsmend_error error = {0, ""};
  int code = script_open(&self->options, self->opening.name, &self->runbook, &error);
  result_begin(self, code, &error);
  if (code == TLSMEND_OK) {
    json_t *header = header_declared_to_json(script_header(self->runbook));
    add_json(&self->out, header);
    frame_add_boolean(&self->out, self->runbook->context->overridden);
    json_decref(header);
  }
}

static void open_data(child *self) {
  tlsmend_error error = {0, ""};
  json_t *found = NULL;
  int code =
      script_data(&self->options, self->opening.name, self->opening.text, self->opening.size, &found, &error);
  result_begin(self, code, &error);
  if (code == TLSMEND_OK)
    add_json(&self->out, found);
  json_decref(found);
}

static void open_text(child *self) {
  tlsmend_error error = {0, ""};
  int code = take_opening(self, &error);
  if (code != TLSMEND_OK)
    result_begin(self, code, &error);
  else if (self->opening.kind == OPENING_RUNBOOK)
    open_runbook(self);
  else if (self->opening.kind == OPENING_DATA)
    open_data(self);
  else
    result_begin(self, TLSMEND_OK, NULL); /* a tool wants a machine first */
  send(&self->out);
}

static void call_runbook(child *self) {
  tlsmend_error error = {0, ""};
  run_answer answer = {0};
  ground_machine machine;
  frame_reader in = frame_values(&self->in);
  run_kind kind = (run_kind)frame_take_integer(&in, RUN_PLAN, RUN_WATCH);
  json_t *values = read_json(frame_take_optional(&in));
  script_ground ground = {.machine = ground_read(&in, &machine)};
  int code = frame_taken(&in) && declared_values_from_json(&self->runbook->declared, values)
                 ? script_call(self->runbook, kind, &ground, &answer, &error)
                 : tlsmend_error_set(&error, TLSMEND_E_CORRUPT, "the worker cannot read what it is to call");
  json_decref(values);
  result_begin(self, code, &error);
  if (code == TLSMEND_OK) {
    frame_add_boolean(&self->out, answer.yes);
    frame_add_boolean(&self->out, answer.absent);
    frame_add_text(&self->out, answer.reason);
    if (kind == RUN_WATCH)
      add_json(&self->out, answer.seen);
  }
  run_answer_clear(&answer);
  send(&self->out);
}

static void call_tool(child *self) {
  tlsmend_error error = {0, ""};
  json_t *found = NULL;
  frame_reader in = frame_values(&self->in);
  script_tool_call call = {.module = frame_take_text(&in), .function = frame_take_text(&in)};
  const char *chunk = frame_take_optional(&in), *title = frame_take_optional(&in);
  bool renew = frame_take_boolean(&in);
  json_t *argument = read_json(frame_take_optional(&in));
  tlsmend_machine *machine = self->tool ? NULL : ground_read(&in, &self->machine);
  int code = TLSMEND_OK;
  call.argument = argument;
  if (!self->tool)
    code = script_tool_open(&self->options, machine, &self->tool, &error);
  snprintf(self->title, sizeof self->title, "%s", title ? title : "");
  if (code == TLSMEND_OK && chunk)
    script_tool_report(self->tool, &(script_sink){0}, chunk, self->title);
  if (code == TLSMEND_OK && renew)
    script_tool_renew(self->tool);
  if (code == TLSMEND_OK)
    code = script_tool_run(self->tool, &call, &found, &error);
  json_decref(argument);
  result_begin(self, code, &error);
  if (code == TLSMEND_OK)
    add_json(&self->out, found);
  json_decref(found);
  send(&self->out);
}

static void greet(child *self, unsigned long long memory) {
  os_wall wall = {0};
  tlsmend_error error = {0, ""};
  int code = os_wall_raise(memory, &wall, &error);
  frame_begin(&self->out, FRAME_HELLO);
  frame_add_text(&self->out, WORKER_VERSION);
  frame_add_text(&self->out, code == TLSMEND_OK ? NULL : error.text);
  for (size_t i = 0; i < wall.count; i++)
    frame_add_text(&self->out, wall.lines[i]);
  send(&self->out);
  if (code != TLSMEND_OK)
    leave();
}

/* What draws random numbers or opens files when it is used first is used before the wall stands. */
static void get_ready(child *self, void (*extra)(lua_State *L)) {
  json_object_seed(0);
  self->remote = (script_remote){ask, is_stopped, self, extra};
  if (sodium_init() < 0)
    os_wall_exit(1);
}

void script_worker_run(unsigned long long memory, void (*extra)(lua_State *L)) {
  child self = {0};
  get_ready(&self, extra);
  greet(&self, memory);
  for (;;) {
    frame_kind kind = receive(&self.in);
    if (kind == FRAME_OPEN)
      open_text(&self);
    else if (kind == FRAME_CALL && self.runbook)
      call_runbook(&self);
    else if (kind == FRAME_CALL)
      call_tool(&self);
    else if (kind == FRAME_CLOSE)
      close_text(&self);
    else if (kind != FRAME_STOP) /* one that has come too late */
      os_wall_exit(1);
  }
}
