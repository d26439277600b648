/* Other processes: making one, opening the parent and what it has, what was left open. */
#include "wall/win32/win32.h"

#include <stdio.h>
#include <string.h>

#include <tlhelp32.h>

static long process(const wchar_t *line, DWORD flags) {
  wchar_t command[MAX_PATH + 80];
  STARTUPINFOW start = {.cb = sizeof start};
  PROCESS_INFORMATION made;
  _snwprintf(command, MAX_PATH + 80, L"%ls", line);
  if (!CreateProcessW(NULL, command, NULL, NULL, FALSE, flags, NULL, NULL, &start, &made))
    return wall_error();
  TerminateProcess(made.hProcess, 0);
  return WALL_THROUGH;
}

static long itself(void) {
  wchar_t path[MAX_PATH];
  GetModuleFileNameW(NULL, path, MAX_PATH);
  return process(path, 0);
}

WALL_ASK_CODE(command, process(L"C:\\Windows\\System32\\cmd.exe /c exit 0", 0))
WALL_ASK_CODE(outside_job, process(L"C:\\Windows\\System32\\cmd.exe /c exit 0", CREATE_BREAKAWAY_FROM_JOB))
WALL_ASK_CODE(own_console, process(L"C:\\Windows\\System32\\cmd.exe /c exit 0", CREATE_NEW_CONSOLE))

static long parent(DWORD access) {
  return OpenProcess(access, FALSE, wall_parent) ? WALL_THROUGH : wall_error();
}

WALL_ASK_CODE(parent_read, parent(PROCESS_VM_READ))
WALL_ASK_CODE(parent_write, parent(PROCESS_VM_WRITE | PROCESS_VM_OPERATION))
WALL_ASK_CODE(parent_end, parent(PROCESS_TERMINATE))
WALL_ASK_CODE(parent_handles, parent(PROCESS_DUP_HANDLE))
WALL_ASK_CODE(parent_thread, parent(PROCESS_CREATE_THREAD))
WALL_ASK_CODE(parent_query, parent(PROCESS_QUERY_INFORMATION))
WALL_ASK_CODE(parent_little, parent(PROCESS_QUERY_LIMITED_INFORMATION))
WALL_ASK_CODE(parent_set, parent(PROCESS_SET_INFORMATION | PROCESS_SUSPEND_RESUME))
WALL_ASK_CODE(parent_access, parent(WRITE_DAC))
WALL_ASK(parent_console, AttachConsole(wall_parent))
WALL_ASK(parent_break, GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, wall_parent))

/* Where it succeeds, the parent must live on to say so. */
static long parent_debug(void) {
  DebugSetProcessKillOnExit(FALSE);
  if (!DebugActiveProcess(wall_parent))
    return wall_error();
  DebugActiveProcessStop(wall_parent);
  return WALL_THROUGH;
}

/* A handle of the parent's, by its number there: what DuplicateHandle gives to who may open it. */
static long parent_duplicate(void) {
  HANDLE from = OpenProcess(PROCESS_DUP_HANDLE, FALSE, wall_parent), copy;
  if (!from)
    return wall_error();
  for (ULONG_PTR number = 4; number < 1024; number += 4)
    if (DuplicateHandle(from, (HANDLE)number, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS))
      return WALL_THROUGH;
  return wall_error();
}

static long parent_memory(void) {
  HANDLE of = OpenProcess(PROCESS_VM_READ, FALSE, wall_parent);
  char bytes[16];
  return of && ReadProcessMemory(of, (void *)GetModuleHandleA(NULL), bytes, sizeof bytes, NULL)
             ? WALL_THROUGH
             : wall_error();
}

static long parent_thread_of(void) {
  HANDLE list = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
  THREADENTRY32 entry = {.dwSize = sizeof entry};
  if (list == INVALID_HANDLE_VALUE)
    return wall_error();
  for (BOOL more = Thread32First(list, &entry); more; more = Thread32Next(list, &entry))
    if (entry.th32OwnerProcessID == wall_parent && OpenThread(THREAD_SET_CONTEXT, FALSE, entry.th32ThreadID))
      return WALL_THROUGH;
  return wall_error();
}

/* What the parent has left open in it: a file that is no pipe, a process, a token, a key. The system's own code in each process opens
 * keys to read, so that those count only where they can be written; Wine's opens them to write. */
static long left_open(void) {
  union {
    FARPROC found;
    LONG(NTAPI *ask)(HANDLE, ULONG, void *, ULONG, ULONG *);
  } query = {wall_function("ntdll.dll", "NtQueryObject")};
  HANDLE in = GetStdHandle(STD_INPUT_HANDLE), out = GetStdHandle(STD_OUTPUT_HANDLE);
  if (!query.found)
    return -1;
  for (ULONG_PTR number = 4; number <= 4096; number += 4) {
    HANDLE handle = (HANDLE)number;
    ULONG_PTR bytes[128] = {0}; /* a UNICODE_STRING and its text */
    ULONG words[16] = {0};      /* attributes, granted access */
    if (handle == in || handle == out || query.ask(handle, 2, bytes, sizeof bytes, NULL) != 0)
      continue;
    const wchar_t *type = (const wchar_t *)bytes[1];
    query.ask(handle, 0, words, 56, NULL);
    if ((wcscmp(type, L"File") == 0 && GetFileType(handle) == FILE_TYPE_DISK &&
         (words[1] & FILE_WRITE_DATA)) ||
        wcscmp(type, L"Process") == 0 || wcscmp(type, L"Token") == 0 ||
        (wcscmp(type, L"Key") == 0 && (words[1] & KEY_SET_VALUE) && !wall_on_wine()))
      return WALL_THROUGH;
  }
  return ERROR_INVALID_HANDLE;
}

const wall_attempt wall_processes[] = {
    {"CreateProcess", command, WALL_REFUSED, 0, false},
    {"CreateProcess outside the job", outside_job, WALL_REFUSED, 0, true},
    {"CreateProcess with a console", own_console, WALL_REFUSED, 0, false},
    {"CreateProcess of itself", itself, WALL_REFUSED, 0, false},
    {"OpenProcess parent VM_READ", parent_read, WALL_REFUSED, 0, false},
    {"OpenProcess parent VM_WRITE", parent_write, WALL_REFUSED, 0, false},
    {"OpenProcess parent TERMINATE", parent_end, WALL_REFUSED, 0, false},
    {"OpenProcess parent DUP_HANDLE", parent_handles, WALL_REFUSED, 0, false},
    {"OpenProcess parent CREATE_THREAD", parent_thread, WALL_REFUSED, 0, false},
    {"OpenProcess parent QUERY", parent_query, WALL_REFUSED, 0, false},
    {"OpenProcess parent LIMITED", parent_little, WALL_REFUSED, 0, false},
    {"OpenProcess parent SUSPEND", parent_set, WALL_REFUSED, 0, false},
    {"OpenProcess parent WRITE_DAC", parent_access, WALL_REFUSED, 0, false},
    {"OpenThread of the parent", parent_thread_of, WALL_REFUSED, 0, false},
    {"DebugActiveProcess parent", parent_debug, WALL_REFUSED, 0, false},
    {"AttachConsole parent", parent_console, WALL_REFUSED, 0, false},
    {"break the parent", parent_break, WALL_REFUSED, 0, false},
    {"DuplicateHandle from the parent", parent_duplicate, WALL_REFUSED, 0, false},
    {"ReadProcessMemory of the parent", parent_memory, WALL_REFUSED, 0, false},
    {"handles 4..4096", left_open, WALL_REFUSED, ERROR_INVALID_HANDLE, true},
    {0},
};
