/* A text that is open in a worker, from the parent's side. */
#include "script/worker/remote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/unicode.h"
#include "script/declared/header_json.h"
#include "script/worker/ground.h"
#include "script/worker/pool.h"

/* Bytes of JSON that a worker may answer with: each can become many in memory. */
enum { JSON_MOST = 8 << 20 };

bool remote_wanted(const script_options *options) {
  return !options->remote && !options->in_process && (options->source || options->library || options->apart);
}

static worker_request request_of(remote_text *self) {
  return (worker_request){self->file, &self->host, &self->account.stop};
}

/* Asks for what stands in the worker's frame. */
static int ask(remote_text *self, frame_reader *result, tlsmend_error *error) {
  worker_request request = request_of(self);
  account_start(&self->account);
  int code = worker_ask(self->worker, &request, result, &self->broken, error);
  account_rest(&self->account);
  return code;
}

/* A worker that has gone before cannot be asked again: what it had is lost. */
static int usable(const remote_text *self, tlsmend_error *error) {
  return self->broken ? tlsmend_error_set(error, TLSMEND_E_SCRIPT,
                                          "%s: the process that ran it has ended before", self->file)
                      : TLSMEND_OK;
}

/* What is left of a result is wrong. It is the last that is asked of this worker. */
static int wrong(remote_text *self, tlsmend_error *error) {
  self->broken = true;
  return tlsmend_error_set(error, TLSMEND_E_SCRIPT,
                           "%s: the process that ran it gave a result that is none, and was ended",
                           self->file);
}

/* The worker has checked what it sends: a header that is not in order is no runbook's mistake. */
static int misdeclared(remote_text *self, const tlsmend_error *why, tlsmend_error *error) {
  if (why->code == TLSMEND_E_MEMORY)
    return error_no_memory(error);
  self->broken = true;
  return tlsmend_error_set(error, TLSMEND_E_SCRIPT,
                           "%s: the process that ran it declared what it may not (%s), and was ended",
                           self->file, why->text);
}

static int take_json(remote_text *self, frame_reader *result, json_t **out, tlsmend_error *error) {
  size_t size;
  const char *text = frame_take_bytes(result, &size);
  *out = NULL;
  if (!result->failed && size > JSON_MOST)
    return tlsmend_error_set(error, TLSMEND_E_LIMIT, "%s: its result is larger than %d bytes", self->file,
                             JSON_MOST);
  if (!result->failed)
    *out = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
  return *out ? TLSMEND_OK : wrong(self, error);
}

static bool add_json(frame *out, const json_t *json) {
  char *text = json ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
  if (json && !text)
    out->failed = true;
  frame_add_text(out, text);
  free(text);
  return !out->failed;
}

/* Gets a worker and opens the text in it. */
static int begin(remote_text *self, const opening *opening, frame_reader *result, tlsmend_error *error) {
  self->broken = true;
  int code = worker_pool_take(opening, &self->worker, error);
  if (code == TLSMEND_OK)
    code = ask(self, result, error);
  return code;
}

static int open_text(const opening *opening, const char *file, remote_text **out, frame_reader *result,
                     tlsmend_error *error) {
  remote_text *self = *out = calloc(1, sizeof *self);
  if (!self)
    return error_no_memory(error);
  self->options = opening->options;
  snprintf(self->file, sizeof self->file, "%s", file);
  account_open(&self->account, self->options.limit);
  script_host_open(&self->host, &self->options, &self->account);
  memcpy(self->options.limit, self->account.limit, sizeof self->options.limit);
  struct opening full = *opening;
  full.options = self->options;
  return begin(self, &full, result, error);
}

void remote_rest(remote_text *self) {
  if (!self->worker || self->broken || !worker_pool_crowded(self->options.workers))
    return;
  worker_pool_give(&self->options, self->worker, false);
  self->worker = NULL;
}

int remote_wake(remote_text *self, tlsmend_error *error) {
  opening opening = {.kind = OPENING_RUNBOOK, .name = self->name, .text = "", .options = self->options};
  tlsmend_event_fn log = self->options.log;
  frame_reader result;
  if (self->worker || self->broken)
    return TLSMEND_OK;
  self->options.log = NULL;
  int code = begin(self, &opening, &result, error);
  self->options.log = log;
  self->broken = code != TLSMEND_OK;
  return code;
}

