/*
 * Running Windows' own tools: the native one by its full path, arguments quoted as the C runtime reads them, no window, and a
 * wait without an end, because an installer that is killed in the middle leaves a broken machine.
 */
#include "base/error.h"
#include "machine/win32/win32.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "os/win32/library.h"
#include "os/win32/wide.h"

/* How often the host is told that an installer is still at it. */
enum { PROGRESS_MILLISECONDS = 5000 };

/* The whole command line; malloc'd, NULL when out of memory. */
static wchar_t *command_line(const wchar_t *tool, const char *const *arguments) {
  size_t room = 2 * wcslen(tool) + 4;
  for (size_t i = 0; arguments[i]; i++)
    room += 2 * strlen(arguments[i]) + 4;
  wchar_t *line = malloc(room * sizeof *line);
  if (!line)
    return NULL;
  wchar_t *at = wide_quote(line, tool);
  for (size_t i = 0; arguments[i]; i++) {
    wchar_t *argument = wide_from_utf8(arguments[i]);
    if (!argument) {
      free(line);
      return NULL;
    }
    *at++ = L' ';
    at = wide_quote(at, argument);
    free(argument);
  }
  return line;
}

static uint32_t wait(win32_machine *self, HANDLE process) {
  ULONGLONG start = GetTickCount64();
  while (WaitForSingleObject(process, PROGRESS_MILLISECONDS) == WAIT_TIMEOUT)
    if (self->base.progress)
      self->base.progress(self->base.progress_data, (unsigned)((GetTickCount64() - start) / 1000));
  DWORD code = 0;
  GetExitCodeProcess(process, &code);
  return code;
}

/* A handle that swallows what is written to it, so that a tool's words do not mix with ours. */
static HANDLE null_open(void) {
  SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
  return CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited,
                     OPEN_EXISTING, 0, NULL);
}

/* The machine's environment, not that of the caller, who may be an administrator with a user's: a tool finds its folders where
 * Windows has them. NULL, the caller's, where Windows does not make one. */
static void *environment_make(void) {
  BOOL(WINAPI * make)(void **, HANDLE, BOOL);
  void *block = NULL;
  return library_function(L"userenv.dll", "CreateEnvironmentBlock", &make, sizeof make) &&
                 make(&block, NULL, FALSE)
             ? block
             : NULL;
}

static void environment_free(void *block) {
  BOOL(WINAPI * destroy)(void *);
  if (block && library_function(L"userenv.dll", "DestroyEnvironmentBlock", &destroy, sizeof destroy))
    destroy(block);
}

int process_run(win32_machine *self, const process_request *request, uint32_t *exit_code,
                tlsmend_error *error) {
  *exit_code = 0;
  wchar_t *path = wide_system_path(request->tool, false);
  wchar_t *line = path ? command_line(path, request->arguments) : NULL;
  if (!line) {
    free(path);
    return error_no_memory(error);
  }
  int result = TLSMEND_OK;
  STARTUPINFOW start = {.cb = sizeof start};
  HANDLE null = request->quiet ? null_open() : INVALID_HANDLE_VALUE;
  if (null != INVALID_HANDLE_VALUE) {
    start.dwFlags = STARTF_USESTDHANDLES;
    start.hStdInput = start.hStdOutput = start.hStdError = null;
  }
  PROCESS_INFORMATION process;
  void *environment = environment_make();
  if (CreateProcessW(path, line, NULL, NULL, null != INVALID_HANDLE_VALUE,
                     CREATE_NO_WINDOW | CREATE_UNICODE_ENVIRONMENT, environment, NULL, &start, &process)) {
    *exit_code = wait(self, process.hProcess);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
  } else {
    char *name = wide_to_utf8(path, wcslen(path));
    result = wide_fail(error, GetLastError(), "run", name ? name : "an installer");
    free(name);
  }
  environment_free(environment);
  if (null != INVALID_HANDLE_VALUE)
    CloseHandle(null);
  free(line);
  free(path);
  return result;
}
