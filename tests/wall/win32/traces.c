#include "wall/siege.h"

#include <windows.h>

#include <tlhelp32.h>

/* An attempt under Wine may well send it. */
static BOOL WINAPI unmoved(DWORD event) { return event == CTRL_BREAK_EVENT; }

void siege_begin(void) { SetConsoleCtrlHandler(unmoved, TRUE); }

/* No worker may be there any more; what Wine let an attempt start is not judged. */
const char *siege_left(void) {
  const char *found = NULL;
  PROCESSENTRY32W entry = {.dwSize = sizeof entry};
  HANDLE list = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
  for (BOOL more = Process32FirstW(list, &entry); more; more = Process32NextW(list, &entry))
    if (wcscmp(entry.szExeFile, L"wall_compromised.exe") == 0 &&
        entry.th32ParentProcessID == GetCurrentProcessId())
      found = "left a process";
  CloseHandle(list);
  return found;
}
