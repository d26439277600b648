/* Starting this program again as a process of its own, on Windows. Contract: os/os.h. */
#include "os/os.h"

#include <stdlib.h>
#include <wchar.h>

#include <windows.h>

#include <tlsmend/tlsmend.h>

#include "os/win32/wide.h"

enum { LINE_MOST = 32000 };

/* Appends an argument; false if it does not fit. */
static bool append(wchar_t *line, const char *argument) {
  wchar_t *wide = wide_from_utf8(argument);
  bool fits = wide && wcslen(line) + 2 * wcslen(wide) + 4 < LINE_MOST;
  if (fits) {
    wchar_t *end = line + wcslen(line);
    if (end != line)
      *end++ = L' ';
    wide_quote(end, wide);
  }
  free(wide);
  return fits;
}

/* A remote shell ends the job of its processes with the connection: the new process leaves the job where it may. */
static BOOL create(wchar_t *line) {
  STARTUPINFOW start = {.cb = sizeof start};
  PROCESS_INFORMATION process;
  DWORD flags = DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP;
  BOOL done = CreateProcessW(NULL, line, NULL, NULL, FALSE, flags | CREATE_BREAKAWAY_FROM_JOB, NULL, NULL,
                             &start, &process);
  if (!done)
    done = CreateProcessW(NULL, line, NULL, NULL, FALSE, flags, NULL, NULL, &start, &process);
  if (done) {
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
  }
  return done;
}

int os_start_detached(const char *const *arguments, tlsmend_error *error) {
  char *program = os_program_path();
  wchar_t *line = calloc(LINE_MOST, sizeof *line);
  bool fits = program && line && append(line, program);
  for (int i = 0; fits && arguments[i]; i++)
    fits = append(line, arguments[i]);
  int result = TLSMEND_OK;
  if (!fits)
    result = tlsmend_error_set(error, TLSMEND_E_MEMORY,
                               "cannot start tlsmend again: its command line is too long");
  else if (!create(line))
    result = wide_fail(error, GetLastError(), "start", program);
  free(line);
  free(program);
  return result;
}
