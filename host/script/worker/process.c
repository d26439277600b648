/* Workers that are processes. */
#include <limits.h>
#include <stdlib.h>

#include "base/error.h"
#include "os/os.h"
#include "script/worker/program.h"
#include "script/worker/worker.h"

static int process_send(void *data, const void *bytes, size_t size, const os_worker_wait *wait,
                        tlsmend_error *error) {
  return os_worker_send(data, bytes, size, wait, error);
}

static int process_receive(void *data, void *bytes, size_t size, const os_worker_wait *wait,
                           tlsmend_error *error) {
  return os_worker_receive(data, bytes, size, wait, error);
}

static bool process_waits(void *data) { return os_worker_waits(data); }

static void process_allow(void *data, unsigned long long seconds) { os_worker_allow(data, seconds); }

static void process_together(void *data, bool on) { os_worker_together(data, on); }

static void process_notes(void *data, os_wall *wall) { os_worker_notes(data, wall); }

static void process_end(void *data) { os_worker_end(data); }

static const worker_stream process = {process_send,     process_receive, process_waits, process_allow,
                                      process_together, process_notes,   process_end};

int worker_start(const script_options *options, size_t size, worker **out, tlsmend_error *error) {
  unsigned long long memory = options->limit[TLSMEND_LIMIT_MEMORY];
  char *program = NULL;
  os_worker *started = NULL;
  *out = NULL;
  int code = script_worker_program(options, &program, error);
  os_worker_terms terms = {program, memory < ULLONG_MAX - size ? memory + size : ULLONG_MAX};
  if (code == TLSMEND_OK)
    code = os_worker_start(&terms, &started, error);
  if (code == TLSMEND_OK && !(*out = worker_new(&process, started))) {
    os_worker_end(started);
    code = error_no_memory(error);
  }
  if (code == TLSMEND_OK)
    (*out)->program = os_path_real(program);
  free(program);
  return code;
}
