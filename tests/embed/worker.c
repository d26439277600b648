/*
 * A program outside the tree that opens a stranger's runbook, guest.lua, and prints all that it says, the plan, and the line of an error:
 *   worker WAY RUNBOOK.lua [MODE]
 * Each letter of WAY says how: i options.in_process; s this program is its own worker; t eight threads, a session each; c all three
 * standard streams are closed first; p SIGPIPE ends a process, and SIGCHLD is ignored; w options.worker is $TLSMEND_TEST_WORKER;
 * v prints what tlsmend_wall says of the program instead; b plans a built-in runbook instead. Nothing but the public headers.
 */
#define _POSIX_C_SOURCE 200809L
#include <tlsmend/module.h>

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 8 };

/* The module. */

static int same(void *data, tlsmend_call *call, tlsmend_error *error) {
  int code = TLSMEND_OK;
  (void)data;
  for (size_t i = 1; code == TLSMEND_OK && i <= tlsmend_call_count(call); i++) {
    int boolean;
    long long integer;
    const char *text;
    size_t size;
    switch (tlsmend_call_type(call, i)) {
    case TLSMEND_TYPE_NIL:
      code = tlsmend_call_answer_nil(call, error);
      break;
    case TLSMEND_TYPE_BOOLEAN:
      code = tlsmend_call_boolean(call, i, &boolean, error);
      if (code == TLSMEND_OK)
        code = tlsmend_call_answer_boolean(call, boolean, error);
      break;
    case TLSMEND_TYPE_INTEGER:
      code = tlsmend_call_integer(call, i, &integer, error);
      if (code == TLSMEND_OK)
        code = tlsmend_call_answer_integer(call, integer, error);
      break;
    case TLSMEND_TYPE_TEXT:
    case TLSMEND_TYPE_OTHER:
      code = tlsmend_call_text(call, i, &text, &size, error);
      if (code == TLSMEND_OK)
        code = tlsmend_call_answer_bytes(call, text, size, error);
      break;
    }
  }
  return code;
}

static int type_of(void *data, tlsmend_call *call, tlsmend_error *error) {
  (void)data;
  return tlsmend_call_answer_integer(call, tlsmend_call_type(call, 1), error);
}

static int fail(void *data, tlsmend_call *call, tlsmend_error *error) {
  const char *text = NULL;
  int code = tlsmend_call_text(call, 1, &text, NULL, error);
  (void)data;
  return code == TLSMEND_OK ? tlsmend_error_set(error, TLSMEND_E_FAILED, "%s", text) : code;
}

static int refuse(void *data, tlsmend_call *call, tlsmend_error *error) {
  (void)data;
  (void)call;
  return tlsmend_error_set(error, TLSMEND_E_REFUSED, "not today");
}

static int large(void *data, tlsmend_call *call, tlsmend_error *error) {
  long long size = 0;
  int code = tlsmend_call_integer(call, 1, &size, error);
  char *bytes = code == TLSMEND_OK ? (char *)malloc((size_t)size) : NULL;
  (void)data;
  if (bytes) {
    memset(bytes, 'x', (size_t)size);
    code = tlsmend_call_answer_bytes(call, bytes, (size_t)size, error);
  }
  free(bytes);
  return code;
}

static const tlsmend_module_function functions[] = {{"same", same},     {"type", type_of}, {"fail", fail},
                                                    {"refuse", refuse}, {"large", large},  {NULL, NULL}};
static const tlsmend_module echo = {TLSMEND_MODULE_VERSION, "echo", functions, NULL, 0};
static const tlsmend_module hidden = {TLSMEND_MODULE_VERSION, "hidden", functions, NULL, 0};
static const tlsmend_module *const modules[] = {&echo, &hidden, NULL};

/* One session, and what it said. */

typedef struct job {
  const char *way, *runbook, *mode;
  char *said;
  size_t size;
  FILE *out;
  pthread_t thread;
  bool elsewhere;
} job;

