/*
 * The wall around a worker on Windows, from within. Contract: os/worker.h. Most of it stands before the process runs (confine.c); here
 * is what it can only do itself, and what it finds when it looks.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/os.h"
#include "os/win32/confine.h"
#include "os/win32/library.h"
#include "os/win32/token.h"
#include "os/win32/wide.h"
#include "os/system.h"
#include "os/worker.h"

static HANDLE in, out;

/* Mitigations that a process may ask for itself: PROCESS_MITIGATION_POLICY, which the headers of NT 6.0 do not have. */
static const struct {
  int policy;
  DWORD flags;
  const char *name;
} mitigations[] = {{2, 1, "no new code"},       {3, 3, "strict handles"},   {4, 1, "no win32k"},
                   {6, 1, "no extensions"},     {8, 1, "signed images"},    {9, 1, "no fonts"},
                   {10, 7, "no remote images"}, {13, 1, "no child process"}};
enum { MITIGATIONS = sizeof mitigations / sizeof mitigations[0] };

static void mitigate(void) {
  BOOL(WINAPI * set)(int, void *, SIZE_T);
  if (!library_function(L"kernel32.dll", "SetProcessMitigationPolicy", &set, sizeof set))
    return;
  for (size_t i = 0; i < MITIGATIONS; i++) {
    DWORD flags = mitigations[i].flags;
    set(mitigations[i].policy, &flags, sizeof flags);
  }
}

/* Those that stand or do not, a line or two. */
static void say_mitigations(os_wall *wall, bool standing) {
  BOOL(WINAPI * get)(HANDLE, int, void *, SIZE_T);
  bool any = library_function(L"kernel32.dll", "GetProcessMitigationPolicy", &get, sizeof get);
  char line[120] = "";
  for (size_t i = 0; i < MITIGATIONS; i++) {
    DWORD flags = 0, wanted = mitigations[i].flags;
    bool up = any && get(GetCurrentProcess(), mitigations[i].policy, &flags, sizeof flags) &&
              (flags & wanted) == wanted;
    if (up != standing)
      continue;
    if (strlen(line) > 80) {
      confine_note(wall, "%s", line);
      line[0] = '\0';
    }
    size_t length = strlen(line);
    snprintf(line + length, sizeof line - length, "%s%s",
             length     ? ", "
             : standing ? "mitigations: "
                        : "mitigations that are not up: ",
             mitigations[i].name);
  }
  if (line[0])
    confine_note(wall, "%s", line);
}

/* Whether it is a token of less rights. Wine keeps what it took from groups and privileges, and nothing else of that. */
static bool say_token(os_wall *wall, HANDLE token) {
  TOKEN_USER *user = token_information(token, TokenUser);
  TOKEN_GROUPS *groups = token_information(token, TokenGroups);
  TOKEN_GROUPS *restricting = token_information(token, TokenRestrictedSids);
  TOKEN_PRIVILEGES *privileges = token_information(token, TokenPrivileges);
  DWORD group_count = groups ? groups->GroupCount : 0, denied = 0,
        left = privileges ? privileges->PrivilegeCount : 99;
  DWORD only = restricting ? restricting->GroupCount : 0;
  bool user_denied = user && (user->User.Attributes & SE_GROUP_USE_FOR_DENY_ONLY);
  for (DWORD i = 0; i < group_count; i++)
    denied += (groups->Groups[i].Attributes & SE_GROUP_USE_FOR_DENY_ONLY) != 0;
  confine_note(wall, "token: user %s, %lu of %lu groups denied, restricted to %lu others, %lu privileges",
               user_denied ? "denied" : "NOT denied", denied, group_count, only, left);
  long integrity = token_integrity(token);
  confine_note(wall, "integrity: %s",
               integrity == 0                            ? "untrusted"
               : integrity == SECURITY_MANDATORY_LOW_RID ? "low"
                                                         : "NOT lowered");
  free(user);
  free(groups);
  free(restricting);
  free(privileges);
  return left <= 1 && (only > 0 || user_denied || denied > 0);
}

