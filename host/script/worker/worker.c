/* A worker as its parent has it: greeted, asked, served, and not believed. */
#include "script/worker/worker.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/unicode.h"
#include "os/os.h"
#include "script/primitives/primitives.h"

/* A frame may hold as much as a text may, and this. Time beyond the limit lets the worker end by itself, with the line that it was at. */
enum { FRAME_EXTRA = 8 << 20, GRACE = 2000, STOPPING = 1000, TO_BEGIN = 20, BEYOND_MOST = 1000 };

worker *worker_new(const worker_stream *stream, void *data) {
  worker *self = calloc(1, sizeof *self);
  if (self) {
    self->stream = stream;
    self->data = data;
  }
  return self;
}

void worker_end(worker *self) {
  if (!self)
    return;
  self->stream->end(self->data);
  frame_clear(&self->out);
  frame_clear(&self->in);
  free(self->program);
  free(self);
}

/* One conversation: until when it may last, and who is asked. */
typedef struct talk {
  worker *worker;
  const worker_request *request;
  os_worker_wait wait;
  bool sending, stopped;
  unsigned beyond; /* questions after the host has ended the run */
  tlsmend_error *error;
} talk;

/* While nothing comes: whether somebody wants it to stop. The worker ends its call by itself, or the deadline does. */
static void look_up(void *data) {
  talk *self = data;
  frame stop = {0};
  if (self->stopped || !self->request->stop || !*self->request->stop)
    return;
  if (self->wait.deadline > os_clock() + STOPPING)
    self->wait.deadline = os_clock() + STOPPING;
  if (self->sending) /* not into the middle of a frame */
    return;
  self->stopped = true;
  frame_begin(&stop, FRAME_STOP);
  if (frame_end(&stop))
    self->worker->stream->send(self->worker->data, stop.bytes, stop.size,
                               &(os_worker_wait){os_clock() + STOPPING, NULL, NULL}, NULL);
  frame_clear(&stop);
}

static unsigned long long seconds_of(const worker_request *request) {
  enum { LONGEST = 1 << 30 };
  unsigned long long seconds = request->host->account->limit[TLSMEND_LIMIT_TIME];
  return seconds < LONGEST ? seconds : LONGEST;
}

static talk talk_begin(worker *self, const worker_request *request, tlsmend_error *error) {
  unsigned long long seconds = seconds_of(request);
  self->stream->allow(self->data, seconds + 2);
  return (talk){.worker = self,
                .request = request,
                .wait = {.deadline = os_clock() + seconds * 1000 + GRACE},
                .error = error};
}

/* Before it has greeted, it is no fault of a text. */
static int no_worker(const talk *self, const char *what) {
  const char *program = self->worker->program;
  return tlsmend_error_set(self->error, TLSMEND_E_UNSUPPORTED,
                           "%s cannot run runbooks apart: its main must begin with tlsmend_worker, and its "
                           "libraries be found without an environment (it %s)",
                           program ? program : "the program", what);
}

/* It cannot be gone on with. What the system says of its end stands in the error already. */
static int died(const talk *self, int code) {
  tlsmend_error why = *self->error;
  bool limit = code == TLSMEND_E_LIMIT;
  if (!self->worker->greeted)
    return no_worker(self, why.text);
  return tlsmend_error_set(self->error, limit ? TLSMEND_E_LIMIT : TLSMEND_E_SCRIPT,
                           "%s: the process that ran it %s%s", self->request->file, why.text,
                           limit ? "; --limit-time and --limit-memory raise the limits" : "");
}

static int lied(const talk *self, const char *what) {
  if (!self->worker->greeted)
    return no_worker(self, "said something else");
  return tlsmend_error_set(self->error, TLSMEND_E_SCRIPT,
                           "%s: the process that ran it said what it may not (%s), and was ended",
                           self->request->file, what);
}

