/*
 * Workers on Windows, seen from the parent. Contract: os/worker.h. How a process is confined is confine.c, what it does to
 * itself wall.c.
 *
 * The pipes are named ones, because only those can be waited for with a deadline. A worker writes one byte when its wall is up: one
 * that does not come that far, as a process may that was left too little to be loaded with, is tried again with a lesser level.
 */
#include <windows.h>

#include "os/worker.h"

#include <psapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/error.h"
#include "os/os.h"
#include "os/win32/confine.h"
#include "os/win32/library.h"
#include "os/win32/token.h"
#include "os/win32/wide.h"

enum {
  TICK = 20, /* milliseconds between two looks at the clock and the caller's other business */
  LOOK =
      30, /* milliseconds after which its memory is looked at again, with the next tick or the next bytes */
  DYING = 1000,     /* milliseconds that a worker which has closed its pipe has to be gone */
  STARTING = 15000, /* milliseconds that a worker has to be loaded */
  BUFFER = 1 << 16, /* as much as a pipe holds */
  SLACK = 32 << 20  /* bytes that a process may take beside what its text holds: heaps, copies */
};
static const unsigned long long second = 10000000; /* processor time counts 100 ns */

struct os_worker {
  confined child;
  HANDLE to, from;
  OVERLAPPED sending, receiving;
  /* What was asked for and where that ends: bytes that it may commit, 100 ns of processor that it may have used. No limit: 0. */
  unsigned long long memory, memory_end, seconds, processor_end;
  uint64_t looked;
  size_t begin, end;
  unsigned char buffer[BUFFER];
};

/* How it has ended. */

static int say_code(const os_worker *self, DWORD code, tlsmend_error *error) {
  if (code == ERROR_NOT_ENOUGH_QUOTA && self->processor_end)
    return tlsmend_error_set(error, TLSMEND_E_LIMIT,
                             "was ended: it had used up its %llu seconds of processor", self->seconds);
  if (code == 0xc0000005)
    return tlsmend_error_set(error, TLSMEND_E_FAILED, "crashed (0xC0000005, access violation)");
  if (code >= 0x80000000)
    return tlsmend_error_set(error, TLSMEND_E_FAILED,
                             "was ended by the system for what it did or tried (0x%08lX)",
                             (unsigned long)code);
  return tlsmend_error_set(error, TLSMEND_E_FAILED, "ended with exit code %lu", (unsigned long)code);
}

/* It has closed its pipe, which only its end does; that end may be a moment away. */
static int say_ended(const os_worker *self, tlsmend_error *error) {
  DWORD code = 0;
  if (WaitForSingleObject(self->child.process, DYING) != WAIT_OBJECT_0 ||
      !GetExitCodeProcess(self->child.process, &code))
    return tlsmend_error_set(error, TLSMEND_E_FAILED, "closed its pipe and went on");
  return say_code(self, code, error);
}

/* Its limits. */

/* In kernel32 from NT 6.1 on, before that in psapi.dll. 0: cannot be told. */
static unsigned long long memory_used(const os_worker *self) {
  typedef BOOL(WINAPI * memory_fn)(HANDLE, void *, DWORD);
  PROCESS_MEMORY_COUNTERS_EX counters = {.cb = sizeof counters};
  memory_fn memory;
  if (!library_function(L"kernel32.dll", "K32GetProcessMemoryInfo", &memory, sizeof memory) &&
      !library_function(L"psapi.dll", "GetProcessMemoryInfo", &memory, sizeof memory))
    return 0;
  if (!memory(self->child.process, &counters, sizeof counters))
    return 0;
  return counters.PrivateUsage > counters.PagefileUsage ? counters.PrivateUsage : counters.PagefileUsage;
}

static unsigned long long processor_used(const os_worker *self) {
  FILETIME made, ended, kernel, user;
  if (!GetProcessTimes(self->child.process, &made, &ended, &kernel, &user))
    return 0;
  return ((unsigned long long)kernel.dwHighDateTime << 32 | kernel.dwLowDateTime) +
         ((unsigned long long)user.dwHighDateTime << 32 | user.dwLowDateTime);
}

