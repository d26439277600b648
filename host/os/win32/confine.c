/*
 * Starting a process that is confined before its first instruction. Contract: os/win32/confine.h.
 *
 * The strictest token passes no access check at all, and a process with it could not even map kernel32.dll. So its first thread begins
 * by impersonating a token that may read what this process may, which Windows' loader uses for its own threads as well, and the child gives it back
 * (wall.c). What a console, a window station or a desktop would need, none of the tokens has: the child has no console, and
 * of the libraries that tlsmend imports none loads user32.dll.
 */
#include <windows.h>

#include "os/win32/confine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/error.h"
#include "os/win32/token.h"
#include "os/win32/wide.h"

/* `mitigations`: those that a program may fail to start with. The child asks for all of them itself once it runs. */
static const struct {
  const char *name;
  token_strength token;
  bool mitigations;
} levels[CONFINE_LEVELS] = {
    {"locked token, all mitigations from the start", TOKEN_LOCKED, true},
    {"locked token", TOKEN_LOCKED, false},
    {"token limited to what everybody may", TOKEN_LIMITED, false},
    {"token with its groups denied", TOKEN_DENIED, false},
};

const char *confine_level_name(size_t level) { return levels[level].name; }

void confine_note(os_wall *wall, const char *format, ...) {
  if (wall->count == sizeof wall->lines / sizeof wall->lines[0])
    return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(wall->lines[wall->count++], sizeof wall->lines[0], format, arguments);
  va_end(arguments);
}

/* Its job. */

/* One process, which ends with this one, or with an exception that it does not handle: no window asks anybody about it. */
static BOOL job_limit(HANDLE job, unsigned long long memory, unsigned long long processor) {
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
  JOBOBJECT_BASIC_LIMIT_INFORMATION *basic = &limits.BasicLimitInformation;
  basic->LimitFlags = JOB_OBJECT_LIMIT_ACTIVE_PROCESS | JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE |
                      JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
  basic->ActiveProcessLimit = 1;
  if (memory && memory < SIZE_MAX) {
    basic->LimitFlags |= JOB_OBJECT_LIMIT_PROCESS_MEMORY;
    limits.ProcessMemoryLimit = (SIZE_T)memory;
  }
  if (processor && processor < INT64_MAX) {
    basic->LimitFlags |= JOB_OBJECT_LIMIT_PROCESS_TIME;
    basic->PerProcessUserTimeLimit.QuadPart = (LONGLONG)processor;
  }
  return SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
}

static BOOL job_windows(HANDLE job, DWORD limits) {
  JOBOBJECT_BASIC_UI_RESTRICTIONS windows = {limits};
  return SetInformationJobObject(job, JobObjectBasicUIRestrictions, &windows, sizeof windows);
}

static HANDLE job_open(void) {
  HANDLE job = CreateJobObjectW(NULL, NULL);
  if (job && job_limit(job, 0, 0) && job_windows(job, JOB_OBJECT_UILIMIT_ALL))
    return job;
  if (job)
    CloseHandle(job);
  return NULL;
}

/* Where this process is in a job, the child is too, and a job within that one (from Windows 8 on) may not limit windows. */
static bool job_take(confined *self, HANDLE process) {
  if (AssignProcessToJobObject(self->job, process))
    return true;
  job_windows(self->job, 0);
  if (AssignProcessToJobObject(self->job, process)) {
    confine_note(&self->notes,
                 "job: without limits of windows and clipboard, because tlsmend is in a job itself");
    return true;
  }
  job_windows(self->job, JOB_OBJECT_UILIMIT_ALL);
  return false;
}

void confine_limit(const confined *self, unsigned long long memory, unsigned long long processor) {
  if (self->job)
    job_limit(self->job, memory, processor);
}

/* What a process is given when it is made. */

#define ATTRIBUTE_HANDLES     0x20002 /* PROC_THREAD_ATTRIBUTE_HANDLE_LIST */
#define ATTRIBUTE_MITIGATIONS 0x20007 /* PROC_THREAD_ATTRIBUTE_MITIGATION_POLICY, from NT 6.1 on */
#define ATTRIBUTE_CHILDREN    0x2000e /* PROC_THREAD_ATTRIBUTE_CHILD_PROCESS_POLICY, from Windows 10 on */