static int send(talk *self) {
  frame *out = &self->worker->out;
  if (!frame_end(out))
    return error_no_memory(self->error);
  self->sending = true;
  int code = self->worker->stream->send(self->worker->data, out->bytes, out->size, &self->wait, self->error);
  self->sending = false;
  return code == TLSMEND_OK ? code : died(self, code);
}

/* Receives the rest of a frame. Memory is asked for as it comes, not as it is promised. */
static int receive_rest(const talk *self, frame *in, size_t size) {
  enum { PIECE = 1 << 16 };
  while (size > 0) {
    size_t piece = size < PIECE ? size : PIECE;
    if (in->room - in->size < piece) {
      size_t room = (in->size + piece) * 2;
      unsigned char *moved = realloc(in->bytes, room);
      if (!moved)
        return error_no_memory(self->error);
      in->bytes = moved;
      in->room = room;
    }
    int code = self->worker->stream->receive(self->worker->data, in->bytes + in->size, piece, &self->wait,
                                             self->error);
    if (code != TLSMEND_OK)
      return died(self, code);
    in->size += piece;
    size -= piece;
  }
  return TLSMEND_OK;
}

static int receive(const talk *self, frame_kind *kind) {
  frame *in = &self->worker->in;
  unsigned long long most = self->request->host->account->limit[TLSMEND_LIMIT_MEMORY];
  size_t size;
  in->size = 0;
  int code = receive_rest(self, in, FRAME_HEAD);
  if (code != TLSMEND_OK)
    return code;
  *kind = frame_head(in->bytes, &size);
  if (size > FRAME_EXTRA && size - FRAME_EXTRA > most)
    return lied(self, "a frame that is too large");
  code = receive_rest(self, in, size);
  if (code == TLSMEND_OK && !frame_read(in))
    code = lied(self, "a frame that is none");
  return code;
}

int worker_greet(worker *self, const worker_request *request, tlsmend_error *error) {
  frame_kind kind;
  talk talk = talk_begin(self, request, error);
  talk.wait.deadline = os_clock() + TO_BEGIN * 1000;
  int code = receive(&talk, &kind);
  if (code != TLSMEND_OK)
    return code;
  frame_reader hello = frame_values(&self->in);
  const char *version = frame_take_text(&hello);
  if (kind != FRAME_HELLO || hello.failed)
    return lied(&talk, "no greeting");
  if (strcmp(version, WORKER_VERSION) != 0)
    return tlsmend_error_set(
        error, TLSMEND_E_UNSUPPORTED,
        "%s, which is to run runbooks apart, is of another version (%.40s, not %s): install the two together",
        self->program ? self->program : "the program", version, WORKER_VERSION);
  const char *missing = frame_take_optional(&hello);
  if (missing) {
    tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED, "%s", missing);
    return error->text[0] ? TLSMEND_E_UNSUPPORTED : lied(&talk, "no greeting");
  }
  for (self->wall.count = 0; hello.at != hello.end && self->wall.count < 16; self->wall.count++)
    snprintf(self->wall.lines[self->wall.count], sizeof self->wall.lines[0], "%s", frame_take_text(&hello));
  self->greeted = frame_taken(&hello);
  self->stream->allow(self->data, seconds_of(request) + 2); /* the system has not let it be limited before */
  self->stream->notes(self->data, &self->wall);
  return self->greeted ? TLSMEND_OK : lied(&talk, "no greeting");
}

/* One question of the worker: it is asked here as a native in this process would ask it. */
static int serve(talk *self) {
  worker *worker = self->worker;
  frame_reader asked = frame_values(&worker->in);
  tlsmend_error inner = {0, ""};
  long long id = frame_take_integer(&asked, 0, PRIMITIVE_COUNT - 1);
  const char *name = frame_take_optional(&asked);
  if (asked.failed)
    return lied(self, "a question that is none");
  script_host *host = self->request->host;
  if (host->account->exceeded != SANDBOX_WITHIN && ++self->beyond > BEYOND_MOST)
    return lied(self, "questions after its end");
  tlsmend_call call = {.name = name, .args = asked.at, .arg_count = (size_t)(asked.end - asked.at)};
  int code = primitive_call(host, (primitive_id)id, &call, &inner);
  frame_begin(&worker->out, FRAME_ANSWER);
  frame_add_integer(&worker->out, code);
  frame_add_text(&worker->out, code == TLSMEND_OK ? NULL : inner.text);
  frame_add_integer(&worker->out, host->account->exceeded);
  for (size_t i = 1; code == TLSMEND_OK && i <= call.count; i++)
    frame_add(&worker->out, call_answer(&call, i));
  call_clear(&call);
  return send(self);
}

