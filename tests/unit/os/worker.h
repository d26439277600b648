/*
 * Workers, whichever system they run on: the program of a test is its own worker, and does what the first bytes say that are sent to it. Part
 * of test_worker_posix and test_worker_win32, which have a main and an `obey` of their own.
 */
#ifndef TLSMEND_TESTS_UNIT_OS_WORKER_H
#define TLSMEND_TESTS_UNIT_OS_WORKER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tlsmend/tlsmend.h>

#include "os/os.h"
#include "os/worker.h"

enum { MEMORY = 32 << 20, LONGEST = 20000, SOON = 100 };

/* What the worker does: one byte, and a size that means something to most. */
typedef struct order {
  char what;
  uint32_t size;
} order;

/* In the worker. */

static os_wall wall;
static tlsmend_error wall_error;

static void echo(uint32_t size) {
  char *bytes = malloc(size);
  if (!bytes || !os_wall_receive(bytes, size) || !os_wall_send(bytes, size))
    os_wall_exit(8);
  free(bytes);
}

static void answer(uint32_t value) {
  if (!os_wall_send(&value, sizeof value))
    os_wall_exit(8);
}

/* Answers the order 'w'. */
static void answer_wall(void) {
  answer((uint32_t)wall.count);
  os_wall_send(wall.lines, wall.count * sizeof wall.lines[0]);
}

/* In the parent. */

static char *program;
static unsigned idles;

static void idle(void *data) { (void)data, idles++; }

static os_worker_wait within(uint64_t milliseconds) {
  return (os_worker_wait){.deadline = os_clock() + milliseconds, .idle = idle};
}

#define MUST(call)                                                                                           \
  do {                                                                                                       \
    tlsmend_error error = {0};                                                                               \
    int code_ = (call);                                                                                      \
    if (code_ != TLSMEND_OK)                                                                                 \
      fail_msg("%s: %s: %s", #call, tlsmend_error_name(code_), error.text);                                  \
  } while (0)

static os_worker *started(void) {
  os_worker *worker = NULL;
  MUST(os_worker_start(&(os_worker_terms){.program = program, .memory = MEMORY}, &worker, &error));
  return worker;
}

static void tell(os_worker *worker, char what, uint32_t size) {
  os_worker_wait wait = within(LONGEST);
  MUST(os_worker_send(worker, &(order){what, size}, sizeof(order), &wait, &error));
}

static uint32_t ask(os_worker *worker, char what, uint32_t size) {
  os_worker_wait wait = within(LONGEST);
  uint32_t value = 0;
  tell(worker, what, size);
  MUST(os_worker_receive(worker, &value, sizeof value, &wait, &error));
  return value;
}

static void must_echo(os_worker *worker, uint32_t size) {
  os_worker_wait wait = within(LONGEST);
  char *bytes = malloc(size), *back = calloc(1, size);
  for (uint32_t i = 0; i < size; i++)
    bytes[i] = (char)(i * 7 + i / 256);
  tell(worker, 'e', size);
  MUST(os_worker_send(worker, bytes, size, &wait, &error));
  MUST(os_worker_receive(worker, back, size, &wait, &error));
  assert_memory_equal(bytes, back, size);
  free(bytes);
  free(back);
}

/* What is told of a worker that does this and never answers. */
static void must_end(char what, uint32_t size, uint64_t milliseconds, unsigned long long seconds, int code,
                     const char *words) {
  tlsmend_error error = {0};
  os_worker *worker = started();
  uint32_t value = 0;
  if (seconds)
    os_worker_allow(worker, seconds);
  tell(worker, what, size);
  os_worker_wait wait = within(milliseconds);
  assert_int_equal(os_worker_receive(worker, &value, sizeof value, &wait, &error), code);
  if (!strstr(error.text, words))
    fail_msg("%c: \"%s\" and not \"%s\"", what, error.text, words);
  os_worker_end(worker);
}

static void echoes(void **state) {
  (void)state;
  os_worker *worker = started();
  for (uint32_t size = 1; size < 300; size += 7)
    must_echo(worker, size);
  must_echo(worker, 65536 - sizeof(order));
  must_echo(worker, 65537);
  must_echo(worker, 5 << 20);
  must_echo(worker, 3);
  os_worker_end(worker);
  os_worker_end(NULL);
}

static void frames_that_come_at_once(void **state) {
  (void)state;
  os_worker *worker = started();
  os_worker_wait wait = within(LONGEST);
  for (uint32_t i = 0; i < 1000; i++) {
    tell(worker, 'e', sizeof i);
    MUST(os_worker_send(worker, &i, sizeof i, &wait, &error));
  }
  for (uint32_t i = 0, got = 0; i < 1000; i++) {
    MUST(os_worker_receive(worker, &got, sizeof got, &wait, &error));
    assert_int_equal(got, i);
  }
  os_worker_end(worker);
}

static void says_what_it_is_made_of(void **state) {
  (void)state;
  os_worker *worker = started();
  os_worker_wait wait = within(LONGEST);
  uint32_t count = ask(worker, 'w', 0);
  char lines[16][120];
  assert_in_range(count, 4, 16);
  MUST(os_worker_receive(worker, lines, count * sizeof lines[0], &wait, &error));
  for (uint32_t i = 0; i < count; i++)
    print_message("  %s\n", lines[i]);
  os_worker_end(worker);
}

static void wanted(void **state) {
  (void)state;
  char word[] = OS_WORKER_ARGUMENT, number[] = "1048576", bad[] = "12x", huge[] = "99999999999999999999999",
       none[] = "";
  unsigned long long memory = 0;
  assert_true(os_wall_wanted(3, (char *[]){program, word, number, NULL}, &memory));
  assert_int_equal(memory, 1 << 20);
  assert_false(os_wall_wanted(1, (char *[]){program, NULL}, &memory));
  assert_false(os_wall_wanted(2, (char *[]){program, word, NULL}, &memory));
  assert_false(os_wall_wanted(3, (char *[]){program, word, bad, NULL}, &memory));
  assert_false(os_wall_wanted(3, (char *[]){program, word, huge, NULL}, &memory));
  assert_false(os_wall_wanted(3, (char *[]){program, word, none, NULL}, &memory));
  assert_false(os_wall_wanted(3, (char *[]){program, number, word, NULL}, &memory));
}

#endif
