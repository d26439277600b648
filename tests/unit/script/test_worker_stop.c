/* A run that is stopped while its worker is still being sent to: what reaches it are whole frames all the same. And one that does not
 * stop asking. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "os/os.h"
#include "script/primitives/host.h"
#include "script/primitives/primitives.h"
#include "script/worker/worker.h"

static unsigned char sent[1 << 16];
static size_t sent_size;

static void put(const void *bytes, size_t size) {
  assert_true(size <= sizeof sent - sent_size);
  memcpy(sent + sent_size, bytes, size);
  sent_size += size;
}

/* The pipe is full after three bytes; the caller's other business comes in between. */
static int slow_send(void *data, const void *bytes, size_t size, const os_worker_wait *wait,
                     tlsmend_error *error) {
  size_t first = size < 3 ? size : 3;
  (void)data, (void)error;
  put(bytes, first);
  if (wait->idle)
    wait->idle(wait->data);
  put((const char *)bytes + first, size - first);
  return TLSMEND_OK;
}

/* It never answers: the caller's business comes again, then its time is over. */
static int no_answer(void *data, void *bytes, size_t size, const os_worker_wait *wait, tlsmend_error *error) {
  (void)data, (void)bytes, (void)size;
  if (wait->idle)
    wait->idle(wait->data);
  assert_true(wait->deadline <= os_clock() + 1000);
  return tlsmend_error_set(error, TLSMEND_E_LIMIT, "gave no answer in its time");
}

static bool waits(void *data) { return (void)data, true; }
static void allow(void *data, unsigned long long seconds) { (void)data, (void)seconds; }
static void together(void *data, bool on) { (void)data, (void)on; }

static void notes(void *data, os_wall *wall) { (void)data, (void)wall; }
static void end(void *data) { (void)data; }

static const worker_stream stream = {slow_send, no_answer, waits, allow, together, notes, end};

static void test_whole_frames(void **state) {
  script_options options = {0};
  script_account account;
  script_host host;
  frame_reader result;
  bool broken;
  tlsmend_error error;
  (void)state;
  account_open(&account, NULL);
  script_host_open(&host, &options, &account);
  worker *worker = worker_new(&stream, NULL);
  worker->greeted = true;
  worker_request request = {"site.lua", &host, &account.stop};
  account.stop = 1;
  frame_begin(&worker->out, FRAME_CALL);
  frame_add_text(&worker->out, "what is to be done");
  assert_int_equal(worker_ask(worker, &request, &result, &broken, &error), TLSMEND_E_LIMIT);
  assert_true(broken);
  size_t size;
  assert_int_equal(frame_head(sent, &size), FRAME_CALL);
  assert_true(FRAME_HEAD + size + FRAME_HEAD == sent_size);
  assert_int_equal(frame_head(sent + FRAME_HEAD + size, &size), FRAME_STOP);
  worker_end(worker);
  script_host_close(&host);
}

/* It asks for the same again and again, whatever it is answered. */
static size_t questions;

static int ask_on(void *data, void *bytes, size_t size, const os_worker_wait *wait, tlsmend_error *error) {
  static frame question;
  static size_t given;
  (void)data;
  if (os_clock() >= wait->deadline)
    return tlsmend_error_set(error, TLSMEND_E_LIMIT, "gave no answer in its time");
  if (given == 0) {
    questions++;
    frame_begin(&question, FRAME_ASK);
    frame_add_integer(&question, PRIMITIVE_LOG);
    frame_add_nil(&question);
    assert_true(frame_end(&question));
  }
  memcpy(bytes, question.bytes + given, size);
  given = given + size == question.size ? 0 : given + size;
  return TLSMEND_OK;
}

static int take_all(void *data, const void *bytes, size_t size, const os_worker_wait *wait,
                    tlsmend_error *error) {
  return (void)data, (void)bytes, (void)size, (void)wait, (void)error, TLSMEND_OK;
}

/* One whose run the host has ended is not listened to until its time is over. */
static void test_asks_on(void **state) {
  static const worker_stream asking = {take_all, ask_on, waits, allow, together, notes, end};
  script_options options = {0};
  script_account account;
  script_host host;
  frame_reader result;
  bool broken;
  tlsmend_error error;
  (void)state;
  account_open(&account, (const unsigned long long[TLSMEND_LIMIT_COUNT]){[TLSMEND_LIMIT_TIME] = 1});
  script_host_open(&host, &options, &account);
  worker *worker = worker_new(&asking, NULL);
  worker->greeted = true;
  account.exceeded = SANDBOX_REFUSED;
  tlsmend_error_set(&account.refusal, TLSMEND_E_REFUSED, "what it may not");
  frame_begin(&worker->out, FRAME_CALL);
  assert_int_equal(worker_ask(worker, &(worker_request){"site.lua", &host, NULL}, &result, &broken, &error),
                   TLSMEND_E_REFUSED);
  assert_true(broken && strstr(error.text, "what it may not"));
  assert_true(questions < 2000);
  worker_end(worker);
  script_host_close(&host);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_whole_frames), cmocka_unit_test(test_asks_on)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
