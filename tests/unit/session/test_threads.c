/*
 * Sessions are independent of each other: threads plan, apply and roll back at once, each on a machine of its own, and each ends in
 * the bytes that it began with. docs/PROOFS.md says how to run this under ThreadSanitizer, which sees what luck hides here.
 */
#include "unit/engine.h"

#include <tlsmend/tlsmend.h>

#include "machine/update/package.h"

#ifdef _WIN32
#include <windows.h>
typedef HANDLE thread;
#else
#include <pthread.h>
typedef pthread_t thread;
#endif

enum { THREADS = 4, ROUNDS = 4 };

typedef struct job {
  char spec[300], file[300];
  size_t done, changed;
  tlsmend_error error;
} job;

static int plan_here(tlsmend_session *session, tlsmend_plan **plan, tlsmend_error *error) {
  const char *runbooks[] = {"m365-prepare-tls12", "schannel-tls12"};
  return tlsmend_plan_make(session, runbooks, 2, NULL, 0, plan, error);
}

/* Plans; with `change` applies that and takes it back. */
static int visit(job *self, bool change, tlsmend_session *session, tlsmend_plan **plan,
                 tlsmend_report **report) {
  int code = plan_here(session, plan, &self->error);
  if (code == TLSMEND_OK && change)
    code = tlsmend_apply(session, *plan, report, &self->error);
  if (code == TLSMEND_OK && change) {
    self->changed += tlsmend_report_result(*report) == TLSMEND_RESULT_DONE;
    tlsmend_report_free(*report);
    *report = NULL;
    code = tlsmend_rollback(session, NULL, 0, report, &self->error);
  }
  return code;
}

static int visit_session(job *self, bool change) {
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  tlsmend_session *session = NULL;
  tlsmend_plan *plan = NULL;
  tlsmend_report *report = NULL;
  options.machine = self->spec;
  options.reboot = TLSMEND_REBOOT_NEVER;
  int code = tlsmend_session_open(&options, &session, &self->error);
  if (code == TLSMEND_OK)
    code = visit(self, change, session, &plan, &report);
  tlsmend_report_free(report);
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
  return code;
}

static void work(job *self) {
  for (size_t round = 0; round < ROUNDS; round++)
    if (visit_session(self, false) == TLSMEND_OK && visit_session(self, true) == TLSMEND_OK)
      self->done++;
}

#ifdef _WIN32
static DWORD WINAPI begin(void *data) {
  work(data);
  return 0;
}
static bool thread_start(thread *self, job *job) {
  return (*self = CreateThread(NULL, 0, begin, job, 0, NULL));
}
static void thread_join(thread self) {
  WaitForSingleObject(self, INFINITE);
  CloseHandle(self);
}
#else
static void *begin(void *data) {
  work(data);
  return NULL;
}
static bool thread_start(thread *self, job *job) { return pthread_create(self, NULL, begin, job) == 0; }
static void thread_join(thread self) { pthread_join(self, NULL); }
#endif

/* A snapshot of the job's own. */
static void prepare(job *self, size_t number) {
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  tlsmend_session *session = NULL;
  char name[32];
  snprintf(name, sizeof name, "%zu.reg", number);
  char *path = engine_path(name);
  snprintf(self->file, sizeof self->file, "%s", path);
  snprintf(self->spec, sizeof self->spec, "sim:%s", path);
  free(path);
  options.machine = "sim:win7-sp1-x64+KB3140245";
  MUST(tlsmend_session_open(&options, &session, &error));
  MUST(tlsmend_snapshot(session, self->file, &error));
  tlsmend_session_close(session);
}

static void threads(void **state) {
  (void)state;
  job jobs[THREADS] = {0};
  thread started[THREADS];
  char before[THREADS][65], after[65];
  for (size_t i = 0; i < THREADS; i++) {
    prepare(&jobs[i], i);
    MUST(package_sha256(jobs[i].file, before[i], &error));
  }
  for (size_t i = 0; i < THREADS; i++)
    assert_true(thread_start(&started[i], &jobs[i]));
  for (size_t i = 0; i < THREADS; i++)
    thread_join(started[i]);
  for (size_t i = 0; i < THREADS; i++) {
    if (jobs[i].done != ROUNDS || jobs[i].changed != ROUNDS)
      fail_msg("%s: %zu of %d rounds: %s", jobs[i].file, jobs[i].done, ROUNDS, jobs[i].error.text);
    MUST(package_sha256(jobs[i].file, after, &error));
    assert_string_equal(after, before[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {ENGINE_TEST(threads)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