/* What a text may fail with. The other codes are those of a host that writes and judges, and would be lies. */
static int text_code(long long code) {
  static const int known[] = {TLSMEND_E_MEMORY, TLSMEND_E_USAGE,   TLSMEND_E_ABSENT,     TLSMEND_E_UNKNOWN,
                              TLSMEND_E_DENIED, TLSMEND_E_REFUSED, TLSMEND_E_IO,         TLSMEND_E_CORRUPT,
                              TLSMEND_E_LIMIT,  TLSMEND_E_FAILED,  TLSMEND_E_UNSUPPORTED};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (known[i] == code)
      return known[i];
  return TLSMEND_E_SCRIPT;
}

/* TLSMEND_OK, or that the host itself has refused something or passed a limit: in its own words, whatever the worker says of it or
 * does afterwards. */
static int host_ended(const talk *self, tlsmend_error *own) {
  char where[72];
  snprintf(where, sizeof where, "%.68s: ", self->request->file);
  return account_ended(self->request->host->account, where, own);
}

static int result_error(const talk *self, long long code, const char *text) {
  tlsmend_error own, bare;
  int ended = host_ended(self, &own);
  if (ended != TLSMEND_OK) {
    account_ended(self->request->host->account, "", &bare);
    size_t said = strlen(text), refused = strlen(bare.text);
    bool placed = code == ended && said >= refused && strcmp(text + said - refused, bare.text) == 0;
    return tlsmend_error_set(self->error, ended, "%s", placed ? text : own.text);
  }
  return code == TLSMEND_OK ? TLSMEND_OK : tlsmend_error_set(self->error, text_code(code), "%s", text);
}

/* It cannot be gone on with, for the reason that stands in the error. */
static int broken_error(const talk *self, int code) {
  tlsmend_error own;
  int ended = host_ended(self, &own);
  return ended == TLSMEND_OK ? code : tlsmend_error_set(self->error, ended, "%s", own.text);
}

int worker_ask(worker *self, const worker_request *request, frame_reader *result, bool *broken,
               tlsmend_error *error) {
  tlsmend_error unused;
  talk talk = talk_begin(self, request, error ? error : &unused);
  frame_kind kind = FRAME_ASK;
  talk.wait.idle = request->stop ? look_up : NULL;
  talk.wait.data = &talk;
  *broken = true;
  self->stream->together(self->data, true);
  int code = send(&talk);
  if (code == TLSMEND_OK && !self->greeted)
    code = worker_greet(self, request, talk.error);
  while (code == TLSMEND_OK && kind == FRAME_ASK) {
    code = receive(&talk, &kind);
    if (code == TLSMEND_OK && kind == FRAME_ASK)
      code = serve(&talk);
  }
  self->stream->together(self->data, false);
  if (code != TLSMEND_OK)
    return broken_error(&talk, code);
  *result = frame_values(&self->in);
  long long said = frame_take_integer(result, INT32_MIN, TLSMEND_OK);
  const char *text = frame_take_optional(result);
  if (kind != FRAME_RESULT || result->failed || (said != TLSMEND_OK && (!text || !text[0])))
    return broken_error(&talk, lied(&talk, "no result"));
  code = result_error(&talk, said, text ? text : "");
  if (code != TLSMEND_OK && !talk.error->text[0]) /* a text of nothing that is shown */
    return broken_error(&talk, lied(&talk, "no result"));
  *broken = false;
  return code;
}
