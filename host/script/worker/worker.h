/*
 * A worker as its parent has it: one thing is asked of it after another, and while it is at it, it asks for primitives, which are judged
 * and done here. Everything that it says is foreign: sizes, types and order are checked, and whatever is not as it should be ends it.
 */
#ifndef TLSMEND_SCRIPT_WORKER_WORKER_H
#define TLSMEND_SCRIPT_WORKER_WORKER_H

#include "os/worker.h"
#include "script/primitives/host.h"
#include "script/worker/frame.h"

/* Where its bytes come from and go to. Functions as os_worker_send and so on; the tests have others. */
typedef struct worker_stream {
  int (*send)(void *data, const void *bytes, size_t size, const os_worker_wait *wait, tlsmend_error *error);
  int (*receive)(void *data, void *bytes, size_t size, const os_worker_wait *wait, tlsmend_error *error);
  bool (*waits)(void *data);
  void (*allow)(void *data, unsigned long long seconds);
  void (*together)(void *data, bool on);
  void (*notes)(void *data, os_wall *wall);
  void (*end)(void *data);
} worker_stream;

typedef struct worker {
  const worker_stream *stream;
  void *data;
  char *program; /* for messages; NULL where it is none */
  frame out, in; /* `out` is written by whoever asks; `in` holds the last that came */
  bool greeted;
  os_wall wall;
  char text[65]; /* SHA-256 of what it was opened with, "" before */
} worker;

/* What is asked, beside the frame in `out`. */
typedef struct worker_request {
  const char *file;            /* the text's name in messages */
  script_host *host;           /* what the text is given; borrowed */
  volatile sig_atomic_t *stop; /* set by a signal: the call ends as at a limit. Or NULL */
} worker_request;

/* Starts a worker as the options say, with room for texts of `size` bytes. E_UNSUPPORTED, E_ABSENT: there is none, or no wall. */
int worker_start(const script_options *options, size_t size, worker **out, tlsmend_error *error);

/* A worker whose bytes come from elsewhere. NULL when out of memory. */
worker *worker_new(const worker_stream *stream, void *data);

/* Ends it. NULL is fine. */
void worker_end(worker *self);

/*
 * Sends what is in `out` and serves the worker until its result is there, whose values *result then has. An error is the text's, as the
 * worker tells it, or the host's own where it has refused something or a limit was passed; or E_SCRIPT and E_LIMIT if the worker
 * has died, lied or was silent: *broken says so, and it can only be ended then.
 */
int worker_ask(worker *self, const worker_request *request, frame_reader *result, bool *broken,
               tlsmend_error *error);

/* Receives its first frame: which program it is, and which wall it has. */
int worker_greet(worker *self, const worker_request *request, tlsmend_error *error);

#endif