void remote_close(remote_text *self) {
  if (!self)
    return;
  if (self->worker)
    worker_pool_give(&self->options, self->worker, self->broken);
  script_host_close(&self->host);
  free(self->name);
  free(self);
}

int remote_open_runbook(const script_options *options, const char *name, const char *file,
                        declared_runbook *declared, remote_text **out, tlsmend_error *error) {
  opening opening = {.kind = OPENING_RUNBOOK, .name = name, .text = "", .options = *options};
  frame_reader result;
  json_t *header = NULL;
  int code = open_text(&opening, file, out, &result, error);
  if (code == TLSMEND_OK)
    code = take_json(*out, &result, &header, error);
  if (code == TLSMEND_OK) {
    tlsmend_error inner = {0, ""};
    code = header_from_json(header, &declared->header, &inner);
    if (code != TLSMEND_OK)
      code = misdeclared(*out, &inner, error);
  }
  json_decref(header);
  if (code != TLSMEND_OK)
    return code;
  (*out)->overridden = frame_take_boolean(&result);
  if (!frame_taken(&result))
    return wrong(*out, error);
  (*out)->name = strdup(name);
  if (!(*out)->name || !declared_begin(declared, options->stand_in))
    return error_no_memory(error);
  remote_rest(*out);
  return TLSMEND_OK;
}

int remote_call(remote_text *self, const declared_runbook *declared, run_kind kind, run_answer *answer,
                tlsmend_error *error) {
  frame_reader result;
  *answer = (run_answer){0};
  int code = usable(self, error);
  if (code != TLSMEND_OK)
    return code;
  frame *out = &self->worker->out;
  json_t *values = declared_values_to_json(declared);
  frame_begin(out, FRAME_CALL);
  frame_add_integer(out, kind);
  out->failed = out->failed || !values;
  add_json(out, values);
  ground_write(self->host.system, out);
  json_decref(values);
  code = ask(self, &result, error);
  if (code != TLSMEND_OK)
    return code;
  answer->yes = frame_take_boolean(&result);
  answer->absent = frame_take_boolean(&result);
  const char *reason = frame_take_optional(&result);
  if (kind == RUN_WATCH)
    code = take_json(self, &result, &answer->seen, error);
  if (code == TLSMEND_OK && (!frame_taken(&result) || (reason && !unicode_valid(reason, strlen(reason)))))
    code = wrong(self, error);
  if (code == TLSMEND_OK && reason && !(answer->reason = strdup(reason)))
    code = error_no_memory(error);
  if (code != TLSMEND_OK)
    run_answer_clear(answer);
  return code;
}

int remote_data(const script_options *options, const char *name, const char *text, size_t size, json_t **out,
                tlsmend_error *error) {
  opening opening = {OPENING_DATA, name, text, size, .options = *options};
  remote_text *self = NULL;
  frame_reader result;
  *out = NULL;
  int code = open_text(&opening, name, &self, &result, error);
  if (code == TLSMEND_OK)
    code = take_json(self, &result, out, error);
  remote_close(self);
  return code;
}

int remote_open_tool(const script_options *options, remote_text **out, tlsmend_error *error) {
  opening opening = {.kind = OPENING_TOOL, .name = "tlsmend", .text = "", .options = *options};
  frame_reader result;
  opening.options.source = NULL; /* no file of a runbook is run here */
  int code = open_text(&opening, opening.name, out, &result, error);
  return code == TLSMEND_OK && !frame_taken(&result) ? wrong(*out, error) : code;
}

int remote_call_tool(remote_text *self, const remote_tool_call *call, json_t **out, tlsmend_error *error) {
  frame_reader result;
  frame *asked = &self->worker->out;
  *out = NULL;
  int code = usable(self, error);
  if (code != TLSMEND_OK)
    return code;
  frame_begin(asked, FRAME_CALL);
  frame_add_text(asked, call->module);
  frame_add_text(asked, call->function);
  frame_add_text(asked, call->chunk);
  frame_add_text(asked, call->title);
  frame_add_boolean(asked, call->renew);
  add_json(asked, call->argument);
  ground_write(self->host.system, asked);
  code = ask(self, &result, error);
  if (code == TLSMEND_OK)
    code = take_json(self, &result, out, error);
  return code;
}
