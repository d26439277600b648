/* The host's operating system on Windows: time, chance, the process, its terminal and where it stands.
 * Contract: os/os.h. */
#include "os/os.h"

#include <windows.h>

#include <winternl.h>

#include <io.h>
#include <shlobj.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/win32/library.h"
#include "os/win32/wide.h"

/* RtlGenRandom: exported under this name only, on every Windows since XP. */
BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

/* 100-nanosecond steps from 1601 to 1970. */
static const int64_t epoch_steps = 116444736000000000LL;

int64_t os_time(void) {
  FILETIME now;
  GetSystemTimeAsFileTime(&now);
  return ((int64_t)(((uint64_t)now.dwHighDateTime << 32) | now.dwLowDateTime) - epoch_steps) / 10000000;
}

uint64_t os_clock(void) { return GetTickCount64(); }

/*
 * The time of the start as the kernel keeps it. Setting the clock moves BootTime and BootTimeBias by the same amount, so their
 * difference stays what it was when the kernel started. The count of ticks goes on while the computer sleeps.
 */
bool os_boot_clock(int64_t *seconds, char boot[64]) {
  typedef NTSTATUS(NTAPI * query_fn)(ULONG, void *, ULONG, ULONG *);
  struct {
    LARGE_INTEGER boot, now, zone_bias;
    ULONG zone, reserved;
    ULONGLONG boot_bias, sleep_bias;
  } times = {0};
  const ULONG time_of_day = 3; /* SystemTimeOfDayInformation */
  query_fn query;
  ULONG length = 0;
  if (!library_function(L"ntdll.dll", "NtQuerySystemInformation", &query, sizeof query) ||
      query(time_of_day, &times, sizeof times, &length) != 0)
    return false;
  snprintf(boot, 64, "boot-%016llx", (unsigned long long)times.boot.QuadPart - times.boot_bias);
  *seconds = (int64_t)(GetTickCount64() / 1000);
  return true;
}

void os_sleep(unsigned milliseconds) { Sleep(milliseconds); }

unsigned os_process_id(void) { return (unsigned)GetCurrentProcessId(); }

void os_random(void *bytes, size_t size) {
  if (!SystemFunction036(bytes, (ULONG)size))
    abort(); /* no run without ids that cannot collide */
}

char *os_environment(const char *name) {
  wchar_t *wide = wide_from_utf8(name), *value = NULL;
  DWORD room = wide ? GetEnvironmentVariableW(wide, NULL, 0) : 0;
  if (room)
    value = malloc(room * sizeof *value);
  DWORD length = value ? GetEnvironmentVariableW(wide, value, room) : 0;
  char *out = value && length < room ? wide_to_utf8(value, length) : NULL;
  free(value);
  free(wide);
  return out;
}

/* What Windows keeps of it, never the environment: whoever starts this program makes that. */
char *os_common_path(const char *name) {
  HRESULT(WINAPI * folder)(HWND, int, HANDLE, DWORD, wchar_t *);
  wchar_t path[MAX_PATH];
  char *base = library_function(L"shell32.dll", "SHGetFolderPathW", &folder, sizeof folder) &&
                       folder(NULL, CSIDL_COMMON_APPDATA, NULL, 0, path) == S_OK
                   ? wide_to_utf8(path, wcslen(path))
                   : _strdup("C:\\ProgramData");
  char *out = base ? os_path_join(base, name) : NULL;
  free(base);
  return out;
}

char *os_system_path(const char *name) {
  wchar_t *wide = wide_from_utf8(name), *path = wide ? wide_system_path(wide, false) : NULL;
  char *out = path ? wide_to_utf8(path, wcslen(path)) : NULL;
  free(path);
  free(wide);
  return out;
}

char *os_state_default(void) { return os_common_path("tlsmend"); }

char *os_trust_default(void) {
  char *state = os_state_default(), *trust = state ? os_path_join(state, "trust") : NULL;
  free(state);
  return trust;
}

char *os_path_join(const char *folder, const char *name) {
  size_t length = strlen(folder);
  bool separated = length == 0 || folder[length - 1] == '/' || folder[length - 1] == '\\';
  size_t room = length + strlen(name) + 2;
  char *path = malloc(room);
  if (path)
    snprintf(path, room, "%s%s%s", folder, separated ? "" : "\\", name);
  return path;
}

/* Of a file that is loaded; NULL is the program. */
static char *module_path(HMODULE module) {
  for (DWORD room = MAX_PATH; room <= 0x10000; room *= 2) {
    wchar_t *path = malloc(room * sizeof *path);
    if (!path)
      return NULL;
    DWORD length = GetModuleFileNameW(module, path, room);
    char *utf8 = length > 0 && length < room ? wide_to_utf8(path, length) : NULL;
    free(path);
    if (utf8 || length == 0)
      return utf8;
  }
  return NULL;
}

char *os_program_path(void) { return module_path(NULL); }

char *os_program_again(void) { return module_path(NULL); }

/* Made by the linker: the first byte of what this code is part of, by which Windows knows it. */
extern IMAGE_DOS_HEADER __ImageBase;

char *os_library_path(void) { return module_path((HMODULE)&__ImageBase); }

/* Consoles before Windows 10 know no escape sequences: they answer no, and nothing is coloured there. */
bool os_terminal(int stream) {
  HANDLE handle = GetStdHandle(stream == 2 ? STD_ERROR_HANDLE : STD_OUTPUT_HANDLE);
  DWORD mode = 0;
  if (handle == INVALID_HANDLE_VALUE || !handle || !GetConsoleMode(handle, &mode))
    return false;
  const DWORD escapes = 0x0004; /* ENABLE_VIRTUAL_TERMINAL_PROCESSING, newer than NT 6.0's headers */
  return (mode & escapes) || SetConsoleMode(handle, mode | escapes);
}

char *os_path_absolute(const char *path) {
  wchar_t *wide = wide_from_utf8(path);
  DWORD room = wide ? GetFullPathNameW(wide, 0, NULL, NULL) : 0;
  wchar_t *full = room ? malloc(room * sizeof *full) : NULL;
  DWORD length = full ? GetFullPathNameW(wide, room, full, NULL) : 0;
  char *out = length && length < room ? wide_to_utf8(full, length) : NULL;
  free(full);
  free(wide);
  return out ? out : strdup(path);
}
