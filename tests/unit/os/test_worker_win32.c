/*
 * Workers on Windows: what a worker may not, how it ends, what it takes with it. The program is its own worker; the first bytes of what
 * is sent to it say what it does. What Wine does not enforce is said loudly, and asserted on a Windows that does.
 */
#ifndef _WIN32
int main(void) { return 77; } /* the others' is test_worker */
#else

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <windows.h>

#include <tlsmend/tlsmend.h>

#include "os/os.h"
#include "os/worker.h"

enum { MEMORY = 16 << 20, LONG_TIME = 60000 };

typedef struct order {
  uint32_t what, value;
} order;

/* In the worker. */

static void answer(uint32_t value) {
  if (!os_wall_send(&value, sizeof value))
    os_wall_exit(8);
}

static void echo(uint32_t size) {
  char *bytes = malloc(size);
  if (!bytes || !os_wall_receive(bytes, size) || !os_wall_send(bytes, size))
    os_wall_exit(8);
  free(bytes);
}

static void crash(void) {
  volatile int *nothing = NULL;
  *nothing = 1;
}

static void grow(uint32_t mib) {
  for (;;) {
    char *bytes = malloc((size_t)mib << 20);
    if (!bytes)
      os_wall_exit(9);
    memset(bytes, 1, (size_t)mib << 20);
    os_sleep(1);
  }
}

static void spin(void) {
  for (volatile unsigned i = 0;; i++)
    ;
}

/* Which handles there are: GetHandleInformation knows without asking for any right. */
static uint32_t count_handles(uint32_t most) {
  uint32_t count = 0;
  DWORD flags;
  for (uint32_t i = 4; i < most; i += 4)
    count += GetHandleInformation((HANDLE)(uintptr_t)i, &flags) && (flags & HANDLE_FLAG_INHERIT);
  return count;
}

static uint32_t start_another(void) {
  STARTUPINFOW start = {.cb = sizeof start};
  PROCESS_INFORMATION process;
  wchar_t line[] = L"C:\\windows\\system32\\cmd.exe /c exit";
  if (!CreateProcessW(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &start, &process))
    return GetLastError();
  return 0;
}

static void obey(const order *given) {
  DWORD flags;
  switch (given->what) {
  case 'e':
    echo(given->value);
    return;
  case 'x':
    os_wall_exit((int)given->value);
  case 'c':
    crash();
    return;
  case 'g':
    grow(given->value);
    return;
  case 's':
    spin();
    return;
  case 'h':
    answer(GetHandleInformation((HANDLE)(uintptr_t)given->value, &flags) ? 1 : 0);
    return;
  case 'n':
    answer(count_handles(given->value));
    return;
  case 'p':
    answer(start_another());
    return;
  default:
    os_wall_exit(7);
  }
}

static void work(unsigned long long memory) {
  os_wall wall;
  tlsmend_error error = {0};
  order given;
  int code = os_wall_raise(memory, &wall, &error);
  if (!os_wall_send(&code, sizeof code) || !os_wall_send(&wall, sizeof wall) ||
      !os_wall_send(&error, sizeof error))
    os_wall_exit(6);
  while (os_wall_receive(&given, sizeof given))
    obey(&given);
  os_wall_exit(5);
}

/* In the parent. */

static os_worker_wait patient(void) { return (os_worker_wait){.deadline = os_clock() + LONG_TIME}; }

static os_wall wall;

static os_worker *start(void) {
  static char *program;
  tlsmend_error error = {0};
  os_worker *worker = NULL;
  os_worker_wait wait = patient();
  int code = -1;
  if (!program)
    program = os_program_path();
  os_worker_terms terms = {.program = program, .memory = MEMORY};
  if (os_worker_start(&terms, &worker, &error) != TLSMEND_OK)
    fail_msg("%s", error.text);
  assert_int_equal(os_worker_receive(worker, &code, sizeof code, &wait, &error), TLSMEND_OK);
  assert_int_equal(os_worker_receive(worker, &wall, sizeof wall, &wait, &error), TLSMEND_OK);
  assert_int_equal(os_worker_receive(worker, &error, sizeof error, &wait, NULL), TLSMEND_OK);
  os_worker_notes(worker, &wall);
  for (size_t i = 0; i < wall.count; i++)
    printf("  %s\n", wall.lines[i]);
  if (code != TLSMEND_OK)
    printf("  %s\n", error.text);
  return worker;
}

static void tell(os_worker *worker, uint32_t what, uint32_t value) {
  order given = {what, value};
  os_worker_wait wait = patient();
  tlsmend_error error;
  if (os_worker_send(worker, &given, sizeof given, &wait, &error) != TLSMEND_OK)
    fail_msg("%s", error.text);
}

static void echoes(void **state) {
  (void)state;
  os_worker *worker = start();
  static char out[1 << 20], back[1 << 20];
  os_worker_wait wait = patient();
  for (uint32_t size = 1; size <= sizeof out; size *= 4) {
    os_random(out, size);
    tell(worker, 'e', size);
    assert_int_equal(os_worker_send(worker, out, size, &wait, NULL), TLSMEND_OK);
    assert_int_equal(os_worker_receive(worker, back, size, &wait, NULL), TLSMEND_OK);
    assert_memory_equal(out, back, size);
  }
  os_worker_end(worker);
}

int main(int argc, char **argv) {
  unsigned long long memory;
  if (os_wall_wanted(argc, argv, &memory))
    work(memory);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(echoes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
