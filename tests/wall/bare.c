/*
 * The attempts behind the bare wall: a worker without Lua, which raises the wall as the product's does and then tries the one attempt that
 * its parent names. Without arguments: all of them, one process each, judged by how it ended. With names: those.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/os.h"
#include "os/worker.h"
#include "wall/attempt.h"
#include "wall/sweep.h"

enum { NAME_ROOM = 64, ANSWER_LATE = 10000, ANSWER_NEVER = 300, MEMORY = 64 << 20 };

static _Noreturn void child(unsigned long long memory) {
  os_wall wall;
  tlsmend_error error;
  char name[NAME_ROOM] = "";
  wall_prepare();
  if (os_wall_raise(memory, &wall, &error) != TLSMEND_OK || !os_wall_receive(name, sizeof name))
    os_wall_exit(99);
  const wall_attempt *attempt = wall_attempt_named(name);
  int64_t answer = attempt ? attempt->run() : -1;
  os_wall_send(&answer, sizeof answer);
  os_wall_exit(98);
}

/* What became of it: the line of the error, or "answer N". */
static int attack(const char *program, const wall_attempt *attempt, int64_t *answer, tlsmend_error *error) {
  os_worker_terms terms = {.program = program, .memory = MEMORY};
  os_worker *worker = NULL;
  char name[NAME_ROOM] = "";
  snprintf(name, sizeof name, "%s", attempt->name);
  int code = os_worker_start(&terms, &worker, error);
  if (code != TLSMEND_OK)
    return code;
  os_worker_wait wait = {.deadline = os_clock() + (attempt->end == WALL_STOPPED || attempt->end == WALL_ENDED
                                                       ? ANSWER_NEVER
                                                       : ANSWER_LATE)};
  code = os_worker_send(worker, name, sizeof name, &wait, error);
  if (code == TLSMEND_OK)
    code = os_worker_receive(worker, answer, sizeof *answer, &wait, error);
  os_worker_end(worker);
  return code;
}

static bool as_promised(const wall_attempt *attempt, int code, int64_t answer, const char *line) {
  switch (attempt->end) {
  case WALL_KILLED:
    return code == TLSMEND_E_FAILED && strstr(line, "(SIGSYS)");
  case WALL_REFUSED:
    return code == TLSMEND_OK && answer != WALL_THROUGH && (!attempt->code || attempt->code == answer);
  case WALL_STOPPED:
    return code == TLSMEND_E_LIMIT;
  case WALL_HELD:
    return code == TLSMEND_E_LIMIT || (code == TLSMEND_OK && answer != WALL_THROUGH);
  case WALL_BROKEN:
    return code == TLSMEND_E_FAILED && !strstr(line, "exit code 99");
  case WALL_HARMLESS:
    return code != TLSMEND_OK || answer != WALL_THROUGH;
  case WALL_ENDED:
    return (code == TLSMEND_E_FAILED && !strstr(line, "exit code 99")) || code == TLSMEND_E_LIMIT;
  }
  return false;
}

/* One attempt; false: it ended otherwise than it must. */
static bool judge(const char *program, const wall_attempt *attempt, bool loud) {
  tlsmend_error error = {0};
  int64_t answer = -1;
  int code = attack(program, attempt, &answer, &error);
  if (code == TLSMEND_OK)
    snprintf(error.text, sizeof error.text, answer == WALL_THROUGH ? "GOT THROUGH" : "refused with %lld",
             (long long)answer);
  bool good = as_promised(attempt, code, answer, error.text);
  if (!good && !wall_asserted(attempt)) {
    printf("NOT ENFORCED HERE: %s: %s\n", attempt->name, error.text);
    return true;
  }
  if (!good || loud)
    printf("%s%s: %s\n", good ? "" : "FAILED: ", attempt->name, error.text);
  return good;
}

#ifndef _WIN32
/* Each number with arguments of nothing and of everything: what is not on the list of this test must end it. */
static size_t sweep(const char *program) {
  char name[NAME_ROOM];
  size_t bad = 0;
  for (long number = 0; number < WALL_CALLS; number++)
    for (int argument = -1; argument <= 0; argument++) {
      wall_attempt attempt = {.name = name, .end = wall_call_exempt(number) ? WALL_HARMLESS : WALL_KILLED};
      snprintf(name, sizeof name, "system call %ld with %d", number, argument);
      if (!wall_call_allowed(number))
        bad += !judge(program, &attempt, false);
    }
  printf("%ld numbers of system calls, %zu of them let through what they must not\n", WALL_CALLS, bad);
  return bad;
}
#else
static size_t sweep(const char *program) {
  (void)program;
  return 0;
}
#endif

static int all(const char *program) {
  size_t count = 0, bad = 0;
  for (size_t i = 0; wall_tables[i]; i++)
    for (const wall_attempt *attempt = wall_tables[i]; attempt->name; attempt++, count++)
      bad += !judge(program, attempt, false);
  printf("%zu attempts on the bare wall, %zu of them did not end as they must\n", count, bad);
  bad += sweep(program);
  return bad == 0 && count > 60 ? 0 : 1;
}

int main(int argc, char **argv) {
  unsigned long long memory;
  if (os_wall_wanted(argc, argv, &memory))
    child(memory);
  char *program = os_program_path();
  int code = argc > 1 ? 0 : all(program);
  for (int i = 1; i < argc; i++) {
    const wall_attempt *attempt = wall_attempt_named(argv[i]);
    code |= !attempt || !judge(program, attempt, true);
  }
  free(program);
  return code;
}
