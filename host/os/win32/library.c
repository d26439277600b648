/*
 * Functions of Windows' own libraries, by name: those that are newer than NT 6.0, that no header declares, or whose library is no
 * "known DLL". Windows looks for such a library in the folder of the executable first, where a download may wait for
 * an administrator to start something beside it.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <string.h>
#include <wchar.h>

#include "os/win32/library.h"

/* With this flag also what the library itself needs is looked for beside it. */
static HMODULE load(const wchar_t *library) {
  wchar_t path[MAX_PATH];
  size_t length = GetSystemDirectoryW(path, MAX_PATH), room = MAX_PATH - length;
  if (length == 0 || length >= MAX_PATH || wcslen(library) + 2 > room)
    return NULL;
  path[length] = L'\\';
  wcscpy(path + length + 1, library);
  return LoadLibraryExW(path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
}

bool library_function(const wchar_t *library, const char *name, void *out, size_t size) {
  HMODULE module = GetModuleHandleW(library);
  if (!module)
    module = load(library);
  FARPROC address = module ? GetProcAddress(module, name) : NULL;
  memcpy(out, &address, size);
  return address;
}

void library_search_system_only(void) {
  typedef BOOL(WINAPI * directories_fn)(DWORD);
  const DWORD system32 = 0x800; /* LOAD_LIBRARY_SEARCH_SYSTEM32 */
  directories_fn directories;
  SetDllDirectoryW(L""); /* the current folder */
  /* Windows 8, and KB2533623 before it */
  if (library_function(L"kernel32.dll", "SetDefaultDllDirectories", &directories, sizeof directories))
    directories(system32);
}