/* PROCESS_CREATION_MITIGATION_POLICY_* of later headers, each ALWAYS_ON. */
#define BOTTOM_UP_ASLR           (1ULL << 16)
#define HIGH_ENTROPY_ASLR        (sizeof(void *) == 8 ? 1ULL << 20 : 0)
#define WIN32K_DISABLE           (1ULL << 28)
#define EXTENSION_POINTS_DISABLE (1ULL << 32)
#define PROHIBIT_DYNAMIC_CODE    (1ULL << 36)
#define FONT_DISABLE             (1ULL << 48)
#define NO_REMOTE_IMAGES         (1ULL << 52)
#define NO_LOW_LABEL_IMAGES      (1ULL << 56)
#define PREFER_SYSTEM32          (1ULL << 60)

#define WINDOWS_8       (BOTTOM_UP_ASLR | HIGH_ENTROPY_ASLR | WIN32K_DISABLE | EXTENSION_POINTS_DISABLE)
#define WINDOWS_8_1     (WINDOWS_8 | PROHIBIT_DYNAMIC_CODE)
#define WINDOWS_10      (WINDOWS_8_1 | FONT_DISABLE)
#define WINDOWS_10_1511 (WINDOWS_10 | NO_REMOTE_IMAGES | NO_LOW_LABEL_IMAGES | PREFER_SYSTEM32)

typedef struct creation {
  token_pair token;
  HANDLE handles[2];
  DWORD64 mitigations;
  DWORD no_children;
  LPPROC_THREAD_ATTRIBUTE_LIST attributes;
  /* Of the process and its thread: nobody who has the child's token is admitted. */
  SECURITY_ATTRIBUTES security;
  const wchar_t *program;
  wchar_t *line, environment[MAX_PATH + 16], folder[MAX_PATH];
} creation;

static void creation_close(creation *self) {
  token_pair_close(&self->token);
  LocalFree(self->security.lpSecurityDescriptor);
  free(self->line);
}

/* Windows' loader and some of its libraries find their files by SystemRoot; nothing else is in the environment. */
static bool places(creation *self) {
  wchar_t windows[MAX_PATH];
  UINT length = GetSystemWindowsDirectoryW(windows, MAX_PATH),
       system = GetSystemDirectoryW(self->folder, MAX_PATH);
  if (length == 0 || length >= MAX_PATH || system == 0 || system >= MAX_PATH)
    return false;
  swprintf(self->environment, MAX_PATH + 15, L"SystemRoot=%ls", windows); /* and another NUL behind it */
  return true;
}

static int creation_open(creation *self, const confine_order *order, size_t level, tlsmend_error *error) {
  *self = (creation){.handles = {order->in, order->out}, .program = order->program};
  int result = token_confined(levels[level].token, &self->token, error);
  if (result != TLSMEND_OK)
    return result;
  size_t room = wcslen(order->program) * 2 + wcslen(order->argument) + 8;
  self->line = malloc(room * sizeof *self->line);
  self->security = (SECURITY_ATTRIBUTES){sizeof self->security, token_own_descriptor(), FALSE};
  if (!places(self) || !self->line || !self->security.lpSecurityDescriptor) {
    creation_close(self);
    return error_no_memory(error);
  }
  wchar_t *end = wide_quote(self->line, order->program);
  swprintf(end, room - (size_t)(end - self->line), L" %ls", order->argument);
  return TLSMEND_OK;
}

static bool attribute(creation *self, DWORD_PTR which, void *value, size_t size) {
  return UpdateProcThreadAttribute(self->attributes, 0, which, value, size, NULL, NULL);
}

/* One without a console: it would be another process, which the job does not admit, and a way to the terminal. */
static BOOL create(creation *self, DWORD flags, PROCESS_INFORMATION *out) {
  STARTUPINFOEXW start = {.StartupInfo = {.cb = sizeof start,
                                          .dwFlags = STARTF_USESTDHANDLES,
                                          .hStdInput = self->handles[0],
                                          .hStdOutput = self->handles[1],
                                          .hStdError = INVALID_HANDLE_VALUE},
                          .lpAttributeList = self->attributes};
  flags |= CREATE_SUSPENDED | DETACHED_PROCESS | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT;
  /* The child has this from the moment it is loaded: no window tells anybody that it cannot be. */
  UINT before = SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
  BOOL done =
      CreateProcessAsUserW(self->token.process, self->program, self->line, &self->security, &self->security,
                           TRUE, flags, self->environment, self->folder, &start.StartupInfo, out);
  DWORD number = GetLastError();
  SetErrorMode(before);
  SetLastError(number);
  return done;
}