static void event(void *data, tlsmend_event event, const char *text) {
  job *self = (job *)data;
  if (event == TLSMEND_EVENT_LOG)
    fprintf(self->out, "%s\n", text);
  self->elsewhere = self->elsewhere || !pthread_equal(pthread_self(), self->thread);
}

static void describe(const tlsmend_options *options, FILE *out) {
  tlsmend_error error = {0, ""};
  char *text = NULL;
  int code = tlsmend_wall(options, TLSMEND_FORMAT_TEXT, &text, &error);
  const char *program = text ? strstr(text, "program: ") : NULL;
  if (code != TLSMEND_OK)
    fprintf(out, "%s: %s\n", tlsmend_error_name(code), error.text);
  else
    fprintf(out, "%.*s\n", program ? (int)strcspn(program, "\n") : 10, program ? program : "no program");
  tlsmend_text_free(text);
}

static void plan(job *self, const tlsmend_options *options) {
  tlsmend_error error = {0, ""};
  tlsmend_session *session = NULL;
  tlsmend_plan *plan = NULL;
  char param[64], *text = NULL;
  const char *params[] = {param}, *builtin = "winhttp-tls12";
  snprintf(param, sizeof param, "mode=%s", self->mode);
  bool own = !!strchr(self->way, 'b');
  int code = tlsmend_session_open(options, &session, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_plan_make(session, own ? &builtin : &self->runbook, 1, params, own ? 0 : 1, &plan, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_plan_render(plan, TLSMEND_FORMAT_TEXT, &text, &error);
  if (code == TLSMEND_OK)
    fputs(text, self->out);
  else
    fprintf(self->out, "%s: %s\n", tlsmend_error_name(code), error.text);
  tlsmend_text_free(text);
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
}

static void *run(void *data) {
  job *self = (job *)data;
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  self->thread = pthread_self();
  options.machine = "sim:win7-sp1-x64";
  options.modules = modules;
  options.event = event;
  options.event_data = self;
  options.in_process = !!strchr(self->way, 'i');
  if (strchr(self->way, 'w'))
    options.worker = getenv("TLSMEND_TEST_WORKER");
  self->out = open_memstream(&self->said, &self->size);
  if (strchr(self->way, 'v'))
    describe(&options, self->out);
  else
    plan(self, &options);
  if (self->elsewhere)
    fputs("a function of the program was called on another thread\n", self->out);
  fclose(self->out);
  return NULL;
}

/* All say the same, or this program ends with 1. */
static int run_all(job *jobs, int count) {
  int bad = 0;
  pthread_t threads[THREADS];
  for (int i = 1; i < count; i++)
    bad |= pthread_create(&threads[i], NULL, run, &jobs[i]) != 0;
  run(&jobs[0]);
  for (int i = 1; i < count; i++) {
    bad |= pthread_join(threads[i], NULL) != 0 || strcmp(jobs[i].said, jobs[0].said) != 0;
    free(jobs[i].said);
  }
  return bad;
}

int main(int argc, char **argv) {
  job jobs[THREADS];
  /* A worker is started without a WAY. */
  if (argc < 3 || strchr(argv[1], 's') || strncmp(argv[1], "--", 2) == 0)
    tlsmend_worker(argc, argv);
  if (argc < 3)
    return 64;
  memset(jobs, 0, sizeof jobs);
  for (int i = 0; i < THREADS; i++) {
    jobs[i].way = argv[1];
    jobs[i].runbook = argv[2];
    jobs[i].mode = argc > 3 ? argv[3] : "good";
  }
  signal(SIGPIPE, SIG_DFL);
  if (strchr(argv[1], 'p'))
    signal(SIGCHLD, SIG_IGN);
  int out = dup(1);
  for (int i = 0; strchr(argv[1], 'c') && i < 3; i++)
    close(i);
  int bad = run_all(jobs, strchr(argv[1], 't') ? THREADS : 1);
  for (size_t done = 0; done < jobs[0].size;) {
    ssize_t put = write(out, jobs[0].said + done, jobs[0].size - done);
    if (put <= 0)
      return 1;
    done += (size_t)put;
  }
  free(jobs[0].said);
  return bad;
}
