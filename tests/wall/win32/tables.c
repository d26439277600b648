#include "wall/win32/win32.h"

#include <stdint.h>
#include <string.h>

#include <shlobj.h>

DWORD wall_parent;
wchar_t wall_low_folder[MAX_PATH];

const wall_attempt *const wall_tables[] = {wall_files,   wall_registry, wall_processes, wall_tokens,
                                           wall_network, wall_screen,   wall_memory,    wall_system,
                                           wall_self,    NULL};

long wall_error(void) {
  DWORD number = GetLastError();
  return number ? (long)number : -1;
}

FARPROC wall_function(const char *library, const char *name) {
  HMODULE module = GetModuleHandleA(library);
  return module ? GetProcAddress(module, name) : NULL;
}

bool wall_on_wine(void) { return wall_function("ntdll.dll", "wine_get_version"); }

bool wall_asserted(const wall_attempt *attempt) { return attempt->wine || !wall_on_wine(); }

/* PROCESS_BASIC_INFORMATION: the sixth word is the number of the process that made this one. */
void wall_prepare(void) {
  union {
    FARPROC found;
    LONG(NTAPI *ask)(HANDLE, ULONG, void *, ULONG, ULONG *);
  } query = {wall_function("ntdll.dll", "NtQueryInformationProcess")};
  ULONG_PTR words[6] = {0};
  if (query.found && query.ask(GetCurrentProcess(), 0, words, sizeof words, NULL) == 0)
    wall_parent = (DWORD)words[5];
  if (SHGetFolderPathW(NULL, CSIDL_LOCAL_APPDATA, NULL, 0, wall_low_folder) == S_OK)
    wcscat(wall_low_folder, L"Low");
  else
    wcscpy(wall_low_folder, L"C:\\Windows\\Temp");
  LoadLibraryA("ole32.dll");
  LoadLibraryA("winhttp.dll");
}

const wall_attempt *wall_attempt_made(const char *name) {
  (void)name;
  return NULL;
}