/* The job says the same to the system where there is one; this holds in every case. */
static int look(os_worker *self, uint64_t now, const os_worker_wait *wait, tlsmend_error *error) {
  if (now >= wait->deadline)
    return tlsmend_error_set(error, TLSMEND_E_LIMIT, "gave no answer in its time");
  self->looked = now;
  if (self->memory_end && memory_used(self) > self->memory_end)
    return tlsmend_error_set(error, TLSMEND_E_LIMIT, "took more memory than its %llu bytes", self->memory);
  if (self->processor_end && processor_used(self) > self->processor_end)
    return tlsmend_error_set(error, TLSMEND_E_LIMIT, "used up its %llu seconds of processor", self->seconds);
  return TLSMEND_OK;
}

void os_worker_allow(os_worker *self, unsigned long long seconds) {
  const unsigned long long longest = 1 << 30;
  self->seconds = seconds < longest ? seconds : longest;
  self->processor_end = processor_used(self) + self->seconds * second;
  confine_limit(&self->child, self->memory_end, self->processor_end);
}

/* The pipes. */

/* Often enough, also of a child that is never silent, and not for every byte. */
static int look_again(os_worker *self, const os_worker_wait *wait, tlsmend_error *error) {
  uint64_t now = os_clock();
  return now >= wait->deadline || now - self->looked >= LOOK ? look(self, now, wait, error) : TLSMEND_OK;
}

/* Until what was begun is done, the limits are passed or the child has ended. */
static int wait_for(os_worker *self, HANDLE done, const os_worker_wait *wait, tlsmend_error *error) {
  HANDLE either[] = {done, self->child.process};
  for (;;) {
    uint64_t now = os_clock(), left = wait->deadline > now ? wait->deadline - now : 0;
    int code = look_again(self, wait, error);
    if (code != TLSMEND_OK)
      return code;
    DWORD found = WaitForMultipleObjects(2, either, FALSE, left < TICK ? (DWORD)left : TICK);
    if (found == WAIT_OBJECT_0)
      return TLSMEND_OK;
    /* What it has sent before it ended is still read: then the pipe breaks by itself. */
    if (found == WAIT_OBJECT_0 + 1)
      return WaitForSingleObject(done, DYING) == WAIT_OBJECT_0 ? TLSMEND_OK : say_ended(self, error);
    if (found != WAIT_TIMEOUT)
      return wide_fail(error, GetLastError(), "wait for", "it");
    if (wait->idle)
      wait->idle(wait->data);
  }
}

/* Finishes what was begun, as ReadFile and WriteFile answered it: how many bytes those were. */
static int finish(os_worker *self, BOOL done, HANDLE pipe, OVERLAPPED *io, size_t *count,
                  const os_worker_wait *wait, tlsmend_error *error) {
  DWORD moved = 0;
  if (!done && GetLastError() != ERROR_IO_PENDING)
    return say_ended(self, error);
  int code = done ? TLSMEND_OK : wait_for(self, io->hEvent, wait, error);
  if (code != TLSMEND_OK) {
    CancelIoEx(pipe, io);
    GetOverlappedResult(pipe, io, &moved, TRUE); /* until Windows has let go of the bytes */
    return code;
  }
  if (!GetOverlappedResult(pipe, io, &moved, FALSE))
    return say_ended(self, error);
  *count = moved;
  return TLSMEND_OK;
}

static DWORD piece(size_t size) { return size < 1 << 20 ? (DWORD)size : 1 << 20; }

int os_worker_send(os_worker *self, const void *bytes, size_t size, const os_worker_wait *wait,
                   tlsmend_error *error) {
  const unsigned char *at = bytes;
  while (size > 0) {
    size_t count = 0;
    int code = look_again(self, wait, error);
    if (code == TLSMEND_OK) {
      BOOL done = WriteFile(self->to, at, piece(size), NULL, &self->sending);
      code = finish(self, done, self->to, &self->sending, &count, wait, error);
    }
    if (code != TLSMEND_OK)
      return code;
    at += count;
    size -= count;
  }
  return TLSMEND_OK;
}