/* The attributes are a list of places, so they stay where they are until it is deleted. */
static BOOL create_with(creation *self, DWORD flags, PROCESS_INFORMATION *out) {
  SIZE_T size = 0;
  InitializeProcThreadAttributeList(NULL, 3, 0, &size);
  self->attributes = malloc(size);
  if (!self->attributes || !InitializeProcThreadAttributeList(self->attributes, 3, 0, &size)) {
    free(self->attributes);
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return FALSE;
  }
  if (self->no_children) /* a Windows that does not know it says so at once */
    attribute(self, ATTRIBUTE_CHILDREN, &self->no_children, sizeof self->no_children);
  BOOL done = attribute(self, ATTRIBUTE_HANDLES, self->handles, sizeof self->handles) &&
              (!self->mitigations ||
               attribute(self, ATTRIBUTE_MITIGATIONS, &self->mitigations, sizeof self->mitigations)) &&
              create(self, flags, out);
  DWORD number = GetLastError();
  DeleteProcThreadAttributeList(self->attributes);
  free(self->attributes);
  SetLastError(number);
  return done;
}

/* A Windows refuses a set of which it does not know all. So those of each Windows are tried, the latest first. */
static BOOL create_known(creation *self, size_t level, DWORD flags, PROCESS_INFORMATION *out) {
  const DWORD64 sets[] = {WINDOWS_10_1511, WINDOWS_10, WINDOWS_8_1, WINDOWS_8, 0};
  size_t count = sizeof sets / sizeof sets[0];
  for (size_t i = levels[level].mitigations ? 0 : count - 1; i < count; i++) {
    self->mitigations = sets[i];
    self->no_children = sets[i] != 0;
    if (create_with(self, flags, out))
      return TRUE;
    if (GetLastError() != ERROR_INVALID_PARAMETER)
      return FALSE;
  }
  return FALSE;
}

static void drop(const PROCESS_INFORMATION *made) {
  TerminateProcess(made->hProcess, 1);
  CloseHandle(made->hThread);
  CloseHandle(made->hProcess);
}

/* Before Windows 8 a process has one job only: where this process is in one, the child leaves that if it may, and otherwise does without
 * a job of its own. */
static BOOL create_in_job(creation *self, size_t level, confined *out, PROCESS_INFORMATION *made) {
  out->job = job_open();
  if (!create_known(self, level, 0, made))
    return FALSE;
  if (out->job && job_take(out, made->hProcess))
    return TRUE;
  if (out->job) {
    drop(made);
    if (create_known(self, level, CREATE_BREAKAWAY_FROM_JOB, made)) {
      if (job_take(out, made->hProcess))
        return TRUE;
      drop(made);
    }
    CloseHandle(out->job);
    out->job = NULL;
    if (!create_known(self, level, 0, made))
      return FALSE;
  }
  confine_note(&out->notes,
               "job: none of its own: tlsmend is in one, which this Windows does not nest or leave");
  confine_note(&out->notes, "job: so tlsmend itself looks at the worker's memory and time, and ends it");
  return TRUE;
}

static int create_failed(const wchar_t *program, tlsmend_error *error) {
  DWORD number = GetLastError();
  int code = wide_code(number);
  char *name = wide_to_utf8(program, wcslen(program)), reason[512];
  wide_reason(number, reason, sizeof reason);
  tlsmend_error_set(error, code == TLSMEND_E_IO ? TLSMEND_E_FAILED : code, "cannot start %s as a worker: %s",
                    name ? name : "a program", reason);
  free(name);
  return error ? error->code : code;
}

int confine_start(const confine_order *order, size_t level, confined *out, tlsmend_error *error) {
  creation made;
  PROCESS_INFORMATION process = {0};
  *out = (confined){0};
  int result = creation_open(&made, order, level, error);
  if (result != TLSMEND_OK)
    return result;
  if (!create_in_job(&made, level, out, &process)) {
    result = create_failed(order->program, error);
  } else {
    out->process = process.hProcess;
    bool begun = (!made.token.start || SetThreadToken(&process.hThread, made.token.start)) &&
                 ResumeThread(process.hThread) != (DWORD)-1;
    if (!begun)
      result = create_failed(order->program, error);
    CloseHandle(process.hThread);
  }
  creation_close(&made);
  if (result != TLSMEND_OK)
    confine_end(out);
  return result;
}

/* Waits for it: what it had open is closed then, and its memory is free. */
void confine_end(confined *self) {
  const DWORD longest = 10000;
  if (self->process) {
    TerminateProcess(self->process, 1);
    WaitForSingleObject(self->process, longest);
    CloseHandle(self->process);
  }
  if (self->job)
    CloseHandle(self->job);
  *self = (confined){0};
}
