/* Itself: its end, and never coming to one. */
#include "wall/win32/win32.h"

static volatile bool endless = true;

static long loop(void) {
  while (endless)
    continue;
  return WALL_THROUGH;
}

static long close_and_loop(void) {
  CloseHandle(GetStdHandle(STD_INPUT_HANDLE));
  CloseHandle(GetStdHandle(STD_OUTPUT_HANDLE));
  return loop();
}

static long asleep(void) {
  Sleep(INFINITE);
  return WALL_THROUGH;
}

static long suspended(void) {
  SuspendThread(GetCurrentThread());
  return WALL_THROUGH;
}

static long deeper(volatile char *above) {
  volatile char here[65536];
  here[0] = *above;
  return (endless ? deeper(here) : WALL_THROUGH) + here[0];
}

static long all_stack(void) {
  volatile char here = 0;
  return deeper(&here);
}

static long crash(void) {
  volatile int *volatile nowhere = NULL;
  *nowhere = 1;
  return WALL_THROUGH;
}

static long leave(void) { ExitProcess(0); }

static long ended(void) {
  TerminateProcess(GetCurrentProcess(), 0);
  return WALL_THROUGH;
}

static DWORD WINAPI busy(void *data) {
  (void)data;
  return (DWORD)loop();
}

/* Threads are its own; they go with it. */
static long threads(void) {
  for (int i = 0; i < 64; i++)
    CreateThread(NULL, 65536, busy, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
  return loop();
}

const wall_attempt wall_self[] = {
    {"loop", loop, WALL_STOPPED, 0, true},
    {"loop in 64 threads", threads, WALL_STOPPED, 0, true},
    {"close its pipes and loop", close_and_loop, WALL_ENDED, 0, true},
    {"sleep for ever", asleep, WALL_STOPPED, 0, true},
    {"suspend itself", suspended, WALL_STOPPED, 0, true},
    {"take all stack", all_stack, WALL_BROKEN, 0, true},
    {"crash", crash, WALL_BROKEN, 0, true},
    {"ExitProcess with 0", leave, WALL_BROKEN, 0, true},
    {"TerminateProcess of itself", ended, WALL_BROKEN, 0, true},
    {0},
};