/* What is there, at least a byte. */
static int read_some(os_worker *self, void *bytes, size_t size, size_t *count, const os_worker_wait *wait,
                     tlsmend_error *error) {
  *count = 0;
  while (!*count) { /* a write of nothing is something that is read, too */
    int code = look_again(self, wait, error);
    if (code == TLSMEND_OK) {
      BOOL done = ReadFile(self->from, bytes, piece(size), NULL, &self->receiving);
      code = finish(self, done, self->from, &self->receiving, count, wait, error);
    }
    if (code != TLSMEND_OK)
      return code;
  }
  return TLSMEND_OK;
}

int os_worker_receive(os_worker *self, void *bytes, size_t size, const os_worker_wait *wait,
                      tlsmend_error *error) {
  unsigned char *at = bytes;
  while (size > 0) {
    size_t there = self->end - self->begin, count = there < size ? there : size;
    int code = TLSMEND_OK;
    if (count > 0) {
      memcpy(at, self->buffer + self->begin, count);
      self->begin += count;
    } else if (size >= BUFFER) {
      code = read_some(self, at, size, &count, wait, error);
    } else {
      self->begin = self->end = 0;
      code = read_some(self, self->buffer, BUFFER, &self->end, wait, error);
    }
    if (code != TLSMEND_OK)
      return code;
    at += count;
    size -= count;
  }
  return TLSMEND_OK;
}

/* What it has said into the pipe meanwhile is seen by whoever reads next. */
bool os_worker_waits(const os_worker *self) {
  return self->begin == self->end && WaitForSingleObject(self->child.process, 0) == WAIT_TIMEOUT;
}

/* Starting. */

/* One pipe: our end, which can be waited for, and the child's, opened once and inherited. Nobody else can have opened it: this is the
 * first pipe of its name, has one place, and admits this user alone. A program that starts another with all its handles in
 * this moment hands the child's end on: Windows knows no way round that. */
static bool pipe_open(bool to_child, HANDLE *ours, HANDLE *childs) {
  uint64_t chance[2];
  wchar_t name[96];
  SECURITY_ATTRIBUTES own = {sizeof own, token_own_descriptor(), FALSE},
                      inherited = {sizeof inherited, NULL, TRUE};
  if (!own.lpSecurityDescriptor)
    return false;
  os_random(chance, sizeof chance);
  swprintf(name, sizeof name / sizeof *name, L"\\\\.\\pipe\\tlsmend-%u-%016llx%016llx", os_process_id(),
           chance[0], chance[1]);
  DWORD way = to_child ? PIPE_ACCESS_OUTBOUND : PIPE_ACCESS_INBOUND;
  const DWORD no_remote = 8; /* PIPE_REJECT_REMOTE_CLIENTS, missing in older headers */
  *ours = CreateNamedPipeW(name, way | FILE_FLAG_FIRST_PIPE_INSTANCE | FILE_FLAG_OVERLAPPED,
                           PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | no_remote, 1, BUFFER, BUFFER, 0,
                           &own);
  if (*ours != INVALID_HANDLE_VALUE)
    *childs = CreateFileW(name, to_child ? GENERIC_READ : GENERIC_WRITE, 0, &inherited, OPEN_EXISTING,
                          SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS, NULL);
  DWORD number = GetLastError();
  LocalFree(own.lpSecurityDescriptor);
  SetLastError(number);
  return *ours != INVALID_HANDLE_VALUE && *childs != INVALID_HANDLE_VALUE;
}

static void close_open(HANDLE handle) {
  if (handle && handle != INVALID_HANDLE_VALUE)
    CloseHandle(handle);
}

void os_worker_together(os_worker *self, bool on) { (void)self, (void)on; }