/* Whether its job ends this process with its parent. */
static bool say_job(os_wall *wall) {
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
  BOOL any = FALSE;
  IsProcessInJob(GetCurrentProcess(), NULL, &any);
  if (!any ||
      !QueryInformationJobObject(NULL, JobObjectExtendedLimitInformation, &limits, sizeof limits, NULL)) {
    confine_note(wall, "job: none");
    return false;
  }
  DWORD flags = limits.BasicLimitInformation.LimitFlags;
  if (!flags) {
    confine_note(wall, "job: in one, which does not tell its limits");
    return false;
  }
  confine_note(wall, "job: %s, %s",
               flags & JOB_OBJECT_LIMIT_ACTIVE_PROCESS ? "no child process" : "processes NOT limited",
               flags & JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE ? "ends with tlsmend" : "may outlive tlsmend");
  return flags & JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
}

/* A process that is busy does not see that its pipe has broken. While another thread waits at the pipe this one waits for it. */
static DWORD WINAPI look_at_parent(void *unused) {
  const DWORD pause = 500;
  (void)unused;
  while (PeekNamedPipe(in, NULL, 0, NULL, NULL, NULL))
    Sleep(pause);
  os_wall_exit(7);
}

static void end_with_parent(os_wall *wall) {
  HANDLE thread = CreateThread(NULL, 1 << 16, look_at_parent, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
  if (thread)
    CloseHandle(thread);
  confine_note(wall, "end: %s",
               thread ? "a thread looks whether tlsmend is there" : "with the next message only");
}

/* What crashes ends at once: no debugger and no reporter of errors comes to look at it. */
static LONG WINAPI crashed(EXCEPTION_POINTERS *what) {
  TerminateProcess(GetCurrentProcess(), what->ExceptionRecord->ExceptionCode);
  return EXCEPTION_EXECUTE_HANDLER;
}

/* The thread has read what it had to until now, see confine.c. Then the libraries that it has are all that it will have. */
static bool shut(HANDLE token) {
  if (token)
    token_lower(token, SECURITY_MANDATORY_UNTRUSTED_RID);
  if (!RevertToSelf())
    return false;
  mitigate();
  return true;
}

/* Its own process token is opened while the thread may still do that. */
static bool raise_token(os_wall *wall) {
  HANDLE token;
  bool opened = OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY | TOKEN_ADJUST_DEFAULT, &token) ||
                OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token);
  if (!opened) {
    bool refused = GetLastError() == ERROR_ACCESS_DENIED;
    confine_note(wall, "token: of less rights than it takes to read it");
    return shut(NULL) && refused;
  }
  bool confined = shut(token) && say_token(wall, token);
  CloseHandle(token);
  return confined;
}

int os_wall_raise(unsigned long long memory, os_wall *wall, tlsmend_error *error) {
  unsigned char chance[8];
  (void)memory; /* the parent has told the job */
  *wall = (os_wall){0};
  in = GetStdHandle(STD_INPUT_HANDLE);
  out = GetStdHandle(STD_OUTPUT_HANDLE);
  SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
  SetUnhandledExceptionFilter(crashed);
  HeapSetInformation(NULL, HeapEnableTerminationOnCorruption, NULL, 0);
  os_random(chance, sizeof chance); /* Windows opens the source of it once */
  bool confined = raise_token(wall);
  if (!say_job(wall))
    end_with_parent(wall);
  say_mitigations(wall, true);
  say_mitigations(wall, false);
  const char up = CONFINE_UP;
  os_wall_send(&up, 1);
  if (confined)
    return TLSMEND_OK;
  return tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED,
                           "this process has a token of full rights: only tlsmend itself can start a worker");
}

size_t system_wall_read(void *bytes, size_t size) {
  DWORD count;
  do /* a write of nothing is something that is read, too */
    if (!ReadFile(in, bytes, size < 1 << 20 ? (DWORD)size : 1 << 20, &count, NULL))
      return 0;
  while (count == 0);
  return count;
}

bool os_wall_send(const void *bytes, size_t size) {
  const unsigned char *at = bytes;
  DWORD count;
  for (; size > 0; at += count, size -= count)
    if (!WriteFile(out, at, size < 1 << 20 ? (DWORD)size : 1 << 20, &count, NULL) || count == 0)
      return false;
  return true;
}

bool system_wall_waiting(void) {
  DWORD count = 0;
  return PeekNamedPipe(in, NULL, 0, NULL, &count, NULL) && count > 0;
}

void os_wall_exit(int code) {
  TerminateProcess(GetCurrentProcess(), (UINT)code);
  for (;;) /* it has ended */
    ;
}