void os_worker_end(os_worker *self) {
  if (!self)
    return;
  confine_end(&self->child);
  close_open(self->to);
  close_open(self->from);
  close_open(self->sending.hEvent);
  close_open(self->receiving.hEvent);
  free(self);
}

/* The first byte. From then on limits hold: what it had by then is the program's own. */
static int hear(os_worker *self, tlsmend_error *error) {
  char byte;
  os_worker_wait wait = {.deadline = os_clock() + STARTING};
  int code = os_worker_receive(self, &byte, 1, &wait, error);
  if (code == TLSMEND_OK && byte != CONFINE_UP)
    return tlsmend_error_set(error, TLSMEND_E_FAILED, "is no worker");
  if (code == TLSMEND_OK && self->memory) {
    self->memory_end = memory_used(self) + self->memory + self->memory / 2 + SLACK;
    confine_limit(&self->child, self->memory_end, 0);
  }
  return code;
}

static int start_at(size_t level, const os_worker_terms *terms, const wchar_t *program, os_worker **out,
                    bool *begun, tlsmend_error *error) {
  wchar_t argument[64];
  HANDLE in = INVALID_HANDLE_VALUE, answer = INVALID_HANDLE_VALUE;
  os_worker *self = calloc(1, sizeof *self);
  if (!self)
    return error_no_memory(error);
  self->memory = terms->memory;
  self->sending.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
  self->receiving.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
  swprintf(argument, sizeof argument / sizeof *argument, L"%hs %llu", OS_WORKER_ARGUMENT, terms->memory);
  int result = TLSMEND_OK;
  if (!self->sending.hEvent || !self->receiving.hEvent || !pipe_open(true, &self->to, &in) ||
      !pipe_open(false, &self->from, &answer))
    result = wide_fail(error, GetLastError(), "make", "the pipes of a worker");
  if (result == TLSMEND_OK) {
    confine_order order = {program, argument, in, answer};
    result = confine_start(&order, level, &self->child, error);
  }
  close_open(in);
  close_open(answer);
  *begun = result == TLSMEND_OK;
  if (*begun)
    result = hear(self, error);
  if (result == TLSMEND_OK)
    *out = self;
  else
    os_worker_end(self);
  return result;
}

/* What did not start once does not start the next time. */
static volatile LONG first_level;

static int start_program(const os_worker_terms *terms, const wchar_t *program, os_worker **out,
                         tlsmend_error *error) {
  tlsmend_error why = {0};
  int result = TLSMEND_E_UNSUPPORTED;
  bool begun = false;
  for (LONG level = first_level; level < CONFINE_LEVELS; level++) {
    tlsmend_error now = {0};
    result = start_at((size_t)level, terms, program, out, &begun, &now);
    if (result == TLSMEND_OK && level > 0) {
      InterlockedExchange(&first_level, level);
      confine_note(&(*out)->child.notes, "level: %s; stricter ones %s", confine_level_name((size_t)level),
                   why.text[0] ? why.text : "did not start before");
    }
    if (result == TLSMEND_OK)
      return result;
    why = now;
    if (result == TLSMEND_E_ABSENT || result == TLSMEND_E_MEMORY)
      break;
  }
  if (begun)
    return tlsmend_error_set(
        error, TLSMEND_E_UNSUPPORTED,
        "%s does not start as a worker, with none of the walls that this Windows can raise: it %s",
        terms->program, why.text);
  return tlsmend_error_set(error, result, "%s", why.text);
}

int os_worker_start(const os_worker_terms *terms, os_worker **out, tlsmend_error *error) {
  wchar_t *program;
  *out = NULL;
  int result = wide_path(terms->program, &program, error);
  if (result != TLSMEND_OK)
    return result;
  result = start_program(terms, program, out, error);
  free(program);
  return result;
}

void os_worker_notes(const os_worker *self, os_wall *wall) {
  for (size_t i = 0; i < self->child.notes.count; i++)
    confine_note(wall, "%s", self->child.notes.lines[i]);
}
